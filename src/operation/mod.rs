//! What a caller can ask for: one file, one exported function, one cmdlet each.

mod block_user;
mod disable_mailbox_access;
mod disable_modern_authentication;
mod enable_mailbox_access;
mod enable_modern_authentication;
mod get_connection;
mod get_mailbox_access;
mod get_mfa;
mod get_mfa_instruction;
mod get_mfa_policy;
mod get_modern_authentication;
mod get_run;
mod get_user;
mod import_mfa;
mod invoke_offboarding;
mod new_mfa_template;
mod protocols;
pub(crate) mod request;
mod reset_mfa_method;
mod reset_password;
mod revoke_sessions;
mod set_mfa;
mod set_mfa_policy;
mod start_simulator;
mod stop_simulator;
mod test_permission;
mod unblock_user;
mod unlock_user;

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;

use crate::{
    defect,
    error::{Error, Result},
    event::End,
    job::{self, Job, Reporter},
    runtime,
    session::{
        Connected, Session,
        permission::{Act, LeftOut},
    },
};

macro_rules! operations {
    ($($variant:ident = $file:ident $cmdlet:literal [$($act:ident),*],)+) => {
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
                match self { $(Self::$variant => stringify!($file),)+ }
            }
            /// The cmdlet.
            pub const fn cmdlet(self) -> &'static str {
                match self { $(Self::$variant => $cmdlet,)+ }
            }
            /// What it asks of the services in its usual form.
            pub(crate) const fn acts(self) -> &'static [Act] {
                match self { $(Self::$variant => &[$(Act::$act),*],)+ }
            }
        }

        async fn dispatch(
            operation: Operation,
            session: &Arc<Connected>,
            request: &str,
            reporter: &Reporter,
        ) -> Result<End> {
            match operation { $(Operation::$variant => $file::run(session, request, reporter).await,)+ }
        }
    };
}

operations! {
    GetConnection = get_connection "Get-M365Connection" [],
    GetUser = get_user "Get-M365User" [ReadUsers],
    BlockUser = block_user "Block-M365User" [ReadUsers, ReadRoles, SignIn, Sessions],
    UnblockUser = unblock_user "Unblock-M365User" [ReadUsers, SignIn],
    RevokeSessions = revoke_sessions "Revoke-M365Sessions" [ReadUsers, ReadRoles, Sessions],
    ResetPassword = reset_password "Reset-M365Password" [ReadUsers, ReadRoles, Password, Sessions],
    UnlockUser = unlock_user "Unlock-M365User" [ReadUsers, ReadRoles, Password, SignIn, Sessions],
    InvokeOffboarding = invoke_offboarding "Invoke-M365Offboarding"
        [ReadUsers, ReadRoles, SignIn, Password, Sessions, MailboxAccess],
    ResetMfaMethod = reset_mfa_method "Reset-M365MfaMethod" [ReadUsers, ReadRoles, MfaMethods],
    GetMfaPolicy = get_mfa_policy "Get-M365MfaPolicy" [ReadMfaPolicy],
    SetMfaPolicy = set_mfa_policy "Set-M365MfaPolicy" [ReadMfaPolicy, MfaPolicy],
    GetMfaInstruction = get_mfa_instruction "Get-M365MfaInstruction" [ReadUsers],
    GetMfa = get_mfa "Get-M365Mfa" [ReadUsers, ReadMfa, ReadRegistrations],
    SetMfa = set_mfa "Set-M365Mfa" [ReadUsers, ReadMfa, Mfa],
    ImportMfa = import_mfa "Import-M365Mfa" [ReadUsers, ReadMfa, Mfa],
    NewMfaTemplate = new_mfa_template "New-M365MfaTemplate" [ReadUsers, ReadMfa],
    TestPermission = test_permission "Test-M365Permission" [],
    GetMailboxAccess = get_mailbox_access "Get-M365MailboxAccess" [ReadUsers, ReadMailboxAccess],
    DisableMailboxAccess = disable_mailbox_access "Disable-M365MailboxAccess" [ReadUsers, ReadRoles, MailboxAccess],
    EnableMailboxAccess = enable_mailbox_access "Enable-M365MailboxAccess" [ReadUsers, MailboxAccess],
    GetModernAuthentication = get_modern_authentication "Get-M365ModernAuthentication" [ReadModernAuthentication],
    EnableModernAuthentication = enable_modern_authentication "Enable-M365ModernAuthentication" [ModernAuthentication],
    DisableModernAuthentication = disable_modern_authentication "Disable-M365ModernAuthentication" [ModernAuthentication],
    GetRun = get_run "Get-M365Run" [],
    StartSimulator = start_simulator "Start-M365Simulator" [],
    StopSimulator = stop_simulator "Stop-M365Simulator" [],
}

