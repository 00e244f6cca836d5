//! The sign-in service: token endpoints (v2 and v1), device code with its approval form, discovery documents, keys.

pub mod token;

use super::{
    wire::{Answer, Request},
    world::World,
};

/// Answers a request below `/{tenant}/oauth2`, `/{tenant}/v2.0`, `/{tenant}/.well-known`, `/{tenant}/discovery`,
/// `/common/...`, and the device code's verification page; nothing for any other path.
pub async fn answer(_world: &World, _request: &Request) -> Option<Answer> {
    None
}
