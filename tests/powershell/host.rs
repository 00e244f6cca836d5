//! Finds a PowerShell and a Pester: what the machine has, else what the checkout pins, restored by the test run itself.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// How PowerShell is started.
pub(crate) struct Host {
    program: PathBuf,
    arguments: Vec<&'static str>,
}

impl Host {
    /// A PowerShell, or why there is none.
    pub(crate) fn find() -> Result<Self, String> {
        if let Some(program) = env::var_os("M365_ACCESS_PWSH") {
            let host = Self { program: program.into(), arguments: Vec::new() };
            return if host.answers() {
                Ok(host)
            } else {
                Err(format!("M365_ACCESS_PWSH names {}, which does not start", host.program.display()))
            };
        }
        let host = Self { program: "pwsh".into(), arguments: Vec::new() };
        if host.answers() {
            return Ok(host);
        }
        dotnet(&["tool", "restore"])?;
        let host = Self { program: "dotnet".into(), arguments: vec!["tool", "run", "pwsh", "--"] };
        if host.answers() { Ok(host) } else { Err("the pinned PowerShell was restored and does not start".into()) }
    }

    /// A command that starts it in the checkout, without anybody's profile and with nobody to ask.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(["-NoProfile", "-NonInteractive"])
            .current_dir(checkout())
            .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
            .env("POWERSHELL_UPDATECHECK", "Off")
            .env("NO_COLOR", "1");
        command
    }

    fn answers(&self) -> bool {
        let output = self.command().args(["-Command", "'here'"]).output();
        output.is_ok_and(|output| output.status.success() && String::from_utf8_lossy(&output.stdout).contains("here"))
    }
}

/// The manifest of a Pester: the pinned one, else nothing, and PowerShell looks among its own modules.
pub(crate) fn pester() -> Option<PathBuf> {
    dotnet(&["restore", "tests/pester/pester.csproj"]).ok()?;
    let answer = dotnet(&["nuget", "locals", "global-packages", "--list"]).ok()?;
    // "global-packages: /home/somebody/.nuget/packages/"
    let folder = answer.lines().find_map(|line| line.split_once("global-packages:"))?.1.trim();
    let project = std::fs::read_to_string(checkout().join("tests/pester/pester.csproj")).ok()?;
    let version = project.split_once("Version=\"[")?.1.split_once(']')?.0;
    let manifest = Path::new(folder).join("pester").join(version).join("tools/Pester.psd1");
    manifest.exists().then_some(manifest)
}

/// The library that this test run built. Cargo leaves it beside the test itself and nowhere else.
pub(crate) fn library() -> PathBuf {
    let name = format!("{}m365_access{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = env::current_exe().unwrap().parent().unwrap().join(name);
    assert!(library.exists(), "{} is not there", library.display());
    library
}

/// The folder of Cargo.toml.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn dotnet(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("dotnet")
        .args(arguments)
        .current_dir(checkout())
        .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
        .env("DOTNET_NOLOGO", "1")
        .output()
        .map_err(|error| format!("there is no pwsh, and dotnet to restore one does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("dotnet {} failed: {text}{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
    }
}
