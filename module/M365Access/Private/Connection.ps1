# Connections of this runspace: which are open, in the order of opening; the last one is current.
#
# A connection object carries its session's id where neither a table nor ConvertTo-Json shows it. It is a plain number
# that any runspace of this process may use, so the object can be handed over; a copy in another process has none.

$script:Connections = [System.Collections.Generic.List[object]]::new()

# Work that needs no tenant (the journal, simulated tenants for other programs) has one session of its own, opened when
# it is first needed.
$script:LocalSession = [uint64] 0

function Open-Session {
    param(
        [System.Management.Automation.PSCmdlet] $Cmdlet,
        [System.Collections.IDictionary] $Settings = @{},
        [System.Collections.IDictionary] $Secret
    )

    # Outside Windows, what a script says in $env: stays within .NET and is not seen by the library.
    $journal = [Environment]::GetEnvironmentVariable('M365_ACCESS_JOURNAL')
    if ($journal -and -not $Settings.Contains('journalPath')) { $Settings['journalPath'] = $journal }

    $native = $script:Native
    $session = [uint64] 0
    $bytes = ConvertTo-RequestByte -Request $Settings -Secret $Secret
    $status = $native::m365_open($bytes, $bytes.Length, [ref] $session)
    [Array]::Clear($bytes, 0, $bytes.Length)
    if ($status -ne $script:StatusOk) { Stop-Misuse -Function 'm365_open' -Status $status -Cmdlet $Cmdlet }
    $session
}

function Get-LocalSession {
    param([System.Management.Automation.PSCmdlet] $Cmdlet)

    if ($script:LocalSession -eq 0) { $script:LocalSession = Open-Session -Cmdlet $Cmdlet }
    $script:LocalSession
}

# The journal is that of a connection where there is one: its settings may say where it lies.
function Get-JournalSession {
    param($Connection, [System.Management.Automation.PSCmdlet] $Cmdlet)

    if ($null -eq $Connection -and $script:Connections.Count -eq 0) { return Get-LocalSession -Cmdlet $Cmdlet }
    Get-SessionId (Resolve-Connection -Connection $Connection -Cmdlet $Cmdlet)
}

# What Remove-Module ends: the sessions that this runspace opened, and nothing else.
function Close-AllSession {
    $native = $script:Native
    foreach ($connection in $script:Connections) { $native::m365_close((Get-SessionId $connection)) }
    $script:Connections.Clear()
    $native::m365_close($script:LocalSession)
    $script:LocalSession = [uint64] 0
}

# Signs in over a session, if that has not happened yet, and says who we are.
function Read-Connection {
    param([uint64] $Session, [System.Management.Automation.PSCmdlet] $Cmdlet)

    Invoke-Job -Operation 'get_connection' -Session $Session -Cmdlet $Cmdlet
}

function Add-Connection {
    param($Connection, [uint64] $Session)

    $id = [System.Management.Automation.PSNoteProperty]::new('SessionId', $Session)
    $Connection.PSObject.Members.Add(
        [System.Management.Automation.PSMemberSet]::new('M365Access', [System.Management.Automation.PSMemberInfo[]] @($id)))
    $wanted = $Connection.TenantName
    if (-not $wanted) { $wanted = $Connection.TenantId }
    $Connection.Name = Get-ConnectionName -Wanted $wanted
    $script:Connections.Add($Connection)
    Update-CurrentConnection
}

# What changed since a connection was opened, for example the roles, in the object that people hold.
function Update-Connection {
    param($Connection, [System.Management.Automation.PSCmdlet] $Cmdlet)

    $read = Read-Connection -Session (Get-SessionId $Connection) -Cmdlet $Cmdlet
    foreach ($property in $read.PSObject.Properties) {
        if ('Name', 'Current' -notcontains $property.Name) { $Connection.($property.Name) = $property.Value }
    }
    $Connection
}

function Remove-Connection {
    param($Connection)

    $native = $script:Native
    $native::m365_close((Get-SessionId $Connection))
    $Connection.Current = $false
    # One that another runspace opened is not in this list; that runspace finds it closed.
    [void] $script:Connections.Remove($Connection)
    Update-CurrentConnection
}

# `Current` is a property of the objects that people hold, so it changes with the fact.
function Update-CurrentConnection {
    for ($index = 0; $index -lt $script:Connections.Count; $index++) {
        $script:Connections[$index].Current = $index -eq $script:Connections.Count - 1
    }
}

# The session's id in a connection object; 0 where there is none.
function Get-SessionId {
    param($Connection)

    if ($null -eq $Connection) { return [uint64] 0 }
    if ($null -eq $Connection.PSObject.Members['M365Access']) { return [uint64] 0 }
    $Connection.M365Access.SessionId
}

# The connection that is meant: an object, a name, or (with nothing) the current one.
function Resolve-Connection {
    param($Connection, [System.Management.Automation.PSCmdlet] $Cmdlet)

    if ($null -eq $Connection) {
        if ($script:Connections.Count -eq 0) { $Cmdlet.ThrowTerminatingError((New-ErrorRecord -Code 'not_connected')) }
        return $script:Connections[$script:Connections.Count - 1]
    }
    if ((Get-SessionId $Connection) -ne 0) { return $Connection }
    if ($Connection -is [string]) {
        foreach ($candidate in $script:Connections) {
            if ($candidate.Name -eq $Connection) { return $candidate }
        }
    }
    $places = @{ name = "$Connection"; open = @(foreach ($open in $script:Connections) { $open.Name }) -join ', ' }
    if ($Connection -is [string]) { $code = 'connection_not_found' } else { $code = 'not_a_connection' }
    $Cmdlet.ThrowTerminatingError((New-ErrorRecord -Code $code -Arguments $places -TargetObject $Connection))
}

# A name that no other open connection has.
function Get-ConnectionName {
    param([string] $Wanted)

    $name = $Wanted
    $number = 1
    while ($script:Connections.Exists({ param($open) $open.Name -eq $name })) {
        $number++
        $name = "$Wanted-$number"
    }
    $name
}
