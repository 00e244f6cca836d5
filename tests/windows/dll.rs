//! The DLL itself: how it is made, what it shows, what it needs.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use object::{LittleEndian, pe, read::pe::PeFile64};

use crate::tools::{
    binary::{exports, functions, header, needs},
    checkout, in_background, on_path, run, skipped, workspace,
};

const TARGET: &str = "x86_64-pc-windows-gnu";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// Libraries of every Windows since 10 and Server 2016 that the DLL may need. (`shell32` and `combase` tell where the
/// user's state folder is.)
const NEEDED: [&str; 11] = [
    "advapi32.dll",
    "api-ms-win-core-synch-l1-2-0.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "shell32.dll",
    "ws2_32.dll",
];

/// What code that is never called asks for as well, as long as link-time optimisation does not take it out. Every Windows
/// since 10 and Server 2016 has these, too.
const LEFT_OVER: [&str; 4] = ["api-ms-win-core-winrt-error-l1-1-0.dll", "ktmw32.dll", "oleaut32.dll", "userenv.dll"];

/// Profile of the build; `release` takes minutes of processor time, so it is for those who ship.
fn profile() -> String {
    env::var("M365_ACCESS_WINDOWS_PROFILE").unwrap_or_else(|_| "dev".to_owned())
}

/// The DLL, cross-built once a run; none, said in one line, where that cannot be done.
pub(crate) fn built(what: &str) -> Option<&'static Path> {
    static DLL: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match DLL.get_or_init(build) {
        Ok(path) => Some(path),
        Err(why) => {
            skipped(what, why);
            None
        }
    }
}

fn build() -> Result<PathBuf, String> {
    on_path(COMPILER).ok_or_else(|| format!("there is no {COMPILER}"))?;
    let sysroot =
        run(Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).args(["--print", "sysroot"]));
    if !Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        return Err(format!("the toolchain has no standard library for {TARGET} (rustup target add {TARGET})"));
    }
    let folder = workspace("windows");
    // As a cdylib alone: with the rlib among the outputs, cargo turns link-time optimisation off.
    let mut cargo = in_background(env!("CARGO"));
    cargo.args(["rustc", "--locked", "--lib", "--crate-type", "cdylib", "--target", TARGET, "--profile", &profile()]);
    run(cargo.arg("--target-dir").arg(&folder).current_dir(checkout()));
    let output = if profile() == "dev" { "debug".to_owned() } else { profile() };
    Ok(folder.join(TARGET).join(output).join("m365_access.dll"))
}

/// Compiles a C file of this folder for Windows.
pub(crate) fn compile(source: &str, output: &Path, flags: &[&str]) {
    let include = checkout().join("include");
    let mut command = Command::new(COMPILER);
    command.args(["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-I"]).arg(include);
    run(command.arg(checkout().join(source)).arg("-o").arg(output).args(flags));
}

#[test]
fn the_dll_exports_exactly_the_functions_of_the_header() {
    let Some(dll) = built("exports of the DLL") else { return };
    assert_eq!(exports(dll), functions(&header()).into_iter().collect());
}

#[test]
fn the_dll_needs_nothing_that_windows_10_lacks() {
    let Some(dll) = built("imports of the DLL") else { return };
    let needed = needs(dll);
    let left_over = if profile() == "dev" { &LEFT_OVER[..] } else { &[] };
    let expected = |name: &&str| NEEDED.contains(name) || left_over.contains(name);
    let strange: Vec<&str> = needed.iter().map(String::as_str).filter(|name| !expected(name)).collect();
    assert!(strange.is_empty(), "imports from {strange:?}");
    assert!(needed.contains("kernel32.dll"), "the imports were read: {needed:?}");
}

#[test]
fn the_dll_says_which_version_it_is() {
    let Some(dll) = built("version of the DLL") else { return };
    let bytes = fs::read(dll).expect("it was built");
    let resource = version_resource(&bytes).expect("the DLL has a version resource");
    let text: Vec<u16> = resource.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let text = String::from_utf16_lossy(&text);
    for expected in ["FileVersion", env!("CARGO_PKG_VERSION"), "M365 Access", "m365_access.dll"] {
        assert!(text.contains(expected), "no {expected:?} in {text:?}");
    }
}

/// The bytes of the version resource: by type, then name, then language.
fn version_resource(bytes: &[u8]) -> Option<&[u8]> {
    let file = PeFile64::parse(bytes).ok()?;
    let sections = file.section_table();
    let directory = file.data_directories().resource_directory(bytes, &sections).ok()??;
    let types = directory.root().ok()?;
    let of_versions = types.entries.iter().find(|entry| entry.name_or_id().id() == Some(pe::RT_VERSION))?;
    let names = of_versions.data(directory).ok()?.table()?;
    let languages = names.entries.first()?.data(directory).ok()?.table()?;
    let data = languages.entries.first()?.data(directory).ok()?.data()?;
    let size = usize::try_from(data.size.get(LittleEndian)).ok()?;
    sections.pe_data_at(bytes, data.offset_to_data.get(LittleEndian))?.get(..size)
}
