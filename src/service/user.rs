//! People in the directory.
//!
//! learn.microsoft.com/graph/api/resources/user

use http::Method;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::graph::{Call, Reply};
use crate::{
    error::{Code, Error, Result},
    say,
};

/// Properties that every decision of ours needs; the service gives most of them only when they are asked for by name.
pub(crate) const SELECT: &str = "$select=id,userPrincipalName,displayName,accountEnabled,userType,onPremisesSyncEnabled,signInSessionsValidFromDateTime,lastPasswordChangeDateTime,preferredLanguage";

/// People on one page, the most that the service gives.
const PAGE: u32 = 999;

/// Characters of a path segment that stay as they are; `#` of guests and `'` do not.
pub(super) const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// A person, as the directory shows one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Person {
    /// The immutable object id.
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) id: String,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) user_principal_name: String,
    pub(crate) display_name: Option<String>,
    pub(crate) account_enabled: Option<bool>,
    pub(crate) user_type: Option<String>,
    pub(crate) on_premises_sync_enabled: Option<bool>,
    pub(crate) sign_in_sessions_valid_from_date_time: Option<Timestamp>,
    pub(crate) last_password_change_date_time: Option<Timestamp>,
    /// An ISO 639-1 code, often with a country: `nl-BE`. No part of a state that is recorded.
    #[serde(skip_serializing)]
    pub(crate) preferred_language: Option<String>,
}

impl Person {
    /// The object id as one.
    pub(crate) fn object_id(&self) -> Result<Uuid> {
        object_id(&self.id)
    }

    /// Signs in through another tenant.
    pub(crate) fn is_guest(&self) -> bool {
        self.user_type.as_deref().is_some_and(|user_type| user_type.eq_ignore_ascii_case("guest"))
    }
}

/// An object id that the service gave.
pub(crate) fn object_id(id: &str) -> Result<Uuid> {
    Uuid::try_parse(id).map_err(|_| {
        Error::new(Code::Decode, say!("person_without_id", "the service gave a person without an object id"))
    })
}

/// Among directory objects of many types the service may write `null` for what a type does not have.
fn null_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The path of a person by object id or user principal name.
pub(crate) fn path(key: &str) -> String {
    if key.starts_with('$') {
        // The slash form does not take a leading `$`.
        let quoted = key.replace('\'', "''");
        format!("users('{}')", utf8_percent_encode(&quoted, SEGMENT))
    } else {
        format!("users/{}", utf8_percent_encode(key, SEGMENT))
    }
}

/// Reads one person.
pub(crate) fn read(key: &str) -> Call {
    Call::new(Method::GET, format!("{}?{SELECT}", path(key)))
}

/// The person in the answer to [`read`]; nothing if there is none by that name.
pub(crate) fn found(reply: Reply) -> Result<Option<Person>> {
    if reply.status == 404 {
        return Ok(None);
    }
    let person: Person = reply.success()?.json()?;
    person.object_id().map(|_| Some(person))
}

/// Reads all people, in pages.
pub(crate) fn list() -> Call {
    Call::new(Method::GET, format!("users?{SELECT}&$top={PAGE}"))
}

/// Reads the people whose sign-in is allowed, or blocked: the one filter of ours that every replica understands.
/// learn.microsoft.com/graph/aad-advanced-queries
pub(crate) fn list_enabled(enabled: bool) -> Call {
    list_filtered(&format!("accountEnabled eq {enabled}"), false)
}

/// Reads the people that a filter selects. `eventual` asks the index that understands every operator and may lag.
pub(crate) fn list_filtered(filter: &str, eventual: bool) -> Call {
    let filter = utf8_percent_encode(filter, NON_ALPHANUMERIC);
    if eventual {
        Call::new(Method::GET, format!("users?{SELECT}&$top={PAGE}&$count=true&$filter={filter}")).eventual()
    } else {
        Call::new(Method::GET, format!("users?{SELECT}&$top={PAGE}&$filter={filter}"))
    }
}

/// Counts the people of the tenant (`@odata.count` of the first page).
pub(crate) fn count() -> Call {
    Call::new(Method::GET, "users?$select=id&$top=1&$count=true").eventual()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_apostrophes_and_dollars_survive() {
        assert_eq!(path("a_b.com#EXT#@c.com"), "users/a_b.com%23EXT%23@c.com");
        assert_eq!(path("d'arc@c.com"), "users/d%27arc@c.com");
        assert_eq!(path("$cash'@c.com"), "users('%24cash%27%27@c.com')");
    }
}
