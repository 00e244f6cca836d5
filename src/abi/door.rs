//! The one door through which every export goes.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use super::status::{M365_STATUS_INTERNAL, Misuse};

/// Runs a call; misuse becomes its status, a panic becomes `M365_STATUS_INTERNAL`.
pub(super) fn guard(call: impl FnOnce() -> Result<i32, Misuse>) -> i32 {
    quiet();
    // What a call shares with others is behind locks that are entered even when poisoned, so nothing broken is seen.
    match panic::catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(status)) => status,
        Ok(Err(misuse)) => misuse.status(),
        Err(_) => M365_STATUS_INTERNAL,
    }
}

/// The same for calls that return nothing.
pub(super) fn guard_silent(call: impl FnOnce()) {
    guard(|| {
        call();
        Ok(0)
    });
}

/// Keeps Rust's panic report from the host's stderr. This library has its own copy of the standard library, so a
/// host's own hook is not replaced. Rust programs that use the crate never come through here and keep theirs.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| panic::set_hook(Box::new(|_| {})));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_internal() {
        assert_eq!(guard(|| panic!("planted")), M365_STATUS_INTERNAL);
    }
}
