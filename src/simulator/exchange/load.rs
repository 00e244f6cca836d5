//! How many requests of a tenant are under way, and what is said when there are too many. The service publishes no
//! numbers; this tenant takes three at once.

use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use jiff::Timestamp;

use super::failure::Failure;
use crate::simulator::{wire::Answer, world::World};

/// Requests that are served at once.
const AT_ONCE: usize = 3;
/// How long a command takes at least, before scaling.
pub(super) const QUICKEST: Duration = Duration::from_millis(25);
/// What `Retry-After` asks for, where it is given at all; before scaling.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The requests that are under way.
#[derive(Debug, Default)]
pub struct Load {
    running: AtomicUsize,
    refused: AtomicU64,
}

impl Load {
    /// A turn, if there is one left. It ends when it is dropped.
    pub(super) fn enter(&self) -> Option<Turn<'_>> {
        let taken = |running: usize| (running < AT_ONCE).then_some(running + 1);
        let before = self.running.fetch_update(Ordering::AcqRel, Ordering::Acquire, taken).ok()?;
        Some(Turn { load: self, left: AT_ONCE - before - 1 })
    }

    /// 429 in plain text; every other time it says for how long.
    pub(super) fn refuse(&self, world: &World) -> Answer {
        let turn = self.refused.fetch_add(1, Ordering::AcqRel);
        let mut answer = Failure::Busy { status: 429 }.answer();
        if turn % 2 == 1 {
            answer.header("retry-after", world.clock.retry_after(world.clock.scaled(RETRY_AFTER)));
        }
        mark(&mut answer, 0);
        answer
    }
}

/// The right to be served now.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    load: &'a Load,
    left: usize,
}

impl Turn<'_> {
    /// Says how many more could have come.
    pub(super) fn mark(&self, answer: &mut Answer) {
        mark(answer, self.left);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.load.running.fetch_sub(1, Ordering::AcqRel);
    }
}

fn mark(answer: &mut Answer, left: usize) {
    answer.header("rate-limit-remaining", left.to_string());
    answer.header("rate-limit-reset", Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
}
