//! Calls made at the same time share requests: a dispatcher owns every call until it has an answer.
//!
//! Whoever needs something of Graph makes one call and waits for its own answer. The dispatcher gathers what waits into
//! batches of at most 20, has a few of them in flight, and looks at every item of an answer by itself: a throttled or
//! missing one goes back into the queue, its neighbours are done. That is why no code above this file knows of batches.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    batch::{self, LIMIT},
    call::{Call, Version},
    reply::Reply,
    single::{address, alone},
};
use crate::{
    error::{Code, Error, Result},
    http::{Repeat, fault},
    say,
    session::Connected,
};

/// Requests in flight at once.
const IN_FLIGHT: usize = 4;
/// Calls for reports and authentication methods in one batch: what the service takes in one window
/// (learn.microsoft.com/graph/throttling-limits). Each item is charged by itself, so that more of them in a batch are not
/// faster, only refused.
const REPORTS_AT_ONCE: usize = 5;
/// How long a first call waits for company. Short against any round trip, long enough for calls made side by side.
const COMPANY: Duration = Duration::from_millis(1);
/// Tries of one call that the service keeps throttling.
const THROTTLED_TRIES: u32 = 20;
/// Tries of one call that fails for other reasons that pass.
const PASSING_TRIES: u32 = 6;

/// The way into the dispatcher of one job.
#[derive(Debug, Clone)]
pub(super) struct Dispatch {
    queue: mpsc::UnboundedSender<Ticket>,
}

/// A call on its way.
#[derive(Debug)]
struct Ticket {
    call: Call,
    tries: u32,
    not_before: Instant,
    /// An earlier sending of this write whose effect is not known. It outweighs a later one that was not taken.
    lost: Option<Error>,
    answer: oneshot::Sender<Result<Reply>>,
}

impl Ticket {
    /// Whether it is a write that has certainly not been taken so far.
    fn can_stay_unsent(&self) -> bool {
        self.call.writes() && self.lost.is_none()
    }

    /// Tells whoever waits what became of the call, over all its sendings.
    fn tell(self, reply: Result<Reply>) {
        let answer = match (self.lost, reply) {
            (None, reply) => reply,
            (Some(_), Err(error)) if error.code() == Code::AnswerLost => Err(error),
            (Some(lost), Err(_)) => Err(lost),
            (Some(lost), Ok(reply)) => {
                fault::still_lost(&lost, reply.status, &reply.headers, || reply.error()).map_or(Ok(reply), Err)
            }
        };
        // Whoever waited may be gone; then nobody needs it.
        self.answer.send(answer).ok();
    }
}

impl Dispatch {
    /// Starts a dispatcher; it ends when the last clone of this is gone and every call is answered.
    /// Once `stop` is cancelled, writes that wait come back unsent; once `cancel` is, everything that waits does.
    pub(super) fn start(session: Arc<Connected>, cancel: CancellationToken, stop: CancellationToken) -> Self {
        let (queue, incoming) = mpsc::unbounded_channel();
        tokio::spawn(work(Courier { session, cancel }, stop, incoming));
        Self { queue }
    }

    pub(super) async fn send(&self, call: Call) -> Result<Reply> {
        let (answer, arriving) = oneshot::channel();
        let ticket = Ticket { call, tries: 0, not_before: Instant::now(), lost: None, answer };
        self.queue.send(ticket).map_err(|_| Error::internal("the dispatcher is gone"))?;
        arriving.await.unwrap_or_else(|_| Err(Error::internal("the dispatcher lost a call")))
    }
}

#[derive(Debug, Clone)]
struct Courier {
    session: Arc<Connected>,
    cancel: CancellationToken,
}

async fn work(courier: Courier, stop: CancellationToken, mut incoming: mpsc::UnboundedReceiver<Ticket>) {
    let mut waiting: VecDeque<Ticket> = VecDeque::new();
    let mut in_flight = FuturesUnordered::new();
    let mut open = true;
    // What waits for that small quota takes one place, so that nothing else waits behind it.
    let mut reports_in_flight = false;
    while open || !waiting.is_empty() || !in_flight.is_empty() {
        if stop.is_cancelled() {
            waiting = turn_back(waiting);
        }
        let now = Instant::now();
        while in_flight.len() < IN_FLIGHT
            && let Some(load) = load(&mut waiting, now, reports_in_flight)
        {
            reports_in_flight |= load.class.reports;
            in_flight.push(deliver(&courier, load));
        }
        let wake = waiting
            .iter()
            .filter(|ticket| !(reports_in_flight && Class::of(&ticket.call).reports))
            .map(|ticket| ticket.not_before)
            .min()
            .filter(|_| in_flight.len() < IN_FLIGHT);
        tokio::select! {
            ticket = incoming.recv(), if open => match ticket {
                Some(ticket) => {
                    waiting.push_back(ticket);
                    if in_flight.len() < IN_FLIGHT {
                        tokio::time::sleep(COMPANY).await;
                    }
                    while let Ok(ticket) = incoming.try_recv() {
                        waiting.push_back(ticket);
                    }
                }
                None => open = false,
            },
            Some((class, again)) = in_flight.next(), if !in_flight.is_empty() => {
                reports_in_flight &= !class.reports;
                waiting.extend::<Vec<Ticket>>(again);
            }
            () = sleep_until(wake), if wake.is_some() => {}
            // Turned back above.
            () = stop.cancelled(), if waiting.iter().any(Ticket::can_stay_unsent) => {}
            () = courier.cancel.cancelled(), if !waiting.is_empty() => {
                for ticket in waiting.drain(..) {
                    ticket.tell(Err(Error::cancelled()));
                }
            }
        }
    }
}

