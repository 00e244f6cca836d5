<#
.SYNOPSIS
Makes a folder M365Access that can be copied into a folder of $env:PSModulePath, on machines without this checkout.
.DESCRIPTION
The parts of the module are merged into one file, because reading a file a cmdlet takes most of the time of an import.
Beside it lies the native library, once for each platform that it was built for:
runtimes/<platform>/native/<file>, the platform as .NET names it.
.PARAMETER Destination
The folder in which the folder M365Access is made. One that is there already is replaced.
.PARAMETER Library
Libraries by platform, for example @{ 'linux-x64' = 'target/release/libm365_access.so' }. Without it, those that
"cargo build --release" has left in target/: of this platform, and of Windows where its DLL was cross-built.
.EXAMPLE
module/New-Package.ps1 -Destination ~/.local/share/powershell/Modules

Installs what was built for this platform for the current user.
.OUTPUTS
The folder.
#>
[CmdletBinding()]
[OutputType([System.IO.DirectoryInfo])]
param(
    [Parameter(Mandatory)] [string] $Destination,
    [System.Collections.IDictionary] $Library
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$source = "$PSScriptRoot/M365Access"
# Where the library lies on this platform is the module's own knowledge.
. "$source/Private/Native.ps1"

if (-not $Library) {
    $target = [System.IO.Path]::GetFullPath("$PSScriptRoot/../target")
    $platform = Get-NativePlatform
    $Library = @{
        $platform.Rid = "$target/release/$($platform.File)"
        'win-x64'     = "$target/x86_64-pc-windows-gnu/release/m365_access.dll"
    }
    foreach ($rid in @($Library.Keys)) { if (-not [System.IO.File]::Exists($Library[$rid])) { $Library.Remove($rid) } }
    if ($Library.Count -eq 0) { throw "there is no library in $target yet: cargo build --release" }
}

$package = [System.IO.Path]::Combine($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination), 'M365Access')
if ([System.IO.Directory]::Exists($package)) { [System.IO.Directory]::Delete($package, $true) }
$null = [System.IO.Directory]::CreateDirectory($package)

# The loop that reads the parts gives way to the parts themselves.
$root = [System.IO.File]::ReadAllText("$source/M365Access.psm1")
$loop = [regex]::Match($root, "(?ms)^foreach \(\`$folder in 'Private', 'Public'\) \{.*?^\}\r?\n")
if (-not $loop.Success) { throw 'M365Access.psm1 no longer reads its parts in one loop' }
$parts = foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles("$source/$folder", '*.ps1') | Sort-Object) { [System.IO.File]::ReadAllText($file).TrimEnd() }
}
$merged = $root.Remove($loop.Index, $loop.Length).Insert($loop.Index, ($parts -join "`n`n") + "`n")
[System.IO.File]::WriteAllText("$package/M365Access.psm1", $merged)

foreach ($name in 'M365Access.psd1', 'M365Access.Format.ps1xml') { Copy-Item "$source/$name" $package }
foreach ($folder in 'en-US', 'nl-NL', 'sv-SE') { Copy-Item "$source/$folder" $package -Recurse }
foreach ($name in 'LICENSE-APACHE', 'LICENSE-MIT') { Copy-Item "$PSScriptRoot/../$name" $package }
foreach ($rid in $Library.Keys) {
    $native = [System.IO.Directory]::CreateDirectory("$package/runtimes/$rid/native")
    $name = [System.IO.Path]::GetFileName($Library[$rid])
    Copy-Item $Library[$rid] "$($native.FullName)/$name"
}
[System.IO.DirectoryInfo] $package
