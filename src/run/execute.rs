//! Carrying out a plan: for each person in order, for many people side by side.
//!
//! Here is decided whether a change is begun at all: what must come first has succeeded, nobody protected or declined is
//! touched, what is already so stays. Of every change the outcome is on disk before anybody is told. How one is written
//! and read back stands in `apply`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    feed::{Shown, Sink},
    journal::RunHandle,
    order::{Secret, Summary},
    outcome::Record,
    plan::Plan,
};
use crate::{
    change::{Change, Outcome, State},
    error::{Code, Error, Result},
    say,
    service::{
        Services,
        directory::{RoleHolders, Standing},
        user::Person,
    },
    session::{Service, identity::Identity, permission},
    target::Selected,
};

/// People in work at once: enough to fill the batches in flight, few enough that a cancelled run has little half done.
const PEOPLE: usize = 256;
/// A state that was read by itself and not longer ago than this need not be read again before a change.
const FRESH: Duration = Duration::from_secs(20);

/// A plan at work.
#[derive(Debug)]
pub(super) struct Execution<'a> {
    pub(super) plan: &'a Plan,
    pub(super) services: &'a Services,
    pub(super) journal: &'a RunHandle,
    pub(super) run_id: &'a str,
    pub(super) identity: &'a Identity,
    pub(super) holders: &'a RoleHolders,
    /// What selecting people has shown of them, by object id.
    pub(super) people: &'a BTreeMap<String, Seen<'a>>,
    /// When that was read.
    pub(super) seen_at: Instant,
    /// Why each protected person must not be touched, by object id.
    pub(super) protected: &'a BTreeMap<String, Error>,
    /// The states of those who are as wanted already, by object id: they are not read again, and not written to.
    pub(super) settled: &'a BTreeMap<String, State>,
    /// People whom the administrator does not want touched after all, by object id.
    pub(super) declined: &'a BTreeSet<String>,
    pub(super) secret: &'a Secret,
    /// What a person's outcomes amount to, if the caller wants to know.
    pub(super) summary: Option<Summary>,
    /// Cancelled when nothing new is to be begun.
    pub(super) stop: &'a CancellationToken,
    /// What made it impossible to go on, if anything did.
    pub(super) broken: Mutex<Option<Error>>,
}

/// A person as selecting has shown one.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) person: &'a Person,
    /// Read by itself, not from a list.
    singly: bool,
    /// Read from the index, which may lag behind what others have written.
    eventual: bool,
}

impl<'a> From<&'a Selected> for Seen<'a> {
    fn from(selected: &'a Selected) -> Self {
        let Selected { person, singly, eventual, .. } = selected;
        Self { person, singly: *singly, eventual: *eventual }
    }
}

/// How a change went, and what the next ones of the same person must know of it.
pub(super) struct Settled {
    pub(super) record: Record,
    /// When the service answered the write.
    pub(super) at: Option<Timestamp>,
}

