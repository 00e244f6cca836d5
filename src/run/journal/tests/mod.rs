//! The journal's promises, one test each at least; what a killed process leaves behind is in [`crash`].

mod crash;
mod file;
mod order;

use std::{path::Path, sync::Arc, time::Duration};

use serde_json::json;
use uuid::Uuid;

use super::{
    audit::Breach,
    lease::Lease,
    row::{ChangeRow, Stage},
    *,
};
use crate::{
    change::{Change, Kind, Outcome, Subject, Wanted},
    error::Code,
    run::outcome::Record,
};

async fn open(folder: &Path) -> Arc<Journal> {
    Journal::open(Some(&folder.join("journal.db"))).await.unwrap()
}

fn new_run() -> NewRun {
    NewRun {
        id: new_id(),
        operation: "Block-M365User".into(),
        reason: Some("TICKET-17".into()),
        tenant_id: "4a3b".into(),
        tenant_name: Some("Contoso".into()),
        by: "admin@contoso.com".into(),
        by_id: Some("a-1".into()),
        plan_digest: None,
        options: json!({"keepSessions": false}),
    }
}

/// A block for each of so many people.
fn plans(people: u32) -> Vec<ChangePlan> {
    (0..people)
        .map(|sequence| {
            let subject = Subject {
                user: format!("user{sequence}@contoso.com"),
                user_id: format!("id-{sequence}"),
                ..Subject::default()
            };
            ChangePlan::of(&Change { sequence, subject, wanted: Wanted::SignIn { allowed: false }, after: None })
                .unwrap()
        })
        .collect()
}

fn record(run: Uuid, sequence: u32, outcome: Outcome) -> Record {
    let (user, id) = (format!("user{sequence}@contoso.com"), format!("id-{sequence}"));
    Record::new(user, Some(id), Kind::SignIn, outcome, &run.to_string())
}

fn intent(sequence: u32) -> Intent {
    Intent {
        what: format!("PATCH users/id-{sequence}"),
        client_request_id: Some(format!("request-{sequence}")),
        before: Some(json!({"accountEnabled": true})),
    }
}

async fn done(handle: &RunHandle, sequence: u32) {
    handle.intend(sequence, intent(sequence)).await.unwrap();
    handle.settle(sequence, &record(handle.id(), sequence, Outcome::Verified)).await.unwrap();
}

fn completed() -> Summary {
    Summary { state: State::Completed, exit_code: 0, error: None }
}

async fn changes(journal: &Journal, run: &str) -> Vec<ChangeRow> {
    journal.open_run(run).await.unwrap().unwrap().changes
}

async fn only_run(journal: &Journal) -> RunRow {
    let mut runs = journal.runs(&RunQuery::default()).await.unwrap();
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

#[tokio::test]
async fn a_run_is_read_back_as_it_was_written() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let run = new_run();
    let handle = journal.begin(&run, &plans(3)).await.unwrap();
    done(&handle, 0).await;
    handle.intend(1, intent(1)).await.unwrap();
    let refusal =
        Error::internal("refused").with(|facts| (facts.code, facts.http_status) = (Code::Forbidden, Some(403)));
    handle.settle(1, &record(run.id, 1, Outcome::Failed).because(&refusal)).await.unwrap();
    handle.settle(2, &record(run.id, 2, Outcome::Unchanged)).await.unwrap();
    handle.add([&record(run.id, 9, Outcome::Failed)]).await.unwrap();
    handle.end(Summary { exit_code: 1, ..completed() }).await.unwrap();

    let row = only_run(&journal).await;
    assert_eq!((row.id.as_str(), row.operation.as_str()), (run.id.to_string().as_str(), "Block-M365User"));
    assert_eq!((row.reason, row.by, row.tenant_name), (run.reason, run.by, run.tenant_name));
    assert_eq!((row.state, row.outcome, row.exit_code), (State::Completed, Some(Outcome::Failed), Some(1)));
    assert_eq!((row.counts.verified, row.counts.failed, row.counts.unchanged), (1, 2, 1));
    assert!(row.ended_at.unwrap() >= row.started_at);
    assert_eq!(row.options, run.options);

    let changes = changes(&journal, &row.id).await;
    assert_eq!(changes.iter().map(|change| change.sequence).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(changes[0].before, Some(json!({"accountEnabled": true})));
    assert_eq!(changes[0].plan, Some(plans(1).remove(0).plan));
    assert_eq!(changes[0].attempts[0].client_request_id.as_deref(), Some("request-0"));
    assert_eq!(changes[1].attempts[0].http_status, Some(403));
    assert!(changes[1].attempts[0].answered_at.is_some());
    assert_eq!(changes[1].record.as_ref().unwrap()["code"], "forbidden");
    assert_eq!((changes[3].plan.clone(), changes[3].stage), (None, Stage::Settled));
    assert_eq!(journal.verify(&row.id).await.unwrap(), []);
}

#[tokio::test]
async fn a_lost_answer_leaves_its_attempt_open() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let handle = journal.begin(&new_run(), &plans(1)).await.unwrap();
    handle.intend(0, intent(0)).await.unwrap();
    handle.settle(0, &record(handle.id(), 0, Outcome::Unknown)).await.unwrap();
    let changes = changes(&journal, &handle.id().to_string()).await;
    assert_eq!(changes[0].attempts[0].answered_at, None);
}

