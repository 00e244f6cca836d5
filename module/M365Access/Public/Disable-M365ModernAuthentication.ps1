function Disable-M365ModernAuthentication {
    <#
    .SYNOPSIS
    Turns modern authentication off in the whole organisation.
    .DESCRIPTION
    The setting is read, written where it differs, and read back. It concerns everybody in the tenant.

    What it means for Outlook: with modern authentication on, Outlook 2016 and later (and Outlook 2013 that
    was told to by its registry) sign in with the same pages as a browser, so that a second factor and
    Conditional Access count. With it off, these programs are not offered that way and fall back to a user
    name and a password, which Exchange Online no longer accepts: they do not get in. Outlook 2010 and older
    know no modern authentication at all, whatever is set here. Outlook on the web, on the Mac and on phones
    are not concerned.

    There is no documented interface for writing this setting: it is read and written through the command
    endpoint that Microsoft's own Exchange module uses, and each outcome says so. Clients notice after a
    while; no page says when, so EffectiveBy is empty.
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
    Disable-M365ModernAuthentication -WhatIf

    Shows how it is and how it would be, and does nothing.
    .EXAMPLE
    Disable-M365ModernAuthentication -Reason 'CHG-17' -Confirm:$false

    Turns it off, with the change that asked for it.
    .OUTPUTS
    M365Access.Outcome, one for the tenant (ModernAuthentication); User is the tenant's name.
    .NOTES
    Permissions: Exchange.ManageAsApp for an app, Exchange.Manage for a person. Role: Exchange Administrator;
    an app needs it too. Without both, Exchange Online refuses and does not say why.

    Takes the place of Set-OrganizationConfig -OAuth2ClientProfileEnabled $false.
    .LINK
    Get-M365ModernAuthentication
    .LINK
    https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/enable-or-disable-modern-authentication-in-exchange-online
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('M365Access.Outcome')]
    param(
        [ValidateRange(1, [int]::MaxValue)] [int] $MaximumUsers,

        [ValidateRange(1, 100)] [int] $MaximumPercent,

        [switch] $AllowPrivileged,

        [string] $Reason,

        [string] $PlanPath,

        [timespan] $TimeLimit,

        [object] $Connection
    )

    process { Invoke-Operation -Operation 'disable_modern_authentication' -Cmdlet $PSCmdlet }
}
