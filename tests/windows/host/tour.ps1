# What an administrator on Windows does with the module, and what is seen of it: one line a step, compared by the test.
param([string]$Module)

$ErrorActionPreference = 'Stop'
"engine: windows $IsWindows"
Import-Module $Module
$connection = Connect-M365 -Simulated -SimulatedUsers 60 -Seed 7
"connected: simulated $($connection.Simulated)"

function Read-Steps($Outcomes) { (@($Outcomes) | ForEach-Object { "$($_.Change) $($_.Outcome)" }) -join ', ' }
$ordinary = @(Get-M365User -All -Allowed | Where-Object { $_.UserType -eq 'Member' -and @($_.Roles).Count -eq 0 })

$one = $ordinary[0].User
"block one: $(Read-Steps (Block-M365User -User $one -Confirm:$false))"
"reads: $((Get-M365User -User $one).SignIn)"

$two = $ordinary[1].User
$planned = Read-Steps (Block-M365User -User $two -WhatIf)
"what if: $planned; reads $((Get-M365User -User $two).SignIn)"

$faults = $null
$seen = @($two, 'nobody@nowhere.example' | Block-M365User -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable faults)
$fault = @($faults | Where-Object { $_.FullyQualifiedErrorId -like 'M365Access.*' })[0]
$other = @($seen | Where-Object { $_.User -eq $two -and $_.Change -eq 'SignIn' })[0]
"unknown person: $(($fault.FullyQualifiedErrorId -split ',')[0]); the other one $($other.Outcome)"

$spared = $ordinary[2].User
$all = @{ All = $true; Except = $spared; MaximumUsers = 1000; MaximumPercent = 100; AllowPrivileged = $true }
$seen = @(Block-M365User @all -Confirm:$false -ErrorAction SilentlyContinue)
$count = @{}
$seen | Group-Object Outcome | ForEach-Object { $count[$_.Name] = $_.Count }
$protected = @($seen | Where-Object { $_.Outcome -eq 'Refused' } | ForEach-Object { $_.User })
$left = @(Get-M365User -All -Allowed | Where-Object { $_.User -ne $spared } | ForEach-Object { $_.User })
$stray = @($left | Where-Object { $protected -notcontains $_ })
$who = if ($left.Count -gt 0 -and $stray.Count -eq 0) { 'protected' } else { "not protected: $($stray -join ' ')" }
"everyone except: failed $([int]$count['Failed']), unknown $([int]$count['Unknown']); the spared one reads $((Get-M365User -User $spared).SignIn); others who may still sign in are $who"

$runs = @(Get-M365Run -Last 10)
"journal: $($runs.Count) runs, the last one $($runs[0].State)"
Disconnect-M365
'done'
