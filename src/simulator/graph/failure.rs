//! What the service says when it says no.
//!
//! learn.microsoft.com/graph/errors: clients depend on the status and on `code`, never on the message.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::simulator::wire::{Answer, Request};

/// A refusal: status, code, sentence, and the property it is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    status: u16,
    code: &'static str,
    message: String,
    target: Option<&'static str>,
}

impl Failure {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), target: None }
    }

    /// The request makes no sense, or its values do not.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// The directory does not answer this query, or only with `ConsistencyLevel: eventual` and `$count=true`.
    pub(super) fn unsupported_query(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    /// A query that only the eventual index answers came without what asks for that index.
    pub(super) fn needs_eventual(what: &str) -> Self {
        Self::unsupported_query(format!(
            "{what} is not supported because the required parameters might be missing. \
             Try adding $count=true query parameter and ConsistencyLevel:eventual header. \
             Refer to https://aka.ms/graph-docs/advanced-queries for more information"
        ))
    }

    /// No such path.
    pub(super) fn segment(segment: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// No such object.
    pub(super) fn no_resource(key: &str) -> Self {
        Self::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    /// A permission or a directory role is missing.
    pub(super) fn denied() -> Self {
        Self::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    }

    /// The path exists, but not with this verb.
    pub(super) fn verb() -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// The type has no such property, in a query.
    pub(super) fn no_property(name: &str, resource: &str) -> Self {
        Self::bad(format!("Could not find a property named '{name}' on type '{resource}'."))
    }

    /// Names the property that is at fault.
    pub(super) fn about(mut self, property: &'static str) -> Self {
        self.target = Some(property);
        self
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> (u16, &'static str) {
        (self.status, self.code)
    }

    /// The body and the headers that carry it. The ids are those that the request came with, so that header and body
    /// say the same.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        let named = |name: &str| {
            request.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
        };
        let request_id = named("request-id").map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let client_request_id = named("client-request-id").map_or_else(|| request_id.clone(), str::to_owned);
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "innerError": {
                // The service writes this date in UTC and without a zone.
                "date": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "request-id": request_id,
                "client-request-id": client_request_id,
            },
        });
        if let (Some(property), Value::Object(members)) = (self.target, &mut error) {
            members.insert("target".to_owned(), property.into());
            members.insert(
                "details".to_owned(),
                json!([{ "code": "InvalidValue", "message": self.message, "target": property }]),
            );
        }
        let mut answer = Answer::json(self.status, &json!({ "error": error }));
        answer.header("request-id", request_id);
        answer.header("client-request-id", client_request_id);
        answer
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    #[test]
    fn body_and_headers_name_the_same_request() {
        let mut headers = HeaderMap::new();
        headers.insert("client-request-id", HeaderValue::from_static("mine"));
        let request =
            Request { method: Method::GET, path: "/v1.0/x".into(), query: String::new(), headers, body: Bytes::new() };
        let answer = Failure::segment("x").answer(&request);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let inner = &body["error"]["innerError"];
        assert_eq!(answer.status, 400);
        assert_eq!(body["error"]["code"], "BadRequest");
        assert_eq!(inner["client-request-id"], "mine");
        assert_eq!(inner["request-id"], answer.headers["request-id"].to_str().unwrap());
        assert!(!inner["date"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn a_faulty_property_is_named_in_fields() {
        let request = Request {
            method: Method::PATCH,
            path: "/v1.0/users/x".into(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let answer = Failure::bad("no").about("usageLocation").answer(&request);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["error"]["target"], "usageLocation");
        assert_eq!(body["error"]["details"][0]["target"], "usageLocation");
    }
}
