function Get-M365ModernAuthentication {
    <#
    .SYNOPSIS
    Reads whether modern authentication is on in the organisation.
    .DESCRIPTION
    One object for the tenant; ModernAuthentication is On or Off. It is on in every organisation that nobody
    has changed.

    What it means for Outlook: with modern authentication on, Outlook 2016 and later (and Outlook 2013 that
    was told to by its registry) sign in with the same pages as a browser, so that a second factor and
    Conditional Access count. With it off, these programs are not offered that way and fall back to a user
    name and a password, which Exchange Online no longer accepts: they do not get in. Outlook 2010 and older
    know no modern authentication at all, whatever is set here. Outlook on the web, on the Mac and on phones
    are not concerned.

    There is no documented interface for this setting: it is read through the command endpoint that
    Microsoft's own Exchange module uses.
    .PARAMETER Connection
    A connection, or its name; the current one if nothing is said.
    .EXAMPLE
    Get-M365ModernAuthentication

    Whether it is on.
    .EXAMPLE
    if ((Get-M365ModernAuthentication).ModernAuthentication -eq 'Off') { Enable-M365ModernAuthentication }

    Turns it on where it is off.
    .OUTPUTS
    M365Access.ModernAuthentication
    .NOTES
    Permissions: Exchange.ManageAsApp for an app, Exchange.Manage for a person. Role: Exchange Administrator;
    an app needs it too. Without both, Exchange Online refuses and does not say why. To read, Global Reader is
    enough.

    Takes the place of Get-OrganizationConfig | Format-List OAuth2ClientProfileEnabled.
    .LINK
    Enable-M365ModernAuthentication
    .LINK
    https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/enable-or-disable-modern-authentication-in-exchange-online
    #>
    [CmdletBinding()]
    [OutputType('M365Access.ModernAuthentication')]
    param(
        [object] $Connection
    )

    process { Invoke-Operation -Operation 'get_modern_authentication' -Cmdlet $PSCmdlet }
}
