//! Who is at a run: one owner at a time, for as long as it shows that it lives.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use uuid::Uuid;

use super::{Fault, chain::Tail, entry::State, read, row::RunQuery, stamp, write::defect};
use crate::{
    error::{Code, Error},
    say,
};

/// How long a run belongs to an owner that has given no sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease(pub(super) Duration);

impl Default for Lease {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

impl Lease {
    /// How often the owner gives a sign of life: three may fail before the run is taken for abandoned.
    pub(super) fn heartbeat(self) -> Duration {
        self.0 / 4
    }

    /// When a lease that begins or is renewed now ends.
    pub(super) fn end(self, now: Timestamp) -> Timestamp {
        now.checked_add(self.0).unwrap_or(Timestamp::MAX)
    }
}

/// One holder of one run.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// By chance, so that a process that comes back under the same number is not taken for this one.
    pub(super) token: String,
    pub(super) host: String,
    pub(super) pid: u32,
}

impl Owner {
    pub(super) fn new() -> Self {
        Self { token: Uuid::new_v4().to_string(), host: host(), pid: std::process::id() }
    }
}

/// The machine's name, for people who look for the process; empty where it cannot be learned.
fn host() -> String {
    let named = || std::env::var(if cfg!(windows) { "COMPUTERNAME" } else { "HOSTNAME" }).ok();
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(named)
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}

/// Takes over a run that nobody is at and that is not over.
pub(super) fn take(
    connection: &Connection,
    run: &str,
    owner: &Owner,
    lease: Lease,
    now: Timestamp,
) -> Result<(), Fault> {
    let query = RunQuery { ids: vec![run.to_owned()], ..RunQuery::default() };
    let Some(row) = read::runs(connection, &query, now)?.into_iter().next() else {
        return Err(Fault::Ours(unknown_run(run)));
    };
    match row.state {
        State::Interrupted | State::Cancelled => {}
        State::Running => {
            return Err(Fault::Ours(
                Error::new(
                    Code::Conflict,
                    say!(
                        "run_has_owner",
                        "run {run} is being carried out by process {pid} on {host}",
                        run = run,
                        pid = row.pid,
                        host = row.host
                    ),
                )
                .on(run),
            ));
        }
        State::Completed | State::Refused => {
            return Err(Fault::Ours(
                Error::new(
                    Code::Argument,
                    say!("run_is_over", "run {run} is over: there is nothing to resume", run = run),
                )
                .on(run),
            ));
        }
    }
    connection.execute(
        "UPDATE runs SET state = 'Running', ended_at = NULL, outcome = NULL, exit_code = NULL, counts = NULL,
             error = NULL, host = ?2, pid = ?3, lease_owner = ?4, lease_expires = ?5
         WHERE id = ?1",
        params![run, owner.host, owner.pid, owner.token, stamp(lease.end(now))],
    )?;
    let mut tail = own(connection, run, owner)?;
    tail.append("take", &json!({"host": owner.host, "version": env!("CARGO_PKG_VERSION"), "at": stamp(now)}))?;
    tail.finish()
}

/// The error for a run that is not in the journal.
pub(crate) fn unknown_run(run: &str) -> Error {
    Error::new(Code::NotFound, say!("run_unknown", "there is no run '{run}' in the journal", run = run)).on(run)
}

/// Gives a run up without an end: it can be taken over at once.
pub(super) fn release(connection: &Connection, run: &str, owner: &Owner, now: Timestamp) -> Result<(), Fault> {
    connection.execute(
        "UPDATE runs SET lease_expires = ?3 WHERE id = ?1 AND lease_owner = ?2 AND lease_expires > ?3",
        params![run, owner.token, stamp(now)],
    )?;
    Ok(())
}

/// The end of a chain, if the run is still ours: another process may have taken it over while this one slept.
pub(super) fn own<'c>(connection: &'c Connection, run: &'c str, owner: &Owner) -> Result<Tail<'c>, Fault> {
    let row = connection
        .prepare_cached("SELECT lease_owner, chain_length, chain_head FROM runs WHERE id = ?1")?
        .query_row([run], |row| Ok((row.get::<_, Option<String>>(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match row {
        Some((Some(token), length, head)) if token == owner.token => Ok(Tail { connection, run, length, head }),
        Some(_) => Err(Fault::Ours(
            Error::new(
                Code::Journal,
                say!("journal_run_lost", "run {run} has ended or was taken over by another process", run = run),
            )
            .on(run),
        )),
        None => Err(defect(format_args!("run {run} was never begun"))),
    }
}