#[tokio::test]
async fn a_run_refused_as_a_whole_is_not_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let run = new_run();
    let error = Error::internal("too many").with(|facts| facts.code = Code::CapUsers);
    journal.refused(&run, &error, 2).await.unwrap();
    let row = only_run(&journal).await;
    assert_eq!((row.state, row.outcome, row.exit_code), (State::Refused, Some(Outcome::Refused), Some(2)));
    assert_eq!(row.error.unwrap().code, Code::CapUsers);
    assert_eq!(journal.verify(&row.id).await.unwrap(), []);
}

#[tokio::test]
async fn runs_are_found_by_id_time_and_person_newest_first() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let mut ids = Vec::new();
    for people in [1, 2, 3] {
        let handle = journal.begin(&new_run(), &plans(people)).await.unwrap();
        ids.push(handle.id().to_string());
    }
    let found =
        async |query: RunQuery| journal.runs(&query).await.unwrap().into_iter().map(|run| run.id).collect::<Vec<_>>();
    let newest_first: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(found(RunQuery::default()).await, newest_first);
    assert_eq!(found(RunQuery { last: Some(2), ..RunQuery::default() }).await, newest_first[..2]);
    assert_eq!(found(RunQuery { ids: vec![ids[1].to_uppercase()], ..RunQuery::default() }).await, ids[1..2]);
    let person = |name: &str| RunQuery { users: vec![name.into()], ..RunQuery::default() };
    assert_eq!(found(person("USER1@contoso.com")).await, newest_first[..2]);
    assert_eq!(found(person("ID-2")).await, newest_first[..1]);
    assert!(found(person("user7@contoso.com")).await.is_empty());
    assert!(found(RunQuery { ids: vec!["' OR 1=1 --".into()], ..RunQuery::default() }).await.is_empty());

    let begun = journal.runs(&RunQuery { ids: vec![ids[1].clone()], ..RunQuery::default() }).await.unwrap();
    let since = RunQuery { since: Some(begun[0].started_at), ..RunQuery::default() };
    assert_eq!(found(since).await, newest_first[..2]);
}

#[tokio::test]
async fn callers_of_one_process_share_one_journal() {
    let home = tempfile::tempdir().unwrap();
    let first = open(home.path()).await;
    let second = Journal::open(Some(&home.path().join(".").join("journal.db"))).await.unwrap();
    assert!(Arc::ptr_eq(&first, &second));
}

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let handle = journal.begin(&new_run(), &plans(40)).await.unwrap();

    let (started, has_started) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let blocker = journal.writer.post(move |_| {
        started.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    has_started.recv().unwrap();
    let before = journal.writer.commits();
    let mut intents =
        Box::pin(futures_util::future::join_all((0..40).map(|sequence| handle.intend(sequence, intent(sequence)))));
    assert!(futures_util::poll!(&mut intents).is_pending());
    release.send(()).unwrap();
    assert!(intents.await.into_iter().all(|intent| intent.is_ok()));
    blocker.await.unwrap().unwrap();
    assert_eq!(journal.writer.commits() - before, 2, "the blocker's, and one for all that waited behind it");
}

#[tokio::test]
async fn work_that_fails_takes_nothing_else_with_it() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let handle = journal.begin(&new_run(), &plans(2)).await.unwrap();
    let (good, bad, both) = tokio::join!(
        handle.intend(0, intent(0)),
        handle.intend(77, intent(77)),
        handle.intend_all(vec![(1, intent(1)), (78, intent(78))]),
    );
    assert!(good.is_ok());
    assert_eq!((bad.unwrap_err().code(), both.unwrap_err().code()), (Code::Internal, Code::Internal));
    let stages: Vec<_> = changes(&journal, &handle.id().to_string()).await.iter().map(|change| change.stage).collect();
    assert_eq!(stages, [Stage::Intended, Stage::Planned], "of several intents all or none");
    assert_eq!(journal.verify(&handle.id().to_string()).await.unwrap(), []);
}

