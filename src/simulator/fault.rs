//! Faults on request, by a seeded plan.
//!
//! (placeholder of the signature that the other parts build on; the plan's file format belongs here)

use std::time::Duration;

/// What goes wrong with one request or one batch item.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answered with this status (429 and 5xx) and, if given, `Retry-After`; the request has no effect.
    Status(u16, Option<Duration>),
    /// The connection is reset before the request has any effect (a batch item: it is missing from the answer).
    ResetBefore,
    /// The request takes effect, then the connection is reset (a batch item: it is missing from the answer).
    ResetAfter,
    /// The request takes effect, the body of the answer is cut in the middle.
    CutBody,
    /// Answered only after this time.
    Slow(Duration),
    /// 401 with a claims challenge (`insufficient_claims`); a token that was issued for those claims passes.
    ClaimsChallenge,
}

/// The plan.
#[derive(Debug, Default)]
pub struct Faults {}

impl Faults {
    /// What goes wrong with this request, if anything. `path` is without query, `in_batch` says that it is a batch item.
    pub fn next(&self, _method: &str, _path: &str, _in_batch: bool) -> Option<Fault> {
        None
    }
}
