# What people see and read: tables of 120 columns, help whose examples run, runs, progress, completion.

BeforeDiscovery {
    $examples = foreach ($file in Get-ChildItem ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/Public"))) {
        # Read from the file: Get-Help splits a prompt off that is not there.
        $text = Get-Content $file.FullName -Raw
        $number = 0
        foreach ($match in [regex]::Matches($text, '(?ms)^    \.EXAMPLE\r?\n(.*?)(?=\r?\n\s*\r?\n)')) {
            $number++
            @{ Cmdlet = $file.BaseName; Number = $number; Code = ($match.Groups[1].Value -replace '(?m)^    ', '') }
        }
    }
}

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $connection = Connect-M365 -Simulated -SimulatedUsers 60 -JournalPath "$TestDrive/journal.db"
    function Get-Shown { param($What) ($What | Out-String -Width 120) -split '\r?\n' | Where-Object { $_.Trim() } }
}

AfterAll { Remove-Module M365Access }

Describe 'Examples in the help' {
    # Files that an example writes are written here.
    BeforeAll { Push-Location $TestDrive }
    AfterAll { Pop-Location }

    It 'run against a simulated tenant: <Cmdlet> <Number>' -ForEach $examples {
        # `exit` would end the tests.
        $Code = $Code -replace '^exit ', ''
        [scriptblock]::Create($Code).Invoke() | Out-Null
        Stop-M365Simulator
        while (@(Get-M365Connection).Count -gt 1) { Disconnect-M365 }
        if (-not (Get-M365Connection)) { [void] (Connect-M365 -Simulated -SimulatedUsers 60 -JournalPath "$TestDrive/journal.db") }
    }
}

Describe 'Tables' {
    BeforeAll {
        $person = Get-M365User -Filter "userType eq 'Member'" -Allowed | Where-Object { -not $_.Roles } | Select-Object -Last 1
        $outcomes = @(Block-M365User $person.User, 'nobody@nowhere.example' -Confirm:$false -ErrorAction SilentlyContinue)
    }

    It 'fit 120 columns and cut nothing off' {
        foreach ($what in $outcomes, (Get-M365User -All), (Get-M365Connection), (Get-M365Run)) {
            $lines = Get-Shown $what
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
            $lines | Where-Object { $_ -match '\.\.\.|\u2026' } | Should -BeNullOrEmpty
        }
    }

    It 'show what matters of an outcome' {
        # Long names go on in the next line.
        $text = (Get-Shown $outcomes) -join ''
        foreach ($part in $person.User, 'SignIn', 'Sessions', 'Verified', 'Blocked', 'Failed', 'nobody@nowhere.example') { $text | Should -Match ([regex]::Escape($part)) }
        ($outcomes | Format-List | Out-String) | Should -Match $outcomes[0].RunId
    }

    It 'mark the current connection' {
        (Get-Shown (Get-M365Connection))[2] | Should -Match '^\*'
    }
}

