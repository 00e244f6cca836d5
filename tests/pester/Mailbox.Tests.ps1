# Mailbox protocols and modern authentication from the front door; what was done is read back over plain HTTP as well.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    $connection = Connect-M365 -Simulated -SimulatedUsers 120
    $simulator = $connection.Simulator
    $samples = $simulator.Samples
    $protocols = 'ActiveSync', 'OWA', 'OWAforDevices', 'MAPI', 'EWS', 'POP', 'IMAP', 'UniversalOutlook', 'OutlookMobile',
    'OneWinNativeOutlook', 'MacOutlook', 'SmtpAuth'
    $usual = @($protocols | Where-Object { $_ -ne 'SmtpAuth' })

    # Exchange Online as another client sees it.
    $form = @{
        grant_type = 'client_credentials'; scope = 'https://outlook.office365.com/.default'
        client_id = $simulator.ClientId; client_secret = $simulator.ClientSecret
    }
    $address = "$($simulator.LoginEndpoint)/$($simulator.TenantId)/oauth2/v2.0/token"
    $header = @{ Authorization = "Bearer $((Invoke-RestMethod $address -Method Post -Body $form).access_token)" }
    function Invoke-Command365 {
        param([string] $Cmdlet, [hashtable] $Parameters = @{})
        $body = @{ CmdletInput = @{ CmdletName = $Cmdlet; Parameters = $Parameters } } | ConvertTo-Json -Depth 5
        $address = "$($simulator.ExchangeEndpoint)/adminapi/beta/$($simulator.TenantId)/InvokeCommand"
        (Invoke-RestMethod $address -Method Post -Headers $header -ContentType 'application/json' -Body $body).value
    }
}

AfterAll { Remove-Module M365Access }

Describe 'Mailbox access' {
    It 'shows one property a protocol and two lists' {
        $mailbox = Get-M365MailboxAccess $samples.Mailbox
        $mailbox.PSObject.TypeNames[0] | Should -Be 'M365Access.MailboxAccess'
        $mailbox.User | Should -Be $samples.Mailbox
        foreach ($protocol in $usual) { $mailbox.$protocol | Should -Be 'Allowed' }
        $mailbox.SmtpAuth | Should -Be 'Organization'
        $mailbox.Allowed | Should -Be $usual
        , $mailbox.Blocked | Should -BeOfType string[]
        $mailbox.Blocked.Count | Should -Be 0
        "$($mailbox.PSObject.Properties.Name)" | Should -BeExactly "User UserId DisplayName $protocols Allowed Blocked"
    }

    It 'closes what is named, opens it again, and another client sees it' {
        $outcome = Disable-M365MailboxAccess $samples.Mailbox -Protocol pop, IMAP -Reason 'INC-5' -Confirm:$false
        $outcome.Change, $outcome.Outcome | Should -Be 'MailboxAccess', 'Verified'
        $outcome.Before | Should -Be $usual
        $outcome.After | Should -Be @($usual | Where-Object { 'POP', 'IMAP' -notcontains $_ })
        $outcome.Wanted | Should -Be $outcome.After
        $outcome.Message | Should -Match 'undocumented'
        $outcome.EffectiveBy | Should -BeNullOrEmpty
        $seen = Invoke-Command365 'Get-CASMailbox' @{ Identity = $samples.Mailbox }
        $seen.PopEnabled, $seen.ImapEnabled, $seen.MAPIEnabled | Should -Be $false, $false, $true
        (Get-M365MailboxAccess $samples.Mailbox).Blocked | Should -Be 'POP', 'IMAP'
        $outcome = Enable-M365MailboxAccess $samples.Mailbox -Protocol POP
        $outcome.Outcome, $outcome.After.Count | Should -Be 'Verified', 10
        (Invoke-Command365 'Get-CASMailbox' @{ Identity = $samples.Mailbox }).PopEnabled | Should -BeTrue
    }

    It 'closes everything by default, and the older three with -Classic' {
        $person = Get-M365User $samples.Apostrophe
        $outcome = $person | Disable-M365MailboxAccess -Classic -Confirm:$false
        (Get-M365MailboxAccess $person.UserId).Blocked | Should -Be 'ActiveSync', 'OWA', 'OWAforDevices'
        $outcome = $person | Disable-M365MailboxAccess -Confirm:$false
        $outcome.Outcome | Should -Be 'Verified'
        , $outcome.After | Should -BeOfType string[]
        $outcome.After.Count | Should -Be 0
        $seen = Invoke-Command365 'Get-CASMailbox' @{ Identity = $person.UserId }
        $seen.SmtpClientAuthenticationDisabled, $seen.OWAEnabled | Should -Be $true, $false
        ($person | Disable-M365MailboxAccess -Confirm:$false).Outcome | Should -Be 'Unchanged'
    }

    It 'skips whoever has no mailbox' {
        $outcomes = @(Disable-M365MailboxAccess $samples.NoMailbox, $samples.User -Protocol EWS -Confirm:$false)
        $outcomes.Outcome | Should -Be 'Skipped', 'Verified'
        $outcomes[0].Code | Should -Be 'no_mailbox'
        $shown = @(Get-M365MailboxAccess $samples.NoMailbox -ErrorAction SilentlyContinue -ErrorVariable errors)
        $shown.Count, @($errors).Count | Should -Be 0, 1
        $errors[0].FullyQualifiedErrorId | Should -Be 'M365Access.no_mailbox,Get-M365MailboxAccess'
        $errors[0].TargetObject | Should -Be $samples.NoMailbox
    }

    It 'shows with -WhatIf what it would do, and does nothing' {
        $outcome = Disable-M365MailboxAccess $samples.User -Protocol MAPI -WhatIf
        $outcome.Outcome | Should -Be 'Planned'
        $outcome.Before | Should -Contain 'MAPI'
        $outcome.Wanted | Should -Not -Contain 'MAPI'
        (Get-M365MailboxAccess $samples.User).MAPI | Should -Be 'Allowed'
        ($outcome | Out-String -Width 200) | Should -Match '-> 9 open'
    }

    It 'shows everybody''s, and takes them down the pipeline' {
        $all = @(Get-M365MailboxAccess -All -InformationVariable notes)
        $all.Count | Should -BeGreaterThan 90
        "$notes" | Should -Match 'without a mailbox: \d+'
        $outcomes = @($all | Where-Object { -not (Get-M365User $_.UserId).Roles } | Select-Object -Last 2 | Disable-M365MailboxAccess -Protocol EWS -Confirm:$false)
        @($outcomes.RunId | Select-Object -Unique).Count | Should -Be 1
        foreach ($outcome in $outcomes) { $outcome.Outcome | Should -BeIn 'Verified', 'Unchanged' }
    }

    It 'refuses a protocol that there is not, and offers those that there are' {
        { Disable-M365MailboxAccess $samples.User -Protocol POP3 -Confirm:$false } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Disable-M365MailboxAccess $samples.User -Protocol POP -Classic -Confirm:$false } |
            Should -Throw -ErrorId 'M365Access.argument,Disable-M365MailboxAccess'
        $line = 'Disable-M365MailboxAccess -Protocol O'
        $offered = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
        $offered | Should -Be 'OneWinNativeOutlook', 'OutlookMobile', 'OWA', 'OWAforDevices'
    }
}

