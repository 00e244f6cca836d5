# From the parameters of a cmdlet to a request: names in lowerCamelCase, values as JSON knows them.

# Parameters that say something to PowerShell or to the module and nothing to the engine.
$script:ModuleParameter = @(
    'Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'InformationAction', 'ProgressAction', 'ErrorVariable',
    'WarningVariable', 'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable', 'WhatIf', 'Confirm',
    'Connection', 'AsPlainText'
)

# Parameters that name a file: what they say depends on the caller's location, which the engine does not know.
$script:FileParameter = @(
    'Path', 'PlanPath', 'JournalPath', 'CaCertificatePath', 'CertificatePath', 'FederatedTokenFile', 'FaultPath'
)

# The request in the bound parameters of a cmdlet, as @{ Plain; Secret }.
function New-Request {
    param([System.Management.Automation.PSCmdlet] $Cmdlet)

    $plain = @{}
    $secret = @{}
    foreach ($bound in $Cmdlet.MyInvocation.BoundParameters.GetEnumerator()) {
        if ($script:ModuleParameter -contains $bound.Key) { continue }
        $name = $bound.Key.Substring(0, 1).ToLowerInvariant() + $bound.Key.Substring(1)
        $value = $bound.Value
        if ($null -eq $value) { continue }
        if ($script:FileParameter -contains $bound.Key) {
            $plain[$name] = $Cmdlet.GetUnresolvedProviderPathFromPSPath($value)
        }
        elseif ($value -is [securestring]) { $secret[$name] = $value }
        elseif ($value -is [switch]) { $plain[$name] = [bool] $value }
        elseif ($value -is [timespan]) { $plain["${name}Seconds"] = [int64] [Math]::Ceiling($value.TotalSeconds) }
        elseif ($value -is [datetime]) { $plain[$name] = ConvertTo-PlainText $value }
        elseif ($value -is [uri]) { $plain[$name] = $value.OriginalString }
        else { $plain[$name] = $value }
    }
    @{ Plain = $plain; Secret = $secret }
}

# Carries out an operation on people: who was selected or came down the pipeline, and how it is to be done.
function Invoke-Operation {
    param(
        [string] $Operation,
        [System.Management.Automation.PSCmdlet] $Cmdlet,
        # Everybody whom -User or the pipeline named; nobody where the operation is not about people.
        [System.Collections.Generic.List[string]] $User = @(),
        # What the cmdlet itself says, beside its parameters.
        [hashtable] $Fixed = @{},
        # Needs no connection.
        [switch] $Local
    )

    $bound = $Cmdlet.MyInvocation.BoundParameters
    # A new password that nobody is shown is lost: better said before than found out afterwards.
    if ($bound.ContainsKey('AsPlainText') -and $bound['AsPlainText'] -and -not ($bound.ContainsKey('ShowPassword') -and $bound['ShowPassword'])) {
        $Cmdlet.ThrowTerminatingError((New-ErrorRecord -Code 'argument' -Sentence 'plain_text_of_nothing' -TargetObject 'AsPlainText'))
    }
    # Nobody is left out in silence. An object with none of the properties of -User arrives as its whole text, which may say
    # more than is to be repeated.
    for ($index = 0; $index -lt $User.Count; $index++) {
        if ($User[$index] -like '@{*}' -or [string]::IsNullOrWhiteSpace($User[$index])) {
            $places = @{ number = $index + 1 }
            $Cmdlet.ThrowTerminatingError(
                (New-ErrorRecord -Code 'argument' -Sentence 'object_names_nobody' -Arguments $places -TargetObject 'User'))
        }
    }
    $request = New-Request -Cmdlet $Cmdlet
    foreach ($name in $Fixed.Keys) { $request.Plain[$name] = $Fixed[$name] }
    # An empty pipeline selects nobody, which is something else than not to select.
    if ($User.Count -gt 0 -or $Cmdlet.MyInvocation.ExpectingInput) { $request.Plain['user'] = $User }

    if ($Cmdlet.MyInvocation.MyCommand.Parameters.ContainsKey('WhatIf')) {
        if (Test-Rehearsing -Cmdlet $Cmdlet) { $request.Plain['whatIf'] = $true }
        elseif (Test-Confirming -Cmdlet $Cmdlet) { $request.Plain['confirm'] = $true }
    }
    $password = ''
    if ($bound.ContainsKey('ShowPassword') -and $bound['ShowPassword']) {
        $password = 'Secure'
        if ($bound.ContainsKey('AsPlainText') -and $bound['AsPlainText']) { $password = 'Plain' }
    }
    $connection = $null
    if ($bound.ContainsKey('Connection')) { $connection = $bound['Connection'] }
    if ($Local) { $session = Get-LocalSession -Cmdlet $Cmdlet }
    else { $session = Get-SessionId (Resolve-Connection -Connection $connection -Cmdlet $Cmdlet) }
    Invoke-Job -Operation $Operation -Session $session -Cmdlet $Cmdlet -Request $request.Plain -Secret $request.Secret -Password $password
}
