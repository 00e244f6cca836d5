//! A C program that uses the library: compiled as its own first comment says, run under sanitizers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    library,
    tools::{checkout, finish, on_path, printed, run, skipped, workspace},
};

const SANITIZERS: [&str; 4] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g"];

/// The system's C compiler, if it works.
fn compiler(what: &str) -> Option<PathBuf> {
    let target = env!("M365_ACCESS_TARGET");
    let mut build = cc::Build::new();
    build.host(target).target(target).opt_level(0).cargo_metadata(false).cargo_warnings(false);
    let found = build.try_get_compiler().ok().map(|tool| tool.path().to_owned());
    let works =
        |path: &PathBuf| Command::new(path).arg("--version").output().is_ok_and(|output| output.status.success());
    let found = found.filter(works);
    if found.is_none() {
        skipped(what, "there is no C compiler");
    }
    found
}

/// The command of the example's first comment, for a library where `cargo test` leaves it and with further flags.
fn compile_example(compiler: &Path, program: &Path, flags: &[&str]) {
    let source = fs::read_to_string(checkout().join("examples/c/block.c")).expect("it is there");
    let line =
        source.lines().find_map(|line| line.strip_prefix(" *     cc ")).expect("the comment says how to compile");
    let library = library::path();
    let folder = library.parent().and_then(Path::to_str).expect("a path in UTF-8");
    let line = line.replace("$PWD/target/release", folder).replace("target/release", folder);
    let line = line.replace("-o block", &format!("-o '{}'", program.display()));
    let line = format!("'{}' {line} {}", compiler.display(), flags.join(" "));
    run(Command::new("sh").arg("-c").arg(line).current_dir(checkout()));
}

#[test]
fn the_header_is_plain_c99_and_cpp() {
    let Some(compiler) = compiler("the header as C") else { return };
    let folder = workspace("c");
    let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"];
    let source = folder.join("header.c");
    fs::write(&source, "#include \"m365_access.h\"\n#include \"m365_access.h\"\n").expect("it can be written");
    let include = checkout().join("include");
    run(Command::new(&compiler).arg("-std=c99").args(strict).arg("-I").arg(&include).arg(&source));
    match on_path("c++") {
        Some(cpp) => {
            run(Command::new(cpp).args(["-x", "c++"]).args(strict).arg("-I").arg(&include).arg(&source));
        }
        None => skipped("the header as C++", "there is no C++ compiler"),
    }
}

#[test]
fn the_example_blocks_someone_under_sanitizers() {
    let what = "the C example under sanitizers";
    let Some(compiler) = compiler(what) else { return };
    let folder = workspace("c");
    let mut flags = vec!["-Wall", "-Wextra", "-Werror", "-pedantic"];
    if sanitizers_work(&compiler, &folder) {
        flags.extend(SANITIZERS);
    } else {
        skipped(what, "the compiler has no sanitizers; it runs without them");
    }
    let program = folder.join("block");
    compile_example(&compiler, &program, &flags);

    let journal = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.args(words).env("M365_ACCESS_JOURNAL", journal.path().join("journal.db"));
        command.env("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=99");
        let output = finish(command.current_dir(checkout()));
        let text = printed(&output);
        assert!(!text.contains("Sanitizer") && !text.contains("runtime error"), "{text}");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() != Some(0) || errors.is_empty(),
            "the library prints nothing of its own: {errors}"
        );
        (output.status.code(), text)
    };

    let (code, text) = run(&[]);
    assert_eq!(code, Some(0), "{text}");
    for expected in ["SignIn: Allowed -> Blocked: Verified", "Sessions: ", "completed, exit code 0"] {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }
    let settings = folder.join("settings.json");
    fs::write(&settings, r#"{"simulated":true,"simulatedUsers":20}"#).expect("it can be written");
    let settings = settings.to_str().expect("a path in UTF-8");
    let (code, text) = run(&["no\"body\\@nowhere.example", settings]);
    assert_eq!(code, Some(1), "who is not found is not blocked: {text}");
    assert!(text.contains("SignIn: Failed\n    there is no person 'no\"body\\@nowhere.example'"), "{text}");
    fs::write(settings, r#"{"simulated":tru"#).expect("it can be written");
    let (code, text) = run(&["anna@contoso.example", settings]);
    assert!(code == Some(1) && text.contains("argument"), "{text}");
    assert_eq!(run(&["anna@contoso.example", "/nonexistent"]).0, Some(64));
}

fn sanitizers_work(compiler: &Path, folder: &Path) -> bool {
    let (source, program) = (folder.join("probe.c"), folder.join("probe"));
    fs::write(&source, "int main(void) { return 0; }\n").expect("it can be written");
    let compiled = finish(Command::new(compiler).args(SANITIZERS).arg(&source).arg("-o").arg(&program));
    compiled.status.success() && finish(&mut Command::new(&program)).status.success()
}
