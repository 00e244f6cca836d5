//! What an operation wants done, to whom, with which passwords, and what it wants told of each person.

use futures_util::FutureExt;
use secrecy::SecretString;
use serde_json::Value;

use super::{
    How, Steps,
    journal::{self, NewRun},
    outcome::Record,
};
use crate::{
    error::Result,
    job::Reporter,
    service::graph::Graph,
    session::{identity::Identity, permission::LeftOut},
    target::{self, Selection, Who},
};

/// What an operation wants done.
#[derive(Debug)]
pub(crate) struct Order {
    /// The cmdlet.
    pub(crate) operation: &'static str,
    pub(crate) who: Subjects,
    pub(crate) how: How,
    /// What is done to each of them, in order.
    pub(crate) steps: Steps,
    pub(crate) secret: Secret,
    /// What a person's outcomes amount to, if the caller wants to know.
    pub(crate) summary: Option<Summary>,
    /// The word by which the operation can do without a step.
    pub(crate) left_out: LeftOut,
}

impl Order {
    pub(crate) fn new(
        operation: impl Into<&'static str>,
        who: impl Into<Subjects>,
        how: How,
        steps: impl Into<Steps>,
    ) -> Self {
        Self {
            operation: operation.into(),
            who: who.into(),
            how,
            steps: steps.into(),
            secret: Secret::default(),
            summary: None,
            left_out: |_| None,
        }
    }

    /// What the journal must know of its run from the beginning.
    pub(super) fn new_run(&self, identity: &Identity, plan_digest: Option<String>) -> NewRun {
        NewRun {
            id: journal::new_id(),
            operation: self.operation.to_owned(),
            reason: self.how.reason.clone(),
            tenant_id: identity.tenant_id.clone(),
            tenant_name: identity.tenant_name.clone(),
            by: identity.account.clone(),
            by_id: identity.account_id.clone(),
            plan_digest,
            options: serde_json::to_value(&self.how).unwrap_or_default(),
        }
    }

    /// With passwords that the caller gives or wants to see.
    pub(crate) fn secret(self, secret: Secret) -> Self {
        Self { secret, ..self }
    }

    /// With steps that it can do without.
    pub(crate) fn left_out(self, left_out: LeftOut) -> Self {
        Self { left_out, ..self }
    }

    /// With a record of what each person's outcomes amount to.
    pub(crate) fn summary(self, summary: Summary) -> Self {
        Self { summary: Some(summary), ..self }
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

/// Whom an order is about.
#[derive(Debug)]
pub(crate) enum Subjects {
    /// People, who are selected first.
    People(Who),
    /// People who have been selected already.
    Selected(Selection),
    /// The tenant itself: nobody is selected, and there is nobody to be protected from it.
    Tenant,
}

impl From<Who> for Subjects {
    fn from(who: Who) -> Self {
        Self::People(who)
    }
}

impl From<Selection> for Subjects {
    fn from(selection: Selection) -> Self {
        Self::Selected(selection)
    }
}

impl Subjects {
    /// Whether everybody in the tenant was selected.
    pub(super) fn all(&self) -> bool {
        matches!(self, Self::People(who) if who.all)
    }

    /// The people; those who have been selected already can be had once.
    pub(super) async fn select(&mut self, graph: &Graph, reporter: &Reporter) -> Result<Selection> {
        match self {
            Self::People(who) => target::resolve(who, graph, reporter).boxed().await,
            Self::Selected(selection) => Ok(std::mem::take(selection)),
            Self::Tenant => Ok(Selection::default()),
        }
    }
}
