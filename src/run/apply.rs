//! One change: written down, applied, read back.
//!
//! The intent is on disk before the request leaves. What a write did is never inferred: it is read back by a request that
//! is sent after the answer to the write came, again and again for as long as replication may take, and what then is not
//! seen is `Unknown`.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    execute::{Execution, Settled},
    journal::Intent,
    outcome::{self, Record},
};
use crate::{
    change::{self, Applied, Change, Outcome, State, Verdict, Wanted, Word, Written},
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
};

/// First wait before a read-back; most replicas have the write by then.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Longest wait between two read-backs.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long a read-back goes on after the caller wants to stop.
const STOPPED_PATIENCE: Duration = Duration::from_secs(5);
/// Writes of one change at the most: the first, and repeats because it came too early or its password was too weak.
const WRITES: u32 = 3;

impl Execution<'_> {
    /// Writes a change down, applies it and reads it back; nothing if it could not be written down.
    pub(super) async fn apply(
        &self,
        change: &Change,
        before: &State,
        not_before: Option<Timestamp>,
    ) -> Option<Settled> {
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
