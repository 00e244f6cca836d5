//! From selectors to people: everybody once, in the order in which they are named.

use std::collections::HashSet;

use futures_util::{Stream, StreamExt, TryFutureExt, TryStreamExt, stream, stream::BoxStream};

use super::{
    Missing, Selected,
    list::Listed,
    look_up::{IN_FLIGHT, look_up},
    name::Name,
    table,
    who::Who,
};
use crate::{
    error::{Code, Error, Result},
    event::RECORDS_PER_EVENT,
    say,
    service::{
        graph::{Call, Graph},
        user::{self, Person},
    },
};

/// What a selector found.
#[derive(Debug)]
pub(crate) enum Found {
    Person(Selected),
    Missing(Missing),
}

impl Found {
    fn one_of_many(person: Person, eventual: bool) -> Self {
        Self::Person(Selected { person, singly: false, line: None, eventual })
    }
}

/// Finds everybody whom the selectors of `who` and a list name: everybody once, in the order in which they are named,
/// some at a time, each time only when more is asked for.
///
/// `enabled`: only people whose sign-in is allowed (or blocked) are wanted; the service leaves the others out where that
/// saves pages.
pub(super) fn find<'a>(
    who: &'a Who,
    list: Vec<Listed>,
    enabled: Option<bool>,
    graph: &'a Graph,
) -> impl Stream<Item = Result<Vec<Found>>> + Send + 'a {
    let mut seen = HashSet::new();
    let everybody = if who.all {
        pages(graph, enabled.map_or_else(user::list, user::list_enabled), false)
    } else if let Some(filter) = &who.filter {
        filtered(graph, filter)
    } else {
        let asked = who.users().map(Asked::singly).chain(list.into_iter().map(Asked::listed)).collect();
        let groups = stream::iter(who.groups()).flat_map(|group| members(graph, group));
        named(graph, asked).chain(groups).boxed()
    };
    everybody.map(move |some| {
        let mut new = Vec::new();
        for found in some? {
            let is_new = match &found {
                Found::Person(selected) => seen.insert(selected.person.object_id()?),
                Found::Missing(_) => true,
            };
            if is_new {
                new.push(found);
            }
        }
        Ok(new)
    })
}

/// Finds everybody on a list, line by line; somebody who is on two lines is found twice.
pub(super) fn listed(graph: &Graph, list: Vec<Listed>) -> FoundSome<'_> {
    named(graph, list.into_iter().map(Asked::listed).collect())
}

type FoundSome<'a> = BoxStream<'a, Result<Vec<Found>>>;

/// People by name, looked up side by side. Of those on unsound lines of a list only the missing ones are told.
fn named(graph: &Graph, asked: Vec<Asked>) -> FoundSome<'_> {
    let look_up = move |asked: Asked| async move {
        let person = look_up(graph, &asked.name).await?;
        Ok(asked.found(person))
    };
    let some = stream::iter(asked).map(look_up).buffered(IN_FLIGHT).ready_chunks(RECORDS_PER_EVENT);
    some.map(|some| some.into_iter().filter_map(Result::transpose).collect()).boxed()
}

/// People of a collection.
fn pages(graph: &Graph, call: Call, eventual: bool) -> FoundSome<'_> {
    let pages = graph.pages(call).stream();
    pages.map_ok(move |page| page.into_iter().map(|person| Found::one_of_many(person, eventual)).collect()).boxed()
}

/// People in a group. Those of whom the service shows only an id here are looked up.
fn members<'a>(graph: &'a Graph, name: &'a str) -> FoundSome<'a> {
    let pages = async move { graph.group(name).await.map(|group| graph.members(&group)) };
    pages
        .try_flatten_stream()
        .map_ok(move |page| {
            let (whole, bare): (Vec<_>, Vec<_>) =
                page.into_iter().partition(|person| !person.user_principal_name.is_empty());
            let whole = whole.into_iter().map(|person| Found::one_of_many(person, false)).collect();
            stream::iter([Ok(whole)]).chain(named(graph, bare.iter().map(Asked::member).collect()))
        })
        .try_flatten()
        .boxed()
}

/// People whom a filter selects: from a replica, or from the index where only that understands the filter.
fn filtered<'a>(graph: &'a Graph, filter: &'a str) -> FoundSome<'a> {
    let first = pages(graph, user::list_filtered(filter, false), false);
    let index = move |error: Error| {
        if error.facts().service_code.as_deref() == Some(NEEDS_INDEX) {
            pages(graph, user::list_filtered(filter, true), true)
        } else {
            stream::iter([Err(error)]).boxed()
        }
    };
    first
        .flat_map(move |some| match some {
            Ok(some) => stream::iter([Ok(some)]).boxed(),
            Err(error) => index(error),
        })
        .map_err(filter_refused)
        .boxed()
}

/// What the service says of a filter that only its index understands: learn.microsoft.com/graph/aad-advanced-queries
const NEEDS_INDEX: &str = "Request_UnsupportedQuery";

/// A refused filter is the caller's to mend; any other error stays what it is.
fn filter_refused(error: Error) -> Error {
    let refused = error.facts();
    if refused.http_status != Some(400) {
        return error;
    }
    let reason = refused.message_arguments.get("service_message").unwrap_or(&refused.message);
    let sentence = say!("filter_refused", "the service does not accept the filter: {reason}", reason = reason);
    Error::new(Code::Argument, sentence).on("filter").answered_as(&error)
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

    /// What became of it; nothing where somebody exists whose line cannot be used.
    fn found(self, person: Result<Person>) -> Option<Found> {
        let sound = self.listed.as_ref().is_none_or(|listed| listed.sound);
        let line = self.listed.as_ref().map(|listed| listed.line);
        let error = match person {
            Ok(person) => {
                let selected = Selected { person, singly: self.singly, line, eventual: false };
                return sound.then_some(Found::Person(selected));
            }
            Err(error) => error,
        };
        let error = match &self.listed {
            Some(listed) if error.code() == Code::NotFound => listed.unknown(),
            Some(listed) => table::at(error, listed.line, Some(listed.column)),
            None => error,
        };
        Some(Found::Missing(Missing { name: self.name.text, line, error }))
    }
}
