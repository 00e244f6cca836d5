//! Ids and what they stand for.
//!
//! Ids count up and are never reused, so a stale one is simply absent. They carry a salt, so that an id of another
//! process or of another copy of this library is absent as well; the top bit is 0, for languages without unsigned
//! 64-bit numbers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use once_cell::sync::Lazy;

use super::status::Misuse;
use crate::{job::Job, session::Session};

#[derive(Debug, Clone)]
enum Entry {
    Session(Arc<Session>),
    Job { job: Arc<Job>, session: u64 },
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
}

pub(super) fn add_session(session: Session) -> u64 {
    table().insert(Entry::Session(Arc::new(session)))
}

/// Adds a job, unless its session was closed while it was being started.
pub(super) fn add_job(job: Job, session: u64) -> Result<u64, Misuse> {
    let mut table = table();
    if !table.entries.contains_key(&session) {
        drop(table);
        job.close();
        return Err(Misuse::Handle);
    }
    Ok(table.insert(Entry::Job { job: Arc::new(job), session }))
}

pub(super) fn session(id: u64) -> Result<Arc<Session>, Misuse> {
    match table().entries.get(&id) {
        Some(Entry::Session(session)) => Ok(Arc::clone(session)),
        _ => Err(Misuse::Handle),
    }
}

pub(super) fn job(id: u64) -> Result<Arc<Job>, Misuse> {
    match table().entries.get(&id) {
        Some(Entry::Job { job, .. }) => Ok(Arc::clone(job)),
        _ => Err(Misuse::Handle),
    }
}

/// Cancels a job, or all jobs of a session.
pub(super) fn cancel(id: u64) {
    let jobs: Vec<Arc<Job>> = {
        let table = table();
        table
            .entries
            .iter()
            .filter_map(|(key, entry)| match entry {
                Entry::Job { job, session } if *key == id || *session == id => Some(Arc::clone(job)),
                _ => None,
            })
            .collect()
    };
    for job in jobs {
        job.cancel();
    }
}

/// Forgets a job, or a session with all its jobs.
pub(super) fn close(id: u64) {
    let mut gone = Vec::new();
    {
        let mut table = table();
        match table.entries.remove(&id) {
            Some(entry @ Entry::Session(_)) => {
                let jobs: Vec<u64> = table
                    .entries
                    .iter()
                    .filter(|(_, entry)| matches!(entry, Entry::Job { session, .. } if *session == id))
                    .map(|(key, _)| *key)
                    .collect();
                gone.extend(jobs.iter().filter_map(|job| table.entries.remove(job)));
                gone.push(entry);
            }
            Some(entry) => gone.push(entry),
            None => {}
        }
    }
    // Outside the lock: closing wakes other threads.
    for entry in &gone {
        match entry {
            Entry::Session(session) => session.close(),
            Entry::Job { job, .. } => job.close(),
        }
    }
}
