//! Who: selectors, lists, exclusions; resolved subjects.
//!
//! A request names people; everything after this room deals with immutable object ids. Nobody is left out silently:
//! whoever is named and cannot be found is [`Missing`], whoever is spared is counted, and an exclusion or a list that is
//! not understood stops the operation before it has begun.

mod assign;
mod exclusion;
mod list;
mod look_up;
mod name;
mod select;
mod table;
#[cfg(test)]
mod tests;
mod who;

use std::{collections::HashSet, path::Path, pin::pin};

pub(crate) use assign::{Assigned, assign};
pub(crate) use exclusion::Exclusions;
use futures_util::{
    Stream, StreamExt, TryStreamExt,
    future::{Either, select as select_first},
    stream,
};
pub(crate) use list::Column;
pub(crate) use select::Found;
pub(crate) use who::Who;

use crate::{
    error::{Error, Result},
    event::{Counts, Level, Progress},
    job::Reporter,
    say,
    service::{graph::Graph, user::Person},
};
use list::List;
use name::Name;

/// Whom a request is about.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Everybody once, in the order in which they were named.
    pub(crate) people: Vec<Selected>,
    /// Names that are nobody's.
    pub(crate) missing: Vec<Missing>,
    /// People who were selected and are spared by an exclusion.
    pub(crate) excluded: usize,
    /// People in the tenant, where the selection shows it.
    pub(crate) tenant_size: Option<u64>,
}

/// Somebody who was selected.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selected {
    pub(crate) person: Person,
    /// Named one by one, not as one of many.
    pub(crate) singly: bool,
    /// Line in the list that named this person.
    pub(crate) line: Option<u64>,
    /// Read from the index that may lag behind writes: good for selecting, not for deciding that nothing is to be done.
    pub(crate) eventual: bool,
}

/// A name that is nobody's, or whose person could not be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Missing {
    /// As it was written.
    pub(crate) name: String,
    /// Line in the list.
    pub(crate) line: Option<u64>,
    pub(crate) error: Error,
}

/// Finds out whom a request is about. Nothing is written to the service.
///
/// # Errors
///
/// `exclusion_not_found`, before anything else, if an exclusion does not resolve. `faulty_list` if a list has faults or
/// unknown people and `skipFaulty` is not given; each fault is reported before. `argument` for selectors that say
/// nobody or contradict each other, and for a filter that the service does not accept. `not_found` or `ambiguous` for a
/// group.
pub(crate) async fn resolve(who: &Who, graph: &Graph, reporter: &Reporter) -> Result<Selection> {
    who.check()?;
    let (exclusions, gathered) = before(Exclusions::resolve(who, graph), gather(who, graph, reporter)).await?;
    let (people, missing) = gathered?;
    if let Some(path) = &who.path
        && !who.skip_faulty
        && missing.iter().any(|missing| missing.line.is_some())
    {
        let faults =
            missing.into_iter().filter(|missing| missing.line.is_some()).map(|missing| missing.error).collect();
        return Err(list::refuse(path, faults, true, reporter).await);
    }
    // Who is excluded belongs to the tenant as well.
    let tenant_size = if who.all { u64::try_from(people.len()).ok() } else { None };
    if let Some(size) = tenant_size {
        graph.session().budgets().set_tenant_size(size);
    }
    let selection = Selection { people, missing, excluded: 0, tenant_size }.without(&exclusions);
    say_whom(selection.people.len(), selection.missing.len(), selection.excluded, reporter).await;
    Ok(selection)
}

impl Selection {
    /// Neither people nor names that are nobody's.
    pub(crate) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.missing.is_empty()
    }

    /// Without those who are spared; each faulty line, and each name that is nobody's, once.
    fn without(mut self, exclusions: &Exclusions) -> Self {
        let selected = self.people.len();
        self.people.retain(|selected| !exclusions.cover(&selected.person));
        self.excluded += selected - self.people.len();
        self.missing = once(self.missing);
        self
    }
}

/// Each line once, with all that is wrong with it, and each name once, in the order of lines and columns.
fn once(mut missing: Vec<Missing>) -> Vec<Missing> {
    missing.sort_by_key(|missing| (missing.line, missing.error.facts().column));
    let mut lines: Vec<Missing> = Vec::with_capacity(missing.len());
    for missing in missing {
        match lines.last_mut() {
            Some(same) if same.line.is_some() && same.line == missing.line => same.add(missing),
            _ => lines.push(missing),
        }
    }
    let mut named = HashSet::new();
    lines.retain(|missing| named.insert(missing.name.to_ascii_lowercase()));
    lines
}

