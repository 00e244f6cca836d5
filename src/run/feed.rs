//! What a run shows while it goes on: outcomes as they are settled, progress now and then.

use std::time::{Duration, Instant};

use serde_json::Value;
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

/// What is shown of a run: the outcome of a change, or what its changes amount to for one person.
#[derive(Debug)]
pub(super) enum Shown {
    Outcome(Box<Record>),
    Person(&'static str, Value),
}

/// Where settled outcomes go.
pub(super) type Sink = mpsc::Sender<Shown>;

/// A feed and the sink that fills it.
pub(super) fn open() -> (Sink, Feed) {
    let (sink, records) = mpsc::channel(WAITING);
    (sink, Feed { records })
}

#[derive(Debug)]
pub(super) struct Feed {
    records: mpsc::Receiver<Shown>,
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
            tokio::select! {
                count = self.records.recv_many(&mut settled, RECORDS_PER_EVENT) => {
                    if count == 0 {
                        return Ok(tally);
                    }
                    let (mut outcomes, mut people) = (Vec::with_capacity(count), Vec::new());
                    for shown in settled.drain(..) {
                        match shown {
                            Shown::Outcome(record) => {
                                tally.count(&record);
                                outcomes.push(*record);
                            }
                            Shown::Person(record_type, record) => people.push((record_type, record)),
                        }
                    }
                    reporter.records("Outcome", &outcomes).await?;
                    for (record_type, record) in people {
                        reporter.records(record_type, &[record]).await?;
                    }
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
