//! The C boundary: ids, ranges of bytes, panics. The only unsafe code of the crate, and no logic.
//!
//! Every export goes through [`door::guard`], where a panic becomes `M365_STATUS_INTERNAL`. The header
//! `include/m365_access.h` is generated from this folder; its comments are written for a C reader.

#![allow(unsafe_code, reason = "this is the boundary: raw ranges come in here and nowhere else")]

pub mod boundary;
mod door;
mod lend;
pub mod start;
pub mod status;
mod table;
