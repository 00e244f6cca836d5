//! Requests and answers as the parts of a simulated tenant see them: already read, not yet sent.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use super::graph::Version;

/// A service of the tenant; all three are served at one address and told apart by the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Service {
    /// Microsoft Graph.
    Graph,
    /// Exchange Online.
    Exchange,
    /// The sign-in service.
    SignIn,
}

impl Service {
    /// Whose path this is.
    pub fn of(path: &str) -> Self {
        if Version::split(path).is_some() {
            Self::Graph
        } else if path.get(..10).is_some_and(|first| first.eq_ignore_ascii_case("/adminapi/")) {
            Self::Exchange
        } else {
            Self::SignIn
        }
    }
}

/// A request, wholly read.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: Method,
    /// The path as it was sent, still percent-encoded, with its leading slash.
    pub path: String,
    /// The query as it was sent, without `?`; empty if there is none.
    pub query: String,
    /// Headers; for a batch item its own, with the outer `Authorization`. `request-id` and `client-request-id` are always
    /// there: what the answer, and the body of an error, carry.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers. `Date` is added where the answer leaves.
    pub headers: HeaderMap,
    /// The body; empty for 204.
    pub body: Bytes,
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        let mut answer = Self { status, headers: HeaderMap::new(), body: Bytes::from(body.to_string()) };
        answer.header("content-type", "application/json; charset=utf-8");
        answer
    }

    /// Sets a header; values that cannot stand in one are left out.
    pub fn header(&mut self, name: &'static str, value: impl AsRef<str>) {
        if let Ok(value) = http::HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(http::HeaderName::from_static(name), value);
        }
    }
}

/// A JSON object read as `T`. What is derived for `T` alone would take an array in its place, the members in the order
/// in which they are declared; the services do not.
#[derive(Debug)]
pub struct Members<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Members<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Members)
            }
        }

        from.deserialize_map(Object(PhantomData))
    }
}
