//! A list in a file: comma, semicolon or tab separated values, read strictly.
//!
//! The usual readers are lenient: a quote that is never closed swallows the lines after it, and the people on them are
//! silently left out of what was meant for them. Here every such place is a fault with its line and column. Lines are
//! those of the file, counted from 1, whatever ends them and however many of them one quoted cell spans.

use std::{iter::Peekable, str::Chars};

use encoding_rs::Encoding;

use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
};

/// A list, taken apart.
#[derive(Debug)]
pub(crate) struct Table {
    /// Name of the file, for faults.
    file: String,
    heading: Row,
    /// Lines below the heading that have something in them, those that cannot be used too.
    pub(crate) rows: Vec<Row>,
    /// Lines that cannot be used although the others can.
    pub(crate) faults: Vec<Error>,
}

/// One line of a list; with quoted line breaks in it, several lines of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where it begins.
    pub(crate) line: u64,
    /// Whether its cells stand below headings. Where some do not, the line can only be looked at for further faults.
    pub(crate) sound: bool,
    /// Without quotes and surrounding blanks.
    cells: Vec<String>,
}

impl Row {
    /// The cell of a column (from 0); empty where the row is too short.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }
}

impl Table {
    /// Takes the content of `file` apart. The separator is the one that makes the heading understood: the one by which
    /// a column of `expected` shows, else the one with the most columns. The error is every reason why the file as a
    /// whole cannot be understood.
    pub(crate) fn read(bytes: &[u8], file: &str, expected: &[&str]) -> Result<Self, Vec<Error>> {
        let text = decode(bytes, file)?;
        let Some((line, start)) = heading(text) else {
            return Err(vec![
                fault(1, None, say!("list_empty", "{file} has no heading", file = file))
                    .on(file)
                    .advise(name_columns(expected)),
            ]);
        };
        let separator = separator(start, expected);
        let mut scanner = Scanner { rest: start.chars().peekable(), line, separator, faults: Vec::new() };
        let heading = scanner.row().unwrap_or(Row { line, sound: true, cells: Vec::new() });
        let mut table = Self { file: file.to_owned(), heading, rows: Vec::new(), faults: Vec::new() };
        while let Some(row) = scanner.row() {
            table.push(row);
        }
        if scanner.faults.is_empty() {
            Ok(table)
        } else {
            Err(scanner.faults.into_iter().map(|fault| fault.on(file)).collect())
        }
    }

    fn push(&mut self, mut row: Row) {
        let surplus = row.cells.iter().enumerate().skip(self.heading.cells.len()).find(|(_, cell)| !cell.is_empty());
        if let Some((column, _)) = surplus {
            let sentence = say!(
                "list_surplus_cell",
                "line {line} of {file} has something in column {column}, where the heading has nothing",
                line = row.line,
                file = self.file,
                column = number(column)
            );
            self.faults.push(
                fault(row.line, Some(column), sentence)
                    .on(self.file.as_str())
                    .advise(say!("quote_cells", "put cells that hold the separator into double quotes")),
            );
            row.sound = false;
        }
        if !row.is_blank() {
            self.rows.push(row);
        }
    }

    /// The one column (from 0) whose heading is one of `names`, in any case; nothing if there is none.
    pub(crate) fn column(&self, names: &[&str]) -> Result<Option<usize>> {
        let mut columns = self.heading.cells.iter().enumerate().filter(|(_, cell)| is_one_of(cell, names));
        let first = columns.next().map(|(column, _)| column);
        let Some((second, heading)) = columns.next() else { return Ok(first) };
        let sentence = say!(
            "list_column_twice",
            "{file} has a second column {column}: '{heading}'",
            file = self.file,
            column = names.join("/"),
            heading = heading
        );
        Err(fault(self.heading.line, Some(second), sentence)
            .on(self.file.as_str())
            .advise(say!("remove_column", "remove or rename one of the two columns")))
    }

    /// What a column is called in this file.
    pub(crate) fn heading(&self, column: usize) -> &str {
        self.heading.cell(column)
    }

    /// The fault of a list that has none of the columns that it must have.
    pub(crate) fn without(&self, names: &[&str]) -> Error {
        let sentence =
            say!("list_no_column", "{file} has no column {column}", file = self.file, column = names.join("/"));
        fault(self.heading.line, None, sentence).on(self.file.as_str()).advise(name_columns(names))
    }
}

/// A fault of a list at a place in it; `column` from 0.
pub(crate) fn fault(line: u64, column: Option<usize>, sentence: Sentence) -> Error {
    at(Error::new(Code::FaultyList, sentence), line, column)
}

