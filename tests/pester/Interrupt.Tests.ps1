# Work that is stopped on the way: Ctrl+C, a downstream command that has had enough, a time limit.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    # Enough work to be caught at it.
    $connection = Connect-M365 -Simulated -SimulatedUsers 800 -TimeScale 1 -JournalPath "$TestDrive/journal.db"
    $people = @(Get-M365User -Filter "userType eq 'Member'" -Allowed | Where-Object { -not $_.Roles })
}

AfterAll { Remove-Module M365Access }

Describe 'Ctrl+C' {
    It 'ends the run between two changes; the journal says Cancelled, and nothing is lost' {
        $shell = [powershell]::Create()
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        [void] $shell.AddScript('param($module, $connection, $people) Import-Module $module; $people | Block-M365User -Connection $connection -MaximumPercent 100 -MaximumUsers 1000 -Confirm:$false').
            AddArgument((Get-Module M365Access).Path).AddArgument($connection).AddArgument($people)
        $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $nothing.Complete()
        $work = $shell.BeginInvoke($nothing, $output)
        # Until the first outcome has come.
        while ($output.Count -eq 0 -and -not $work.IsCompleted) { [System.Threading.Thread]::Sleep(20) }
        $work.IsCompleted | Should -BeFalse -Because 'the run has just begun'
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10 -Because 'a wait in the library is short'
        $shell.Dispose()

        $id = $output[0].RunId
        # What had been sent comes to its end in the background.
        while (($run = Get-M365Run -Id $id).State -eq 'Running') { [System.Threading.Thread]::Sleep(50) }
        $run.State | Should -Be 'Cancelled'
        $run.ExitCode | Should -Be 5
        # Whoever is blocked is so in the journal as well, and the other way round.
        $changes = @((Get-M365Run -Id $id -Changes).Changes | Where-Object Change -EQ 'SignIn')
        $blocked = @($people.UserId | ForEach-Object { $_ } | Get-M365User | Where-Object SignIn -EQ 'Blocked').UserId | Sort-Object
        $blocked.Count | Should -BeLessThan $people.Count
        @($changes | Where-Object { $_.Outcome -in 'Verified', 'Unchanged' }).UserId | Sort-Object | Should -Be $blocked
    }
}

Describe 'A downstream command that has had enough' {
    It 'ends a query' {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        @(Get-M365User -All | Select-Object -First 1).Count | Should -Be 1
        @(Get-M365User -All | Select-Object -First 2).Count | Should -Be 2
    }

    It 'ends a run, which then is over' {
        $first = $people | Select-Object -Last 20 | Block-M365User -Confirm:$false | Select-Object -First 1
        while (($run = Get-M365Run -Id $first.RunId).State -eq 'Running') { [System.Threading.Thread]::Sleep(50) }
        $run.State | Should -BeIn 'Cancelled', 'Completed'
    }
}

Describe 'A time limit' {
    It 'interrupts the run, which can be resumed, with one error that does not end the script' {
        # No time at all: however fast the machine is, there is work left.
        $outcomes = @($people | Revoke-M365Sessions -Confirm:$false -MaximumPercent 100 -MaximumUsers 1000 -TimeLimit ([timespan]::Zero) -ErrorAction SilentlyContinue -ErrorVariable errors)
        $? | Should -BeFalse
        $limit = @($errors | Where-Object FullyQualifiedErrorId -Match 'time_limit')
        $limit.Count | Should -Be 1
        $limit[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $run = Get-M365Run -Last 1
        $run.State, $run.ExitCode | Should -Be 'Interrupted', 5
    }
}
