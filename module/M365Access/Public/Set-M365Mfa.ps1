function Set-M365Mfa {
    <#
    .SYNOPSIS
    Sets the per-user MFA state of people.
    .DESCRIPTION
    The state of each person is set and read back.

    Disabled: not asked for. Enabled: asked to register a method at the next sign-in; older mail programs go
    on with the password until then. Enforced: asked for at every sign-in; older mail programs need an app
    password. The service makes Enforced of Enabled by itself for whoever has registered a method, so that an
    outcome may have asked for Enabled and read Enforced afterwards: it is Verified, and says so.

    Where security defaults or Conditional Access decide about MFA, the per-user state is beside the point;
    for security defaults this is said as a warning. Emergency accounts are refused, unless they are to be let
    off.

    It asks only when -Confirm is given; look first with -WhatIf.
    .PARAMETER State
    The state: Enabled, Enforced or Disabled.
    .PARAMETER User
    User principal names or object ids, also from the pipeline: as text, or as objects with a property User,
    UserPrincipalName, UPN, Username, Identity, Id or ObjectId. Everybody who comes down the pipeline is
    gathered and becomes one run. Somebody named twice is done once; somebody unknown is reported, and the
    others are done.
    .PARAMETER Path
    A CSV file with a column Username, UserPrincipalName or Id. The file is checked whole first: a faulty line
    or an unknown person is reported with its line in the file (the heading is line 1). For a state a line,
    see Import-M365Mfa.
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
    .PARAMETER MaximumUsers
    The most people that this run may touch; 100 if nothing is said. Above it, nothing is written. Who says
    -All with -MaximumPercent 100, or answers with the number of people, has said how many.
    .PARAMETER MaximumPercent
    The largest share of the tenant that this run may touch, in percent; 10 if nothing is said, and only
    looked at when more than 20 people are concerned. Above it, nothing is written. -All needs 100 here, or an
    answer to the confirmation that names the number of people.
    .PARAMETER AllowPrivileged
    Lets the run touch administrators who were not named singly. Emergency accounts stay protected from MFA,
    which they may not be prepared for.
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
    $connection = Connect-M365 -Simulated
    Set-M365Mfa $connection.Simulator.Samples.User -State Enforced

    Asks one person of a simulated tenant for a second factor at every sign-in. In your own tenant: connect to
    it, and name the person.
    .EXAMPLE
    Set-M365Mfa -Filter "userType eq 'Guest'" -State Enabled -WhatIf

    Shows what would be done to every guest, and does nothing.
    .OUTPUTS
    M365Access.Outcome, one for each person (Mfa).
    .NOTES
    Permissions: Policy.ReadWrite.AuthenticationMethod with User.Read.All, and RoleManagement.Read.Directory
    to know who is an administrator. Role: Authentication Policy Administrator today; the older portal (and
    Set-MsolUser) asked for Global Administrator.

    The state is read and written through an interface that Microsoft offers in beta only. Calls are paced at
    five in ten seconds, the published limit for authentication methods: a hundred people take some minutes.

    Takes the place of Set-MsolUser -StrongAuthenticationRequirements.
    .LINK
    Get-M365Mfa
    .LINK
    Import-M365Mfa
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('M365Access.Outcome')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('UserPrincipalName', 'UPN', 'Id', 'ObjectId', 'Username', 'Identity')]
        [string[]] $User,

        [Parameter(Mandatory)] [ValidateSet('Enabled', 'Enforced', 'Disabled')] [string] $State,

        [string] $Path,

        [switch] $SkipFaulty,

        [string] $Group,

        [string] $Filter,

        [switch] $All,

        [string[]] $Except,

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
    end { Invoke-Operation -Operation 'set_mfa' -Cmdlet $PSCmdlet -User $people }
}
