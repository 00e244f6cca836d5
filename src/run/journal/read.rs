//! What is read back: rows with types, and the checks of what was written.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, types::Type};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer},
};
use serde_json::{Value, json};

use super::{
    Fault,
    chain::{self, Breach, EventRow},
    entry::State,
    stamp, write,
};
use crate::{change::Outcome, error::Facts, event::Counts, run::outcome::Word, say, sentence::Sentence};

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
                Some(crate::error::Code::AnswerLost.as_str()),
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
const fn unsettled_outcome(stage: Stage, state: State) -> Outcome {
    match (stage, state) {
        (Stage::Intended, State::Interrupted | State::Completed | State::Cancelled | State::Refused) => {
            Outcome::Unknown
        }
        _ => Outcome::Planned,
    }
}

/// The runs, newest first.
pub(super) fn runs(connection: &Connection, query: &RunQuery, now: Timestamp) -> Result<Vec<RunRow>, Fault> {
    let mut sql =
        "SELECT id, operation, reason, tenant_id, tenant_name, by_account, by_id, version, plan_digest, options,
        started_at, ended_at, state, outcome, exit_code, counts, error, host, pid, lease_expires FROM runs WHERE true"
            .to_owned();
    let list = |items: &[String]| Value::from(items).to_string();
    let (ids, users, since) = (list(&query.ids), list(&query.users), query.since.map(stamp));
    let limit = query.last.map_or(-1, i64::from);
    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":last", &limit)];
    if !query.ids.is_empty() {
        sql.push_str(" AND id COLLATE NOCASE IN (SELECT value FROM json_each(:ids))");
        values.push((":ids", &ids));
    }
    if let Some(since) = &since {
        sql.push_str(" AND started_at >= :since");
        values.push((":since", since));
    }
    if !query.users.is_empty() {
        sql.push_str(
            " AND id IN (SELECT run_id FROM changes WHERE user COLLATE NOCASE IN (SELECT value FROM json_each(:users))
                UNION SELECT run_id FROM changes WHERE user_id COLLATE NOCASE IN (SELECT value FROM json_each(:users)))",
        );
        values.push((":users", &users));
    }
    sql.push_str(" ORDER BY started_at DESC, id DESC LIMIT :last");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement
        .query_map(values.as_slice(), |row| run_row(row, now))?
        .collect::<rusqlite::Result<Vec<(RunRow, bool)>>>()?;
    for (run, tallied) in &mut rows {
        if !*tallied {
            let tally = tally(connection, &run.id, run.state)?;
            run.counts = tally.counts;
            if run.state != State::Running {
                run.outcome = tally.worst;
            }
        }
    }
    Ok(rows.into_iter().map(|(run, _)| run).collect())
}

