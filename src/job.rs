//! A job: an operation at work, as its caller sees it.
//!
//! The operation writes events through a [`Reporter`]; the caller pulls them from the [`Job`]. The queue between them is
//! short, so a caller that stops reading stops the work, and `| Select-Object -First 10` reads no more pages than it
//! needs. Questions ([`Ask`]) wait for an answer in the same way.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    error::{Error, Result},
    event::{Answer, Ask, End, Event, Level, Progress, RECORDS_PER_EVENT},
    sentence::Sentence,
};

/// Events that may wait to be read before the work waits.
const QUEUE: usize = 16;

/// What a caller holds.
#[derive(Debug)]
pub struct Job {
    shared: Arc<Shared>,
    answers: mpsc::UnboundedSender<Answer>,
    cancel: CancellationToken,
}

/// What an operation holds.
#[derive(Debug, Clone)]
pub struct Reporter {
    shared: Arc<Shared>,
    answers: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Answer>>>,
    asked: Arc<AtomicU64>,
    cancel: CancellationToken,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    readable: Condvar,
    writable: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<Arc<str>>,
    /// `end` was written, or the caller closed the job: nothing comes any more.
    over: bool,
    closed: bool,
}

/// What [`Job::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// An event, now taken from the queue.
    Event(Arc<str>),
    /// The next event has more bytes than `room`; it stays.
    Grow(usize),
    /// Nothing yet.
    Pending,
    /// `end` was read.
    Done,
}

/// A job and the reporter that feeds it.
pub fn pair(parent: &CancellationToken) -> (Job, Reporter) {
    let shared =
        Arc::new(Shared { queue: Mutex::new(Queue::default()), readable: Condvar::new(), writable: Notify::new() });
    let (sender, receiver) = mpsc::unbounded_channel();
    let cancel = parent.child_token();
    let job = Job { shared: Arc::clone(&shared), answers: sender, cancel: cancel.clone() };
    let reporter = Reporter {
        shared,
        answers: Arc::new(tokio::sync::Mutex::new(receiver)),
        asked: Arc::new(AtomicU64::new(0)),
        cancel,
    };
    (job, reporter)
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A defect in one job must not end the rest: the queue holds whole events only, so it is sound after a panic.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// Waits at most `wait` for the next event and takes it if it has at most `room` bytes.
    pub fn next(&self, wait: Duration, room: usize) -> Next {
        let deadline = Instant::now() + wait;
        let mut queue = self.shared.lock();
        loop {
            if let Some(event) = queue.events.front() {
                if event.len() > room {
                    return Next::Grow(event.len());
                }
                let event = queue.events.pop_front();
                drop(queue);
                self.shared.writable.notify_waiters();
                return event.map_or(Next::Pending, Next::Event);
            }
            if queue.over || queue.closed {
                return Next::Done;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Pending;
            }
            queue = self.shared.readable.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Answers a question. An answer to a question that was not asked is forgotten.
    pub fn reply(&self, answer: Answer) {
        // Without a receiver the job is over, and nobody waits for the answer.
        self.answers.send(answer).ok();
    }

    /// Asks the work to stop at the next safe place; events that tell how it ended still come.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Cancels, and gives up what was not read.
    pub fn close(&self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        queue.events.clear();
        drop(queue);
        self.shared.readable.notify_all();
        self.shared.writable.notify_waiters();
        // Last: work that learns of it first would tell of its end to somebody who has turned away.
        self.cancel.cancel();
    }
}

impl Reporter {
    /// Cancelled when the caller wants the work to stop.
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// An error if the caller wants the work to stop.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Writes an event, waiting while the caller has not read the earlier ones. A closed job swallows it.
    pub async fn emit(&self, event: &Event) {
        let text: Arc<str> = match serde_json::to_string(event) {
            Ok(text) => text.into(),
            // Every event is made of maps with text keys, so this cannot happen; the end must not be lost even so.
            Err(_) => r#"{"kind":"error","code":"internal","message":"an event could not be written as JSON"}"#.into(),
        };
        let last = matches!(event, Event::End(_));
        loop {
            let writable = self.shared.writable.notified();
            {
                let mut queue = self.shared.lock();
                if queue.closed || queue.over {
                    return;
                }
                if queue.events.len() < QUEUE || last {
                    queue.events.push_back(text);
                    queue.over = last;
                    drop(queue);
                    self.shared.readable.notify_all();
                    return;
                }
            }
            // A notification between the look and the wait is not lost for long: the wait is bounded.
            tokio::time::timeout(Duration::from_millis(100), writable).await.ok();
        }
    }

    /// Writes records of one type, in events of a bounded size.
    pub async fn records<T: Serialize>(&self, record_type: &'static str, records: &[T]) -> Result<()> {
        for part in records.chunks(RECORDS_PER_EVENT) {
            let records = part
                .iter()
                .map(serde_json::to_value)
                .collect::<Result<Vec<Value>, _>>()
                .map_err(|error| Error::internal(format_args!("a {record_type} record: {error}")))?;
            self.emit(&Event::Records { record_type, records }).await;
        }
        Ok(())
    }

    /// Writes a note.
    pub async fn note(&self, level: Level, sentence: Sentence) {
        self.emit(&Event::Note { level, sentence }).await;
    }

    /// Writes progress.
    pub async fn progress(&self, progress: Progress) {
        self.emit(&Event::Progress(progress)).await;
    }

    /// Writes an error that does not end the job.
    pub async fn error(&self, error: &Error) {
        self.emit(&Event::Error { error: error.facts().clone() }).await;
    }

    /// Writes the end.
    pub async fn end(&self, end: End) {
        self.emit(&Event::End(end)).await;
    }

    /// Asks, and waits for the answer. The number in `ask` is filled in here.
    pub async fn ask(&self, mut ask: Ask) -> Result<Value> {
        // Held from the question to its answer: questions come one at a time.
        let mut answers = self.answers.lock().await;
        ask.ask = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let number = ask.ask;
        self.emit(&Event::Ask(ask)).await;
        loop {
            let answer = tokio::select! {
                () = self.cancel.cancelled() => return self.check().map(|()| Value::Null),
                answer = answers.recv() => answer,
            };
            match answer {
                Some(answer) if answer.ask == number => return Ok(answer.answer),
                Some(_) => {}
                None => return Err(Error::cancelled()),
            }
        }
    }
}
