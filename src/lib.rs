//! Takes access to Microsoft 365 away from people, gives it back, and proves what happened.
//!
//! A caller opens a [`Session`] to one tenant, starts an [`Operation`] with a request, and pulls [events](event::Event) from the
//! [job] until its `end`. That is the whole interface, from Rust, from C (`include/m365_access.h`) and from the
//! PowerShell module, which are thin around it.
//!
//! ```
//! use std::time::Duration;
//! use m365_access::{Operation, Session, job::Next};
//!
//! let session = Session::open(r#"{"simulated":true,"simulatedUsers":10}"#);
//! let job = session.start(Operation::GetConnection, "{}")?;
//! loop {
//!     match job.next(Duration::from_secs(30), usize::MAX) {
//!         Next::Event(event) => println!("{event}"),
//!         Next::Done => break,
//!         Next::Pending | Next::Grow(_) => {}
//!     }
//! }
//! # Ok::<(), m365_access::Error>(())
//! ```
//!
//! # The map
//!
//! Requests go down this list, events come back up; nothing imports upward.
//!
//! | room | what would have to change in the world for a line in it to change |
//! | --- | --- |
//! | [`abi`] | how other languages call: ids, ranges of bytes, panics; the only unsafe code |
//! | [`operation`] | what administrators want to do: one file an operation |
//! | `target` | how people are named: selectors, lists, exclusions |
//! | [`run`] | what a plan goes through: guard, journal, execution, read-back |
//! | [`change`] | a kind of state: how it is read, applied, judged; one file a kind |
//! | `service` | a property or an endpoint of Microsoft Graph or Exchange Online |
//! | [`session`] | clouds, credentials, tokens, permissions and roles |
//! | `http` | quotas, retry, what an error of a service means |
//! | [`simulator`] | a tenant on loopback that speaks the same protocols; it knows nothing of the rest |
//!
//! Start reading at `run::carry_out` (`src/run/mod.rs`), the loop that everything else serves.
//!
//! # Invariants
//!
//! 1. `Verified` is written only after a read that was sent after the write was answered and that shows the wanted state.
//! 2. The caller, the last enabled Global Administrator and the emergency accounts are never locked out; what would be
//!    needed to know that and cannot be read stops the run.
//! 3. Of every change the intent is on disk before its request leaves, and the outcome before its event is shown.
//! 4. A person's sessions are never revoked before the block is confirmed.
//! 5. No secret leaves but the one record in which a caller asked for a new password.
//!
//! # Known violations
//!
//! - Mailboxes are switched through the command endpoint that Microsoft's own module uses: it is undocumented, and so is
//!   the policy with the service settings of MFA. Both say so in every outcome.
//! - A token's claims are read for early warnings although access tokens are opaque by contract; a token that cannot be
//!   read is used all the same.
//! - Access tokens that were issued before a block live on to their end. No interface ends them; `effectiveBy` says when.

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
