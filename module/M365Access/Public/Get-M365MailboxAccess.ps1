function Get-M365MailboxAccess {
    <#
    .SYNOPSIS
    Reads by which protocols people's mailboxes can be reached.
    .DESCRIPTION
    One object a mailbox, with one property a protocol: Allowed, Blocked, or for SmtpAuth also Organization,
    where the organisation's own setting decides. Allowed and Blocked list the protocols. People without a
    mailbox are an error where they were named one by one, and are only counted among many.

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

    There is no documented interface for these switches: they are read through the command endpoint that
    Microsoft's own Exchange module uses. With -All the mailboxes come in pages; otherwise one by one, a few
    at a time.
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
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Select-Object -First 1 | Get-M365MailboxAccess

    How one person's mailbox can be reached.
    .EXAMPLE
    Get-M365MailboxAccess -All | Where-Object { $_.Allowed -contains 'POP' } | Select-Object -First 10

    Ten mailboxes that POP3 still opens.
    .OUTPUTS
    M365Access.MailboxAccess
    .NOTES
    Permissions: Exchange.ManageAsApp for an app, Exchange.Manage for a person, and User.Read.All of Microsoft
    Graph. Role: Exchange Recipient Administrator; an app needs it too. Without both, Exchange Online refuses
    and does not say why. To read, Global Reader or Helpdesk Administrator is enough.

    Takes the place of Get-CASMailbox.
    .LINK
    Disable-M365MailboxAccess
    .LINK
    https://learn.microsoft.com/powershell/module/exchange/get-casmailbox
    #>
    [CmdletBinding()]
    [OutputType('M365Access.MailboxAccess')]
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

        [object] $Connection
    )

    begin { $people = [System.Collections.Generic.List[string]]::new() }
    process { if ($null -ne $User) { $people.AddRange($User) } }
    end { Invoke-Operation -Operation 'get_mailbox_access' -Cmdlet $PSCmdlet -User $people }
}
