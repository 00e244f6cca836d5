//! The module's string tables against the sentences of the source, in every language.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::host::checkout;

const CULTURES: [&str; 3] = ["en-US", "nl-NL", "sv-SE"];

type Table = BTreeMap<String, String>;

/// A string table: one `id = 'sentence'` a line.
fn table(culture: &str) -> Table {
    let path = checkout().join("module/M365Access").join(culture).join("Strings.psd1");
    let text = fs::read_to_string(&path).unwrap();
    let mut table = Table::new();
    for line in text.lines().map(str::trim).filter(|line| line.contains(" = ")) {
        let (id, quoted) = line.split_once(" = ").unwrap();
        let sentence = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let sentence = sentence.unwrap_or_else(|| panic!("{culture}: {line}")).replace("''", "'");
        assert!(table.insert(id.to_owned(), sentence).is_none(), "{culture}: {id} twice");
    }
    table
}

/// Every `say!("id", "template"...` of the source, tests left out.
fn said() -> Table {
    let mut said = Table::new();
    collect(&checkout().join("src"), &mut said);
    said
}

fn collect(folder: &Path, said: &mut Table) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, said);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let code = code.join("\n");
            let direct = code.split("say!(").skip(1);
            // What the sign-in service's numbers mean stands in a table of its own making, behind the error's code.
            let tabled = code.split(" means!(").skip(1).filter_map(|call| Some(call.split_once(',')?.1));
            // A call within a macro has no literal: the macro's own calls have.
            for call in direct.chain(tabled).filter(|call| !call.trim_start().starts_with('$')) {
                let (id, rest) = literal(call);
                let (template, _) = literal(rest.trim_start().trim_start_matches(','));
                if let Some(other) = said.insert(id.clone(), template.clone()) {
                    assert_eq!(other, template, "{id} says two things: {}", path.display());
                }
            }
        }
    }
}

/// The string literal at the start, and what follows it.
fn literal(text: &str) -> (String, &str) {
    let start = text.trim_start().strip_prefix('"').unwrap_or_else(|| panic!("no literal: {text:.60}"));
    let mut value = String::new();
    let mut characters = start.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &start[at + 1..]),
            '\\' => match characters.next().unwrap().1 {
                // A line that goes on: the blanks at the start of the next one do not count.
                '\n' => {
                    let rest = characters.as_str();
                    let blanks = rest.len() - rest.trim_start().len();
                    characters.by_ref().take(blanks).for_each(drop);
                }
                escaped => value.push(escaped),
            },
            character => value.push(character),
        }
    }
    panic!("a literal that never ends: {text:.60}");
}

/// The places of a sentence, `{like}` `{these}`.
fn places(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(place, _)| place).collect()
}

/// What is left of a sentence without its places.
fn words(sentence: &str) -> String {
    let mut words = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        words += before;
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    words + rest
}

#[test]
fn every_sentence_of_the_source_is_in_the_tables() {
    let said = said();
    assert!(said.len() > 100, "only {} sentences were found in the source", said.len());
    for culture in CULTURES {
        let table = table(culture);
        let missing: Vec<&String> = said.keys().filter(|id| !table.contains_key(*id)).collect();
        assert!(missing.is_empty(), "{culture}/Strings.psd1 lacks: {missing:#?}");
    }
}

#[test]
fn english_is_what_the_source_says() {
    let english = table("en-US");
    for (id, template) in said() {
        assert_eq!(english.get(&id), Some(&template), "{id}");
    }
}

#[test]
fn nothing_in_the_tables_is_left_over() {
    let (said, module) = (said(), module_source());
    // The module makes these ids from parts.
    let made = |id: &str| id.starts_with("activity_") || id.starts_with("action_");
    for id in table("en-US").keys() {
        let used = module.contains(&format!("'{id}'"))
            || id.strip_suffix("_advice").is_some_and(|code| module.contains(&format!("'{code}'")));
        assert!(said.contains_key(id) || used || made(id), "nobody says {id}");
    }
}

#[test]
fn tables_have_the_same_words_and_places() {
    let english = table("en-US");
    for culture in &CULTURES[1..] {
        let table = table(culture);
        assert!(table.keys().eq(english.keys()), "{culture}: other words than in English");
        for (id, sentence) in &table {
            assert_eq!(places(sentence), places(&english[id]), "{culture}: {id}");
        }
    }
}

#[test]
fn nothing_is_left_in_english() {
    let english = table("en-US");
    for culture in &CULTURES[1..] {
        for (id, sentence) in table(culture) {
            let has_words = words(&sentence).chars().any(char::is_alphabetic);
            assert!(!has_words || sentence != english[&id], "{culture}: {id} is English");
        }
    }
}

fn module_source() -> String {
    let mut source = fs::read_to_string(checkout().join("module/M365Access/M365Access.psm1")).unwrap();
    for folder in ["Private", "Public"] {
        for entry in fs::read_dir(checkout().join("module/M365Access").join(folder)).unwrap() {
            source += &fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    source
}
