# Questions: when the engine has to ask, and how an administrator is asked.
#
# The engine knows whom a plan is about, PowerShell knows whether this administrator wants to be asked. So the module
# says in the request whether to ask, the engine asks once for each person named singly or once for the whole plan, and
# ShouldProcess shows the question, with Yes to All, No to All and Suspend as everywhere.

# Whether this call asks: -Confirm where it was given, else the cmdlet's impact against the caller's $ConfirmPreference.
function Test-Confirming {
    param([System.Management.Automation.PSCmdlet] $Cmdlet)

    $bound = $Cmdlet.MyInvocation.BoundParameters
    if ($bound.ContainsKey('Confirm')) { return [bool] $bound['Confirm'] }
    $preference = [System.Management.Automation.ConfirmImpact] $Cmdlet.SessionState.PSVariable.GetValue('ConfirmPreference')
    if ($preference -eq 'None') { return $false }
    $impact = [System.Management.Automation.ConfirmImpact] 'Medium'
    foreach ($attribute in $Cmdlet.MyInvocation.MyCommand.ScriptBlock.Attributes) {
        if ($attribute -is [System.Management.Automation.CmdletBindingAttribute]) { $impact = $attribute.ConfirmImpact }
    }
    $impact -ge $preference
}

# Whether this call is a rehearsal: -WhatIf where it was given, else the caller's $WhatIfPreference.
function Test-Rehearsing {
    param([System.Management.Automation.PSCmdlet] $Cmdlet)

    $bound = $Cmdlet.MyInvocation.BoundParameters
    if ($bound.ContainsKey('WhatIf')) { return [bool] $bound['WhatIf'] }
    [bool] $Cmdlet.SessionState.PSVariable.GetValue('WhatIfPreference')
}

# Asks what the engine asks, and answers it.
function Send-Answer {
    param($JobEvent, [uint64] $Job, [System.Management.Automation.PSCmdlet] $Cmdlet)

    $places = Get-QuestionPart $JobEvent
    try {
        if ($JobEvent.question -eq 'count') { $answer = Read-Count -Places $places -Cmdlet $Cmdlet }
        else { $answer = $Cmdlet.ShouldProcess($places.target, $places.action) }
    }
    catch {
        # Whatever it is that a host without anybody at it throws: say how to go on without being asked.
        $Cmdlet.ThrowTerminatingError((New-ErrorRecord -Code 'cannot_ask' -Arguments $places -TargetObject $places.target))
    }
    $reply = ConvertTo-RequestByte -Request ([ordered] @{ ask = $JobEvent.ask; answer = $answer })
    $native = $script:Native
    $status = $native::m365_reply($Job, $reply, $reply.Length)
    if ($status -ne $script:StatusOk) { Stop-Misuse -Function 'm365_reply' -Status $status -Cmdlet $Cmdlet }
}

# What a question is about, in the language of the user.
function Get-QuestionPart {
    param($JobEvent)

    $actions = foreach ($action in $JobEvent.action -split ', ') {
        Get-Sentence -Id "action_$($action -replace '\W', '_')" -Fallback $action
    }
    $target = $JobEvent.target
    if ($JobEvent.count -ne 1) { $target = Get-Sentence -Id 'people' -Arguments @{ count = "$($JobEvent.count)" } }
    @{ operation = $JobEvent.operation; action = $actions -join ', '; target = $target }
}

# The number of people, typed by hand: nobody empties a tenant by pressing Enter. Anything else is a no.
function Read-Count {
    param([hashtable] $Places, [System.Management.Automation.PSCmdlet] $Cmdlet)

    $label = Get-Sentence -Id 'count_label'
    $fields = [System.Collections.ObjectModel.Collection[System.Management.Automation.Host.FieldDescription]]::new()
    $fields.Add([System.Management.Automation.Host.FieldDescription]::new($label))
    $answers = $Cmdlet.Host.UI.Prompt(
        (Get-Sentence -Id 'count_caption' -Arguments $Places), (Get-Sentence -Id 'count_question' -Arguments $Places), $fields)
    $count = [uint64] 0
    if ($null -ne $answers -and [uint64]::TryParse([string] $answers[$label], [ref] $count)) { return $count }
    $false
}
