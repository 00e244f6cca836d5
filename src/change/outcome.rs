//! What is known of a change, in one word; the house promises that each is true.

use serde::{Deserialize, Serialize};

/// What is known of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// Read back and right.
    Verified,
    /// The service took it and offers nothing to read back that would prove it.
    Accepted,
    /// Was already so.
    Unchanged,
    /// Rehearsal only.
    Planned,
    /// Not done, for a reason that is nobody's fault: what it depends on did not succeed, or there is nothing to do it to.
    Skipped,
    /// Our guard said no.
    Refused,
    /// The service said no.
    Failed,
    /// Sent, and what became of it could not be learned.
    Unknown,
}

impl Outcome {
    /// The word, as in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "Verified",
            Self::Accepted => "Accepted",
            Self::Unchanged => "Unchanged",
            Self::Planned => "Planned",
            Self::Skipped => "Skipped",
            Self::Refused => "Refused",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }

    /// How bad it is: a run is as good as its worst change. Ignorance is worse than failure.
    pub const fn severity(self) -> u8 {
        match self {
            Self::Unchanged => 0,
            Self::Planned => 1,
            Self::Verified => 2,
            Self::Accepted => 3,
            Self::Skipped => 4,
            Self::Refused => 5,
            Self::Failed => 6,
            Self::Unknown => 7,
        }
    }

    /// Whether what depends on this change may go on.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Verified | Self::Accepted | Self::Unchanged)
    }
}
