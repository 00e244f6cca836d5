# The one loop between the engine and PowerShell: a job is started, pulled for events, and closed, within one block.
#
# Each kind of event becomes one stream. Everything that is not a result goes through the public function's own
# $PSCmdlet, so that its -ErrorAction, -Verbose, -Confirm and its place in the script are what counts.

# How long one wait in the library may be: in between, PowerShell sees Ctrl+C.
$script:WaitMilliseconds = 200

$script:StatusOk = 1
$script:StatusPending = 2
$script:StatusGrow = 4

function Invoke-Job {
    param(
        [string] $Operation,
        [uint64] $Session,
        [System.Management.Automation.PSCmdlet] $Cmdlet,
        [System.Collections.IDictionary] $Request = @{},
        # Name -> SecureString.
        [System.Collections.IDictionary] $Secret,
        # What becomes of passwords in the answer: nothing is expected, 'Secure' or 'Plain'.
        [ValidateSet('', 'Secure', 'Plain')] [string] $Password = ''
    )

    # The caller's preferences do not reach a module's functions by themselves.
    $variable = $Cmdlet.SessionState.PSVariable
    $WarningPreference = $variable.GetValue('WarningPreference')
    $VerbosePreference = $variable.GetValue('VerbosePreference')
    $DebugPreference = $variable.GetValue('DebugPreference')
    $InformationPreference = $variable.GetValue('InformationPreference')
    $ProgressPreference = $variable.GetValue('ProgressPreference')
    $ConfirmPreference = $variable.GetValue('ConfirmPreference')
    $WhatIfPreference = $variable.GetValue('WhatIfPreference')

    $native = $script:Native
    $start = "m365_$Operation"
    $job = [uint64] 0
    $bytes = ConvertTo-RequestByte -Request $Request -Secret $Secret
    $buffer = [byte[]]::new(65536)
    $length = [uint32] 0
    $progress = $null
    $part = $null
    try {
        $status = $native::$start($Session, $bytes, $bytes.Length, [ref] $job)
        [Array]::Clear($bytes, 0, $bytes.Length)
        if ($status -ne $script:StatusOk) { Stop-Misuse -Function $start -Status $status -Cmdlet $Cmdlet }

        while ($true) {
            $status = $native::m365_next($job, $script:WaitMilliseconds, $buffer, $buffer.Length, [ref] $length)
            if ($status -eq $script:StatusPending) { continue }
            if ($status -eq $script:StatusGrow) {
                $buffer = [byte[]]::new($length)
                continue
            }
            if ($status -ne $script:StatusOk) { Stop-Misuse -Function 'm365_next' -Status $status -Cmdlet $Cmdlet }

            $passwords = $null
            if ($Password) { $passwords = Remove-EventPassword -Buffer $buffer -Length $length }
            $text = [System.Text.Encoding]::UTF8.GetString($buffer, 0, $length)
            $jobEvent = Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $text
            switch ($jobEvent.kind) {
                'records' {
                    $next = 0
                    foreach ($source in $jobEvent.records) {
                        $record = ConvertTo-Record -Type $jobEvent.type -Record $source
                        if ($null -ne $part) {
                            $record.Changes = $part.Changes + $record.Changes
                            $part = $null
                        }
                        if (Get-Field $source 'continues') {
                            # A long record comes in parts; the others of its kind bring more changes of the same run.
                            $part = $record
                            continue
                        }
                        if ($null -ne $passwords -and $null -ne (Get-Field $source 'password')) {
                            $record.Password = ConvertTo-Password -Secret $passwords[$next] -As $Password
                            $next++
                        }
                        $record
                        if ($jobEvent.type -eq 'Outcome') { Write-OutcomeError -Record $source -Job $job -Cmdlet $Cmdlet }
                    }
                }
                'progress' {
                    $progress = ConvertTo-Progress -JobEvent $jobEvent -Cmdlet $Cmdlet
                    $Cmdlet.WriteProgress($progress)
                }
                'note' { Write-Note -JobEvent $jobEvent -Cmdlet $Cmdlet }
                'ask' { Send-Answer -JobEvent $jobEvent -Job $job -Cmdlet $Cmdlet }
                'error' {
                    $record = New-ErrorRecord -Code $jobEvent.code -Facts $jobEvent -TargetObject (Get-Field $jobEvent 'target')
                    Write-JobError -ErrorRecord $record -Job $job -Cmdlet $Cmdlet
                }
                'end' {
                    if ($null -ne $progress) {
                        $progress.RecordType = 'Completed'
                        $Cmdlet.WriteProgress($progress)
                    }
                    Complete-Job -JobEvent $jobEvent -Job $job -Cmdlet $Cmdlet
                    return
                }
            }
        }
    }
    finally {
        # Nothing else may stand here: Ctrl+C cuts a talkative clean-up short.
        $native::m365_close($job)
    }
}

