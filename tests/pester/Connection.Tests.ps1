# Connections: which one is current, how one is named, where one is valid, and what a failed one leaves behind.

BeforeAll {
    Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../module/M365Access/M365Access.psd1")) -Force
    function Test-Listening {
        param([uri] $Address)
        $client = [System.Net.Sockets.TcpClient]::new()
        try { $client.Connect($Address.Host, $Address.Port); $true } catch { $false } finally { $client.Dispose() }
    }
}

AfterAll { Remove-Module M365Access }

Describe 'Connect-M365' {
    AfterEach { Get-M365Connection | Disconnect-M365 }

    It 'says who we are' {
        $connection = Connect-M365 -Simulated
        $connection.PSObject.TypeNames[0] | Should -Be 'M365Access.Connection'
        $connection.Account | Should -BeLike '*@*'
        $connection.AuthType | Should -Be 'Simulated'
        $connection.Simulated | Should -BeTrue
        $connection.Current | Should -BeTrue
        $connection.Permissions | Should -Contain 'User.Read.All'
        $connection.Roles | Should -Contain 'Global Administrator'
        $connection.ExpiresAt.Kind | Should -Be 'Utc'
        $connection.ExpiresAt | Should -BeGreaterThan ([datetime]::UtcNow)
    }

    It 'gives the same people for the same seed, and others for another' {
        $first = (Connect-M365 -Simulated -Seed 7 -SimulatedUsers 20).Account
        (Connect-M365 -Simulated -Seed 7 -SimulatedUsers 20).Account | Should -Be $first
        (Connect-M365 -Simulated -Seed 8 -SimulatedUsers 20).Account | Should -Not -Be $first
    }

    It 'makes the new connection current, and the one before again when it is closed' {
        $first = Connect-M365 -Simulated
        $second = Connect-M365 -Simulated
        $first.Name | Should -Not -Be $second.Name
        $first.Current, $second.Current | Should -Be $false, $true
        (Get-M365Connection).Name | Should -Be $second.Name, $first.Name
        Disconnect-M365
        (Get-M365Connection).Name | Should -Be $first.Name
        $first.Current | Should -BeTrue
        Disconnect-M365 $first.Name
        Get-M365Connection | Should -BeNullOrEmpty
        { Get-M365User -All } | Should -Throw -ErrorId 'M365Access.not_connected,Get-M365User'
    }

    It 'leaves the current connection as it was when it fails' {
        $simulator = Start-M365Simulator -Users 20
        $current = Connect-M365 -Simulated
        $wrong = ConvertTo-SecureString 'not-the-secret-Zq7' -AsPlainText -Force
        $errors = $null
        $arguments = @{
            TenantId = $simulator.TenantId; ClientId = $simulator.ClientId; ClientSecret = $wrong
            GraphEndpoint = $simulator.GraphEndpoint; LoginEndpoint = $simulator.LoginEndpoint
        }
        { Connect-M365 @arguments } | Should -Throw -ErrorId 'M365Access.unauthenticated,Connect-M365' -PassThru -OutVariable errors
        "$($errors | Format-List * -Force | Out-String)" | Should -Not -Match 'Zq7'
        @(Get-M365Connection).Count | Should -Be 1
        (Get-M365Connection).Name | Should -Be $current.Name
        Stop-M365Simulator
    }

    It 'signs in as an app with a secret' {
        $simulator = Start-M365Simulator -Users 20
        $arguments = @{
            TenantId = $simulator.TenantId; ClientId = $simulator.ClientId
            ClientSecret = ConvertTo-SecureString $simulator.ClientSecret -AsPlainText -Force
            GraphEndpoint = $simulator.GraphEndpoint; LoginEndpoint = $simulator.LoginEndpoint
        }
        $connection = Connect-M365 @arguments
        $connection.AuthType | Should -Be 'ClientSecret'
        $connection.TenantId | Should -Be $simulator.TenantId
        $connection.Simulated | Should -BeFalse
        @(Get-M365User -All).Count | Should -Be 20
        Stop-M365Simulator
    }

    It 'signs in to a simulated tenant as somebody else, or as the app' {
        $samples = (Connect-M365 -Simulated).Simulator.Samples
        $other = Connect-M365 -Simulated -As $samples.HelpdeskAdmin
        $other.Account | Should -Be $samples.HelpdeskAdmin
        $other.Roles | Should -Be 'Helpdesk Administrator'
        # A helpdesk administrator cannot block, and is told so before anything is sent.
        Block-M365User $samples.User -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors | Out-Null
        $errors[0].FullyQualifiedErrorId | Should -Match '^M365Access\.forbidden'
        $errors[0].Exception.Data['MissingRole'] | Should -Not -BeNullOrEmpty
        $errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $app = Connect-M365 -Simulated -As App
        $app.AccountId | Should -Not -Be $other.AccountId
        (Block-M365User $samples.User -KeepSessions -Confirm:$false).Outcome | Should -Be 'Verified'
    }

    It 'lets no secret into any stream' {
        $simulator = Start-M365Simulator -Users 20
        $arguments = @{
            TenantId = $simulator.TenantId; ClientId = $simulator.ClientId
            ClientSecret = ConvertTo-SecureString $simulator.ClientSecret -AsPlainText -Force
            GraphEndpoint = $simulator.GraphEndpoint; LoginEndpoint = $simulator.LoginEndpoint
        }
        $everything = & { Connect-M365 @arguments -Verbose -Debug; Get-M365User -All -Verbose -Debug } *>&1 | Format-List * -Force | Out-String -Width 500
        $everything | Should -Match $simulator.TenantId
        $everything.Contains($simulator.ClientSecret) | Should -BeFalse
        Stop-M365Simulator
    }

    It 'refuses a setting that is wrong and names it' {
        { Connect-M365 -Simulated -As 'nobody@nowhere.example' } | Should -Throw
        Get-M365Connection | Should -BeNullOrEmpty
        { Connect-M365 -TenantId x -ClientId not-a-guid -ClientSecret ([securestring]::new()) } |
            Should -Throw -ErrorId 'M365Access.argument,Connect-M365'
    }
}

