# Offboarding, unlocking and new passwords from the front door: read back by something that is not ours.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $connection = Connect-M365 -Simulated -SimulatedUsers 120 -TimeScale 60
    $simulator = $connection.Simulator
    $samples = $simulator.Samples
    function Test-SignIn {
        param([string] $User, [string] $Password)
        $body = @{
            grant_type = 'password'; scope = 'https://graph.microsoft.com/.default'; username = $User; password = $Password
            client_id = $simulator.ClientId; client_secret = $simulator.ClientSecret
        }
        try { $null = Invoke-RestMethod "$($simulator.LoginEndpoint)/$($simulator.TenantId)/oauth2/v2.0/token" -Method Post -Body $body; 0 }
        catch { ($_.ErrorDetails.Message | ConvertFrom-Json).error_codes[0] }
    }
}

AfterAll { Remove-Module M365Access }

Describe 'Invoke-M365Offboarding' {
    It 'gives one object a change and one a person, whose steps are objects' {
        $objects = @(Invoke-M365Offboarding $samples.Mailbox -Reason 'HR-1' -Confirm:$false)
        $objects.Count | Should -Be 5
        $person = $objects[-1]
        $person.PSTypeNames | Should -Contain 'M365Access.Offboarding'
        $person.User, $person.Outcome | Should -Be $samples.Mailbox, 'Verified'
        $person.Steps.Change | Should -Be 'SignIn', 'Password', 'Sessions', 'MailboxAccess'
        $person.Steps[0].PSObject.Properties.Name | Should -BeExactly 'Change', 'Outcome', 'Code'
        @($person.Steps.Outcome) | Select-Object -Unique | Should -Be 'Verified'
        $person.EffectiveBy.Kind | Should -Be 'Utc'
        "$($person | Format-Table -Wrap | Out-String -Width 300)" | Should -Match 'MailboxAccess: Verified'
        Test-SignIn $samples.Mailbox $simulator.AdminPassword | Should -Be 50057
    }

    It 'rehearses without a trace' {
        @(Invoke-M365Offboarding $samples.User -WhatIf).Outcome | Select-Object -Unique | Should -Be 'Planned'
        Test-SignIn $samples.User $simulator.AdminPassword | Should -Be 0
        (Get-M365Run -Last 1).Reason | Should -Be 'HR-1'
    }
}

Describe 'A new password' {
    It 'is shown to who asks, as a SecureString or as text, and opens the door' {
        $outcome = Unlock-M365User $samples.Disabled -ShowPassword -NoChangeAtNextSignIn -Confirm:$false
        $outcome[0].Password | Should -BeOfType securestring
        $outcome = Reset-M365Password $samples.Disabled -ShowPassword -AsPlainText -NoChangeAtNextSignIn -Confirm:$false
        Test-SignIn $samples.Disabled $outcome[0].Password | Should -Be 0
    }

    It 'is not reset where nobody would be shown it as text that was asked for' {
        $caught = $null
        try { Reset-M365Password $samples.User -AsPlainText -Confirm:$false } catch { $caught = $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'M365Access.argument,*'
        $caught.TargetObject | Should -Be 'AsPlainText'
        Test-SignIn $samples.User $simulator.AdminPassword | Should -Be 0
    }
}
