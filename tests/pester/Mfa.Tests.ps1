# Per-user MFA from the front door: shown, set one by one, by list, and back again.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    # Fast enough for the small quota of these calls not to be felt.
    $connection = Connect-M365 -Simulated -SimulatedUsers 60 -TimeScale 1000
    $samples = $connection.Simulator.Samples
    function Get-State { param([string[]] $User) @(Get-M365Mfa $User).MfaState }
}

AfterAll { Remove-Module M365Access }

Describe 'Get-M365Mfa' {
    It 'shows state, methods, default, role and protection' {
        $shown = Get-M365Mfa $samples.ManyMethods
        $shown.PSObject.TypeNames[0] | Should -Be 'M365Access.Mfa'
        @($shown.PSObject.Properties.Name | Select-Object -First 8) |
            Should -Be 'User', 'UserId', 'DisplayName', 'MfaState', 'MethodsRegistered', 'DefaultMethod', 'IsAdmin', 'Protection'
        $shown.MethodsRegistered | Should -Contain 'Phone'
        $shown.MethodsRegistered | Should -Contain 'Authenticator'
        $shown.DefaultMethod | Should -Be 'Sms'
        $shown.IsAdmin | Should -BeFalse
        (Get-M365Mfa $samples.GlobalAdmin).IsAdmin | Should -BeTrue
    }

    It 'says nothing with an empty list, and shows an enabled person as protected' {
        $shown = Get-M365Mfa $samples.MfaEnabled
        , $shown.MethodsRegistered | Should -BeOfType [string[]]
        $shown.MethodsRegistered.Count | Should -Be 0
        $shown.MfaState, $shown.Protection | Should -Be 'Enabled', 'PerUser'
    }

    It 'shows everybody in one state' {
        $enforced = @(Get-M365Mfa -State Enforced)
        $enforced.MfaState | Select-Object -Unique | Should -Be 'Enforced'
        $enforced.User | Should -Contain $samples.MfaEnforced
        @(Get-M365Mfa -State Any).Count | Should -Be 60
    }
}

Describe 'Set-M365Mfa' {
    It 'sets a state, reads it back and does not set it again' {
        $outcome = Set-M365Mfa $samples.User -State Enforced -Confirm:$false -Reason 'INC-7'
        $outcome.Change, $outcome.Outcome | Should -Be 'Mfa', 'Verified'
        $outcome.Before, $outcome.Wanted, $outcome.After | Should -Be 'Disabled', 'Enforced', 'Enforced'
        Get-State $samples.User | Should -Be 'Enforced'
        (Set-M365Mfa $samples.User -State Enforced -Confirm:$false).Outcome | Should -Be 'Unchanged'
        (Disable-M365Mfa $samples.User -Confirm:$false).After | Should -Be 'Disabled'
        Get-State $samples.User | Should -Be 'Disabled'
    }

    It 'verifies Enabled that reads Enforced, and says so' {
        $outcome = Enable-M365Mfa $samples.ManyMethods -Confirm:$false
        $outcome.Outcome, $outcome.Wanted, $outcome.After | Should -Be 'Verified', 'Enabled', 'Enforced'
        $outcome.Message | Should -Match 'Enforced'
    }

    It 'takes people from Get-M365Mfa, and guests' {
        $outcomes = @($samples.Guest, $samples.Apostrophe | Get-M365Mfa | Set-M365Mfa -State Enforced -Confirm:$false)
        $outcomes.Outcome | Should -Be 'Verified', 'Verified'
        @($outcomes.RunId | Select-Object -Unique).Count | Should -Be 1
        Get-State $samples.Guest, $samples.Apostrophe | Should -Be 'Enforced', 'Enforced'
    }

    It 'shows with -WhatIf what it would do, and does nothing' {
        $outcome = Disable-M365Mfa $samples.MfaEnforced -WhatIf
        $outcome.Outcome, $outcome.Before, $outcome.Wanted | Should -Be 'Planned', 'Enforced', 'Disabled'
        Get-State $samples.MfaEnforced | Should -Be 'Enforced'
    }

    It 'knows three states' {
        { Set-M365Mfa $samples.User -State On -Confirm:$false } | Should -Throw
    }
}

