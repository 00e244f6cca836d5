//! Microsoft Graph: v1.0 and beta.
//!
//! One way in for everything: [`answer`] believes or refuses the token once, then hands on either the whole request or,
//! through [`batch`], each of its items to [`item`], which charges the quota and finds who answers.

mod administrative_unit;
mod authentication;
pub mod batch;
#[cfg(test)]
mod bench;
mod call;
mod directory_object;
mod directory_role;
mod failure;
mod filter;
mod group;
mod listing;
mod membership;
mod options;
mod organization;
mod overload;
mod page;
mod path;
mod permission;
mod policy;
mod property;
mod reach;
mod registration;
mod role_definition;
mod role_management;
mod search;
mod service_principal;
#[cfg(test)]
mod tests;
mod user;

use std::time::Instant;

use self::{
    call::{Answered, Call},
    failure::Failure,
};
use super::{
    quota,
    sign_in::token::{self, Audience, Unbelieved},
    wire::{Answer, Request},
    world::{Caller, World},
};

pub(super) use self::{
    membership::assignments_of,
    overload::{throttled, unavailable},
    user::{is_suitable, set_password},
};

/// A version of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `/v1.0`.
    V1,
    /// `/beta`.
    Beta,
}

impl Version {
    /// The first segment of its paths.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }

    /// Splits a path into its version, in any case, and what stands below it, with the leading slash.
    pub fn split(path: &str) -> Option<(Self, &str)> {
        let path = path.strip_prefix('/')?;
        [Self::V1, Self::Beta].into_iter().find_map(|version| {
            let (segment, below) = path.split_at_checked(version.segment().len())?;
            let is_it = segment.eq_ignore_ascii_case(version.segment()) && (below.is_empty() || below.starts_with('/'));
            is_it.then_some((version, below))
        })
    }
}

/// Answers a request below `/v1.0` or `/beta`. What is not implemented is answered as the service answers an unknown path.
pub async fn answer(world: &World, request: &Request) -> Answer {
    match token::caller(world, &request.headers, Audience::Graph) {
        Err(unbelieved) => refused(world, request, &unbelieved),
        Ok(caller) => match Version::split(&request.path) {
            Some((version, below)) if batch::is_asked(below) => batch::answer(world, &caller, version, request).await,
            _ => item(world, &caller, request),
        },
    }
}

/// Answers one request of a caller who is known, alone or as an item of a batch. `request.path` begins with the version.
pub fn item(world: &World, caller: &Caller, request: &Request) -> Answer {
    let Some((version, below)) = Version::split(&request.path) else {
        return Failure::segment(&request.path).answer(request);
    };
    match quota::charge(world, caller, version, request) {
        Err(throttled) => throttled,
        Ok(charged) => {
            let mut answer = dispatch(world, caller, version, below, request);
            charged.mark(&mut answer);
            answer
        }
    }
}

/// Finds who answers. Nothing is answered with success that is not known here.
fn dispatch(world: &World, caller: &Caller, version: Version, below: &str, request: &Request) -> Answer {
    let call = Call { world, caller, version, request, now: Instant::now() };
    path::segments(below).and_then(|segments| route(&call, &segments)).unwrap_or_else(|failure| failure.answer(request))
}

fn route(call: &Call<'_>, segments: &[String]) -> Answered {
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let Some((first, rest)) = segments.split_first() else { return Err(Failure::segment("")) };
    match first.to_ascii_lowercase().as_str() {
        "users" => user::answer(call, rest),
        "me" => user::me(call, rest),
        "groups" => group::answer(call, rest),
        "directoryobjects" => directory_object::answer(call, rest),
        "directoryroles" => directory_role::answer(call, rest),
        "directoryroletemplates" => directory_role::templates(call, rest),
        "rolemanagement" => role_management::answer(call, rest),
        "serviceprincipals" => service_principal::answer(call, rest),
        "organization" => organization::answer(call, rest),
        "policies" => policy::answer(call, rest),
        "reports" => registration::answer(call, rest),
        _ => Err(Failure::segment(first)),
    }
}

/// 401, with what a client needs to get a better token.
pub(super) fn refused(world: &World, request: &Request, unbelieved: &Unbelieved) -> Answer {
    let (message, challenge) = match unbelieved {
        Unbelieved::Missing => ("Access token is empty.", String::new()),
        Unbelieved::Malformed => ("Access token is malformed.", r#", error="invalid_token""#.to_owned()),
        Unbelieved::Expired => {
            ("Lifetime validation failed, the token is expired.", r#", error="invalid_token""#.to_owned())
        }
        Unbelieved::Audience => {
            ("Access token validation failure. Invalid audience.", r#", error="invalid_token""#.to_owned())
        }
        Unbelieved::Challenge(claims) => (
            "Continuous access evaluation resulted in challenge with result: InteractionRequired.",
            format!(r#", error="insufficient_claims", claims="{claims}""#),
        ),
    };
    let mut answer = Failure::new(401, "InvalidAuthenticationToken", message).answer(request);
    let authorize = format!("{}/common/oauth2/authorize", world.base);
    answer.header(
        "www-authenticate",
        format!(r#"Bearer realm="", authorization_uri="{authorize}", client_id="{RESOURCE}"{challenge}"#),
    );
    answer
}

/// Graph's own client id.
const RESOURCE: &str = "00000003-0000-0000-c000-000000000000";
