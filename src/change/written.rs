//! What the answers to a write tell, and what a read-back then says.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{error::Error, sentence::Sentence};

/// What was written and when, by the service's own clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    /// `Date` of the write's answer, whole seconds; nothing if the answer was lost.
    pub(crate) at: Option<Timestamp>,
    /// When we set about it, by our own clock: what is older is somebody else's.
    pub(crate) begun: Option<Timestamp>,
    /// `Date` of the answer to the change that this one must come after (the block before a revocation).
    pub(crate) not_before: Option<Timestamp>,
    /// Parts of the change that the service refused, by their ids: they are not expected to show.
    pub(crate) refused: BTreeSet<String>,
}

/// What became of a write, as far as its answers tell.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// The service's time of the last answer.
    pub(crate) at: Option<Timestamp>,
    /// Some of several parts were refused while the others were done.
    pub(crate) refused: Option<Refused>,
    /// What had to be done on the way and was not asked for.
    pub(crate) remark: Option<Sentence>,
}

/// Parts of a change that the service refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// By their ids.
    pub(crate) parts: BTreeSet<String>,
    /// Why, with what they are.
    pub(crate) error: Error,
}

impl From<Option<Timestamp>> for Applied {
    /// All of it was taken.
    fn from(at: Option<Timestamp>) -> Self {
        Self { at, ..Self::default() }
    }
}

/// What a read-back says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The wanted state is there.
    Reached,
    /// The old state is there: the write has not replicated, or did not take.
    NotYet,
    /// The write came too early: what it wanted is older than what it must come after, or something new was added behind
    /// its back. Write once more.
    TooEarly,
}