Describe 'Modern authentication' {
    It 'is one setting of the tenant, turned off and on, and another client sees it' {
        $state = Get-M365ModernAuthentication
        $state.PSObject.TypeNames[0] | Should -Be 'M365Access.ModernAuthentication'
        $state.ModernAuthentication, $state.TenantId | Should -Be 'On', $connection.TenantId
        (Disable-M365ModernAuthentication -WhatIf).Outcome | Should -Be 'Planned'
        (Get-M365ModernAuthentication).ModernAuthentication | Should -Be 'On'
        $outcome = Disable-M365ModernAuthentication -Reason 'CHG-1' -Confirm:$false
        $outcome.Change, $outcome.Outcome, $outcome.Before, $outcome.After | Should -Be 'ModernAuthentication', 'Verified', 'On', 'Off'
        $outcome.User | Should -Be $connection.TenantName
        $outcome.UserId | Should -BeNullOrEmpty
        (Invoke-Command365 'Get-OrganizationConfig').OAuth2ClientProfileEnabled | Should -BeFalse
        (Enable-M365ModernAuthentication).Outcome | Should -Be 'Verified'
        (Enable-M365ModernAuthentication).Outcome | Should -Be 'Unchanged'
        (Invoke-Command365 'Get-OrganizationConfig').OAuth2ClientProfileEnabled | Should -BeTrue
        $run = Get-M365Run -Id $outcome.RunId -Changes
        $run.Reason, $run.Changes[0].User | Should -Be 'CHG-1', $connection.TenantName
    }
}

Describe 'An account that Exchange Online does not let in' {
    It 'gets one error that names what is missing' {
        $weak = Connect-M365 -TenantId $simulator.TenantId -ClientId $simulator.WeakClientId `
            -ClientSecret (ConvertTo-SecureString $simulator.WeakClientSecret -AsPlainText -Force) `
            -GraphEndpoint $simulator.GraphEndpoint -LoginEndpoint $simulator.LoginEndpoint -ExchangeEndpoint $simulator.ExchangeEndpoint
        try {
            foreach ($call in { Get-M365MailboxAccess $samples.User }, { Disable-M365MailboxAccess $samples.User -Confirm:$false }) {
                $caught = $null
                try { & $call } catch { $caught = $_ }
                $caught.FullyQualifiedErrorId | Should -BeLike 'M365Access.forbidden,*'
                $caught.Exception.Data['MissingPermission'] | Should -Be 'Exchange.ManageAsApp'
            }
        }
        finally { Disconnect-M365 $weak }
        # A person with the permission and without the role.
        $helpdesk = Connect-M365 -Simulated -SimulatedUsers 120 -As $samples.HelpdeskAdmin
        try {
            (Get-M365MailboxAccess $samples.User).User | Should -Be $samples.User
            $outcome = Disable-M365MailboxAccess $samples.User -Protocol POP -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors
            $outcome.Outcome, $outcome.Code | Should -Be 'Failed', 'forbidden'
            $errors[0].Exception.Message | Should -Match 'Set-CASMailbox'
            $errors[0].Exception.Data['MissingRole'] | Should -Be 'Exchange Recipient Administrator'
        }
        finally { Disconnect-M365 $helpdesk }
    }
}
