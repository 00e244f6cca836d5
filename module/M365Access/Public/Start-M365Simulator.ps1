function Start-M365Simulator {
    <#
    .SYNOPSIS
    Starts a simulated Microsoft 365 tenant on this machine, for other programs.
    .DESCRIPTION
    The tenant listens on the loopback address, keeps state, speaks the services' protocols (sign-in, Graph),
    enforces permissions, roles and quotas, and refuses what the services refuse. Several can run at once. It
    ends with Stop-M365Simulator, when the module is removed, and with the process.

    Its description tells what other programs need: addresses, an app that may do everything, an app that may
    only read users, the password that everybody has at first, and people of each kind to try things on
    (Samples).
    .PARAMETER Port
    The port on 127.0.0.1; any free one if nothing is said.
    .PARAMETER Users
    People in the tenant, 10 to 200,000; 200 if nothing is said.
    .PARAMETER Seed
    The same seed gives the same people, ids and secrets; 1 if nothing is said.
    .PARAMETER LatencyMilliseconds
    Added to every answer.
    .PARAMETER TimeScale
    How many times faster than the services it lives: quota windows, token lifetimes, Retry-After,
    replication; 1 if nothing is said.
    .PARAMETER Https
    Serves https; the authority of its certificate is in the file CaCertificatePath.
    .PARAMETER FaultPath
    A JSON file with faults that the tenant plays; `m365-simulator --help` shows its format.
    .EXAMPLE
    $simulator = Start-M365Simulator -Users 500
    $simulator.Samples

    Starts a tenant of 500 people and shows one of each kind.
    .EXAMPLE
    $simulator = Start-M365Simulator -TimeScale 60
    $body = @{
        grant_type = 'client_credentials'; scope = "$($simulator.GraphEndpoint)/.default"
        client_id = $simulator.ClientId; client_secret = $simulator.ClientSecret
    }
    $address = "$($simulator.LoginEndpoint)/$($simulator.TenantId)/oauth2/v2.0/token"
    Invoke-RestMethod $address -Method Post -Body $body

    Asks it for a token as any HTTP client would.
    .OUTPUTS
    M365Access.Simulator
    .NOTES
    Permissions: none.
    .LINK
    Stop-M365Simulator
    .LINK
    Connect-M365
    #>
    [CmdletBinding()]
    [OutputType('M365Access.Simulator')]
    param(
        [ValidateRange(0, 65535)] [int] $Port,

        [ValidateRange(10, 200000)] [int] $Users,

        [uint64] $Seed,

        [ValidateRange(0, 60000)] [int] $LatencyMilliseconds,

        [double] $TimeScale,

        [switch] $Https,

        [string] $FaultPath
    )

    $request = New-Request -Cmdlet $PSCmdlet
    $session = Get-LocalSession -Cmdlet $PSCmdlet
    Invoke-Job -Operation 'start_simulator' -Session $session -Cmdlet $PSCmdlet -Request $request.Plain
}
