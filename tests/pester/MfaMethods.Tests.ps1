# Registered methods, the service settings of MFA, and what to send to people: read back by something that is not ours.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $connection = Connect-M365 -Simulated -SimulatedUsers 120 -TimeScale 600
    $simulator = $connection.Simulator
    $samples = $simulator.Samples
    $members = [System.Collections.Generic.Queue[object]]::new()
    $special = @($samples.PSObject.Properties.Value)
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Where-Object { -not $_.Roles -and $special -notcontains $_.User } |
        ForEach-Object { $members.Enqueue($_) }

    # The tenant, asked without our module.
    $body = @{
        grant_type = 'client_credentials'; scope = 'https://graph.microsoft.com/.default'
        client_id = $simulator.ClientId; client_secret = $simulator.ClientSecret
    }
    $token = (Invoke-RestMethod "$($simulator.LoginEndpoint)/$($simulator.TenantId)/oauth2/v2.0/token" -Method Post -Body $body).access_token
    function Read-Graph {
        param([string] $Path)
        Invoke-RestMethod "$($simulator.GraphEndpoint)/beta/$Path" -Headers @{ Authorization = "Bearer $token" }
    }
    function Get-Type {
        param([string] $Id)
        @((Read-Graph "users/$Id/authentication/methods").value | Where-Object '@odata.type' -NotMatch 'password(?!less)' |
                ForEach-Object { $_.'@odata.type' -replace '#microsoft.graph.|AuthenticationMethod' })
    }
}

AfterAll { Remove-Module M365Access }

Describe 'Reset-M365MfaMethod' {
    It 'shows with -WhatIf what is there and what would stay' {
        $outcome = Reset-M365MfaMethod $samples.ManyMethods -Keep Fido2, Phone -WhatIf
        $outcome.Change, $outcome.Outcome | Should -Be 'MfaMethods', 'Planned'
        $outcome.Before | Should -Contain 'TemporaryAccessPass'
        $outcome.Wanted | Should -Be 'Phone', 'Fido2'
        Get-Type $samples.ManyMethods | Should -Contain 'email'
    }

    It 'leaves what is kept, and makes it the default' {
        $outcome = Reset-M365MfaMethod $samples.ManyMethods -Keep Authenticator, Fido2 -Confirm:$false
        $outcome.Outcome | Should -Be 'Verified'
        $outcome.After | Should -Be 'Authenticator', 'Fido2'
        $outcome.Message | Should -Match '^Authenticator was made the default'
        Get-Type $samples.ManyMethods | Sort-Object | Should -Be 'fido2', 'microsoftAuthenticator', 'passwordlessMicrosoftAuthenticator'
    }

    It 'deletes everything, ends the sessions, and says what nobody can do' {
        $outcomes = @(Reset-M365MfaMethod $samples.ManyMethods -RevokeSessions -AppPasswords -Confirm:$false)
        $? | Should -BeTrue
        $outcomes.Change | Should -Be 'MfaMethods', 'MfaMethods', 'Sessions'
        $outcomes.Outcome | Should -Be 'Verified', 'Skipped', 'Verified'
        $outcomes[1].Code | Should -Be 'no_interface'
        $outcomes[1].Advice | Should -Match 'modern authentication'
        @($outcomes[0].After).Count | Should -Be 0
        Get-Type $samples.ManyMethods | Should -BeNullOrEmpty
        (Reset-M365MfaMethod $samples.ManyMethods -Confirm:$false).Outcome | Should -Be 'Unchanged'
        "$($outcomes[0] | Format-Table | Out-String)" | Should -Match '0 types'
    }

    It 'takes people from the pipeline' {
        $people = 1..2 | ForEach-Object { $members.Dequeue() }
        $outcomes = @($people | Reset-M365MfaMethod -Confirm:$false)
        $outcomes.UserId | Sort-Object | Should -Be @($people.UserId | Sort-Object)
        $outcomes.Outcome | Should -BeIn 'Verified', 'Unchanged'
        foreach ($person in $people) { Get-Type $person.UserId | Should -BeNullOrEmpty }
    }

    It 'refuses where we would lock ourselves out' {
        $outcome = Reset-M365MfaMethod $connection.Account -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors
        $outcome.Outcome, $outcome.Code | Should -Be 'Refused', 'protected_caller'
        @($errors)[0].FullyQualifiedErrorId | Should -Be 'M365Access.protected_caller,Reset-M365MfaMethod'
    }

    It 'refuses a type that is none' {
        { Reset-M365MfaMethod $samples.User -Keep Pigeon -Confirm:$false } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }
}

