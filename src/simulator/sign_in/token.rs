//! Access tokens, believed here. They are made in `issue`.

use std::collections::BTreeSet;

use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

pub use super::claims::challenge;
use super::{client, issue, key, person, scope::Service};
use crate::simulator::{
    tenant::Tenant,
    world::{Caller, World},
};

/// Which service a token must be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Microsoft Graph.
    Graph,
    /// Exchange Online.
    Exchange,
}

/// Why a request's token is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unbelieved {
    /// There is no `Authorization: Bearer`.
    Missing,
    /// It is not a token, or its signature is not ours.
    Malformed,
    /// Its time has passed.
    Expired,
    /// It is for another service or tenant.
    Audience,
    /// Continuous access evaluation: the client must answer these claims (base64url, as in `WWW-Authenticate`).
    Challenge(String),
}

/// Who calls, by the token of a request.
///
/// A token is believed until its end, whatever has become of the person meanwhile: that is what the services document
/// for clients that cannot be challenged. A token of a client that can (`xms_cc` with `cp1`) is challenged as soon as
/// the person is gone or disabled, the sessions were revoked, the password was changed, or a second factor became
/// necessary (learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation; the service
/// may take up to 15 minutes for it, here it is at once).
///
/// # Errors
///
/// Why the token is not believed.
pub fn caller(world: &World, headers: &HeaderMap, audience: Audience) -> Result<Caller, Unbelieved> {
    let claims = key::verified(bearer(headers)?).ok_or(Unbelieved::Malformed)?;
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str).unwrap_or_default();
    let door = match audience {
        Audience::Graph => Service::Graph,
        Audience::Exchange => Service::Exchange,
    };
    let tenant = world.tenant();
    // All simulated tenants sign with one key: the issuer's address tells whose token it is.
    let ours = text("tid") == tenant.id.to_string() && text("iss").starts_with(&format!("{}/", world.base));
    if !ours || !Service::named(world, text("aud")).is_some_and(|service| service.opens(door)) {
        return Err(Unbelieved::Audience);
    }
    let end = claims.get("exp").and_then(Value::as_i64).ok_or(Unbelieved::Malformed)?;
    if end <= Timestamp::now().as_second() {
        return Err(Unbelieved::Expired);
    }
    let id = |claim: &str| Uuid::try_parse(text(claim)).map_err(|_| Unbelieved::Malformed);
    let app_id = id("appid")?;
    let app = client::app(&tenant, app_id).ok_or(Unbelieved::Malformed)?;
    let user_id = if text("idtyp") == "user" { Some(id("oid")?) } else { None };
    if let Some(user_id) = user_id {
        challenge_if_due(&tenant, user_id, &claims)?;
    }
    Ok(Caller {
        app_id,
        service_principal_id: app.id,
        user_id,
        permissions: permissions(&claims, user_id.is_some()),
        answered_challenge: claims.contains_key(issue::ANSWERED),
    })
}

fn bearer(headers: &HeaderMap) -> Result<&str, Unbelieved> {
    let value = headers.get(http::header::AUTHORIZATION).ok_or(Unbelieved::Missing)?;
    let value = value.to_str().map_err(|_| Unbelieved::Malformed)?;
    let (scheme, token) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Unbelieved::Missing);
    }
    Ok(token.trim())
}

fn challenge_if_due(tenant: &Tenant, user_id: Uuid, claims: &Map<String, Value>) -> Result<(), Unbelieved> {
    let has = |claim: &str, word: &str| {
        claims.get(claim).and_then(Value::as_array).is_some_and(|words| words.iter().any(|known| known == word))
    };
    if !has("xms_cc", "cp1") {
        return Ok(());
    }
    let due = |moment| Err(Unbelieved::Challenge(challenge(moment)));
    let Some(user) = tenant.user(&user_id.to_string()) else { return due(Timestamp::now()) };
    let issued = claims.get("uti").and_then(Value::as_str).and_then(issue::issued_at).ok_or(Unbelieved::Malformed)?;
    if !has("amr", "mfa") && person::needs_second_factor(user) {
        return due(Timestamp::now());
    }
    if person::still_stands(user, issued).is_err() {
        return due(if user.profile.latest().account_enabled { person::valid_from(user) } else { Timestamp::now() });
    }
    Ok(())
}

/// `roles` of an app's token, `scp` of a person's.
fn permissions(claims: &Map<String, Value>, delegated: bool) -> BTreeSet<String> {
    if delegated {
        let scopes = claims.get("scp").and_then(Value::as_str).unwrap_or_default();
        return scopes.split_whitespace().map(str::to_owned).collect();
    }
    let roles = claims.get("roles").and_then(Value::as_array);
    roles.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
