//! The service's published quotas, shared by everything in a session.
//!
//! | quota of one app in one tenant | limit | window |
//! | --- | --- | --- |
//! | resource units | 3,500 below 50 people, 5,000 up to 500, 8,000 above | 10 s |
//! | writes | 3,000 | 150 s |
//! | reports and authentication methods | 5 | 10 s |
//!
//! learn.microsoft.com/graph/throttling-limits
//!
//! Each quota is a sliding window: what was drawn in the last window is never more than 95 % of the limit (the rest is
//! for the time that requests spend on their way). So a small run never waits, and a large one goes at the service's
//! own pace without being refused. Three things slow everybody down: a pause that the service asked for, a service that
//! says it is at its limit (`x-ms-throttle-limit-percentage` of 1.0 and above: our allowance of that quota is 80 % of
//! the usual one divided by that number, for one window), and others who use the same app, who show in these two.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::HeaderMap;
use tokio::{
    sync::{Notify, Semaphore, SemaphorePermit},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{Pace, window::Window};
use crate::error::{Error, Result};

/// What a request draws from the quotas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Resource units of the identity quota.
    pub(crate) resource_units: u32,
    /// Writes of the identity quota.
    pub(crate) writes: u32,
    /// Calls of the quota for reports and authentication methods.
    pub(crate) reports: u32,
}

impl Cost {
    fn of(self, quota: Quota) -> u32 {
        match quota {
            Quota::ResourceUnits => self.resource_units,
            Quota::Writes => self.writes,
            Quota::Reports => self.reports,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quota {
    ResourceUnits,
    Writes,
    Reports,
}

const QUOTAS: [Quota; 3] = [Quota::ResourceUnits, Quota::Writes, Quota::Reports];

/// Exchange Online publishes no numbers, only that concurrent requests are counted.
const EXCHANGE_AT_ONCE: usize = 3;

/// The quotas of one session at one service.
#[derive(Debug)]
pub(crate) struct Budgets {
    state: Mutex<State>,
    /// Woken when an allowance grows or a pause changes.
    changed: Notify,
    /// First come, first served, for each kind of request: a large batch is not overtaken for ever by small ones, and
    /// reads do not queue behind writes.
    reads: Semaphore,
    writes: Semaphore,
    reports: Semaphore,
    /// Requests that may be under way at once, where the service counts them.
    at_once: Option<Semaphore>,
}

#[derive(Debug)]
struct State {
    resource_units: Window,
    writes: Window,
    reports: Window,
    paused_until: Option<Instant>,
    /// When each of those who wait can go on, as far as is known.
    waiting: BTreeMap<u64, Instant>,
    next_waiting: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self::new(Pace::REAL)
    }
}

impl Budgets {
    /// The quotas of Graph, for a tenant of medium size until more is known.
    pub(crate) fn new(pace: Pace) -> Self {
        Self::with(pace, None)
    }

    /// Exchange Online: only pauses and concurrency are shared.
    pub(crate) fn exchange(pace: Pace) -> Self {
        Self::with(pace, Some(Semaphore::new(EXCHANGE_AT_ONCE)))
    }

    fn with(pace: Pace, at_once: Option<Semaphore>) -> Self {
        let ten_seconds = pace.of(Duration::from_secs(10));
        Self {
            state: Mutex::new(State {
                resource_units: Window::new(5_000, ten_seconds),
                writes: Window::new(3_000, pace.of(Duration::from_secs(150))),
                // Of five nothing can be left over for the time that requests spend on their way: the window is longer.
                reports: Window::new(5, ten_seconds + ten_seconds / 20),
                paused_until: None,
                waiting: BTreeMap::new(),
                next_waiting: 0,
            }),
            changed: Notify::new(),
            reads: Semaphore::new(1),
            writes: Semaphore::new(1),
            reports: Semaphore::new(1),
            at_once,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many people the tenant has: the quota of resource units depends on it.
    pub(crate) fn set_tenant_size(&self, users: u64) {
        self.state().resource_units.limit = match users {
            0..50 => 3_500,
            50..=500 => 5_000,
            _ => 8_000,
        };
        self.changed.notify_waiters();
    }

    /// Everybody waits this long: the service said so.
    pub(crate) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.state();
        state.paused_until = state.paused_until.max(Some(until));
    }

    /// Everybody who draws on the quotas that `cost` draws on waits this long. Those of reports are apart: who is
    /// throttled there does not stop the rest.
    pub(crate) fn pause_for(&self, cost: Cost, wait: Duration) {
        if cost.reports == 0 {
            return self.pause(wait);
        }
        let until = Instant::now() + wait;
        let mut state = self.state();
        state.reports.paused_until = state.reports.paused_until.max(Some(until));
    }

    /// Takes note of what an answer says about the quotas that its request drew on.
    pub(crate) fn note(&self, cost: Cost, headers: &HeaderMap) {
        let share = headers
            .get("x-ms-throttle-limit-percentage")
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().parse::<f64>().ok())
            .filter(|share| share.is_finite() && *share >= 1.0);
        if let Some(share) = share {
            let now = Instant::now();
            let mut state = self.state();
            for quota in QUOTAS.into_iter().filter(|quota| cost.of(*quota) > 0) {
                state.window(quota).slow_down(now, share);
            }
        }
    }

    /// Waits until `cost` can be afforded and nobody is asked to wait, and takes it. The permit is held while the
    /// request is under way.
    pub(crate) async fn draw(&self, cost: Cost, cancel: &CancellationToken) -> Result<Permit<'_>> {
        let turn = if cost.reports > 0 {
            &self.reports
        } else if cost.writes > 0 {
            &self.writes
        } else {
            &self.reads
        };
        let work = async {
            let permit = match &self.at_once {
                // The semaphores are never closed, so that both are always granted in the end.
                Some(at_once) => at_once.acquire().await.ok(),
                None => None,
            };
            let _turn = turn.acquire().await.ok();
            let mut waiting = Waiting { budgets: self, ticket: None };
            loop {
                // Registered before the look, so that no change between look and wait is missed.
                let changed = self.changed.notified();
                let Some(until) = self.take(cost, &mut waiting.ticket) else { return Permit(permit) };
                tokio::select! {
                    () = tokio::time::sleep_until(until) => {}
                    () = changed => {}
                }
            }
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::cancelled()),
            permit = work => Ok(permit),
        }
    }

