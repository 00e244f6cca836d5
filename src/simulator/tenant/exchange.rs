//! What Exchange Online keeps: the protocols of a mailbox, and the settings of the organisation.

/// By which protocols a mailbox can be reached, named as the parameters of `Set-CASMailbox`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a parameter of the service's")]
#[allow(
    missing_docs,
    reason = "the names are the service's own: learn.microsoft.com/powershell/module/exchange/set-casmailbox"
)]
pub struct Mailbox {
    pub active_sync_enabled: bool,
    pub owa_enabled: bool,
    pub owa_for_devices_enabled: bool,
    pub mapi_enabled: bool,
    pub ews_enabled: bool,
    pub pop_enabled: bool,
    pub imap_enabled: bool,
    pub universal_outlook_enabled: bool,
    pub outlook_mobile_enabled: bool,
    pub one_win_native_outlook_enabled: bool,
    pub mac_outlook_enabled: bool,
    pub ecp_enabled: bool,
    /// Outlook for Mac as it was, on EWS; `None` where nobody decided.
    pub ews_allow_mac_outlook: Option<bool>,
    /// `None` follows the organisation.
    pub smtp_client_authentication_disabled: Option<bool>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            active_sync_enabled: true,
            owa_enabled: true,
            owa_for_devices_enabled: true,
            mapi_enabled: true,
            ews_enabled: true,
            pop_enabled: true,
            imap_enabled: true,
            universal_outlook_enabled: true,
            outlook_mobile_enabled: true,
            one_win_native_outlook_enabled: true,
            mac_outlook_enabled: true,
            ecp_enabled: true,
            ews_allow_mac_outlook: None,
            smtp_client_authentication_disabled: None,
        }
    }
}

/// Exchange Online's settings for the organisation, named as the parameters of `Set-OrganizationConfig` and
/// `Set-TransportConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the service's own")]
pub struct ExchangeOrganization {
    /// Modern authentication.
    pub oauth2_client_profile_enabled: bool,
    pub ews_enabled: Option<bool>,
    pub ews_allowed_app_ids: Option<String>,
    /// `true` for organisations that were made after January 2020.
    pub smtp_client_authentication_disabled: bool,
}

impl Default for ExchangeOrganization {
    fn default() -> Self {
        Self {
            oauth2_client_profile_enabled: true,
            ews_enabled: None,
            ews_allowed_app_ids: None,
            smtp_client_authentication_disabled: true,
        }
    }
}
