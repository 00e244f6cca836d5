//! What a header declares and what a library shows and needs.

use std::{collections::BTreeSet, fs, path::Path};

use object::{Object, read::NameOrOrdinal};

use super::checkout;

/// The committed header.
pub(crate) fn header() -> String {
    fs::read_to_string(checkout().join("include/m365_access.h")).expect("include/m365_access.h is committed")
}

/// Names of the functions that a header declares, in its order.
pub(crate) fn functions(header: &str) -> Vec<String> {
    let code: String = header.split("/*").filter_map(|part| part.split_once("*/").map(|(_, code)| code)).collect();
    code.split('(').filter_map(|before| declared(before.split_whitespace().last()?)).collect()
}

fn declared(word: &str) -> Option<String> {
    let name = word.trim_start_matches('*');
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && name.starts_with("m365_")).then(|| name.to_owned())
}

/// Names that a library exports.
pub(crate) fn exports(library: &Path) -> BTreeSet<String> {
    let bytes = fs::read(library).expect("the library was built");
    let file = object::File::parse(&*bytes).expect("it is a library");
    let exports = file.exports().expect("it has exports").map(|export| export.expect("well formed"));
    exports.map(|export| plain(&export.name())).collect()
}

/// Names of the libraries that a library needs, in lower case.
pub(crate) fn needs(library: &Path) -> BTreeSet<String> {
    let bytes = fs::read(library).expect("the library was built");
    let file = object::File::parse(&*bytes).expect("it is a library");
    let imports = file.imports().expect("it has imports").map(|import| import.expect("well formed"));
    imports.map(|import| String::from_utf8_lossy(import.library()).to_ascii_lowercase()).collect()
}

fn plain(name: &NameOrOrdinal<&[u8]>) -> String {
    match name {
        // macOS puts a low line before every name.
        NameOrOrdinal::Name(name) => String::from_utf8_lossy(name).trim_start_matches('_').to_owned(),
        NameOrOrdinal::Ordinal(number) => format!("number {number}, which has no name"),
    }
}
