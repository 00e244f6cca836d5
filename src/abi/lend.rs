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
    // No object is larger, and Rust's slices must not be: only a 32-bit process can ask for it.
    if isize::try_from(length).is_err() {
        return Err(Misuse::Argument);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_without_length_is_empty_text() {
        // SAFETY: nothing is read.
        assert_eq!(unsafe { text(std::ptr::null(), 0) }, Ok(""));
    }

    #[test]
    fn null_with_a_length_is_misuse() {
        // SAFETY: nothing is read.
        assert_eq!(unsafe { text(std::ptr::null(), 1) }, Err(Misuse::Argument));
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_misuse() {
        let bytes = [b'"', 0xff, b'"'];
        // SAFETY: three readable bytes.
        assert_eq!(unsafe { text(bytes.as_ptr(), 3) }, Err(Misuse::Argument));
    }

    #[test]
    #[allow(clippy::cast_ptr_alignment, reason = "that it is not aligned is what is tested")]
    fn a_result_may_lie_anywhere() {
        let mut packed = [0_u8; 9];
        let place = packed.as_mut_ptr().wrapping_add(1).cast::<u64>();
        // SAFETY: eight writable bytes follow the first.
        let status = unsafe { put(place, 0x0102_0304_0506_0708) };
        assert_eq!(status, Ok(()));
        assert_eq!(packed[1..], 0x0102_0304_0506_0708_u64.to_ne_bytes());
    }
}
