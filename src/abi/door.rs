//! The one door through which every export goes.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use super::{
    resident,
    status::{M365_STATUS_INTERNAL, Misuse},
};
use crate::defect;

/// Runs a call; misuse becomes its status, a panic becomes `M365_STATUS_INTERNAL`.
pub(super) fn guard(call: impl FnOnce() -> Result<i32, Misuse>) -> i32 {
    settle_in();
    // What a call shares with others is behind locks that are entered even when poisoned, so nothing broken is seen.
    match panic::catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(status)) => status,
        Ok(Err(misuse)) => misuse.status(),
        Err(_) => {
            tracing::error!(place = defect::place(), "a panic reached the C boundary");
            M365_STATUS_INTERNAL
        }
    }
}

/// The same for calls that return nothing.
pub(super) fn guard_silent(call: impl FnOnce()) {
    guard(|| {
        call();
        Ok(0)
    });
}

/// What is done once in a host process, before anything else.
fn settle_in() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        defect::keep_quiet();
        resident::stay();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_internal() {
        assert_eq!(guard(|| panic!("planted")), M365_STATUS_INTERNAL);
    }

    #[test]
    fn a_panic_in_a_silent_call_stays_inside() {
        guard_silent(|| panic!("planted"));
    }

    #[test]
    fn misuse_becomes_its_status() {
        for misuse in [Misuse::Handle, Misuse::Argument, Misuse::Internal] {
            assert_eq!(guard(|| Err(misuse)), misuse.status());
            assert!(misuse.status() < 0, "{misuse:?}");
        }
    }
}
