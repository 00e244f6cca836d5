//! What is read back.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, types::Type};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer},
};
use serde_json::Value;

use super::{
    Fault,
    chain::EventRow,
    entry::State,
    row::{Attempt, ChangeRow, RunQuery, RunRow, unsettled_outcome},
    stamp,
};
use crate::{change::Outcome, event::Counts};

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
        let outcome = if let Some(outcome) = word_or_null(row, 1)? {
            outcome
        } else {
            tally.unsettled += number;
            unsettled_outcome(word(row, 0)?, state)
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