# A status below zero is our own mistake, or a connection that somebody closed.
function Stop-Misuse {
    param([string] $Function, [int] $Status, [System.Management.Automation.PSCmdlet] $Cmdlet)

    if ($Status -eq -1) { $Cmdlet.ThrowTerminatingError((New-ErrorRecord -Code 'connection_closed')) }
    $facts = @{ function = $Function; status = "$Status" }
    $Cmdlet.ThrowTerminatingError((New-ErrorRecord -Code 'misuse' -Arguments $facts))
}

# The error record that goes with an outcome that is not as it should be.
function Write-OutcomeError {
    param($Record, [uint64] $Job, [System.Management.Automation.PSCmdlet] $Cmdlet)

    if ('Failed', 'Unknown', 'Refused' -notcontains $Record.outcome) { return }
    $code = Get-Field $Record 'code'
    if (-not $code) { $code = $Record.outcome.ToLowerInvariant() }
    # A line of a list names itself.
    $about = if ($null -eq (Get-Field $Record 'line')) { $Record.user }
    $errorRecord = New-ErrorRecord -Code $code -Facts $Record -TargetObject $Record.user -About $about
    Write-JobError -ErrorRecord $errorRecord -Job $Job -Cmdlet $Cmdlet
}

# Writes an error. Where that ends the pipeline (-ErrorAction Stop), the work is ended first, cleanly, so that the
# journal says how when the next command of a script looks. No `catch` would do it: PowerShell passes over it.
function Write-JobError {
    param(
        [System.Management.Automation.ErrorRecord] $ErrorRecord,
        [uint64] $Job,
        [System.Management.Automation.PSCmdlet] $Cmdlet
    )

    # The caller's preference, where -ErrorAction was not given.
    $ErrorActionPreference = $Cmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference')
    $bound = $Cmdlet.MyInvocation.BoundParameters
    $action = $ErrorActionPreference
    if ($bound.ContainsKey('ErrorAction')) { $action = $bound['ErrorAction'] }
    if ($action -eq 'Stop') {
        $native = $script:Native
        $native::m365_cancel($Job)
        $buffer = [byte[]]::new(65536)
        $length = [uint32] 0
        do {
            $status = $native::m365_next($Job, $script:WaitMilliseconds, $buffer, $buffer.Length, [ref] $length)
            if ($status -eq $script:StatusGrow) { $buffer = [byte[]]::new($length) }
        } while ($status -eq $script:StatusOk -or $status -eq $script:StatusPending -or $status -eq $script:StatusGrow)
    }
    $Cmdlet.WriteError($ErrorRecord)
}

function Write-Note {
    param($JobEvent, [System.Management.Automation.PSCmdlet] $Cmdlet)

    $text = Get-EventSentence $JobEvent
    switch ($JobEvent.level) {
        'debug' { $Cmdlet.WriteDebug($text) }
        'verbose' { $Cmdlet.WriteVerbose($text) }
        'warning' { $Cmdlet.WriteWarning($text) }
        default {
            # For everybody, as a host shows it without being asked to.
            $shown = [System.Management.Automation.HostInformationMessage]::new()
            $shown.Message = $text
            $Cmdlet.WriteInformation($shown, [string[]] @('PSHOST', 'M365Access'))
        }
    }
}

# How the job ended, where that is more than its records say.
function Complete-Job {
    param($JobEvent, [uint64] $Job, [System.Management.Automation.PSCmdlet] $Cmdlet)

    $facts = Get-Field $JobEvent 'error'
    if ($null -eq $facts) { return }
    $record = New-ErrorRecord -Code $facts.code -Facts $facts -TargetObject (Get-Field $facts 'target')
    # A run that stopped on the way has done what its records say and can be resumed; one that could not begin is over.
    if ('cancelled', 'interrupted' -contains $JobEvent.state) { Write-JobError -ErrorRecord $record -Job $Job -Cmdlet $Cmdlet }
    else { $Cmdlet.ThrowTerminatingError($record) }
}

function ConvertTo-Progress {
    param($JobEvent, [System.Management.Automation.PSCmdlet] $Cmdlet)

    $activity = Get-Sentence -Id "activity_$($JobEvent.activity)" -Fallback $JobEvent.activity
    $status = Get-EventSentence (Get-Field $JobEvent 'status')
    if (-not $status) {
        $places = @{ completed = "$($JobEvent.completed)"; total = "$($JobEvent.total)" }
        if ($null -ne $JobEvent.total) { $status = Get-Sentence -Id 'progress_of' -Arguments $places }
        else { $status = Get-Sentence -Id 'progress_so_far' -Arguments $places }
    }
    $progress = [System.Management.Automation.ProgressRecord]::new(
        0x365, "$($Cmdlet.MyInvocation.MyCommand.Name): $activity", $status)
    if ($JobEvent.total) { $progress.PercentComplete = [Math]::Min(100, [int] (100 * $JobEvent.completed / $JobEvent.total)) }
    if ($null -ne $JobEvent.secondsRemaining) { $progress.SecondsRemaining = [Math]::Min([int]::MaxValue, $JobEvent.secondsRemaining) }
    $progress
}

function ConvertTo-Password {
    param([securestring] $Secret, [string] $As)

    if ($As -eq 'Secure') { return $Secret }
    [System.Net.NetworkCredential]::new('', $Secret).Password
}
