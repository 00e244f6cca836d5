function Get-M365MfaInstruction {
    <#
    .SYNOPSIS
    Makes what to send to people once they have to sign in in two steps.
    .DESCRIPTION
    One message a person, in the person's own language as far as that is English, Dutch or Swedish: from when
    it counts (the day on which the sessions were ended, if that is less than a week ago, else today), how to
    set up Microsoft Authenticator or a phone number, and, where the tenant lets people make app passwords,
    where those are made. Nothing is written and nothing is sent; any mail program can send the subject and
    the body as they are.
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
    People (user principal names or object ids) or groups (group:<name or id>) who are left out, however they
    were selected. One that does not exist stops the command.
    .PARAMETER Language
    The language for everybody: en, nl or sv. Without it, each person's preferred language where it is one of
    these, else English.
    .PARAMETER Format
    Text (if nothing is said), Html (a page that mail programs show as it is meant) or Markdown.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Select-Object -First 1 | Get-M365MfaInstruction

    Shows what to send to one person.
    .EXAMPLE
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Select-Object -First 3 |
        Get-M365MfaInstruction -Language nl -Format Html |
        ForEach-Object { Set-Content -Path "$($_.User).html" -Value $_.Body -Encoding UTF8 -WhatIf }

    Would write a page in Dutch for each of three people.
    .OUTPUTS
    M365Access.Instruction
    .NOTES
    Permissions: User.Read.All; and Policy.Read.All to learn whether people may make app passwords. Without
    the latter, nothing is said of them.
    .LINK
    Get-M365User
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    #>
    [CmdletBinding()]
    [OutputType('M365Access.Instruction')]
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

        [ValidateSet('en', 'nl', 'sv')] [string] $Language,

        [ValidateSet('Text', 'Html', 'Markdown')] [string] $Format,

        [object] $Connection
    )

    begin { $people = [System.Collections.Generic.List[string]]::new() }
    process { if ($null -ne $User) { $people.AddRange($User) } }
    end { Invoke-Operation -Operation 'get_mfa_instruction' -Cmdlet $PSCmdlet -User $people }
}
