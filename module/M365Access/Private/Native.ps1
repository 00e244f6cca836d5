# The binding to the native library: P/Invoke methods emitted once a process, with nothing compiled and no file written.
#
# Runs at import, so it uses .NET calls only: a command of another module would load that module first.

$script:AbiVersion = 1

# Every function of include/m365_access.h: name, result, parameters. A test holds this table to the header.
# Byte ranges are byte[] and a length; nothing else crosses the boundary, so nothing depends on an edition's marshalling.
$script:NativeSignature = @(
    'm365_abi_version uint32'
    'm365_open int32 byte[] uint32 uint64&'
    'm365_next int32 uint64 uint32 byte[] uint32 uint32&'
    'm365_reply int32 uint64 byte[] uint32'
    'm365_cancel void uint64'
    'm365_close void uint64'
    'm365_get_connection int32 uint64 byte[] uint32 uint64&'
    'm365_get_user int32 uint64 byte[] uint32 uint64&'
    'm365_block_user int32 uint64 byte[] uint32 uint64&'
    'm365_unblock_user int32 uint64 byte[] uint32 uint64&'
    'm365_revoke_sessions int32 uint64 byte[] uint32 uint64&'
    'm365_reset_password int32 uint64 byte[] uint32 uint64&'
    'm365_unlock_user int32 uint64 byte[] uint32 uint64&'
    'm365_invoke_offboarding int32 uint64 byte[] uint32 uint64&'
    'm365_reset_mfa_method int32 uint64 byte[] uint32 uint64&'
    'm365_get_mfa_policy int32 uint64 byte[] uint32 uint64&'
    'm365_set_mfa_policy int32 uint64 byte[] uint32 uint64&'
    'm365_get_mfa_instruction int32 uint64 byte[] uint32 uint64&'
    'm365_get_mfa int32 uint64 byte[] uint32 uint64&'
    'm365_set_mfa int32 uint64 byte[] uint32 uint64&'
    'm365_import_mfa int32 uint64 byte[] uint32 uint64&'
    'm365_new_mfa_template int32 uint64 byte[] uint32 uint64&'
    'm365_test_permission int32 uint64 byte[] uint32 uint64&'
    'm365_get_mailbox_access int32 uint64 byte[] uint32 uint64&'
    'm365_disable_mailbox_access int32 uint64 byte[] uint32 uint64&'
    'm365_enable_mailbox_access int32 uint64 byte[] uint32 uint64&'
    'm365_get_modern_authentication int32 uint64 byte[] uint32 uint64&'
    'm365_enable_modern_authentication int32 uint64 byte[] uint32 uint64&'
    'm365_disable_modern_authentication int32 uint64 byte[] uint32 uint64&'
    'm365_get_run int32 uint64 byte[] uint32 uint64&'
    'm365_start_simulator int32 uint64 byte[] uint32 uint64&'
    'm365_stop_simulator int32 uint64 byte[] uint32 uint64&'
)

$script:NativeType = @{
    'void'    = [void]
    'int32'   = [int]
    'uint32'  = [uint32]
    'uint64'  = [uint64]
    'byte[]'  = [byte[]]
    'uint32&' = [uint32].MakeByRefType()
    'uint64&' = [uint64].MakeByRefType()
}

# The platform as .NET names it (win-x64, linux-arm64, ...), and what the library is called there.
function Get-NativePlatform {
    if ($PSVersionTable.PSEdition -ne 'Core') {
        # Windows PowerShell: Windows only, and RuntimeInformation is missing in its older .NET Framework.
        $architecture = [Environment]::GetEnvironmentVariable('PROCESSOR_ARCHITECTURE')
        if ($architecture -eq 'AMD64') { $architecture = 'x64' }
        return @{ Rid = "win-$($architecture.ToLowerInvariant())"; File = 'm365_access.dll' }
    }
    $information = [System.Runtime.InteropServices.RuntimeInformation]
    $architecture = $information::ProcessArchitecture.ToString().ToLowerInvariant()
    if ($IsWindows) { return @{ Rid = "win-$architecture"; File = 'm365_access.dll' } }
    if ($IsMacOS) { return @{ Rid = "osx-$architecture"; File = 'libm365_access.dylib' } }
    $system = 'linux'
    if ($information::RuntimeIdentifier -eq "linux-musl-$architecture") { $system = 'linux-musl' }
    @{ Rid = "$system-$architecture"; File = 'libm365_access.so' }
}

