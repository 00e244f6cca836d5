//! The simulated tenant's pace: durations of the service divided by the time scale. Dates stay real UTC, so that
//! clients which compare them with their own clock are not led astray.

use std::time::Duration;

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
        documented.div_f64(self.scale)
    }

    /// The time scale.
    pub fn scale(&self) -> f64 {
        self.scale
    }
}