/// A run, and whether its counts were written at its end.
fn run_row(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<(RunRow, bool)> {
    let written: State = word(row, 12)?;
    let lease: Option<Timestamp> = time_or_null(row, 19)?;
    let abandoned = written == State::Running && lease.is_none_or(|end| end <= now);
    let counts: Option<Counts> = json_or_null(row, 15)?;
    let tallied = counts.is_some();
    let run = RunRow {
        id: row.get(0)?,
        operation: row.get(1)?,
        reason: row.get(2)?,
        tenant_id: row.get(3)?,
        tenant_name: row.get(4)?,
        by: row.get(5)?,
        by_id: row.get(6)?,
        version: row.get(7)?,
        plan_digest: row.get(8)?,
        options: json_or_null(row, 9)?.unwrap_or(Value::Null),
        started_at: time(row, 10)?,
        ended_at: time_or_null(row, 11)?,
        state: if abandoned { State::Interrupted } else { written },
        outcome: word_or_null(row, 13)?,
        exit_code: if abandoned { Some(INTERRUPTED) } else { row.get(14)? },
        counts: counts.unwrap_or_default(),
        error: json_or_null(row, 16)?,
        host: row.get(17)?,
        pid: row.get(18)?,
    };
    Ok((run, tallied))
}

/// The exit code of a run whose owner is gone.
const INTERRUPTED: u8 = 5;

/// The changes of a run in their order.
pub(super) fn changes(connection: &Connection, run: &str) -> Result<Vec<ChangeRow>, Fault> {
    let mut changes = connection
        .prepare_cached(
            "SELECT sequence, kind, user, user_id, display_name, plan, before_state, wanted, stage, outcome, record, at
             FROM changes WHERE run_id = ?1 ORDER BY sequence",
        )?
        .query_map([run], |row| {
            Ok(ChangeRow {
                sequence: row.get(0)?,
                kind: row.get(1)?,
                user: row.get(2)?,
                user_id: row.get(3)?,
                display_name: row.get(4)?,
                plan: json_or_null(row, 5)?,
                before: json_or_null(row, 6)?,
                wanted: json_or_null(row, 7)?,
                stage: word(row, 8)?,
                outcome: word_or_null(row, 9)?,
                record: json_or_null(row, 10)?,
                at: time_or_null(row, 11)?,
                attempts: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT sequence, what, client_request_id, intended_at, answered_at, http_status
         FROM attempts WHERE run_id = ?1 ORDER BY sequence, number",
    )?;
    let mut attempts = statement.query([run])?;
    while let Some(row) = attempts.next()? {
        let sequence: u32 = row.get(0)?;
        if let Ok(place) = changes.binary_search_by_key(&sequence, |change| change.sequence)
            && let Some(change) = changes.get_mut(place)
        {
            change.attempts.push(Attempt {
                what: row.get(1)?,
                client_request_id: row.get(2)?,
                intended_at: time(row, 3)?,
                answered_at: time_or_null(row, 4)?,
                http_status: row.get(5)?,
            });
        }
    }
    Ok(changes)
}

/// The changes of a run, counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    pub(super) worst: Option<Outcome>,
    pub(super) unsettled: u64,
}

pub(super) fn tally(connection: &Connection, run: &str, state: State) -> Result<Tally, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT stage, outcome, count(*) FROM changes WHERE run_id = ?1 GROUP BY stage, outcome")?;
    let mut rows = statement.query([run])?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next()? {
        let number = u64::try_from(row.get::<_, i64>(2)?).unwrap_or_default();
        let outcome = match word_or_null(row, 1)? {
            Some(outcome) => outcome,
            None => {
                tally.unsettled += number;
                unsettled_outcome(word(row, 0)?, state)
            }
        };
        *place(&mut tally.counts, outcome) += number;
        if tally.worst.is_none_or(|worst| outcome.severity() > worst.severity()) {
            tally.worst = Some(outcome);
        }
    }
    Ok(tally)
}

const fn place(counts: &mut Counts, outcome: Outcome) -> &mut u64 {
    match outcome {
        Outcome::Verified => &mut counts.verified,
        Outcome::Accepted => &mut counts.accepted,
        Outcome::Unchanged => &mut counts.unchanged,
        Outcome::Planned => &mut counts.planned,
        Outcome::Skipped => &mut counts.skipped,
        Outcome::Refused => &mut counts.refused,
        Outcome::Failed => &mut counts.failed,
        Outcome::Unknown => &mut counts.unknown,
    }
}

/// The events of a run in their order.
pub(super) fn events(connection: &Connection, run: &str) -> Result<Vec<EventRow>, Fault> {
    let rows = connection
        .prepare_cached("SELECT number, kind, payload, previous, hash FROM events WHERE run_id = ?1 ORDER BY number")?
        .query_map([run], |row| {
            Ok(EventRow {
                number: row.get(0)?,
                kind: row.get(1)?,
                payload: row.get(2)?,
                previous: row.get(3)?,
                hash: row.get(4)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows)
}

/// Holds a run's chain against itself, and its changes against the chain.
pub(super) fn verify(connection: &Connection, run: &str) -> Result<Vec<Breach>, Fault> {
    let end = connection
        .query_row("SELECT chain_length, chain_head FROM runs WHERE id = ?1", [run], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((length, head)) = end else { return Ok(vec![Breach::Length]) };
    let events = events(connection, run)?;
    let mut breaches = chain::check(run, &events, length, &head);

    let mut planned = None;
    let mut said = std::collections::BTreeMap::<u32, Option<String>>::new();
    for event in &events {
        let Ok(payload) = serde_json::from_str::<Value>(&event.payload) else { continue };
        let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
        if event.kind == "begin" {
            planned = text("changesDigest");
        }
        if let Some(sequence) = payload.get("sequence").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()) {
            said.insert(sequence, payload.get("record").map(chain::canonical));
        }
    }
    let mut plans = Vec::new();
    let mut statement =
        connection.prepare_cached("SELECT sequence, plan, record FROM changes WHERE run_id = ?1 ORDER BY sequence")?;
    let mut rows = statement.query(params![run])?;
    while let Some(row) = rows.next()? {
        let (sequence, plan, record): (u32, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        plans.extend(plan);
        if said.remove(&sequence).flatten() != record {
            breaches.push(Breach::Change { sequence });
        }
    }
    breaches.extend(said.into_keys().map(|sequence| Breach::Change { sequence }));
    if planned.is_none_or(|digest| digest != write::plans_digest(plans.iter().map(String::as_str))) {
        breaches.push(Breach::Plan);
    }
    Ok(breaches)
}

fn strange(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_str(row.get_ref(column)?.as_str()?).map_err(|error| strange(column, error))
}

fn time_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    Timestamp::from_str(text).map(Some).map_err(|error| strange(column, error))
}

fn word<'r, T: Deserialize<'r>>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<T> {
    let word: StrDeserializer<'r, serde::de::value::Error> = row.get_ref(column)?.as_str()?.into_deserializer();
    T::deserialize(word).map_err(|error| strange(column, error))
}

/// A word of an enumeration, or nothing.
pub(super) fn word_or_null<'r, T: Deserialize<'r>>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    if row.get_ref(column)?.as_str_or_null()?.is_none() { Ok(None) } else { word(row, column).map(Some) }
}

fn json_or_null<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| strange(column, error))
}
