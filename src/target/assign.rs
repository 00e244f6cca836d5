//! A list that says of each person what is wanted of them.
//!
//! Checked as a whole before anything is done with it: what cannot be read, people who do not exist, and people of whom
//! two lines want different things. Two lines that agree are one. Who somebody is, only the directory can say: one line
//! may have the name and the other the id.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt::Display,
};

use futures_util::TryStreamExt;

use super::{
    Exclusions, Missing, Selected, Selection, before,
    list::{self, Column, Sheet},
    progress, say_whom,
    select::{self, Found},
    table,
    who::Who,
};
use crate::{
    error::{Code, Error, Result},
    job::Reporter,
    say,
    service::graph::Graph,
};

/// People, and what is wanted of each.
#[derive(Debug)]
pub(crate) struct Assigned<T> {
    pub(crate) selection: Selection,
    /// By object id, for everybody in the selection.
    pub(crate) wanted: BTreeMap<String, T>,
}

/// Reads the list of `who`, which must have a column `wanted`, and finds everybody on it.
///
/// # Errors
///
/// `exclusion_not_found`, before anything else. `faulty_list`, after every fault has been reported with its line and
/// column, if there is any and `skipFaulty` is not given; with it, the people concerned are missing. `argument` where the
/// request selects people in another way.
pub(crate) async fn assign<T: Copy + PartialEq + Display + Send>(
    who: &Who,
    wanted: &Column<T>,
    graph: &Graph,
    reporter: &Reporter,
) -> Result<Assigned<T>> {
    let path = who.list_only()?;
    let read = async {
        let sheet = match Sheet::read(path, wanted).await {
            Ok(sheet) => sheet,
            Err(faults) => return Err(list::refuse(path, faults, false, reporter).await),
        };
        let total = u64::try_from(sheet.list.people.len()).ok();
        let mut found = Vec::with_capacity(sheet.list.people.len());
        let mut looked_up = select::listed(graph, sheet.list.people);
        while let Some(some) = looked_up.try_next().await? {
            reporter.check()?;
            found.extend(some);
            reporter.progress(progress(u64::try_from(found.len()).unwrap_or(0), total)).await;
        }
        drop(looked_up);
        let faults = sheet.list.faults.into_iter().map(|fault| Missing::line(path, fault)).collect();
        Ok((found, Lines { values: sheet.values, column: sheet.column, people: BTreeMap::new(), faults }))
    };
    let (exclusions, read) = before(Exclusions::resolve(who, graph), read).await?;
    let (found, mut lines) = read?;
    for found in found {
        match found {
            Found::Missing(missing) => lines.faults.push(missing),
            Found::Person(selected) => lines.add(selected),
        }
    }
    let Lines { people, faults, .. } = lines;
    if !faults.is_empty() && !who.skip_faulty {
        let faults = faults.into_iter().map(|missing| missing.error).collect();
        return Err(list::refuse(path, faults, true, reporter).await);
    }
    let mut by_id = BTreeMap::new();
    let mut listed = Vec::with_capacity(people.len());
    for (selected, value) in people.into_values() {
        if let Some(value) = value {
            by_id.insert(selected.person.id.clone(), value);
            listed.push(selected);
        }
    }
    listed.sort_by_key(|selected| selected.line);
    let selection = Selection { people: listed, missing: faults, excluded: 0, tenant_size: None }.without(&exclusions);
    let wanted = selection.people.iter().filter_map(|selected| by_id.remove_entry(&selected.person.id)).collect();
    say_whom(selection.people.len(), selection.missing.len(), selection.excluded, reporter).await;
    Ok(Assigned { selection, wanted })
}

/// What the lines of a list come to.
struct Lines<T> {
    /// What each line wants.
    values: BTreeMap<u64, T>,
    /// Where it says so, from 0.
    column: usize,
    /// Everybody once, by object id; without a value for whom two lines want different things.
    people: BTreeMap<String, (Selected, Option<T>)>,
    faults: Vec<Missing>,
}

impl<T: Copy + PartialEq + Display> Lines<T> {
    fn add(&mut self, selected: Selected) {
        let value = |line: Option<u64>| line.and_then(|line| self.values.get(&line)).copied();
        let Some(new) = value(selected.line) else { return };
        match self.people.entry(selected.person.id.clone()) {
            Entry::Vacant(place) => {
                place.insert((selected, Some(new)));
            }
            Entry::Occupied(mut known) => {
                let (first, wanted) = known.get_mut();
                if let (Some(line), Some(first_line), Some(old)) = (selected.line, first.line, value(first.line))
                    && old != new
                {
                    let user = selected.person.user_principal_name;
                    let sentence = say!(
                        "list_contradiction",
                        "line {line}: {user} is to be {wanted} here and {other} on line {first}",
                        line = line,
                        user = user,
                        wanted = new,
                        other = old,
                        first = first_line
                    );
                    let error = table::fault(line, Some(self.column), sentence)
                        .on(user.as_str())
                        .advise(say!("remove_line", "remove one of the two lines"));
                    self.faults.push(Missing { name: user, line: Some(line), error });
                    *wanted = None;
                }
            }
        }
    }
}

impl Who {
    /// The list, where it is the only selector.
    fn list_only(&self) -> Result<&std::path::Path> {
        let other = [
            ("user", self.user.is_some()),
            ("group", self.group.is_some()),
            ("filter", self.filter.is_some()),
            ("all", self.all),
        ];
        if let Some((field, _)) = other.into_iter().find(|(_, given)| *given) {
            let sentence = say!("list_stands_alone", "{field} cannot be given here: the list says who", field = field);
            return Err(Error::new(Code::Argument, sentence).on(field));
        }
        match &self.path {
            Some(path) => self.check().map(|()| path.as_path()),
            None => {
                Err(Error::new(Code::Argument, say!("list_missing", "path is missing: no list is given")).on("path"))
            }
        }
    }
}
