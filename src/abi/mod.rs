//! The C boundary: ids, ranges of bytes, panics. The only unsafe code of the crate, and no logic.
//!
//! Every export goes through `door::guard`, where a panic becomes `M365_STATUS_INTERNAL`. The header
//! `include/m365_access.h` is made of `frame.h` and what cbindgen finds in the files that it names; the comments there are
//! written for a C reader. An operation is added in three places: a line in the table of [`crate::operation`], a function in
//! [`start`], and its file. Tests hold the header, the exports and the PowerShell binding to that table.

#![allow(unsafe_code, reason = "this is the boundary: raw ranges come in here and nowhere else")]

pub mod boundary;
mod door;
mod lend;
#[cfg(windows)]
pub(crate) mod owner_only;
mod resident;
pub mod start;
pub mod status;
mod table;
pub mod version;
