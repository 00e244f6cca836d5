//! The journal: what was meant, what was sent, what became of it; on disk before anybody is told.
//!
//! One SQLite database a user, shared by all processes of that user. What it promises:
//!
//! 1. When [`RunHandle::intend`] returns, the intent is on disk, flushed; only then may the request leave. When
//!    [`RunHandle::settle`] returns, the outcome is; only then may it be shown.
//! 2. An outcome that says that something was sent (`Verified`, `Accepted`, `Unknown`) is taken only after an intent.
//!    A change with an outcome that holds is not intended or settled again.
//! 3. A run is `Completed` only if each of its changes has an outcome. Counts and the run's outcome are those of its
//!    changes, as they stand in the journal.
//! 4. A run has one owner. An owner that gives no sign of life for 60 seconds is gone: its run is `Interrupted` for
//!    everybody, and may be [taken](Journal::take). The old owner, should it come back, can write nothing more to it.
//! 5. Every begin, intent, outcome and end is an event of the run's hash chain (see [`chain`]); events are only added.
//! 6. No secret comes here: a record's password is dropped on the way in, requests come without bodies.
//!
//! Every function that writes is cancel-safe in one sense: dropped while it waits, its work is still done or not done as
//! a whole. So an intent that nobody waited for may be on disk; a reader treats it like any other intent.

mod audit;
mod chain;
mod database;
mod entry;
mod handle;
mod lease;
mod place;
mod private;
mod read;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod write;
mod writer;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use jiff::Timestamp;
use rusqlite::Connection;

pub(crate) use entry::{ChangePlan, Intent, NewRun, State, Summary, new_id};
pub(crate) use handle::RunHandle;
pub(crate) use lease::unknown_run;
pub(crate) use row::{OpenRun, RunQuery, RunRow};

use self::{lease::Lease, writer::Writer};
use crate::error::{Error, Result};

/// The open journals of this process.
static OPEN: Mutex<Option<HashMap<PathBuf, Weak<Journal>>>> = Mutex::new(None);

/// One journal.
#[derive(Debug)]
pub(crate) struct Journal {
    path: Arc<Path>,
    writer: Writer,
    reader: Arc<Mutex<Connection>>,
    lease: Lease,
}

/// Why a statement could not be carried out: SQLite says so, or a rule of ours does.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Ours(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl Journal {
    /// The journal at `path`, else where the environment or the platform says. All callers of a process share one.
    ///
    /// # Errors
    ///
    /// [`Code::Journal`](crate::error::Code::Journal) if the file cannot be made, made private, or written, is damaged,
    /// is of a newer format, or belongs to another program. The error names the file and the way out.
    pub(crate) async fn open(path: Option<&Path>) -> Result<Arc<Self>> {
        Self::open_with(path, Lease::default()).await
    }

    async fn open_with(path: Option<&Path>, lease: Lease) -> Result<Arc<Self>> {
        let path = place::resolve(path)?;
        tokio::task::spawn_blocking(move || Self::shared(path, lease)).await.map_err(Error::internal)?
    }

    fn shared(path: PathBuf, lease: Lease) -> Result<Arc<Self>> {
        // Held while a file is opened: two callers must not open it twice, and one waits no longer than the other.
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let open = open.get_or_insert_default();
        open.retain(|_, journal| journal.strong_count() > 0);
        let known = |open: &HashMap<PathBuf, Weak<Self>>| {
            path.canonicalize().ok().and_then(|real| open.get(&real)).and_then(Weak::upgrade)
        };
        if let Some(journal) = known(open) {
            return Ok(journal);
        }
        let connection = database::open(&path)?;
        let reader = Arc::new(Mutex::new(database::open_reader(&path)?));
        let real = path.canonicalize().map_err(|error| database::unwritable(&path, &error))?;
        let path: Arc<Path> = path.into();
        let writer = Writer::start(Arc::clone(&path), connection, lease)?;
        let journal = Arc::new(Self { path, writer, reader, lease });
        open.insert(real, Arc::downgrade(&journal));
        Ok(journal)
    }

    /// Begins a run: it and its planned changes are on disk, and it is this process's until it ends.
    pub(crate) async fn begin(self: &Arc<Self>, run: &NewRun, changes: &[ChangePlan]) -> Result<RunHandle> {
        let handle = RunHandle::new(Arc::clone(self), run.id);
        let (run, changes, owner, lease) = (run.clone(), changes.to_vec(), handle.owner().clone(), self.lease);
        self.writer
            .write(move |connection| write::begin(connection, &run, &changes, &owner, lease, Timestamp::now()))
            .await?;
        Ok(handle)
    }

    /// Writes down a run that was refused as a whole, so that the attempt is not forgotten.
    pub(crate) async fn refused(&self, run: &NewRun, error: &Error, exit_code: u8) -> Result<()> {
        let (run, error, owner) = (run.clone(), error.facts().clone(), lease::Owner::new());
        self.writer
            .write(move |connection| write::refuse(connection, &run, &error, exit_code, &owner, Timestamp::now()))
            .await
    }

    /// Takes over a run that was interrupted or cancelled.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the cmdlet that resumes a run"))]
    pub(crate) async fn take(self: &Arc<Self>, run: uuid::Uuid) -> Result<RunHandle> {
        let handle = RunHandle::new(Arc::clone(self), run);
        let (owner, lease) = (handle.owner().clone(), self.lease);
        self.writer
            .write(move |connection| lease::take(connection, &run.to_string(), &owner, lease, Timestamp::now()))
            .await?;
        Ok(handle)
    }

    /// The runs, newest first.
    pub(crate) async fn runs(&self, query: &RunQuery) -> Result<Vec<RunRow>> {
        let query = query.clone();
        self.read(move |connection| read::runs(connection, &query, Timestamp::now())).await
    }

    /// A run with its plan and what became of it, as of one moment.
    pub(crate) async fn open_run(&self, run: &str) -> Result<Option<OpenRun>> {
        let query = RunQuery { ids: vec![run.to_owned()], ..RunQuery::default() };
        self.read(move |connection| {
            let Some(run) = read::runs(connection, &query, Timestamp::now())?.into_iter().next() else {
                return Ok(None);
            };
            let changes = read::changes(connection, &run.id)?;
            Ok(Some(OpenRun { run, changes }))
        })
        .await
    }

    /// Where a run's events, plan and changes do not agree; nothing if all is well.
    pub(crate) async fn verify(&self, run: &str) -> Result<Vec<audit::Breach>> {
        let run = run.to_owned();
        self.read(move |connection| audit::verify(connection, &run)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        let (reader, path) = (Arc::clone(&self.reader), Arc::clone(&self.path));
        let read = move || {
            let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
            // One moment for all that is read; rolled back at its end, for nothing is written.
            let moment = connection.unchecked_transaction()?;
            work(&moment)
        };
        tokio::task::spawn_blocking(read).await.map_err(Error::internal)?.map_err(|fault| match fault {
            Fault::Sql(error) => database::fault(&path, &error),
            Fault::Ours(error) => error,
        })
    }
}

/// A time as it stands in the journal.
fn stamp(time: Timestamp) -> String {
    format!("{time:.6}")
}
