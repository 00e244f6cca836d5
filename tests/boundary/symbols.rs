//! What the built library shows to a linker: the header's functions, and nothing else.

use crate::{
    library,
    tools::binary::{exports, functions, header},
};

#[test]
fn the_exports_are_exactly_the_functions_of_the_header() {
    assert_eq!(exports(&library::path()), functions(&header()).into_iter().collect());
}

#[test]
#[cfg(target_os = "linux")]
fn the_library_has_a_name_of_its_own_and_stays_loaded() {
    use object::{elf, read::elf::ElfFile64};

    let bytes = std::fs::read(library::path()).expect("cargo builds the library for its tests");
    let file = ElfFile64::<object::Endianness>::parse(&*bytes).expect("an ELF library");
    let table = file.elf_dynamic_table().expect("it is dynamic");
    let entry = |tag| table.iter().find(|entry| entry.tag == tag);
    let name = entry(elf::DT_SONAME).expect("it has a SONAME");
    assert_eq!(table.string(name).expect("it is text"), b"libm365_access.so");
    let flags = entry(elf::DT_FLAGS_1).expect("it has flags");
    assert_ne!(elf::DF_1_NODELETE.0 & flags.val, 0, "dlclose must not unload it");
}
