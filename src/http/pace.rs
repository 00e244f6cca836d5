//! The pace of a tenant: simulated ones can live faster than the services.

use std::time::Duration;

/// Divides the durations that belong to the service (quota windows, waits without a `Retry-After`, patience). What the
/// service itself says (`Retry-After`, `expires_in`) is already in its own pace and is never divided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace(f64);

impl Pace {
    /// The pace of the services themselves.
    pub(crate) const REAL: Self = Self(1.0);

    /// `scale` times as fast as the services; values that are not positive count as 1.
    pub(crate) fn new(scale: f64) -> Self {
        if scale.is_finite() && scale > 0.0 { Self(scale) } else { Self::REAL }
    }

    pub(crate) fn scale(self) -> f64 {
        self.0
    }

    pub(crate) fn of(self, duration: Duration) -> Duration {
        Duration::try_from_secs_f64(duration.as_secs_f64() / self.0).unwrap_or(duration)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::REAL
    }
}
