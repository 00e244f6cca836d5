//! What must be known before the first write: who we are, who is selected, who is an administrator, who is never touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tokio::time::Instant;

use super::{
    guard::{self, Candidate},
    order::{Order, Subjects},
};
use crate::{
    change::{Subject, Wanted},
    error::{Code, Error, Result},
    event::Level,
    job::Reporter,
    say,
    service::{directory::RoleHolders, graph::Graph, identity},
    session::identity::Identity,
    target::Selection,
};

/// What is known before the first write.
pub(super) struct Ground {
    pub(super) identity: Arc<Identity>,
    pub(super) holders: RoleHolders,
    pub(super) emergency: BTreeSet<String>,
    pub(super) selection: Selection,
    pub(super) seen_at: Instant,
}

impl Ground {
    /// The people who were selected, as the guard sees them.
    pub(super) fn candidates(&self) -> Vec<Candidate<'_>> {
        let people = self.selection.people.iter();
        people.map(|selected| Candidate { person: &selected.person, singly: selected.singly }).collect()
    }

    /// Whom the plan of an order is about, each with whether it must not be touched.
    pub(super) fn subjects(&self, who: &Subjects, protected: &BTreeMap<String, Error>) -> Vec<(Subject, bool)> {
        match who {
            Subjects::Tenant => vec![(Subject::tenant(&self.identity), false)],
            Subjects::People(_) | Subjects::Selected(_) => {
                let people = self.selection.people.iter().map(|selected| &selected.person);
                people.map(|person| (Subject::from(person), protected.contains_key(&person.id))).collect()
            }
        }
    }
}

/// Everything that must be known before the first write, read side by side.
pub(super) async fn survey(order: &mut Order, graph: &Graph, reporter: &Reporter) -> Result<Ground> {
    let settings = graph.session().settings()?;
    let emergency_accounts: &[String] = match order.who {
        Subjects::People(_) | Subjects::Selected(_) => &settings.emergency_account,
        Subjects::Tenant => &[],
    };
    let (identity, selection, holders, emergency) = tokio::join!(
        identity::identity(graph),
        order.who.select(graph, reporter),
        graph.role_holders(),
        guard::emergency_accounts(emergency_accounts, graph),
    );
    let identity = identity?;
    // What is missing for the operation itself is said before what its preparations stumbled over.
    identity::require(graph.session(), &identity, order.operation, &order.steps.acts(), order.left_out).await?;
    let selection = selection?;
    let emergency = emergency?;
    let holders = match holders {
        Ok(holders) => holders,
        Err(error) if error.code() != Code::Forbidden => return Err(error),
        // Giving access back endangers nobody; taking it away without knowing who is an administrator might.
        Err(_) if !order.steps.every().any(Wanted::takes_access) => RoleHolders::default(),
        Err(error) => {
            return Err(error
                .advise(say!(
                    "grant_role_reading",
                    "grant RoleManagement.Read.Directory: without it nobody can tell who the administrators are, and nothing is done"
                ))
                .with(|facts| facts.missing_permission = Some("RoleManagement.Read.Directory".to_owned())));
        }
    };
    if let Some(error) = &holders.eligible_unread {
        let sentence = say!(
            "eligible_unread",
            "who is eligible for an administrator role could not be read, so such people are not recognised as administrators: {why}",
            why = error
        )
        .quoting("why", error);
        reporter.note(Level::Warning, sentence).await;
    }
    Ok(Ground { identity, holders, emergency, selection, seen_at: Instant::now() })
}
