//! One polite client: budgets, retry, classification of faults, redaction.
//!
//! What a request costs of the service's published quotas is drawn from the session's budgets before it is sent; one
//! `Retry-After` stops everybody who draws on the same budget. A request is repeated only when that cannot do harm.

pub(crate) mod budget;
pub(crate) mod client;
pub(crate) mod fault;
mod pace;
pub(crate) mod retry;
mod said;
mod tls;
mod window;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

pub(crate) use budget::{Budgets, Cost};
pub(crate) use client::{Client, Proxy, is_loopback};
pub(crate) use pace::Pace;

/// One request, as it leaves.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// What it draws from the budgets.
    pub(crate) cost: Cost,
    pub(crate) repeat: Repeat,
}

/// Whether a request may be sent again when it is not known what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Sending it twice is sending it once: reads, and writes of an absolute state.
    Always,
    /// Only when it was certainly not taken: never sent, or refused with 429, 503 with a `Retry-After`, or 409 for
    /// concurrency.
    IfUnsent,
}

/// One answer, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Our request id, as it stands in the service's logs.
    pub(crate) client_request_id: String,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Bodies, headers and queries stay out: they can hold passwords, tokens and names.
        write!(f, "{} {}", self.method, self.url.path())
    }
}
