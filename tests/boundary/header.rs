//! `include/m365_access.h` is what `src/abi` says. `M365_ACCESS_BLESS=1 cargo test --test boundary` rewrites it.

use std::{env, fs, path::Path};

use cbindgen::{Builder, Config, DocumentationStyle, Language, Layout, SortKey};
use m365_access::Operation;

use crate::tools::{binary::functions, checkout};

/// Files of `src/abi` whose items stand in the header, by the markers of `frame.h`.
const PARTS: [&str; 4] = ["version", "status", "boundary", "start"];

#[test]
fn the_header_is_what_the_boundary_says() {
    let path = checkout().join("include/m365_access.h");
    let made = header();
    if env::var_os("M365_ACCESS_BLESS").is_some() {
        fs::write(&path, &made).expect("the header can be written");
    }
    let committed = fs::read_to_string(&path).expect("include/m365_access.h is committed");
    let differs = made.lines().zip(committed.lines()).position(|(made, committed)| made != committed);
    assert!(
        made == committed,
        "include/m365_access.h is not what src/abi says (first difference in line {:?}); \
         M365_ACCESS_BLESS=1 cargo test --test boundary rewrites it",
        differs.map(|line| line + 1)
    );
}

#[test]
fn each_operation_has_a_start_function_in_the_order_of_the_table() {
    let starts = fs::read_to_string(checkout().join("src/abi/start.rs")).expect("it is there");
    let expected: Vec<String> = Operation::ALL.iter().map(|operation| format!("m365_{}", operation.name())).collect();
    assert_eq!(functions(&part("start")), expected);
    for operation in Operation::ALL {
        let function = format!("extern \"C\" fn m365_{}(", operation.name());
        let body = starts.split(&function).nth(1).unwrap_or_default();
        let body = body.split("\n}").next().unwrap_or_default();
        assert!(
            body.contains(&format!("start(Operation::{operation:?}, ")),
            "m365_{} starts another",
            operation.name()
        );
    }
}

#[test]
fn each_export_goes_through_the_one_door() {
    for name in PARTS {
        let source = fs::read_to_string(checkout().join(format!("src/abi/{name}.rs"))).expect("it is there");
        for export in source.split("#[unsafe(no_mangle)]").skip(1) {
            let body = export.split("\n}").next().unwrap_or_default();
            let guarded = ["guard(", "guard_silent(", "start("].iter().any(|door| body.contains(door));
            // A constant cannot panic.
            assert!(guarded || body.contains("{\n    M365_ABI_VERSION"), "not guarded: {body}");
        }
    }
}

/// The header as it should be: the frame, with what cbindgen finds in the files that its markers name.
fn header() -> String {
    let frame = fs::read_to_string(checkout().join("src/abi/frame.h")).expect("the frame is there");
    PARTS.iter().fold(frame, |frame, name| {
        let marker = format!("@{name}@");
        assert_eq!(frame.matches(&marker).count(), 1, "{marker} stands once in the frame");
        frame.replace(&marker, part(name).trim())
    })
}

/// The declarations of one file.
fn part(name: &str) -> String {
    let mut config = Config {
        language: Language::C,
        no_includes: true,
        documentation_style: DocumentationStyle::Doxy,
        line_length: 120,
        ..Config::default()
    };
    config.function.args = Layout::Horizontal;
    config.function.sort_by = Some(SortKey::None);
    config.constant.sort_by = Some(SortKey::None);
    let source: &Path = &checkout().join(format!("src/abi/{name}.rs"));
    let bindings = Builder::new().with_config(config).with_src(source).generate().expect("cbindgen reads src/abi");
    let mut text = Vec::new();
    bindings.write(&mut text);
    for_c_readers(&String::from_utf8(text).expect("a header is text"))
}

/// Comments without what concerns Rust alone: the promises under `# Safety` are the header's conventions.
fn for_c_readers(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut safety = false;
    for line in text.lines() {
        safety = (safety || line == " * # Safety") && line != " */";
        if safety {
            continue;
        }
        while line == " */" && lines.last() == Some(&" *") {
            lines.pop();
        }
        lines.push(if line == "/**" { "/*" } else { line });
    }
    // A negative number in brackets, or it might join what stands before it.
    let lines =
        lines.iter().map(|line| match line.strip_prefix("#define ").and_then(|define| define.split_once(" -")) {
            Some((name, number)) => format!("#define {name} (-{number})"),
            None => (*line).to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}
