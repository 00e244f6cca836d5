//! Many calls at once: `$batch`, at most 20 in one request, each with a status of its own.
//!
//! The outer answer is 200 as soon as the batch could be read, even if every item failed; items come back in any
//! order, and one that is missing from the answer is simply not known. learn.microsoft.com/graph/json-batching

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{
    call::{Body, Call, Version},
    reply::{Reply, date},
    single::address,
};
use crate::{
    error::{Error, Result},
    http::{Cost, Repeat, Request},
    session::{Connected, Service},
};

/// Items in a batch, the service's limit.
pub(crate) const LIMIT: usize = 20;
#[derive(Serialize)]
struct Outgoing<'a> {
    requests: Vec<OutgoingItem<'a>>,
}

#[derive(Serialize)]
struct OutgoingItem<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
    headers: HashMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Incoming {
    responses: Vec<IncomingItem>,
}

#[derive(Deserialize)]
struct IncomingItem {
    id: String,
    status: u16,
    #[serde(default)]
    headers: HashMap<String, Value>,
    #[serde(default)]
    body: Option<Value>,
}

/// Sends some calls of one version in one request. A call whose answer is missing has `None`: it may or may not have
/// taken effect.
pub(super) async fn exchange(
    session: &Connected,
    cancel: &CancellationToken,
    version: Version,
    calls: &[&Call],
) -> Result<Vec<Option<Reply>>> {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // The batch may be repeated as a whole only if each of its calls may.
    let repeat = if calls.iter().all(|call| call.repeat == Repeat::Always) { Repeat::Always } else { Repeat::IfUnsent };
    let request = Request {
        method: Method::POST,
        url: address(session, version, "$batch").await?,
        headers,
        body: Some(outgoing(calls)?),
        // A batch costs what its items cost; each is charged on its own.
        cost: calls.iter().map(|call| call.cost()).fold(Cost::default(), |sum, cost| Cost {
            resource_units: sum.resource_units + cost.resource_units,
            writes: sum.writes + cost.writes,
            reports: sum.reports + cost.reports,
        }),
        repeat,
    };
    let response = session.send(Service::Graph, request, cancel).await?;
    let outer_date = date(&response.headers);
    let outer = Reply {
        status: response.status,
        headers: response.headers,
        body: response.body,
        client_request_id: response.client_request_id,
        date: outer_date,
    }
    .success()?;
    let mut incoming: HashMap<String, IncomingItem> =
        outer.json::<Incoming>()?.responses.into_iter().map(|item| (item.id.to_ascii_lowercase(), item)).collect();
    Ok(calls
        .iter()
        .map(|call| {
            let id = call.client_request_id.to_string();
            incoming.remove(&id).map(|item| reply(item, id, outer_date))
        })
        .collect())
}

fn outgoing(calls: &[&Call]) -> Result<Bytes> {
    let bodies = calls
        .iter()
        .map(|call| {
            call.body
                .as_ref()
                .map(|body| match body {
                    Body::Plain(value) => RawValue::from_string(value.to_string()),
                    Body::Secret(text) => RawValue::from_string(text.to_string()),
                })
                .transpose()
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(Error::internal)?;
    let requests = calls
        .iter()
        .zip(&bodies)
        .map(|(call, body)| {
            let id = call.client_request_id.to_string();
            let mut headers = HashMap::from([("client-request-id", id.clone())]);
            if call.eventual {
                headers.insert("ConsistencyLevel", "eventual".to_owned());
            }
            if body.is_some() {
                headers.insert("Content-Type", "application/json".to_owned());
            }
            OutgoingItem { id, method: call.method.as_str(), url: &call.path, headers, body: body.as_deref() }
        })
        .collect();
    let text = Zeroizing::new(serde_json::to_vec(&Outgoing { requests }).map_err(Error::internal)?);
    // In memory that is wiped with the last copy: a body can hold a password.
    Ok(Bytes::from_owner(text))
}

fn reply(item: IncomingItem, id: String, outer_date: Option<jiff::Timestamp>) -> Reply {
    let mut headers = HeaderMap::new();
    for (name, value) in item.headers {
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    let date = date(&headers).or(outer_date);
    let body = item.body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    Reply { status: item.status, headers, body, client_request_id: id, date }
}