    /// Takes `cost`, or says when to ask again.
    fn take(&self, cost: Cost, ticket: &mut Option<u64>) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let mut until = state.paused_until.filter(|until| *until > now);
        for quota in QUOTAS {
            until = until.max(state.window(quota).affordable_at(now, cost.of(quota)));
        }
        match until {
            None => {
                for quota in QUOTAS {
                    state.window(quota).take(now, cost.of(quota));
                }
            }
            Some(until) => {
                let number = *ticket.get_or_insert(state.next_waiting);
                state.next_waiting = state.next_waiting.max(number + 1);
                state.waiting.insert(number, until);
            }
        }
        until
    }

    /// How long until the next of those who wait for a quota or a pause can go on; nothing if nobody waits.
    pub(crate) fn waiting(&self) -> Option<Duration> {
        let now = Instant::now();
        self.state().waiting.values().min().map(|until| until.saturating_duration_since(now))
    }
}

/// The right to send one request.
#[derive(Debug)]
#[must_use]
pub(crate) struct Permit<'a>(#[allow(dead_code, reason = "held for its end")] Option<SemaphorePermit<'a>>);

/// One who waits; ends with the wait, however that ends.
struct Waiting<'a> {
    budgets: &'a Budgets,
    ticket: Option<u64>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.budgets.state().waiting.remove(&ticket);
        }
    }
}

