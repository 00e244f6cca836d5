//! The front door: the PowerShell module, as files (no PowerShell needed) and in a real PowerShell.

mod host;
mod module;
mod pester;
mod sentences;
#[path = "../tools/mod.rs"]
mod tools;
