//! People: `users`, and `me` for the person of the token.

mod delta;
mod expand;
mod member;
mod password;
mod properties;
mod read;
mod reset;
mod sessions;
#[cfg(test)]
mod tests;
mod update;
mod writable;

use http::Method;

use self::member::Depth;
pub(super) use self::properties::User;
/// The rules of passwords hold wherever one is set: a person sets one at the sign-in page.
pub(in crate::simulator) use self::{password::is_suitable, update::set_password};
use super::{
    Version, authentication,
    call::{Answered, Call},
    directory_object::matches_action,
    failure::Failure,
    permission::{INVALIDATE_TOKENS, REVOKE_SESSIONS},
};

/// Answers below `users`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    match rest {
        [] => read::list(call),
        [word] if word.eq_ignore_ascii_case("$count") => read::count(call),
        [word] if matches_action(word, "delta") => delta::answer(call),
        [key, rest @ ..] => person(call, key, rest),
    }
}

/// Answers below `me`, which an app is not.
pub(super) fn me(call: &Call<'_>, rest: &[&str]) -> Answered {
    let Some(id) = call.caller.user_id else {
        return Err(Failure::bad("/me request is only valid with delegated authentication flow."));
    };
    person(call, &id.to_string(), rest)
}

/// Answers below one person.
fn person(call: &Call<'_>, key: &str, rest: &[&str]) -> Answered {
    let words: Vec<String> = rest.iter().map(|word| word.to_ascii_lowercase()).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => match call.request.method {
            Method::GET => read::get(call, key),
            Method::PATCH => update::patch(call, key),
            _ => Err(Failure::verb()),
        },
        ["revokesigninsessions" | "microsoft.graph.revokesigninsessions"] => {
            sessions::revoke(call, key, &REVOKE_SESSIONS)
        }
        ["invalidateallrefreshtokens"] if call.version == Version::Beta => {
            sessions::revoke(call, key, &INVALIDATE_TOKENS)
        }
        ["memberof", ..] => member::list(call, key, Depth::Direct, rest.get(1..).unwrap_or_default()),
        ["transitivememberof", ..] => member::list(call, key, Depth::Transitive, rest.get(1..).unwrap_or_default()),
        ["getmemberobjects" | "microsoft.graph.getmemberobjects"] => member::get_member_objects(call, key),
        ["authentication", "methods" | "passwordmethods", method, "resetpassword"] => reset::start(call, key, method),
        ["authentication", "operations", operation] => reset::poll(call, key, operation),
        ["authentication", ..] => authentication::answer(call, key, rest.get(1..).unwrap_or_default()),
        _ => Err(Failure::segment(rest.first().copied().unwrap_or_default())),
    }
}
