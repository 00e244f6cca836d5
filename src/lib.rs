//! M365 Access.
pub mod abi;
pub mod change;
mod defect;
pub mod error;
pub mod event;
mod http;
pub mod job;
pub mod operation;
pub mod run;
mod runtime;
pub mod sentence;
mod service;
pub mod session;
pub mod simulator;
mod target;

pub use error::{Code, Error, Result};
pub use operation::Operation;
pub use session::Session;
