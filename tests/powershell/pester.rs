//! Runs the Pester tests in one PowerShell, against the library that this test run built.

use std::{
    fs,
    process::{Command, Output},
    time::Duration,
};

use serde::Deserialize;

use super::{
    host::{self, Host},
    tools::{skipped, visible},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    power_shell: String,
    seconds: f64,
    tests: Vec<Test>,
    /// Files and blocks that could not be run at all.
    broken: Vec<String>,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    result: String,
    error: Option<String>,
}

/// What is not tried where there is no PowerShell.
const WHAT: &str = "the PowerShell module";

#[test]
fn the_module_does_in_a_real_powershell_what_its_help_says() {
    let shell = match Host::find() {
        Ok(shell) => shell,
        Err(why) => return skipped(WHAT, &why),
    };
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut command = shell.command();
    command
        .args(["-File", "tests/pester/run.ps1", "-Report"])
        .arg(&report)
        .env("M365_ACCESS_LIBRARY", host::library())
        .env("M365_ACCESS_JOURNAL", folder.path().join("journal.db"));
    if let Some(pester) = host::pester() {
        command.arg("-Pester").arg(pester);
    }
    let output = output(command);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(77) {
        return skipped(WHAT, &said);
    }
    let text = fs::read_to_string(&report).unwrap_or_else(|error| panic!("no report ({error}):\n{said}"));
    let report: Report = serde_json::from_str(&text).unwrap();

    let failed: Vec<String> = report
        .tests
        .iter()
        .filter(|test| test.result != "Passed" && test.result != "Skipped")
        .map(|test| format!("{} {}: {}", test.result, test.name, test.error.as_deref().unwrap_or("without an error")))
        .collect();
    let passed = report.tests.iter().filter(|test| test.result == "Passed").count();
    visible(&format!("PowerShell {}: {passed} passed in {:.0} s", report.power_shell, report.seconds));
    for test in report.tests.iter().filter(|test| test.result == "Skipped") {
        visible(&format!("skipped: {}", test.name));
    }
    assert!(
        failed.is_empty() && report.broken.is_empty(),
        "{}\n{}\n{said}",
        failed.join("\n"),
        report.broken.join("\n")
    );
    assert!(passed > 0, "no test ran:\n{said}");
}

/// What a command says; one that does not end is ended, so that a hang is a failure and not a hang.
fn output(command: Command) -> Output {
    const PATIENCE: Duration = Duration::from_secs(900);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut command = tokio::process::Command::from(command);
        let output = tokio::time::timeout(PATIENCE, command.kill_on_drop(true).output()).await;
        output.expect("PowerShell did not come to an end").unwrap()
    })
}
