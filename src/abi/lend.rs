//! Ranges of bytes that a caller lends for the length of a call.

use super::status::Misuse;

/// The text in a lent range. `(null, 0)` is empty; `(null, n)` and bytes that are not UTF-8 are misuse.
///
/// # Safety
/// A pointer that is not null is readable for `length` bytes and not written to during the call.
pub(super) unsafe fn text<'call>(start: *const u8, length: u32) -> Result<&'call str, Misuse> {
    if length == 0 {
        return Ok("");
    }
    if start.is_null() {
        return Err(Misuse::Argument);
    }
    let length = usize::try_from(length).map_err(|_| Misuse::Argument)?;
    // SAFETY: not null, and the caller promises `length` readable bytes that nobody writes meanwhile.
    let bytes = unsafe { std::slice::from_raw_parts(start, length) };
    std::str::from_utf8(bytes).map_err(|_| Misuse::Argument)
}

/// Copies `bytes` into a lent buffer that the caller knows to be large enough.
///
/// # Safety
/// `buffer` is null only when `bytes` is empty, and is writable for `bytes.len()` bytes that nobody else uses meanwhile.
pub(super) unsafe fn copy(bytes: &[u8], buffer: *mut u8) {
    if !bytes.is_empty() {
        // SAFETY: writable for this many bytes by the caller's promise; our bytes cannot overlap a buffer of theirs.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, bytes.len()) };
    }
}

/// Writes a result through a pointer that must not be null.
///
/// # Safety
/// `place` is null or writable for one `T`, of any alignment.
pub(super) unsafe fn put<T>(place: *mut T, value: T) -> Result<(), Misuse> {
    if place.is_null() {
        return Err(Misuse::Argument);
    }
    // SAFETY: not null, and writable by the caller's promise; unaligned because callers pack their structs as they like.
    unsafe { place.write_unaligned(value) };
    Ok(())
}
