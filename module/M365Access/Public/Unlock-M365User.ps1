function Unlock-M365User {
    <#
    .SYNOPSIS
    Unlocks accounts: a new password, then sign-in allowed.
    .DESCRIPTION
    Gives each person a new password, allows sign-in, and revokes the sessions that were begun with the old
    password. Each step is read back, and sign-in is allowed only after the new password is confirmed.

    A lock by bad attempts (smart lockout) cannot be read or lifted through any interface. It ends by itself:
    after a minute at first, each time later after longer. People can end it themselves by self-service
    password reset. The new password shows in nothing but the outcome, and there only with -ShowPassword.
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
    .PARAMETER Password
    The new password, the same for everybody who is selected. Without it, each person gets a generated one.
    .PARAMETER ShowPassword
    Puts the new password into the outcome, as a SecureString in the property Password.
    .PARAMETER AsPlainText
    With -ShowPassword: the password is text. It may then end up in the history, in transcripts and in logs.
    .PARAMETER NoChangeAtNextSignIn
    The password need not be changed at the next sign-in.
    .PARAMETER KeepSessions
    Leaves the sessions alone.
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
    $connection = Connect-M365 -Simulated
    Unlock-M365User $connection.Simulator.Samples.Disabled -ShowPassword -AsPlainText -Confirm:$false |
        Select-Object User, Change, Outcome, Password

    Gives one blocked person of a simulated tenant a new password, allows sign-in, and shows the password
    once. In your own tenant: connect to it, and name the person.
    .EXAMPLE
    Get-M365User -Filter "userType eq 'Member'" -Blocked | Select-Object -First 1 | Unlock-M365User -WhatIf

    Shows what would be done, and does nothing.
    .OUTPUTS
    M365Access.Outcome, one for each change (Password, SignIn, Sessions).
    .NOTES
    Permissions: User-PasswordProfile.ReadWrite.All, User.EnableDisableAccount.All and User.RevokeSessions.All
    with User.Read.All; or User.ReadWrite.All; or Directory.ReadWrite.All; with RoleManagement.Read.Directory.
    Roles as for Reset-M365Password and Unblock-M365User: Helpdesk and Password Administrator can reset a
    password but not allow sign-in.
    .LINK
    Reset-M365Password
    .LINK
    Unblock-M365User
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout
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

        [securestring] $Password,

        [switch] $ShowPassword,

        [switch] $AsPlainText,

        [switch] $NoChangeAtNextSignIn,

        [switch] $KeepSessions,

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
    end { Invoke-Operation -Operation 'unlock_user' -Cmdlet $PSCmdlet -User $people }
}