/// Says of an error where in a list it is; `column` from 0.
pub(crate) fn at(error: Error, line: u64, column: Option<usize>) -> Error {
    error.with(|facts| {
        facts.line = Some(line);
        facts.column = column.map(number);
    })
}

/// Columns as people count them.
pub(crate) fn number(column: usize) -> u64 {
    u64::try_from(column).unwrap_or(u64::MAX).saturating_add(1)
}

fn name_columns(names: &[&str]) -> Sentence {
    say!("name_columns", "the first line names the columns; one of them must be {columns}", columns = names.join(", "))
}

fn is_one_of(heading: &str, names: &[&str]) -> bool {
    names.iter().any(|name| heading.trim().eq_ignore_ascii_case(name))
}

/// The text, without a byte order mark; a name that would be misread is a fault instead.
fn decode<'a>(bytes: &'a [u8], file: &str) -> Result<&'a str, Vec<Error>> {
    let save_as = || say!("save_as_utf8", "save the list as UTF-8 (in Excel: CSV UTF-8) and try again");
    let body = match Encoding::for_bom(bytes).or_else(|| without_mark(bytes)) {
        Some((encoding, mark)) if encoding == encoding_rs::UTF_8 => bytes.get(mark..).unwrap_or_default(),
        Some((other, _)) => {
            let sentence =
                say!("list_encoding", "{file} is {encoding}, not UTF-8", file = file, encoding = other.name());
            return Err(vec![fault(1, None, sentence).on(file).advise(save_as())]);
        }
        None => bytes,
    };
    std::str::from_utf8(body).map_err(|_| {
        lines(body)
            .filter(|(_, line, _)| std::str::from_utf8(line).is_err())
            .map(|(number, ..)| {
                let sentence = say!("list_not_utf8", "line {line} of {file} is not UTF-8", line = number, file = file);
                fault(number, None, sentence).on(file).advise(save_as())
            })
            .collect()
    })
}

/// UTF-16 that does not say so: no list begins with a zero, or has one behind its first letter.
fn without_mark(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    match bytes {
        [0, other, ..] if *other != 0 => Some((encoding_rs::UTF_16BE, 0)),
        [other, 0, ..] if *other != 0 => Some((encoding_rs::UTF_16LE, 0)),
        _ => None,
    }
}

/// The lines of a file: number, content, and the file from there on. Every kind of line end counts once.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8], &[u8])> {
    let mut rest = Some(bytes);
    let pieces = std::iter::from_fn(move || {
        let from = rest.take()?;
        let Some(end) = from.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return Some((from, from)) };
        let (line, after) = from.split_at_checked(end)?;
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..));
        Some((line, from))
    });
    (1..).zip(pieces).map(|(number, (line, from))| (number, line, from))
}

/// Number of the line with the heading, and the text from there on.
fn heading(text: &str) -> Option<(u64, &str)> {
    let (number, _, from) = lines(text.as_bytes())
        // Export-Csv of Windows PowerShell writes the type of the objects above the heading.
        .find(|(_, line, _)| !line.trim_ascii().is_empty() && !line.starts_with(b"#TYPE "))?;
    text.get(text.len() - from.len()..).map(|start| (number, start))
}

fn separator(text: &str, expected: &[&str]) -> char {
    let mut best = (',', (false, 0));
    for separator in [',', ';', '\t'] {
        let mut scanner = Scanner { rest: text.chars().peekable(), line: 1, separator, faults: Vec::new() };
        let cells = scanner.row().map_or_else(Vec::new, |row| row.cells);
        let merit = (cells.iter().any(|cell| is_one_of(cell, expected)), cells.len());
        if merit > best.1 {
            best = (separator, merit);
        }
    }
    best.0
}

struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
    line: u64,
    separator: char,
    faults: Vec<Error>,
}

/// What ends a cell.
#[derive(PartialEq)]
enum End {
    Cell,
    Row,
}

