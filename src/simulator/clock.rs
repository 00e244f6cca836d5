//! The simulated tenant's pace: durations of the service divided by the time scale. Dates stay real UTC, so that
//! clients which compare them with their own clock are not led astray.

use std::{future::Future, time::Duration};

use jiff::{SignedDuration, Timestamp};

tokio::task_local! {
    /// How far behind the clock of the machine is that works on the request at hand.
    static BEHIND: SignedDuration;
}

/// What a machine of the service takes for now.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    BEHIND.try_with(|behind| now - *behind).unwrap_or(now)
}

/// Does some work on a machine whose clock is behind.
pub(super) async fn behind<T>(behind: Duration, work: impl Future<Output = T>) -> T {
    BEHIND.scope(SignedDuration::try_from(behind).unwrap_or_default(), work).await
}

/// Divides the service's durations by the time scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    scale: f64,
}

impl Clock {
    /// A clock that runs `scale` times as fast as the service's; values that are not positive count as 1.
    pub fn new(scale: f64) -> Self {
        Self { scale: if scale.is_finite() && scale > 0.0 { scale } else { 1.0 } }
    }

    /// How long `documented` takes in this tenant.
    pub fn scaled(&self, documented: Duration) -> Duration {
        Duration::try_from_secs_f64(documented.as_secs_f64() / self.scale).unwrap_or(documented)
    }

    /// The time scale.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// `Retry-After` for a wait in this tenant's time. At the service's pace it is whole seconds, 1 at least, as the
    /// service gives it; faster, where whole seconds would be far too long, it has milliseconds.
    pub fn retry_after(&self, wait: Duration) -> String {
        if self.scale > 1.0 {
            seconds(wait)
        } else {
            let started = u64::from(wait.subsec_nanos() > 0);
            (wait.as_secs() + started).max(1).to_string()
        }
    }
}

/// A number of seconds, rounded up to milliseconds, without a fraction where there is none.
pub(super) fn seconds(time: Duration) -> String {
    let milliseconds = time.as_nanos().div_ceil(1_000_000);
    let (whole, fraction) = (milliseconds / 1_000, milliseconds % 1_000);
    if fraction == 0 { whole.to_string() } else { format!("{whole}.{fraction:03}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_whole_seconds_at_the_services_pace_and_finer_when_faster() {
        let wait = Duration::from_micros(1_200_100);
        assert_eq!(Clock::new(1.0).retry_after(wait), "2");
        assert_eq!(Clock::new(1.0).retry_after(Duration::from_millis(3)), "1");
        assert_eq!(Clock::new(1.0).retry_after(Duration::from_secs(10)), "10");
        assert_eq!(Clock::new(0.5).retry_after(wait), "2");
        assert_eq!(Clock::new(100.0).retry_after(wait), "1.201");
        assert_eq!(Clock::new(100.0).retry_after(Duration::from_secs(4)), "4");
    }

    #[test]
    fn a_scale_that_is_no_scale_is_the_services_own() {
        for scale in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Clock::new(scale).scaled(Duration::from_secs(7)), Duration::from_secs(7));
        }
        assert_eq!(Clock::new(2.0).scaled(Duration::from_secs(7)), Duration::from_millis(3_500));
    }
}
