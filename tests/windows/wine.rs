//! Windows programs under wine, in a prefix of the tests' own.

use std::{
    io::{Read, Seek},
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
    time::Duration,
};

use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    dll,
    tools::{on_path, skipped, workspace},
};

/// Far above what the slowest machine needs; a program that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_secs(300);

/// A place where Windows programs run.
#[derive(Debug)]
pub(crate) struct Wine {
    program: PathBuf,
    prefix: PathBuf,
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
}

/// The prefix, made once a run; none, said in one line, where wine is missing.
pub(crate) fn wine(what: &str) -> Option<&'static Wine> {
    static WINE: OnceLock<Option<Wine>> = OnceLock::new();
    let wine = WINE.get_or_init(prepare).as_ref();
    if wine.is_none() {
        skipped(what, "there is no wine64");
    }
    wine
}

/// Debian keeps `wine64` out of `PATH`, and its plain `wine` asks for 32-bit parts that nothing here needs.
fn program() -> Option<PathBuf> {
    let kept = ["/usr/lib/wine/wine64", "/usr/lib/x86_64-linux-gnu/wine/wine64", "/opt/wine-stable/bin/wine64"];
    on_path("wine64")
        .or_else(|| kept.map(PathBuf::from).into_iter().find(|path| path.is_file()))
        .or_else(|| on_path("wine"))
}

fn prepare() -> Option<Wine> {
    let wine = Wine { program: program()?, prefix: workspace("windows").join("prefix") };
    let system = wine.prefix.join("drive_c/windows/system32");
    if !wine.prefix.join("system.reg").is_file() {
        let left = wine.run("wineboot", &["-i"], &[]);
        assert!(system.is_dir(), "wine makes no prefix: {left:?}");
    }
    let stand_in = system.join("bcryptprimitives.dll");
    if !stand_in.exists() {
        dll::compile("tests/windows/bcryptprimitives.c", &stand_in, &["-shared", "-s", "-ladvapi32"]);
    }
    Some(wine)
}

impl Wine {
    /// Runs a program to its end. What it prints goes through a file: wine's own servers keep a pipe open after it.
    pub(crate) fn run(&self, program: &str, words: &[&str], environment: &[(&str, &Path)]) -> Left {
        let output = tempfile::tempfile().expect("a temporary file");
        let errors = output.try_clone().expect("a second handle");
        let mut reader = output.try_clone().expect("a third handle");
        let mut command = Command::new(&self.program);
        command.arg(program).args(words).env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all");
        // Wine 8 refuses the pages that .NET would use otherwise.
        command.env("DOTNET_EnableWriteXorExecute", "0").env_remove("DISPLAY");
        command.envs(environment.iter().map(|(name, path)| (*name, windows_path(path))));
        command.stdin(Stdio::null()).stdout(output).stderr(errors).kill_on_drop(true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let status = runtime.block_on(async {
            let mut child = command.spawn().expect("wine starts");
            tokio::time::timeout(PATIENCE, child.wait()).await
        });
        reader.rewind().expect("it is a file");
        let mut printed = Vec::new();
        reader.read_to_end(&mut printed).expect("it is readable");
        let printed = String::from_utf8_lossy(&printed).replace("\r\n", "\n");
        let status = status.unwrap_or_else(|_| panic!("{program} hangs under wine; it printed:\n{printed}"));
        Left { code: status.expect("it can be waited for").code(), printed }
    }
}

/// A path of this machine as programs under wine see it.
pub(crate) fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.to_str().expect("a path in UTF-8").replace('/', "\\"))
}

/// A folder of a test's own that goes away with it.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(workspace("windows")).expect("a folder under target/")
}