Describe 'Get-M365Run' {
    BeforeAll {
        $person = Get-M365User -Filter "userType eq 'Member'" -Allowed | Where-Object { -not $_.Roles } | Select-Object -Last 1
        $outcomes = @($person | Block-M365User -Confirm:$false -Reason 'INC-77')
    }

    It 'finds the run of an outcome, from the pipeline too' {
        $run = $outcomes | Get-M365Run
        @($run).Count | Should -Be 1
        $run.PSObject.TypeNames[0] | Should -Be 'M365Access.Run'
        $run.Operation, $run.Reason, $run.State, $run.Outcome, $run.ExitCode, $run.Verified |
            Should -Be 'Block-M365User', 'INC-77', 'Completed', 'Verified', 0, 2
        $run.StartedAt.Kind | Should -Be 'Utc'
        $run.EndedAt | Should -BeGreaterOrEqual $run.StartedAt
    }

    It 'has the outcomes of its changes with -Changes' {
        $changes = (Get-M365Run -Id $outcomes[0].RunId -Changes).Changes
        $changes.Change | Should -Be 'SignIn', 'Sessions'
        $changes.Outcome | Should -Be 'Verified', 'Verified'
        $changes[0].PSObject.TypeNames[0] | Should -Be 'M365Access.Outcome'
        $changes[1].After | Should -BeOfType datetime
    }

    It 'selects by number, person and time' {
        (Get-M365Run -Last 1).RunId | Should -Be $outcomes[0].RunId
        (Get-M365Run -User $person.User).RunId | Should -Be $outcomes[0].RunId
        (Get-M365Run -User $person.UserId -Since ([datetime]::Now.AddMinutes(-5))).RunId | Should -Be $outcomes[0].RunId
        Get-M365Run -Since ([datetime]::Now.AddMinutes(5)) | Should -BeNullOrEmpty
    }

    It 'says that a run does not exist' {
        Get-M365Run -Id 'no-such-run' -ErrorAction SilentlyContinue -ErrorVariable errors | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -Be 'M365Access.not_found,Get-M365Run'
        $errors[0].TargetObject | Should -Be 'no-such-run'
    }

    It 'reads the journal without a connection' {
        $path = "$TestDrive/elsewhere.db"
        $other = Connect-M365 -Simulated -SimulatedUsers 20 -JournalPath $path
        $first = @(Get-M365User -Filter "userType eq 'Guest'" -Allowed)[0] | Block-M365User -Confirm:$false
        Disconnect-M365 $other
        $before = $env:M365_ACCESS_JOURNAL
        $shell = [powershell]::Create()
        try {
            $env:M365_ACCESS_JOURNAL = $path
            [void] $shell.AddScript('param($module) Import-Module $module; Get-M365Run').AddArgument((Get-Module M365Access).Path)
            $runs = $shell.Invoke()
            @($runs).Count | Should -Be 1
            $runs[0].RunId | Should -Be $first[0].RunId
        }
        finally {
            $env:M365_ACCESS_JOURNAL = $before
            $shell.Dispose()
        }
    }
}

Describe 'Streams' {
    It 'tell how far the work is' {
        $shell = [powershell]::Create()
        [void] $shell.AddScript('param($module, $connection) Import-Module $module; Block-M365User -Filter "userType eq ''Guest''" -Connection $connection -MaximumPercent 100 -Confirm:$false').
            AddArgument((Get-Module M365Access).Path).AddArgument(@(Get-M365Connection)[0])
        [void] $shell.Invoke()
        $shell.Streams.Progress.Count | Should -BeGreaterThan 0
        $shell.Streams.Progress[0].Activity | Should -Match '^Block-M365User: '
        @($shell.Streams.Progress)[-1].RecordType | Should -Be 'Completed'
        $shell.Dispose()
    }

    It 'say that a selection matches nobody' {
        $said = Get-M365User -Filter "displayName eq 'Nobody at all'" 6>&1
        "$said" | Should -Match 'nobody'
    }
}

Describe 'Tab completion' {
    BeforeAll {
        function Complete { param([string] $Line) @((TabExpansion2 $Line $Line.Length).CompletionMatches) }
        $person = Get-M365User -All | Select-Object -First 1
    }

    It 'offers people by the beginning of their name' {
        $begin = $person.User.Substring(0, 4)
        (Complete "Block-M365User $begin").ListItemText | Should -Contain $person.User
        (Complete "Get-M365User -User $begin").ListItemText | Should -Contain $person.User
        (Complete "Block-M365User -All -Except $begin").ListItemText | Should -Contain $person.User
    }

    It 'quotes an apostrophe' {
        $user = $connection.Simulator.Samples.Apostrophe
        $begin = $user.Substring(0, 5)
        (Complete "Block-M365User $begin").CompletionText | Should -Contain "'$($user -replace "'", "''")'"
    }

    It 'offers cmdlets to be asked about, each of which can be asked about' {
        $offered = (Complete 'Test-M365Permission -Operation ').CompletionText
        $offered | Should -Contain 'Invoke-M365Offboarding'
        $offered | Should -Not -Contain 'Connect-M365'
        @(Test-M365Permission -Operation $offered).Operation | Should -Be $offered
    }

    It 'offers runs and connections' {
        $id = (Revoke-M365Sessions $connection.Simulator.Samples.User -Confirm:$false).RunId
        (Complete "Get-M365Run -Id $($id.Substring(0, 20))").ListItemText | Should -Contain $id
        (Complete 'Get-M365User -All -Connection ').ListItemText | Should -Contain @(Get-M365Connection)[0].Name
    }
}
