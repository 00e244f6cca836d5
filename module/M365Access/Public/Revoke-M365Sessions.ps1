function Revoke-M365Sessions {
    <#
    .SYNOPSIS
    Ends the sessions of people: they have to sign in again everywhere.
    .DESCRIPTION
    Refresh tokens and browser sessions from before this moment are no longer valid, on remembered devices
    too, as far as the service does that. It is read back. Access tokens that are out already live for up to
    an hour; EffectiveBy says when the last one is gone. Somebody whose sign-in is not blocked can sign in
    again at once.

    The service decides, and every outcome says what is known: Verified was read back, Accepted could not be
    read back, Failed and Unknown are errors as well. The caller's own account, the last Global Administrator
    and emergency accounts are refused.
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
    Revoke-M365Sessions $connection.Simulator.Samples.User -Confirm:$false

    Signs one person of a simulated tenant out everywhere. In your own tenant: connect to it, and name the
    person.
    .EXAMPLE
    Revoke-M365Sessions -Filter "userType eq 'Guest'" -WhatIf

    Shows whom it would reach, and does nothing.
    .OUTPUTS
    M365Access.Outcome, one for each person (Sessions).
    .NOTES
    Permissions: User.RevokeSessions.All with User.Read.All; or User.ReadWrite.All; or
    Directory.ReadWrite.All; with RoleManagement.Read.Directory. Role: Helpdesk Administrator for people
    without a role; Privileged Authentication Administrator for every administrator.

    Takes the place of Revoke-AzureADUserAllRefreshToken and Revoke-MgUserSignInSession, which report success
    before anything is known.
    .LINK
    Block-M365User
    .LINK
    https://learn.microsoft.com/graph/api/user-revokesigninsessions
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('M365Access.Outcome')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseSingularNouns', '', Justification = 'All of a person''s sessions end, or none.')]
    [Alias('Revoke-M365Session')]
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
    end { Invoke-Operation -Operation 'revoke_sessions' -Cmdlet $PSCmdlet -User $people }
}
