# From the engine's JSON to typed objects: properties in PascalCase and in a fixed order, moments as UTC DateTime.

# The properties of each type of record, in the order in which people see them; they are always there, if only empty.
# What the engine sends beyond these is appended as it is.
$script:RecordShape = @{
    Outcome     = @(
        'User', 'UserId', 'DisplayName', 'Change', 'Outcome', 'Before', 'Wanted', 'After', 'Message', 'Code', 'EffectiveBy',
        'RunId', 'At', 'Advice'
    )
    User        = @('User', 'UserId', 'DisplayName', 'SignIn', 'SessionsValidFrom', 'UserType', 'Synchronized', 'Roles')
    Connection  = @(
        'Name', 'Current', 'TenantId', 'TenantName', 'Account', 'AccountId', 'AuthType', 'Environment', 'Permissions',
        'Roles', 'ExpiresAt', 'Simulated'
    )
    Run         = @(
        'RunId', 'Operation', 'Reason', 'By', 'TenantId', 'StartedAt', 'EndedAt', 'State', 'Outcome', 'ExitCode',
        'Verified', 'Accepted', 'Unchanged', 'Planned', 'Skipped', 'Refused', 'Failed', 'Unknown'
    )
    Offboarding = @('User', 'UserId', 'DisplayName', 'Outcome', 'Steps', 'EffectiveBy', 'AtOnce', 'WithinHour', 'WithinDay', 'RunId')
    Step        = @('Change', 'Outcome', 'Code')
    Mfa         = @(
        'User', 'UserId', 'DisplayName', 'MfaState', 'MethodsRegistered', 'DefaultMethod', 'IsAdmin', 'Protection'
    )
    MfaTemplate = @('Path', 'People')
    MfaPolicy   = @('AppPasswordsAllowed', 'RememberDevicesDays', 'SkipMfaForFederatedUsers')
    Instruction = @('User', 'Language', 'Subject', 'Body')
    MailboxAccess = @(
        'User', 'UserId', 'DisplayName', 'ActiveSync', 'OWA', 'OWAforDevices', 'MAPI', 'EWS', 'POP', 'IMAP',
        'UniversalOutlook', 'OutlookMobile', 'OneWinNativeOutlook', 'MacOutlook', 'SmtpAuth', 'Allowed', 'Blocked'
    )
    ModernAuthentication = @('TenantId', 'TenantName', 'ModernAuthentication')
    Permission  = @('Operation', 'User', 'Allowed', 'MissingPermission', 'MissingRole', 'Advice')
    Simulator   = @(
        'GraphEndpoint', 'LoginEndpoint', 'ExchangeEndpoint', 'TenantId', 'TenantDomain', 'ClientId', 'ClientSecret',
        'WeakClientId', 'WeakClientSecret', 'CaCertificatePath', 'AdminPassword', 'Samples'
    )
}

# Properties that are moments, and those that are lists, also of one or none.
$script:RecordKind = @{
    EffectiveBy = 'time'; At = 'time'; SessionsValidFrom = 'time'; ExpiresAt = 'time'; StartedAt = 'time'; EndedAt = 'time'
    Roles = 'list'; Permissions = 'list'; Steps = 'steps'; AtOnce = 'list'; WithinHour = 'list'; WithinDay = 'list'
    MethodsRegistered = 'list'
}

# Parts that serve the module and are of no use to anybody else: those of a sentence, and that a record goes on.
$script:RecordHidden = @('MessageId', 'MessageArguments', 'AdviceId', 'AdviceArguments', 'Continues')

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

    if ($null -eq $Value) { return $null }
    if ($Value -is [datetime]) { return $Value.ToUniversalTime() }
    [datetime]::Parse(
        $Value, [System.Globalization.CultureInfo]::InvariantCulture,
        [System.Globalization.DateTimeStyles] 'AdjustToUniversal, AssumeUniversal')
}

