//! The one thread that writes: it owns the connection, and everything that waits goes into one transaction.
//!
//! A durable commit costs a flush of the disk, whatever is in it; so many requests in flight cost no more than one. Each
//! piece of work is a savepoint of its own: one that fails takes nothing else with it. Whoever waits is answered after
//! the commit, never before. Between commits the same thread gives the signs of life for the runs of this process, so
//! that a busy runtime cannot make them look abandoned.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    time::Instant,
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::{Fault, database::fault, lease::Lease, stamp};
use crate::error::{Error, Result};

/// Pieces of work in one transaction at the most, so that nobody waits for a whole tenant.
const TOGETHER: usize = 512;

/// The way to the thread. It ends when the last of these is gone and its queue is empty.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Sender<Box<dyn Task>>,
    held: Arc<Held>,
    #[cfg_attr(not(test), expect(dead_code, reason = "tests count the transactions"))]
    commits: Arc<AtomicU64>,
}

/// The runs of this process: of each the owner's token and the id.
#[derive(Debug, Default)]
pub(super) struct Held(Mutex<BTreeMap<String, String>>);

impl Held {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, token: &str, run: &str) {
        self.lock().insert(token.to_owned(), run.to_owned());
    }

    pub(super) fn remove(&self, token: &str) {
        self.lock().remove(token);
    }
}

impl Writer {
    pub(super) fn start(path: Arc<Path>, connection: Connection, lease: Lease) -> Result<Self> {
        let (queue, tasks) = mpsc::channel();
        let held = Arc::<Held>::default();
        let commits = Arc::<AtomicU64>::default();
        let desk = Desk { path, connection, lease, held: Arc::clone(&held), commits: Arc::clone(&commits), tasks };
        std::thread::Builder::new()
            .name("m365-journal".to_owned())
            .spawn(move || desk.work())
            .map_err(|error| Error::internal(format_args!("the journal's thread could not be made: {error}")))?;
        Ok(Self { queue, held, commits })
    }

    /// Has `work` done and committed. Dropped while it waits, the work is done all the same.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let answer = self.post(work);
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Has `work` done without waiting for it.
    pub(super) fn post<T, F>(&self, work: F) -> oneshot::Receiver<Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        // Without a thread the reply is dropped here, and whoever waits learns it from that.
        drop(self.queue.send(Box::new(Work { job: Some(work), done: None, reply })));
        answer
    }

    pub(super) fn held(&self) -> &Arc<Held> {
        &self.held
    }

    /// Transactions committed so far.
    #[cfg(test)]
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }
}

fn gone() -> Error {
    Error::internal("the journal's thread is gone")
}

/// A piece of work whose result type is its own affair.
trait Task: Send {
    /// Does it; `false` asks for its savepoint to be rolled back.
    fn perform(&mut self, connection: &Connection, path: &Path) -> bool;
    /// Answers whoever waits.
    fn answer(self: Box<Self>, committed: &Result<()>);
}

struct Work<F, T> {
    job: Option<F>,
    done: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Task for Work<F, T>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Fault> + Send,
{
    fn perform(&mut self, connection: &Connection, path: &Path) -> bool {
        let Some(work) = self.job.take() else { return false };
        let done = work(connection).map_err(|error| match error {
            Fault::Sql(error) => fault(path, &error),
            Fault::Ours(error) => error,
        });
        let well = done.is_ok();
        self.done = Some(done);
        well
    }

    fn answer(self: Box<Self>, committed: &Result<()>) {
        let answer = match (self.done, committed) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.clone()),
            (Some(done), _) => done,
            (None, Ok(())) => Err(gone()),
        };
        // Nobody waits any more: the work stands.
        drop(self.reply.send(answer));
    }
}

/// What the thread has before it.
struct Desk {
    path: Arc<Path>,
    connection: Connection,
    lease: Lease,
    held: Arc<Held>,
    commits: Arc<AtomicU64>,
    tasks: Receiver<Box<dyn Task>>,
}

impl Desk {
    fn work(mut self) {
        let mut beat = Instant::now() + self.lease.heartbeat();
        loop {
            let next = if self.held.lock().is_empty() {
                self.tasks.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.tasks.recv_timeout(beat.saturating_duration_since(Instant::now()))
            };
            match next {
                Ok(first) => {
                    let mut together = vec![first];
                    together.extend(self.tasks.try_iter().take(TOGETHER - 1));
                    let committed = self.commit(&mut together);
                    for task in together {
                        task.answer(&committed);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if Instant::now() >= beat {
                self.live();
                beat = Instant::now() + self.lease.heartbeat();
            }
        }
    }

    fn commit(&mut self, tasks: &mut [Box<dyn Task>]) -> Result<()> {
        let sql = |error| fault(&self.path, &error);
        let mut transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
        for task in tasks {
            let savepoint = transaction.savepoint().map_err(sql)?;
            if task.perform(&savepoint, &self.path) {
                savepoint.commit().map_err(sql)?;
            } else {
                drop(savepoint);
            }
            // A full disk or a broken page ends the whole transaction, and what follows would be outside of any.
            if transaction.is_autocommit() {
                return Err(super::database::unwritable(&self.path, &"the transaction was rolled back"));
            }
        }
        transaction.commit().map_err(sql)?;
        self.commits.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Gives the signs of life. One that fails is tried again at the next beat.
    fn live(&mut self) {
        let held = self.held.lock().clone();
        let end = stamp(self.lease.end(Timestamp::now()));
        let renewed = (|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (token, run) in &held {
                transaction
                    .prepare_cached("UPDATE runs SET lease_expires = ?3 WHERE id = ?1 AND lease_owner = ?2")?
                    .execute(params![run, token, end])?;
            }
            transaction.commit()
        })();
        if let Err(error) = renewed {
            tracing::warn!(%error, "the journal took no sign of life");
        }
    }
}