impl State {
    fn window(&mut self, quota: Quota) -> &mut Window {
        match quota {
            Quota::ResourceUnits => &mut self.resource_units,
            Quota::Writes => &mut self.writes,
            Quota::Reports => &mut self.reports,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const WRITE: Cost = Cost { resource_units: 1, writes: 1, reports: 0 };
    const READ: Cost = Cost { resource_units: 1, writes: 0, reports: 0 };
    const REPORT: Cost = Cost { resource_units: 0, writes: 0, reports: 1 };

    async fn draw(budgets: &Budgets, cost: Cost) {
        let _permit = budgets.draw(cost, &CancellationToken::new()).await.unwrap();
    }

    /// Seconds that `count` draws of `cost` take.
    async fn seconds(budgets: &Budgets, cost: Cost, count: u32) -> f64 {
        let start = Instant::now();
        for _ in 0..count {
            draw(budgets, cost).await;
        }
        start.elapsed().as_secs_f64()
    }

    fn within(value: f64, least: f64, most: f64) {
        assert!((least..=most).contains(&value), "{value} is not between {least} and {most}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_run_never_waits_and_a_large_one_goes_at_the_published_pace() {
        let budgets = Budgets::default();
        within(seconds(&budgets, WRITE, 2_850).await, 0.0, 0.0);
        within(seconds(&budgets, WRITE, 1).await, 150.0, 152.0);
        let budgets = Budgets::default();
        within(seconds(&budgets, WRITE, 3 * 2_850 + 1).await, 450.0, 456.0);
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_ever_holds_more_than_the_limit() {
        let budgets = Budgets::default();
        let mut at = Vec::new();
        for step in 0..4_000_u64 {
            draw(&budgets, Cost { resource_units: 5, ..READ }).await;
            at.push(Instant::now());
            tokio::time::advance(Duration::from_millis(step % 7)).await;
        }
        for (index, start) in at.iter().enumerate() {
            let inside = at[index..].iter().take_while(|time| **time - *start < Duration::from_secs(10)).count();
            assert!(inside * 5 <= 4_750, "{inside} draws of 5 in one window");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn reads_do_not_queue_behind_writes() {
        let budgets = Budgets::default();
        seconds(&budgets, WRITE, 2_850).await;
        let mut blocked = Box::pin(draw(&budgets, WRITE));
        assert!(futures_util::poll!(&mut blocked).is_pending());
        within(seconds(&budgets, READ, 1).await, 0.0, 10.2);
        within(budgets.waiting().unwrap().as_secs_f64(), 130.0, 152.0);
        drop(blocked);
        assert_eq!(budgets.waiting(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_pause_stops_everybody_and_ends_by_itself() {
        let budgets = Budgets::default();
        budgets.pause(Duration::from_secs(7));
        budgets.pause(Duration::from_secs(3));
        assert_eq!(futures_util::future::join(draw(&budgets, READ), draw(&budgets, WRITE)).await, ((), ()));
        within(seconds(&budgets, READ, 1).await, 0.0, 0.0);
        budgets.pause_for(REPORT, Duration::from_secs(60));
        within(seconds(&budgets, WRITE, 1).await, 0.0, 0.0);
        within(seconds(&budgets, REPORT, 1).await, 60.0, 60.1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_counts_from_the_moment_it_was_asked_for() {
        let budgets = Budgets::default();
        budgets.pause(Duration::from_secs(7));
        within(seconds(&budgets, READ, 1).await, 7.0, 7.1);
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_a_window_holds_is_paid_off_afterwards() {
        let budgets = Budgets::default();
        within(seconds(&budgets, Cost { reports: 20, ..Cost::default() }, 1).await, 0.0, 0.0);
        within(seconds(&budgets, REPORT, 1).await, 42.0, 42.3);
    }

    #[tokio::test(start_paused = true)]
    async fn the_tenants_size_sets_the_resource_units() {
        for (users, units) in [(49, 3_325), (50, 4_750), (500, 4_750), (501, 7_600)] {
            let budgets = Budgets::default();
            budgets.set_tenant_size(users);
            within(seconds(&budgets, READ, units).await, 0.0, 0.0);
            within(seconds(&budgets, READ, 1).await, 10.0, 10.2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_at_its_limit_gets_less_for_one_window() {
        let headers = |share| {
            HeaderMap::from_iter([(
                http::HeaderName::from_static("x-ms-throttle-limit-percentage"),
                HeaderValue::from_static(share),
            )])
        };
        let budgets = Budgets::default();
        budgets.note(READ, &headers("0.9"));
        within(seconds(&budgets, READ, 4_750).await, 0.0, 0.0);
        let budgets = Budgets::default();
        budgets.note(READ, &headers("1.6"));
        within(seconds(&budgets, READ, 2_375).await, 0.0, 0.0);
        within(seconds(&budgets, READ, 1).await, 10.0, 10.2);
        within(seconds(&budgets, READ, 4_700).await, 0.0, 0.1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_faster_tenant_has_shorter_windows() {
        let budgets = Budgets::new(Pace::new(50.0));
        within(seconds(&budgets, WRITE, 2_851).await, 3.0, 3.1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_can_be_cancelled() {
        let budgets = Budgets::default();
        budgets.pause(Duration::from_secs(3_600));
        let cancel = CancellationToken::new();
        let mut draw = Box::pin(budgets.draw(READ, &cancel));
        assert!(futures_util::poll!(&mut draw).is_pending());
        cancel.cancel();
        assert_eq!(draw.await.unwrap_err().code(), crate::Code::Cancelled);
        assert_eq!(budgets.waiting(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn exchange_gets_a_few_at_once() {
        let budgets = Budgets::exchange(Pace::REAL);
        let cancel = CancellationToken::new();
        let mut held = Vec::new();
        for _ in 0..EXCHANGE_AT_ONCE {
            held.push(budgets.draw(Cost::default(), &cancel).await.unwrap());
        }
        let mut fourth = Box::pin(budgets.draw(Cost::default(), &cancel));
        assert!(futures_util::poll!(&mut fourth).is_pending());
        held.pop();
        let _permit = fourth.await.unwrap();
    }
}
