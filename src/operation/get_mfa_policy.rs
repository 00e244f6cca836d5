//! `Get-M365MfaPolicy`: the service settings of multi-factor authentication, as far as an undocumented address shows them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{done, request::Request};
use crate::{
    change,
    error::Result,
    event::{End, Level},
    job::Reporter,
    service::{graph::Graph, mfa_policy},
    session::Connected,
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Own {}

/// One `MfaPolicy` record; keys are the properties of `M365Access.MfaPolicy` in lowerCamelCase. What the service does not
/// show is `null`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    app_passwords_allowed: Option<bool>,
    /// 0 where no device is remembered.
    remember_devices_days: Option<i64>,
    skip_mfa_for_federated_users: Option<bool>,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let Own {} = Request::read(request)?.rest()?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let policy = mfa_policy::read(&graph).await?;
    reporter.note(Level::Information, change::mfa_policy::experimental()).await;
    let record = Record {
        app_passwords_allowed: policy.allow_app_passwords,
        remember_devices_days: policy.days(),
        skip_mfa_for_federated_users: policy.trusted_ips.and_then(|trusted| trusted.skip_mfa_for_federated_users),
    };
    reporter.records("MfaPolicy", &[record]).await?;
    Ok(done())
}
