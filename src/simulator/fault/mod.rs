//! Faults on request, by a seeded plan: what networks and services do to clients sooner or later, when it is wanted.
//!
//! [`plan`] owns the file, this module decides which request is hit. The server plays the fault on a request, the batch
//! on an item.

mod pattern;
pub mod plan;
mod play;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ring::digest;

use self::plan::{Plan, Rule};
pub use self::play::{Played, play};
use super::wire::Request;

/// What goes wrong with one request or one batch item.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answered with this status and, if given, `Retry-After`.
    Status {
        /// 400 to 599.
        status: u16,
        /// Before scaling.
        retry_after: Option<Duration>,
        /// The request takes effect nevertheless, as behind a gateway that has lost patience.
        takes_effect: bool,
    },
    /// The connection is reset before the request has any effect (a batch item: it is missing from the answer).
    ResetBefore,
    /// The request takes effect, then the connection is reset (a batch item: it is missing from the answer).
    ResetAfter,
    /// The request takes effect, the body of the answer is cut in the middle.
    CutBody,
    /// Answered only after this time, which is not scaled.
    Slow(Duration),
    /// Answered as if it had taken effect, and nothing has happened: a write that the service takes and then loses.
    WithoutEffect,
    /// Carried out by a machine whose clock is this far behind: the moments that it writes and the `Date` of its answer.
    ClockBehind(Duration),
    /// 401 with a claims challenge (`insufficient_claims`); a token that was issued for those claims passes.
    ClaimsChallenge,
}

/// A plan at work.
#[derive(Debug, Default)]
pub struct Faults {
    plan: Plan,
    progress: Mutex<Vec<Progress>>,
}

/// What a rule has met so far.
#[derive(Debug, Default)]
struct Progress {
    /// Requests that matched.
    seen: u64,
    /// Requests that were hit.
    hit: u64,
    /// How often each request was seen, for rules that draw; by the request's digest.
    turns: HashMap<[u8; 8], u64>,
}

impl Faults {
    /// Plays a plan from its beginning.
    pub fn new(plan: Plan) -> Self {
        let progress = Mutex::new(plan.rules.iter().map(|_| Progress::default()).collect());
        Self { plan, progress }
    }

    /// What goes wrong with this request, if anything; `in_batch` says that it is an item.
    ///
    /// The first rule that hits wins, and the rules after it do not see the request.
    pub fn next(&self, request: &Request, in_batch: bool) -> Option<Fault> {
        if self.plan.rules.is_empty() {
            return None;
        }
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, (rule, progress)) in self.plan.rules.iter().zip(progress.iter_mut()).enumerate() {
            if rule.matches(request, in_batch) && self.hits(index, rule, progress, request) {
                return Some(rule.fault.clone());
            }
        }
        None
    }

    fn hits(&self, index: usize, rule: &Rule, progress: &mut Progress, request: &Request) -> bool {
        progress.seen += 1;
        let Some(turn) = progress.seen.checked_sub(rule.after).filter(|turn| *turn > 0) else { return false };
        let hit = rule.first.is_none_or(|first| turn <= first)
            && rule.every.is_none_or(|every| turn.is_multiple_of(every))
            && rule.times.is_none_or(|times| progress.hit < times)
            && rule.probability.is_none_or(|probability| self.draw(index, progress, request) < probability);
        progress.hit += u64::from(hit);
        hit
    }

    /// A number from 0 to 1 that depends on the seed, the rule, the request and how often it was seen; not on what else
    /// arrives meanwhile. So the same people are hit however a client orders and packs its requests.
    fn draw(&self, index: usize, progress: &mut Progress, request: &Request) -> f64 {
        let mut digest = digest::Context::new(&digest::SHA256);
        for part in [request.method.as_str(), &request.path.to_lowercase()] {
            digest.update(part.as_bytes());
            digest.update(b"\n");
        }
        let request = first_bytes(digest.clone().finish().as_ref());
        let turn = progress.turns.entry(request).or_default();
        *turn += 1;
        digest.update(format!("{} {index} {turn}", self.plan.seed).as_bytes());
        let drawn = u32::from_be_bytes(first_bytes(digest.finish().as_ref()));
        f64::from(drawn) / (f64::from(u32::MAX) + 1.0)
    }
}

fn first_bytes<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

#[cfg(test)]
mod tests;
