//! `$search`: quoted clauses of property and words, joined by `AND` and `OR`.
//!
//! learn.microsoft.com/graph/search-query-parameter. Names are searched word by word, everything else by its beginning.

use super::{
    failure::Failure,
    filter::begins,
    property::{Field, Moment, Property, Resource, find},
};

/// A search of a resource: one of these groups must hold, whole.
pub(super) struct Search<R: Resource> {
    groups: Vec<Vec<Clause<R>>>,
}

struct Clause<R: Resource> {
    property: &'static Property<R>,
    /// Words in lower case, each of which must begin a word of the value; for other properties the one beginning.
    words: Vec<String>,
}

impl<R: Resource> Search<R> {
    /// Reads a search over the properties in `searchable`.
    pub(super) fn new(text: &str, searchable: &[&str]) -> Result<Self, Failure> {
        let error = || Failure::bad(format!("Syntax error: the search clause '{text}' is not valid."));
        let mut groups = Vec::new();
        let mut group = Vec::new();
        let mut rest = text.trim();
        loop {
            let (clause, after) = quoted(rest).ok_or_else(error)?;
            group.push(Clause::new(&clause, searchable).ok_or_else(error)?);
            rest = after.trim_start();
            if rest.is_empty() {
                break;
            } else if let Some(after) = rest.strip_prefix("AND ") {
                rest = after.trim_start();
            } else if let Some(after) = rest.strip_prefix("OR ") {
                groups.push(std::mem::take(&mut group));
                rest = after.trim_start();
            } else {
                return Err(error());
            }
        }
        groups.push(group);
        Ok(Self { groups })
    }

    pub(super) fn finds(&self, object: &R::Object, at: Moment) -> bool {
        self.groups.iter().any(|group| group.iter().all(|clause| clause.finds(object, at)))
    }

    /// Properties that it looks at.
    pub(super) fn properties(&self) -> impl Iterator<Item = &'static str> {
        self.groups.iter().flatten().map(|clause| clause.property.name)
    }
}

/// The text between quotes, with `\"` for a quote, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut characters = text.strip_prefix('"')?.chars();
    loop {
        match characters.next()? {
            '"' => return Some((inner, characters.as_str())),
            '\\' => inner.push(characters.next()?),
            other => inner.push(other),
        }
    }
}

impl<R: Resource> Clause<R> {
    fn new(clause: &str, searchable: &[&str]) -> Option<Self> {
        let (name, value) = clause.split_once(':')?;
        let property = find::<R>(name.trim()).ok()?;
        let value = value.trim().to_lowercase();
        if !searchable.contains(&property.name) || value.is_empty() {
            return None;
        }
        let words =
            if property.name == "displayName" { words(&value).map(str::to_owned).collect() } else { vec![value] };
        Some(Self { property, words })
    }

    fn finds(&self, object: &R::Object, at: Moment) -> bool {
        let Field::Text(value) = (self.property.read)(object, at) else { return false };
        if self.property.name == "displayName" {
            self.words.iter().all(|wanted| words(value).any(|word| begins(word, wanted)))
        } else {
            self.words.iter().all(|wanted| begins(value, wanted))
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}
