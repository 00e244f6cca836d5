//! One start function for each operation, all with the same signature and the same rules.

use super::{
    door::guard,
    lend,
    status::{M365_STATUS_OK, Misuse},
    table,
};
use crate::operation::Operation;

/// What all start functions do.
///
/// # Safety
/// As each start function promises: `request` is readable for `length` bytes; `job` is writable.
unsafe fn start(operation: Operation, session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    guard(|| {
        if job.is_null() {
            return Err(Misuse::Argument);
        }
        // SAFETY: the caller promises a readable range of this length.
        let request = unsafe { lend::text(request, length)? };
        let started = table::session(session)?.start(operation, request).map_err(|_| Misuse::Internal)?;
        let id = table::add_job(started, session)?;
        // SAFETY: not null, and writable by the caller's promise.
        unsafe { lend::put(job, id)? };
        Ok(M365_STATUS_OK)
    })
}

/// Who we are in this tenant: account or app, permissions, directory roles, expiry. Signs in if that has not happened yet.
///
/// Request: `{}`. Records: `Connection`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_connection(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetConnection, session, request, length, job) }
}

/// Reads people and whether they may sign in.
///
/// Request: who, and `blocked` or `allowed` to keep only those. Records: `User`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_user(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetUser, session, request, length, job) }
}

/// Blocks sign-in, reads it back, revokes sessions, reads that back.
///
/// Request: who, how, and `keepSessions` to leave the sessions alone. Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_block_user(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::BlockUser, session, request, length, job) }
}

/// Allows sign-in again and reads it back.
///
/// Request: who, how. Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_unblock_user(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::UnblockUser, session, request, length, job) }
}

/// Ends the sessions of people (refresh tokens and browser sessions) and reads it back.
///
/// Request: who, how. Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_revoke_sessions(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::RevokeSessions, session, request, length, job) }
}

/// Resets passwords to a given or a generated one.
///
/// Request: who, how, `password` (the same for everybody; without it each gets a generated one), `showPassword`,
/// `noChangeAtNextSignIn`, `keepSessions`. Records: `Outcome`, with `password` where `showPassword` asked for it.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_reset_password(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::ResetPassword, session, request, length, job) }
}

/// Unlocks accounts: a new password, then sign-in allowed, each read back. A lock by bad attempts itself cannot be read or
/// lifted through any interface, and ends by itself.
///
/// Request: who, how, `password` (otherwise each person gets a generated one), `showPassword`, `noChangeAtNextSignIn`,
/// `keepSessions`. Records: `Outcome`, with `password` where `showPassword` asked for it.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_unlock_user(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::UnlockUser, session, request, length, job) }
}

/// Offboards people who have left: block, new password, revoke sessions, close the mailbox, each read back, in this
/// order.
///
/// Request: who, how, `skip` (a list of steps: Password, Sessions, Mailbox, MfaMethods), `password`, `showPassword`,
/// `noChangeAtNextSignIn`, `resetMfaMethods` (delete registered methods as well, last). Records: `Outcome`, one a
/// change, and `Offboarding`, one a person.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_invoke_offboarding(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::InvokeOffboarding, session, request, length, job) }
}

/// Deletes what people have registered to prove the second factor, one by one, and reads back what is left. Not atomic:
/// what could not be deleted is named.
///
/// Request: who, how, `keep` (a list of types that stay: Phone, Authenticator, Fido2, SoftwareOath, HardwareOath, Email,
/// WindowsHello, TemporaryAccessPass, PlatformCredential, External, QrCodePin), `revokeSessions` (end the sessions
/// afterwards), `appPasswords` (no interface exists: an outcome says so and what helps). Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_reset_mfa_method(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::ResetMfaMethod, session, request, length, job) }
}

/// Reads the service settings of multi-factor authentication. Experimental: the service does not document them.
///
/// Request: `{}`. Records: `MfaPolicy`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_mfa_policy(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetMfaPolicy, session, request, length, job) }
}

/// Changes service settings of multi-factor authentication in the whole tenant and reads them back. Experimental: the
/// service does not document them.
///
/// Request: how, `appPasswordsAllowed` (people may make app passwords), `rememberDevicesDays` (0 to 365; 0 remembers no
/// device); what is not named is left alone. Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_set_mfa_policy(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::SetMfaPolicy, session, request, length, job) }
}

/// Makes what to send to people once they sign in in two steps: from when it counts, and how to set up a phone.
///
/// Request: who, `language` (en, nl, sv; without it each person's own, as far as it is one of these), `format` (Text, Html,
/// Markdown). Records: `Instruction`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_mfa_instruction(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetMfaInstruction, session, request, length, job) }
}

