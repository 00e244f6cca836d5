//! `New-M365MfaTemplate`: a list for `Import-M365Mfa`, filled with people and their states of today, or a small sample.
//!
//! The list is meant for spreadsheets: it says that it is UTF-8, and nothing in it can be taken for a formula.

use std::{
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};

use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::{done, request::Request};
use crate::{
    error::{Code, Error, Result},
    event::End,
    job::Reporter,
    say,
    service::{
        graph::Graph,
        mfa::{MfaState, MfaStates},
        user::Person,
    },
    session::Connected,
    target::{self, Exclusions, Found, Who},
};

/// As `Import-M365Mfa` and the old portal have it.
const HEADING: [&str; 2] = ["Username", "MFA Status"];
/// A sample of every word; the people are nobody's.
const SAMPLE: [(&str, MfaState); 3] = [
    ("first.user@contoso.com", MfaState::Enabled),
    ("second.user@contoso.com", MfaState::Enforced),
    ("third.user@contoso.com", MfaState::Disabled),
];

/// Here `path` is what is written, not a selector.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    /// The file to be written.
    path: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Own {
    /// Write a small sample.
    sample: bool,
}

/// One `MfaTemplate` record.
#[derive(Debug, Serialize)]
struct Record {
    path: PathBuf,
    people: usize,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let Place { path } = request.take()?;
    let who: Who = request.take()?;
    let Own { sample } = request.rest()?;
    let path = path.filter(|path| !path.as_os_str().is_empty()).ok_or_else(|| {
        Error::new(Code::Argument, say!("template_path_missing", "path is missing: no file to be written is named"))
            .on("path")
    })?;
    let mut list = List::new()?;
    let mut exit_code = 0;
    if sample {
        if who.selects() {
            let sentence = say!("sample_selects", "a sample has nobody in it: give either sample or people");
            return Err(Error::new(Code::Argument, sentence).on("sample"));
        }
        SAMPLE.iter().try_for_each(|(name, state)| list.add(name, *state))?;
    } else {
        let missing = fill(&mut list, &who, session, reporter).await?;
        exit_code = u8::from(missing > 0);
    }
    reporter.check()?;
    let people = list.save(&path).await?;
    reporter.records("MfaTemplate", &[Record { path, people }]).await?;
    Ok(End { exit_code, ..done() })
}

/// Fills a list; gives how many could not be.
async fn fill(list: &mut List, who: &Who, session: &Arc<Connected>, reporter: &Reporter) -> Result<usize> {
    who.check()?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let exclusions = Exclusions::resolve(who, &graph).await?;
    let states = MfaStates::of(&graph, who.all).await?;
    let (mut missing, mut excluded) = (0, 0);
    let mut found = pin!(target::stream(who, None, &graph, reporter).await?);
    while let Some(some) = found.try_next().await? {
        let mut people = Vec::with_capacity(some.len());
        for found in some {
            match found {
                Found::Missing(name) => {
                    missing += 1;
                    reporter.error(&name.error).await;
                }
                Found::Person(selected) if exclusions.cover(&selected.person) => excluded += 1,
                Found::Person(selected) => people.push(selected.person),
            }
        }
        let mut read = states.of_people(&graph, &people);
        for person in &people {
            // A list with somebody's state left out would be taken for the whole.
            let state = read.next().await.unwrap_or_else(|| Err(Error::internal("a state that nobody read")))?;
            list.add(address(person), state)?;
        }
    }
    target::say_whom(list.people, missing, excluded, reporter).await;
    Ok(missing)
}

/// By what a person is named: the user principal name, unless a spreadsheet would take it for a formula.
fn address(person: &Person) -> &str {
    if person.user_principal_name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        &person.id
    } else {
        &person.user_principal_name
    }
}

/// The text of a list.
struct List {
    writer: csv::Writer<Vec<u8>>,
    people: usize,
}

impl List {
    fn new() -> Result<Self> {
        // The mark tells a spreadsheet that what follows is UTF-8.
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".into());
        let mut list = Self { writer, people: 0 };
        list.line(&HEADING)?;
        Ok(list)
    }

    fn add(&mut self, name: &str, state: MfaState) -> Result<()> {
        self.people += 1;
        self.line(&[name, state.as_str()])
    }

    fn line(&mut self, cells: &[&str; 2]) -> Result<()> {
        self.writer.write_record(cells).map_err(Error::internal)
    }

    /// Writes the list to a file; gives how many people are on it.
    async fn save(self, path: &Path) -> Result<usize> {
        let text = self.writer.into_inner().map_err(Error::internal)?;
        let owned = path.to_owned();
        let writing = tokio::task::spawn_blocking(move || std::fs::write(owned, text));
        writing.await.map_err(Error::internal)?.map_err(|error| {
            let file = path.display().to_string();
            let sentence = say!("file_unwritable", "{file} cannot be written: {why}", file = file, why = error);
            Error::new(Code::File, sentence).on(file)
        })?;
        Ok(self.people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_on_a_list_is_a_formula() {
        let named =
            |name: &str| Person { id: "1".to_owned(), user_principal_name: name.to_owned(), ..Person::default() };
        for name in ["-anna@x", "=cmd@x", "+1@x", "@x"] {
            assert_eq!(address(&named(name)), "1");
        }
        assert_eq!(address(&named("d'arc@x")), "d'arc@x");
    }

    #[test]
    fn a_list_is_quoted_where_it_must_be_and_says_that_it_is_utf8() {
        let mut list = List::new().unwrap();
        list.add("jos\u{e9},\"x\"@y", MfaState::Enforced).unwrap();
        let text = String::from_utf8(list.writer.into_inner().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}Username,MFA Status\r\n\"jos\u{e9},\"\"x\"\"@y\",Enforced\r\n");
    }
}
