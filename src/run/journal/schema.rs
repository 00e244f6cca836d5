//! The tables, and the steps that lead to them. A step that has been shipped is never edited: a new one follows it.

use rusqlite::{Connection, TransactionBehavior};

/// "M365" in ASCII: by this a file says whose it is (`PRAGMA application_id`).
pub(super) const APPLICATION_ID: i32 = 0x4D33_3635;

/// Times are text with six decimals, `2026-11-25T08:00:00.000000Z`: they sort as they stand, and people can read them.
/// Kinds, words and states are text, plans and records JSON, so that a new kind of change needs no new table.
const STEPS: &[&str] = &["
CREATE TABLE runs (
    id TEXT PRIMARY KEY NOT NULL,
    operation TEXT NOT NULL,
    reason TEXT,
    tenant_id TEXT NOT NULL,
    tenant_name TEXT,
    by_account TEXT NOT NULL,
    by_id TEXT,
    version TEXT NOT NULL,
    plan_digest TEXT,
    options TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('Running', 'Interrupted', 'Completed', 'Cancelled', 'Refused')),
    outcome TEXT,
    exit_code INTEGER,
    counts TEXT,
    error TEXT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    lease_owner TEXT,
    lease_expires TEXT,
    chain_length INTEGER NOT NULL,
    chain_head TEXT NOT NULL
) STRICT;

CREATE TABLE changes (
    run_id TEXT NOT NULL REFERENCES runs (id),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    user TEXT,
    user_id TEXT,
    display_name TEXT,
    plan TEXT,
    before_state TEXT,
    wanted TEXT,
    stage TEXT NOT NULL CHECK (stage IN ('Planned', 'Intended', 'Settled')),
    outcome TEXT CHECK ((outcome IS NULL) = (record IS NULL)),
    code TEXT,
    message TEXT,
    record TEXT,
    effective_by TEXT,
    at TEXT,
    PRIMARY KEY (run_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    run_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    number INTEGER NOT NULL,
    what TEXT NOT NULL,
    client_request_id TEXT,
    intended_at TEXT NOT NULL,
    answered_at TEXT,
    http_status INTEGER,
    PRIMARY KEY (run_id, sequence, number),
    FOREIGN KEY (run_id, sequence) REFERENCES changes (run_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    run_id TEXT NOT NULL REFERENCES runs (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_by_time ON runs (started_at);
CREATE INDEX changes_by_user ON changes (user COLLATE NOCASE);
CREATE INDEX changes_by_user_id ON changes (user_id COLLATE NOCASE);

CREATE TRIGGER events_are_not_rewritten BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'an event is written once'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'an event is kept'); END;
"];

/// The format that this version writes.
pub(super) const VERSION: i64 = 1;
const _: () = assert!(STEPS.len() == 1, "a new step is a new VERSION");

/// Brings a database to [`VERSION`], all or nothing; two processes that try at once do it once.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? >= VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = usize::try_from(version(&transaction)?).unwrap_or(usize::MAX);
    for step in STEPS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    if done < STEPS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