impl Execution<'_> {
    /// Carries out every change, people side by side. Ends early when told to stop; what then has no outcome was not begun.
    pub(super) async fn run(&self, sink: Sink) -> Result<()> {
        stream::iter(self.plan.chains()).for_each_concurrent(PEOPLE, |chain| self.chain(chain, sink.clone())).await;
        match self.broken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    async fn chain(&self, chain: &[Change], sink: Sink) {
        let mut done: BTreeMap<u32, (Outcome, Option<Timestamp>)> = BTreeMap::new();
        let mut records = Vec::new();
        for change in chain {
            if self.stop.is_cancelled() {
                return;
            }
            let before = change.after.and_then(|after| done.get(&after));
            let settled = match before {
                Some((outcome, _)) if !outcome.holds() => Some(self.skipped(change, *outcome)),
                before => self.change(change, before.and_then(|(_, at)| *at)).await,
            };
            // Without an outcome it was not begun: the run is being stopped, or can not go on.
            let Some(Settled { record, at }) = settled else { return };
            if let Err(error) = self.journal.settle(change.sequence, &record).await {
                self.give_up(error);
                return;
            }
            done.insert(change.sequence, (record.outcome, at));
            if self.summary.is_some() {
                records.push(record.clone());
            }
            if sink.send(Shown::Outcome(Box::new(record))).await.is_err() {
                return;
            }
        }
        if let Some(summary) = self.summary {
            // Nobody reads any more; what was done is in the journal.
            sink.send(Shown::Person(summary.record_type, (summary.of)(&records))).await.ok();
        }
    }

    /// Nothing new is begun: what happens could no longer be written down.
    pub(super) fn give_up(&self, error: Error) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.stop.cancel();
    }

    pub(super) fn record(&self, change: &Change, outcome: Outcome) -> Record {
        let subject = &change.subject;
        let mut record = Record::about(subject, change.wanted.kind(), outcome, self.run_id);
        record.wanted = change.wanted.word();
        record
    }

    fn skipped(&self, change: &Change, earlier: Outcome) -> Settled {
        let error = Error::new(
            Code::Dependency,
            say!(
                "dependency",
                "not begun, because what must come first ended as {outcome}",
                outcome = earlier.as_str()
            ),
        );
        Settled { record: self.record(change, Outcome::Skipped).because(&error), at: None }
    }

    /// One change from its guard to its outcome; nothing if it was not begun.
    async fn change(&self, change: &Change, not_before: Option<Timestamp>) -> Option<Settled> {
        let id = &change.subject.user_id;
        if let Some(error) = self.protected.get(id).filter(|_| change.wanted.hinders()) {
            return Some(Settled { record: self.record(change, Outcome::Refused).because(error), at: None });
        }
        if self.declined.contains(id) {
            let error =
                Error::new(Code::Declined, say!("declined", "not done, because the confirmation was answered with no"));
            return Some(Settled { record: self.record(change, Outcome::Skipped).because(&error), at: None });
        }
        // Where many wait for their turn to be read, stopping must not wait for all of them.
        let before = tokio::select! {
            biased;
            () = self.stop.cancelled() => return None,
            before = self.before(change) => before,
        };
        let before = match before {
            Ok(before) => before,
            Err(error) if error.code() == Code::Cancelled => return None,
            Err(error) => return Some(self.failed(change, None, &self.named(change, error))),
        };
        if change.wanted.already(&before) {
            let mut record = self.record(change, Outcome::Unchanged);
            record.before = change.wanted.state_word(&before);
            record.wanted = change.wanted.word_given(&before);
            record.after.clone_from(&record.before);
            record.effective_by = Some(record.at);
            if let Some(caveat) = change.wanted.caveat(&before) {
                record = record.saying(caveat);
            }
            return Some(Settled { record, at: None });
        }
        if let Some((outcome, error)) = change.wanted.impossible(&before, self.identity) {
            let mut settled = self.failed(change, Some(&before), &error);
            settled.record.outcome = outcome;
            return Some(settled);
        }
        if let Some(error) = self.out_of_reach(change) {
            return Some(self.failed(change, Some(&before), &error));
        }
        self.apply(change, &before, not_before).await
    }

    /// The state before: as selecting has shown it, unless that says that nothing is to be done and could be out of date.
    async fn before(&self, change: &Change) -> Result<State> {
        if let Some(settled) = self.settled.get(&change.subject.user_id) {
            return Ok(settled.clone());
        }
        if let Some(seen) = self.people.get(&change.subject.user_id)
            && let Some(state) = change.wanted.known(seen.person)
        {
            let fresh = seen.singly && self.seen_at.elapsed() < FRESH;
            if fresh || !(seen.eventual || change.wanted.already(&state)) {
                return Ok(state);
            }
        }
        change.wanted.read_before(&change.subject, self.services).await
    }

    pub(super) fn failed(&self, change: &Change, before: Option<&State>, error: &Error) -> Settled {
        let mut record = self.record(change, Outcome::Failed).because(error);
        if let Some(before) = before {
            record.before = change.wanted.state_word(before);
            record.wanted = change.wanted.word_given(before);
        }
        Settled { record, at: None }
    }

    /// A refusal to show the state before, with the role that is missing where the tables tell: the service never does.
    fn named(&self, change: &Change, error: Error) -> Error {
        match self.out_of_reach(change) {
            Some(named) if error.code() == Code::Forbidden => named.answered_as(&error),
            _ => error,
        }
    }

    fn out_of_reach(&self, change: &Change) -> Option<Error> {
        out_of_reach(change, self.holders, self.identity)
    }
}

/// The role that the documented tables ask for and that we do not hold, if all of that is known.
pub(super) fn out_of_reach(change: &Change, holders: &RoleHolders, identity: &Identity) -> Option<Error> {
    // Exchange Online has role groups of its own, which the directory does not show.
    if change.wanted.act().service() == Service::Exchange {
        return None;
    }
    match holders.standing(change.wanted.act(), identity, Some(&change.subject.user_id)) {
        Standing::Lacks(role) => Some(permission::role_error(role, &change.subject.user, &identity.account)),
        Standing::Enough | Standing::Unknown => None,
    }
}
