//! Many calls at once: `$batch`, at most 20 in one request, each with a status of its own.
//!
//! The outer answer is 200 as soon as the batch could be read, even if every item failed; items come back in any
//! order, and one that is missing from the answer is simply not known. learn.microsoft.com/graph/json-batching

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::graph::{Body, Call, Graph, Reply, VERSION, date};
use crate::{
    error::{Code, Error, Result},
    http::{Cost, Repeat, Request, fault},
    say,
    session::Service,
};

/// Items in a batch, the service's limit.
pub(crate) const LIMIT: usize = 20;
/// Batches in flight at once.
pub(crate) const CONCURRENCY: usize = 4;
/// How often a read is repeated that the service could not serve.
const TRIES: u32 = 8;

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

impl Graph<'_> {
    /// Sends up to [`LIMIT`] calls in one request; one alone goes as an ordinary request. A call whose answer is
    /// missing has `None`: it may or may not have taken effect.
    pub(crate) async fn exchange(&self, calls: &[Call]) -> Result<Vec<Option<Reply>>> {
        match calls {
            [] => Ok(Vec::new()),
            [call] => Ok(vec![Some(self.call(call).await?)]),
            calls if calls.len() <= LIMIT => self.batch(calls).await,
            _ => Err(Error::internal("a batch of more than 20")),
        }
    }

    async fn batch(&self, calls: &[Call]) -> Result<Vec<Option<Reply>>> {
        let ids: Vec<String> = calls.iter().map(|_| Uuid::new_v4().to_string()).collect();
        // An overfull batch costs what its items cost; each is charged on its own.
        let cost = calls.iter().map(Call::cost).fold(Cost::default(), |sum, cost| Cost {
            resource_units: sum.resource_units + cost.resource_units,
            writes: sum.writes + cost.writes,
            reports: sum.reports + cost.reports,
        });
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request = Request {
            method: Method::POST,
            url: self.session.graph_root()?.join(&format!("{VERSION}/$batch")).map_err(Error::internal)?,
            headers,
            body: Some(outgoing(calls, &ids)?),
            cost,
            repeat: Repeat::Always,
        };
        let response = self.session.send(Service::Graph, request, self.cancel).await?;
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
        Ok(ids.into_iter().map(|id| incoming.remove(&id).map(|item| reply(item, id, outer_date))).collect())
    }

    /// Reads many things; each has its own answer or its own error. What was throttled, lost or refused for a passing
    /// reason is asked again, alone among its neighbours.
    pub(crate) async fn read_many(&self, calls: Vec<Call>) -> Result<Vec<Result<Reply>>> {
        let mut answers: Vec<Option<Result<Reply>>> = calls.iter().map(|_| None).collect();
        let mut open: Vec<(usize, Call)> = calls.into_iter().enumerate().collect();
        for attempt in 1..=TRIES {
            if open.is_empty() {
                break;
            }
            let parts: Vec<Vec<(usize, Call)>> = open.chunks(LIMIT).map(<[_]>::to_vec).collect();
            let mut arriving = stream::iter(parts)
                .map(async |part| {
                    let calls: Vec<Call> = part.iter().map(|(_, call)| call.clone()).collect();
                    (part, self.exchange(&calls).await)
                })
                .buffer_unordered(CONCURRENCY);
            let mut again = Vec::new();
            let mut wait = Duration::ZERO;
            while let Some((part, replies)) = arriving.next().await {
                for ((index, call), reply) in part.into_iter().zip(replies?) {
                    let passing = reply.as_ref().is_none_or(|reply| fault::is_passing(reply.status));
                    if passing && attempt < TRIES {
                        wait = wait.max(reply.as_ref().map_or(Duration::ZERO, |reply| self.note_throttle(reply)));
                        again.push((index, call));
                    } else if let Some(answer) = answers.get_mut(index) {
                        *answer = Some(reply.ok_or_else(lost).and_then(Reply::success));
                    }
                }
            }
            open = again;
            if !open.is_empty() {
                self.pause(wait.max(self.scaled(Duration::from_millis(100)) * attempt)).await?;
            }
        }
        Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(lost()))).collect())
    }

    /// Takes note of a throttled item: everybody who draws on the same quota waits. Returns how long.
    pub(crate) fn note_throttle(&self, reply: &Reply) -> Duration {
        if reply.status != 429 {
            return Duration::ZERO;
        }
        let wait = fault::retry_after(&reply.headers, jiff::Timestamp::now())
            .unwrap_or_else(|| self.scaled(Duration::from_secs(3)));
        self.session.budgets().pause(wait);
        wait
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

fn lost() -> Error {
    Error::new(
        Code::AnswerLost,
        say!("item_missing", "the service left this request out of its answer, again and again"),
    )
}

fn outgoing(calls: &[Call], ids: &[String]) -> Result<Bytes> {
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
        .zip(ids)
        .zip(&bodies)
        .map(|((call, id), body)| {
            let mut headers = HashMap::from([("client-request-id", id.clone())]);
            if call.eventual {
                headers.insert("ConsistencyLevel", "eventual".to_owned());
            }
            if body.is_some() {
                headers.insert("Content-Type", "application/json".to_owned());
            }
            OutgoingItem {
                id: id.clone(),
                method: call.method.as_str(),
                url: &call.path,
                headers,
                body: body.as_deref(),
            }
        })
        .collect();
    let text = Zeroizing::new(serde_json::to_vec(&Outgoing { requests }).map_err(Error::internal)?);
    Ok(Bytes::copy_from_slice(&text))
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
