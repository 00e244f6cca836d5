# Runs the Pester tests of this folder and writes what came out as JSON, for tests/powershell.
# Exit code 77: there is no Pester.
param(
    [Parameter(Mandatory)] [string] $Report,
    # The manifest of Pester; without it, one among PowerShell's own modules.
    [string] $Pester,
    # Only these files, for example Block.Tests.ps1.
    [string[]] $Only = '*.Tests.ps1'
)
$ErrorActionPreference = 'Stop'
try {
    if ($Pester) { Import-Module $Pester } else { Import-Module Pester -MinimumVersion 5.5 }
}
catch {
    "there is no Pester: $_"
    exit 77
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = @(foreach ($name in $Only) { (Get-ChildItem $PSScriptRoot -Filter $name).FullName })
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$run = Invoke-Pester -Configuration $configuration

$tests = foreach ($test in $run.Tests) {
    $trouble = $null
    if ($test.ErrorRecord) {
        $trouble = @(
            foreach ($record in $test.ErrorRecord) {
                "$record"
                # Where in our files; Pester's own are of no interest.
                $record.ScriptStackTrace -split "`n" | Where-Object { $_ -match 'M365Access|\.Tests\.ps1' } | ForEach-Object { "    $_" }
            }
        ) -join "`n"
    }
    [ordered] @{ name = $test.ExpandedPath; result = [string] $test.Result; error = $trouble; milliseconds = [int] $test.Duration.TotalMilliseconds }
}
$broken = @(
    foreach ($part in @($run.FailedContainers) + @($run.FailedBlocks)) { "$($part.Item)$($part.ExpandedPath): $($part.ErrorRecord)" }
)
$json = ConvertTo-Json -Depth 4 -InputObject ([ordered] @{
        powerShell = "$($PSVersionTable.PSVersion) $($PSVersionTable.PSEdition)"
        seconds    = $run.Duration.TotalSeconds
        tests      = @($tests)
        broken     = $broken
    })
[System.IO.File]::WriteAllText($Report, $json)
exit 0
