//! One quota: so much within any stretch of time of a certain length.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What is charged beyond the limit is remembered up to this share of it: the service's own scale of load ends there.
const WORST: f64 = 1.8;

/// What was charged lately.
#[derive(Debug, Default)]
pub(super) struct Window {
    charges: VecDeque<(Instant, u32)>,
    sum: u32,
}

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    /// The most within `length`.
    pub(super) most: u32,
    /// Already scaled.
    pub(super) length: Duration,
}

impl Window {
    /// Forgets what is older than the window.
    fn advance(&mut self, now: Instant, limit: Limit) {
        while let Some((_, cost)) = self.charges.front().copied().filter(|(at, _)| *at + limit.length <= now) {
            self.sum -= cost;
            self.charges.pop_front();
        }
    }

    /// How long until `cost` fits; zero if it does now.
    pub(super) fn wait(&mut self, now: Instant, limit: Limit, cost: u32) -> Duration {
        self.advance(now, limit);
        let mut over = (self.sum + cost).saturating_sub(limit.most);
        for (at, charged) in &self.charges {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(*charged);
            if over == 0 {
                return (*at + limit.length).saturating_duration_since(now);
            }
        }
        // More than the limit at once never fits; what a client can do about it is to ask for less.
        if over == 0 { Duration::ZERO } else { limit.length }
    }

    /// Charges. What does not fit is charged too, up to a bound: repeating at once does not help.
    pub(super) fn charge(&mut self, now: Instant, limit: Limit, cost: u32) {
        self.advance(now, limit);
        if self.load(limit) < WORST {
            self.charges.push_back((now, cost));
            self.sum += cost;
        }
    }

    /// How full it is: 1 at the limit.
    pub(super) fn load(&self, limit: Limit) -> f64 {
        (f64::from(self.sum) / f64::from(limit.most.max(1))).min(WORST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { most: 10, length: Duration::from_secs(10) };

    fn second(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn what_fits_waits_for_nothing_and_the_next_for_the_oldest_to_pass() {
        let start = Instant::now();
        let mut window = Window::default();
        for turn in 0..10 {
            assert_eq!(window.wait(second(start, turn / 2), LIMIT, 1), Duration::ZERO);
            window.charge(second(start, turn / 2), LIMIT, 1);
        }
        assert_eq!(window.wait(second(start, 5), LIMIT, 1), Duration::from_secs(5));
        assert_eq!(window.wait(second(start, 5), LIMIT, 3), Duration::from_secs(6), "three need those of second 1");
        assert_eq!(window.wait(second(start, 10), LIMIT, 2), Duration::ZERO);
        assert_eq!(window.wait(second(start, 10), LIMIT, 3), Duration::from_secs(1));
    }

    #[test]
    fn storming_a_full_window_keeps_it_full_up_to_a_bound() {
        let start = Instant::now();
        let mut window = Window::default();
        for _ in 0..10 {
            window.charge(start, LIMIT, 1);
        }
        assert!((window.load(LIMIT) - 1.0).abs() < 1e-9);
        for _ in 0..100 {
            window.charge(second(start, 9), LIMIT, 1);
        }
        assert!((window.load(LIMIT) - WORST).abs() < 1e-9);
        assert_eq!(window.wait(second(start, 10), LIMIT, 2), Duration::ZERO, "the storm has cost eight of ten");
        assert_eq!(window.wait(second(start, 10), LIMIT, 3), Duration::from_secs(9));
    }

    #[test]
    fn more_than_the_limit_at_once_never_fits() {
        assert_eq!(Window::default().wait(Instant::now(), LIMIT, 11), LIMIT.length);
    }
}
