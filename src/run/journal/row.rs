//! Runs and changes as they are read back, with types.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::entry::State;
use crate::{
    change::{Outcome, Word},
    error::{Code, Facts},
    event::Counts,
    say,
    sentence::Sentence,
};

/// Which runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunQuery {
    /// Only these; empty: all.
    pub(crate) ids: Vec<String>,
    /// So many of the newest that fit the rest.
    pub(crate) last: Option<u32>,
    /// Begun then or later.
    pub(crate) since: Option<Timestamp>,
    /// With a change to one of these, by user principal name or object id in any case; empty: all.
    pub(crate) users: Vec<String>,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunRow {
    pub(crate) id: String,
    pub(crate) operation: String,
    pub(crate) reason: Option<String>,
    pub(crate) tenant_id: String,
    pub(crate) tenant_name: Option<String>,
    pub(crate) by: String,
    pub(crate) by_id: Option<String>,
    /// Of the library that began it.
    pub(crate) version: String,
    pub(crate) plan_digest: Option<String>,
    pub(crate) options: Value,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// As it stands now: a run whose owner is gone is interrupted, whatever it says of itself.
    pub(crate) state: State,
    /// The worst of its changes; nothing while it is running, or where there are none.
    pub(crate) outcome: Option<Outcome>,
    /// Nothing while it is running.
    pub(crate) exit_code: Option<u8>,
    pub(crate) counts: Counts,
    pub(crate) error: Option<Facts>,
    /// The machine and process of its last owner.
    pub(crate) host: String,
    pub(crate) pid: u32,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Stage {
    /// Nothing was sent for it.
    Planned,
    /// A request was about to be sent; whether it was, and what became of it, only the service knows.
    Intended,
    /// It has an outcome.
    Settled,
}

/// One change of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChangeRow {
    pub(crate) sequence: u32,
    pub(crate) kind: String,
    pub(crate) user: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) display_name: Option<String>,
    /// The planned change; nothing for people who never became one.
    pub(crate) plan: Option<Value>,
    /// The state before the first request, as its kind wrote it.
    pub(crate) before: Option<Value>,
    pub(crate) wanted: Option<Word>,
    pub(crate) stage: Stage,
    pub(crate) outcome: Option<Outcome>,
    /// The whole outcome record.
    pub(crate) record: Option<Value>,
    /// When it was settled, else when its last request was about to be sent.
    pub(crate) at: Option<Timestamp>,
    pub(crate) attempts: Vec<Attempt>,
}

/// One request of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) what: String,
    pub(crate) client_request_id: Option<String>,
    pub(crate) intended_at: Timestamp,
    /// Nothing while no answer is known.
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) http_status: Option<u16>,
}

/// A run with everything that resuming or undoing it needs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OpenRun {
    pub(crate) run: RunRow,
    pub(crate) changes: Vec<ChangeRow>,
}

impl ChangeRow {
    /// The `Outcome` record of this change; one that has none yet gets a record that claims nothing.
    pub(crate) fn outcome_record(&self, run: &RunRow) -> Value {
        if let Some(record) = &self.record {
            return record.clone();
        }
        let (outcome, code, sentence) = self.unsettled(run.state);
        let mut record = json!({
            "user": self.user,
            "userId": self.user_id,
            "displayName": self.display_name,
            "change": self.kind,
            "outcome": outcome.as_str(),
            "before": null,
            "wanted": self.wanted,
            "after": null,
            "code": code,
            "effectiveBy": null,
            "runId": run.id,
            "at": self.at.unwrap_or(run.started_at),
        });
        if let (Value::Object(record), Ok(Value::Object(sentence))) = (&mut record, serde_json::to_value(sentence)) {
            record.extend(sentence);
        }
        record
    }

    fn unsettled(&self, state: State) -> (Outcome, Option<&'static str>, Sentence) {
        let outcome = unsettled_outcome(self.stage, state);
        match outcome {
            Outcome::Unknown => (
                outcome,
                Some(Code::AnswerLost.as_str()),
                say!(
                    "run_cut_off_within",
                    "the run was cut off while this was being done; whether it took hold is not known"
                ),
            ),
            _ if state == State::Running => {
                (outcome, None, say!("run_still_at_it", "the run has not finished with this"))
            }
            _ => (outcome, None, say!("run_cut_off_before", "the run ended before this was begun; nothing was sent")),
        }
    }
}

/// What can be said of a change without an outcome.
pub(super) const fn unsettled_outcome(stage: Stage, run: State) -> Outcome {
    match (stage, run) {
        (Stage::Intended, State::Interrupted | State::Completed | State::Cancelled | State::Refused) => {
            Outcome::Unknown
        }
        _ => Outcome::Planned,
    }
}