#[tokio::test]
async fn an_intent_that_nobody_waited_for_is_written_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let handle = journal.begin(&new_run(), &plans(2)).await.unwrap();
    {
        let mut forgotten = Box::pin(handle.intend(0, intent(0)));
        assert!(futures_util::poll!(&mut forgotten).is_pending());
    }
    handle.intend(1, intent(1)).await.unwrap();
    let changes = changes(&journal, &handle.id().to_string()).await;
    assert_eq!(changes[0].stage, Stage::Intended);
}

#[tokio::test]
async fn a_run_of_a_whole_tenant_begins_in_one_commit() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let before = journal.writer.commits();
    let handle = journal.begin(&new_run(), &plans(6000)).await.unwrap();
    assert_eq!(journal.writer.commits() - before, 1);
    assert_eq!(changes(&journal, &handle.id().to_string()).await.len(), 6000);
}

#[tokio::test]
async fn a_dropped_run_is_interrupted_at_once_and_can_be_taken() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let handle = journal.begin(&new_run(), &plans(3)).await.unwrap();
    done(&handle, 0).await;
    handle.intend(1, intent(1)).await.unwrap();
    let id = handle.id();
    assert_eq!(only_run(&journal).await.state, State::Running);
    assert_eq!(journal.take(id).await.unwrap_err().code(), Code::Conflict, "a run has one owner");
    drop(handle);
    // The release is in the queue before this.
    journal.writer.write(|_| Ok(())).await.unwrap();

    let open = journal.open_run(&id.to_string()).await.unwrap().unwrap();
    assert_eq!((open.run.state, open.run.exit_code), (State::Interrupted, Some(5)));
    assert_eq!(open.run.outcome, Some(Outcome::Unknown), "what was in flight is not known");
    assert_eq!((open.run.counts.verified, open.run.counts.unknown, open.run.counts.planned), (1, 1, 1));
    let words: Vec<_> = open.changes.iter().map(|change| change.outcome_record(&open.run)["outcome"].clone()).collect();
    assert_eq!(words, ["Verified", "Unknown", "Planned"]);

    let again = journal.take(id).await.unwrap();
    assert_eq!(only_run(&journal).await.state, State::Running);
    done(&again, 1).await;
    done(&again, 2).await;
    again.end(completed()).await.unwrap();
    assert_eq!(only_run(&journal).await.outcome, Some(Outcome::Verified));
    assert_eq!(journal.verify(&id.to_string()).await.unwrap(), []);
    assert_eq!(journal.take(id).await.unwrap_err().code(), Code::Argument, "a completed run is over");
    assert_eq!(journal.take(new_id()).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn an_owner_that_comes_back_late_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    let journal = Journal::open_with(Some(&path), Lease(Duration::ZERO)).await.unwrap();
    let sleeper = journal.begin(&new_run(), &plans(1)).await.unwrap();
    let taker = journal.take(sleeper.id()).await.unwrap();
    let refused = sleeper.intend(0, intent(0)).await.unwrap_err();
    assert_eq!((refused.code(), refused.facts().message_id.as_str()), (Code::Journal, "journal_run_lost"));
    assert!(sleeper.end(completed()).await.is_err());
    drop(sleeper);
    done(&taker, 0).await;
    taker.end(completed()).await.unwrap();
    assert_eq!(only_run(&journal).await.state, State::Completed);
}

#[tokio::test]
async fn a_living_owner_renews_its_lease() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    let journal = Journal::open_with(Some(&path), Lease(Duration::from_millis(200))).await.unwrap();
    let _handle = journal.begin(&new_run(), &[]).await.unwrap();
    let expires = async || {
        journal
            .read(|connection| {
                Ok(connection.query_row("SELECT lease_expires FROM runs", [], |row| row.get::<_, String>(0))?)
            })
            .await
            .unwrap()
    };
    let first = expires().await;
    tokio::time::timeout(Duration::from_secs(60), async {
        while expires().await == first {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the lease was never renewed");
}

#[tokio::test]
async fn a_password_reaches_no_file() {
    const CANARY: &str = "Canary-9f3b7c1e";
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let handle = journal.begin(&new_run(), &plans(1)).await.unwrap();
    handle.intend(0, intent(0)).await.unwrap();
    let mut with_secret = record(handle.id(), 0, Outcome::Verified);
    with_secret.password = Some(CANARY.into());
    handle.settle(0, &with_secret).await.unwrap();
    with_secret.outcome = Outcome::Failed;
    handle.add([&with_secret]).await.unwrap();
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(home.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    let contains = |what: &str| files.iter().any(|file| file.windows(what.len()).any(|part| part == what.as_bytes()));
    assert!(contains("user0@contoso.com"), "the files were looked through");
    assert!(!contains(CANARY));
}
