//! PowerShell's own Windows engine under wine: imports the module and does the main job through the DLL.

use std::fs;

use serde_json::Value;

use crate::{
    dll,
    tools::{checkout, in_background, on_path, run, skipped, workspace},
    wine::{folder, windows_path, wine},
};

#[test]
fn the_module_does_the_main_job_in_the_windows_engine() {
    let what = "PowerShell's Windows engine";
    let Some((library, wine)) = dll::built(what).zip(wine(what)) else { return };
    if on_path("dotnet").is_none() {
        return skipped(what, "there is no .NET SDK");
    }
    build_host();
    let program = workspace("windows").join("host/bin/host.exe");
    let script = checkout().join("tests/windows/host/tour.ps1");
    let module = checkout().join("module/M365Access/M365Access.psd1");
    let folder = folder();
    let journal = folder.path().join("journal.db");
    let left = wine.run(
        &windows_path(&program),
        &[&windows_path(&script), &windows_path(&module)],
        &[("M365_ACCESS_LIBRARY", library), ("M365_ACCESS_JOURNAL", &journal)],
    );
    let lines: Vec<&str> = left.printed.lines().collect();
    for expected in [
        "engine: windows True",
        "connected: simulated True",
        "block one: SignIn Verified, Sessions Verified",
        "reads: Blocked",
        "what if: SignIn Planned, Sessions Planned; reads Allowed",
        "everyone except: failed 0, unknown 0; the spared one reads Allowed; others who may still sign in are protected",
        "unknown person: M365Access.not_found; the other one Verified",
        "journal: 3 runs, the last one Completed",
        "done",
    ] {
        assert!(lines.contains(&expected), "not seen: {expected:?}\n{}", left.printed);
    }
    assert_eq!(left.code, Some(0), "{}", left.printed);
}

/// The host, built against the version of PowerShell that the tool manifest pins.
fn build_host() {
    let manifest = fs::read_to_string(checkout().join(".config/dotnet-tools.json")).expect("the manifest is committed");
    let manifest: Value = serde_json::from_str(&manifest).expect("it is JSON");
    let version = manifest["tools"]["powershell"]["version"].as_str().expect("it pins PowerShell");
    let mut dotnet = in_background("dotnet");
    dotnet.args(["build", "tests/windows/host/host.csproj", "--configuration", "Release", "--nologo"]);
    dotnet.arg(format!("-p:PowerShellVersion={version}")).env("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    run(dotnet.current_dir(checkout()));
}
