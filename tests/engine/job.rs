//! Running an operation to its end and looking at what it said.

use std::time::Duration;

use m365_access::{
    Operation, Session,
    event::Answer,
    job::{Job, Next},
};
use serde_json::Value;

/// Everything that a job said.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) records: Vec<Value>,
    pub(crate) notes: Vec<Value>,
    pub(crate) errors: Vec<Value>,
    pub(crate) asks: Vec<Value>,
    pub(crate) progress: Vec<Value>,
    pub(crate) end: Value,
    /// Every event as it was, for those who look for what must not be there.
    pub(crate) text: String,
}

impl Told {
    /// The one record about a person and a kind of change.
    pub(crate) fn outcome(&self, user: &str, change: &str) -> &Value {
        let mut found = self.records.iter().filter(|record| {
            record["change"] == change && record["user"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(user))
        });
        let one = found.next().unwrap_or_else(|| panic!("no {change} of {user} in {:#?} {:#}", self.records, self.end));
        assert!(found.next().is_none(), "two records of {change} for {user}");
        one
    }

    pub(crate) fn word(&self, user: &str, change: &str) -> &str {
        self.outcome(user, change)["outcome"].as_str().unwrap()
    }

    pub(crate) fn exit_code(&self) -> u64 {
        self.end["exitCode"].as_u64().unwrap()
    }

    pub(crate) fn error_code(&self) -> &str {
        self.end["error"]["code"].as_str().unwrap_or_default()
    }
}

/// Runs an operation; questions are answered by `answer`.
pub(crate) fn run_answering(
    session: &Session,
    operation: Operation,
    request: &Value,
    answer: impl FnMut(&Value) -> Value,
) -> Told {
    listen(&session.start(operation, &request.to_string()).unwrap(), answer)
}

/// What a job that was started says from here on; it asks nothing.
pub(crate) fn rest(job: &Job) -> Told {
    listen(job, |ask| panic!("an unexpected question: {ask}"))
}

fn listen(job: &Job, mut answer: impl FnMut(&Value) -> Value) -> Told {
    let mut told = Told::default();
    while let Some(event) = next(job) {
        told.text.push_str(&event.to_string());
        match event["kind"].as_str().unwrap() {
            "records" => told.records.extend(event["records"].as_array().unwrap().iter().cloned()),
            "note" => told.notes.push(event),
            "error" => told.errors.push(event),
            "progress" => told.progress.push(event),
            "ask" => {
                let number = event["ask"].as_u64().unwrap();
                let answer = answer(&event);
                told.asks.push(event);
                job.reply(Answer { ask: number, answer });
            }
            "end" => told.end = event,
            other => panic!("an event of kind {other}"),
        }
    }
    told
}

/// Runs an operation that asks nothing.
pub(crate) fn run(session: &Session, operation: Operation, request: &Value) -> Told {
    run_answering(session, operation, request, |ask| panic!("an unexpected question: {ask}"))
}

/// The next event, or nothing after the end.
pub(crate) fn next(job: &Job) -> Option<Value> {
    match job.next(Duration::from_secs(60), usize::MAX) {
        Next::Event(event) => Some(serde_json::from_str(&event).unwrap()),
        Next::Done => None,
        Next::Pending => panic!("nothing for a minute"),
        Next::Grow(size) => panic!("an event of {size} bytes has no room"),
    }
}
