//! `Get-M365Connection`: who we are in this tenant. Signs in if that has not happened yet, and reads everything anew.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    event::End,
    job::Reporter,
    service::graph::Graph,
    session::{Connected, Environment, parse, role::role_name},
    simulator::Description,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {}

/// One `Connection` record; keys are the properties of `M365Access.Connection` in lowerCamelCase.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    /// By which people tell connections apart.
    name: &'a str,
    tenant_id: &'a str,
    tenant_name: Option<&'a str>,
    /// User principal name of the person, or name of the app.
    account: &'a str,
    account_id: Option<&'a str>,
    /// `ClientSecret`, `AccessToken`, or `Simulated` for a person of a simulated tenant.
    auth_type: &'static str,
    environment: Environment,
    /// Of the token; `null` where it cannot be read.
    permissions: Option<Vec<&'a str>>,
    /// Names of active directory roles; `null` where we may not read them.
    roles: Option<Vec<&'a str>>,
    expires_at: Option<Timestamp>,
    simulated: bool,
    /// The simulated tenant of this session, as it describes itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulator: Option<&'a Description>,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let Request {} = parse(request, "request")?;
    let settings = session.settings()?;
    reporter.check()?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let identity = graph.read_identity().await?;
    let sign_in = session.sign_in().await?;
    let mut roles = identity.roles_known.then(|| identity.roles.iter().map(|id| role_name(id)).collect::<Vec<_>>());
    if let Some(roles) = &mut roles {
        roles.sort_unstable();
    }
    let record = Record {
        name: identity.tenant_name.as_deref().unwrap_or(&identity.tenant_id),
        tenant_id: &identity.tenant_id,
        tenant_name: identity.tenant_name.as_deref(),
        account: &identity.account,
        account_id: identity.account_id.as_deref(),
        auth_type: sign_in.auth_type,
        environment: settings.environment.unwrap_or_default(),
        permissions: identity.permissions_known.then(|| identity.permissions.iter().map(String::as_str).collect()),
        roles,
        expires_at: identity.expires_at,
        simulated: settings.simulated,
        simulator: sign_in.simulator,
    };
    reporter.records("Connection", &[record]).await?;
    Ok(super::done())
}
