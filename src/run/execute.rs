//! Carrying out a plan: for each person in order, for many people side by side.
//!
//! Of every change the intent is on disk before its request leaves, and its outcome before anybody is told. What a write
//! did is never inferred: it is read back by a request that is sent after the answer to the write came, again and again
//! for as long as replication may take, and what then is not seen is `Unknown`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    feed::{Shown, Sink},
    journal::{Intent, RunHandle},
    outcome::{self, Record},
    plan::Plan,
};
use crate::{
    change::{self, Applied, Change, Outcome, State, Verdict, Wanted, Word, Written},
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
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
/// First wait before a read-back; most replicas have the write by then.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Longest wait between two read-backs.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long a read-back goes on after the caller wants to stop.
const STOPPED_PATIENCE: Duration = Duration::from_secs(5);
/// Writes of one change at the most: the first, and repeats because it came too early or its password was too weak.
const WRITES: u32 = 3;

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

/// Where new passwords come from and go to.
#[derive(Debug, Default)]
pub(crate) struct Secret {
    /// The same for everybody; without it each person gets a generated one.
    pub(crate) given: Option<SecretString>,
    /// The caller asked to see it.
    pub(crate) show: bool,
}

/// What a person's outcomes amount to: a record of its own after them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    /// Type of that record.
    pub(crate) record_type: &'static str,
    /// The record of one person's outcomes, of which there is at least one.
    pub(crate) of: fn(&[Record]) -> Value,
}

