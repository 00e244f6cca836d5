//! What the library tells whoever embeds it, kept so that a test can look for what must not be there.

use std::{
    fmt::{Debug, Write},
    sync::{Mutex, Once, PoisonError},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

static KEPT: Mutex<String> = Mutex::new(String::new());

/// Keeps everything from now on, of all tests of this process.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Keeper).unwrap());
}

/// What was kept.
pub(crate) fn kept() -> String {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

struct Keeper;

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

fn add(fields: impl FnOnce(&mut Line<'_>)) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    fields(&mut Line(&mut kept));
    kept.push('\n');
}

impl Subscriber for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("m365_access")
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        add(|line| span.record(line));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        add(|line| values.record(line));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        add(|line| event.record(line));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
