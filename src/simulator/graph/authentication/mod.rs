//! What stands below a person's `authentication`: per-user MFA, registered methods, the preferred one.
//!
//! learn.microsoft.com/graph/api/resources/authenticationmethods-overview. Passwords are reset in `user::reset`. Nothing
//! can be registered here: people do that themselves, and the one method that an administrator adds (a temporary access
//! pass) has limits that are not known well enough to be imitated.

mod access;
mod method;
mod preferences;
mod requirements;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use uuid::Uuid;

use self::access::Act;
use super::{
    Version,
    call::{Answered, Call},
    failure::Failure,
};
use crate::simulator::{
    method::{KINDS, PASSWORD},
    tenant::{Authentication, Tenant, User},
};

/// Answers below the `authentication` of one person.
pub(super) fn answer(call: &Call<'_>, key: &str, below: &[&str]) -> Answered {
    let beta = call.version == Version::Beta;
    let Some((segment, rest)) = below.split_first() else {
        return if beta { whole(call, key) } else { Err(Failure::segment("authentication")) };
    };
    match (segment.to_ascii_lowercase().as_str(), rest) {
        ("requirements", []) if beta => requirements::answer(call, key),
        ("signinpreferences", []) if beta => preferences::answer(call, key),
        ("methods", []) => method::list(call, key),
        ("methods", [id]) => method::any(call, key, id),
        _ => {
            let known = KINDS
                .iter()
                .chain([&PASSWORD])
                .find(|kind| (kind.v1 || beta) && kind.segment.eq_ignore_ascii_case(segment))
                .ok_or_else(|| Failure::segment(segment))?;
            match rest {
                [] if known.single => method::single(call, key, known),
                [] => method::of_kind(call, key, known),
                [id] if !known.single => method::one(call, key, known, id),
                [unknown, ..] => Err(Failure::segment(unknown)),
            }
        }
    }
}

/// `GET authentication`: as much of it as the caller may see, and nothing for those who may see nothing.
fn whole(call: &Call<'_>, key: &str) -> Answered {
    call.only(&http::Method::GET)?;
    call.options(&[])?;
    let tenant = call.world.tenant();
    let required = access::person(call, &tenant, key, Act::ReadRequirements);
    let preferred = access::person(call, &tenant, key, Act::ReadMethods);
    let person = match (&required, &preferred) {
        (Err(failure), Err(_)) => return Err(failure.clone()),
        (Ok(person), _) | (_, Ok(person)) => *person,
    };
    let seen = seen(call, person);
    let part = |shown: bool, part: Map<String, Value>| if shown { Value::Object(part) } else { Value::Null };
    let mut body = Map::new();
    body.insert("id".to_owned(), person.id.to_string().into());
    body.insert("requirements".to_owned(), part(required.is_ok(), requirements::shown(seen)));
    body.insert("signInPreferences".to_owned(), part(preferred.is_ok(), preferences::shown(seen)));
    Ok(call.entity(format_args!("users('{}')/authentication/$entity", person.id), body))
}

/// What readers see of a person now.
fn seen<'a>(call: &Call<'_>, person: &'a User) -> &'a Authentication {
    person.authentication.seen(call.now, std::time::Duration::ZERO)
}

/// Writes what was last true of a person and is changed now.
fn write(call: &Call<'_>, tenant: &mut Tenant, id: Uuid, value: Authentication) {
    let (report, _) = call.world.report(call.now);
    if let Some(person) = tenant.user_mut(&id.to_string()) {
        person.write_authentication(call.now, call.world.replication_delay(), report, value);
    }
}
