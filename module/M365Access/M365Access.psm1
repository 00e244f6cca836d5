# M365 Access: cmdlets over the native library. In a checkout this file puts its parts together; a package has them
# merged into one file.
#
# Nothing of another module runs here: loading one would cost more than all of the import. Loading the binding is the
# last step, so that a failure names its cause and leaves nothing behind.

Microsoft.PowerShell.Core\Set-StrictMode -Version Latest
# A defect of the module ends the call; what becomes of the engine's errors is the caller's to say (Write-JobError).
$ErrorActionPreference = 'Stop'

$script:ModuleRoot = $PSScriptRoot

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    # Before anything else: the parts below need the full language even to be loaded.
    Microsoft.PowerShell.Utility\Import-LocalizedData -BindingVariable sentences -FileName 'Strings.psd1' -ErrorAction SilentlyContinue
    throw ($sentences['language_mode'] -replace '\{mode\}', $ExecutionContext.SessionState.LanguageMode)
}

foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles("$PSScriptRoot/$folder", '*.ps1')) { . $file }
}

$script:Native = Open-NativeLibrary -ModuleRoot $PSScriptRoot
Register-Completion
$ExecutionContext.SessionState.Module.OnRemove = { Close-AllSession }
