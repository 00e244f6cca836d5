function Get-M365Mfa {
    <#
    .SYNOPSIS
    Reads per-user MFA states, what people have registered, and what protects their sign-in.
    .DESCRIPTION
    One object a person:

    MfaState           Disabled, Enabled or Enforced: the per-user state.
    MethodsRegistered  The types of registered methods; nothing in it where they could not be read. Up to five
                       people who are named are read as they are now; more people come from the service's
                       report, which is up to a day old.
    DefaultMethod      How the second factor is proved by default: Push, Oath, Sms, VoiceMobile,
                       VoiceAlternateMobile or VoiceOffice.
    IsAdmin            Holds a directory role.
    Protection         What protects the sign-in. SecurityDefaults: they are on in this tenant, and the
                       per-user state is beside the point, which is said as a warning too. PerUser: the
                       per-user state asks for MFA. None: neither does. Unknown: it could not be read.
                       Conditional Access is not read: None does not mean that no policy of that kind asks for
                       MFA, nor PerUser that none does.

    The objects can be piped to every cmdlet of this module that acts on people, and exported with Export-Csv
    to a file that Import-M365Mfa takes.
    .PARAMETER State
    Only people in this state: Any (if nothing is said), Enabled, Enforced or Disabled. Without a selector: of
    the whole tenant.
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
    Get-M365Mfa -State Enabled

    Everybody who has been asked to register a second factor and has not done so yet.
    .EXAMPLE
    Get-M365Mfa -All | Group-Object Protection, MfaState -NoElement

    How many people are protected by what.
    .OUTPUTS
    M365Access.Mfa
    .NOTES
    Permissions: User.Read.All and Policy.Read.All; AuditLog.Read.All for what many people have registered,
    UserAuthenticationMethod.Read.All for a few; RoleManagement.Read.Directory for IsAdmin. Role: Global
    Reader.

    Takes the place of Get-MsolUser and its StrongAuthenticationRequirements and StrongAuthenticationMethods.
    .LINK
    Set-M365Mfa
    .LINK
    New-M365MfaTemplate
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    #>
    [CmdletBinding()]
    [OutputType('M365Access.Mfa')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('UserPrincipalName', 'UPN', 'Id', 'ObjectId', 'Username', 'Identity')]
        [string[]] $User,

        [ValidateSet('Any', 'Enabled', 'Enforced', 'Disabled')] [string] $State,

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
    end { Invoke-Operation -Operation 'get_mfa' -Cmdlet $PSCmdlet -User $people }
}
