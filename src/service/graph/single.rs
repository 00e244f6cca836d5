//! One call as a request of its own.

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::{
    call::{Call, Version},
    reply::{Reply, date},
};
use crate::{
    error::{Error, Result},
    http::Request,
    session::{Connected, Service},
};

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
