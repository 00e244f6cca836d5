//! Replication: what was written is the truth at once, and is seen by readers only after a while.

use std::time::{Duration, Instant};

/// A value whose writes are seen by readers only after a while.
#[derive(Debug, Clone)]
pub struct Replicated<T> {
    latest: T,
    /// When the latest value becomes visible, if it was ever written.
    visible_at: Option<Instant>,
    /// Older values, oldest first.
    older: Vec<Older<T>>,
}

impl<T: Clone + Default> Default for Replicated<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Clone> Replicated<T> {
    /// A value that everybody sees.
    pub fn new(value: T) -> Self {
        Self { latest: value, visible_at: None, older: Vec::new() }
    }

    /// What was written last: the truth.
    pub fn latest(&self) -> &T {
        &self.latest
    }

    /// What a reader sees at `now`, when its replica lags `lag` behind the others.
    pub fn seen(&self, now: Instant, lag: Duration) -> &T {
        self.older.iter().find(|older| now < older.replaced_at + lag).map_or(&self.latest, |older| &older.value)
    }

    /// The moment at which readers see the last write; `None` if there was none.
    pub fn visible_at(&self) -> Option<Instant> {
        self.visible_at
    }

    /// Writes; readers see it `delay` later.
    pub fn write(&mut self, now: Instant, delay: Duration, value: T) {
        self.settle(now);
        let before = std::mem::replace(&mut self.latest, value);
        self.visible_at = Some(now + delay);
        if !delay.is_zero() {
            // The slowest replica lags as long again; a bit more does no harm.
            self.older.push(Older { value: before, replaced_at: now + delay, forgotten_at: now + delay * 4 });
        }
    }

    /// Forgets what no replica shows any more; true if nothing is left but the latest value.
    pub fn settle(&mut self, now: Instant) -> bool {
        self.older.retain(|older| now < older.forgotten_at);
        if self.is_settled() {
            self.older.shrink_to_fit();
        }
        self.is_settled()
    }

    /// Nothing is left but the latest value.
    pub(super) fn is_settled(&self) -> bool {
        self.older.is_empty()
    }
}

#[derive(Debug, Clone)]
struct Older<T> {
    value: T,
    /// When the next value becomes visible to a replica that does not lag.
    replaced_at: Instant,
    /// When every replica has left it behind.
    forgotten_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_secs(10);

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_write_is_seen_after_the_delay_and_later_by_a_replica_that_lags() {
        let start = Instant::now();
        let mut value = Replicated::new(1);
        value.write(start, DELAY, 2);
        value.write(after(start, 4), DELAY, 3);
        assert_eq!(*value.latest(), 3);
        let seen = |seconds, lag| *value.seen(after(start, seconds), lag);
        assert_eq!([9, 10, 13, 14].map(|second| seen(second, Duration::ZERO)), [1, 2, 2, 3]);
        assert_eq!([19, 20, 23, 24].map(|second| seen(second, DELAY)), [1, 2, 2, 3]);
    }

    #[test]
    fn without_a_delay_a_write_is_seen_at_once_and_nothing_is_kept() {
        let start = Instant::now();
        let mut value = Replicated::new(1);
        value.write(start, Duration::ZERO, 2);
        assert_eq!(*value.seen(start, Duration::ZERO), 2);
        assert!(value.settle(start));
    }

    #[test]
    fn older_values_are_forgotten_when_no_replica_shows_them() {
        let start = Instant::now();
        let mut value = Replicated::new(1);
        value.write(start, DELAY, 2);
        assert!(!value.settle(after(start, 20)), "the slowest replica shows it until then");
        assert!(value.settle(after(start, 40)));
        assert_eq!(*value.seen(start, DELAY), 2, "nothing older is left to be seen");
    }
}
