//! `Get-M365ModernAuthentication`: whether modern authentication is on in the organisation.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Operation, done, request::Request};
use crate::{
    change::modern_authentication,
    error::Result,
    event::End,
    job::Reporter,
    service::{exchange::Exchange, graph::Graph, identity},
    session::Connected,
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Own {}

/// One `ModernAuthentication` record; keys are the properties in lowerCamelCase.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    tenant_id: &'a str,
    tenant_name: Option<&'a str>,
    /// `On` or `Off`.
    modern_authentication: &'static str,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let Own {} = Request::read(request)?.rest()?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let identity = identity::identity(&graph).await?;
    let operation = Operation::GetModernAuthentication;
    identity::require(session, &identity, operation.cmdlet(), operation.acts(), |_| None).await?;
    let exchange = Exchange::new(Arc::clone(session), reporter.cancelled().clone(), Arc::clone(&identity));
    let settings = exchange.organization().await?;
    let record = Record {
        tenant_id: &identity.tenant_id,
        tenant_name: identity.tenant_name.as_deref(),
        modern_authentication: modern_authentication::word(settings.modern_authentication),
    };
    reporter.records("ModernAuthentication", &[record]).await?;
    Ok(done())
}