/// Finds whom a request is about, some at a time and only when more is asked for; nobody is left out, neither who is
/// excluded nor who is missing. `enabled`: the caller wants only people whose sign-in is allowed (or blocked), and looks
/// at what comes itself.
///
/// # Errors
///
/// As for [`resolve`], but for unknown people on a list, who are [`Found::Missing`] like all others.
pub(crate) async fn stream<'a>(
    who: &'a Who,
    enabled: Option<bool>,
    graph: &'a Graph,
    reporter: &'a Reporter,
) -> Result<impl Stream<Item = Result<Vec<Found>>> + Send + 'a> {
    who.check()?;
    let (mut listed, mut faults) = (Vec::new(), Vec::new());
    if let Some(path) = &who.path {
        match List::read(path).await {
            Ok(list) => {
                listed = list.people;
                faults.extend(list.faults.into_iter().map(|fault| Found::Missing(Missing::line(path, fault))));
            }
            Err(faults) => return Err(list::refuse(path, faults, false, reporter).await),
        }
    }
    let total = who.named(listed.len());
    let mut completed = 0;
    let found = select::find(who, listed, enabled, graph).and_then(move |some| {
        completed += u64::try_from(some.len()).unwrap_or(0);
        async move {
            reporter.check()?;
            reporter.progress(progress(completed, total)).await;
            Ok(some)
        }
    });
    Ok(stream::iter([Ok(faults)]).chain(found))
}

/// Says of a selection what its records will not show: whom an exclusion spares, and that there is nobody.
pub(crate) async fn say_whom(people: usize, missing: usize, excluded: usize, reporter: &Reporter) {
    if excluded > 0 {
        let sentence = say!("people_excluded", "selected, but excluded and left alone: {count}", count = excluded);
        reporter.note(Level::Information, sentence).await;
    } else if people + missing == 0 {
        reporter.note(Level::Information, say!("nobody_found", "the selection matches nobody")).await;
    }
}

/// The person whom one name means. The outer error would befall every name; the inner one is about this one, for example
/// `not_found`.
pub(crate) async fn look_up(graph: &Graph, name: &str) -> Result<Result<Person>> {
    look_up::look_up(graph, &Name::new(name)).await
}

/// Waits for both, unless the first fails: then nothing else matters, neither the answer of the second nor its error.
pub(crate) async fn before<F, T>(
    first: impl Future<Output = Result<F>>,
    second: impl Future<Output = T>,
) -> Result<(F, T)> {
    match select_first(pin!(first), pin!(second)).await {
        Either::Left((first, second)) => Ok((first?, second.await)),
        Either::Right((second, first)) => Ok((first.await?, second)),
    }
}

async fn gather(who: &Who, graph: &Graph, reporter: &Reporter) -> Result<(Vec<Selected>, Vec<Missing>)> {
    let mut found = pin!(stream(who, None, graph, reporter).await?);
    let (mut people, mut missing) = (Vec::new(), Vec::new());
    while let Some(some) = found.try_next().await? {
        for found in some {
            match found {
                Found::Person(selected) => people.push(selected),
                Found::Missing(name) => missing.push(name),
            }
        }
    }
    Ok((people, missing))
}

fn progress(completed: u64, total: Option<u64>) -> Progress {
    Progress { activity: "resolve", completed, total, counts: Counts::default(), seconds_remaining: None, status: None }
}

impl Missing {
    /// A line of a list that names nobody.
    fn line(path: &Path, fault: Error) -> Self {
        let line = fault.facts().line;
        let place = line.map_or_else(String::new, |line| format!(":{line}"));
        Self { name: format!("{}{place}", path.display()), line, error: fault }
    }

    /// Takes a further fault of the same line in. A person's name says more than the line's does.
    fn add(&mut self, further: Self) {
        if further.error.facts().target.as_ref() == Some(&further.name) {
            self.name = further.name;
        }
        let both = say!("list_further_fault", "{first}; {second}", first = self.error, second = further.error)
            .quoting("first", &self.error)
            .quoting("second", &further.error);
        self.error = self.error.clone().saying(both);
    }
}