/// Carries out an operation; whatever happens, its job ends with exactly one `end`.
pub(crate) async fn run(operation: Operation, session: Arc<Connected>, request: String, reporter: Reporter) {
    // On the heap: some operations hold a lot between their steps.
    let work = dispatch(operation, &session, &request, &reporter).boxed();
    let end = end_of(operation, work).await;
    reporter.end(end).await;
}

/// How the work ended, a panic included.
async fn end_of(operation: Operation, work: impl Future<Output = Result<End>>) -> End {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(end)) => end,
        Ok(Err(error)) => End::failed(&error),
        Err(_) => End::failed(&Error::internal(format_args!("a panic in {} at {}", operation.name(), defect::place()))),
    }
}

/// The end of an operation that did its work and is not a run.
pub(crate) fn done() -> End {
    End::done()
}

impl Operation {
    /// The word by which it can do without an act (`-Skip`), if it can.
    pub(crate) const fn left_out(self) -> LeftOut {
        match self {
            Self::InvokeOffboarding => invoke_offboarding::left_out,
            _ => |_| None,
        }
    }
}

impl From<Operation> for &'static str {
    /// The cmdlet.
    fn from(operation: Operation) -> Self {
        operation.cmdlet()
    }
}

impl Session {
    /// Starts an operation with a request in JSON. A faulty request is reported by the job.
    ///
    /// # Errors
    /// Only where the system gives us no threads.
    pub fn start(&self, operation: Operation, request: &str) -> Result<Job> {
        let (job, reporter) = job::pair(self.cancelled());
        let request = if request.is_empty() { "{}".to_owned() } else { request.to_owned() };
        runtime::get()?.spawn(run(operation, Arc::clone(self.shared()), request, reporter));
        Ok(job)
    }
}

#[cfg(test)]
mod connecting;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Code, event::EndState};

    /// Whoever grants what the help says must not be told afterwards that something is missing.
    #[test]
    fn the_help_of_each_cmdlet_names_the_least_permission_of_all_that_it_does() {
        let module = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("module/M365Access/Public");
        let mut read = 0;
        for operation in Operation::ALL {
            // That each operation has a cmdlet is held elsewhere.
            let Ok(source) = std::fs::read_to_string(module.join(format!("{}.ps1", operation.cmdlet()))) else {
                continue;
            };
            let notes =
                source.split_once(".NOTES").and_then(|(_, rest)| rest.split_once(".LINK")).map(|(notes, _)| notes);
            let notes = notes.unwrap_or_else(|| panic!("{} has no notes", operation.cmdlet()));
            read += 1;
            let named: Vec<&str> = notes.split(|c: char| !(c.is_alphanumeric() || "-.".contains(c))).collect();
            let named = |wanted: &str| named.iter().any(|word| word.trim_end_matches('.') == wanted);
            for person in [true, false] {
                let least: Vec<&str> = operation.acts().iter().map(|act| act.permissions(person)[0]).collect();
                for act in operation.acts() {
                    // What is asked for another act may do for this one as well: who may write may read.
                    let mut enough = act.permissions(person).iter().filter(|permission| least.contains(permission));
                    assert!(enough.any(|permission| named(permission)), "{}: {act:?} {least:?}", operation.cmdlet());
                }
            }
        }
        assert!(read >= 15, "{read} cmdlets");
    }

    #[tokio::test]
    async fn a_panic_in_the_work_is_an_internal_end() {
        let end = end_of(Operation::BlockUser, async { panic!("planted, with anna@contoso.example in it") }).await;
        assert_eq!((end.state, end.exit_code), (EndState::Failed, 1));
        let error = end.error.expect("an end that says why");
        assert_eq!(error.code, Code::Internal);
        assert!(error.message.contains("block_user"), "{}", error.message);
        assert!(!error.message.contains("anna"), "the panic's text stays inside: {}", error.message);
    }
}