Describe 'Get-M365MfaPolicy and Set-M365MfaPolicy' {
    It 'reads what the tenant has' {
        $policy = Get-M365MfaPolicy
        $policy.PSObject.TypeNames[0] | Should -Be 'M365Access.MfaPolicy'
        $policy.AppPasswordsAllowed | Should -Be (Read-Graph 'policies/mfaServicePolicy').allowAppPasswords
    }

    It 'changes what is named, and nothing else' {
        $before = Read-Graph 'policies/mfaServicePolicy'
        $outcome = Set-M365MfaPolicy -RememberDevicesDays 21 -Reason 'CHG-1' -Confirm:$false
        $outcome.Change, $outcome.Outcome | Should -Be 'MfaPolicy', 'Verified'
        $outcome.Wanted | Should -Be 'RememberDevicesDays=21'
        $outcome.Message | Should -Match 'experimental'
        $after = Read-Graph 'policies/mfaServicePolicy'
        $after.rememberMfaOnTrustedDevice.allowedNumberOfDays | Should -Be 21
        $after.allowAppPasswords | Should -Be $before.allowAppPasswords
        (Get-M365MfaPolicy).RememberDevicesDays | Should -Be 21
        (Get-M365Run -Id $outcome.RunId).Reason | Should -Be 'CHG-1'
        (Set-M365MfaPolicy -RememberDevicesDays 0 -Confirm:$false).Outcome | Should -Be 'Verified'
        (Read-Graph 'policies/mfaServicePolicy').rememberMfaOnTrustedDevice.isEnabled | Should -BeFalse
    }

    It 'shows with -WhatIf what it would do, and does nothing' {
        $allowed = -not (Get-M365MfaPolicy).AppPasswordsAllowed
        $outcome = Set-M365MfaPolicy -AppPasswordsAllowed $allowed -WhatIf
        $outcome.Outcome | Should -Be 'Planned'
        (Get-M365MfaPolicy).AppPasswordsAllowed | Should -Be (-not $allowed)
    }

    It 'does nothing unless a setting is named' {
        { Set-M365MfaPolicy -Confirm:$false } | Should -Throw -ErrorId 'M365Access.argument,Set-M365MfaPolicy'
    }
}

Describe 'Get-M365MfaInstruction' {
    It 'makes a message for each person' {
        $people = 1..2 | ForEach-Object { $members.Dequeue() }
        $messages = @($people | Get-M365MfaInstruction -Language sv)
        $messages.User | Sort-Object | Should -Be @($people.User | Sort-Object)
        $messages[0].PSObject.TypeNames[0] | Should -Be 'M365Access.Instruction'
        $messages[0].Language | Should -Be 'sv'
        $messages[0].Subject | Should -Match '^Fr.n och med den \d'
        $messages[0].Body | Should -Match ([regex]::Escape($messages[0].User))
        $messages[0].Body | Should -Match 'https://mysignins\.microsoft\.com/security-info'
    }

    It 'has three forms' {
        (Get-M365MfaInstruction $samples.User -Language en).Body | Should -Match "(?m)^1\. On your phone"
        (Get-M365MfaInstruction $samples.User -Language en -Format Markdown).Body | Should -Match '(?m)^## Good to know'
        $page = (Get-M365MfaInstruction $samples.Apostrophe -Language nl -Format Html).Body
        $page | Should -Match '<html lang="nl">'
        $page | Should -Match '&#39;'
        ([xml] ($page -replace '<!DOCTYPE html>' -replace '<meta ([^>]*)>', '<meta $1/>')).html.body | Should -Not -BeNullOrEmpty
    }

    It 'reports somebody unknown, and does the others' {
        $messages = @(Get-M365MfaInstruction 'nobody@nowhere.example', $samples.User -ErrorAction SilentlyContinue -ErrorVariable errors)
        $messages.User | Should -Be $samples.User
        @($errors)[0].FullyQualifiedErrorId | Should -Be 'M365Access.not_found,Get-M365MfaInstruction'
    }
}
