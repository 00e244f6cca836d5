# The package: what is installed on machines that have no checkout.

BeforeAll {
    $module = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../module")
    . "$module/M365Access/Private/Native.ps1"
    $platform = Get-NativePlatform
    # The tests' own library under the name that it has in a package.
    $library = (Get-NativeCandidate -ModuleRoot "$module/M365Access" | Where-Object { [System.IO.File]::Exists($_) })[0]
    Copy-Item $library "$TestDrive/$($platform.File)"
    $package = & "$module/New-Package.ps1" -Destination "$TestDrive/modules" -Library @{ $platform.Rid = "$TestDrive/$($platform.File)" }

    # Runs a script in a session that finds the package and nothing of the checkout.
    function Invoke-WithPackage {
        param([scriptblock] $Script)
        $before = [Environment]::GetEnvironmentVariable('M365_ACCESS_LIBRARY')
        $shell = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
        try {
            [Environment]::SetEnvironmentVariable('M365_ACCESS_LIBRARY', $null)
            $shell.AddScript("Import-Module '$($package.FullName)/M365Access.psd1' -ErrorAction Stop; $Script").Invoke()
            if ($shell.HadErrors) { throw $shell.Streams.Error[0] }
        }
        finally {
            [Environment]::SetEnvironmentVariable('M365_ACCESS_LIBRARY', $before)
            $shell.Dispose()
        }
    }
}

Describe 'New-Package' {
    It 'is one file of code that holds every part' {
        Get-ChildItem $package.FullName -Recurse -Filter *.ps1 | Should -BeNullOrEmpty
        $errors = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseFile("$package/M365Access.psm1", [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $defined = $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false).Name
        $parts = foreach ($file in Get-ChildItem "$module/M365Access/Private", "$module/M365Access/Public" -Filter *.ps1) {
            [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null).FindAll(
                { $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false).Name
        }
        $defined | Sort-Object | Should -Be ($parts | Sort-Object)
    }

    It 'exports what the manifest names, with its help' {
        $commands = Invoke-WithPackage { Get-Command -Module M365Access -CommandType Function | ForEach-Object { $_.Name } }
        $commands | Sort-Object | Should -Be ((Import-PowerShellDataFile "$module/M365Access/M365Access.psd1").FunctionsToExport | Sort-Object)
        (Invoke-WithPackage { (Get-Help Block-M365User).Synopsis }) | Should -Match 'Block'
    }

    It 'does the main job with the library that lies in it' {
        $outcomes = Invoke-WithPackage {
            $connection = Connect-M365 -Simulated
            Block-M365User $connection.Simulator.Samples.User -Confirm:$false
            $connection | Disconnect-M365
        }
        $outcomes.Outcome | Should -Be 'Verified', 'Verified'
    }

    It 'speaks every language' {
        foreach ($language in 'en-US', 'nl-NL', 'sv-SE') {
            [System.IO.File]::Exists("$package/$language/Strings.psd1") | Should -BeTrue
            [System.IO.File]::Exists("$package/$language/about_M365Access.help.txt") | Should -BeTrue
        }
    }

    It 'replaces what was there before' {
        [System.IO.File]::WriteAllText("$package/stale.ps1", 'throw')
        $again = & "$module/New-Package.ps1" -Destination "$TestDrive/modules" -Library @{ $platform.Rid = "$TestDrive/$($platform.File)" }
        [System.IO.File]::Exists("$again/stale.ps1") | Should -BeFalse
    }
}