/// How a change went, and what the next ones of the same person must know of it.
struct Settled {
    record: Record,
    /// When the service answered the write.
    at: Option<Timestamp>,
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
    fn give_up(&self, error: Error) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.stop.cancel();
    }

    fn record(&self, change: &Change, outcome: Outcome) -> Record {
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
        self.carry_out(change, &before, not_before).await
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

    fn failed(&self, change: &Change, before: Option<&State>, error: &Error) -> Settled {
        let mut record = self.record(change, Outcome::Failed).because(error);
        if let Some(before) = before {
            record.before = change.wanted.state_word(before);
            record.wanted = change.wanted.word_given(before);
        }
        Settled { record, at: None }
    }

    /// A refusal to show the state before, with the role that is missing where the tables tell: the service never does.
    fn named(&self, change: &Change, error: Error) -> Error {
        let named =
            Some(&error).filter(|error| error.code() == Code::Forbidden).and_then(|_| self.out_of_reach(change));
        let Some(named) = named else { return error };
        let facts = error.facts().clone();
        named.with(|own| {
            own.http_status = facts.http_status;
            own.service_code = facts.service_code;
            own.request_id = facts.request_id;
            own.client_request_id = facts.client_request_id;
        })
    }

    fn out_of_reach(&self, change: &Change) -> Option<Error> {
        out_of_reach(change, self.holders, self.identity)
    }

    async fn carry_out(&self, change: &Change, before: &State, not_before: Option<Timestamp>) -> Option<Settled> {
        let generated = match change.wanted {
            Wanted::Password { .. } if self.secret.given.is_none() => match change::generate_password() {
                Ok(password) => Some(password),
                Err(error) => return Some(self.failed(change, Some(before), &error)),
            },
            _ => None,
        };
        let mut password = generated;
        let intent = Intent {
            what: change.wanted.action().to_owned(),
            client_request_id: None,
            before: serde_json::to_value(before).ok(),
        };
        if let Err(error) = self.journal.intend(change.sequence, intent).await {
            self.give_up(error);
            return None;
        }
        let sent_at = outcome::now();
        let mut writes = 0;
        // What a repeated write starts from; what is recorded as the state before stays what it was.
        let mut latest: Option<State> = None;
        let (record, at) = loop {
            writes += 1;
            let secret = self.secret.given.as_ref().or(password.as_ref());
            let from = latest.as_ref().unwrap_or(before);
            let (applied, lost) = match change.wanted.apply(&change.subject, from, secret, self.services).await {
                Ok(applied) => (applied, None),
                // It was never sent: whoever stops a run need not wonder about this one.
                Err(error) if error.code() == Code::Cancelled && writes == 1 => {
                    let record = self.record(change, Outcome::Skipped).because(&error);
                    return Some(Settled { record, at: None });
                }
                // What became of it is not known; the state may tell.
                Err(error)
                    if matches!(
                        error.code(),
                        Code::AnswerLost | Code::ServiceFault | Code::Decode | Code::Cancelled
                    ) =>
                {
                    (Applied::default(), Some(error))
                }
                Err(error) if error.code() == Code::Rejected && password.is_some() && writes == 1 => {
                    // The service's list of weak passwords is not public: one fresh try.
                    match change::generate_password() {
                        Ok(fresh) => password = Some(fresh),
                        Err(error) => return Some(self.failed(change, Some(before), &error)),
                    }
                    continue;
                }
                Err(error) => return Some(self.failed(change, Some(before), &error)),
            };
            let Applied { at, refused, remark } = applied;
            let refused_parts = refused.as_ref().map(|refused| refused.parts.clone()).unwrap_or_default();
            let written = Written { at, begun: Some(sent_at), not_before, refused: refused_parts };
            match self.read_back(change, before, &written).await {
                Ok((Verdict::TooEarly, now)) if writes < WRITES => latest = Some(now),
                Ok((_, now)) if let Some(refused) = &refused => {
                    let mut record = self.record(change, Outcome::Failed).because(&refused.error);
                    record.after = change.wanted.state_word(&now);
                    break (record, at);
                }
                Ok((Verdict::Reached, now)) => break (self.reached(change, &now, remark), at),
                Ok((_, now)) => break (self.not_confirmed(change, &now, lost.as_ref()), at),
                Err(error) => {
                    let error = lost.or(refused.map(|refused| refused.error)).unwrap_or(error);
                    break (self.record(change, Outcome::Unknown).because(&error), at);
                }
            }
        };
        let mut record = record;
        record.before = change.wanted.state_word(before);
        record.wanted = change.wanted.word_given(before);
        if record.wanted.is_none() {
            record.wanted = Some(Word::One(sent_at.to_string()));
        }
        // Where it is not known whether the new password holds, whoever asked for it needs it all the more.
        let may_hold = record.outcome.holds() || record.outcome == Outcome::Unknown;
        if self.secret.show && may_hold && matches!(change.wanted, Wanted::Password { .. }) {
            record.password = self.secret.given.clone().or(password);
        }
        Some(Settled { record, at })
    }

    /// Reads until the wanted state shows, or for as long as replication may take.
    async fn read_back(&self, change: &Change, before: &State, written: &Written) -> Result<(Verdict, State)> {
        let graph = &self.services.graph;
        let started = Instant::now();
        let mut wait = graph.scaled(FIRST_WAIT);
        loop {
            graph.pause(wait).await?;
            let now = change.wanted.read(&change.subject, self.services).await?;
            let verdict = change.wanted.judge(before, &now, written);
            let patience = if self.stop.is_cancelled() { STOPPED_PATIENCE } else { change.wanted.patience() };
            if verdict != Verdict::NotYet || started.elapsed() >= graph.scaled(patience) {
                return Ok((verdict, now));
            }
            wait = (wait * 2).min(graph.scaled(LONGEST_WAIT));
        }
    }

    fn reached(&self, change: &Change, now: &State, remark: Option<Sentence>) -> Record {
        let outcome = if change.wanted.unprovable(now) { Outcome::Accepted } else { Outcome::Verified };
        let mut record = self.record(change, outcome);
        // A password shows only that it is the new one: what was wanted is then all that can be said.
        record.after = change.wanted.state_word(now).or_else(|| change.wanted.word());
        record.effective_by = change.wanted.takes_hold_after().and_then(|after| record.at.checked_add(after).ok());
        match change.wanted.caveat(now).or(remark) {
            Some(sentence) => record.saying(sentence),
            None => record,
        }
    }

    fn not_confirmed(&self, change: &Change, now: &State, lost: Option<&Error>) -> Record {
        let error = lost.cloned().unwrap_or_else(|| {
            Error::new(
                Code::NotConfirmed,
                say!(
                    "not_confirmed",
                    "the service took the change, but {seconds} seconds later it still does not show",
                    seconds = change.wanted.patience().as_secs()
                ),
            )
            .advise(say!("read_later", "read the state again later; repeating the command does no harm"))
        });
        let mut record = self.record(change, Outcome::Unknown).because(&error);
        record.after = change.wanted.state_word(now);
        record
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
