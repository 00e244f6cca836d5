//! The `claims` parameter: what a client can do, and which challenge it answers.
//!
//! learn.microsoft.com/entra/identity-platform/claims-challenge.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{refusal::Refusal, request::Asked};

/// What a request's `claims` say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// The client declares that it answers challenges (`xms_cc` with `cp1`).
    pub(super) can_be_challenged: bool,
    /// It answers one: anything else is asked of the access token.
    pub(super) answers: bool,
}

impl Claims {
    /// Of a request.
    pub(super) fn of(asked: &Asked<'_>) -> Result<Self, Refusal> {
        let Some(text) = asked.form.get("claims") else { return Ok(Self::default()) };
        let claims: Map<String, Value> = serde_json::from_str(text).map_err(|_| Refusal::Malformed("claims"))?;
        let Some(access) = claims.get("access_token").and_then(Value::as_object) else { return Ok(Self::default()) };
        let capabilities = access.get("xms_cc").and_then(|claim| claim.get("values")).and_then(Value::as_array);
        Ok(Self {
            can_be_challenged: capabilities.into_iter().flatten().filter_map(Value::as_str).any(is_cp1),
            answers: access.keys().any(|claim| claim != "xms_cc"),
        })
    }
}

/// MSAL for Python writes it in capitals.
fn is_cp1(capability: &str) -> bool {
    capability.eq_ignore_ascii_case("cp1")
}

/// A challenge that wants a token issued after `moment`, as it stands in `WWW-Authenticate`.
pub fn challenge(moment: Timestamp) -> String {
    let wanted = json!({
        "access_token": { "nbf": { "essential": true, "value": moment.as_second().to_string() } }
    });
    let mut text = wanted.to_string();
    // Blanks fill the last group of three bytes, so that clients decode it whether they expect padding or not.
    while !text.len().is_multiple_of(3) {
        text.push(' ');
    }
    URL_SAFE_NO_PAD.encode(text)
}
