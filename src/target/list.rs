//! A list of people in a file: who is on it, and on which line.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

use super::{
    name::Name,
    table::{self, Table},
};
use crate::{
    error::{Code, Error, Result},
    job::Reporter,
    say,
};

/// Headings of the column that names people. The first line of them that a file has counts: an `Id` beside a
/// `Username` may be a number of personnel.
const COLUMNS: [&[&str]; 3] = [&["Username", "UserPrincipalName"], &["Id"], &["User"]];
/// Those that are offered to whoever has none of them.
const OFFERED: [&str; 3] = ["Username", "UserPrincipalName", "Id"];

/// Larger than a list of everybody in the largest tenant.
const LARGEST: u64 = 256 << 20;

/// People on a list.
#[derive(Debug, Default)]
pub(super) struct List {
    /// Everybody who is named, on faulty lines too: whether they exist is a question of its own.
    pub(super) people: Vec<Listed>,
    /// What is wrong with lines.
    pub(super) faults: Vec<Error>,
}

/// A column that says of each person what is wanted.
#[derive(Debug)]
pub(crate) struct Column<T> {
    /// Its heading, in the spellings that are found; the first is the one to be recommended.
    pub(crate) names: &'static [&'static str],
    /// The words that it may hold, for people.
    pub(crate) words: &'static str,
    pub(crate) read: fn(&str) -> Option<T>,
}

/// A list with such a column.
#[derive(Debug)]
pub(super) struct Sheet<T> {
    /// Everybody on it, also those of whom the column says nothing.
    pub(super) list: List,
    /// What the column says, by line.
    pub(super) values: BTreeMap<u64, T>,
    /// Where it is, from 0.
    pub(super) column: usize,
}

/// Somebody on a list.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) name: Name,
    pub(super) line: u64,
    /// Counted from 0.
    pub(super) column: usize,
    /// Whether the line can be used. Where it cannot, the person is only looked up for the faults to be complete.
    pub(super) sound: bool,
}

impl Listed {
    /// Nobody has the name on this line.
    pub(super) fn unknown(&self) -> Error {
        let error = Error::new(
            Code::NotFound,
            say!(
                "listed_user_unknown",
                "line {line}, column {column}: there is no person '{user}' in this tenant",
                line = self.line,
                column = table::number(self.column),
                user = self.name.text
            ),
        )
        .on(self.name.text.as_str())
        .advise(self.name.advice());
        table::at(error, self.line, Some(self.column))
    }
}

impl List {
    /// Takes a list apart; the error is every reason why it cannot be understood as a whole.
    fn understand(bytes: &[u8], file: &str) -> Result<Self, Vec<Error>> {
        let table = Table::read(bytes, file, &OFFERED)?;
        let column = name_column(&table).map_err(|fault| vec![fault])?;
        Ok(Self::of(&table, column, file))
    }

    /// The people in one column of a table.
    fn of(table: &Table, column: usize, file: &str) -> Self {
        let mut list = Self { people: Vec::with_capacity(table.rows.len()), faults: table.faults.clone() };
        for row in &table.rows {
            let name = Name::new(row.cell(column));
            if name.text.is_empty() {
                let sentence = say!(
                    "list_nobody",
                    "line {line} names nobody: column {column} ({heading}) is empty",
                    line = row.line,
                    column = table::number(column),
                    heading = table.heading(column)
                );
                list.faults.push(table::fault(row.line, Some(column), sentence).on(file));
            } else {
                list.people.push(Listed { name, line: row.line, column, sound: row.sound });
            }
        }
        list
    }

    /// Reads a list from a file.
    pub(super) async fn read(path: &Path) -> Result<Self, Vec<Error>> {
        Self::understand(&content(path).await?, &path.display().to_string())
    }
}

impl<T> Sheet<T> {
    /// Takes a list apart; the error is every reason why it cannot be understood as a whole.
    fn understand(bytes: &[u8], file: &str, wanted: &Column<T>) -> Result<Self, Vec<Error>> {
        let table = Table::read(bytes, file, &OFFERED)?;
        let second = table.column(wanted.names).and_then(|found| {
            // Every spelling is understood; one is enough to be offered.
            found.ok_or_else(|| table.without(wanted.names.get(..1).unwrap_or_default()))
        });
        let (first, second) = match (name_column(&table), second) {
            (Ok(first), Ok(second)) => (first, second),
            (first, second) => {
                return Err(first.err().into_iter().chain(second.err()).chain(table.faults).collect());
            }
        };
        let mut list = List::of(&table, first, file);
        let mut values = BTreeMap::new();
        for row in &table.rows {
            let word = row.cell(second);
            if let Some(value) = (wanted.read)(word) {
                values.insert(row.line, value);
                continue;
            }
            let (line, column) = (row.line, table::number(second));
            let sentence = if word.is_empty() {
                say!(
                    "list_word_missing",
                    "line {line}, column {column} ({heading}) is empty; it has to be one of: {words}",
                    line = line,
                    column = column,
                    heading = table.heading(second),
                    words = wanted.words
                )
            } else {
                say!(
                    "list_word_unknown",
                    "line {line}, column {column} ({heading}): '{word}' is not known; it has to be one of: {words}",
                    line = line,
                    column = column,
                    heading = table.heading(second),
                    word = word,
                    words = wanted.words
                )
            };
            list.faults.push(table::fault(line, Some(second), sentence).on(file));
        }
        Ok(Self { list, values, column: second })
    }

