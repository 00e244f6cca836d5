//! Settings of the organisation as a whole.
//!
//! learn.microsoft.com/powershell/module/exchange/set-organizationconfig

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Command, Exchange, undecodable};
use crate::{error::Result, session::permission::Act};

/// The property, and the parameter, of modern authentication.
const MODERN: &str = "OAuth2ClientProfileEnabled";

/// What we know of the organisation's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationConfig {
    /// Modern authentication is on.
    pub(crate) modern_authentication: bool,
}

impl Exchange {
    /// Reads the settings.
    pub(crate) async fn organization(&self) -> Result<OrganizationConfig> {
        let command = Command::new("Get-OrganizationConfig", Act::ModernAuthentication).select([MODERN]);
        let object = self.one(&command).await?;
        let modern = object.as_ref().and_then(|object| object.get(MODERN)).and_then(Value::as_bool);
        modern.map(|modern| OrganizationConfig { modern_authentication: modern }).ok_or_else(|| undecodable(MODERN))
    }

    /// Turns modern authentication on or off. Gives the service's time of its answer.
    pub(crate) async fn set_modern_authentication(&self, on: bool) -> Result<Option<Timestamp>> {
        let command = Command::new("Set-OrganizationConfig", Act::ModernAuthentication);
        self.execute(&command.with(MODERN, on).with("Confirm", false)).await
    }
}
