//! The library on Windows, tried where Windows is not: cross-built with mingw, looked at, and run under wine.
//!
//! Part of `cargo test` where `x86_64-w64-mingw32-gcc`, wine and (for PowerShell) the .NET SDK are installed; one visible
//! line says what was skipped elsewhere.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it should be"
)]

mod dll;
mod main_job;
mod powershell;
#[path = "../tools/mod.rs"]
mod tools;
mod wine;
