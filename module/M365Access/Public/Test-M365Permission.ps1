function Test-M365Permission {
    <#
    .SYNOPSIS
    Says whether you may carry out cmdlets here, and what is missing.
    .DESCRIPTION
    Compares what the connection's token and directory roles allow with what each cmdlet needs, without doing
    anything. With -User it says whether it would reach these people: administrators are out of reach of
    lesser roles.

    Allowed is empty where neither the token nor the directory shows it; then the service decides when it is
    tried.
    .PARAMETER User
    People whom it would be about, also from the pipeline; without them only what the caller may do at all is
    looked at.
    .PARAMETER Operation
    Names of cmdlets; without any, all of them.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Test-M365Permission -Operation Block-M365User, Reset-M365Password

    Says whether this connection may block people and reset passwords.
    .EXAMPLE
    Get-M365User -All | Select-Object -First 3 | Test-M365Permission -Operation Block-M365User

    Says whether a block would reach these three people.
    .OUTPUTS
    M365Access.Permission, one for each cmdlet and person.
    .NOTES
    Permissions: none of its own; User.Read.All and RoleManagement.Read.Directory let it say more.
    .LINK
    Get-M365Connection
    .LINK
    https://learn.microsoft.com/graph/permissions-reference
    #>
    [CmdletBinding()]
    [OutputType('M365Access.Permission')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('UserPrincipalName', 'UPN', 'Id', 'ObjectId', 'Username', 'Identity')]
        [string[]] $User,

        [string[]] $Operation,

        [object] $Connection
    )

    begin { $people = [System.Collections.Generic.List[string]]::new() }
    process { if ($null -ne $User) { $people.AddRange($User) } }
    end { Invoke-Operation -Operation 'test_permission' -Cmdlet $PSCmdlet -User $people }
}