/// Reads the per-user MFA states of people, what they have registered, and what protects their sign-in.
///
/// Request: who, `state` (Any, Enabled, Enforced or Disabled: only these people). Records: `Mfa`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_mfa(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetMfa, session, request, length, job) }
}

/// Sets the per-user MFA state of people and reads it back.
///
/// Request: who, how, `state` (Enabled, Enforced or Disabled). Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_set_mfa(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::SetMfa, session, request, length, job) }
}

/// Sets the per-user MFA states that a list wants and reads them back. The list is checked as a whole before the first
/// write.
///
/// Request: who, by a list alone (a CSV file with the columns Username or UserPrincipalName, and MFA Status), how, and
/// `validateOnly` (check the list, and do nothing). Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_import_mfa(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::ImportMfa, session, request, length, job) }
}

/// Writes a list for `m365_import_mfa`, filled with people and their states of today.
///
/// Request: who, where path is the file to be written (one that is there is replaced); or that and `sample`, to write a
/// small sample, which works on a session without a tenant. Records: `MfaTemplate`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_new_mfa_template(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::NewMfaTemplate, session, request, length, job) }
}

/// Says whether the caller may carry out operations, and what is missing; nothing is written.
///
/// Request: `operation` (a list of cmdlets; all without it), and who, to learn whether it would reach these people.
/// Records: `Permission`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_test_permission(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::TestPermission, session, request, length, job) }
}

/// Reads by which protocols mailboxes can be reached. Uses the command endpoint of Microsoft's own Exchange module, which
/// is not documented.
///
/// Request: who. Records: `MailboxAccess`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_mailbox_access(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetMailboxAccess, session, request, length, job) }
}

/// Closes protocols of mailboxes and reads it back; only what differs is written. People without a mailbox are skipped.
///
/// Request: who, how, and `protocol` (a list of ActiveSync, OWA, OWAforDevices, MAPI, EWS, POP, IMAP, UniversalOutlook,
/// OutlookMobile, OneWinNativeOutlook, MacOutlook, SmtpAuth; without it all of them), or `classic` for ActiveSync, OWA and
/// OWAforDevices. Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_disable_mailbox_access(
    session: u64,
    request: *const u8,
    length: u32,
    job: *mut u64,
) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::DisableMailboxAccess, session, request, length, job) }
}

/// Opens protocols of mailboxes and reads it back.
///
/// Request: who, how, and `protocol` as in `m365_disable_mailbox_access` (without it all but SmtpAuth), or `classic`.
/// Records: `Outcome`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_enable_mailbox_access(
    session: u64,
    request: *const u8,
    length: u32,
    job: *mut u64,
) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::EnableMailboxAccess, session, request, length, job) }
}

/// Reads whether modern authentication is on in the organisation.
///
/// Request: `{}`. Records: `ModernAuthentication`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_modern_authentication(
    session: u64,
    request: *const u8,
    length: u32,
    job: *mut u64,
) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetModernAuthentication, session, request, length, job) }
}

/// Turns modern authentication on in the organisation and reads it back.
///
/// Request: how. Records: `Outcome`, one about the tenant.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_enable_modern_authentication(
    session: u64,
    request: *const u8,
    length: u32,
    job: *mut u64,
) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::EnableModernAuthentication, session, request, length, job) }
}

/// Turns modern authentication off in the organisation and reads it back: Outlook then falls back to sign-ins that know no
/// second factor, or does not get in at all.
///
/// Request: how. Records: `Outcome`, one about the tenant.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_disable_modern_authentication(
    session: u64,
    request: *const u8,
    length: u32,
    job: *mut u64,
) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::DisableModernAuthentication, session, request, length, job) }
}

/// Reads the journal. Works on a session without a tenant.
///
/// Request: `id` and `user` (lists), `last` (so many of the newest), `since` (ISO 8601), `changes` to have their outcomes.
/// Records: `Run`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_get_run(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::GetRun, session, request, length, job) }
}

/// Starts a simulated tenant on loopback for other programs; it lives until it is stopped or its session is closed.
/// Works on a session without a tenant.
///
/// Request: `port`, `users`, `seed`, `latencyMilliseconds`, `timeScale`, `https`, `faultPath`. Records: `Simulator`.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_start_simulator(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::StartSimulator, session, request, length, job) }
}

/// Stops simulated tenants that this session started.
///
/// Request: `tenantId` and `graphEndpoint` (lists); without them all of them. Records: none.
///
/// # Safety
/// `request` is readable for `length` bytes; `job` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_stop_simulator(session: u64, request: *const u8, length: u32, job: *mut u64) -> i32 {
    // SAFETY: this function's own promises.
    unsafe { start(Operation::StopSimulator, session, request, length, job) }
}
