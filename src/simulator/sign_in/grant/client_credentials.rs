//! An app signs in for itself: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.

use super::super::{
    client, issue,
    refusal::Refusal,
    request::{Asked, Authority},
    scope,
};
use crate::simulator::wire::Answer;

pub(super) fn answer(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let tenant = asked.world.tenant();
    // Nobody signs in from whom the tenant could be told.
    if asked.authority(&tenant)? != Authority::Tenant {
        return Err(Refusal::TenantNotNamed);
    }
    let client = client::confidential(asked, &tenant)?;
    let wanted = scope::required(asked, &tenant)?;
    if !wanted.is_default_alone(asked.version) {
        return Err(Refusal::Scope(asked.form.get("scope").unwrap_or_default().to_owned()));
    }
    issue::for_app(asked, &tenant, &client, &wanted)
}
