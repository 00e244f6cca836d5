# The main job from the front door: select, rehearse, block, read back; and what happens to errors on the way.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $connection = Connect-M365 -Simulated -SimulatedUsers 120
    $samples = $connection.Simulator.Samples
    # People without a role, whom nothing protects, each used once.
    $members = [System.Collections.Generic.Queue[object]]::new()
    $special = @($samples.PSObject.Properties.Value)
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Where-Object { -not $_.Roles -and -not $_.Synchronized -and $special -notcontains $_.User } |
        ForEach-Object { $members.Enqueue($_) }
    function Get-Person { param([int] $Count = 1) 1..$Count | ForEach-Object { $members.Dequeue() } }
    function Get-State { param([string[]] $Id) @(Get-M365User $Id).SignIn }
}

AfterAll { Remove-Module M365Access }

Describe 'Block-M365User' {
    It 'blocks one person, reads back, ends the sessions, reads back' {
        $person = Get-Person
        $outcomes = @(Block-M365User $person.User -Confirm:$false -Reason 'INC-1')
        $? | Should -BeTrue
        $outcomes.Change | Should -Be 'SignIn', 'Sessions'
        $outcomes.Outcome | Should -Be 'Verified', 'Verified'
        $outcomes[0].PSObject.TypeNames[0] | Should -Be 'M365Access.Outcome'
        $outcomes[0].Before, $outcomes[0].Wanted, $outcomes[0].After | Should -Be 'Allowed', 'Blocked', 'Blocked'
        $outcomes[0].UserId | Should -Be $person.UserId
        $outcomes[0].DisplayName | Should -Be $person.DisplayName
        $outcomes[1].After | Should -BeOfType datetime
        $outcomes[1].After.Kind | Should -Be 'Utc'
        $outcomes[1].After | Should -BeGreaterThan $outcomes[1].Before
        $outcomes[1].EffectiveBy | Should -BeGreaterThan $outcomes[1].At
        $outcomes[0].RunId | Should -Be $outcomes[1].RunId
        Get-State $person.UserId | Should -Be 'Blocked'
        (Get-M365Run -Id $outcomes[0].RunId).Reason | Should -Be 'INC-1'
    }

    It 'changes nothing that is so already' {
        $person = Get-Person
        [void] (Block-M365User $person.UserId -Confirm:$false)
        $outcomes = @(Block-M365User $person.UserId -KeepSessions -Confirm:$false)
        $outcomes.Change | Should -Be 'SignIn'
        $outcomes.Outcome | Should -Be 'Unchanged'
    }

    It 'shows with -WhatIf what it would do, and does nothing' {
        $people = Get-Person 2
        $runs = @(Get-M365Run).Count
        $outcomes = @($people | Block-M365User -WhatIf)
        $outcomes.Count | Should -Be 4
        $outcomes.Outcome | Select-Object -Unique | Should -Be 'Planned'
        $outcomes[0].Before, $outcomes[0].Wanted | Should -Be 'Allowed', 'Blocked'
        Get-State $people.UserId | Should -Be 'Allowed', 'Allowed'
        @(Get-M365Run).Count | Should -Be $runs
    }

    It 'leaves nobody out in silence: a row without a name is refused before anything is sent' {
        $people = Get-Person 2
        $rows = [pscustomobject] @{ Username = $people[0].User }, [pscustomobject] @{ Username = '' }, [pscustomobject] @{ Username = $people[1].User }
        { $rows | Block-M365User -Confirm:$false } | Should -Throw -ErrorId 'M365Access.argument,Block-M365User' -ExpectedMessage '*number 2*'
        Get-State $people.UserId | Should -Be 'Allowed', 'Allowed'
    }

    It 'takes people from the pipeline and makes one run of them: <Name>' -ForEach @(
        @{ Name = 'text'; Convert = { $_.User } }
        @{ Name = 'objects of Get-M365User'; Convert = { $_ } }
        @{ Name = 'UserPrincipalName'; Convert = { [pscustomobject] @{ Other = 1; UserPrincipalName = $_.User } } }
        @{ Name = 'UPN'; Convert = { [pscustomobject] @{ UPN = $_.User } } }
        @{ Name = 'Id'; Convert = { [pscustomobject] @{ Id = $_.UserId; DisplayName = 'x' } } }
        @{ Name = 'ObjectId'; Convert = { [pscustomobject] @{ ObjectId = $_.UserId } } }
        @{ Name = 'Username'; Convert = { [pscustomobject] @{ Username = $_.User } } }
        @{ Name = 'Identity'; Convert = { [pscustomobject] @{ Identity = $_.User } } }
    ) {
        $people = Get-Person 2
        $outcomes = @($people | ForEach-Object $Convert | Block-M365User -KeepSessions -Confirm:$false)
        # People are done side by side: who is done first is seen first.
        $outcomes.UserId | Sort-Object | Should -Be ($people.UserId | Sort-Object)
        @($outcomes.RunId | Select-Object -Unique).Count | Should -Be 1
        $outcomes.Outcome | Select-Object -Unique | Should -Be 'Verified'
    }

    It 'does somebody once who is named twice' {
        $person = Get-Person
        $outcomes = @(Block-M365User $person.User, $person.UserId, $person.User.ToUpperInvariant() -KeepSessions -Confirm:$false)
        $outcomes.Count | Should -Be 1
    }

    It 'takes a list, from Import-Csv and with -Path' {
        $people = Get-Person 2
        Push-Location $TestDrive
        try {
            $people | Select-Object @{ n = 'Username'; e = 'User' }, DisplayName | Export-Csv leavers.csv -NoTypeInformation
            $outcomes = @(Import-Csv leavers.csv | Block-M365User -KeepSessions -Confirm:$false)
            $outcomes.UserId | Should -Be $people.UserId
            # Relative to where PowerShell is, which the process is not.
            $outcomes = @(Unblock-M365User -Path leavers.csv -Confirm:$false)
            $outcomes.Outcome | Should -Be 'Verified', 'Verified'
        }
        finally { Pop-Location }
        Get-State $people.UserId | Should -Be 'Allowed', 'Allowed'
    }

    It 'does nothing with a list that has faults, and names their lines' {
        $people = Get-Person 2
        Set-Content "$TestDrive/faulty.csv" "Username;Note", "$($people[0].User);x", 'nobody@nowhere.example;x', ';x', "$($people[1].User);x"
        { Block-M365User -Path "$TestDrive/faulty.csv" -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable script:faults } |
            Should -Throw -ErrorId 'M365Access.faulty_list,Block-M365User'
        @($faults | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { $_.Exception.Data['Line'] }) |
            Should -Contain 4
        Get-State $people.UserId | Should -Be 'Allowed', 'Allowed'
        $outcomes = Block-M365User -Path "$TestDrive/faulty.csv" -SkipFaulty -KeepSessions -Confirm:$false -ErrorAction SilentlyContinue
        @($outcomes | Where-Object Outcome -EQ 'Verified').UserId | Sort-Object | Should -Be ($people.UserId | Sort-Object)
    }

    It 'spares whom -Except names' {
        $people = Get-Person 3
        $outcomes = @($people | Block-M365User -Except $people[1].User -KeepSessions -Confirm:$false)
        $outcomes.UserId | Should -Be $people[0].UserId, $people[2].UserId
        Get-State $people.UserId | Should -Be 'Blocked', 'Allowed', 'Blocked'
    }

    It 'does nothing for an empty pipeline' {
        @() | Block-M365User -Confirm:$false | Should -BeNullOrEmpty
        @() | Block-M365User -Confirm:$false -ErrorAction Stop
    }

    It 'refuses objects that name nobody, and repeats nothing of them' {
        $row = [pscustomobject] @{ Mail = 'anna@contoso.example'; Note = 'between us' }
        { $row | Block-M365User -Confirm:$false } | Should -Throw -ErrorId 'M365Access.argument,Block-M365User'
        "$($Error[0])" | Should -Not -Match 'between us'
    }

    It 'refuses a call that selects nobody' {
        { Block-M365User -Confirm:$false } | Should -Throw -ErrorId 'M365Access.argument,Block-M365User'
        { Block-M365User -Except a@b.example -Confirm:$false } | Should -Throw -ErrorId 'M365Access.argument,Block-M365User'
    }

    It 'writes the plan to a file instead of running it' {
        $person = Get-Person
        Push-Location $TestDrive
        try { [void] (Block-M365User $person.User -PlanPath plan.json -Reason 'INC-9') } finally { Pop-Location }
        Get-State $person.UserId | Should -Be 'Allowed'
        (Get-Content "$TestDrive/plan.json" -Raw | ConvertFrom-Json).reason | Should -Be 'INC-9'
    }
}

