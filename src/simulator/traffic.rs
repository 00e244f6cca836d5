//! What clients have asked of a simulated tenant, in the order in which it came: for whoever looks at a client from the
//! tenant's side, counting its round trips or reading the order of its writes.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Requests that are remembered; older ones are forgotten.
const REMEMBERED: usize = 10_000;

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// `GET`, `POST`, ...
    pub method: String,
    /// As it was sent, without query.
    pub path: String,
    /// The request's own body, as far as it is text; what items a batch has stands here.
    pub body: String,
    /// When its answer left.
    pub at: Instant,
    /// HTTP status; nothing where the connection was broken instead.
    pub status: Option<u16>,
}

/// Bytes of a body that are remembered.
const BODY: usize = 16 * 1024;

impl Exchange {
    /// What is remembered of a body.
    pub(super) fn text(body: &[u8]) -> String {
        String::from_utf8_lossy(body.get(..BODY).unwrap_or(body)).into_owned()
    }
}

/// The latest requests.
#[derive(Debug, Default)]
pub struct Traffic {
    exchanges: Mutex<VecDeque<Exchange>>,
}

impl Traffic {
    pub(super) fn add(&self, exchange: Exchange) {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == REMEMBERED {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }

    /// Takes what is remembered; the oldest comes first.
    pub fn take(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}
