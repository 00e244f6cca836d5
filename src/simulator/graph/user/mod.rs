//! People: `users`, and `me` for the person of the token.

mod properties;
mod read;

use http::Method;

pub(super) use properties::User;
pub(super) use read::shown;

use super::{
    call::{Answered, Call},
    failure::Failure,
};

/// Answers below `users`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    match rest {
        [] => read::list(call),
        [word] if word.eq_ignore_ascii_case("$count") => read::count(call),
        [key, rest @ ..] => person(call, key, rest, "users"),
    }
}

/// Answers below `me`, which an app is not.
pub(super) fn me(call: &Call<'_>, rest: &[&str]) -> Answered {
    let Some(id) = call.caller.user_id else {
        return Err(Failure::bad("/me request is only valid with delegated authentication flow."));
    };
    person(call, &id.to_string(), rest, "users")
}

/// Answers below one person.
fn person(call: &Call<'_>, key: &str, rest: &[&str], context: &str) -> Answered {
    match rest {
        [] => match call.request.method {
            Method::GET => read::get(call, key, context),
            _ => Err(Failure::verb()),
        },
        [unknown, ..] => Err(Failure::segment(unknown)),
    }
}
