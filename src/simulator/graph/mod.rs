//! Microsoft Graph: v1.0 and beta.
//!
//! One way in for everything: [`answer`] believes or refuses the token once, then hands on either the whole request or,
//! through [`batch`], each of its items to [`item`], which charges the quota and finds who answers.

pub mod batch;

use super::{
    quota,
    sign_in::token::{self, Audience, Unbelieved},
    wire::{Answer, Request},
    world::{Caller, World},
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

    /// Splits a path into its version and what stands below it, with the leading slash.
    pub fn split(path: &str) -> Option<(Self, &str)> {
        [Self::V1, Self::Beta].into_iter().find_map(|version| {
            let below = path.strip_prefix('/')?.strip_prefix(version.segment())?;
            (below.is_empty() || below.starts_with('/')).then_some((version, below))
        })
    }
}

/// Answers a request below `/v1.0` or `/beta`. What is not implemented is answered as the service answers an unknown path.
pub async fn answer(world: &World, request: &Request) -> Answer {
    match token::caller(world, &request.headers, Audience::Graph) {
        Err(unbelieved) => refused(&unbelieved),
        Ok(caller) => match Version::split(&request.path) {
            Some((version, "/$batch")) => batch::answer(world, &caller, version, request).await,
            _ => item(world, &caller, request).await,
        },
    }
}

/// Answers one request of a caller who is known, alone or as an item of a batch. `request.path` begins with the version.
pub async fn item(world: &World, caller: &Caller, request: &Request) -> Answer {
    let Some((version, below)) = Version::split(&request.path) else { return Answer::empty(404) };
    match quota::charge(world, caller, version, request) {
        Err(throttled) => throttled,
        Ok(charged) => {
            let mut answer = dispatch(world, caller, version, below, request).await;
            charged.mark(&mut answer);
            answer
        }
    }
}

async fn dispatch(_world: &World, _caller: &Caller, _version: Version, _below: &str, _request: &Request) -> Answer {
    Answer::empty(404)
}

fn refused(_unbelieved: &Unbelieved) -> Answer {
    Answer::empty(401)
}
