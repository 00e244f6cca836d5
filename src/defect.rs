//! Where a panic happened, and nothing else of it: its text may hold what a person typed.

use std::{cell::RefCell, panic};

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics leave their place behind instead of a report on stderr. For the C boundary, whose host owns stderr: the
/// built library has a copy of the standard library of its own, so a host's own hook is not replaced. Rust programs that
/// embed the crate keep their hook, and so do the unit tests, whose failures would be mute otherwise.
pub(crate) fn keep_quiet() {
    if !cfg!(test) {
        panic::set_hook(Box::new(note));
    }
}

/// What the hook does: remembers file and line for [`place`], on the thread that panicked.
fn note(panic: &panic::PanicHookInfo<'_>) {
    let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
    // During the end of a thread there is nowhere to put it, and nobody left to ask.
    drop(PLACE.try_with(|kept| kept.replace(place)));
}

/// File and line of this thread's last panic, once.
pub(crate) fn place() -> String {
    let place = PLACE.try_with(RefCell::take).ok().flatten();
    place.unwrap_or_else(|| "an unknown place".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_once() {
        PLACE.with(|kept| kept.replace(Some("src/example.rs:7".to_owned())));
        assert_eq!(place(), "src/example.rs:7");
        assert_eq!(place(), "an unknown place");
    }
}