# Where the library may lie, in the order of looking. An override stands alone: a wrong one must not pass unnoticed.
function Get-NativeCandidate {
    param([string] $ModuleRoot)

    $override = [Environment]::GetEnvironmentVariable('M365_ACCESS_LIBRARY')
    if ($override) { return , @([System.IO.Path]::GetFullPath($override)) }
    $platform = Get-NativePlatform
    $checkout = [System.IO.Path]::GetFullPath("$ModuleRoot/../..")
    , @(
        [System.IO.Path]::GetFullPath("$ModuleRoot/runtimes/$($platform.Rid)/native/$($platform.File)")
        [System.IO.Path]::GetFullPath("$checkout/target/release/$($platform.File)")
        [System.IO.Path]::GetFullPath("$checkout/target/debug/$($platform.File)")
    )
}

# A type with one static method a signature. Emitted assemblies are never collected, so that a hundred runspaces must
# not emit a hundred of them: the type is kept by the process under the library's path and the boundary's number.
function New-NativeType {
    param([string] $Library)

    $key = "M365Access.Native|$($script:AbiVersion)|$Library"
    $type = [AppDomain]::CurrentDomain.GetData($key)
    if ($null -ne $type) { return $type }

    $assembly = [System.Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly(
        [System.Reflection.AssemblyName] 'M365Access.Native', [System.Reflection.Emit.AssemblyBuilderAccess]::Run)
    $builder = $assembly.DefineDynamicModule('M365Access.Native').DefineType(
        'M365Access.Native', [System.Reflection.TypeAttributes] 'Public, Abstract, Sealed')
    foreach ($signature in $script:NativeSignature) {
        $name, $result, $rest = $signature.Split(' ')
        $parameters = [Type[]] @(foreach ($word in $rest) { $script:NativeType[$word] })
        $method = $builder.DefinePInvokeMethod(
            $name, $Library,
            [System.Reflection.MethodAttributes] 'Public, Static, PinvokeImpl',
            [System.Reflection.CallingConventions]::Standard,
            $script:NativeType[$result], $parameters,
            [System.Runtime.InteropServices.CallingConvention]::Cdecl,
            [System.Runtime.InteropServices.CharSet]::Ansi)
        $method.SetImplementationFlags([System.Reflection.MethodImplAttributes]::PreserveSig)
    }
    $type = $builder.CreateType()
    [AppDomain]::CurrentDomain.SetData($key, $type)
    $type
}

# Finds the library, binds it and compares the boundary's number; or stops the import with one sentence.
function Open-NativeLibrary {
    param([string] $ModuleRoot)

    $candidates = Get-NativeCandidate -ModuleRoot $ModuleRoot
    $library = $null
    foreach ($candidate in $candidates) {
        if ([System.IO.File]::Exists($candidate)) {
            $library = $candidate
            break
        }
    }
    if (-not $library) {
        throw (New-ErrorRecord -Code 'library_not_found' -Arguments @{ tried = $candidates -join ', ' })
    }

    $native = New-NativeType -Library $library
    try {
        $version = $native::m365_abi_version()
    }
    catch {
        $reason = $_.Exception
        while ($null -ne $reason.InnerException) { $reason = $reason.InnerException }
        $facts = @{ library = $library; platform = (Get-NativePlatform).Rid; why = $reason.Message }
        throw (New-ErrorRecord -Code 'library_not_loaded' -Arguments $facts)
    }
    if ($version -ne $script:AbiVersion) {
        $facts = @{ library = $library; found = "$version"; expected = "$($script:AbiVersion)" }
        throw (New-ErrorRecord -Code 'library_version' -Arguments $facts)
    }
    $native
}