Describe 'A connection' {
    BeforeAll {
        $first = Connect-M365 -Simulated -SimulatedUsers 20
        $second = Connect-M365 -Simulated -SimulatedUsers 30
    }
    AfterAll { Get-M365Connection | Disconnect-M365 }

    It 'is used when it is named, by name or as an object' {
        @(Get-M365User -All).Count | Should -Be 30
        @(Get-M365User -All -Connection $first.Name).Count | Should -Be 20
        @(Get-M365User -All -Connection $first).Count | Should -Be 20
    }

    It 'that is not there is an error that names those that are' {
        { Get-M365User -All -Connection 'elsewhere' } | Should -Throw -ErrorId 'M365Access.connection_not_found,Get-M365User' `
            -ExpectedMessage "*'elsewhere'*$($second.Name)*"
        { Get-M365User -All -Connection 42 } | Should -Throw -ErrorId 'M365Access.not_a_connection,Get-M365User'
    }

    It 'is good in another runspace of the process' {
        $shell = [powershell]::Create()
        [void] $shell.AddScript('param($module, $connection) Import-Module $module; Get-M365User -All -Connection $connection').
            AddArgument((Get-Module M365Access).Path).AddArgument($first)
        $shell.Invoke().Count | Should -Be 20
        $shell.Streams.Error | Should -BeNullOrEmpty
        $shell.Dispose()
        # That runspace opened nothing, so it has closed nothing either.
        @(Get-M365User -All -Connection $first).Count | Should -Be 20
    }

    It 'shows its session nowhere' {
        $shown = ConvertTo-Json $first -Depth 5
        $shown += $first | Format-List * | Out-String
        $shown += $first | Select-Object * | Out-String
        $shown | Should -Not -Match 'SessionId'
    }

    It 'is read anew on request' {
        $again = Get-M365Connection $first
        [object]::ReferenceEquals($again, $first) | Should -BeTrue
        $again.Name | Should -Be $first.Name
        $again.Current | Should -BeFalse
    }

    It 'that was closed says so' {
        $third = Connect-M365 -Simulated -SimulatedUsers 20
        Test-Listening $third.Simulator.GraphEndpoint | Should -BeTrue
        Disconnect-M365 $third
        { Get-M365User -All -Connection $third } | Should -Throw -ErrorId 'M365Access.connection_closed,Get-M365User'
        Test-Listening $third.Simulator.GraphEndpoint | Should -BeFalse
    }
}

Describe 'Remove-Module' {
    It 'closes what was opened here' {
        $connection = Connect-M365 -Simulated -SimulatedUsers 20
        $simulator = Start-M365Simulator -Users 20
        $path = (Get-Module M365Access).Path
        Remove-Module M365Access
        Test-Listening $connection.Simulator.GraphEndpoint | Should -BeFalse
        Test-Listening $simulator.GraphEndpoint | Should -BeFalse
        Import-Module $path
    }
}
