//! What the built library shows to a linker: the header's functions, and nothing else.

use std::{collections::BTreeSet, fs};

use object::{
    Object,
    read::{NameOrOrdinal, elf::ElfFile64},
};

use crate::{header::functions, library, tools::checkout};

#[test]
fn the_exports_are_exactly_the_functions_of_the_header() {
    let bytes = fs::read(library::path()).expect("cargo builds the library for its tests");
    let file = object::File::parse(&*bytes).expect("a library");
    let exports = file.exports().expect("it has exports");
    let exported: BTreeSet<String> = exports
        .map(|export| match export.expect("it is well formed").name() {
            NameOrOrdinal::Name(name) => String::from_utf8_lossy(name).trim_start_matches('_').to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    let header = fs::read_to_string(checkout().join("include/m365_access.h")).expect("it is committed");
    assert_eq!(exported, functions(&header).into_iter().collect());
}

#[test]
#[cfg(target_os = "linux")]
fn the_library_has_a_name_of_its_own_and_stays_loaded() {
    use object::elf;

    let bytes = fs::read(library::path()).expect("cargo builds the library for its tests");
    let file = ElfFile64::<object::Endianness>::parse(&*bytes).expect("an ELF library");
    let table = file.elf_dynamic_table().expect("it is dynamic");
    let entry = |tag| table.iter().find(|entry| entry.tag == tag);
    let name = entry(elf::DT_SONAME).expect("it has a SONAME");
    assert_eq!(table.string(name).expect("it is text"), b"libm365_access.so");
    let flags = entry(elf::DT_FLAGS_1).expect("it has flags");
    assert_ne!(u64::from(elf::DF_1_NODELETE.0) & flags.val, 0, "dlclose must not unload it");
}
