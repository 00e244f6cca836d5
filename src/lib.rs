//! M365 Access.
pub mod error;
pub mod event;
pub mod simulator;

pub use error::{Code, Error, Result};
