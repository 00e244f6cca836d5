//! A plan being carried out: guard, journal, execute, verify.

pub(crate) mod digest;
pub(crate) mod journal;
pub mod outcome;
