//! The service settings of multi-factor authentication: `policies/mfaServicePolicy`, in beta only.
//!
//! In no documentation and no metadata of the service; what is known of it has been seen in public tools. What its
//! settings mean: learn.microsoft.com/entra/identity/authentication/howto-mfa-mfasettings

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::graph::{Call, Graph, Reply};
use crate::{
    error::{Code, Error, Result},
    say,
};

/// The settings, as far as they are known. A member that the service leaves out is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct MfaPolicy {
    /// People may make app passwords.
    pub(crate) allow_app_passwords: Option<bool>,
    pub(crate) trusted_ips: Option<TrustedIps>,
    pub(crate) remember_mfa_on_trusted_device: Option<Remember>,
}

/// What is asked of people on trusted networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TrustedIps {
    pub(crate) skip_mfa_for_federated_users: Option<bool>,
}

/// Whether and for how long a device is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Remember {
    pub(crate) is_enabled: Option<bool>,
    pub(crate) allowed_number_of_days: Option<i64>,
}

impl MfaPolicy {
    /// For how many days a device is remembered; 0 where none is.
    pub(crate) fn days(&self) -> Option<i64> {
        let remember = self.remember_mfa_on_trusted_device.as_ref()?;
        if remember.is_enabled? { remember.allowed_number_of_days } else { Some(0) }
    }
}

const PATH: &str = "policies/mfaServicePolicy";

/// Reads the settings.
///
/// # Errors
///
/// `not_found` where the tenant has none.
pub(crate) async fn read(graph: &Graph) -> Result<MfaPolicy> {
    known(&graph.call(Call::new(Method::GET, PATH).beta()).await?)?.json()
}

/// Writes the settings that are named: app passwords, days (0 remembers no device). `before` is what was read.
///
/// # Errors
///
/// `not_found` where the tenant has none.
pub(crate) async fn write(
    app_passwords: Option<bool>,
    days: Option<u16>,
    before: &MfaPolicy,
    graph: &Graph,
) -> Result<Reply> {
    let mut body = Map::new();
    if let Some(allowed) = app_passwords {
        body.insert("allowAppPasswords".to_owned(), allowed.into());
    }
    if let Some(days) = days {
        let old = before.remember_mfa_on_trusted_device.as_ref().and_then(|remember| remember.allowed_number_of_days);
        let remember = match (days, old) {
            (0, Some(old)) => json!({ "isEnabled": false, "allowedNumberOfDays": old }),
            (0, None) => json!({ "isEnabled": false }),
            (days, _) => json!({ "isEnabled": true, "allowedNumberOfDays": days }),
        };
        body.insert("rememberMfaOnTrustedDevice".to_owned(), remember);
    }
    known(&graph.call(Call::new(Method::PATCH, PATH).beta().body(Value::Object(body))).await?)
}

/// The answer, unless it says that there is no such thing.
fn known(reply: &Reply) -> Result<Reply> {
    if reply.status == 404 {
        let error = Error::new(
            Code::NotFound,
            say!(
                "mfa_policy_missing",
                "this tenant has no service settings of multi-factor authentication where other tools have found them; the service does not document them"
            ),
        );
        return Err(error.on(PATH).answered_as(&reply.error()));
    }
    reply.clone().success()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_for_which_devices_are_really_remembered() {
        let days = |text: &str| serde_json::from_str::<MfaPolicy>(text).unwrap().days();
        assert_eq!(days(r#"{"rememberMfaOnTrustedDevice":{"isEnabled":true,"allowedNumberOfDays":14}}"#), Some(14));
        assert_eq!(days(r#"{"rememberMfaOnTrustedDevice":{"isEnabled":false,"allowedNumberOfDays":14}}"#), Some(0));
        assert_eq!(days(r#"{"rememberMfaOnTrustedDevice":{"allowedNumberOfDays":14}}"#), None);
        assert_eq!(days(r#"{"allowAppPasswords":true,"unheardOf":{}}"#), None);
    }
}
