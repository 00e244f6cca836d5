//! What the engine writes down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    change::{Change, Outcome, Word},
    error::{Error, Facts, Result},
    event::EndState,
    run::outcome::Record,
};

/// A run that is about to begin.
#[derive(Debug, Clone)]
pub(crate) struct NewRun {
    /// Made by [`new_id`], so that records can carry it before there is anything to begin.
    pub(crate) id: Uuid,
    /// The cmdlet, for example `Block-M365User`.
    pub(crate) operation: String,
    pub(crate) reason: Option<String>,
    pub(crate) tenant_id: String,
    pub(crate) tenant_name: Option<String>,
    /// The account or app that does it.
    pub(crate) by: String,
    pub(crate) by_id: Option<String>,
    pub(crate) plan_digest: Option<String>,
    /// The request as JSON, without secrets: they never come here.
    pub(crate) options: Value,
}

/// The id of a new run: ids of later runs sort after it.
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A planned change, as the journal keeps it: the plan is data that only its kind understands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChangePlan {
    pub(crate) sequence: u32,
    pub(crate) kind: String,
    /// Absent where the tenant itself is the subject.
    pub(crate) user: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) plan: Value,
    /// The wanted state in a word, for records.
    pub(crate) wanted: Option<Word>,
}

impl ChangePlan {
    /// The entry for a change.
    pub(crate) fn of(change: &Change) -> Result<Self> {
        Ok(Self {
            sequence: change.sequence,
            kind: change.wanted.kind().as_str().to_owned(),
            user: change.subject.person_id().map(|_| change.subject.user.clone()),
            user_id: change.subject.person_id().map(str::to_owned),
            display_name: change.subject.display_name.clone(),
            plan: serde_json::to_value(change).map_err(Error::internal)?,
            wanted: change.wanted.word(),
        })
    }
}

/// A request that is about to leave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Intent {
    /// What is sent, in words for an auditor: method and path, no body.
    pub(crate) what: String,
    /// Our request id, by which the service's logs can be asked whether it arrived.
    pub(crate) client_request_id: Option<String>,
    /// The state before, whole and typed, from which it can be undone. Given once; a repetition leaves it as it was.
    pub(crate) before: Option<Value>,
}

/// How a run ended. Counts and the outcome are not said here: they are those of its changes.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) state: State,
    pub(crate) exit_code: u8,
    /// Why it ended before its work was done.
    pub(crate) error: Option<Facts>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// Somebody is at it.
    Running,
    /// Its owner is gone, or stopped at a limit; it can be resumed.
    Interrupted,
    /// The work was gone through.
    Completed,
    /// The caller stopped it; it can be resumed.
    Cancelled,
    /// Refused as a whole before the first write.
    Refused,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Interrupted => "Interrupted",
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
            Self::Refused => "Refused",
        }
    }
}

impl From<EndState> for State {
    /// A run that could not do its work is an interrupted one: what is left of it can still be done.
    fn from(state: EndState) -> Self {
        match state {
            EndState::Completed => Self::Completed,
            EndState::Refused => Self::Refused,
            EndState::Cancelled => Self::Cancelled,
            EndState::Failed | EndState::Interrupted => Self::Interrupted,
        }
    }
}

/// An outcome on its way to the disk: the record without its password, which must not even be on the way.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) outcome: Outcome,
    pub(super) kind: &'static str,
    pub(super) user: String,
    pub(super) user_id: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) code: Option<&'static str>,
    pub(super) message: Option<String>,
    pub(super) effective_by: Option<Timestamp>,
    pub(super) http_status: Option<u16>,
    pub(super) at: Timestamp,
    pub(super) record: Value,
}

impl Settled {
    pub(super) fn of(record: &Record) -> Result<Self> {
        let record = Record { password: None, ..record.clone() };
        Ok(Self {
            record: serde_json::to_value(&record).map_err(Error::internal)?,
            outcome: record.outcome,
            kind: record.change.as_str(),
            user: record.user,
            user_id: record.user_id,
            display_name: record.display_name,
            code: record.code.map(crate::error::Code::as_str),
            message: record.message,
            effective_by: record.effective_by,
            http_status: record.http_status,
            at: record.at,
        })
    }
}
