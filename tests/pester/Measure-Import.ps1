# Import time of the module, from the checkout and as a package, against an empty module: each import in a PowerShell of
# its own, the kinds in turn. The library is what "cargo build --release" has left, or M365_ACCESS_LIBRARY.
#
#   dotnet tool run pwsh -- -NoProfile -File tests/pester/Measure-Import.ps1
param(
    [string] $Module = "$PSScriptRoot/../../module/M365Access/M365Access.psd1",
    [int] $Times = 10
)
$empty = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "$([guid]::NewGuid())")
[void] [System.IO.Directory]::CreateDirectory("$empty/Empty")
[System.IO.File]::WriteAllText("$empty/Empty/Empty.psm1", "Set-StrictMode -Version Latest`n")
. "$PSScriptRoot/../../module/M365Access/Private/Native.ps1"
$library = (Get-NativeCandidate -ModuleRoot "$PSScriptRoot/../../module/M365Access" | Where-Object { [System.IO.File]::Exists($_) })[0]
$package = & "$PSScriptRoot/../../module/New-Package.ps1" -Destination $empty -Library @{ (Get-NativePlatform).Rid = $library }
$modules = [ordered] @{
    'empty module' = "$empty/Empty/Empty.psm1"
    'checkout'     = [System.IO.Path]::GetFullPath($Module)
    'package'      = "$package/M365Access.psd1"
}

# As a .NET tool, PowerShell is a library that dotnet runs.
$program = @((Get-Process -Id $PID).Path)
$library = [Environment]::GetCommandLineArgs()[0]
if ($library -like '*.dll') { $program += $library }

$seen = @{}
foreach ($name in $modules.Keys) { $seen[$name] = @() }
for ($round = 0; $round -lt $Times; $round++) {
    foreach ($name in $modules.Keys) {
        $script = "`$clock = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '$($modules[$name])'; `$clock.Elapsed.TotalMilliseconds"
        $arguments = @($program | Select-Object -Skip 1) + '-NoProfile', '-NonInteractive', '-Command', $script
        $seen[$name] += [double] (& $program[0] $arguments)
    }
}
[System.IO.Directory]::Delete($empty, $true)
foreach ($name in $modules.Keys) {
    $sorted = @($seen[$name] | Sort-Object)
    [pscustomobject] @{
        Module             = $name
        MedianMilliseconds = [Math]::Round($sorted[[int] [Math]::Floor($sorted.Count / 2)])
        Fastest            = [Math]::Round($sorted[0])
        Slowest            = [Math]::Round($sorted[-1])
    }
}
