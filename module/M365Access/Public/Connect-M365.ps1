function Connect-M365 {
    <#
    .SYNOPSIS
    Connects to a Microsoft 365 tenant, or to a simulated one.
    .DESCRIPTION
    Signs in, reads who we are there, and makes the connection the current one, which other cmdlets use unless
    they are told another. Several can be open. A failed attempt leaves the current connection as it was.

    With -Simulated, a tenant is made up inside of this process: it keeps state, speaks the services'
    protocols, enforces permissions and quotas and needs neither a network nor credentials. It ends with the
    connection.

    Secrets are SecureStrings; they are kept in memory that is wiped, and shown nowhere.
    .PARAMETER Simulated
    Connects to a simulated tenant inside of this process.
    .PARAMETER SimulatedUsers
    People in the simulated tenant, 10 to 200,000; 200 if nothing is said.
    .PARAMETER Seed
    The same seed gives the same people, ids and secrets; 1 if nothing is said.
    .PARAMETER As
    Who signs in to the simulated tenant: a user principal name, or App. A Global Administrator if nothing is
    said.
    .PARAMETER TimeScale
    How many times faster than the services the simulated tenant lives; 60 if nothing is said. For a simulated
    tenant of another process, whose endpoints are given: what that one was started with, so that its quotas
    are kept at its own pace.
    .PARAMETER LatencyMilliseconds
    Added to every answer of the simulated tenant.
    .PARAMETER FaultPath
    A JSON file with faults that the simulated tenant plays; `m365-simulator --help` shows its format.
    .PARAMETER TenantId
    The id of the tenant, or one of its verified domains.
    .PARAMETER ClientId
    The client id of the app registration.
    .PARAMETER ClientSecret
    A secret of the app registration.
    .PARAMETER AccessToken
    An access token for Microsoft Graph from elsewhere. It is used as it is, until it ends.
    .PARAMETER ExchangeToken
    An access token for Exchange Online from elsewhere.
    .PARAMETER Environment
    The cloud: Global (GCC included), USGov (GCC High), USGovDoD, China (21Vianet). Global if nothing is said.
    .PARAMETER GraphEndpoint
    Another root of Microsoft Graph than the cloud's. Plain http only to this machine.
    .PARAMETER LoginEndpoint
    Another root for signing in than the cloud's. Plain http only to this machine.
    .PARAMETER ExchangeEndpoint
    Another root of Exchange Online than the cloud's. Plain http only to this machine.
    .PARAMETER EmergencyAccount
    Emergency accounts, by user principal name or object id: never touched.
    .PARAMETER JournalPath
    The file of the journal. Otherwise M365_ACCESS_JOURNAL says where it is, or it lies in the user's state
    folder.
    .PARAMETER Proxy
    A proxy, for example http://proxy:8080; none for no proxy. Otherwise what the system says.
    .PARAMETER CaCertificatePath
    A PEM file with certificate authorities that are trusted beside those of the system.
    .EXAMPLE
    Connect-M365 -Simulated
    Get-M365User -All | Select-Object -First 5

    Looks around in a simulated tenant.
    .EXAMPLE
    $simulator = Start-M365Simulator
    $secret = ConvertTo-SecureString $simulator.ClientSecret -AsPlainText -Force
    Connect-M365 -TenantId $simulator.TenantId -ClientId $simulator.ClientId -ClientSecret $secret `
        -GraphEndpoint $simulator.GraphEndpoint -LoginEndpoint $simulator.LoginEndpoint `
        -ExchangeEndpoint $simulator.ExchangeEndpoint

    Signs in as an app; against a real tenant the three endpoints are left out.
    .OUTPUTS
    M365Access.Connection
    .NOTES
    Permissions: what the cmdlets used over this connection need; their help names it.

    Takes the place of Connect-MsolService, Connect-AzureAD and Connect-MgGraph.
    .LINK
    Disconnect-M365
    .LINK
    Get-M365Connection
    .LINK
    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    #>
    [CmdletBinding(DefaultParameterSetName = 'ClientSecret')]
    [OutputType('M365Access.Connection')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Simulated')]
        [switch] $Simulated,

        [Parameter(ParameterSetName = 'Simulated')]
        [ValidateRange(10, 200000)] [int] $SimulatedUsers,

        [Parameter(ParameterSetName = 'Simulated')]
        [uint64] $Seed,

        [Parameter(ParameterSetName = 'Simulated')]
        [string] $As,

        [double] $TimeScale,

        [Parameter(ParameterSetName = 'Simulated')]
        [ValidateRange(0, 60000)] [int] $LatencyMilliseconds,

        [Parameter(ParameterSetName = 'Simulated')]
        [string] $FaultPath,

        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')]
        [Parameter(ParameterSetName = 'AccessToken')]
        [string] $TenantId,

        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')]
        [string] $ClientId,

        [Parameter(Mandatory, ParameterSetName = 'ClientSecret')]
        [securestring] $ClientSecret,

        [Parameter(Mandatory, ParameterSetName = 'AccessToken')]
        [securestring] $AccessToken,

        [Parameter(ParameterSetName = 'AccessToken')]
        [securestring] $ExchangeToken,

        [ValidateSet('Global', 'USGov', 'USGovDoD', 'China')]
        [string] $Environment,

        [uri] $GraphEndpoint,

        [uri] $LoginEndpoint,

        [uri] $ExchangeEndpoint,

        [string[]] $EmergencyAccount,

        [string] $JournalPath,

        [string] $Proxy,

        [string] $CaCertificatePath
    )

    $request = New-Request -Cmdlet $PSCmdlet
    $session = Open-Session -Cmdlet $PSCmdlet -Settings $request.Plain -Secret $request.Secret
    $native = $script:Native
    $connection = $null
    try {
        $connection = Read-Connection -Session $session -Cmdlet $PSCmdlet
        if ($null -ne $connection) { Add-Connection -Connection $connection -Session $session }
    }
    finally {
        if ($null -eq $connection) { $native::m365_close($session) }
    }
    $connection
}
