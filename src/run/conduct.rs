//! The run itself: begun in the journal, executed and shown at once, ended in the journal.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::FutureExt;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    effect,
    execute::{Execution, Seen},
    feed::{self, Shown},
    journal::{self, ChangePlan, Journal, RunHandle},
    outcome::Record,
    prepared::Prepared,
    tally::Tally,
};
use crate::{
    error::{Code, Error, Result},
    event::{Counts, End, EndState},
    say,
    service::Services,
    session::Connected,
};

/// How long requests that are under way may take to come to an end after the caller wants to stop.
const GRACE: Duration = Duration::from_secs(10);

impl Prepared<'_> {
    /// Carries the plan out, without those whom the administrator has declined.
    pub(super) async fn conduct(
        &self,
        journal: &Arc<Journal>,
        session: &Arc<Connected>,
        declined: &BTreeSet<String>,
    ) -> Result<End> {
        let changes = self.plan.changes.iter().map(ChangePlan::of).collect::<Result<Vec<_>>>()?;
        let run = self.new_run();
        let run_id = run.id.to_string();
        let handle = journal.begin(&run, &changes).await?;
        let stop = self.reporter.cancelled().child_token();
        let _timer = self.order.how.time_limit().map(|limit| cancel_after(&stop, limit));
        // Requests that are under way when the caller wants to stop are given time to come to an end.
        let hard = CancellationToken::new();
        let _sweeper = sweep(&stop, &hard);
        let services = Services::new(session, &self.ground.identity, &hard, &stop);
        let result = self.execute(&services, &handle, &run_id, &stop, declined).await;
        let (tally, outcome) = match result {
            Ok(tally) => (tally, None),
            Err((tally, error)) => (tally, Some(error)),
        };
        let state = if let Some(error) = &outcome {
            self.reporter.error(error).await;
            EndState::Interrupted
        } else if tally.total() >= self.total() && !tally.stopped() {
            EndState::Completed
        } else if self.reporter.cancelled().is_cancelled() {
            EndState::Cancelled
        } else {
            EndState::Interrupted
        };
        let mut end = tally.end(state, Some(run_id));
        end.error = outcome.map(|error| error.facts().clone());
        if state == EndState::Interrupted && end.error.is_none() {
            let sentence =
                say!("time_limit", "the time limit has passed; repeating the command does what was not begun");
            end.error = Some(Error::new(Code::TimeLimit, sentence).facts().clone());
        }
        handle
            .end(journal::Summary { state: end.state.into(), exit_code: end.exit_code, error: end.error.clone() })
            .await?;
        if self.order.how.wait_until_effective && state == EndState::Completed && tally.counts != Counts::default() {
            effect::wait(self.plan, session.time_scale(), self.reporter).await;
        }
        Ok(end)
    }

    fn total(&self) -> u64 {
        u64::try_from(self.plan.changes.len() + self.ground.selection.missing.len()).unwrap_or(u64::MAX)
    }

    async fn execute(
        &self,
        services: &Services,
        handle: &RunHandle,
        run_id: &str,
        stop: &CancellationToken,
        declined: &BTreeSet<String>,
    ) -> Result<Tally, (Tally, Error)> {
        let (sink, feed) = feed::open();
        let people = self
            .ground
            .selection
            .people
            .iter()
            .map(|selected| (selected.person.id.clone(), Seen::from(selected)))
            .collect();
        let execution = Execution {
            plan: self.plan,
            services,
            journal: handle,
            run_id,
            identity: &self.ground.identity,
            holders: &self.ground.holders,
            people: &people,
            seen_at: self.ground.seen_at,
            protected: self.protected,
            settled: self.settled,
            declined,
            secret: &self.order.secret,
            summary: self.order.summary,
            stop,
            broken: Mutex::new(None),
        };
        let missing: Vec<Record> = self.missing(run_id).collect();
        let work = async {
            if !missing.is_empty() {
                handle.add(&missing).await?;
            }
            for record in missing {
                // The feed outlives the work; a record that it no longer takes is in the journal.
                if sink.send(Shown::Outcome(Box::new(record))).await.is_err() {
                    return Ok(());
                }
            }
            execution.run(sink).await
        };
        let session = Arc::clone(services.graph.session());
        let show = feed.show(self.reporter, self.total(), || {
            session.waiting().map(|wait| {
                say!("throttled", "waiting {seconds} s for the limits of the service", seconds = wait.as_secs().max(1))
            })
        });
        let (worked, shown) = tokio::join!(work.boxed(), show);
        let tally = match shown {
            Ok(tally) => tally,
            Err(error) => return Err((Tally::default(), error)),
        };
        match worked {
            Ok(()) => Ok(tally),
            Err(error) => Err((tally, error)),
        }
    }
}

/// Cancels after a while, unless the guard is dropped before.
fn cancel_after(token: &CancellationToken, after: Duration) -> AbortOnDropHandle<()> {
    let token = token.clone();
    AbortOnDropHandle::new(tokio::spawn(async move {
        tokio::time::sleep(after).await;
        token.cancel();
    }))
}

/// Cancels `hard` a while after `soft`.
fn sweep(soft: &CancellationToken, hard: &CancellationToken) -> AbortOnDropHandle<()> {
    let (soft, hard) = (soft.clone(), hard.clone());
    AbortOnDropHandle::new(tokio::spawn(async move {
        soft.cancelled().await;
        tokio::time::sleep(GRACE).await;
        hard.cancel();
    }))
}
