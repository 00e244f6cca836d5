function Get-M365User {
    <#
    .SYNOPSIS
    Reads people, whether they may sign in, and from when on their sessions are valid.
    .DESCRIPTION
    One object a person. The objects can be piped to every cmdlet of this module that acts on people.
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
    .PARAMETER Blocked
    Only people whose sign-in is blocked. Without a selector: of the whole tenant.
    .PARAMETER Allowed
    Only people who may sign in. Without a selector: of the whole tenant.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Get-M365User -Filter "userType eq 'Guest'" -Allowed

    Guests who may sign in.
    .EXAMPLE
    Get-M365User -All -Blocked | Sort-Object DisplayName | Select-Object -First 10

    The first ten of those who are blocked.
    .OUTPUTS
    M365Access.User
    .NOTES
    Permissions: User.Read.All, and RoleManagement.Read.Directory for the roles. Role: Directory Readers.

    Takes the place of Get-MsolUser -EnabledFilter DisabledOnly.
    .LINK
    Block-M365User
    .LINK
    https://learn.microsoft.com/graph/api/user-list
    #>
    [CmdletBinding()]
    [OutputType('M365Access.User')]
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

        [switch] $Blocked,

        [switch] $Allowed,

        [object] $Connection
    )

    begin { $people = [System.Collections.Generic.List[string]]::new() }
    process { if ($null -ne $User) { $people.AddRange($User) } }
    end { Invoke-Operation -Operation 'get_user' -Cmdlet $PSCmdlet -User $people }
}
