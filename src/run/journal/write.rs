//! What is written, statement by statement. Every function runs inside one savepoint of the writer: all of it, or
//! nothing.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::{
    Fault,
    chain::{Tail, canonical},
    entry::{ChangePlan, Intent, NewRun, Settled, State, Summary},
    lease::{Lease, Owner, own},
    read, stamp,
};
use crate::{
    change::Outcome,
    error::{Error, Facts},
    run::digest::sha256,
};

/// A run with its planned changes.
pub(super) fn begin(
    connection: &Connection,
    run: &NewRun,
    changes: &[ChangePlan],
    owner: &Owner,
    lease: Lease,
    now: Timestamp,
) -> Result<(), Fault> {
    let id = run.id.to_string();
    connection.execute(
        "INSERT INTO runs (id, operation, reason, tenant_id, tenant_name, by_account, by_id, version, plan_digest,
             options, started_at, state, host, pid, lease_owner, lease_expires, chain_length, chain_head)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'Running', ?12, ?13, ?14, ?15, 0, '')",
        params![
            id,
            run.operation,
            run.reason,
            run.tenant_id,
            run.tenant_name,
            run.by,
            run.by_id,
            env!("CARGO_PKG_VERSION"),
            run.plan_digest,
            canonical(&run.options),
            stamp(now),
            owner.host,
            owner.pid,
            owner.token,
            stamp(lease.end(now)),
        ],
    )?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO changes (run_id, sequence, kind, user, user_id, display_name, plan, wanted, stage)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'Planned')",
    )?;
    let mut plans = Vec::with_capacity(changes.len());
    for change in changes {
        let plan = canonical(&change.plan);
        let wanted = change.wanted.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
        insert.execute(params![
            id,
            change.sequence,
            change.kind,
            change.user,
            change.user_id,
            change.display_name,
            plan,
            wanted
        ])?;
        plans.push(plan);
    }
    let mut tail = Tail { connection, run: &id, length: 0, head: String::new() };
    tail.append(
        "begin",
        &json!({
            "runId": id,
            "operation": run.operation,
            "reason": run.reason,
            "tenantId": run.tenant_id,
            "tenantName": run.tenant_name,
            "by": run.by,
            "byId": run.by_id,
            "version": env!("CARGO_PKG_VERSION"),
            "host": owner.host,
            "planDigest": run.plan_digest,
            "options": run.options,
            "changes": changes.len(),
            "changesDigest": plans_digest(plans.iter().map(String::as_str)),
            "at": stamp(now),
        }),
    )?;
    tail.finish()
}

/// The digest of planned changes in their order, each as canonical JSON.
pub(super) fn plans_digest<'p>(plans: impl Iterator<Item = &'p str>) -> String {
    sha256(&plans.map(str::as_bytes).collect::<Vec<_>>())
}

/// The intents of some changes, in one.
pub(super) fn intend(
    connection: &Connection,
    run: &str,
    owner: &Owner,
    intents: &[(u32, Intent)],
    now: Timestamp,
) -> Result<(), Fault> {
    let mut tail = own(connection, run, owner)?;
    for (sequence, intent) in intents {
        let change = standing(connection, run, *sequence)?;
        if change.holds() {
            return Err(defect(format_args!("change {sequence} has succeeded and must not be sent again")));
        }
        connection
            .prepare_cached(
                "INSERT INTO attempts (run_id, sequence, number, what, client_request_id, intended_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![run, sequence, change.attempts + 1, intent.what, intent.client_request_id, stamp(now)])?;
        connection
            .prepare_cached(
                "UPDATE changes SET stage = 'Intended', outcome = NULL, code = NULL, message = NULL, record = NULL,
                     effective_by = NULL, at = ?3, before_state = coalesce(before_state, ?4)
                 WHERE run_id = ?1 AND sequence = ?2",
            )?
            .execute(params![run, sequence, stamp(now), intent.before.as_ref().map(canonical)])?;
        tail.append(
            "intent",
            &json!({
                "sequence": sequence,
                "attempt": change.attempts + 1,
                "what": intent.what,
                "clientRequestId": intent.client_request_id,
                "before": intent.before,
                "at": stamp(now),
            }),
        )?;
    }
    tail.finish()
}

/// The outcomes of some changes, in one.
pub(super) fn settle(
    connection: &Connection,
    run: &str,
    owner: &Owner,
    outcomes: &[(u32, Settled)],
) -> Result<(), Fault> {
    let mut tail = own(connection, run, owner)?;
    for (sequence, settled) in outcomes {
        let change = standing(connection, run, *sequence)?;
        if change.holds() {
            return Err(defect(format_args!("change {sequence} has an outcome that holds")));
        }
        if was_sent(settled.outcome) && change.attempts == 0 {
            return Err(defect(format_args!(
                "change {sequence} is {} but no intent was written down",
                settled.outcome.as_str()
            )));
        }
        connection
            .prepare_cached(
                "UPDATE changes SET stage = 'Settled', outcome = ?3, code = ?4, message = ?5, record = ?6,
                     effective_by = ?7, at = ?8
                 WHERE run_id = ?1 AND sequence = ?2",
            )?
            .execute(params![
                run,
                sequence,
                settled.outcome.as_str(),
                settled.code,
                settled.message,
                canonical(&settled.record),
                settled.effective_by.map(stamp),
                stamp(settled.at)
            ])?;
        if settled.outcome != Outcome::Unknown {
            connection
                .prepare_cached(
                    "UPDATE attempts SET answered_at = ?3, http_status = ?4
                     WHERE run_id = ?1 AND sequence = ?2 AND answered_at IS NULL",
                )?
                .execute(params![run, sequence, stamp(settled.at), settled.http_status])?;
        }
        tail.append("outcome", &json!({"sequence": sequence, "record": settled.record}))?;
    }
    tail.finish()
}

/// People who never became a change; each gets a place after the plan.
pub(super) fn add(connection: &Connection, run: &str, owner: &Owner, outcomes: &[Settled]) -> Result<(), Fault> {
    let mut tail = own(connection, run, owner)?;
    for settled in outcomes {
        if was_sent(settled.outcome) {
            return Err(defect(format_args!("{} without a planned change", settled.outcome.as_str())));
        }
        let sequence: u32 = connection
            .prepare_cached("SELECT coalesce(max(sequence) + 1, 0) FROM changes WHERE run_id = ?1")?
            .query_row([run], |row| row.get(0))?;
        connection
            .prepare_cached(
                "INSERT INTO changes (run_id, sequence, kind, user, user_id, display_name, stage, outcome, code,
                     message, record, effective_by, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'Settled', ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                run,
                sequence,
                settled.kind,
                settled.user,
                settled.user_id,
                settled.display_name,
                settled.outcome.as_str(),
                settled.code,
                settled.message,
                canonical(&settled.record),
                settled.effective_by.map(stamp),
                stamp(settled.at)
            ])?;
        tail.append("outcome", &json!({"sequence": sequence, "record": settled.record}))?;
    }
    tail.finish()
}

