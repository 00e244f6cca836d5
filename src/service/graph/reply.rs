//! The answer to a call, whether it came alone or in a batch.

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    error::{Code, Error, Result},
    http::fault,
    say,
};

/// The answer to a call.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) client_request_id: String,
    /// The service's clock.
    pub(crate) date: Option<Timestamp>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer, or the error that it stands for.
    pub(crate) fn success(self) -> Result<Self> {
        if self.is_success() { Ok(self) } else { Err(self.error()) }
    }

    pub(crate) fn error(&self) -> Error {
        fault::error(self.status, &self.headers, &self.body, Some(&self.client_request_id))
    }

    /// What it stands for when it leaves open what became of a write.
    pub(super) fn lost(&self) -> Error {
        fault::lost(self.status, &self.headers, &self.body, Some(&self.client_request_id))
    }

    /// The body as a typed document.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = std::str::from_utf8(&self.body).map_err(|_| self.undecodable("the body is not UTF-8"))?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // The path inside the document, never the document: it can hold personal data.
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let place = error.path().to_string();
            self.undecodable(&format!("at {place}: {:?} error", error.inner().classify()))
        })
    }

    fn undecodable(&self, why: &str) -> Error {
        Error::new(Code::Decode, say!("undecodable", "the service's answer is not what it documents: {why}", why = why))
            .with(|facts| {
                facts.http_status = Some(self.status);
                facts.client_request_id = Some(self.client_request_id.clone());
            })
    }
}

/// The `Date` of an answer.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(http::header::DATE)?.to_str().ok()?;
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Tue, 24 Nov 2026 16:00:00 GMT".parse().unwrap());
        assert_eq!(date(&headers), Some("2026-11-24T16:00:00Z".parse().unwrap()));
    }
}
