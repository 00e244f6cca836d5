//! Sessions and jobs as a C program sees them.

use std::time::Duration;

use super::{
    door::{guard, guard_silent},
    lend,
    status::{M365_STATUS_DONE, M365_STATUS_GROW, M365_STATUS_OK, M365_STATUS_PENDING, Misuse},
    table,
};
use crate::{event::Answer, job::Next, session::Session};

/// Opens a session: how to reach and sign in to one tenant. Nothing is sent yet.
///
/// `settings` is a JSON object, for example `{"simulated":true,"simulatedUsers":200}` or
/// `{"tenantId":"...","clientId":"...","clientSecret":"..."}`; `{}` opens a session without a tenant, enough for
/// operations on the journal and the simulator. Faulty settings are reported by the first operation, with the
/// name of the field. The settings are read during the call, and secrets in them are copied into memory that is wiped.
///
/// Writes the session's id to `session` and returns `M365_STATUS_OK`. Close the session with `m365_close`.
///
/// # Safety
/// `settings` is readable for `length` bytes; `session` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_open(settings: *const u8, length: u32, session: *mut u64) -> i32 {
    guard(|| {
        if session.is_null() {
            return Err(Misuse::Argument);
        }
        // SAFETY: the caller promises a readable range of this length.
        let settings = unsafe { lend::text(settings, length)? };
        let id = table::add_session(Session::open(settings));
        // SAFETY: not null, and writable by the caller's promise.
        unsafe { lend::put(session, id)? };
        Ok(M365_STATUS_OK)
    })
}

/// Waits at most `wait_ms` milliseconds for the job's next event and copies it to `buffer`.
///
/// An event is one JSON object with a `kind`: `records`, `progress`, `note`, `ask`, `error`, `end`. `end` comes last
/// and exactly once. Text is UTF-8 without a terminating zero; `length` receives its size.
///
/// Returns `M365_STATUS_OK` with an event, `M365_STATUS_PENDING` when none came in time, `M365_STATUS_DONE` after `end`
/// (for ever), or `M365_STATUS_GROW` when the event has more than `capacity` bytes: it stays, and `length` says how
/// many it has. Several threads may call this for one job; each event goes to one of them.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes (null only with 0); `length` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_next(job: u64, wait_ms: u32, buffer: *mut u8, capacity: u32, length: *mut u32) -> i32 {
    guard(|| {
        // SAFETY: null, or writable by the caller's promise.
        unsafe { lend::put(length, 0)? };
        if buffer.is_null() && capacity > 0 {
            return Err(Misuse::Argument);
        }
        let job = table::job(job)?;
        let room = usize::try_from(capacity).map_err(|_| Misuse::Argument)?;
        let (status, size) = match job.next(Duration::from_millis(u64::from(wait_ms)), room) {
            Next::Event(event) => {
                // SAFETY: the event has at most `capacity` bytes, which the caller promises to be writable.
                unsafe { lend::copy(event.as_bytes(), buffer) };
                (M365_STATUS_OK, event.len())
            }
            Next::Grow(size) => (M365_STATUS_GROW, size),
            Next::Pending => (M365_STATUS_PENDING, 0),
            Next::Done => (M365_STATUS_DONE, 0),
        };
        let size = u32::try_from(size).map_err(|_| Misuse::Internal)?;
        // SAFETY: not null, and writable by the caller's promise.
        unsafe { lend::put(length, size)? };
        Ok(status)
    })
}

/// Answers an `ask` event: `{"ask":1,"answer":true}`, with the number that the event carries. The job goes on with it.
///
/// Returns `M365_STATUS_OK`, or `M365_STATUS_ARGUMENT` for anything that is not such an object. An answer to a
/// question that was not asked is ignored.
///
/// # Safety
/// `answer` is readable for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m365_reply(job: u64, answer: *const u8, length: u32) -> i32 {
    guard(|| {
        // SAFETY: the caller promises a readable range of this length.
        let answer = unsafe { lend::text(answer, length)? };
        let job = table::job(job)?;
        let answer: Answer = serde_json::from_str(answer).map_err(|_| Misuse::Argument)?;
        job.reply(answer);
        Ok(M365_STATUS_OK)
    })
}

/// Asks a job, or every job of a session, to stop at the next safe place: between changes, never in the middle of one.
/// The events that tell how it ended still come. Returns at once; accepts any number; may be called from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn m365_cancel(handle: u64) {
    guard_silent(|| table::cancel(handle));
}

/// Closes a job, or a session with all its jobs. A job that still works is cancelled, and events that were not read
/// are given up; what it did is in the journal. Returns at once; accepts any number; may be called from any thread,
/// also while another one waits in `m365_next`, which then returns `M365_STATUS_DONE` or `M365_STATUS_HANDLE`.
#[unsafe(no_mangle)]
pub extern "C" fn m365_close(handle: u64) {
    guard_silent(|| table::close(handle));
}
