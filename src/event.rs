//! Events: the only thing that leaves the engine.
//!
//! Six kinds, each one JSON object with a `kind`. `end` comes last and exactly once. Readers ignore kinds and fields
//! that they do not know; the ABI number changes only when the meaning of one changes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Code, Error, Facts},
    sentence::Sentence,
};

/// What leaves a job.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// Some records of one type, for example `Outcome` or `User`.
    Records {
        /// Type of every record, as in `M365Access.<type>`.
        #[serde(rename = "type")]
        record_type: &'static str,
        /// At most [`RECORDS_PER_EVENT`] of them.
        records: Vec<Value>,
    },
    /// How far the job is.
    Progress(Progress),
    /// Something worth knowing that is not a result.
    Note {
        /// `verbose`, `information`, `warning` or `debug`.
        level: Level,
        /// `message`, with `messageId` and `messageArguments` by which a caller can say it in another language.
        #[serde(flatten)]
        sentence: Sentence,
    },
    /// A question; the job waits until it is answered with `m365_reply`, cancelled or closed.
    Ask(Ask),
    /// One thing failed; the job goes on.
    Error {
        /// What failed.
        #[serde(flatten)]
        error: Facts,
    },
    /// The job is over.
    End(End),
}

/// Records in one event at the most: a batch stays well under the size that Windows PowerShell's parser refuses.
pub const RECORDS_PER_EVENT: usize = 200;

/// Loudness of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// For those who debug.
    Debug,
    /// For those who want to follow.
    Verbose,
    /// For everybody.
    Information,
    /// Something to think about before going on.
    Warning,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// What is being done: `resolve`, `guard`, `change`, `wait`.
    pub activity: &'static str,
    /// Changes (or people) that are done with.
    pub completed: u64,
    /// Changes (or people) in all; `null` while unknown.
    pub total: Option<u64>,
    /// Outcomes so far, by word.
    pub counts: Counts,
    /// Estimate of what remains, from the pace so far; `null` while there is none.
    pub seconds_remaining: Option<u64>,
    /// Why it is slow just now, for example the service's wish to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Sentence>,
}

/// A question to the administrator.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    /// Number of the question within the job, from 1; the answer repeats it.
    pub ask: u64,
    /// `confirm` (answer `{"ask":1,"answer":true}`) or `count` (answer with the number of people).
    pub question: &'static str,
    /// What would be done, for example `Block-M365User`.
    pub operation: String,
    /// Whom it is about: one person, or a phrase with the count.
    pub target: String,
    /// What would be done, in words.
    pub action: String,
    /// People concerned.
    pub count: u64,
}

/// The answer to an [`Ask`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Number of the question.
    pub ask: u64,
    /// `true` or `false` for `confirm`; the number of people for `count`.
    pub answer: Value,
}

/// Outcomes by word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "the words are defined at change::Outcome")]
pub struct Counts {
    pub verified: u64,
    pub accepted: u64,
    pub unchanged: u64,
    pub planned: u64,
    pub skipped: u64,
    pub refused: u64,
    pub failed: u64,
    pub unknown: u64,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct End {
    /// `completed`, `refused`, `failed`, `cancelled` or `interrupted`.
    pub state: EndState,
    /// 0 all well, 1 some failed, 2 refused, 3 unknown outcomes, 4 nothing could be done, 5 interrupted.
    pub exit_code: u8,
    /// The run in the journal, if this was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Worst outcome of the run, if this was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Outcomes by word.
    pub counts: Counts,
    /// Why the job ended before its work was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Facts>,
}

impl End {
    /// Of an operation that did its work and is not a run.
    pub(crate) fn done() -> Self {
        Self {
            state: EndState::Completed,
            exit_code: 0,
            run_id: None,
            outcome: None,
            counts: Counts::default(),
            error: None,
        }
    }

    /// Of an operation that could not do its work.
    pub(crate) fn failed(error: &Error) -> Self {
        let (state, exit_code) = match error.code() {
            Code::Cancelled => (EndState::Cancelled, 5),
            Code::TimeLimit => (EndState::Interrupted, 5),
            Code::Forbidden | Code::Unauthenticated | Code::Unreachable | Code::NotConnected => (EndState::Failed, 4),
            Code::CapUsers
            | Code::CapPercent
            | Code::CapPrivileged
            | Code::ExclusionNotFound
            | Code::PlanChanged
            | Code::GuardChanged => (EndState::Refused, 2),
            _ => (EndState::Failed, 1),
        };
        Self { state, exit_code, error: Some(error.facts().clone()), ..Self::done() }
    }
}

/// The word of an [`End`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EndState {
    /// The work was gone through; single outcomes may still be bad.
    Completed,
    /// The run was refused as a whole before the first write.
    Refused,
    /// The job could not do its work.
    Failed,
    /// The caller cancelled.
    Cancelled,
    /// The time limit passed, or the journal was lost; the run can be resumed.
    Interrupted,
}
