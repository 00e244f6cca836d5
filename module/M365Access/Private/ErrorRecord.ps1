# Error records: the engine's facts, as PowerShell knows errors.

# What kind of trouble a code is, in PowerShell's words. Codes that are not here are of no particular kind.
$script:ErrorCategory = @{
    argument             = 'InvalidArgument'
    faulty_list          = 'InvalidData'
    decode               = 'InvalidData'
    rejected             = 'InvalidData'
    not_found            = 'ObjectNotFound'
    no_mailbox           = 'ObjectNotFound'
    exclusion_not_found  = 'ObjectNotFound'
    connection_not_found = 'ObjectNotFound'
    library_not_found    = 'ObjectNotFound'
    ambiguous            = 'InvalidArgument'
    cap_users            = 'LimitsExceeded'
    cap_percent          = 'LimitsExceeded'
    cap_privileged       = 'LimitsExceeded'
    throttled            = 'LimitsExceeded'
    plan_changed         = 'InvalidOperation'
    guard_changed        = 'InvalidOperation'
    protected_caller     = 'PermissionDenied'
    protected_last_admin = 'PermissionDenied'
    protected_emergency  = 'PermissionDenied'
    forbidden            = 'PermissionDenied'
    unauthenticated      = 'AuthenticationError'
    unreachable          = 'ConnectionError'
    answer_lost          = 'ConnectionError'
    service_fault        = 'ResourceUnavailable'
    not_connected        = 'ConnectionError'
    connection_closed    = 'ConnectionError'
    conflict             = 'ResourceBusy'
    synchronized         = 'InvalidOperation'
    federated            = 'InvalidOperation'
    irreversible         = 'InvalidOperation'
    drifted              = 'InvalidOperation'
    no_interface         = 'NotImplemented'
    not_confirmed        = 'InvalidResult'
    time_limit           = 'OperationTimeout'
    cancelled            = 'OperationStopped'
    declined             = 'OperationStopped'
    cannot_ask           = 'OperationStopped'
    dependency           = 'OperationStopped'
    journal              = 'WriteError'
    file                 = 'WriteError'
}

# Facts that go along with the exception, under these names in its Data.
$script:ErrorFact = @(
    'httpStatus', 'serviceCode', 'requestId', 'clientRequestId', 'retryAfterSeconds', 'missingPermission', 'missingRole', 'line',
    'column'
)

# An error record. With -Facts the sentence and all else come from an event or record of the engine; without, the
# sentence is the module's own, found under the code or the word that is given. -About is the person of whom it is true:
# among a thousand errors each says whose it is.
function New-ErrorRecord {
    param([string] $Code, $Arguments, $Facts, $TargetObject, [string] $Sentence = $Code, [string] $About)

    if ($null -ne $Facts) {
        $message = Get-EventSentence $Facts
        $advice = Get-EventSentence $Facts 'advice'
    }
    else {
        $message = Get-Sentence -Id $Sentence -Arguments $Arguments
        $advice = Get-Sentence -Id "${Sentence}_advice" -Arguments $Arguments
    }
    if (-not $message) { $message = $Code }
    if ($About -and $message.IndexOf($About, [StringComparison]::OrdinalIgnoreCase) -lt 0) { $message = "${About}: $message" }

    $exception = [System.Management.Automation.RuntimeException]::new($message)
    if ($null -ne $Facts) {
        foreach ($name in $script:ErrorFact) {
            $value = Get-Field $Facts $name
            if ($null -ne $value) { $exception.Data[(ConvertTo-PropertyName $name)] = $value }
        }
    }
    $category = $script:ErrorCategory[$Code]
    if (-not $category) { $category = 'NotSpecified' }
    $record = [System.Management.Automation.ErrorRecord]::new($exception, "M365Access.$Code", $category, $TargetObject)
    if ($advice) {
        $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new($message)
        $record.ErrorDetails.RecommendedAction = $advice
    }
    $record
}
