//! A run in this process's hands.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Journal,
    entry::{Intent, Settled, Summary},
    lease::{self, Owner},
    write,
};
use crate::{error::Result, run::outcome::Record};

/// A run that this process owns. Dropped before its [end](Self::end), the run is `Interrupted` at once.
#[derive(Debug)]
pub(crate) struct RunHandle {
    journal: Arc<Journal>,
    run: String,
    owner: Owner,
    ended: AtomicBool,
}

impl RunHandle {
    pub(super) fn new(journal: Arc<Journal>, id: Uuid) -> Self {
        let (run, owner) = (id.to_string(), Owner::new());
        journal.writer.held().add(&owner.token, &run);
        Self { journal, run, owner, ended: AtomicBool::new(false) }
    }

    pub(super) fn owner(&self) -> &Owner {
        &self.owner
    }

    #[cfg(test)]
    pub(super) fn id(&self) -> Uuid {
        self.run.parse().unwrap()
    }

    /// Writes down that a request is about to leave. On disk when this returns; an error means: do not send.
    pub(crate) async fn intend(&self, sequence: u32, intent: Intent) -> Result<()> {
        self.intend_all(vec![(sequence, intent)]).await
    }

    /// [`intend`](Self::intend) for several changes, all or none.
    pub(crate) async fn intend_all(&self, intents: Vec<(u32, Intent)>) -> Result<()> {
        let (run, owner) = (self.run.clone(), self.owner.clone());
        self.journal
            .writer
            .write(move |connection| write::intend(connection, &run, &owner, &intents, Timestamp::now()))
            .await
    }

    /// Writes down an outcome. On disk when this returns; only then may it be shown.
    pub(crate) async fn settle(&self, sequence: u32, record: &Record) -> Result<()> {
        self.settle_all([(sequence, record)]).await
    }

    /// [`settle`](Self::settle) for several changes, all or none.
    pub(crate) async fn settle_all<'r>(&self, records: impl IntoIterator<Item = (u32, &'r Record)>) -> Result<()> {
        let outcomes = records
            .into_iter()
            .map(|(sequence, record)| Ok((sequence, Settled::of(record)?)))
            .collect::<Result<Vec<_>>>()?;
        let (run, owner) = (self.run.clone(), self.owner.clone());
        self.journal.writer.write(move |connection| write::settle(connection, &run, &owner, &outcomes)).await
    }

    /// Writes down people who never became a change: not found, or refused by the guard.
    pub(crate) async fn add<'r>(&self, records: impl IntoIterator<Item = &'r Record>) -> Result<()> {
        let outcomes = records.into_iter().map(Settled::of).collect::<Result<Vec<_>>>()?;
        let (run, owner) = (self.run.clone(), self.owner.clone());
        self.journal.writer.write(move |connection| write::add(connection, &run, &owner, &outcomes)).await
    }

    /// Ends the run and gives it up.
    pub(crate) async fn end(&self, summary: Summary) -> Result<()> {
        let (run, owner) = (self.run.clone(), self.owner.clone());
        self.journal
            .writer
            .write(move |connection| write::end(connection, &run, &owner, &summary, Timestamp::now()))
            .await?;
        self.ended.store(true, Ordering::Release);
        Ok(())
    }
}

impl Drop for RunHandle {
    fn drop(&mut self) {
        self.journal.writer.held().remove(&self.owner.token);
        if !self.ended.load(Ordering::Acquire) {
            let (run, owner) = (std::mem::take(&mut self.run), self.owner.clone());
            // Nobody waits: where this is not written, the lease runs out by itself.
            drop(
                self.journal.writer.post(move |connection| lease::release(connection, &run, &owner, Timestamp::now())),
            );
        }
    }
}