# Text from JSON: what only looks like a moment to PowerShell 7 is text again.
function ConvertTo-PlainText {
    param($Value)

    if ($Value -is [datetime]) {
        return $Value.ToUniversalTime().ToString(
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", [System.Globalization.CultureInfo]::InvariantCulture)
    }
    , $Value
}

# Any other value: an object within a record has properties like the record's own.
function ConvertTo-Value {
    param([string] $Name, $Value)

    if ($null -eq $Value) { return $null }
    if ($script:RecordKind[$Name] -eq 'time') { return ConvertTo-UtcTime $Value }
    if ($Value -isnot [System.Management.Automation.PSCustomObject]) { return ConvertTo-PlainText $Value }
    if ($script:RecordShape.ContainsKey($Name)) { return ConvertTo-Record -Type $Name -Record $Value }
    $object = [ordered] @{}
    foreach ($property in $Value.PSObject.Properties) {
        $inner = ConvertTo-PropertyName $property.Name
        if ($script:RecordHidden -notcontains $inner) { $object[$inner] = ConvertTo-Value $inner $property.Value }
    }
    [pscustomobject] $object
}

# One object of a type, from one record. Thousands come through here: a call of a function costs more than what is done
# with most values, so it is made only for those that need it.
function ConvertTo-Record {
    param([string] $Type, $Record)

    $kinds = $script:RecordKind
    $source = $Record.PSObject.Properties
    $object = [ordered] @{}
    foreach ($name in $script:RecordShape[$Type]) {
        $value = $null
        $property = $source[$name]
        if ($null -ne $property) { $value = $property.Value }
        $kind = $kinds[$name]
        if ($kind -eq 'list' -and ($null -ne $value -or $null -eq $property)) {
            # One that is there and empty is not known, which is something else than nothing in it.
            $value = [string[]] @(foreach ($item in $value) { ConvertTo-PlainText $item })
        }
        elseif ($kind -eq 'steps') {
            $value = [object[]] @(foreach ($item in $value) { ConvertTo-Record -Type 'Step' -Record $item })
        }
        elseif ($null -ne $value) {
            if ($kind -eq 'time' -and $value -is [datetime]) { $value = $value.ToUniversalTime() }
            elseif ($kind -or ($value -isnot [string] -and $value -isnot [bool])) { $value = ConvertTo-Value $name $value }
        }
        $object[$name] = $value
    }
    foreach ($property in $source) {
        # Names are found in any case.
        if ($object.Contains($property.Name) -or $script:RecordHidden -contains $property.Name) { continue }
        $name = ConvertTo-PropertyName $property.Name
        $object[$name] = ConvertTo-Value $name $property.Value
    }
    # Sentences in the reader's language.
    if ($null -ne $object['Message']) { $object['Message'] = Get-EventSentence $Record }
    if ($null -ne $object['Advice']) { $object['Advice'] = Get-EventSentence $Record 'advice' }
    switch ($Type) {
        'Outcome' {
            # The state of sessions is a moment, that of a mailbox a list.
            if ($object['Change'] -eq 'Sessions') {
                foreach ($name in 'Before', 'Wanted', 'After') { $object[$name] = ConvertTo-UtcTime $object[$name] }
            }
            if ($object['Change'] -eq 'MailboxAccess') { Complete-List -Object $object -Name 'Before', 'Wanted', 'After' }
        }
        'MailboxAccess' { Complete-List -Object $object -Name 'Allowed', 'Blocked' }
        'Run' { Complete-Run -Object $object -Record $Record }
    }
    $result = [pscustomobject] $object
    $result.PSObject.TypeNames.Insert(0, "M365Access.$Type")
    $result
}

# Lists of words, also of one or none; what is unknown stays so.
function Complete-List {
    param([System.Collections.IDictionary] $Object, [string[]] $Name)

    foreach ($list in $Name) {
        if ($null -ne $Object[$list]) { $Object[$list] = [string[]] @($Object[$list]) }
    }
}

# The counts of a run one by one, so that they can be sorted and filtered by; and the outcomes of its changes.
function Complete-Run {
    param([System.Collections.IDictionary] $Object, $Record)

    foreach ($count in $Record.counts.PSObject.Properties) { $Object[(ConvertTo-PropertyName $count.Name)] = $count.Value }
    $changes = Get-Field $Record 'changes'
    if ($null -ne $changes) {
        $Object['Changes'] = [object[]] @(foreach ($change in $changes) { ConvertTo-Record -Type 'Outcome' -Record $change })
    }
}
