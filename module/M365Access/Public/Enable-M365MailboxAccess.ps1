function Enable-M365MailboxAccess {
    <#
    .SYNOPSIS
    Opens the protocols by which programs reach people's mailboxes.
    .DESCRIPTION
    For each person: the switches are read, only those that differ are written, and all are read back. People
    without a mailbox are skipped. SmtpAuth is opened only when it is named: usually the organisation decides
    about it, and a switch that says open gives more than there was. What was open before a run closed it is
    in the journal: (Get-M365Run -Id <run> -Changes).Changes shows it as Before.

    ActiveSync            Exchange ActiveSync: mail apps on phones
    OWA                   Outlook on the web, and the new Outlook for Windows
    OWAforDevices         the older OWA app on iOS and Android
    MAPI                  classic Outlook
    EWS                   Exchange Web Services; counts only while the organisation has not switched them off
    POP, IMAP             POP3, IMAP4
    UniversalOutlook      Mail and Calendar of Windows 10
    OutlookMobile         Outlook for iOS and Android
    OneWinNativeOutlook   the new Outlook for Windows
    MacOutlook            Outlook for Mac
    SmtpAuth              sending by SMTP with a password

    It takes a while until all of Exchange Online goes by it, and no page says how long; EffectiveBy is empty
    therefore.

    There is no documented interface for these switches: they are read and written through the command
    endpoint that Microsoft's own Exchange module uses, and each outcome says so.

    It asks only when -Confirm is given; look first with -WhatIf.
    .PARAMETER User
    User principal names or object ids, also from the pipeline: as text, or as objects with a property User,
    UserPrincipalName, UPN, Username, Identity, Id or ObjectId. Everybody who comes down the pipeline is
    gathered and becomes one run. Somebody named twice is done once; somebody unknown is reported, and the
    others are done.
    .PARAMETER Path
    A CSV file with a column Username, UserPrincipalName or Id. The file is checked whole first: a faulty line
    or an unknown person is reported with its line in the file (the heading is line 1).
    .PARAMETER SkipFaulty
    Goes on with the good lines of the file when others are faulty. Without it, nothing is done then.
    .PARAMETER Group
    The members of a group, those of nested groups included; an object id or a display name.
    .PARAMETER Filter
    An OData filter on users, for example "department eq 'Sales'".
    .PARAMETER All
    Every user of the tenant.
    .PARAMETER Except
    People (user principal names or object ids) or groups (group:<name or id>) who are never touched, however
    they were selected. One that does not exist stops the run before anything is written.
    .PARAMETER Protocol
    The protocols to open; all of them but SmtpAuth if nothing is said.
    .PARAMETER Classic
    The three of the older form of this command: ActiveSync, OWAforDevices and OWA.
    .PARAMETER MaximumUsers
    The most people that this run may touch; 100 if nothing is said. Above it, nothing is written. Who says
    -All with -MaximumPercent 100, or answers with the number of people, has said how many.
    .PARAMETER MaximumPercent
    The largest share of the tenant that this run may touch, in percent; 10 if nothing is said, and only
    looked at when more than 20 people are concerned. Above it, nothing is written. -All needs 100 here, or an
    answer to the confirmation that names the number of people.
    .PARAMETER AllowPrivileged
    Lets the run touch administrators who were not named singly.
    .PARAMETER Reason
    Kept in the journal and in the evidence, for example a ticket number.
    .PARAMETER PlanPath
    Writes the plan to this file instead of running it.
    .PARAMETER TimeLimit
    Stops between two changes when this time has passed. What was done stays done; repeating the command does
    the rest.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Get-M365MailboxAccess -All | Where-Object { $_.Blocked -contains 'POP' } | Select-Object -First 1 |
        Enable-M365MailboxAccess -Protocol POP

    Opens POP3 of a mailbox.
    .EXAMPLE
    Enable-M365MailboxAccess -Filter "department eq 'Sales'" -Classic -WhatIf

    Shows what would be done to everybody in a department, and does nothing.
    .OUTPUTS
    M365Access.Outcome, one for each person (MailboxAccess); Before, Wanted and After list the open protocols.
    .NOTES
    Permissions: Exchange.ManageAsApp for an app, Exchange.Manage for a person, and User.Read.All of Microsoft
    Graph. Role: Exchange Recipient Administrator; an app needs it too. Without both, Exchange Online refuses
    and does not say why.

    Takes the place of Set-CASMailbox -PopEnabled $true and so on.
    .LINK
    Disable-M365MailboxAccess
    .LINK
    Get-M365MailboxAccess
    .LINK
    https://learn.microsoft.com/powershell/module/exchange/set-casmailbox
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('M365Access.Outcome')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('UserPrincipalName', 'UPN', 'Id', 'ObjectId', 'Username', 'Identity')]
        [string[]] $User,

        [string] $Path,

        [switch] $SkipFaulty,

        [string] $Group,

        [string] $Filter,

        [switch] $All,

        [string[]] $Except,

        [ValidateSet(
            'ActiveSync', 'OWA', 'OWAforDevices', 'MAPI', 'EWS', 'POP', 'IMAP', 'UniversalOutlook', 'OutlookMobile',
            'OneWinNativeOutlook', 'MacOutlook', 'SmtpAuth')]
        [string[]] $Protocol,

        [switch] $Classic,

        [ValidateRange(1, [int]::MaxValue)] [int] $MaximumUsers,

        [ValidateRange(1, 100)] [int] $MaximumPercent,

        [switch] $AllowPrivileged,

        [string] $Reason,

        [string] $PlanPath,

        [timespan] $TimeLimit,

        [object] $Connection
    )

    begin { $people = [System.Collections.Generic.List[string]]::new() }
    process { if ($null -ne $User) { $people.AddRange($User) } }
    end { Invoke-Operation -Operation 'enable_mailbox_access' -Cmdlet $PSCmdlet -User $people }
}
