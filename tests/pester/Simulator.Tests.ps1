# A simulated tenant for other programs: here a program that knows nothing but HTTP.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    function Get-Token {
        param($Simulator, [string] $Id = $Simulator.ClientId, [string] $Secret = $Simulator.ClientSecret)
        $body = @{
            grant_type = 'client_credentials'; scope = "$($Simulator.GraphEndpoint)/.default"; client_id = $Id; client_secret = $Secret
        }
        (Invoke-RestMethod "$($Simulator.LoginEndpoint)/$($Simulator.TenantId)/oauth2/v2.0/token" -Method Post -Body $body).access_token
    }
}

AfterAll { Remove-Module M365Access }

Describe 'Start-M365Simulator' {
    AfterEach { Stop-M365Simulator }

    It 'describes itself' {
        $simulator = Start-M365Simulator -Users 50 -Seed 3
        $simulator.PSObject.TypeNames[0] | Should -Be 'M365Access.Simulator'
        foreach ($name in 'GraphEndpoint', 'LoginEndpoint', 'ExchangeEndpoint') { $simulator.$name | Should -Match '^http://127\.0\.0\.1:\d+' }
        $kinds = 'User', 'Mailbox', 'Guest', 'Synced', 'Federated', 'GlobalAdmin', 'UserAdmin', 'HelpdeskAdmin', 'EligibleAdmin',
            'Disabled', 'MfaEnabled', 'MfaEnforced', 'ManyMethods', 'Apostrophe', 'NoMailbox'
        foreach ($kind in $kinds) { $simulator.Samples.$kind | Should -BeLike '*@*' -Because "there is a $kind" }
    }

    It 'answers a program that speaks HTTP' {
        $simulator = Start-M365Simulator -Users 50
        $headers = @{ Authorization = "Bearer $(Get-Token $simulator)" }
        $count = Invoke-RestMethod "$($simulator.GraphEndpoint)/v1.0/users?`$count=true&`$top=1" -Headers ($headers + @{ ConsistencyLevel = 'eventual' })
        $count.'@odata.count' | Should -Be 50
    }

    It 'runs several at once; each can be stopped alone' {
        $first = Start-M365Simulator -Users 20
        $second = Start-M365Simulator -Users 20 -Seed 2
        $first.GraphEndpoint | Should -Not -Be $second.GraphEndpoint
        $first | Stop-M365Simulator
        { Get-Token $first } | Should -Throw
        Get-Token $second | Should -Not -BeNullOrEmpty
        Stop-M365Simulator
        { Get-Token $second } | Should -Throw
    }

    It 'refuses a port that is taken, and names it' {
        $first = Start-M365Simulator -Users 20
        $port = ([uri] $first.GraphEndpoint).Port
        { Start-M365Simulator -Port $port } | Should -Throw -ExpectedMessage "*$port*"
    }

    It 'serves https with an authority of its own' {
        $simulator = Start-M365Simulator -Users 20 -Https
        $simulator.GraphEndpoint | Should -Match '^https://'
        $simulator.CaCertificatePath | Should -Exist
        $arguments = @{
            TenantId = $simulator.TenantId; ClientId = $simulator.ClientId
            ClientSecret = ConvertTo-SecureString $simulator.ClientSecret -AsPlainText -Force
            GraphEndpoint = $simulator.GraphEndpoint; LoginEndpoint = $simulator.LoginEndpoint
        }
        { Connect-M365 @arguments } | Should -Throw
        (Connect-M365 @arguments -CaCertificatePath $simulator.CaCertificatePath).TenantId | Should -Be $simulator.TenantId
        Disconnect-M365
    }
}
