//! `Get-M365Run`: what was done, by whom, and how it ended. Reads the journal; needs no tenant.

use std::{num::NonZeroU32, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    change::Outcome,
    error::{Facts, Result},
    event::{Counts, End, Level},
    job::Reporter,
    run::journal::{Journal, OpenRun, RunQuery, RunRow, State, unknown_run},
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
        reporter.error(&unknown_run(id)).await;
    }
    let runs = journal.runs(&query).await?;
    if request.changes {
        for run in runs {
            reporter.check()?;
            with_changes(&journal, &run.id, reporter).await?;
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

/// One run with its changes, as of one moment; and a warning where the journal does not agree with itself.
async fn with_changes(journal: &Journal, run: &str, reporter: &Reporter) -> Result<()> {
    let Some(OpenRun { run, changes }) = journal.open_run(run).await? else { return Ok(()) };
    let breaches = journal.verify(&run.id).await?;
    if !breaches.is_empty() {
        let places = breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let sentence = say!(
            "run_chain_broken",
            "what the journal says of run {run} was changed after it was written: {places}",
            run = run.id,
            places = places
        );
        reporter.note(Level::Warning, sentence).await;
    }
    let mut left: Vec<Value> = changes.iter().map(|change| change.outcome_record(&run)).collect();
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

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        time::{Duration, Instant},
    };

    use serde_json::json;

    use super::*;
    use crate::{
        Operation, Session,
        change::{Change, Kind, Subject, Wanted},
        job::Next,
        run::{
            journal::{ChangePlan, Intent, NewRun, RunHandle, Summary, new_id},
            outcome,
        },
    };

    /// What the operation says to a request, to the last event.
    fn ask(settings: &Value, request: &Value) -> Vec<Value> {
        let session = Session::open(&settings.to_string());
        let job = session.start(Operation::GetRun, &request.to_string()).unwrap();
        let mut events = Vec::new();
        loop {
            match job.next(Duration::from_secs(60), usize::MAX) {
                Next::Event(event) => events.push(serde_json::from_str(&event).unwrap()),
                Next::Done => return events,
                other => panic!("{other:?}"),
            }
        }
    }

    fn records(events: &[Value]) -> Vec<&Value> {
        let of = |event: &&Value| event["kind"] == "records" && event["type"] == "Run";
        events.iter().filter(of).flat_map(|event| event["records"].as_array().unwrap()).collect()
    }

    fn begin_and<T>(path: &Path, people: u32, then: impl AsyncFnOnce(RunHandle, &str) -> T) -> (String, T) {
        let run = NewRun {
            id: new_id(),
            operation: "Block-M365User".into(),
            reason: Some("TICKET-17".into()),
            tenant_id: "t-1".into(),
            tenant_name: Some("Contoso".into()),
            by: "admin@contoso.com".into(),
            by_id: None,
            plan_digest: None,
            options: Value::Null,
        };
        let plan = |sequence| {
            let (user, user_id) = (format!("user{sequence}@contoso.com"), format!("id-{sequence}"));
            let subject = Subject { user, user_id, ..Subject::default() };
            ChangePlan::of(&Change { sequence, subject, wanted: Wanted::SignIn { allowed: false }, after: None })
                .unwrap()
        };
        let plans: Vec<_> = (0..people).map(plan).collect();
        let id = run.id.to_string();
        let done = crate::runtime::get().unwrap().block_on(async {
            let journal = Journal::open(Some(path)).await.unwrap();
            then(journal.begin(&run, &plans).await.unwrap(), &id).await
        });
        (id, done)
    }

    async fn block(handle: RunHandle, id: &str) {
        handle.intend(0, Intent { what: "PATCH".into(), ..Intent::default() }).await.unwrap();
        let (user, user_id) = ("user0@contoso.com".to_owned(), "id-0".to_owned());
        let record = outcome::Record::new(user, Some(user_id), Kind::SignIn, Outcome::Verified, id);
        handle.settle(0, &record).await.unwrap();
        handle.end(Summary { state: State::Completed, exit_code: 0, error: None }).await.unwrap();
    }

    #[test]
    fn a_run_is_shown_without_a_tenant() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal.db");
        let (id, ()) = begin_and(&path, 1, block);
        let settings = json!({"journalPath": path});
        let events = ask(&settings, &json!({"last": 1, "user": "USER0@contoso.com", "id": id, "changes": true}));
        let runs = records(&events);
        assert_eq!(runs.len(), 1, "{events:?}");
        for (key, value) in [
            ("runId", json!(id)),
            ("operation", json!("Block-M365User")),
            ("reason", json!("TICKET-17")),
            ("by", json!("admin@contoso.com")),
            ("tenantId", json!("t-1")),
            ("state", json!("Completed")),
            ("outcome", json!("Verified")),
            ("exitCode", json!(0)),
        ] {
            assert_eq!(runs[0][key], value, "{key}");
        }
        assert_eq!(runs[0]["counts"]["verified"], 1);
        assert!(runs[0]["startedAt"].as_str().unwrap() <= runs[0]["endedAt"].as_str().unwrap());
        assert_eq!(runs[0]["changes"][0]["outcome"], "Verified");
        assert_eq!(runs[0]["changes"][0]["runId"], json!(id));
        let end = events.last().unwrap();
        assert_eq!((&end["kind"], &end["state"], &end["exitCode"]), (&json!("end"), &json!("completed"), &json!(0)));

        let plain = ask(&settings, &json!({}));
        assert!(records(&plain)[0].get("changes").is_none());
    }

    #[test]
    fn a_run_that_was_dropped_shows_what_is_not_known() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal.db");
        begin_and(&path, 2, async |handle: RunHandle, _: &str| {
            handle.intend(0, Intent { what: "PATCH".into(), ..Intent::default() }).await.unwrap();
        });
        // The drop does not wait until it is written down.
        let deadline = Instant::now() + Duration::from_secs(60);
        let run = loop {
            let events = ask(&json!({"journalPath": path}), &json!({"changes": true}));
            let run = records(&events)[0].clone();
            if run["state"] != "Running" || Instant::now() > deadline {
                break run;
            }
        };
        assert_eq!(
            (&run["state"], &run["exitCode"], &run["outcome"]),
            (&json!("Interrupted"), &json!(5), &json!("Unknown"))
        );
        let change = &run["changes"][0];
        assert_eq!((&change["outcome"], &change["code"]), (&json!("Unknown"), &json!("answer_lost")));
        assert_eq!(change["wanted"], "Blocked");
        assert_eq!((&run["changes"][1]["outcome"], &run["changes"][1]["code"]), (&json!("Planned"), &Value::Null));
    }

    #[test]
    fn an_unknown_run_is_an_error_that_names_it_and_the_others_are_shown() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal.db");
        let (id, ()) = begin_and(&path, 1, block);
        let events = ask(&json!({"journalPath": path}), &json!({"id": [id, "no-such-run"]}));
        let errors: Vec<_> = events.iter().filter(|event| event["kind"] == "error").collect();
        assert_eq!(errors.len(), 1);
        assert_eq!((&errors[0]["code"], &errors[0]["target"]), (&json!("not_found"), &json!("no-such-run")));
        assert_eq!(records(&events).len(), 1);
        assert_eq!(events.last().unwrap()["exitCode"], 1);
    }

    #[test]
    fn a_big_run_comes_in_parts_that_together_are_all_of_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal.db");
        begin_and(&path, 2100, async |_: RunHandle, _: &str| ());
        let events = ask(&json!({"journalPath": path}), &json!({"changes": true}));
        let parts: Vec<_> = records(&events)
            .iter()
            .map(|part| (part["changes"].as_array().unwrap().len(), part.get("continues").is_some()))
            .collect();
        assert_eq!(parts, [(1000, true), (1000, true), (100, false)]);
    }

    #[test]
    fn a_forged_outcome_is_warned_about() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("journal.db");
        begin_and(&path, 1, block);
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute("UPDATE changes SET record = replace(record, 'Verified', 'Unchanged')", [])
            .unwrap();
        let events = ask(&json!({"journalPath": path}), &json!({"changes": true}));
        let warned = |event: &Value| event["level"] == "warning" && event["messageId"] == "run_chain_broken";
        assert!(events.iter().any(warned), "{events:?}");
    }

    #[test]
    fn a_journal_that_cannot_be_opened_ends_with_its_name() {
        let home = tempfile::tempdir().unwrap();
        let blocked = home.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let events = ask(&json!({"journalPath": blocked.join("journal.db")}), &json!({}));
        let error = &events.last().unwrap()["error"];
        assert_eq!(error["code"], "journal");
        assert_eq!(error["target"], json!(blocked.join("journal.db")));
    }

    #[test]
    fn a_wrong_request_names_its_field() {
        for (request, field) in
            [(json!({"last": 0}), "last"), (json!({"id": 7}), "id"), (json!({"Since": "x"}), "Since")]
        {
            let events = ask(&json!({}), &request);
            let error = &events.last().unwrap()["error"];
            assert_eq!(error["code"], "argument", "{events:?}");
            assert!(error["message"].as_str().unwrap().contains(field), "{error}");
        }
    }
}
