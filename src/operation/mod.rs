//! What a caller can ask for: one file, one exported function, one cmdlet each.

mod get_connection;
pub(crate) mod request;

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;

use crate::{
    error::{Code, Error, Result},
    event::{Counts, End, EndState},
    job::Reporter,
    session::Connected,
};

macro_rules! operations {
    ($($variant:ident = $name:literal $cmdlet:literal,)+) => {
        /// Every operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each is documented at its exported function")]
        pub enum Operation { $($variant,)+ }

        impl Operation {
            /// Every operation, in the order of the header.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// The name of the file and of the exported function after `m365_`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
            /// The cmdlet.
            pub const fn cmdlet(self) -> &'static str {
                match self { $(Self::$variant => $cmdlet,)+ }
            }
        }
    };
}

operations! {
    GetConnection = "get_connection" "Get-M365Connection",
    GetUser = "get_user" "Get-M365User",
    BlockUser = "block_user" "Block-M365User",
    UnblockUser = "unblock_user" "Unblock-M365User",
    RevokeSessions = "revoke_sessions" "Revoke-M365Sessions",
    ResetPassword = "reset_password" "Reset-M365Password",
    GetRun = "get_run" "Get-M365Run",
    StartSimulator = "start_simulator" "Start-M365Simulator",
    StopSimulator = "stop_simulator" "Stop-M365Simulator",
}

/// Carries out an operation; whatever happens, its job ends with exactly one `end`.
pub(crate) async fn run(operation: Operation, session: Arc<Connected>, request: String, reporter: Reporter) {
    let work = AssertUnwindSafe(dispatch(operation, &session, &request, &reporter)).catch_unwind();
    let end = match work.await {
        Ok(Ok(end)) => end,
        Ok(Err(error)) => failed(&error),
        Err(_) => failed(&Error::internal(format_args!("a panic in {}", operation.name()))),
    };
    reporter.end(end).await;
}

async fn dispatch(operation: Operation, session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    match operation {
        Operation::GetConnection => get_connection::run(session, request, reporter).await,
        _ => Err(Error::internal(format_args!("{} is not there yet", operation.name()))),
    }
}

/// The end of an operation that did its work and is not a run.
pub(crate) fn done() -> End {
    End {
        state: EndState::Completed,
        exit_code: 0,
        run_id: None,
        outcome: None,
        counts: Counts::default(),
        error: None,
    }
}

/// The end of an operation that could not do its work.
fn failed(error: &Error) -> End {
    let (state, exit_code) = match error.code() {
        Code::Cancelled => (EndState::Cancelled, 5),
        Code::TimeLimit => (EndState::Interrupted, 5),
        Code::Forbidden | Code::Unauthenticated | Code::Unreachable | Code::NotConnected => (EndState::Failed, 4),
        Code::CapUsers
        | Code::CapPercent
        | Code::CapPrivileged
        | Code::ExclusionNotFound
        | Code::PlanChanged
        | Code::GuardChanged => (EndState::Refused, 2),
        _ => (EndState::Failed, 1),
    };
    End { state, exit_code, run_id: None, outcome: None, counts: Counts::default(), error: Some(error.facts().clone()) }
}
