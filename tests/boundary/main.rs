//! The C boundary from outside: its header, its symbols, its answers to misuse, and a C program that uses it.
//!
//! Nothing here calls the crate's Rust interface to do its work: the library is loaded and called as a stranger would.
#![allow(unsafe_code, reason = "calling a loaded library is unsafe; the crate itself confines unsafe code to src/abi")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::similar_names,
    clippy::unused_self,
    clippy::format_collect,
    clippy::multiple_unsafe_ops_per_block,
    reason = "a test ends where something is not as it should be"
)]

mod c_consumer;
mod header;
mod library;
mod manual;
mod misuse;
mod questions;
mod symbols;
mod threads;
#[path = "../tools/mod.rs"]
mod tools;
