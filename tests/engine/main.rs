//! The engine against the simulated tenant, through the same door as every caller: a session, an operation, events.

mod bad_input;
mod exchange;
mod get_user;
mod guard;
mod job;
mod main_job;
mod many;
mod mfa;
mod mfa_instruction;
mod nonsense;
mod offboarding;
mod recurring_defects;
mod select;
mod tenant;