Describe '-WaitUntilEffective' {
    It 'returns when what was done has taken hold everywhere' {
        # An hour lasts a second and a half here.
        $fast = Connect-M365 -Simulated -SimulatedUsers 20 -TimeScale 2400
        $user = $fast.Simulator.Samples.User
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $outcomes = Block-M365User $user -WaitUntilEffective -Confirm:$false
        $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 1.4
        $outcomes.Outcome | Select-Object -Unique | Should -Be 'Verified'
        Disconnect-M365
    }
}

Describe 'Get-M365User' {
    It 'gives whom there is and one error for each who is not' {
        $person = Get-Person
        $found = @(Get-M365User $person.User, 'nobody@nowhere.example' -ErrorAction SilentlyContinue -ErrorVariable errors)
        $? | Should -BeFalse
        $found.UserId | Should -Be $person.UserId
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -Be 'M365Access.not_found,Get-M365User'
        $errors[0].TargetObject | Should -Be 'nobody@nowhere.example'
    }

    It 'tells blocked from allowed' {
        (Get-M365User -All -Blocked).SignIn | Select-Object -Unique | Should -Be 'Blocked'
        (Get-M365User -Allowed).SignIn | Select-Object -Unique | Should -Be 'Allowed'
        { Get-M365User -Blocked -Allowed } | Should -Throw -ErrorId 'M365Access.argument,Get-M365User'
    }
}