/// Answers the writes that need not be sent any more, and gives back the rest.
fn turn_back(waiting: VecDeque<Ticket>) -> VecDeque<Ticket> {
    let (unsent, rest): (VecDeque<_>, VecDeque<_>) = waiting.into_iter().partition(Ticket::can_stay_unsent);
    for ticket in unsent {
        ticket.tell(Err(Error::cancelled()));
    }
    rest
}

async fn sleep_until(wake: Option<Instant>) {
    if let Some(wake) = wake {
        tokio::time::sleep_until(wake).await;
    }
}

/// What calls must have in common to travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Class {
    version: Version,
    /// They draw on the quota of reports.
    reports: bool,
}

impl Class {
    fn of(call: &Call) -> Self {
        Self { version: call.version, reports: call.cost().reports > 0 }
    }

    const fn most(self) -> usize {
        if self.reports { REPORTS_AT_ONCE } else { LIMIT }
    }
}

/// Calls that travel together.
#[derive(Debug)]
struct Load {
    class: Class,
    tickets: Vec<Ticket>,
}

/// Takes the next calls that may travel together: ready ones of one class.
fn load(waiting: &mut VecDeque<Ticket>, now: Instant, reports_in_flight: bool) -> Option<Load> {
    // Nobody waits any more for the answer of an abandoned call.
    waiting.retain(|ticket| !ticket.answer.is_closed());
    let class = waiting
        .iter()
        .filter(|ticket| ticket.not_before <= now)
        .map(|ticket| Class::of(&ticket.call))
        .find(|class| !(class.reports && reports_in_flight))?;
    let mut tickets = Vec::new();
    let mut rest = VecDeque::with_capacity(waiting.len());
    for ticket in waiting.drain(..) {
        if tickets.len() < class.most() && ticket.not_before <= now && Class::of(&ticket.call) == class {
            tickets.push(ticket);
        } else {
            rest.push_back(ticket);
        }
    }
    *waiting = rest;
    Some(Load { class, tickets })
}

/// Sends what travels together, answers what is decided, and gives back what must be sent again.
async fn deliver(courier: &Courier, load: Load) -> (Class, Vec<Ticket>) {
    let Load { class, tickets } = load;
    (class, exchange(courier, class.version, tickets).await)
}

async fn exchange(courier: &Courier, version: Version, mut load: Vec<Ticket>) -> Vec<Ticket> {
    if load.len() == 1
        && let Some(ticket) = load.pop()
    {
        // A request of its own is repeated by the client below; its last answer is the answer.
        let last = courier.alone(&ticket.call).await;
        ticket.tell(last);
        return Vec::new();
    }
    let calls: Vec<&Call> = load.iter().map(|ticket| &ticket.call).collect();
    let replies = batch::exchange(&courier.session, &courier.cancel, version, &calls).await;
    match replies {
        Ok(replies) => {
            load.into_iter().zip(replies).filter_map(|(ticket, reply)| courier.settle(ticket, reply)).collect()
        }
        Err(error) => {
            for ticket in load {
                ticket.tell(Err(error.clone()));
            }
            Vec::new()
        }
    }
}

impl Courier {
    async fn alone(&self, call: &Call) -> Result<Reply> {
        alone(&self.session, &self.cancel, address(&self.session, call.version, &call.path).await?, call).await
    }

    /// Answers a ticket, or gives it back for another try.
    fn settle(&self, mut ticket: Ticket, reply: Option<Reply>) -> Option<Ticket> {
        ticket.tries += 1;
        let status = reply.as_ref().map(|reply| reply.status);
        // 429 and 503 are refusals before any effect; after the others it is not known what became of the call.
        let repeatable = match status {
            Some(429 | 503) => true,
            Some(status) if fault::is_passing(status) => ticket.call.repeat == Repeat::Always,
            Some(_) => false,
            None => ticket.call.repeat == Repeat::Always,
        };
        let tries = if status == Some(429) { THROTTLED_TRIES } else { PASSING_TRIES };
        if !repeatable || ticket.tries >= tries || self.cancel.is_cancelled() {
            ticket.tell(reply.ok_or_else(missing));
            return None;
        }
        if ticket.call.writes() {
            match &reply {
                None => ticket.lost = Some(missing()),
                Some(reply) if fault::effect_unknown(reply.status, &reply.headers) => ticket.lost = Some(reply.lost()),
                Some(_) => {}
            }
        }
        let asked = reply.as_ref().and_then(|reply| fault::retry_after(&reply.headers, jiff::Timestamp::now()));
        let wait = asked.unwrap_or_else(|| self.backoff(ticket.tries, status));
        if status == Some(429) {
            // Everybody who draws on the same quota waits, not only this call.
            self.session.budgets().pause_for(ticket.call.cost(), wait);
        }
        ticket.not_before = Instant::now() + wait;
        Some(ticket)
    }

    /// Without a wish of the service: 3 s a try when throttled, else from a fifth of a second, doubling.
    fn backoff(&self, tries: u32, status: Option<u16>) -> Duration {
        let documented = if status == Some(429) {
            Duration::from_secs(3) * tries
        } else {
            Duration::from_millis(200) * 2_u32.saturating_pow(tries.min(7))
        };
        documented.div_f64(self.session.time_scale())
    }
}

fn missing() -> Error {
    Error::new(
        Code::AnswerLost,
        say!("item_missing", "the service left this request out of its answer, again and again"),
    )
}
