//! Quotas: what an app may ask for in a window of time. learn.microsoft.com/graph/throttling-limits

use super::{
    graph::Version,
    wire::{Answer, Request},
    world::{Caller, World},
};

/// What a request was charged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charged {
    /// Resource units.
    pub resource_units: u32,
}

impl Charged {
    /// Says so in the headers of the answer.
    pub fn mark(self, answer: &mut Answer) {
        answer.header("x-ms-resource-unit", self.resource_units.to_string());
    }
}

/// Charges a request, or answers 429. `request.path` begins with the version.
#[allow(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub fn charge(_world: &World, _caller: &Caller, _version: Version, _request: &Request) -> Result<Charged, Answer> {
    Ok(Charged { resource_units: 1 })
}
