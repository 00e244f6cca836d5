function Get-M365Connection {
    <#
    .SYNOPSIS
    Lists the open connections, the current one first.
    .DESCRIPTION
    Says who we are in each tenant: account or app, permissions, directory roles, and when the token ends.
    Other cmdlets use the current connection unless -Connection names another.
    .PARAMETER Connection
    A connection, or its name: only that one, read anew from the service.
    .EXAMPLE
    Get-M365Connection

    All open connections.
    .EXAMPLE
    (Get-M365Connection)[0] | Format-List *

    Everything about the current connection.
    .OUTPUTS
    M365Access.Connection
    .NOTES
    Permissions: none are needed; RoleManagement.Read.Directory shows the roles of an app.
    .LINK
    Connect-M365
    .LINK
    Disconnect-M365
    #>
    [CmdletBinding()]
    [OutputType('M365Access.Connection')]
    param(
        [Parameter(Position = 0)]
        [object] $Connection
    )

    if ($PSBoundParameters.ContainsKey('Connection')) {
        Update-Connection -Connection (Resolve-Connection -Connection $Connection -Cmdlet $PSCmdlet) -Cmdlet $PSCmdlet
        return
    }
    for ($index = $script:Connections.Count - 1; $index -ge 0; $index--) { $script:Connections[$index] }
}
