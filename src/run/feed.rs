//! What a run shows while it goes on: outcomes as they are settled, progress now and then.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{outcome::Record, tally::Tally};
use crate::{
    error::Result,
    event::{Progress, RECORDS_PER_EVENT},
    job::Reporter,
    sentence::Sentence,
};

/// How often progress is told at the most.
const EVERY: Duration = Duration::from_millis(500);
/// Outcomes that may wait to be shown before the work waits.
const WAITING: usize = 512;

/// Where settled outcomes go.
pub(super) type Sink = mpsc::Sender<Record>;

/// A feed and the sink that fills it.
pub(super) fn open() -> (Sink, Feed) {
    let (sink, records) = mpsc::channel(WAITING);
    (sink, Feed { records })
}

#[derive(Debug)]
pub(super) struct Feed {
    records: mpsc::Receiver<Record>,
}

impl Feed {
    /// Shows everything until the last sink is gone. `waiting` says why it is slow just now.
    pub(super) async fn show(
        mut self,
        reporter: &Reporter,
        total: u64,
        waiting: impl Fn() -> Option<Sentence>,
    ) -> Result<Tally> {
        let started = Instant::now();
        let mut tally = Tally::default();
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut settled = Vec::with_capacity(RECORDS_PER_EVENT);
        loop {
            settled.clear();
            tokio::select! {
                count = self.records.recv_many(&mut settled, RECORDS_PER_EVENT) => {
                    if count == 0 {
                        return Ok(tally);
                    }
                    for record in &settled {
                        tally.add(record.outcome, record.code);
                    }
                    reporter.records("Outcome", &settled).await?;
                }
                _ = ticks.tick() => reporter.progress(progress(&tally, total, started, waiting())).await,
            }
        }
    }
}

fn progress(tally: &Tally, total: u64, started: Instant, status: Option<Sentence>) -> Progress {
    let completed = tally.total();
    // From the pace so far, once there is one.
    let seconds_remaining = (completed > 0).then(|| {
        let left = u32::try_from(total.saturating_sub(completed)).unwrap_or(u32::MAX);
        let done = u32::try_from(completed).unwrap_or(u32::MAX);
        (started.elapsed() * left / done.max(1)).as_secs()
    });
    Progress { activity: "change", completed, total: Some(total), counts: tally.counts, seconds_remaining, status }
}
