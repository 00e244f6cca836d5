//! The front door: the PowerShell module, as files (no PowerShell needed) and in a real PowerShell.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is not as it should be"
)]

mod host;
mod module;
mod pester;
mod sentences;
#[path = "../tools/mod.rs"]
mod tools;
