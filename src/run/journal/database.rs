//! The database file: opened privately and durably, recognised as ours, and its faults said in words.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{private, schema};
use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
};

/// How long a writer waits for another process; the longest that one holds the file is the beginning of a big run.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files up to this size are read through when they are opened; a bigger one shows its damage at first touch.
const CHECKED_WHOLE: i64 = 64 << 20;

/// Opens the database for writing; made, made private and brought to the newest format where that is needed.
pub(super) fn open(path: &Path) -> Result<Connection> {
    private::prepare(path).map_err(|error| unwritable(path, &error))?;
    let fault = |error| fault(path, &error);
    let mut connection = connect(path).map_err(fault)?;
    recognise(path, &connection)?;
    if connection.is_readonly("main").map_err(fault)? {
        return Err(unwritable(path, &"it is read-only"));
    }
    let mode = choose_mode(&connection, is_remote(path)).map_err(fault)?;
    if !matches!(mode.as_str(), "wal" | "truncate" | "delete" | "persist") {
        return Err(unwritable(path, &format_args!("journal mode {mode} loses what is written")));
    }
    check(path, &connection)?;
    schema::migrate(&mut connection).map_err(fault)?;
    // Windows: files that were made just now beside the database took over what the folder says.
    private::keep(path).map_err(|error| unwritable(path, &error))?;
    Ok(connection)
}

/// Opens the database for reading. The writer has been there before.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path).map_err(|error| fault(path, &error))?;
    // Not opened read-only: a reader must be able to roll back what a killed process left behind.
    connection.pragma_update(None, "query_only", true).map_err(|error| fault(path, &error))?;
    Ok(connection)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS: a plain fsync does not reach the disk.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    keep_beside(&connection)?;
    Ok(connection)
}

/// Refuses what is not a journal, or one of a newer format, before anything in it is changed.
fn recognise(path: &Path, connection: &Connection) -> Result<()> {
    let fault = |error| fault(path, &error);
    let ours: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(fault)?;
    let version = schema::version(connection).map_err(fault)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(fault)?;
    let empty = ours == 0 && version == 0 && tables == 0;
    if !empty && ours != schema::APPLICATION_ID {
        return Err(named(
            path,
            say!("journal_foreign", "'{path}' is a database of another program, not a journal", path = path.display()),
        )
        .advise(elsewhere()));
    }
    if version > schema::VERSION {
        return Err(named(
            path,
            say!(
                "journal_newer",
                "the journal '{path}' was written by a newer version of M365 Access (format {found}; this one knows {known})",
                path = path.display(),
                found = version,
                known = schema::VERSION
            ),
        )
        .advise(say!("journal_update", "update M365 Access, or give another file with -JournalPath or M365_ACCESS_JOURNAL")));
    }
    Ok(())
}

fn check(path: &Path, connection: &Connection) -> Result<()> {
    let fault = |error| fault(path, &error);
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(fault)?;
    let size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(fault)?;
    if pages.saturating_mul(size) > CHECKED_WHOLE {
        return Ok(());
    }
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(fault)?;
    if found == "ok" { Ok(()) } else { Err(damaged(path, &found)) }
}

/// Write-ahead logging where that works, else a rollback journal: both keep what was committed.
fn choose_mode(connection: &Connection, remote: bool) -> rusqlite::Result<String> {
    // Processes of several machines cannot share the memory that write-ahead logging needs.
    // sqlite.org/wal.html
    if !remote {
        match set_mode(connection, "WAL") {
            Ok(mode) if mode == "wal" => return Ok(mode),
            Err(error) if is_busy(&error) => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    set_mode(connection, "TRUNCATE")
}

/// SQLite does not wait for others here as it does elsewhere.
fn set_mode(connection: &Connection, mode: &str) -> rusqlite::Result<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0));
        match now {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::park_timeout(Duration::from_millis(10));
            }
            other => return other.map(|mode| mode.to_ascii_lowercase()),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Keeps the files beside the database when the last connection closes, with the access list that they were given.
#[cfg(windows)]
fn keep_beside(connection: &Connection) -> rusqlite::Result<()> {
    connection.file_control(None::<&str>, rusqlite::FileControl::PersistWal(&mut 1))
}

#[cfg(not(windows))]
#[allow(clippy::unnecessary_wraps, reason = "the same signature on every system")]
fn keep_beside(_connection: &Connection) -> rusqlite::Result<()> {
    Ok(())
}

/// Whether the file is on another machine.
#[cfg(windows)]
fn is_remote(path: &Path) -> bool {
    use std::path::{Component, Prefix};
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    matches!(
        real.components().next(),
        Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
    )
}

#[cfg(target_os = "linux")]
fn is_remote(path: &Path) -> bool {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    std::fs::read_to_string("/proc/self/mounts").is_ok_and(|mounts| is_remote_in(&mounts, &real))
}

#[cfg(not(any(windows, target_os = "linux")))]
fn is_remote(_path: &Path) -> bool {
    false
}

/// The mount that is nearest above the path decides; of two at one place the later one.
#[cfg(target_os = "linux")]
fn is_remote_in(mounts: &str, path: &Path) -> bool {
    let nearest = mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            let place = fields.next()?.replace("\\040", " ");
            path.starts_with(&place).then_some((place.len(), fields.next()?))
        })
        .max_by_key(|(length, _)| *length);
    nearest.is_some_and(|(_, kind)| {
        ["nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs"].iter().any(|far| kind.starts_with(far))
    })
}

fn elsewhere() -> Sentence {
    say!("journal_elsewhere", "give another file with -JournalPath or M365_ACCESS_JOURNAL")
}

fn named(path: &Path, sentence: Sentence) -> Error {
    Error::new(Code::Journal, sentence).on(path.display().to_string())
}

/// The file cannot be made or written.
pub(super) fn unwritable(path: &Path, why: &dyn std::fmt::Display) -> Error {
    named(
        path,
        say!("journal_unwritable", "the journal '{path}' cannot be written: {why}", path = path.display(), why = why),
    )
    .advise(elsewhere())
}

fn damaged(path: &Path, why: &dyn std::fmt::Display) -> Error {
    named(path, say!("journal_damaged", "the journal '{path}' is damaged: {why}", path = path.display(), why = why))
        .advise(say!(
            "journal_move_away",
            "move the file away, together with those whose names begin with its name, and start again; what can still be read in it is not lost"
        ))
}

/// What SQLite says, as an error that names the file and the way out.
pub(super) fn fault(path: &Path, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        // Without a code it is not SQLite's own: a value in it is not what we wrote.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => damaged(path, error),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => named(
            path,
            say!("journal_busy", "the journal '{path}' is being written by another process", path = path.display()),
        )
        .advise(say!("journal_wait", "try again when that process is done, or give another file with -JournalPath")),
        Some(_) => unwritable(path, error),
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_says_whether_a_path_is_remote() {
        let mounts = "/dev/sda / ext4 rw 0 0\nsrv:/home /home nfs4 rw 0 0\n/dev/sdb /home/local ext4 rw 0 0\n//srv/x /mnt/my\\040share cifs rw 0 0\n";
        for (path, remote) in
            [("/var/j.db", false), ("/home/a/j.db", true), ("/home/local/j.db", false), ("/mnt/my share/j.db", true)]
        {
            assert_eq!(is_remote_in(mounts, Path::new(path)), remote, "{path}");
        }
    }
}
