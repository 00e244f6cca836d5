//! The program `m365-simulator`, as a script would use it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it should be"
)]

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_m365-simulator"))
}

fn refused(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// A running tenant; ended when the test ends, however that is.
struct Running {
    child: Child,
    description: Value,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program().args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'));
        Self { child, description: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, key: &str) -> &str {
        self.description[key].as_str().unwrap_or_else(|| panic!("no {key} in {}", self.description))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn the_ready_line_has_every_name_that_is_promised() {
    let running = Running::start(&["--users", "10", "--seed", "9", "--https"]);
    for key in [
        "graphEndpoint",
        "loginEndpoint",
        "exchangeEndpoint",
        "tenantId",
        "tenantDomain",
        "clientId",
        "clientSecret",
        "weakClientId",
        "weakClientSecret",
        "caCertificatePath",
        "adminPassword",
    ] {
        assert!(!running.text(key).is_empty(), "{key}");
    }
    assert!(running.text("graphEndpoint").starts_with("https://127.0.0.1:"));
    for sample in [
        "user",
        "mailbox",
        "guest",
        "synced",
        "federated",
        "globalAdmin",
        "lastGlobalAdmin",
        "userAdmin",
        "helpdeskAdmin",
        "eligibleAdmin",
        "disabled",
        "mfaEnabled",
        "mfaEnforced",
        "manyMethods",
        "apostrophe",
        "noMailbox",
    ] {
        assert!(running.description["samples"][sample].as_str().is_some_and(|name| name.contains('@')), "{sample}");
    }
}

#[test]
fn what_does_not_exist_is_not_described() {
    let running = Running::start(&["--seed", "8"]);
    assert!(running.description.get("caCertificatePath").is_none());
    assert!(running.description["samples"].get("lastGlobalAdmin").is_none());
    assert!(running.text("graphEndpoint").starts_with("http://127.0.0.1:"));
}

#[cfg(unix)]
#[test]
fn it_ends_in_good_order_when_it_is_asked_to() {
    for signal in ["-TERM", "-INT"] {
        let mut running = Running::start(&["--https"]);
        let authority = running.text("caCertificatePath").to_owned();
        assert!(Path::new(&authority).exists());
        assert!(Command::new("kill").args([signal, &running.child.id().to_string()]).status().unwrap().success());
        assert!(running.child.wait().unwrap().success(), "{signal}");
        assert!(!Path::new(&authority).exists(), "the certificate is taken away");
        let mut rest = String::new();
        running.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one line is all it prints");
    }
}

#[test]
fn a_wrong_option_is_one_line_and_exit_code_2() {
    for (arguments, word) in [
        (&["--users", "9"][..], "10 to 200000"),
        (&["--users", "many"], "--users"),
        (&["--time-scale", "-1"], "time scale"),
        (&["--latency-ms", "700000"], "latency"),
        (&["--faults", "no/such/plan"], "no/such/plan"),
        (&["--colour"], "--colour"),
        (&["--port"], "--port"),
    ] {
        let output = refused(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_faulty_plan_of_faults_is_named_with_its_line() {
    let plan = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(plan.path(), "{ \"rules\": [\n  { \"fault\": { \"status\": 503 }, \"colour\": 1 } ] }").unwrap();
    let output = refused(&["--faults", plan.path().to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("colour") && said.contains("line 2"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = refused(&["--port", &taken.local_addr().unwrap().port().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
}

#[test]
fn help_explains_the_options_and_the_plan_of_faults() {
    let output = refused(&["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for word in [
        "--port",
        "--users",
        "--seed",
        "--latency-ms",
        "--time-scale",
        "--https",
        "--faults",
        "--replication-ms",
        "retryAfterSeconds",
        "resetAfter",
        "Global Administrator",
    ] {
        assert!(help.contains(word), "{word}");
    }
}
