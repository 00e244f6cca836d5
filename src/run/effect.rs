//! Waiting until what was done has taken hold everywhere.

use std::time::Duration;

use tokio::time::Instant;

use super::plan::Plan;
use crate::{
    event::{Counts, Progress},
    job::Reporter,
};

/// How often the wait is told.
const EVERY: Duration = Duration::from_secs(1);

/// Waits for the longest of the plan's changes whose time is documented, counted from now; durations of a simulated tenant are shorter.
pub(super) async fn wait(plan: &Plan, time_scale: f64, reporter: &Reporter) {
    let longest = plan.changes.iter().filter_map(|change| change.wanted.takes_hold_after()).max().unwrap_or_default();
    let documented = Duration::try_from(longest).unwrap_or_default();
    let until = Instant::now() + documented.div_f64(time_scale);
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        reporter
            .progress(Progress {
                activity: "wait",
                completed: 0,
                total: None,
                counts: Counts::default(),
                seconds_remaining: Some(left.as_secs()),
                status: None,
            })
            .await;
        tokio::select! {
            () = reporter.cancelled().cancelled() => return,
            () = tokio::time::sleep(left.min(EVERY)) => {}
        }
    }
}
