function Disconnect-M365 {
    <#
    .SYNOPSIS
    Closes a connection.
    .DESCRIPTION
    Work that still goes on over it stops at the next safe place; the journal says how far it came. After it,
    the connection before is the current one again. Tokens and secrets of the connection are wiped from
    memory.
    .PARAMETER Connection
    Connections, or their names; the current one if nothing is said.
    .EXAMPLE
    Disconnect-M365

    Closes the current connection.
    .EXAMPLE
    Get-M365Connection | Disconnect-M365

    Closes all.
    .OUTPUTS
    None.
    .NOTES
    Permissions: none.
    .LINK
    Connect-M365
    .LINK
    Get-M365Connection
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline)]
        [object[]] $Connection
    )

    begin { $closing = [System.Collections.Generic.List[object]]::new() }
    process { foreach ($one in $Connection) { $closing.Add($one) } }
    end {
        if ($closing.Count -eq 0) {
            if ($MyInvocation.ExpectingInput) { return }
            $closing.Add((Resolve-Connection -Cmdlet $PSCmdlet))
        }
        foreach ($one in $closing) {
            Remove-Connection -Connection (Resolve-Connection -Connection $one -Cmdlet $PSCmdlet)
        }
    }
}
