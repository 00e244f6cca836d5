function Reset-M365MfaMethod {
    <#
    .SYNOPSIS
    Deletes what people have registered to prove the second factor, so that they have to register again.
    .DESCRIPTION
    What the older portal calls "require contact methods again": phones, authenticator apps, keys, passes and
    the rest are deleted one by one, in the order that the service accepts: passes and mail addresses first,
    an alternate phone before the phone, the default last. Where the default is to go and others are kept, one
    of those is made the default first, and the outcome says so; where none of those can be the default (keys
    and Windows Hello cannot), the service keeps the old one. Then the list is read again: Verified means that
    it shows no type that was to go. Deleting is not atomic; what could not be deleted is named in the outcome,
    and After lists the types that remain. A type that the service has and this module does not know is
    reported and left alone.

    Deleted methods cannot be brought back. Until something is registered again, the password alone may be
    enough to sign in: block the person, or set MFA to Enforced, where that matters. The service lets through
    few calls of this kind (5 in 10 seconds), so that many people take their time.

    The service decides, and every outcome says what is known: Verified was read back, Failed and Unknown are
    errors as well. The caller's own account, the last Global Administrator and emergency accounts are
    refused.
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
    .PARAMETER Keep
    Types that are left alone: Phone, Authenticator, Fido2, SoftwareOath, HardwareOath, Email, WindowsHello,
    TemporaryAccessPass, PlatformCredential, External, QrCodePin.
    .PARAMETER RevokeSessions
    Ends the sessions afterwards, on remembered devices too, whether or not all methods could be deleted.
    .PARAMETER AppPasswords
    App passwords, too. The service has no interface for them, and they survive a reset of the password: one
    skipped outcome (code no_interface) says so, and what helps instead.
    .PARAMETER WaitUntilEffective
    Waits until what was done has taken hold everywhere (EffectiveBy), and returns then.
    .PARAMETER MaximumUsers
    The most people that this run may touch; 100 if nothing is said. Above it, nothing is written. Who says
    -All with -MaximumPercent 100, or answers with the number of people, has said how many.
    .PARAMETER MaximumPercent
    The largest share of the tenant that this run may touch, in percent; 10 if nothing is said, and only
    looked at when more than 20 people are concerned. Above it, nothing is written. -All needs 100 here, or an
    answer to the confirmation that names the number of people.
    .PARAMETER AllowPrivileged
    Lets the run touch administrators who were not named singly. The caller, the last Global Administrator and
    the emergency accounts stay protected.
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
    Get-M365User -Filter "userType eq 'Member'" -Allowed | Select-Object -Last 1 | Reset-M365MfaMethod -WhatIf

    Shows what one person has registered, and what would remain.
    .EXAMPLE
    $connection = Connect-M365 -Simulated
    Reset-M365MfaMethod $connection.Simulator.Samples.ManyMethods -Keep Authenticator -RevokeSessions -Confirm:$false |
        Format-List User, Change, Outcome, Before, After

    Deletes everything that one person of a simulated tenant has registered but the app, and ends the
    sessions. In your own tenant: connect to it, and name the person.
    .OUTPUTS
    M365Access.Outcome, one for each change (MfaMethods, Sessions).
    .NOTES
    Permissions: UserAuthenticationMethod.ReadWrite.All (or UserAuthenticationMethod.Read.All and those of the
    types that are to be deleted, for example UserAuthMethod-Phone.ReadWrite.All) with User.Read.All and
    RoleManagement.Read.Directory; for -RevokeSessions also User.RevokeSessions.All. Role: Authentication
    Administrator for people without a role, Privileged Authentication Administrator for every administrator.

    Takes the place of Reset-MsolStrongAuthenticationMethodByUpn.
    .LINK
    Revoke-M365Sessions
    .LINK
    Get-M365MfaInstruction
    .LINK
    https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
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
            'Phone', 'Authenticator', 'Fido2', 'SoftwareOath', 'HardwareOath', 'Email', 'WindowsHello', 'TemporaryAccessPass',
            'PlatformCredential', 'External', 'QrCodePin')]
        [string[]] $Keep,

        [switch] $RevokeSessions,

        [switch] $AppPasswords,

        [switch] $WaitUntilEffective,

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
    end { Invoke-Operation -Operation 'reset_mfa_method' -Cmdlet $PSCmdlet -User $people }
}
