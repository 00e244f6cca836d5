# From the engine's JSON to typed objects.

# The properties of each type of record, in the order in which people see them. `:date` is a moment: a UTC DateTime;
# `:list` is always an array. What the engine sends beyond these is appended as it is.
$script:RecordShape = @{
    Outcome    = @(
        'user', 'userId', 'displayName', 'change', 'outcome', 'before', 'wanted', 'after', 'message', 'code',
        'effectiveBy:date', 'runId', 'at:date', 'advice'
    )
    User       = @(
        'user', 'userId', 'displayName', 'signIn', 'sessionsValidFrom:date', 'userType', 'synchronized', 'roles:list'
    )
    Connection = @(
        'name', 'current', 'tenantId', 'tenantName', 'account', 'accountId', 'authType', 'environment', 'permissions:list',
        'roles:list', 'expiresAt:date', 'simulated'
    )
    Run        = @(
        'runId', 'operation', 'reason', 'by', 'tenantId', 'startedAt:date', 'endedAt:date', 'state', 'outcome', 'exitCode',
        'verified', 'accepted', 'unchanged', 'planned', 'skipped', 'refused', 'failed', 'unknown'
    )
    Simulator  = @(
        'graphEndpoint', 'loginEndpoint', 'exchangeEndpoint', 'tenantId', 'tenantDomain', 'clientId', 'clientSecret',
        'weakClientId', 'weakClientSecret', 'caCertificatePath', 'adminPassword', 'samples'
    )
}

# Parts of a sentence serve its translation and are of no use to anybody else.
$script:RecordHidden = @('messageId', 'messageArguments', 'adviceId', 'adviceArguments')

# The value of a field, or nothing: strict mode refuses to look at a property that is not there.
function Get-Field {
    param($Object, [string] $Name)

    if ($null -eq $Object) { return $null }
    $property = $Object.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    # Whole, also where it is an array.
    , $property.Value
}

function ConvertTo-PropertyName {
    param([string] $Name)
    $Name.Substring(0, 1).ToUpperInvariant() + $Name.Substring(1)
}

# A moment from JSON: PowerShell 7 has made it a DateTime already, Windows PowerShell leaves the text.
function ConvertTo-UtcTime {
    param($Value)

    if ($null -eq $Value -or $Value -eq '') { return $null }
    if ($Value -is [datetime]) { return $Value.ToUniversalTime() }
    [datetime]::Parse(
        $Value, [System.Globalization.CultureInfo]::InvariantCulture,
        [System.Globalization.DateTimeStyles] 'AdjustToUniversal, AssumeUniversal')
}

# Text from JSON: what only looks like a moment to PowerShell 7 is text again.
function ConvertTo-PlainText {
    param($Value)

    if ($Value -is [datetime]) {
        return $Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", [System.Globalization.CultureInfo]::InvariantCulture)
    }
    $Value
}

# One object of a type, from one record.
function ConvertTo-Record {
    param([string] $Type, $Record)

    $source = $Record.PSObject.Properties
    $object = [ordered] @{}
    foreach ($entry in $script:RecordShape[$Type]) {
        $name, $kind = $entry.Split(':')
        $property = $source[$name]
        $value = $null
        if ($null -ne $property) { $value = $property.Value }
        switch ($kind) {
            'date' { $value = ConvertTo-UtcTime $value }
            'list' { $value = [string[]] @(foreach ($item in $value) { ConvertTo-PlainText $item }) }
            default { if ($value -is [datetime]) { $value = ConvertTo-PlainText $value } }
        }
        $object[$name.Substring(0, 1).ToUpperInvariant() + $name.Substring(1)] = $value
    }
    foreach ($property in $source) {
        $name = ConvertTo-PropertyName $property.Name
        if (-not $object.Contains($name) -and $script:RecordHidden -notcontains $property.Name) {
            $object[$name] = ConvertTo-PlainText $property.Value
        }
    }
    $result = [pscustomobject] $object
    $result.PSObject.TypeNames.Insert(0, "M365Access.$Type")
    $result
}
