//! One request, authenticated and taken apart.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Version, failure::Failure, options::Options, permission::Permissions, property::Moment};
use crate::simulator::{
    wire::{Answer, Request},
    world::{Caller, World},
};

/// What a part that answers needs to know.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) world: &'a World,
    pub(super) caller: &'a Caller,
    pub(super) version: Version,
    pub(super) request: &'a Request,
    /// The moment of the request: everything in one answer is seen at the same time.
    pub(super) now: Instant,
}

/// An answer, or why there is none.
pub(super) type Answered = Result<Answer, Failure>;

impl Call<'_> {
    /// The path exists with this verb only.
    pub(super) fn only(&self, verb: &Method) -> Result<(), Failure> {
        if self.request.method == *verb { Ok(()) } else { Err(Failure::verb()) }
    }

    /// The token carries one of these permissions.
    pub(super) fn require(&self, permissions: &Permissions) -> Result<(), Failure> {
        if permissions.held_by(self.caller, None) { Ok(()) } else { Err(Failure::denied()) }
    }

    /// The token carries one of these permissions, or one that suffices for the caller's own object.
    pub(super) fn require_on(&self, permissions: &Permissions, target: Uuid) -> Result<(), Failure> {
        if permissions.held_by(self.caller, Some(target)) { Ok(()) } else { Err(Failure::denied()) }
    }

    /// The options of the query; others than `taken` are refused.
    pub(super) fn options(&self, taken: &[&str]) -> Result<Options, Failure> {
        Options::read(self.version, self.request, taken)
    }

    /// When and where this request sees things: the eventual index lags twice as long as the other replicas.
    pub(super) fn moment(&self, options: &Options) -> Moment {
        let lag = if options.eventual() { self.world.replication_delay() } else { Duration::ZERO };
        Moment { now: self.now, lag }
    }

    /// The body, which must be a JSON object and say so.
    pub(super) fn body(&self) -> Result<Map<String, Value>, Failure> {
        let is_json = self
            .request
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"));
        let parsed = if is_json { serde_json::from_slice(&self.request.body).ok() } else { None };
        match parsed {
            Some(Value::Object(members)) => Ok(members),
            _ => Err(Failure::bad(
                "Unable to read JSON request payload. \
                 Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }

    /// Like [`Call::body`], for actions whose parameters are all optional: no body is an empty one.
    pub(super) fn optional_body(&self) -> Result<Map<String, Value>, Failure> {
        if self.request.body.is_empty() { Ok(Map::new()) } else { self.body() }
    }

    /// `@odata.context` of what an answer holds.
    pub(super) fn context(&self, what: impl std::fmt::Display) -> Value {
        format!("{}/{}/$metadata#{what}", self.world.base, self.version.segment()).into()
    }

    /// An answer with one object.
    pub(super) fn entity(&self, what: impl std::fmt::Display, mut object: Map<String, Value>) -> Answer {
        object.insert("@odata.context".to_owned(), self.context(what));
        Answer::json(200, &Value::Object(object))
    }

    /// An answer with a collection that is never paged.
    pub(super) fn collection(&self, what: impl std::fmt::Display, objects: Vec<Map<String, Value>>) -> Answer {
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), self.context(what));
        body.insert("value".to_owned(), objects.into());
        Answer::json(200, &Value::Object(body))
    }
}
