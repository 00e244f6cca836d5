//! From selectors to people: everybody once, in the order in which they are named.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use uuid::Uuid;

use super::{
    Missing, Selected,
    list::{List, Listed},
    look_up::{IN_FLIGHT, concerns_one, look_up, object_id},
    name::Name,
    table,
    who::Who,
};
use crate::{
    error::{Code, Error, Result},
    event::RECORDS_PER_EVENT,
    say,
    service::{
        graph::Graph,
        user::{self, Person},
    },
};

/// What a selector found.
#[derive(Debug)]
pub(crate) enum Found {
    Person(Selected),
    /// A name that is nobody's, or whose person could not be read.
    Missing(Missing),
}

/// Finds people through one job's Graph.
pub(super) struct Finder<'a> {
    graph: &'a Graph,
    who: &'a Who,
    enabled: Option<bool>,
    seen: HashSet<Uuid>,
}

impl<'a> Finder<'a> {
    /// `enabled`: only people whose sign-in is allowed (or blocked) are wanted; the service leaves the others out where
    /// that saves pages.
    pub(super) fn new(graph: &'a Graph, who: &'a Who, enabled: Option<bool>) -> Self {
        Self { graph, who, enabled, seen: HashSet::new() }
    }

    /// Finds everybody, some at a time; `take` says whether to go on.
    pub(super) async fn find(
        mut self,
        list: Vec<Listed>,
        mut take: impl AsyncFnMut(Vec<Found>) -> Result<bool>,
    ) -> Result<()> {
        let who = self.who;
        if who.all {
            let call = self.enabled.map_or_else(user::list, user::list_enabled);
            let graph = self.graph;
            return graph.pages(&call, async |page, _| take(self.new_ones(page, false)?).await).await;
        }
        if let Some(filter) = &who.filter {
            return self.filtered(filter, &mut take).await;
        }
        let named = who.users().map(Asked::singly).chain(list.into_iter().map(Asked::listed)).collect();
        if !self.named(named, &mut take).await? {
            return Ok(());
        }
        for group in who.groups() {
            if !self.members(group, &mut take).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Those of a page who were not found before.
    fn new_ones(&mut self, page: Vec<Person>, eventual: bool) -> Result<Vec<Found>> {
        let mut found = Vec::with_capacity(page.len());
        for person in page {
            if self.seen.insert(object_id(&person)?) {
                found.push(Found::Person(Selected { person, singly: false, line: None, eventual }));
            }
        }
        Ok(found)
    }

    async fn named(
        &mut self,
        named: Vec<Asked>,
        take: &mut impl AsyncFnMut(Vec<Found>) -> Result<bool>,
    ) -> Result<bool> {
        let graph = self.graph;
        let mut arriving = stream::iter(named)
            .map(async |asked: Asked| {
                let person = look_up(graph, &asked.name).await;
                (asked, person)
            })
            .buffered(IN_FLIGHT)
            .ready_chunks(RECORDS_PER_EVENT);
        while let Some(chunk) = arriving.next().await {
            let mut found = Vec::with_capacity(chunk.len());
            for (asked, person) in chunk {
                match person {
                    Ok(person) if self.seen.insert(object_id(&person)?) => {
                        found.push(Found::Person(asked.selected(person)));
                    }
                    Ok(_) => {}
                    Err(error) if concerns_one(&error) => found.push(Found::Missing(asked.missing(error))),
                    Err(error) => return Err(error),
                }
            }
            if !take(found).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn members(&mut self, key: &str, take: &mut impl AsyncFnMut(Vec<Found>) -> Result<bool>) -> Result<bool> {
        let graph = self.graph;
        let group = graph.group(key).await?;
        let mut bare = Vec::new();
        let mut go_on = true;
        graph
            .members(&group, async |page| {
                let (whole, without): (Vec<_>, Vec<_>) =
                    page.into_iter().partition(|person| !person.user_principal_name.is_empty());
                bare.extend(without.into_iter().map(|person| Asked::member(&person)));
                go_on = take(self.new_ones(whole, false)?).await?;
                Ok(go_on)
            })
            .await?;
        Ok(go_on && self.named(bare, take).await?)
    }

    async fn filtered(&mut self, filter: &str, take: &mut impl AsyncFnMut(Vec<Found>) -> Result<bool>) -> Result<()> {
        let graph = self.graph;
        for eventual in [false, true] {
            let call = user::list_filtered(filter, eventual);
            let read = graph.pages(&call, async |page, _| take(self.new_ones(page, eventual)?).await).await;
            match read {
                Err(error) if !eventual && error.facts().service_code.as_deref() == Some(NEEDS_INDEX) => {}
                Err(error) => return Err(filter_refused(error)),
                Ok(()) => return Ok(()),
            }
        }
        Ok(())
    }
}

/// What the service says of a filter that only its index understands: learn.microsoft.com/graph/aad-advanced-queries
const NEEDS_INDEX: &str = "Request_UnsupportedQuery";

/// A refused filter is the caller's to mend; any other error stays what it is.
fn filter_refused(error: Error) -> Error {
    if error.facts().http_status != Some(400) {
        return error;
    }
    let refused = error.facts();
    let sentence = say!("filter_refused", "the service does not accept the filter: {reason}", reason = error);
    Error::new(Code::Argument, sentence).on("filter").with(|facts| {
        facts.http_status = refused.http_status;
        facts.service_code.clone_from(&refused.service_code);
        facts.request_id.clone_from(&refused.request_id);
        facts.client_request_id.clone_from(&refused.client_request_id);
    })
}

/// A name to be looked up, and where it comes from.
struct Asked {
    name: Name,
    singly: bool,
    listed: Option<Listed>,
}

impl Asked {
    fn singly(name: Name) -> Self {
        Self { name, singly: true, listed: None }
    }

    fn listed(listed: Listed) -> Self {
        Self { name: listed.name.clone(), singly: false, listed: Some(listed) }
    }

    fn member(person: &Person) -> Self {
        Self { name: Name::new(&person.id), singly: false, listed: None }
    }

    fn line(&self) -> Option<u64> {
        self.listed.as_ref().map(|listed| listed.line)
    }

    fn selected(&self, person: Person) -> Selected {
        Selected { person, singly: self.singly, line: self.line(), eventual: false }
    }

    fn missing(self, error: Error) -> Missing {
        let line = self.line();
        let error = match &self.listed {
            Some(listed) if error.code() == Code::NotFound => listed.unknown(),
            Some(listed) => table::at(error, listed.line, Some(listed.column)),
            None => error,
        };
        Missing { name: self.name.text, line, error }
    }
}
