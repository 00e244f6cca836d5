function Get-M365MfaPolicy {
    <#
    .SYNOPSIS
    Reads the service settings of multi-factor authentication. Experimental.
    .DESCRIPTION
    Whether people may make app passwords, and for how many days a device is remembered: the settings of the
    older MFA portal. EXPERIMENTAL: the service does not document the address that they are read from; it may
    change or end without notice. A tenant that does not have it is one error (not_found). What the service
    does not show is empty.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Get-M365MfaPolicy

    Shows the settings.
    .EXAMPLE
    (Get-M365MfaPolicy).AppPasswordsAllowed

    Whether people may make app passwords.
    .OUTPUTS
    M365Access.MfaPolicy: AppPasswordsAllowed, RememberDevicesDays (0 where no device is remembered),
    SkipMfaForFederatedUsers.
    .NOTES
    Permissions: Policy.Read.All. Role: Global Reader or Authentication Policy Administrator.
    .LINK
    Set-M365MfaPolicy
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-mfasettings
    #>
    [CmdletBinding()]
    [OutputType('M365Access.MfaPolicy')]
    param(
        [object] $Connection
    )

    Invoke-Operation -Operation 'get_mfa_policy' -Cmdlet $PSCmdlet -User ([System.Collections.Generic.List[string]]::new())
}