    /// Reads one from a file.
    pub(super) async fn read(path: &Path, wanted: &Column<T>) -> Result<Self, Vec<Error>> {
        Self::understand(&content(path).await?, &path.display().to_string(), wanted)
    }
}

async fn content(path: &Path) -> Result<Vec<u8>, Vec<Error>> {
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || read_file(&path)).await;
    reading.map_err(|error| vec![Error::internal(error)])?.map_err(|error| vec![error])
}

fn name_column(table: &Table) -> Result<usize> {
    for names in COLUMNS {
        if let Some(column) = table.column(names)? {
            return Ok(column);
        }
    }
    Err(table.without(&OFFERED))
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    File::open(path).and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(|error| {
        Error::new(Code::File, say!("file_unread", "{file} cannot be read: {why}", file = file, why = error))
            .on(file.as_str())
    })?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST) {
        Ok(bytes)
    } else {
        let megabytes = LARGEST >> 20;
        let sentence = say!("file_large", "{file} has more than {megabytes} MB", file = file, megabytes = megabytes);
        Err(Error::new(Code::File, sentence).on(file))
    }
}

/// Reports every fault of a list, and gives the error that ends the operation.
pub(super) async fn refuse(path: &Path, mut faults: Vec<Error>, skippable: bool, reporter: &Reporter) -> Error {
    if let [only] = faults.as_slice()
        && only.facts().line.is_none()
    {
        // The file could not be read: there is nothing to be said of its lines.
        return only.clone();
    }
    faults.sort_by_key(|fault| (fault.facts().line, fault.facts().column));
    for fault in &faults {
        reporter.error(fault).await;
    }
    faulty(path, &faults, skippable)
}

fn faulty(path: &Path, faults: &[Error], skippable: bool) -> Error {
    let mut lines: Vec<u64> = faults.iter().filter_map(|fault| fault.facts().line).collect();
    lines.dedup();
    let file = path.display().to_string();
    let sentence = say!(
        "list_faulty",
        "the list {file} has faults (lines: {lines}); nothing was done",
        file = file,
        lines = abridged(&lines)
    );
    let advice = if skippable {
        say!("mend_or_skip", "mend the list, or say -SkipFaulty to do its sound lines only")
    } else {
        say!("mend_list", "mend the list and try again")
    };
    Error::new(Code::FaultyList, sentence).on(file).advise(advice).with(|facts| facts.line = lines.first().copied())
}

