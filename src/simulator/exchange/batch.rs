//! `$batch`: up to ten commands in one request, each with a status of its own.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Place, failure::Failure, place};
use crate::simulator::{
    fault::{self, Played},
    wire::{Answer, Members, Request},
    world::{Caller, World},
};

/// The most commands in a batch.
const MOST: usize = 10;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Members<Item>>,
}

#[derive(Deserialize)]
struct Item {
    id: Value,
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
}

/// Answers a batch of a caller who is known.
pub(super) async fn answer(world: &World, caller: &Caller, request: &Request) -> Answer {
    let items = match read(request) {
        Ok(items) => items,
        Err(failure) => return failure.answer(),
    };
    let responses: Vec<Option<Value>> =
        stream::iter(items.iter()).then(|item| one(world, caller, request, item)).collect().await;
    let responses: Vec<Value> = responses.into_iter().flatten().collect();
    Answer::json(200, &json!({ "responses": responses }))
}

fn read(request: &Request) -> Result<Vec<Item>, Failure> {
    let Members(Batch { requests }) = serde_json::from_slice(&request.body)
        .map_err(|error| Failure::bad(format!("The batch cannot be read: {error}.")))?;
    let requests: Vec<Item> = requests.into_iter().map(|Members(item)| item).collect();
    if requests.len() > MOST {
        return Err(Failure::bad(format!("The number of requests in a batch exceeds the maximum of {MOST}.")));
    }
    let mut ids: Vec<&Value> = requests.iter().map(|item| &item.id).collect();
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    if ids.len() < requests.len() {
        return Err(Failure::bad("The ids of a batch's requests must differ."));
    }
    Ok(requests)
}

/// Runs one item; nothing if a fault swallows it.
async fn one(world: &World, caller: &Caller, outer: &Request, item: &Item) -> Option<Value> {
    let answer = match inner(world, outer, item) {
        Err(failure) => failure.answer(),
        Ok(request) => {
            let fault = world.faults.next(&request, true);
            match fault::play(world, &request, fault, async { super::command(world, caller, &request) }).await {
                Played::Whole(answer) | Played::Cut(answer) => answer,
                Played::Lost => return None,
            }
        }
    };
    // What is no document has no place in one.
    let body = serde_json::from_slice(&answer.body).unwrap_or_else(|_| match std::str::from_utf8(&answer.body) {
        Ok(text) if !text.contains('\0') => Value::from(text),
        _ => Value::Null,
    });
    Some(json!({ "id": item.id, "status": answer.status, "body": body }))
}

/// The request that an item stands for: always a command of this tenant.
fn inner(world: &World, outer: &Request, item: &Item) -> Result<Request, Failure> {
    let base = Url::parse(&world.base).map_err(|_| Failure::path())?;
    let url = base.join(&item.url).map_err(|_| Failure::bad(format!("The url '{}' cannot be read.", item.url)))?;
    if !item.method.eq_ignore_ascii_case("post") {
        return Err(Failure::verb());
    }
    if place(world, url.path())? != Place::Command {
        return Err(Failure::path());
    }
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &item.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    if let Some(token) = outer.headers.get(http::header::AUTHORIZATION) {
        headers.insert(http::header::AUTHORIZATION, token.clone());
    }
    Ok(Request {
        method: Method::POST,
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
        headers,
        body: Bytes::from(item.body.to_string()),
    })
}
