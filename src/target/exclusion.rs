//! People who are never touched.
//!
//! Fails closed: an exclusion that does not resolve stops everything, because whoever it was meant to spare would
//! otherwise be reached.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use uuid::Uuid;

use super::{
    look_up::{IN_FLIGHT, look_up},
    who::{Exclusion, Who},
};
use crate::{
    error::{Code, Error, Result},
    say,
    service::{
        graph::Graph,
        user::{self, Person},
    },
};

/// Everybody whom a request excludes.
#[derive(Debug, Default)]
pub(crate) struct Exclusions(HashSet<Uuid>);

impl Exclusions {
    /// Finds them.
    ///
    /// # Errors
    ///
    /// `exclusion_not_found`, naming every one that does not resolve.
    pub(crate) async fn resolve(who: &Who, graph: &Graph) -> Result<Self> {
        let found: Vec<(Exclusion, Result<Vec<Uuid>>)> = stream::iter(who.exclusions())
            .map(async |exclusion| {
                let people = people(&exclusion, graph).await;
                (exclusion, people)
            })
            .buffered(IN_FLIGHT)
            .collect()
            .await;
        let mut ids = HashSet::new();
        let mut unresolved = Vec::new();
        for (exclusion, found) in found {
            match found {
                Ok(found) => ids.extend(found),
                // What the directory says of a name, not what a service says of a request.
                Err(error)
                    if matches!(error.code(), Code::NotFound | Code::Ambiguous)
                        && error.facts().http_status.is_none() =>
                {
                    unresolved.push((exclusion, error));
                }
                Err(error) => return Err(error),
            }
        }
        if unresolved.is_empty() { Ok(Self(ids)) } else { Err(refusal(&unresolved)) }
    }

    /// Whether a person is spared.
    pub(crate) fn cover(&self, person: &Person) -> bool {
        // Whoever has no id cannot be told apart from those who are spared.
        person.object_id().map_or(true, |id| self.0.contains(&id))
    }
}

async fn people(exclusion: &Exclusion, graph: &Graph) -> Result<Vec<Uuid>> {
    match exclusion {
        Exclusion::Person(name) => Ok(vec![look_up(graph, name).await??.object_id()?]),
        Exclusion::Group(name) => {
            let group = graph.group(name).await?;
            graph.people_in(&group).await?.iter().map(|id| user::object_id(id)).collect()
        }
    }
}

/// Names every exclusion that does not resolve, with the advice for the first.
fn refusal(unresolved: &[(Exclusion, Error)]) -> Error {
    let names: Vec<String> = unresolved.iter().map(|(exclusion, _)| exclusion.to_string()).collect();
    let names = names.join(", ");
    let ambiguous = unresolved.iter().all(|(_, error)| error.code() == Code::Ambiguous);
    let sentence = if ambiguous {
        say!(
            "exclusion_ambiguous",
            "several groups have the name of an exclusion ({exclusion}); nothing was done",
            exclusion = names
        )
    } else {
        say!(
            "exclusion_unresolved",
            "an exclusion fits nobody in this tenant ({exclusion}); nothing was done",
            exclusion = names
        )
    };
    let refusal = Error::new(Code::ExclusionNotFound, sentence).on(names.as_str());
    match unresolved.first().map(|(_, error)| error.facts()) {
        Some(first) => refusal.with(|facts| {
            facts.advice.clone_from(&first.advice);
            facts.advice_id.clone_from(&first.advice_id);
            facts.advice_arguments.clone_from(&first.advice_arguments);
        }),
        None => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: Code) -> Error {
        Error::new(code, say!("x", "x")).advise(say!("y", "name the group by its id: {ids}", ids = "1, 2"))
    }

    #[test]
    fn every_unresolved_exclusion_is_named() {
        let refusal = refusal(&[
            (Exclusion::new("a@x"), error(Code::NotFound)),
            (Exclusion::new("group:Staff"), error(Code::Ambiguous)),
        ]);
        assert_eq!(refusal.code(), Code::ExclusionNotFound);
        assert_eq!(refusal.facts().target.as_deref(), Some("a@x, group:Staff"));
        assert!(refusal.to_string().contains("fits nobody in this tenant (a@x, group:Staff)"), "{refusal}");
    }

    #[test]
    fn an_ambiguous_group_keeps_its_advice() {
        let refusal = refusal(&[(Exclusion::new("group:Staff"), error(Code::Ambiguous))]);
        assert_eq!(refusal.facts().advice.as_deref(), Some("name the group by its id: 1, 2"));
        assert!(refusal.to_string().starts_with("several groups"), "{refusal}");
    }
}