/// At most so many line numbers as still read well.
fn abridged(lines: &[u64]) -> String {
    const SHOWN: usize = 20;
    let mut text: Vec<String> = lines.iter().take(SHOWN).map(u64::to_string).collect();
    if lines.len() > SHOWN {
        text.push("...".to_owned());
    }
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understand(text: &str) -> Result<List, Vec<Error>> {
        List::understand(text.as_bytes(), "x.csv")
    }

    fn place(error: &Error) -> (Option<u64>, Option<u64>) {
        (error.facts().line, error.facts().column)
    }

    #[test]
    fn each_of_the_columns_names_people() {
        for (heading, column) in [
            ("Username,Note", 0),
            ("Note,userprincipalname", 1),
            ("ID,Note", 0),
            ("Id,Username", 1),
            ("Username ,Id", 0),
            ("UserPrincipalName,Id,User", 0),
            ("User,UserId", 0),
        ] {
            let list = understand(&format!("{heading}\na@x,b@x\n")).unwrap();
            assert_eq!(list.people[0].name.text, ["a@x", "b@x"][column], "{heading}");
        }
    }

    #[test]
    fn a_missing_or_doubled_column_stops_the_list() {
        for (text, at) in [
            ("Name\na@x\n", (Some(1), None)),
            ("Username,UserName\na@x,b@x\n", (Some(1), Some(2))),
            ("Username;UserPrincipalName\na@x;b@x\n", (Some(1), Some(2))),
            ("Id,Name,id\n1,2,3\n", (Some(1), Some(3))),
        ] {
            let faults = understand(text).unwrap_err();
            assert_eq!(faults.iter().map(place).collect::<Vec<_>>(), [at], "{text}");
            assert_eq!(faults[0].code(), Code::FaultyList);
        }
    }

    #[test]
    fn all_faulty_lines_are_found_at_once_and_the_others_stay() {
        let list = understand("Username,Note\r\n,Ann\r\n\r\na@x,ok\r\nb@x,Smith, B\r\n\"\",C\r\n").unwrap();
        let faults: Vec<_> = list.faults.iter().map(place).collect();
        let people: Vec<_> = list.people.iter().map(|listed| (listed.line, listed.sound)).collect();
        assert_eq!(people, [(4, true), (5, false)]);
        assert_eq!(faults, [(Some(5), Some(3)), (Some(2), Some(1)), (Some(6), Some(1))]);
    }

    const FLAG: Column<bool> = Column {
        names: &["MFA Status", "MfaState"],
        words: "Enabled, Disabled",
        read: |word| match word.to_ascii_lowercase().as_str() {
            "enabled" => Some(true),
            "disabled" => Some(false),
            _ => None,
        },
    };

    fn understand_with(text: &str) -> Result<Sheet<bool>, Vec<Error>> {
        Sheet::understand(text.as_bytes(), "x.csv", &FLAG)
    }

    #[test]
    fn a_second_column_says_what_is_wanted_however_it_is_written() {
        for text in [
            "Username,MFA Status\na@x,Enabled\nb@x,DISABLED\n",
            "\u{feff}mfa status;username\r\nenabled;a@x\r\n Disabled ;b@x\r\n",
            "UserPrincipalName\t\"MFA Status\"\r\na@x\t\"Enabled\"\n\nb@x\tdisabled\t\t\n",
            "\"User\",\"MfaState\",\"Note\"\n\"a@x\",\"Enabled\",\"x, y\"\n\"b@x\",\"Disabled\",\n",
        ] {
            let Sheet { list, values, .. } = understand_with(text).unwrap();
            assert_eq!(list.faults, [], "{text:?}");
            let found: Vec<_> =
                list.people.iter().map(|listed| (listed.name.text.as_str(), values[&listed.line])).collect();
            assert_eq!(found, [("a@x", true), ("b@x", false)], "{text:?}");
        }
    }

    #[test]
    fn every_fault_of_both_columns_is_found_at_once() {
        let text = "Username,MFA Status\na@x,On\n,Enabled\nb@x,\n,Perhaps\nc@x,Disabled\nd@x,Enabled,surplus\n";
        let Sheet { list, values, .. } = understand_with(text).unwrap();
        let mut faults: Vec<_> = list.faults.iter().map(place).collect();
        faults.sort_unstable();
        let at = |line, column| (Some(line), Some(column));
        assert_eq!(faults, [at(2, 2), at(3, 1), at(4, 2), at(5, 1), at(5, 2), at(7, 3)]);
        // Whether they exist is a question of its own, whatever is wrong with their lines.
        let people: Vec<_> = list.people.iter().map(|listed| (listed.line, listed.sound)).collect();
        assert_eq!(people, [(2, true), (4, true), (6, true), (7, false)]);
        assert_eq!(values.get(&6), Some(&false));
    }

    #[test]
    fn missing_and_doubled_columns_are_all_named() {
        for (text, at) in [
            ("Username\na@x\n", &[(Some(1), None)][..]),
            ("MFA Status\nEnabled\n", &[(Some(1), None)]),
            ("Name,State\na,b\n", &[(Some(1), None), (Some(1), None)]),
            ("Username,MFA Status,mfa status\na@x,Enabled,Disabled\n", &[(Some(1), Some(3))]),
            ("Username,MFA Status,MfaState,UserName\n", &[(Some(1), Some(4)), (Some(1), Some(3))]),
        ] {
            let faults = understand_with(text).unwrap_err();
            assert_eq!(faults.iter().map(place).collect::<Vec<_>>(), at, "{text}");
        }
    }

    #[test]
    fn the_summary_names_the_lines() {
        let faults: Vec<Error> = (2..40).map(|line| table::fault(line, None, say!("x", "x"))).collect();
        let summary = faulty(Path::new("x.csv"), &faults, true);
        assert_eq!(summary.facts().line, Some(2));
        assert!(summary.to_string().contains("x.csv has faults (lines: 2, 3, "), "{summary}");
        assert!(summary.to_string().contains("21, ...)"), "{summary}");
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_named() {
        let faults = List::read(Path::new("/nowhere/leavers.csv")).await.unwrap_err();
        assert_eq!(faults[0].code(), Code::File);
        assert_eq!(faults[0].facts().target.as_deref(), Some("/nowhere/leavers.csv"));
    }
}
