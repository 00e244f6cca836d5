//! Ending a person's sessions.
//!
//! learn.microsoft.com/graph/api/user-revokesigninsessions: the answer is 200 with a value that is always true. The older
//! `invalidateAllRefreshTokens` of beta is documented with 204, its metadata has the same value; here both answer alike.
//! Guests are accepted: what they have in this tenant ends, what they have at home does not.

use serde_json::json;

use super::update::now;
use crate::simulator::{
    graph::{
        call::{Answered, Call},
        failure::Failure,
        permission::Permissions,
        reach::{self, Act},
    },
    wire::Answer,
};

/// Sessions that began before this moment are over.
pub(super) fn revoke(call: &Call<'_>, key: &str, permissions: &Permissions) -> Answered {
    call.only(&http::Method::POST)?;
    let mut tenant = call.world.tenant_mut();
    let found = tenant.user(key);
    match found {
        Some(person) => call.require_on(permissions, person.id)?,
        None => call.require(permissions)?,
    }
    let person = found.ok_or_else(|| Failure::no_resource(key))?;
    // Everybody may end their own.
    if call.caller.user_id != Some(person.id) {
        reach::check(&tenant, call.caller, Act::Reset, person)?;
    }
    if let Some(person) = tenant.user_mut(key) {
        let mut profile = person.profile.latest().clone();
        profile.sign_in_sessions_valid_from_date_time = now();
        person.profile.write(call.now, call.world.replication_delay(), profile);
    }
    Ok(Answer::json(200, &json!({ "@odata.context": call.context("Edm.Boolean"), "value": true })))
}
