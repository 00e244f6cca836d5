//! Asking the administrator before people are touched.

use std::collections::BTreeSet;

use super::{Order, guard::Candidate, how::How, plan::Steps};
use crate::{change::Subject, error::Result, event::Ask, job::Reporter};

/// From more people than this on, one question stands for all.
const ONE_BY_ONE: usize = 20;

/// What the administrator wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Go on, but without these (object ids).
    Without(BTreeSet<String>),
    /// Do nothing.
    No,
}

impl Consent {
    pub(crate) const fn all() -> Self {
        Self::Without(BTreeSet::new())
    }
}

/// One question for each person who was named singly; one for the whole plan otherwise.
pub(crate) async fn ask(
    operation: &str,
    people: &[Candidate<'_>],
    steps: &Steps,
    how: &How,
    reporter: &Reporter,
) -> Result<Consent> {
    if !how.confirm || people.is_empty() {
        return Ok(Consent::all());
    }
    let question = |target: String, subject: Option<&str>, count: u64| Ask {
        ask: 0,
        question: "confirm",
        operation: operation.to_owned(),
        target,
        action: steps.actions(subject),
        count,
    };
    if people.len() <= ONE_BY_ONE && people.iter().all(|candidate| candidate.singly) {
        let mut declined = BTreeSet::new();
        for Candidate { person, .. } in people {
            let answer = reporter.ask(question(person.user_principal_name.clone(), Some(&person.id), 1)).await?;
            if answer.as_bool() != Some(true) {
                declined.insert(person.id.clone());
            }
        }
        return Ok(if declined.len() == people.len() { Consent::No } else { Consent::Without(declined) });
    }
    let count = u64::try_from(people.len()).unwrap_or(u64::MAX);
    let answer = reporter.ask(question(format!("{count} people"), None, count)).await?;
    Ok(if answer.as_bool() == Some(true) { Consent::all() } else { Consent::No })
}

/// One question about a subject that was not selected: the tenant itself.
pub(crate) async fn ask_about(subject: &Subject, order: &Order, reporter: &Reporter) -> Result<Consent> {
    if !order.how.confirm {
        return Ok(Consent::all());
    }
    let answer = reporter
        .ask(Ask {
            ask: 0,
            question: "confirm",
            operation: order.operation.to_owned(),
            target: subject.user.clone(),
            action: order.steps.actions(None),
            count: 1,
        })
        .await?;
    Ok(if answer.as_bool() == Some(true) { Consent::all() } else { Consent::No })
}

/// Asks for the number of people who would be touched; whether the answer names it.
pub(crate) async fn count(operation: &str, people: usize, steps: &Steps, reporter: &Reporter) -> Result<bool> {
    let count = u64::try_from(people).unwrap_or(u64::MAX);
    let answer = reporter
        .ask(Ask {
            ask: 0,
            question: "count",
            operation: operation.to_owned(),
            target: format!("{count} people"),
            action: steps.actions(None),
            count,
        })
        .await?;
    Ok(answer.as_u64() == Some(count) || answer.as_str().is_some_and(|text| text.trim().parse() == Ok(count)))
}
