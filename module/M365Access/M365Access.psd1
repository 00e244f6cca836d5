@{
    RootModule           = 'M365Access.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '5d6f0b0e-6a35-4c7f-9d5c-2b1f3f0f7a41'
    Author               = 'The M365 Access contributors'
    CompanyName          = 'The M365 Access contributors'
    Copyright            = 'MIT OR Apache-2.0'
    Description          = 'Takes access to Microsoft 365 away from people, gives it back, and proves what happened.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess     = @('M365Access.Format.ps1xml')
    FunctionsToExport    = @(
        'Block-M365User'
        'Connect-M365'
        'Disable-M365MailboxAccess'
        'Disable-M365Mfa'
        'Disable-M365ModernAuthentication'
        'Disconnect-M365'
        'Enable-M365MailboxAccess'
        'Enable-M365Mfa'
        'Enable-M365ModernAuthentication'
        'Get-M365Connection'
        'Get-M365MailboxAccess'
        'Get-M365Mfa'
        'Get-M365MfaInstruction'
        'Get-M365MfaPolicy'
        'Get-M365ModernAuthentication'
        'Get-M365Run'
        'Get-M365User'
        'Import-M365Mfa'
        'Invoke-M365Offboarding'
        'New-M365MfaTemplate'
        'Reset-M365MfaMethod'
        'Reset-M365Password'
        'Revoke-M365Sessions'
        'Set-M365Mfa'
        'Set-M365MfaPolicy'
        'Start-M365Simulator'
        'Stop-M365Simulator'
        'Test-M365Permission'
        'Unblock-M365User'
        'Unlock-M365User'
    )
    AliasesToExport      = @('Revoke-M365Session')
    CmdletsToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags = @('Microsoft365', 'Entra', 'Offboarding', 'Security', 'MFA', 'Windows', 'Linux', 'MacOS')
        }
    }
}
