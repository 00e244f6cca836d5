//! The file: whose it is, what is wrong with it, and what can be seen of a changed row.

use std::{fs, io::Write};

use super::*;
use crate::run::journal::schema;

/// Opens, and gives the fault: its code, sentence, and the path that it names.
async fn fault(path: &Path) -> (Code, String, Option<String>) {
    let error = Journal::open(Some(path)).await.unwrap_err();
    assert!(error.facts().advice.is_some(), "an error shows the way out");
    (error.code(), error.facts().message_id.clone(), error.facts().target.clone())
}

fn raw(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

/// A journal on disk with one completed run, and its id. Nothing of it is left in a log beside it.
async fn written(folder: &Path) -> (PathBuf, String) {
    let journal = open(folder).await;
    let handle = journal.begin(&new_run(), &plans(3)).await.unwrap();
    for sequence in 0..3 {
        done(&handle, sequence).await;
    }
    handle.end(completed()).await.unwrap();
    let (path, id) = (folder.join("journal.db"), handle.id().to_string());
    drop((handle, journal));
    raw(&path).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    (path, id)
}

#[cfg(unix)]
#[tokio::test]
async fn every_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("new");
    let journal = open(&folder).await;
    let _handle = journal.begin(&new_run(), &plans(1)).await.unwrap();
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["journal.db", "journal.db-shm", "journal.db-wal"]);
}

#[tokio::test]
async fn what_is_committed_is_flushed() {
    let home = tempfile::tempdir().unwrap();
    let journal = open(home.path()).await;
    let pragma = async |name: &'static str| {
        let read = move |connection: &Connection| {
            Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))?)
        };
        journal.writer.write(read).await.unwrap()
    };
    assert_eq!(pragma("journal_mode").await, "wal".to_owned().into());
    assert_eq!(pragma("synchronous").await, 2.into());
    assert_eq!(pragma("foreign_keys").await, 1.into());
    assert_eq!(pragma("application_id").await, schema::APPLICATION_ID.into());
    assert_eq!(pragma("user_version").await, schema::VERSION.into());
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let home = tempfile::tempdir().unwrap();
    let blocked = home.path().join("file");
    fs::write(&blocked, "in the way").unwrap();
    let path = blocked.join("journal.db");
    let named = Some(path.display().to_string());
    assert_eq!(fault(&path).await, (Code::Journal, "journal_unwritable".into(), named));
    assert_eq!(fault(home.path()).await.1, "journal_unwritable", "a folder is not a file");
}

#[tokio::test]
async fn what_is_not_a_database_is_damaged_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    fs::write(&path, "not a database at all, and long enough to be looked at; ".repeat(100)).unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(fault(&path).await.1, "journal_damaged");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn damage_in_the_middle_is_found_before_anything_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let (path, _) = written(home.path()).await;
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xAA);
    fs::write(&path, bytes).unwrap();
    assert_eq!(fault(&path).await.1, "journal_damaged");
}

#[tokio::test]
async fn a_newer_journal_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let (path, _) = written(home.path()).await;
    raw(&path).pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(fault(&path).await.1, "journal_newer");
    assert_eq!(schema::version(&raw(&path)).unwrap(), 99);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    raw(&path).execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert_eq!(fault(&path).await.1, "journal_foreign");
    let tables: i64 = raw(&path).query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[tokio::test]
async fn an_empty_file_becomes_a_journal_once() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    fs::File::create(&path).unwrap().flush().unwrap();
    assert_eq!(schema::version(&raw(&path)).unwrap(), 0);
    let (path, id) = written(home.path()).await;
    assert_eq!(schema::version(&raw(&path)).unwrap(), schema::VERSION);
    let again = open(home.path()).await;
    assert_eq!(only_run(&again).await.id, id, "a step that was taken is not taken again");
}

#[test]
fn several_that_open_a_new_file_at_once_all_succeed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("new").join("journal.db");
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| database::open(&path))).collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
}

#[tokio::test]
async fn a_changed_row_is_seen() {
    let home = tempfile::tempdir().unwrap();
    let (path, id) = written(home.path()).await;
    let check = async |change: &str| {
        let copy = tempfile::tempdir().unwrap();
        let other = copy.path().join("journal.db");
        fs::copy(&path, &other).unwrap();
        raw(&other).execute_batch(change).unwrap();
        Journal::open(Some(&other)).await.unwrap().verify(&id).await.unwrap()
    };
    assert_eq!(check("").await, []);
    let forged = "UPDATE changes SET record = replace(record, 'Verified', 'Unchanged') WHERE sequence = 1";
    assert_eq!(check(forged).await, [Breach::Change { sequence: 1 }]);
    let replanned = "UPDATE changes SET plan = replace(plan, 'false', 'true') WHERE sequence = 2";
    assert_eq!(check(replanned).await, [Breach::Plan]);
    let rewritten = "DROP TRIGGER events_are_not_rewritten;
        UPDATE events SET payload = replace(payload, 'TICKET-17', 'TICKET-18') WHERE number = 1";
    assert_eq!(check(rewritten).await, [Breach::Event { number: 1 }]);
    let cut = "DROP TRIGGER events_are_not_removed; DELETE FROM events WHERE kind = 'end'";
    assert_eq!(check(cut).await, [Breach::Length]);
}

#[tokio::test]
async fn an_event_is_not_rewritten_by_accident() {
    let home = tempfile::tempdir().unwrap();
    let (path, _) = written(home.path()).await;
    assert!(raw(&path).execute("UPDATE events SET payload = '{}'", []).is_err());
    assert!(raw(&path).execute("DELETE FROM events", []).is_err());
}
