//! Whether the organisation lets Outlook sign in by modern authentication: `OAuth2ClientProfileEnabled`.
//!
//! learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/enable-or-disable-modern-authentication-in-exchange-online

use super::Verdict;
use crate::service::exchange::organization_config::OrganizationConfig;

pub(super) fn judge(now: &OrganizationConfig, on: bool) -> Verdict {
    if now.modern_authentication == on { Verdict::Reached } else { Verdict::NotYet }
}

pub(crate) const fn word(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}
