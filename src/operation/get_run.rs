//! `Get-M365Run`: what was done, by whom, and how it ended. Reads the journal; needs no tenant.

use std::{num::NonZeroU32, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    change::Outcome,
    error::{Code, Error, Facts, Result},
    event::{Counts, End},
    job::Reporter,
    run::journal::{Journal, RunQuery, RunRow, State},
    say,
    session::{Connected, parse},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Request {
    /// Only these runs.
    id: OneOrMany,
    /// So many of the newest.
    last: Option<NonZeroU32>,
    /// Begun then or later.
    since: Option<Timestamp>,
    /// With a change to one of these people, by user principal name or object id.
    user: OneOrMany,
    /// With the outcomes of their changes.
    changes: bool,
}

/// One text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// Outcomes in one record at the most: a run of a whole tenant comes as several records with the same `runId`, each with
/// a part of `changes`, so that none outgrows what the parser of Windows PowerShell takes (2 Mi characters).
const CHANGES_PER_RECORD: usize = 1000;

/// Keys are the properties of `M365Access.Run` in lowerCamelCase.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    run_id: String,
    operation: String,
    reason: Option<String>,
    by: String,
    by_id: Option<String>,
    tenant_id: String,
    tenant_name: Option<String>,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    state: State,
    outcome: Option<Outcome>,
    exit_code: Option<u8>,
    counts: Counts,
    plan_digest: Option<String>,
    version: String,
    host: String,
    process_id: u32,
    /// Why it was refused, or ended before its work was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Value>>,
    /// Another record with more changes of this run follows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    continues: bool,
}

impl From<RunRow> for Record {
    fn from(run: RunRow) -> Self {
        Self {
            run_id: run.id,
            operation: run.operation,
            reason: run.reason,
            by: run.by,
            by_id: run.by_id,
            tenant_id: run.tenant_id,
            tenant_name: run.tenant_name,
            started_at: run.started_at,
            ended_at: run.ended_at,
            state: run.state,
            outcome: run.outcome,
            exit_code: run.exit_code,
            counts: run.counts,
            plan_digest: run.plan_digest,
            version: run.version,
            host: run.host,
            process_id: run.pid,
            error: run.error,
            changes: None,
            continues: false,
        }
    }
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let request: Request = parse(request, "request")?;
    let journal = Journal::open(session.settings()?.journal_path.as_deref()).await?;
    reporter.check()?;
    let query = RunQuery {
        ids: request.id.into_vec(),
        last: request.last.map(NonZeroU32::get),
        since: request.since,
        users: request.user.into_vec(),
    };
    let unknown = unknown(&journal, &query.ids).await?;
    for id in &unknown {
        let sentence = say!(
            "run_not_found",
            "there is no run '{run}' in the journal '{path}'",
            run = id,
            path = journal.path().display()
        );
        reporter.error(&Error::new(Code::NotFound, sentence).on(id.as_str())).await;
    }
    let runs = journal.runs(&query).await?;
    if request.changes {
        for run in runs {
            reporter.check()?;
            with_changes(&journal, run, reporter).await?;
        }
    } else {
        let records: Vec<Record> = runs.into_iter().map(Record::from).collect();
        reporter.records("Run", &records).await?;
    }
    let mut end = super::done();
    end.exit_code = u8::from(!unknown.is_empty());
    Ok(end)
}

/// Which of the ids stand for no run at all, whatever else is asked.
async fn unknown(journal: &Journal, ids: &[String]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let known = journal.runs(&RunQuery { ids: ids.to_vec(), ..RunQuery::default() }).await?;
    let is_known = |id: &String| known.iter().any(|run| run.id.eq_ignore_ascii_case(id));
    Ok(ids.iter().filter(|id| !is_known(id)).cloned().collect())
}

async fn with_changes(journal: &Journal, run: RunRow, reporter: &Reporter) -> Result<()> {
    let mut left: Vec<Value> =
        journal.changes(&run.id).await?.iter().map(|change| change.outcome_record(&run)).collect();
    let mut record = Record::from(run);
    loop {
        let rest = if left.len() > CHANGES_PER_RECORD { left.split_off(CHANGES_PER_RECORD) } else { Vec::new() };
        record.continues = !rest.is_empty();
        record.changes = Some(std::mem::replace(&mut left, rest));
        reporter.records("Run", std::slice::from_ref(&record)).await?;
        if !record.continues {
            return Ok(());
        }
    }
}
