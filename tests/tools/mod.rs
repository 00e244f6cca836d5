//! Programs that some tests need and some machines lack: found, or skipped in one visible line.
#![allow(dead_code, reason = "each test target takes what it needs")]

pub(crate) mod binary;

use std::{
    env,
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Says in one line that something was not tried, and why.
pub(crate) fn skipped(what: &str, why: &str) {
    visible(&format!("skipped: {what}: {}", why.trim()));
}

/// One line on stderr itself, because the harness keeps what passing tests print.
pub(crate) fn visible(line: &str) {
    let line = format!("{line}\n");
    drop(std::io::stderr().lock().write_all(line.as_bytes()));
}

/// The program with this name on `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// The root of the checkout.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder under `target/` that belongs to the tests, with this name in it; made, and kept from run to run.
pub(crate) fn workspace(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder under target/");
    folder
}

/// A command that runs with as little of the machine as the others leave.
pub(crate) fn in_background(program: impl AsRef<OsStr>) -> Command {
    match on_path("nice") {
        Some(nice) => {
            let mut command = Command::new(nice);
            command.args(["-n", "10"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// Runs to the end and gives what was printed; a failure shows everything.
pub(crate) fn run(command: &mut Command) -> String {
    let output = finish(command);
    assert!(output.status.success(), "{command:?} ended with {}:\n{}", output.status, printed(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs to the end, well or not.
pub(crate) fn finish(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} did not start: {error}"))
}

/// Both streams of a program that ended.
pub(crate) fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
