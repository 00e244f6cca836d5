function Invoke-M365Offboarding {
    <#
    .SYNOPSIS
    Takes the access of people who have left away, in the order that leaves no gap.
    .DESCRIPTION
    For each person: sign-in is blocked and read back, the password is replaced, the sessions are revoked and
    read back, and the protocols of the mailbox are closed and read back (through a command endpoint of Exchange
    Online that is not documented; a person without a mailbox is skipped). With -ResetMfaMethods what the person
    has registered for the second factor is deleted last. Sessions are never revoked before the block is
    confirmed, and once more if the first revocation turns out to be older than the block. A step that fails
    skips what depends on it and nothing else. People are done side by side, the order within a person is kept.

    Every change is one outcome, and each person has a summary that says by when what was done has taken hold:
    at once, within the hour of the last access token, or within a day. The caller's own account, the last
    Global Administrator and emergency accounts are refused.
    .PARAMETER User
    User principal names or object ids, also from the pipeline: as text, or as objects with a property of this
    name or of one of its aliases. Everybody who comes down the pipeline is gathered and becomes one run.
    Somebody named twice is done once; somebody unknown is reported, and the others are done.
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
    .PARAMETER Skip
    Steps to leave out. The block cannot be left out: everything else leans on it.
    .PARAMETER Password
    The new password, the same for everybody who is selected. Without it, each person gets a generated one.
    .PARAMETER ShowPassword
    Puts the new password into the outcome, as a SecureString in the property Password.
    .PARAMETER AsPlainText
    With -ShowPassword: the password is text. It may then end up in the history, in transcripts and in logs.
    .PARAMETER NoChangeAtNextSignIn
    The password need not be changed at the next sign-in.
    .PARAMETER ResetMfaMethods
    Deletes what is registered to prove the second factor, too, once the block is confirmed.
    .PARAMETER WaitUntilEffective
    Waits until what was done has taken hold everywhere (EffectiveBy), and returns then.
    .PARAMETER MaximumUsers
    The most people that this run may touch; 100 if nothing is said. Above it, nothing is written.
    .PARAMETER MaximumPercent
    The largest share of the tenant that this run may touch, in percent; 10 if nothing is said, and only looked
    at when more than 20 people are concerned. Above it, nothing is written. -All needs 100 here, or an answer
    to the confirmation that names the number of people.
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
    $result = Invoke-M365Offboarding $connection.Simulator.Samples.Mailbox -Reason 'HR-2041' -Confirm:$false
    $result | Where-Object { $_.PSTypeNames -contains 'M365Access.Offboarding' } |
        Format-List User, Outcome, AtOnce, WithinHour, WithinDay, EffectiveBy

    Offboards one person of a simulated tenant and shows what it amounts to. In your own tenant: connect to it,
    name the person (Invoke-M365Offboarding anna@contoso.com), and look first with -WhatIf.
    .EXAMPLE
    Invoke-M365Offboarding -Filter "userType eq 'Guest' and accountEnabled eq false" -WhatIf

    Shows what would be done to guests who are blocked already, and does nothing.
    .OUTPUTS
    M365Access.Outcome, one for each change, and M365Access.Offboarding, one for each person.
    .NOTES
    Permissions: User.EnableDisableAccount.All, User-PasswordProfile.ReadWrite.All and User.RevokeSessions.All
    with User.Read.All; or User.ReadWrite.All; or Directory.ReadWrite.All; with RoleManagement.Read.Directory;
    for the mailbox Exchange.ManageAsApp (an app) or Exchange.Manage (a person) and the role Exchange Recipient
    Administrator; with -ResetMfaMethods UserAuthenticationMethod.ReadWrite.All. A connection that lacks one of
    them is refused before anything is written, unless the step that needs it is left out with -Skip. For
    administrators the role Privileged Authentication Administrator or Global Administrator, for other people at
    least User Administrator.
    .LINK
    Block-M365User
    .LINK
    Reset-M365Password
    .LINK
    https://learn.microsoft.com/entra/identity/users/users-revoke-access
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('M365Access.Outcome', 'M365Access.Offboarding')]
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

        [ValidateSet('Password', 'Sessions', 'Mailbox', 'MfaMethods')] [string[]] $Skip,

        [securestring] $Password,

        [switch] $ShowPassword,

        [switch] $AsPlainText,

        [switch] $NoChangeAtNextSignIn,

        [switch] $ResetMfaMethods,

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
    end { Invoke-Operation -Operation 'invoke_offboarding' -Cmdlet $PSCmdlet -User $people }
}
