# Tab completion from the current connection and the journal. Registered at import, which costs next to nothing; what
# it asks is asked when somebody presses Tab, and a question that fails offers nothing.

# At most so many suggestions: people go on typing.
$script:SuggestionLimit = 20

function Register-Completion {
    $people = @(
        'Block-M365User'
        'Disable-M365MailboxAccess'
        'Disable-M365Mfa'
        'Enable-M365MailboxAccess'
        'Enable-M365Mfa'
        'Get-M365MailboxAccess'
        'Get-M365Mfa'
        'Get-M365MfaInstruction'
        'Get-M365User'
        'Invoke-M365Offboarding'
        'New-M365MfaTemplate'
        'Reset-M365MfaMethod'
        'Reset-M365Password'
        'Revoke-M365Session'
        'Revoke-M365Sessions'
        'Set-M365Mfa'
        'Test-M365Permission'
        'Unblock-M365User'
        'Unlock-M365User'
    )
    foreach ($named in 'User', 'Except') {
        Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName $people -ParameterName $named -ScriptBlock {
            param($command, $parameter, $word, $tree, $bound)
            Get-UserSuggestion -Word $word -Bound $bound
        }
    }
    Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName 'Get-M365Run' -ParameterName Id -ScriptBlock {
        param($command, $parameter, $word)
        Get-RunSuggestion -Word $word
    }
    Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName 'Test-M365Permission' -ParameterName Operation -ScriptBlock {
        param($command, $parameter, $word)
        foreach ($name in Get-OperationName) {
            if ($name -like "$($word.Trim("'", '"'))*") { New-Suggestion $name $name }
        }
    }
    $connected = $people + @(
        'Disable-M365ModernAuthentication'
        'Disconnect-M365'
        'Enable-M365ModernAuthentication'
        'Get-M365Connection'
        'Get-M365MfaPolicy'
        'Get-M365ModernAuthentication'
        'Get-M365Run'
        'Import-M365Mfa'
        'Set-M365MfaPolicy'
    )
    Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName $connected -ParameterName Connection -ScriptBlock {
        param($command, $parameter, $word)
        foreach ($connection in Get-M365Connection) {
            if ($connection.Name -like "$($word.Trim("'", '"'))*") { New-Suggestion $connection.Name $connection.Account }
        }
    }
}

# The cmdlets that ask something of the services.
function Get-OperationName {
    $local = @(
        'Connect-M365', 'Disconnect-M365', 'Get-M365Connection', 'Get-M365Run', 'Start-M365Simulator', 'Stop-M365Simulator'
        'Test-M365Permission'
    )
    $all = $ExecutionContext.SessionState.Module.ExportedFunctions.Keys
    $all | Microsoft.PowerShell.Core\Where-Object { $local -notcontains $_ } | Microsoft.PowerShell.Utility\Sort-Object
}

# A word as it has to stand on the command line, and what is shown beside it.
function New-Suggestion {
    param([string] $Word, [string] $Hint)

    $quoted = $Word
    if ($Word -notmatch '^[\w.@-]+$') { $quoted = "'$($Word -replace "'", "''")'" }
    if (-not $Hint) { $Hint = $Word }
    [System.Management.Automation.CompletionResult]::new($quoted, $Word, 'ParameterValue', $Hint)
}

# People whose user principal name or display name begins like this.
function Get-UserSuggestion {
    param([string] $Word, [System.Collections.IDictionary] $Bound)

    $ProgressPreference = 'SilentlyContinue'
    $begin = $Word.Trim("'", '"').Replace("''", "'").Replace("'", "''")
    $question = @{ Filter = "startswith(userPrincipalName,'$begin') or startswith(displayName,'$begin')" }
    if ($null -ne $Bound -and $Bound.Contains('Connection')) { $question['Connection'] = $Bound['Connection'] }
    try {
        $people = Get-M365User @question -ErrorAction Stop -WarningAction SilentlyContinue -InformationAction Ignore |
            Microsoft.PowerShell.Utility\Select-Object -First $script:SuggestionLimit
        foreach ($person in $people) { New-Suggestion $person.User "$($person.DisplayName) ($($person.SignIn))" }
    }
    catch { return }
}

# Runs whose id begins like this, the newest first.
function Get-RunSuggestion {
    param([string] $Word)

    try {
        $count = 0
        foreach ($run in Get-M365Run -ErrorAction Stop) {
            if ($run.RunId -notlike "$Word*") { continue }
            New-Suggestion $run.RunId "$($run.Operation) $($run.StartedAt.ToString('u')) $($run.State)"
            $count++
            if ($count -eq $script:SuggestionLimit) { return }
        }
    }
    catch { return }
}
