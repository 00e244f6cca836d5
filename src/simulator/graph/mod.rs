//! Microsoft Graph: v1.0 and beta.

use super::{
    wire::{Answer, Request},
    world::World,
};

/// Answers a request below `/v1.0` or `/beta`. What is not implemented is answered as the service answers an unknown path.
pub async fn answer(_world: &World, _request: &Request) -> Answer {
    Answer::empty(404)
}