impl Scanner<'_> {
    fn row(&mut self) -> Option<Row> {
        self.rest.peek()?;
        let mut row = Row { line: self.line, sound: true, cells: Vec::new() };
        loop {
            let (cell, end) = self.cell(row.cells.len());
            row.cells.push(cell);
            if end == End::Row {
                return Some(row);
            }
        }
    }

    /// The next character; every kind of line end is one `\n`.
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        if next != '\r' && next != '\n' {
            return Some(next);
        }
        if next == '\r' {
            self.rest.next_if_eq(&'\n');
        }
        self.line += 1;
        Some('\n')
    }

    fn cell(&mut self, column: usize) -> (String, End) {
        let separator = self.separator;
        while self.rest.next_if(|next| *next != separator && (*next == ' ' || *next == '\t')).is_some() {}
        if self.rest.next_if_eq(&'"').is_some() {
            return self.quoted_cell(column);
        }
        let mut cell = String::new();
        let end = loop {
            match self.next() {
                Some(next) if next == separator => break End::Cell,
                None | Some('\n') => break End::Row,
                Some(next) => cell.push(next),
            }
        };
        cell.truncate(cell.trim_end().len());
        (cell, end)
    }

    /// A cell whose opening quote is already read.
    fn quoted_cell(&mut self, column: usize) -> (String, End) {
        let opened = self.line;
        let mut cell = String::new();
        loop {
            match self.next() {
                Some('"') if self.rest.next_if_eq(&'"').is_some() => cell.push('"'),
                Some('"') => break,
                Some(next) => cell.push(next),
                None => {
                    let sentence = say!(
                        "list_quote_open",
                        "the quote that opens in line {line}, column {column} is never closed",
                        line = opened,
                        column = number(column)
                    );
                    self.faults.push(fault(opened, Some(column), sentence));
                    return (cell, End::Row);
                }
            }
        }
        let cell = cell.trim().to_owned();
        let mut sound = true;
        loop {
            let line = self.line;
            match self.next() {
                Some(next) if next == self.separator => return (cell, End::Cell),
                None | Some('\n') => return (cell, End::Row),
                Some(next) if next.is_whitespace() => {}
                Some(_) if sound => {
                    sound = false;
                    let sentence = say!(
                        "list_quote_text",
                        "line {line}, column {column}: something stands behind the closing quote",
                        line = line,
                        column = number(column)
                    );
                    self.faults.push(
                        fault(line, Some(column), sentence)
                            .advise(say!("double_quotes", "write a double quote inside a quoted cell twice")),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let table = Table::read(text.as_bytes(), "x.csv", &["Username"]).unwrap();
        assert_eq!(table.faults, []);
        table.rows.into_iter().map(|row| (row.line, row.cells)).collect()
    }

    fn places(errors: &[Error]) -> Vec<(Option<u64>, Option<u64>)> {
        errors.iter().map(|error| (error.facts().line, error.facts().column)).collect()
    }

    #[test]
    fn separators_quotes_ends_and_blanks_are_understood() {
        for (text, line) in [
            ("Username,Note\na@x,hello", 2),
            ("\u{feff}Username;Note\r\na@x;hello\r\n", 2),
            ("Username\tNote\ra@x\thello\r", 2),
            ("\n \n Username , Note \n\n,\n a@x , hello \n,,,\n", 6),
            ("\"Username\", \"Note\"\n\"a@x\" ,\t\"hello\"\n", 2),
            ("#TYPE Selected.User\r\nUsername,Note\r\na@x,hello,,\r\n", 3),
        ] {
            assert_eq!(rows(text).first().map(|row| row.0), Some(line), "{text:?}");
            assert_eq!(
                rows(text).first().map(|row| &row.1[..2]),
                Some(&["a@x".into(), "hello".into()][..]),
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_separator_that_shows_the_column_wins() {
        let table = Table::read(b"Name, first, second;Username\nAnn, B, C;a@x\n", "x.csv", &["Username"]).unwrap();
        assert_eq!(table.column(&["username"]), Ok(Some(1)));
        assert_eq!(table.rows[0].cell(1), "a@x");
    }

    #[test]
    fn a_quoted_line_break_does_not_shift_the_lines_below() {
        let found = rows("Username,Note\r\na@x,\"one\r\ntwo \"\"2\"\", three\"\r\nb@x,\n");
        assert_eq!(found[0], (2, vec!["a@x".into(), "one\ntwo \"2\", three".into()]));
        assert_eq!(found[1].0, 4);
    }

    #[test]
    fn a_quote_that_would_swallow_people_is_a_fault() {
        let faults = Table::read(b"Username,Note\na@x,\"one\nb@x,\"two\nc@x,\"three\n", "x.csv", &[]).unwrap_err();
        // The second quote closes the first, so that `two` stands behind it; the third is never closed.
        assert_eq!(places(&faults), [(Some(3), Some(2)), (Some(4), Some(2))]);
    }

    #[test]
    fn every_line_that_is_not_utf8_is_named() {
        let faults = Table::read(b"Username\r\njos\xe9@x\r\nb@x\r\n\xff\n", "x.csv", &[]).unwrap_err();
        assert_eq!(places(&faults), [(Some(2), None), (Some(4), None)]);
        for utf16 in [b"\xff\xfeU\0", b"U\0s\0"] {
            let faults = Table::read(utf16, "x.csv", &[]).unwrap_err();
            assert_eq!(faults[0].to_string(), "x.csv is UTF-16LE, not UTF-8");
        }
    }

    #[test]
    fn a_cell_without_a_heading_is_a_fault_of_its_line_only() {
        let table = Table::read(b"Username,Note\na@x,Smith, Ann\nb@x,ok\n", "x.csv", &[]).unwrap();
        assert_eq!(places(&table.faults), [(Some(2), Some(3))]);
        assert_eq!(table.rows.iter().map(|row| row.sound).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_missing_and_a_doubled_column_are_faults_of_the_heading() {
        let table = Table::read(b"\nUsername,Note,USERNAME\n", "x.csv", &["Username"]).unwrap();
        assert_eq!(places(&[table.column(&["username"]).unwrap_err()]), [(Some(2), Some(3))]);
        assert_eq!(table.column(&["Id"]), Ok(None));
        assert_eq!(table.without(&["Id"]).facts().line, Some(2));
        for empty in ["", "\u{feff}", "\r\n \n", "#TYPE x\n"] {
            let faults = Table::read(empty.as_bytes(), "x.csv", &["Username"]).unwrap_err();
            assert_eq!(places(&faults), [(Some(1), None)], "{empty:?}");
        }
    }

    fn quoted(cell: &str) -> String {
        format!("\"{}\"", cell.replace('"', "\"\""))
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            Table::read(&bytes, "x.csv", &["Username"]).map_or_else(|faults| assert!(!faults.is_empty()), drop);
        }

        #[test]
        fn no_text_panics_and_lines_stay_within_the_file(text in "[a\"\r\n,;\t @\u{e9}]{0,60}") {
            let last = 1 + u64::try_from(text.chars().filter(|c| matches!(c, '\r' | '\n')).count()).unwrap();
            match Table::read(text.as_bytes(), "x.csv", &["a"]) {
                Ok(table) => prop_assert!(table.rows.iter().all(|row| row.line <= last)),
                Err(faults) => prop_assert!(faults.iter().all(|fault| fault.facts().line.unwrap() <= last)),
            }
        }

        #[test]
        fn what_another_writer_wrote_is_read_as_it_was(
            cells in proptest::collection::vec(("[a-z@,;\"\n ]{0,8}", "[a-z\"\t;]{0,8}"), 0..8)
        ) {
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            writer.write_record(["Username", "Note"]).unwrap();
            for (name, note) in &cells {
                writer.write_record([name, note]).unwrap();
            }
            let table = Table::read(&writer.into_inner().unwrap(), "x.csv", &["Username"]).unwrap();
            let expected: Vec<_> = cells
                .iter()
                .map(|(name, note)| (name.trim(), note.trim()))
                .filter(|(name, note)| !(name.is_empty() && note.is_empty()))
                .collect();
            let found: Vec<_> = table.rows.iter().map(|row| (row.cell(0), row.cell(1))).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn line_numbers_are_those_of_the_file(
            rows in proptest::collection::vec(("[a-z]{1,3}(\n[a-z]{1,2}){0,3}", 0_usize..3, 0_usize..3), 1..12)
        ) {
            let ends = ["\n", "\r\n", "\r"];
            let mut text = "Note,Username\n".to_owned();
            let mut expected = Vec::new();
            let mut line = 2_u64;
            for (index, (note, blanks, end)) in rows.iter().enumerate() {
                for _ in 0..*blanks {
                    text.push_str(ends[*end]);
                    line += 1;
                }
                expected.push((line, format!("user{index}")));
                let breaks = u64::try_from(note.matches('\n').count()).unwrap();
                let note = quoted(&note.replace('\n', ends[*end]));
                text += &[&note, ",user", &index.to_string(), ends[*end]].concat();
                line += 1 + breaks;
                // A lone return before a line feed of the next row would be one end, not two.
                if *end == 2 {
                    text.push_str(" \r");
                    line += 1;
                    text.push(' ');
                }
            }
            let table = Table::read(text.as_bytes(), "x.csv", &["Username"]).unwrap();
            let found: Vec<_> = table.rows.iter().map(|row| (row.line, row.cell(1).to_owned())).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
