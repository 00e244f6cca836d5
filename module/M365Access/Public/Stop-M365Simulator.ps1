function Stop-M365Simulator {
    <#
    .SYNOPSIS
    Stops simulated tenants that Start-M365Simulator started.
    .DESCRIPTION
    Those that come down the pipeline or are named; without either, all that this runspace started.
    .PARAMETER TenantId
    Tenant ids of simulated tenants. Tenants of the same seed have the same id and end together.
    .PARAMETER GraphEndpoint
    Addresses of simulated tenants, each of which is one.
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
        [string[]] $TenantId,

        [Parameter(ValueFromPipelineByPropertyName)]
        [string[]] $GraphEndpoint
    )

    begin {
        $ids = [System.Collections.Generic.List[string]]::new()
        $endpoints = [System.Collections.Generic.List[string]]::new()
    }
    process {
        # Tenants of the same seed have the same id; an address is one tenant's alone.
        if ($GraphEndpoint) { $endpoints.AddRange($GraphEndpoint) }
        elseif ($TenantId) { $ids.AddRange($TenantId) }
    }
    end {
        $request = @{}
        if ($ids.Count -gt 0) { $request['tenantId'] = $ids }
        if ($endpoints.Count -gt 0) { $request['graphEndpoint'] = $endpoints }
        if ($request.Count -eq 0 -and $MyInvocation.ExpectingInput) { return }
        $session = Get-LocalSession -Cmdlet $PSCmdlet
        Invoke-Job -Operation 'stop_simulator' -Session $session -Cmdlet $PSCmdlet -Request $request
    }
}
