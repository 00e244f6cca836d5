//! The token endpoints: one file a grant.

mod client_credentials;
mod device_code;
mod password;
mod refresh_token;

use super::{
    client::Client,
    issue,
    person::{self, SignIn},
    refusal::Refusal,
    request::{Asked, Version},
    scope::Wanted,
};
use crate::simulator::{tenant::Tenant, wire::Answer};

/// Answers a token request.
pub(super) fn answer(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    asked.authority(&asked.world.tenant())?;
    match asked.form.required("grant_type")? {
        "client_credentials" => client_credentials::answer(asked),
        "password" => password::answer(asked),
        "refresh_token" => refresh_token::answer(asked),
        // The contract knows the flow at the v2 endpoint alone.
        "urn:ietf:params:oauth:grant-type:device_code" if asked.version == Version::V2 => device_code::answer(asked),
        other => Err(Refusal::Grant(other.to_owned())),
    }
}

/// Gives tokens for an earlier sign-in, if it still stands. `issued` is when what the client presents was made.
fn give(
    asked: &Asked<'_>,
    tenant: &Tenant,
    client: &Client<'_>,
    sign_in: &SignIn,
    issued: jiff::Timestamp,
    wanted: &Wanted,
) -> Result<Answer, Refusal> {
    let gone = || Refusal::PersonUnknown(sign_in.user_id.to_string());
    let user = tenant.user(&sign_in.user_id.to_string()).ok_or_else(gone)?;
    person::still_stands(user, issued)?;
    if !sign_in.second_factor && person::needs_second_factor(user) {
        return Err(Refusal::SecondFactor(wanted.resource.clone()));
    }
    issue::for_person(asked, tenant, client, user, wanted, sign_in)
}
