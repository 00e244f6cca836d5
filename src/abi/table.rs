//! Ids and what they stand for.
//!
//! Ids count up and are never reused, so a stale one is simply absent. They carry a salt, so that an id of another
//! process or of another copy of this library is absent as well; the top bit is 0, for languages without unsigned
//! 64-bit numbers.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use once_cell::sync::Lazy;

use super::status::Misuse;
use crate::{job::Job, session::Session};

#[derive(Debug)]
enum Entry {
    Session { session: Arc<Session>, jobs: HashSet<u64> },
    Job { job: Arc<Job>, session: u64 },
}

/// What was taken out of the table; ended outside its lock, because ending wakes other threads.
#[derive(Debug, Default)]
struct Taken {
    session: Option<Arc<Session>>,
    jobs: Vec<Arc<Job>>,
}

#[derive(Debug)]
struct Table {
    entries: HashMap<u64, Entry>,
    next: u64,
}

static TABLE: Lazy<Mutex<Table>> = Lazy::new(|| {
    let mut salt = [0_u8; 2];
    // Without chance the salt is 0: ids are still never reused within the process.
    if getrandom::fill(&mut salt).is_err() {
        salt = [0; 2];
    }
    let salt = u64::from(u16::from_ne_bytes(salt) & 0x7fff);
    Mutex::new(Table { entries: HashMap::new(), next: salt << 48 | 1 })
});

fn table() -> MutexGuard<'static, Table> {
    // Held for look-ups only; a panic elsewhere cannot leave it half changed.
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    fn insert(&mut self, entry: Entry) -> u64 {
        let id = self.next;
        self.next += 1;
        self.entries.insert(id, entry);
        id
    }

    /// Adds a job to its session; gives it back if there is no such session.
    fn insert_job(&mut self, job: Arc<Job>, session: u64) -> Result<u64, Arc<Job>> {
        let id = self.next;
        match self.entries.get_mut(&session) {
            Some(Entry::Session { jobs, .. }) => jobs.insert(id),
            _ => return Err(job),
        };
        Ok(self.insert(Entry::Job { job, session }))
    }

    fn session(&self, id: u64) -> Result<Arc<Session>, Misuse> {
        match self.entries.get(&id) {
            Some(Entry::Session { session, .. }) => Ok(Arc::clone(session)),
            _ => Err(Misuse::Handle),
        }
    }

    fn job(&self, id: u64) -> Result<Arc<Job>, Misuse> {
        match self.entries.get(&id) {
            Some(Entry::Job { job, .. }) => Ok(Arc::clone(job)),
            _ => Err(Misuse::Handle),
        }
    }

    /// The job with this id, or the jobs of the session with this id.
    fn jobs_of(&self, id: u64) -> Vec<Arc<Job>> {
        match self.entries.get(&id) {
            Some(Entry::Job { job, .. }) => vec![Arc::clone(job)],
            Some(Entry::Session { jobs, .. }) => jobs.iter().filter_map(|job| self.job(*job).ok()).collect(),
            None => Vec::new(),
        }
    }

    fn take(&mut self, id: u64) -> Taken {
        match self.entries.remove(&id) {
            Some(Entry::Session { session, jobs }) => {
                let jobs = jobs.iter().filter_map(|job| match self.entries.remove(job) {
                    Some(Entry::Job { job, .. }) => Some(job),
                    _ => None,
                });
                Taken { session: Some(session), jobs: jobs.collect() }
            }
            Some(Entry::Job { job, session }) => {
                if let Some(Entry::Session { jobs, .. }) = self.entries.get_mut(&session) {
                    jobs.remove(&id);
                }
                Taken { session: None, jobs: vec![job] }
            }
            None => Taken::default(),
        }
    }
}

pub(super) fn add_session(session: Session) -> u64 {
    table().insert(Entry::Session { session: Arc::new(session), jobs: HashSet::new() })
}

/// Adds a job, unless its session was closed while it was being started.
pub(super) fn add_job(job: Job, session: u64) -> Result<u64, Misuse> {
    let added = table().insert_job(Arc::new(job), session);
    added.map_err(|job| {
        job.close();
        Misuse::Handle
    })
}

pub(super) fn session(id: u64) -> Result<Arc<Session>, Misuse> {
    table().session(id)
}

pub(super) fn job(id: u64) -> Result<Arc<Job>, Misuse> {
    table().job(id)
}

/// Cancels a job, or all jobs of a session.
pub(super) fn cancel(id: u64) {
    let jobs = table().jobs_of(id);
    for job in jobs {
        job.cancel();
    }
}

/// Forgets a job, or a session with all its jobs, and ends them.
pub(super) fn close(id: u64) {
    let taken = table().take(id);
    // The jobs first, for the same reason as in a job: who has turned away is told nothing more.
    for job in taken.jobs {
        job.close();
    }
    if let Some(session) = taken.session {
        session.close();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::job::{self, Next};

    fn open() -> u64 {
        add_session(Session::open("{}"))
    }

    fn start(session: u64) -> u64 {
        add_job(job::pair(&CancellationToken::new()).0, session).expect("the session is open")
    }

    #[test]
    fn ids_fit_signed_numbers_and_are_never_reused() {
        let first = open();
        close(first);
        let second = open();
        assert!(0 < first && first < second && i64::try_from(second).is_ok());
        assert_eq!(session(first).err(), Some(Misuse::Handle));
        close(second);
    }

    #[test]
    fn an_id_of_the_other_kind_is_refused() {
        let owner = open();
        let work = start(owner);
        assert_eq!(job(owner).err(), Some(Misuse::Handle));
        assert_eq!(session(work).err(), Some(Misuse::Handle));
        assert!(add_job(job::pair(&CancellationToken::new()).0, work).is_err());
        close(owner);
    }

    #[test]
    fn a_session_takes_its_jobs_along_and_no_others() {
        let (owner, other) = (open(), open());
        let (closed, gone, stays) = (start(owner), start(owner), start(other));
        close(closed);
        let waiting = job(gone).expect("it is open");
        close(owner);
        assert_eq!(job(gone).err(), Some(Misuse::Handle));
        assert_eq!(waiting.next(Duration::ZERO, 0), Next::Done, "who holds it is told");
        assert!(job(stays).is_ok());
        close(other);
    }

    #[test]
    fn a_job_started_while_its_session_closed_is_refused_and_ended() {
        let owner = open();
        close(owner);
        assert_eq!(add_job(job::pair(&CancellationToken::new()).0, owner), Err(Misuse::Handle));
    }
}