/// The end of a run. Its lease ends with it.
pub(super) fn end(
    connection: &Connection,
    run: &str,
    owner: &Owner,
    summary: &Summary,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut tail = own(connection, run, owner)?;
    let tally = read::tally(connection, run, summary.state)?;
    if summary.state == State::Completed && tally.unsettled > 0 {
        return Err(defect(format_args!("a completed run with {} changes without an outcome", tally.unsettled)));
    }
    let outcome = if summary.state == State::Refused { Some(Outcome::Refused) } else { tally.worst };
    let counts = serde_json::to_value(tally.counts).map_err(Error::internal)?;
    let error = summary.error.as_ref().map(serde_json::to_value).transpose().map_err(Error::internal)?;
    connection.execute(
        "UPDATE runs SET state = ?2, ended_at = ?3, outcome = ?4, exit_code = ?5, counts = ?6, error = ?7,
             lease_owner = NULL, lease_expires = NULL
         WHERE id = ?1",
        params![
            run,
            summary.state.as_str(),
            stamp(now),
            outcome.map(Outcome::as_str),
            summary.exit_code,
            canonical(&counts),
            error.as_ref().map(canonical)
        ],
    )?;
    tail.append(
        "end",
        &json!({
            "state": summary.state.as_str(),
            "outcome": outcome.map(Outcome::as_str),
            "exitCode": summary.exit_code,
            "counts": counts,
            "error": error,
            "at": stamp(now),
        }),
    )?;
    tail.finish()
}

/// A run that was refused as a whole.
pub(super) fn refuse(
    connection: &Connection,
    run: &NewRun,
    error: &Facts,
    exit_code: u8,
    owner: &Owner,
    now: Timestamp,
) -> Result<(), Fault> {
    begin(connection, run, &[], owner, Lease::default(), now)?;
    let summary = Summary { state: State::Refused, exit_code, error: Some(error.clone()) };
    end(connection, &run.id.to_string(), owner, &summary, now)
}

/// What the rules about order need to know of a change.
struct Standing {
    outcome: Option<Outcome>,
    attempts: i64,
}

impl Standing {
    fn holds(&self) -> bool {
        self.outcome.is_some_and(Outcome::holds)
    }
}

fn standing(connection: &Connection, run: &str, sequence: u32) -> Result<Standing, Fault> {
    connection
        .prepare_cached(
            "SELECT outcome, (SELECT count(*) FROM attempts AS a WHERE a.run_id = c.run_id AND a.sequence = c.sequence)
             FROM changes AS c WHERE run_id = ?1 AND sequence = ?2",
        )?
        .query_row(params![run, sequence], |row| {
            Ok(Standing { outcome: read::word_or_null(row, 0)?, attempts: row.get(1)? })
        })
        .optional()?
        .ok_or_else(|| defect(format_args!("run {run} has no change {sequence}")))
}

/// Whether an outcome says that a request left.
const fn was_sent(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Verified | Outcome::Accepted | Outcome::Unknown)
}

pub(super) fn defect(what: std::fmt::Arguments<'_>) -> Fault {
    Fault::Ours(Error::internal(what))
}
