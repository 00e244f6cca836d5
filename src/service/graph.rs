//! Calls to Microsoft Graph, one at a time and page by page.

use std::{marker::PhantomData, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::dispatch::Dispatch;
use crate::{
    error::{Code, Error, Result},
    http::{Cost, Repeat, Request, fault},
    say,
    session::{Connected, Service},
};

/// Versions of Graph, the first segment of its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Version {
    V1,
    Beta,
}

impl Version {
    pub(crate) const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// One call, independent of whether it travels alone or in a batch.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) version: Version,
    pub(crate) method: Method,
    /// Relative to the version, without a leading slash, encoded, with its query.
    pub(crate) path: String,
    pub(crate) body: Option<Body>,
    /// Asks the index that understands every operator and may lag behind writes.
    pub(crate) eventual: bool,
    /// Whether it may be sent again when its answer was lost.
    pub(crate) repeat: Repeat,
    /// By which the service's logs know it; the same for every try.
    pub(crate) client_request_id: Uuid,
}

/// A body; one that holds a secret is wiped and never printed.
#[derive(Clone)]
pub(crate) enum Body {
    Plain(Value),
    Secret(Zeroizing<String>),
}

impl Call {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            version: Version::V1,
            method,
            path: path.into(),
            body: None,
            eventual: false,
            // Every write of ours sets an absolute state, so that sending it twice is sending it once.
            repeat: Repeat::Always,
            client_request_id: Uuid::new_v4(),
        }
    }

    pub(crate) fn beta(mut self) -> Self {
        self.version = Version::Beta;
        self
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
            reports: u32::from(path.contains("/authentication/") || path.starts_with("reports/")),
        }
    }

    pub(crate) fn body_bytes(&self) -> Option<Bytes> {
        self.body.as_ref().map(|body| match body {
            Body::Plain(value) => Bytes::from(value.to_string()),
            // In memory that is wiped with the last copy.
            Body::Secret(text) => Bytes::from_owner(Zeroizing::new(text.as_bytes().to_vec())),
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

/// Microsoft Graph through a session, for one job. Cheap to clone; clones share their batches.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    session: Arc<Connected>,
    cancel: CancellationToken,
    dispatch: Dispatch,
}

/// A page of a collection.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<Url>,
}

/// A collection that is being read.
#[derive(Debug)]
pub(crate) struct Pages<'a, T> {
    graph: &'a Graph,
    call: Call,
    next: Next,
    _item: PhantomData<fn() -> T>,
}

#[derive(Debug)]
enum Next {
    First,
    At(Url),
    Nothing,
}

impl Graph {
    /// Graph for one job. Once `cancel` is cancelled, waits end and nothing new is sent.
    pub(crate) fn new(session: Arc<Connected>, cancel: CancellationToken) -> Self {
        let stop = cancel.clone();
        Self::stopping(session, cancel, stop)
    }

    /// The same in two steps: once `stop` is cancelled, writes that still wait for their turn come back unsent, and reads
    /// go on until `cancel`. So what was written can still be read back.
    pub(crate) fn stopping(session: Arc<Connected>, cancel: CancellationToken, stop: CancellationToken) -> Self {
        let dispatch = Dispatch::start(Arc::clone(&session), cancel.clone(), stop);
        Self { session, cancel, dispatch }
    }

    pub(crate) fn session(&self) -> &Arc<Connected> {
        &self.session
    }

    pub(crate) fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Sends one call; any answer is a reply. Calls made at the same time share a batch; what is throttled or passing
    /// is repeated, alone among its neighbours.
    pub(crate) async fn call(&self, call: Call) -> Result<Reply> {
        self.dispatch.send(call).await
    }

    /// Sends one call that must succeed.
    pub(crate) async fn read(&self, call: Call) -> Result<Reply> {
        self.call(call).await?.success()
    }

