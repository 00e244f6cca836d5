function Set-M365MfaPolicy {
    <#
    .SYNOPSIS
    Changes service settings of multi-factor authentication for the whole tenant. Experimental.
    .DESCRIPTION
    Only what is named is changed; without a named setting nothing is done. EXPERIMENTAL: the service does not
    document the address that is written to, and its answer is not believed: Verified means that the settings
    were read afterwards and are as wanted, anything else is an error. App passwords that exist go on working
    when people may no longer make new ones.
    .PARAMETER AppPasswordsAllowed
    Whether people may make app passwords.
    .PARAMETER RememberDevicesDays
    For how many days a device is remembered after MFA, 1 to 365; 0 remembers no device.
    .PARAMETER MaximumUsers
    As for the cmdlets that touch people, so that one set of parameters can be splatted to all: here it counts
    nobody.
    .PARAMETER MaximumPercent
    As -MaximumUsers.
    .PARAMETER AllowPrivileged
    As -MaximumUsers.
    .PARAMETER Reason
    Kept in the journal and in the evidence, for example a ticket number.
    .PARAMETER PlanPath
    Writes the plan to this file instead of running it.
    .PARAMETER TimeLimit
    Stops between two changes when this time has passed. What was done stays done; repeating the command does
    the rest.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Set-M365MfaPolicy -AppPasswordsAllowed $false -RememberDevicesDays 14 -WhatIf

    Shows the settings of today and those that would be, and does nothing.
    .EXAMPLE
    Set-M365MfaPolicy -RememberDevicesDays 30 -Reason 'CHG-2041' -Confirm:$false

    Remembers devices for 30 days, and reads it back.
    .OUTPUTS
    M365Access.Outcome (MfaPolicy); User is the name of the tenant.
    .NOTES
    Permissions: Policy.ReadWrite.AuthenticationMethod and Policy.Read.All. Role: Authentication Policy
    Administrator. Both are assumed, because nothing about these settings is documented.
    .LINK
    Get-M365MfaPolicy
    .LINK
    https://learn.microsoft.com/entra/identity/authentication/howto-mfa-app-passwords
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('M365Access.Outcome')]
    param(
        [bool] $AppPasswordsAllowed,

        [ValidateRange(0, 365)] [int] $RememberDevicesDays,

        [ValidateRange(1, [int]::MaxValue)] [int] $MaximumUsers,

        [ValidateRange(1, 100)] [int] $MaximumPercent,

        [switch] $AllowPrivileged,

        [string] $Reason,

        [string] $PlanPath,

        [timespan] $TimeLimit,

        [object] $Connection
    )

    Invoke-Operation -Operation 'set_mfa_policy' -Cmdlet $PSCmdlet -User ([System.Collections.Generic.List[string]]::new())
}