Describe 'Import-M365Mfa' {
    BeforeAll {
        function Set-List { param([string[]] $Line) [System.IO.File]::WriteAllText("$TestDrive/list.csv", ($Line -join "`r`n")) }
    }

    It 'gives each their own state' {
        Set-List 'UserPrincipalName;"MFA STATUS";Note', "$($samples.Mailbox);enforced;x", '', "$($samples.MfaEnforced);DISABLED"
        $outcomes = @(Import-M365Mfa "$TestDrive/list.csv" -Confirm:$false)
        $outcomes.Outcome | Should -Be 'Verified', 'Verified'
        $outcomes.User | Should -Be $samples.Mailbox, $samples.MfaEnforced
        Get-State $samples.Mailbox, $samples.MfaEnforced | Should -Be 'Enforced', 'Disabled'
    }

    It 'reports every fault with line and column, and writes nothing' {
        Set-List 'Username,MFA Status', "$($samples.NoMailbox),Enforced", 'nobody@nowhere.example,Enabled', "$($samples.Disabled),On"
        $errors = $null
        { Import-M365Mfa "$TestDrive/list.csv" -Confirm:$false -ErrorVariable errors -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'M365Access.faulty_list,Import-M365Mfa'
        Get-State $samples.NoMailbox | Should -Be 'Disabled'
        $said = $Error[0..5] | ForEach-Object { "$_" }
        ($said -match 'line 3').Count | Should -BeGreaterThan 0
        ($said -match 'line 4, column 2').Count | Should -BeGreaterThan 0
    }

    It 'goes on with the good lines if it is told to' {
        Set-List 'Username,MFA Status', "$($samples.NoMailbox),Enforced", 'nobody@nowhere.example,Enabled'
        $outcomes = @(Import-M365Mfa "$TestDrive/list.csv" -SkipFaulty -Confirm:$false -ErrorAction SilentlyContinue)
        ($outcomes | Where-Object User -EQ $samples.NoMailbox).Outcome | Should -Be 'Verified'
        ($outcomes | Where-Object Outcome -EQ 'Failed').Count | Should -Be 1
    }

    It 'only checks with -ValidateOnly' {
        Set-List 'Username,MFA Status', "$($samples.Disabled),Enforced"
        Import-M365Mfa "$TestDrive/list.csv" -ValidateOnly -InformationVariable said | Should -BeNullOrEmpty
        "$said" | Should -Match 'the list was checked'
        Get-State $samples.Disabled | Should -Be 'Disabled'
    }
}

Describe 'New-M365MfaTemplate' {
    It 'writes what can be imported and changes nothing' {
        $file = New-M365MfaTemplate "$TestDrive/template.csv" -User $samples.MfaEnabled, $samples.Guest, $samples.Apostrophe
        $file | Should -BeOfType [System.IO.FileInfo]
        $rows = @(Import-Csv $file.FullName)
        $rows[0].PSObject.Properties.Name | Should -Be 'Username', 'MFA Status'
        $rows[0].Username, $rows[0].'MFA Status' | Should -Be $samples.MfaEnabled, 'Enabled'
        @(Import-M365Mfa $file.FullName -Confirm:$false).Outcome | Select-Object -Unique | Should -Be 'Unchanged'
    }

    It 'writes everybody, and leaves out who is excluded' {
        $file = New-M365MfaTemplate "$TestDrive/all.csv" -All -Except $samples.User
        $rows = @(Import-Csv $file.FullName)
        $rows.Count | Should -Be 59
        $rows.Username | Should -Not -Contain $samples.User
    }

    It 'takes what Get-M365Mfa exports' {
        Get-M365Mfa $samples.MfaEnabled | Export-Csv "$TestDrive/export.csv" -NoTypeInformation
        (Import-M365Mfa "$TestDrive/export.csv" -Confirm:$false).Outcome | Should -Be 'Unchanged'
    }

    It 'needs no connection for a sample' {
        Get-M365Connection | Disconnect-M365
        $file = New-M365MfaTemplate "$TestDrive/sample.csv" -Sample
        @(Import-Csv $file.FullName).'MFA Status' | Should -Be 'Enabled', 'Enforced', 'Disabled'
        { New-M365MfaTemplate "$TestDrive/all.csv" -All } | Should -Throw -ErrorId 'M365Access.not_connected,New-M365MfaTemplate'
    }
}