    /// Reads what the service has said stands at an address of its own, as it is.
    pub(crate) async fn follow(&self, url: Url) -> Result<Reply> {
        self.own(&url).await?;
        alone(&self.session, &self.cancel, url, &Call::new(Method::GET, String::new())).await
    }

    /// Refuses an address that would carry our token to somebody else.
    async fn own(&self, url: &Url) -> Result<()> {
        if url.origin() == self.session.graph_root().await?.origin() {
            return Ok(());
        }
        Err(Error::new(Code::Decode, say!("foreign_link", "the service's link points to another host")))
    }

    /// Reads a collection page by page.
    pub(crate) fn pages<T: DeserializeOwned>(&self, call: Call) -> Pages<'_, T> {
        Pages { graph: self, call, next: Next::First, _item: PhantomData }
    }

    /// Reads a whole collection.
    pub(crate) async fn all<T: DeserializeOwned>(&self, call: Call) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let mut pages = self.pages(call);
        while let Some(page) = pages.next().await? {
            items.extend(page.value);
        }
        Ok(items)
    }

    /// A duration of the service in the pace of this tenant (simulated ones can be faster).
    pub(crate) fn scaled(&self, duration: Duration) -> Duration {
        duration.div_f64(self.session.time_scale())
    }

    /// Waits, unless the caller cancels.
    pub(crate) async fn pause(&self, wait: Duration) -> Result<()> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(Error::cancelled()),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }
}

impl<T: DeserializeOwned> Pages<'_, T> {
    /// The next page. The service's link is followed as it is; custom headers are sent again, because the link does not
    /// carry them. A page can be empty and still not be the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Page<T>>> {
        let graph = self.graph;
        let reply = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            // The first page may share a batch with others; what follows is large and travels alone.
            Next::First => graph.read(self.call.clone()).await?,
            Next::At(url) => alone(&graph.session, &graph.cancel, url, &self.call).await?.success()?,
        };
        let page: Page<T> = reply.json()?;
        if let Some(next) = &page.next_link {
            graph.own(next).await?;
            self.next = Next::At(next.clone());
        }
        Ok(Some(page))
    }
}

impl<'a, T: DeserializeOwned + Send + 'a> Pages<'a, T> {
    /// The items of each page, read when they are asked for.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Vec<T>>> + Send + 'a {
        stream::try_unfold(self, |mut pages| async {
            let page = pages.next().await?;
            Ok(page.map(|page| (page.value, pages)))
        })
    }
}

/// The address of a call.
pub(super) async fn address(session: &Connected, version: Version, relative: &str) -> Result<Url> {
    session
        .graph_root()
        .await?
        .join(&format!("{}/{relative}", version.segment()))
        .map_err(|error| Error::internal(format_args!("the path {relative} makes no address: {error}")))
}

/// Sends one call as a request of its own.
pub(super) async fn alone(session: &Connected, cancel: &CancellationToken, url: Url, call: &Call) -> Result<Reply> {
    let mut headers = HeaderMap::new();
    headers.insert(CLIENT_REQUEST_ID, uuid_header(&call.client_request_id));
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
        repeat: call.repeat,
    };
    let response = session.send(Service::Graph, request, cancel).await?;
    Ok(Reply {
        date: date(&response.headers),
        status: response.status,
        headers: response.headers,
        body: response.body,
        client_request_id: response.client_request_id,
    })
}

/// Correlates our requests with the service's logs.
pub(super) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

pub(super) fn uuid_header(id: &Uuid) -> HeaderValue {
    HeaderValue::from_str(&id.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
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
        assert_eq!(cost(Method::GET, "users/x/authentication/methods").reports, 1);
        assert_eq!(cost(Method::GET, "reports/authenticationMethods/userRegistrationDetails").reports, 1);
    }

    #[test]
    fn an_http_date_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Tue, 24 Nov 2026 16:00:00 GMT".parse().unwrap());
        assert_eq!(date(&headers), Some("2026-11-24T16:00:00Z".parse().unwrap()));
    }
}
