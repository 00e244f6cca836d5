//! Processes: one that is killed in the middle, and several at once. This test program starts itself again as the other
//! process; what that one does are the tests that are ignored here.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use super::*;

/// The journal that another process is to use.
const FILE: &str = "M365_ACCESS_TEST_JOURNAL";

const LEASE: Lease = Lease(Duration::from_secs(2));

fn start(what: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([&format!("run::journal::tests::crash::{what}"), "--exact", "--ignored", "--nocapture"])
        .env(FILE, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What another test says; nothing where somebody runs what is ignored.
fn given() -> Option<PathBuf> {
    std::env::var_os(FILE).map(PathBuf::from)
}

#[tokio::test]
#[ignore = "the process that is killed"]
async fn victim() {
    let Some(path) = given() else { return };
    let journal = Journal::open_with(Some(&path), LEASE).await.unwrap();
    let handle = journal.begin(&new_run(), &plans(3)).await.unwrap();
    done(&handle, 0).await;
    handle.intend(1, intent(1)).await.unwrap();
    println!("\nwritten");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn what_was_written_survives_a_kill_and_the_run_is_interrupted_when_the_lease_ends() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    let mut victim = start("victim", &path);
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "written"), "the process did not come so far");
    victim.kill().unwrap();
    victim.wait().unwrap();

    let journal = Journal::open(Some(&path)).await.unwrap();
    let id = only_run(&journal).await.id;
    tokio::time::timeout(Duration::from_secs(60), async {
        while only_run(&journal).await.state != State::Interrupted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the lease never ended");

    let open = journal.open_run(&id).await.unwrap().unwrap();
    let stages: Vec<_> = open.changes.iter().map(|change| (change.stage, change.outcome)).collect();
    assert_eq!(stages, [(Stage::Settled, Some(Outcome::Verified)), (Stage::Intended, None), (Stage::Planned, None)]);
    assert_eq!(open.changes[1].attempts[0].client_request_id.as_deref(), Some("request-1"));
    assert_eq!(open.changes[1].before, Some(json!({"accountEnabled": true})));
    assert_eq!((open.run.exit_code, open.run.outcome), (Some(5), Some(Outcome::Unknown)));
    assert_eq!(journal.verify(&id).await.unwrap(), []);

    let handle = journal.take(id.parse().unwrap()).await.unwrap();
    assert_eq!(handle.intend(0, intent(0)).await.unwrap_err().code(), Code::Internal, "done is not done twice");
    done(&handle, 1).await;
    done(&handle, 2).await;
    handle.end(completed()).await.unwrap();
    assert_eq!(journal.verify(&id).await.unwrap(), []);
}

const PEOPLE: u32 = 25;

async fn whole_run(journal: Arc<Journal>) {
    let handle = journal.begin(&new_run(), &plans(PEOPLE)).await.unwrap();
    futures_util::future::join_all((0..PEOPLE).map(|sequence| done(&handle, sequence))).await;
    handle.end(completed()).await.unwrap();
}

#[tokio::test]
#[ignore = "one of several processes"]
async fn neighbour() {
    let Some(path) = given() else { return };
    whole_run(Journal::open(Some(&path)).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_and_tasks_write_at_once() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    let neighbours: Vec<_> = (0..3).map(|_| start("neighbour", &path)).collect();
    let journal = Journal::open(Some(&path)).await.unwrap();
    let ours: Vec<_> = (0..3).map(|_| tokio::spawn(whole_run(Arc::clone(&journal)))).collect();
    for task in ours {
        task.await.unwrap();
    }
    for neighbour in neighbours {
        assert!(neighbour.wait_with_output().unwrap().status.success());
    }
    let runs = journal.runs(&RunQuery::default()).await.unwrap();
    assert_eq!(runs.len(), 6);
    for run in runs {
        assert_eq!((run.state, run.counts.verified), (State::Completed, u64::from(PEOPLE)));
        assert_eq!(journal.verify(&run.id).await.unwrap(), []);
    }
}
