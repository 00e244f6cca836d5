//! Whether a plan may be carried out: first what the guard says of its size, then what the administrator says.

use std::collections::BTreeSet;

use super::{
    confirm::{self, Consent},
    guard::{Candidate, Guard, Scope},
    order::Subjects,
    prepared::Prepared,
};
use crate::{
    change::Subject,
    error::{Code, Error, Result},
    service::graph::Graph,
};

/// What came of asking.
pub(super) enum Approval {
    /// Go on, but leave these people alone (object ids).
    Without(BTreeSet<String>),
    /// The guard said no.
    Refused(Error),
    /// The administrator said no.
    Declined,
}

impl Prepared<'_> {
    /// Asks the guard, and then the administrator.
    pub(super) async fn approve(&self, guard: &Guard<'_>, graph: &Graph) -> Result<Approval> {
        let Self { order, ground, reporter, .. } = self;
        let touched = self.touched();
        match self.caps(guard, false, graph).await {
            // The one refusal that a number takes back: everybody, by an administrator who is there to answer.
            Err(error) if error.code() == Code::CapPercent && order.who.all() && order.how.confirm => {
                if !confirm::count(order.operation, touched.len(), &order.steps, reporter).await? {
                    return Ok(Approval::Refused(error));
                }
                return Ok(match self.caps(guard, true, graph).await {
                    Ok(()) => Approval::Without(BTreeSet::new()),
                    Err(error) => Approval::Refused(error),
                });
            }
            Err(error) => return Ok(Approval::Refused(error)),
            Ok(()) => {}
        }
        let consent = if let Subjects::Tenant = order.who {
            confirm::ask_about(&Subject::tenant(&ground.identity), order, reporter).await?
        } else {
            confirm::ask(order.operation, &touched, &order.steps, &order.how, reporter).await?
        };
        Ok(match consent {
            Consent::Without(declined) => Approval::Without(declined),
            Consent::No => Approval::Declined,
        })
    }

    /// Whether it touches no more people than it may; `counted` when the administrator has confirmed their very number.
    pub(super) async fn caps(&self, guard: &Guard<'_>, counted: bool, graph: &Graph) -> Result<()> {
        let scope = Scope { all: self.order.who.all(), counted, tenant_size: self.ground.selection.tenant_size };
        guard.caps(&self.touched(), &self.order.how, scope, graph).await
    }

    /// The people of the plan who are neither protected nor as wanted already.
    fn touched(&self) -> Vec<Candidate<'_>> {
        let mut candidates = self.ground.candidates();
        let left_alone = |id: &String| self.protected.contains_key(id) || self.settled.contains_key(id);
        candidates.retain(|candidate| !left_alone(&candidate.person.id));
        candidates
    }
}
