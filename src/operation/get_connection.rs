//! `Get-M365Connection`: who we are in this tenant.

use std::sync::Arc;

use serde::Deserialize;

use crate::{
    error::{Code, Error, Result},
    event::End,
    job::Reporter,
    say,
    session::{Connected, parse},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let Request {} = parse(request, "request")?;
    let settings = session.settings()?;
    reporter.check()?;
    if !settings.simulated && settings.tenant_id.is_none() && settings.access_token.is_none() {
        return Err(Error::new(Code::NotConnected, say!("no_tenant", "this session has no tenant")));
    }
    Err(Error::internal("signing in is not there yet"))
}
