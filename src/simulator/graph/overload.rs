//! What the service says when it is asked for too much, or is broken. learn.microsoft.com/graph/throttling

use serde_json::Value;

use super::failure::Failure;
use crate::simulator::wire::{Answer, Request};

/// 429, with what goes into `Retry-After`.
pub(in crate::simulator) fn throttled(request: &Request, retry_after: Option<&str>) -> Answer {
    let mut answer = Failure::new(429, "TooManyRequests", "Please retry again later.").answer(request);
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
        && let Some(inner) = body.pointer_mut("/error/innerError").and_then(Value::as_object_mut)
    {
        for (name, value) in [("code", "429"), ("message", "Please retry after"), ("status", "429")] {
            inner.insert(name.to_owned(), value.into());
        }
        answer.body = body.to_string().into();
    }
    if let Some(seconds) = retry_after {
        answer.header("retry-after", seconds);
    }
    answer
}

/// Any other status that means no, with the code that belongs to it. learn.microsoft.com/graph/errors
pub(in crate::simulator) fn unavailable(request: &Request, status: u16, retry_after: Option<&str>) -> Answer {
    let (code, message) = match status {
        429 => return throttled(request, retry_after),
        401 => ("InvalidAuthenticationToken", "Access token validation failure."),
        403 => ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
        404 => ("Request_ResourceNotFound", "The resource could not be found."),
        409 => ("Directory_ConcurrencyViolation", "Unable to complete the operation due to a concurrent update."),
        503 => ("serviceNotAvailable", "The service is temporarily unavailable."),
        400..500 => ("Request_BadRequest", "The request could not be served."),
        _ => ("UnknownError", "An error has occurred."),
    };
    let mut answer = Failure::new(status, code, message).answer(request);
    if let Some(seconds) = retry_after {
        answer.header("retry-after", seconds);
    }
    answer
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    #[test]
    fn a_throttled_answer_has_the_documented_body() {
        let mut headers = HeaderMap::new();
        headers.insert("request-id", HeaderValue::from_static("11"));
        let request =
            Request { method: Method::GET, path: "/v1.0/me".into(), query: String::new(), headers, body: Bytes::new() };
        let answer = unavailable(&request, 429, Some("2.5"));
        assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (429, "2.5"));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["error"]["code"], "TooManyRequests");
        assert_eq!(body["error"]["message"], "Please retry again later.");
        let inner = &body["error"]["innerError"];
        assert_eq!(
            (&inner["code"], &inner["status"], &inner["request-id"]),
            (&"429".into(), &"429".into(), &"11".into())
        );
        assert_eq!(inner["message"], "Please retry after");
        assert!(inner["date"].is_string());
    }
}
