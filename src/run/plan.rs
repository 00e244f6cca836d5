//! A plan: the ordered changes of one operation, as plain data with a digest.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest;
use crate::{
    change::{Change, Kind, Subject, Wanted},
    error::{Error, Result},
    session::permission::Act,
};

/// What is to be done to each subject, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) wanted: Wanted,
    /// The step (an index) that must have succeeded first.
    pub(crate) after: Option<usize>,
}

impl Step {
    pub(crate) const fn new(wanted: Wanted) -> Self {
        Self { wanted, after: None }
    }

    pub(crate) const fn after(wanted: Wanted, step: usize) -> Self {
        Self { wanted, after: Some(step) }
    }
}

/// What is to be done to whom.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Steps {
    /// The same to everybody.
    Same(Vec<Step>),
    /// To each their own of one kind, by object id; whoever has nothing there is left alone. The kind is known where
    /// nobody is left to whom anything is done.
    Own(Kind, BTreeMap<String, Vec<Step>>),
}

impl From<Vec<Step>> for Steps {
    fn from(steps: Vec<Step>) -> Self {
        Self::Same(steps)
    }
}

impl Steps {
    /// What is to be done to one subject.
    pub(crate) fn of(&self, subject: &str) -> &[Step] {
        match self {
            Self::Same(steps) => steps,
            Self::Own(_, own) => own.get(subject).map_or(&[], Vec::as_slice),
        }
    }

    /// What is to be done to anybody, subject by subject.
    pub(crate) fn every(&self) -> impl Iterator<Item = &Wanted> {
        let (same, own) = match self {
            Self::Same(steps) => (Some(steps), None),
            Self::Own(_, own) => (None, Some(own)),
        };
        same.into_iter().chain(own.into_iter().flat_map(BTreeMap::values)).flatten().map(|step| &step.wanted)
    }

    /// The kind of the first change of a person.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Same(steps) => steps.first().map(|step| step.wanted.kind()),
            Self::Own(kind, _) => Some(*kind),
        }
    }

    /// What is done, as far as permissions tell it apart, each once.
    pub(crate) fn acts(&self) -> Vec<Act> {
        let mut acts: Vec<Act> = Vec::new();
        for act in self.every().map(Wanted::act) {
            if !acts.contains(&act) {
                acts.push(act);
            }
        }
        acts
    }

    /// In words, each once: to one subject, or to everybody together.
    pub(crate) fn actions(&self, subject: Option<&str>) -> String {
        let mut actions: Vec<&str> = Vec::new();
        let mut add = |wanted: &Wanted| {
            if !actions.contains(&wanted.action()) {
                actions.push(wanted.action());
            }
        };
        match subject {
            Some(subject) => self.of(subject).iter().for_each(|step| add(&step.wanted)),
            None => self.every().for_each(add),
        }
        actions.join(", ")
    }
}

/// The ordered changes of one operation, after selection, exclusion and guard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    /// Version of this form.
    pub(crate) format: u32,
    /// The cmdlet.
    pub(crate) operation: String,
    pub(crate) tenant_id: String,
    /// Who planned it.
    pub(crate) by: String,
    pub(crate) planned_at: Timestamp,
    pub(crate) reason: Option<String>,
    pub(crate) changes: Vec<Change>,
    /// SHA-256 of everything above.
    pub(crate) digest: String,
}

/// Version of the form of plans.
const FORMAT: u32 = 1;

impl Plan {
    /// Every step for every subject, subject by subject; of a protected one only the first, to stand for the refusal.
    pub(crate) fn new(
        operation: &str,
        tenant_id: &str,
        by: &str,
        reason: Option<String>,
        subjects: impl IntoIterator<Item = (Subject, bool)>,
        steps: &Steps,
    ) -> Result<Self> {
        let mut changes = Vec::new();
        for (subject, protected) in subjects {
            let first = changes.len();
            let steps = steps.of(&subject.user_id);
            for step in if protected { steps.get(..1).unwrap_or(steps) } else { steps } {
                changes.push(Change {
                    sequence: sequence(changes.len())?,
                    subject: subject.clone(),
                    wanted: step.wanted.clone(),
                    after: step.after.map(|after| sequence(first + after)).transpose()?,
                });
            }
        }
        let mut plan = Self {
            format: FORMAT,
            operation: operation.to_owned(),
            tenant_id: tenant_id.to_owned(),
            by: by.to_owned(),
            planned_at: Timestamp::now(),
            reason,
            changes,
            digest: String::new(),
        };
        plan.digest = plan.digest()?;
        Ok(plan)
    }

    /// The digest of the plan as it stands, whatever `digest` says.
    pub(crate) fn digest(&self) -> Result<String> {
        let bare = Self { digest: String::new(), ..self.clone() };
        let text = serde_json::to_vec(&bare).map_err(Error::internal)?;
        Ok(digest::sha256(&[&text]))
    }

    /// The changes of each subject, in the plan's order.
    pub(crate) fn chains(&self) -> impl Iterator<Item = &[Change]> {
        self.changes.chunk_by(|one, next| one.subject.user_id == next.subject.user_id)
    }
}

fn sequence(position: usize) -> Result<u32> {
    u32::try_from(position).map_err(|_| Error::internal("a plan of more than four thousand million changes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(id: &str) -> Subject {
        Subject { user: format!("{id}@contoso.com"), user_id: id.to_owned(), ..Subject::default() }
    }

    #[test]
    fn steps_follow_each_other_within_a_person_and_the_digest_holds_them() {
        let steps = vec![Step::new(Wanted::SignIn { allowed: false }), Step::after(Wanted::Sessions {}, 0)].into();
        let plan =
            Plan::new("Block-M365User", "t", "me", None, ["a", "b"].map(|id| (subject(id), false)), &steps).unwrap();
        let after: Vec<_> = plan.changes.iter().map(|change| (change.sequence, change.after)).collect();
        assert_eq!(after, [(0, None), (1, Some(0)), (2, None), (3, Some(2))]);
        assert_eq!(plan.chains().count(), 2);
        assert_eq!(plan.digest, plan.digest().unwrap());
        let mut other = plan.clone();
        other.changes[0].subject.user_id = "c".to_owned();
        assert_ne!(other.digest().unwrap(), plan.digest);
        let back: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        assert_eq!(back, plan);
    }

    #[test]
    fn to_each_their_own_and_to_others_nothing() {
        let block = |allowed| vec![Step::new(Wanted::SignIn { allowed })];
        let steps = Steps::Own(Kind::SignIn, [("a".to_owned(), block(false)), ("b".to_owned(), block(true))].into());
        let subjects = ["a", "b", "c"].map(|id| (subject(id), false));
        let plan = Plan::new("x", "t", "me", None, subjects, &steps).unwrap();
        let wanted: Vec<_> =
            plan.changes.iter().map(|change| (change.subject.user_id.as_str(), &change.wanted)).collect();
        let (blocked, allowed) = (Wanted::SignIn { allowed: false }, Wanted::SignIn { allowed: true });
        assert_eq!(wanted, [("a", &blocked), ("b", &allowed)]);
        assert_eq!(steps.actions(Some("a")), "block sign-in");
        assert_eq!(steps.actions(None), "block sign-in, allow sign-in");
    }
}
