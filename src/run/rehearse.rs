//! A run that is only shown, or written to a file: everything is read, and nothing is sent.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use futures_util::{FutureExt, StreamExt, stream};

use super::{execute, outcome::Record, prepared::Prepared, tally::Tally};
use crate::{
    change::{Change, Outcome, State},
    error::{Code, Error, Result},
    event::{End, EndState},
    say,
    service::{Services, user},
    session::Connected,
};

/// States that a rehearsal reads at once.
const READ_AT_ONCE: usize = 256;

impl Prepared<'_> {
    /// Shows the plan, or writes it to a file; nothing is sent.
    pub(super) async fn rehearse(&self, session: &Arc<Connected>) -> Result<End> {
        let mut tally = Tally::default();
        let mut records: Vec<Record> = self.missing("").collect();
        let cancelled = self.reporter.cancelled();
        let services = Services::new(session, &self.ground.identity, cancelled, cancelled);
        let changes: Vec<_> =
            self.known().into_iter().map(|(change, state)| self.rehearsed(change, state, &services).boxed()).collect();
        let mut rehearsed = stream::iter(changes).buffered(READ_AT_ONCE);
        while let Some(record) = rehearsed.next().await {
            self.reporter.check()?;
            records.push(record);
        }
        drop(rehearsed);
        for record in &records {
            tally.count(record);
        }
        if let Some(path) = &self.order.how.plan_path {
            self.save(path)?;
        }
        self.reporter.records("Outcome", &records).await?;
        Ok(tally.end(EndState::Completed, None))
    }

    /// Each change, with the state before as far as selecting has shown it.
    fn known(&self) -> Vec<(&Change, Option<State>)> {
        let people: BTreeMap<&str, &user::Person> = self
            .ground
            .selection
            .people
            .iter()
            .map(|selected| (selected.person.id.as_str(), &selected.person))
            .collect();
        let known = |change: &Change| {
            let id = change.subject.user_id.as_str();
            self.settled.get(id).cloned().or_else(|| change.wanted.known(people.get(id)?))
        };
        self.plan.changes.iter().map(|change| (change, known(change))).collect()
    }

    /// What would become of a change.
    async fn rehearsed(&self, change: &Change, known: Option<State>, services: &Services) -> Record {
        let mut record = Record::about(&change.subject, change.wanted.kind(), Outcome::Planned, "");
        record.wanted = change.wanted.word();
        let protected = self.protected.get(&change.subject.user_id).filter(|_| change.wanted.hinders());
        let state = match known {
            Some(state) => Some(Ok(state)),
            None if protected.is_some() => None,
            None => Some(change.wanted.read_before(&change.subject, services).await),
        };
        let state = match state.transpose() {
            Ok(state) => state,
            Err(error) => return record.because(&error),
        };
        if let Some(state) = &state {
            record.before = change.wanted.state_word(state);
            record.wanted = change.wanted.word_given(state);
        }
        if let Some(error) = protected {
            record.outcome = Outcome::Refused;
            return record.because(error);
        }
        let Some(state) = &state else { return record };
        if let Some((_, error)) = change.wanted.impossible(state, &self.ground.identity) {
            return record.because(&error);
        }
        if !change.wanted.already(state)
            && let Some(error) = execute::out_of_reach(change, &self.ground.holders, &self.ground.identity)
        {
            return record.because(&error);
        }
        match change.wanted.caveat(state) {
            Some(caveat) => record.saying(caveat),
            None => record,
        }
    }

    /// Writes the plan without those who must not be touched.
    fn save(&self, path: &Path) -> Result<()> {
        let mut plan = self.plan.clone();
        plan.changes.retain(|change| !self.protected.contains_key(&change.subject.user_id));
        plan.digest = plan.digest()?;
        let text = serde_json::to_string_pretty(&plan).map_err(Error::internal)?;
        std::fs::write(path, text).map_err(|error| {
            let name = path.display();
            Error::new(
                Code::File,
                say!("plan_unwritable", "the plan cannot be written to {path}: {why}", path = name, why = error),
            )
            .on(name.to_string())
        })
    }
}
