//! The statuses of the boundary: positive is normal, negative is misuse or a defect.

/// The call did what it says.
pub const M365_STATUS_OK: i32 = 1;
/// `m365_next`: no event within the wait; ask again.
pub const M365_STATUS_PENDING: i32 = 2;
/// `m365_next`: the `end` event has been read; nothing will come any more.
pub const M365_STATUS_DONE: i32 = 3;
/// `m365_next`: the event is larger than the buffer and stays; `length` says how much room it needs.
pub const M365_STATUS_GROW: i32 = 4;
/// The id is not one of a live session or job (0, closed, of the other kind, of another process).
pub const M365_STATUS_HANDLE: i32 = -1;
/// A null pointer with a length, a null result pointer, or bytes that are not UTF-8.
pub const M365_STATUS_ARGUMENT: i32 = -2;
/// A defect of the library, or the system gave it no threads to work with; the process is unharmed.
pub const M365_STATUS_INTERNAL: i32 = -3;

/// Why a call did not do what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misuse {
    Handle,
    Argument,
    Internal,
}

impl Misuse {
    pub(crate) const fn status(self) -> i32 {
        match self {
            Self::Handle => M365_STATUS_HANDLE,
            Self::Argument => M365_STATUS_ARGUMENT,
            Self::Internal => M365_STATUS_INTERNAL,
        }
    }
}
