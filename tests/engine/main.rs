//! The engine against the simulated tenant, through the same door as every caller: a session, an operation, events.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it should be"
)]

mod bad_input;
mod exchange;
mod get_user;
mod guard;
mod job;
mod log;
mod lost_answers;
mod main_job;
mod many;
mod meanwhile;
mod mfa;
mod mfa_instruction;
mod mfa_methods;
mod mfa_policy;
mod nonsense;
mod offboarding;
mod permission;
mod promises;
mod recurring_defects;
mod select;
mod tenant;