Describe 'A person who cannot be done' {
    It 'is one failed outcome and one error; the others are done' {
        $people = Get-Person 2
        $outcomes = @(Block-M365User $people[0].User, 'nobody@nowhere.example', $people[1].User -KeepSessions -Confirm:$false `
                -ErrorAction SilentlyContinue -ErrorVariable errors)
        $? | Should -BeFalse
        Get-State $people.UserId | Should -Be 'Blocked', 'Blocked'
        $failed = @($outcomes | Where-Object Outcome -EQ 'Failed')
        $failed.Count | Should -Be 1
        $failed[0].User | Should -Be 'nobody@nowhere.example'
        $failed[0].Code | Should -Be 'not_found'
        $record = @($errors | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        $record.Count | Should -Be 1
        $record[0].FullyQualifiedErrorId | Should -Be 'M365Access.not_found,Block-M365User'
        $record[0].TargetObject | Should -Be 'nobody@nowhere.example'
        $record[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $record[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $record[0].InvocationInfo.Line | Should -Match 'Block-M365User'
        (Get-M365Run -Id $failed[0].RunId).ExitCode | Should -Be 1
    }

    It 'ends everything after its error with -ErrorAction Stop' {
        $person = Get-Person
        $seen = [System.Collections.Generic.List[object]]::new()
        { Block-M365User 'nobody@nowhere.example', $person.User -Confirm:$false -ErrorAction Stop | ForEach-Object { $seen.Add($_) } } |
            Should -Throw -ErrorId 'M365Access.not_found,Block-M365User'
        @($seen | Where-Object Outcome -EQ 'Failed').Count | Should -Be 1
        # In the caller's next line the run is over, whatever the machine does meanwhile.
        (Get-M365Run -Last 1).State | Should -BeIn 'Cancelled', 'Completed'
    }

    It 'is what the caller of a script says in $ErrorActionPreference' {
        $person = Get-Person
        $script = {
            $ErrorActionPreference = 'Stop'
            Block-M365User 'nobody@nowhere.example' -Confirm:$false
        }
        $script | Should -Throw -ErrorId 'M365Access.not_found,Block-M365User'
    }

    It 'is refused where we would lock ourselves out' {
        $person = Get-Person
        $outcomes = @(Block-M365User $connection.Account, $person.User -KeepSessions -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors)
        ($outcomes | Where-Object User -EQ $connection.Account).Outcome | Should -Be 'Refused'
        ($outcomes | Where-Object User -EQ $person.User).Outcome | Should -Be 'Verified'
        @($errors)[0].FullyQualifiedErrorId | Should -Be 'M365Access.protected_caller,Block-M365User'
        @($errors)[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
        Get-State $connection.AccountId | Should -Be 'Allowed'
    }
}

Describe 'A run that is refused as a whole' {
    It 'is one terminating error: more people than the cap' {
        $people = Get-Person 2
        { $people | Block-M365User -MaximumUsers 1 -Confirm:$false -ErrorAction SilentlyContinue } |
            Should -Throw -ErrorId 'M365Access.cap_users,Block-M365User'
        Get-State $people.UserId | Should -Be 'Allowed', 'Allowed'
        $run = Get-M365Run -Last 1
        $run.State, $run.ExitCode | Should -Be 'Refused', 2
    }

    It 'is one terminating error: an exclusion that does not exist' {
        $person = Get-Person
        { Block-M365User $person.User -Except 'nobody@nowhere.example' -Confirm:$false } |
            Should -Throw -ErrorId 'M365Access.exclusion_not_found,Block-M365User'
        Get-State $person.UserId | Should -Be 'Allowed'
    }

    It 'is one terminating error: everybody, without saying so twice' {
        { Block-M365User -All -Confirm:$false } | Should -Throw -ErrorId 'M365Access.cap_*,Block-M365User'
    }
}

Describe 'Unblock, revoke, reset' {
    It 'lets somebody in again' {
        $outcome = Unblock-M365User $samples.Disabled
        $outcome.Outcome | Should -Be 'Verified'
        $outcome.After | Should -Be 'Allowed'
    }

    It 'ends sessions, under both names' {
        $person = Get-Person
        $outcome = Revoke-M365Sessions $person.User -Confirm:$false
        $outcome.Change, $outcome.Outcome | Should -Be 'Sessions', 'Verified'
        (Revoke-M365Session $person.User -Confirm:$false).After | Should -BeGreaterThan $outcome.After
    }

    It 'gives a generated password as a SecureString, as text only on request, and else not at all' {
        $person = Get-Person
        $outcome = Reset-M365Password $person.User -KeepSessions -Confirm:$false -ShowPassword
        $outcome.Change, $outcome.Outcome, $outcome.After | Should -Be 'Password', 'Verified', 'Reset'
        $outcome.Password | Should -BeOfType securestring
        $outcome.Password.Length | Should -BeGreaterThan 15
        $outcome = Reset-M365Password $person.User -KeepSessions -Confirm:$false -ShowPassword -AsPlainText
        $outcome.Password | Should -BeOfType string
        $outcome.Password | Should -Not -Match '^x+$'
        $text = $outcome.Password
        $outcome = Reset-M365Password $person.User -KeepSessions -Confirm:$false
        $outcome.PSObject.Properties['Password'] | Should -BeNullOrEmpty
        "$(Get-M365Run -Changes | ConvertTo-Json -Depth 6)" | Should -Not -Match ([regex]::Escape($text))
    }

    It 'sets the given password, with which the person gets in' {
        $person = Get-Person
        $text = 'Autumn "rain" \27'
        $given = ConvertTo-SecureString $text -AsPlainText -Force
        (Reset-M365Password $person.User -Password $given -NoChangeAtNextSignIn -Confirm:$false).Outcome | Select-Object -Unique |
            Should -Be 'Verified'
        $simulator = $connection.Simulator
        $body = @{
            grant_type = 'password'; scope = "$($simulator.GraphEndpoint)/.default openid"; client_id = $simulator.ClientId
            client_secret = $simulator.ClientSecret; username = $person.User; password = $text
        }
        $address = "$($simulator.LoginEndpoint)/$($simulator.TenantId)/oauth2/v2.0/token"
        (Invoke-RestMethod $address -Method Post -Body $body).access_token | Should -Not -BeNullOrEmpty
        $body.password = 'something else'
        { Invoke-RestMethod $address -Method Post -Body $body } | Should -Throw
        [void] (Block-M365User $person.User -Confirm:$false)
        $body.password = $text
        { Invoke-RestMethod $address -Method Post -Body $body } | Should -Throw
    }
}
