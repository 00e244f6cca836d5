//! What is true of the module's files, whatever PowerShell reads them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use m365_access::Operation;

use super::host::checkout;

fn module() -> PathBuf {
    checkout().join("module/M365Access")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files below the module with this extension, in order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(module().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn sources() -> Vec<PathBuf> {
    [("", "psm1"), ("", "psd1"), ("", "ps1xml"), ("Private", "ps1"), ("Public", "ps1")]
        .iter()
        .flat_map(|(folder, extension)| files(folder, extension))
        .collect()
}

/// The quoted words of a list in the manifest.
fn manifest_list(key: &str) -> BTreeSet<String> {
    let manifest = read(&module().join("M365Access.psd1"));
    let at = manifest.find(key).unwrap_or_else(|| panic!("{key} is not in the manifest"));
    let list = manifest[at..].split_once("@(").unwrap().1.split_once(')').unwrap().0;
    list.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn exports_are_the_public_files_and_the_manifest_names_them() {
    let public: BTreeSet<String> = files("Public", "ps1").iter().map(|path| stem(path)).collect();
    assert_eq!(manifest_list("FunctionsToExport"), public);
    let mut aliases = BTreeSet::new();
    for path in files("Public", "ps1") {
        let text = read(&path);
        let name = stem(&path);
        let functions: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("function ")).collect();
        assert_eq!(functions, [format!("{name} {{")], "{}: one function, of the file's name", path.display());
        // An alias of the function stands one level out; those of parameters are deeper.
        for line in text.lines().filter(|line| line.starts_with("    [Alias(")) {
            aliases.extend(line.split('\'').skip(1).step_by(2).map(str::to_owned));
        }
    }
    assert_eq!(manifest_list("AliasesToExport"), aliases);
}

#[test]
fn every_operation_has_its_cmdlet() {
    let public: BTreeSet<String> = files("Public", "ps1").iter().map(|path| stem(path)).collect();
    for operation in Operation::ALL {
        let cmdlet = operation.cmdlet();
        assert!(public.contains(cmdlet), "{cmdlet} has no file");
        let text = read(&module().join(format!("Public/{cmdlet}.ps1")))
            + &files("Private", "ps1").iter().map(|path| read(path)).collect::<String>();
        assert!(text.contains(&format!("'{}'", operation.name())), "{cmdlet} does not start {}", operation.name());
    }
}

#[test]
fn the_manifest_has_the_version_of_the_crate() {
    let manifest = read(&module().join("M365Access.psd1"));
    let version = format!("ModuleVersion        = '{}'", env!("CARGO_PKG_VERSION"));
    assert!(manifest.contains(&version), "the manifest lacks: {version}");
}

#[test]
fn sources_are_ascii_with_spaces_and_line_feeds() {
    let sources = sources();
    assert!(sources.len() > 10);
    for path in sources {
        let text = read(&path);
        let name = path.display();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{name}:{}", number + 1);
            assert!(line.is_ascii(), "{place}: Windows PowerShell reads this in the code page of the machine");
            assert!(!line.contains('\t'), "{place}: a tab");
            assert!(!line.ends_with(' ') && !line.ends_with('\r'), "{place}: blanks or a carriage return at the end");
            assert!(line.len() <= 150, "{place}: {} columns", line.len());
        }
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}: one line feed at the end");
    }
}

#[test]
fn string_tables_that_are_not_ascii_say_so() {
    for culture in ["en-US", "nl-NL", "sv-SE"] {
        let bytes = fs::read(module().join(culture).join("Strings.psd1")).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert_eq!(text.starts_with('\u{feff}'), !text.trim_start_matches('\u{feff}').is_ascii(), "{culture}");
    }
}

#[test]
fn help_is_complete() {
    for path in files("Public", "ps1") {
        let name = stem(&path);
        let text = read(&path);
        let help = text.split_once("<#").unwrap().1.split_once("#>").unwrap().0;
        for part in [".SYNOPSIS", ".DESCRIPTION", ".OUTPUTS", ".NOTES", ".LINK", "Permissions:"] {
            assert!(help.contains(part), "{name}: no {part}");
        }
        // Get-Help indents text by four columns and breaks what is too long for 120 in the middle of a word.
        let text_of_help = help.split(".EXAMPLE").next().unwrap();
        for line in text_of_help.lines() {
            assert!(line.chars().count() <= 113, "{name}: too long for a window of 120 columns: {line}");
        }
        assert!(help.matches(".EXAMPLE").count() >= 2, "{name}: fewer than two examples");
        let described: BTreeSet<&str> =
            help.lines().filter_map(|line| line.trim().strip_prefix(".PARAMETER ")).collect();
        assert_eq!(described, parameters(&text), "{name}: parameters and their help");
    }
}

/// Names of the parameters that a function declares.
fn parameters(text: &str) -> BTreeSet<&str> {
    let Some((_, list)) = text.split_once("    param(\n") else { return BTreeSet::new() };
    let list = list.split_once("\n    )").unwrap().0;
    list.lines().filter_map(|line| line.trim_end_matches(',').rsplit_once(" $")).map(|(_, name)| name).collect()
}

#[test]
fn the_table_of_the_binding_is_the_header() {
    let header = read(&checkout().join("include/m365_access.h"));
    let text = read(&module().join("Private/Native.ps1"));
    let table = text.split_once("$script:NativeSignature = @(").unwrap().1.split_once("\n)").unwrap().0;
    let bound: Vec<&str> =
        table.lines().filter_map(|line| line.trim().strip_prefix('\'')?.strip_suffix('\'')).collect();
    assert!(bound.len() > 10);
    assert_eq!(bound, prototypes(&header));
}

/// The functions of the header in the words of the table: name, result, parameters.
fn prototypes(header: &str) -> Vec<String> {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").unwrap().1;
    }
    code += rest;
    // The preprocessor's lines end without a semicolon.
    let code: Vec<&str> = code.lines().filter(|line| !line.starts_with('#')).collect();
    let code = code.join(" ");
    let declared = code.split_inclusive(';').filter_map(|statement| {
        let (before, parameters) = statement.split_once('(')?;
        let (result, name) = before.trim().rsplit_once(' ')?;
        let parameters = parameters.split_once(')')?.0.to_owned();
        name.starts_with("m365_").then(|| {
            let mut words = vec![name.to_owned(), word(result.rsplit(' ').next().unwrap()).to_owned()];
            words.extend(parameters.split(',').map(str::trim).filter(|each| *each != "void").map(|each| {
                let (kind, name) = each.rsplit_once([' ', '*']).unwrap();
                let pointer = each.contains('*');
                assert!(!name.is_empty(), "{each}");
                match (word(kind.trim_start_matches("const ").trim_end_matches([' ', '*'])), pointer) {
                    ("uint8", true) => "byte[]".to_owned(),
                    (kind, true) => format!("{kind}&"),
                    (kind, false) => kind.to_owned(),
                }
            }));
            words.join(" ")
        })
    });
    declared.collect()
}

fn word(c_type: &str) -> &str {
    c_type.strip_suffix("_t").unwrap_or(c_type)
}
