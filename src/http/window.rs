//! One quota: so much in so long, whenever one begins to measure.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// One quota as a sliding window.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) limit: u32,
    length: Duration,
    made: Instant,
    /// What was drawn, and when it stops to count; oldest first.
    drawn: VecDeque<(Instant, u32)>,
    used: u32,
    pub(super) paused_until: Option<Instant>,
    /// The share of the limit that is left to us, and until when.
    slow: Option<(Instant, f64)>,
}

/// Draws in the same hundredth of a window are remembered as one: it bounds the memory.
const GRAINS: u32 = 100;

impl Window {
    pub(super) fn new(limit: u32, length: Duration) -> Self {
        Self { limit, length, made: Instant::now(), drawn: VecDeque::new(), used: 0, paused_until: None, slow: None }
    }

    fn allowance(&self) -> u32 {
        (self.limit - self.limit / 20).max(1)
    }

    pub(super) fn slow_down(&mut self, now: Instant, share: f64) {
        self.slow = Some((now + self.length, 0.8 / share));
    }

    /// Whether `amount` fits beside what is `used`. What is larger than a whole window waits for an empty one.
    fn fits(&self, now: Instant, used: u32, amount: u32) -> bool {
        let share = self.slow.filter(|(until, _)| *until > now).map_or(1.0, |(_, share)| share);
        used == 0 || f64::from(used.saturating_add(amount)) <= f64::from(self.allowance()) * share
    }

    /// When `amount` can be taken; nothing if now.
    pub(super) fn affordable_at(&mut self, now: Instant, amount: u32) -> Option<Instant> {
        if amount == 0 {
            return None;
        }
        while let Some((ends, gone)) = self.drawn.front().copied()
            && ends <= now
        {
            self.drawn.pop_front();
            self.used -= gone;
        }
        let (mut used, mut free_at) = (self.used, None);
        for (ends, gone) in &self.drawn {
            if self.fits(now, used, amount) {
                break;
            }
            used -= gone;
            free_at = Some(*ends);
        }
        free_at.max(self.paused_until.filter(|until| *until > now))
    }

    /// Takes `amount`; what is larger than a window is paid off in the windows after it.
    pub(super) fn take(&mut self, now: Instant, amount: u32) {
        let (mut rest, mut ends) = (amount, self.grain_after(now + self.length));
        while rest > 0 {
            let part = rest.min(self.allowance());
            match self.drawn.back_mut() {
                Some((last, drawn)) if *last == ends => *drawn += part,
                _ => self.drawn.push_back((ends, part)),
            }
            self.used += part;
            rest -= part;
            ends += self.length;
        }
    }

    fn grain_after(&self, time: Instant) -> Instant {
        let grain = (self.length / GRAINS).max(Duration::from_nanos(1));
        let nanos = time.saturating_duration_since(self.made).as_nanos();
        let missing = (grain.as_nanos() - nanos % grain.as_nanos()) % grain.as_nanos();
        time + Duration::from_nanos(u64::try_from(missing).unwrap_or(0))
    }
}
