//! `$batch`: up to 20 requests in one, each with an answer of its own. learn.microsoft.com/graph/json-batching

use super::Version;
use crate::simulator::{
    wire::{Answer, Request},
    world::{Caller, World},
};

/// Answers a batch of a caller who is known.
pub async fn answer(_world: &World, _caller: &Caller, _version: Version, _request: &Request) -> Answer {
    Answer::empty(404)
}
