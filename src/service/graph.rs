//! Calls to Microsoft Graph, one at a time and page by page.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error, Result},
    http::{Cost, Repeat, Request, fault},
    say,
    session::{Connected, Service},
};

/// Version of Graph, the first segment of its paths.
pub(crate) const VERSION: &str = "v1.0";

/// One call, independent of whether it travels alone or in a batch.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Relative to the version, without a leading slash, encoded, with its query.
    pub(crate) path: String,
    pub(crate) body: Option<Body>,
    /// Asks the index that understands every operator and may lag behind writes.
    pub(crate) eventual: bool,
}

/// A body; one that holds a secret is wiped and never printed.
#[derive(Clone)]
pub(crate) enum Body {
    Plain(Value),
    Secret(Zeroizing<String>),
}

impl Call {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, eventual: false }
    }

    pub(crate) fn body(mut self, body: Value) -> Self {
        self.body = Some(Body::Plain(body));
        self
    }

    pub(crate) fn secret_body(mut self, mut body: Value) -> Self {
        self.body = Some(Body::Secret(Zeroizing::new(body.to_string())));
        wipe(&mut body);
        self
    }

    pub(crate) fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    pub(crate) fn writes(&self) -> bool {
        self.method != Method::GET && !self.path.starts_with("directoryObjects/getByIds")
    }

    /// What the call costs of the published quotas: learn.microsoft.com/graph/throttling-limits
    pub(crate) fn cost(&self) -> Cost {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut units: u32 = match self.method {
            Method::GET if path == "users" => 2,
            Method::GET if path.starts_with("groups/") && path.contains("/transitiveMembers") => 5,
            Method::GET if path.starts_with("groups/") && path.contains("/members") => 3,
            Method::GET if path.contains("/transitiveMemberOf") || path.contains("/memberOf") => 2,
            Method::POST if path.starts_with("directoryObjects/getByIds") => 5,
            _ => 1,
        };
        if query.contains("$expand=") {
            units += 1;
        }
        if query.contains("$select=") {
            units -= 1;
        }
        Cost {
            resource_units: units.max(1),
            writes: u32::from(self.writes()),
            reports: u32::from(path.contains("/authentication/")),
        }
    }

    pub(crate) fn body_bytes(&self) -> Option<Bytes> {
        self.body.as_ref().map(|body| match body {
            Body::Plain(value) => Bytes::from(value.to_string()),
            Body::Secret(text) => Bytes::copy_from_slice(text.as_bytes()),
        })
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Bodies stay out: they can hold a password.
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Overwrites the text values of a document that held a secret.
pub(crate) fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => zeroize::Zeroize::zeroize(text),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

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

    /// The body as a typed document.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = std::str::from_utf8(&self.body).map_err(|_| self.undecodable("the body is not UTF-8".into()))?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // The path inside the document, never the document: it can hold personal data.
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let place = error.path().to_string();
            self.undecodable(format!("at {place}: {:?} error", error.inner().classify()))
        })
    }

    fn undecodable(&self, why: String) -> Error {
        Error::new(Code::Decode, say!("undecodable", "the service's answer is not what it documents: {why}", why = why))
            .with(|facts| {
                facts.http_status = Some(self.status);
                facts.client_request_id = Some(self.client_request_id.clone());
            })
    }
}

/// Microsoft Graph through a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Graph<'a> {
    pub(crate) session: &'a Connected,
    pub(crate) cancel: &'a CancellationToken,
}

#[derive(Deserialize)]
struct Page<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<Url>,
    #[serde(rename = "@odata.count")]
    count: Option<u64>,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(session: &'a Connected, cancel: &'a CancellationToken) -> Self {
        Self { session, cancel }
    }

    pub(crate) fn url(&self, relative: &str) -> Result<Url> {
        let root = self.session.graph_root()?;
        root.join(&format!("{VERSION}/{relative}"))
            .map_err(|error| Error::internal(format_args!("the path {relative} makes no address: {error}")))
    }

    /// Sends one call; any answer is a reply.
    pub(crate) async fn call(&self, call: &Call) -> Result<Reply> {
        self.send(self.url(&call.path)?, call).await
    }

    /// Sends one call that must succeed.
    pub(crate) async fn read(&self, call: &Call) -> Result<Reply> {
        self.call(call).await?.success()
    }

    async fn send(&self, url: Url, call: &Call) -> Result<Reply> {
        let mut headers = HeaderMap::new();
        if call.eventual {
            headers.insert(HeaderName::from_static("consistencylevel"), HeaderValue::from_static("eventual"));
        }
        if call.body.is_some() {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let request = Request {
            method: call.method.clone(),
            url,
            headers,
            body: call.body_bytes(),
            cost: call.cost(),
            // Every write of ours sets an absolute state, so that sending it twice is sending it once.
            repeat: Repeat::Always,
        };
        let response = self.session.send(Service::Graph, request, self.cancel).await?;
        Ok(Reply {
            date: date(&response.headers),
            status: response.status,
            headers: response.headers,
            body: response.body,
            client_request_id: response.client_request_id,
        })
    }

    /// Reads a collection page by page. The next link is followed as it is; custom headers are sent again, because the
    /// link does not carry them. `take` gets each page and `@odata.count` (first page only), and says whether to go on.
    pub(crate) async fn pages<T: DeserializeOwned>(
        &self,
        call: &Call,
        mut take: impl AsyncFnMut(Vec<T>, Option<u64>) -> Result<bool>,
    ) -> Result<()> {
        let mut url = self.url(&call.path)?;
        loop {
            let page: Page<T> = self.send(url, call).await?.success()?.json()?;
            let go_on = take(page.value, page.count).await?;
            match page.next_link {
                Some(next) if go_on => {
                    if next.origin() != self.session.graph_root()?.origin() {
                        return Err(Error::new(
                            Code::Decode,
                            say!("foreign_link", "the service's next link points to another host"),
                        ));
                    }
                    url = next;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads a whole collection.
    pub(crate) async fn all<T: DeserializeOwned>(&self, call: &Call) -> Result<Vec<T>> {
        let mut items = Vec::new();
        self.pages(call, async |page: Vec<T>, _| {
            items.extend(page);
            Ok(true)
        })
        .await?;
        Ok(items)
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
    fn costs_are_the_published_ones() {
        let cost = |method: Method, path: &str| Call::new(method, path).cost();
        assert_eq!(cost(Method::GET, "users?$select=id&$top=999").resource_units, 1);
        assert_eq!(cost(Method::GET, "users?$top=999").resource_units, 2);
        assert_eq!(cost(Method::GET, "users/x?$select=id").resource_units, 1);
        assert_eq!(cost(Method::GET, "groups/x/transitiveMembers").resource_units, 5);
        let write = cost(Method::PATCH, "users/x");
        assert_eq!((write.resource_units, write.writes), (1, 1));
    }

    #[test]
    fn an_http_date_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Tue, 24 Nov 2026 16:00:00 GMT".parse().unwrap());
        assert_eq!(date(&headers), Some("2026-11-24T16:00:00Z".parse().unwrap()));
    }
}
