function Stop-M365Simulator {
    <#
    .SYNOPSIS
    Stops simulated tenants that Start-M365Simulator started.
    .DESCRIPTION
    Those that come down the pipeline or are named by their tenant id; without either, all that this runspace started.
    .PARAMETER TenantId
    Tenant ids of simulated tenants.
    .EXAMPLE
    Start-M365Simulator | Stop-M365Simulator

    Starts one and stops it again.
    .EXAMPLE
    Stop-M365Simulator

    Stops all.
    .OUTPUTS
    None.
    .NOTES
    Permissions: none.
    .LINK
    Start-M365Simulator
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [string[]] $TenantId
    )

    begin { $ids = [System.Collections.Generic.List[string]]::new() }
    process { if ($TenantId) { $ids.AddRange($TenantId) } }
    end {
        $request = @{}
        if ($ids.Count -gt 0) { $request['tenantId'] = $ids }
        elseif ($MyInvocation.ExpectingInput) { return }
        $session = Get-LocalSession -Cmdlet $PSCmdlet
        Invoke-Job -Operation 'stop_simulator' -Session $session -Cmdlet $PSCmdlet -Request $request
    }
}
