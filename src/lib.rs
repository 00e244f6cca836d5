//! M365 Access.
pub mod abi;
pub mod error;
pub mod event;
pub mod job;
pub mod operation;
mod runtime;
pub mod session;
pub mod simulator;

pub use error::{Code, Error, Result};
pub use operation::Operation;
pub use session::Session;
