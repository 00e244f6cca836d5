//! `$batch`: up to 20 requests in one, each with an answer of its own. learn.microsoft.com/graph/json-batching
//!
//! The outer answer says only whether the batch could be read. Items are charged, refused, throttled and struck by
//! faults one by one, run side by side unless one waits for another, and come back in an order of the service's own.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream::FuturesUnordered};
use http::Method;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Version, failure::Failure};
use crate::simulator::{
    fault::{self, Played},
    wire::{Answer, Members, Request},
    world::{Caller, World},
};

/// The most items in a batch.
const MOST: usize = 20;

/// Whether a path below the version is that of batches; clients may encode the dollar sign.
pub(super) fn is_asked(below: &str) -> bool {
    percent_decode_str(below).decode_utf8_lossy().eq_ignore_ascii_case("/$batch")
}

/// Answers a batch of a caller who is known.
pub async fn answer(world: &World, caller: &Caller, version: Version, request: &Request) -> Answer {
    if request.method != Method::POST {
        return Failure::verb().answer(request);
    }
    match read(request) {
        Ok(items) => {
            let results = run(world, caller, version, request, &items).await;
            respond(world, &items, results)
        }
        Err(failure) => failure.answer(request),
    }
}

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Members<Item>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    depends_on: Option<Vec<String>>,
}

impl Item {
    /// Ids are not case-sensitive.
    fn key(&self) -> String {
        self.id.to_lowercase()
    }

    fn waits_for(&self) -> impl Iterator<Item = String> {
        self.depends_on.iter().flatten().map(|id| id.to_lowercase())
    }

    fn method(&self) -> Option<Method> {
        [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(&self.method))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Reads the items and holds them to the rules of the format; one that breaks them spoils the whole batch.
fn read(request: &Request) -> Result<Vec<Item>, Failure> {
    let Members(Batch { requests }) = serde_json::from_slice(&request.body)
        .map_err(|error| malformed(format!("Invalid batch payload format: {error}.")))?;
    let items: Vec<Item> = requests.into_iter().map(|Members(item)| item).collect();
    if items.len() > MOST {
        return Err(malformed(format!("The number of requests in a batch exceeds the maximum of {MOST}.")));
    }
    let mut ids = BTreeSet::new();
    for item in &items {
        let id = &item.id;
        if id.is_empty() {
            return Err(malformed("Every request of a batch needs an id.".to_owned()));
        }
        if !ids.insert(item.key()) {
            return Err(malformed(format!(
                "The request id '{id}' is used more than once; ids are not case-sensitive."
            )));
        }
        if item.method().is_none() {
            return Err(malformed(format!("Request '{id}' has the invalid method '{}'.", item.method)));
        }
        if item.body.is_some() && item.header("content-type").is_none() {
            return Err(malformed(format!("Request '{id}' has a body and no Content-Type header.")));
        }
    }
    if let Some((item, missing)) =
        items.iter().find_map(|item| Some((item, item.waits_for().find(|id| !ids.contains(id))?)))
    {
        return Err(malformed(format!("Request '{}' depends on '{missing}', which is not in the batch.", item.id)));
    }
    if turns_in_a_circle(&items) {
        return Err(malformed("The dependencies of the batch's requests form a cycle.".to_owned()));
    }
    Ok(items)
}

fn malformed(message: String) -> Failure {
    Failure::new(400, "BadRequest", message)
}

/// Whether some items wait for each other, so that none of them can ever begin.
fn turns_in_a_circle(items: &[Item]) -> bool {
    let mut free = BTreeSet::new();
    while let Some(next) = items
        .iter()
        .map(|item| (item.key(), item))
        .find(|(key, item)| !free.contains(key) && item.waits_for().all(|id| free.contains(&id)))
    {
        free.insert(next.0);
    }
    free.len() < items.len()
}

/// What became of the items, by key: an answer, or none at all.
type Results = BTreeMap<String, Option<Answer>>;

async fn run(world: &World, caller: &Caller, version: Version, outer: &Request, items: &[Item]) -> Results {
    let mut results = Results::new();
    let mut waiting: Vec<&Item> = items.iter().collect();
    let mut running = FuturesUnordered::new();
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|item| item.waits_for().all(|id| results.contains_key(&id)));
        waiting = rest;
        // One that is refused here and now may be what another waits for.
        let mut settled = false;
        for item in ready {
            if item.waits_for().all(|id| succeeded(&results, &id)) {
                running.push(async move { (item.key(), one(world, caller, version, outer, item).await) });
            } else {
                settled = true;
                results.insert(item.key(), Some(orphaned().answer(&named(outer, item))));
            }
        }
        if settled {
            continue;
        }
        match running.next().await {
            Some((key, result)) => results.insert(key, result),
            None => return results,
        };
    }
}

fn succeeded(results: &Results, key: &str) -> bool {
    results.get(key).and_then(Option::as_ref).is_some_and(|answer| answer.status < 400)
}

fn orphaned() -> Failure {
    Failure::new(424, "FailedDependency", "A request that this one depends on has failed.")
}

/// Runs one item; nothing if a fault swallows it.
async fn one(world: &World, caller: &Caller, version: Version, outer: &Request, item: &Item) -> Option<Answer> {
    let request = match inner(version, outer, item) {
        Ok(request) => request,
        Err(failure) => return Some(failure.answer(&named(outer, item))),
    };
    let fault = world.faults.next(&request, true);
    match fault::play(world, &request, fault, async { super::item(world, caller, &request) }).await {
        Played::Whole(answer) | Played::Cut(answer) => Some(identified(answer, &request)),
        Played::Lost => None,
    }
}

/// The item's request without its address: ids of its own, and nothing of the outer headers but who calls.
fn named(outer: &Request, item: &Item) -> Request {
    let mut request = Request {
        method: item.method().unwrap_or(Method::GET),
        path: String::new(),
        query: String::new(),
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    for (name, value) in item.headers.iter().flatten() {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
            request.headers.insert(name, value);
        }
    }
    if let Some(token) = outer.headers.get(http::header::AUTHORIZATION) {
        request.headers.insert(http::header::AUTHORIZATION, token.clone());
    }
    if let Ok(id) = http::HeaderValue::try_from(Uuid::new_v4().to_string()) {
        request.headers.entry("client-request-id").or_insert_with(|| id.clone());
        request.headers.insert("request-id", id);
    }
    request
}

/// The request that the item stands for.
fn inner(version: Version, outer: &Request, item: &Item) -> Result<Request, Failure> {
    let url = item.url.strip_prefix('/').unwrap_or(&item.url);
    // What follows a number sign never reaches a service.
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    if path.contains("://") || path.starts_with('/') {
        return Err(malformed("The url of a request in a batch is relative to the version of the service.".to_owned()));
    }
    if is_asked(&format!("/{path}")) {
        return Err(malformed("A batch cannot hold another batch.".to_owned()));
    }
    let mut request = named(outer, item);
    if item.body.is_none() && [Method::POST, Method::PATCH, Method::PUT].contains(&request.method) {
        return Err(malformed("A request that writes needs a body, {} at least, and its Content-Type.".to_owned()));
    }
    request.path = format!("/{}/{path}", version.segment());
    query.clone_into(&mut request.query);
    request.body = match &item.body {
        None => bytes::Bytes::new(),
        Some(Value::String(text)) if !is_json(item.header("content-type")) => text.clone().into(),
        Some(body) => body.to_string().into(),
    };
    Ok(request)
}

fn is_json(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"))
}

fn identified(mut answer: Answer, request: &Request) -> Answer {
    for name in ["request-id", "client-request-id"] {
        if let Some(id) = request.headers.get(name) {
            answer.headers.entry(name).or_insert_with(|| id.clone());
        }
    }
    answer
}

fn respond(world: &World, items: &[Item], mut results: Results) -> Answer {
    let tenant_id = world.tenant().id;
    let mut items: Vec<&Item> = items.iter().collect();
    // The service promises no order, so none is kept; the same batch comes back in the same one.
    items.sort_by_key(|item| Uuid::new_v5(&tenant_id, item.id.as_bytes()));
    let responses: Vec<Value> =
        items.into_iter().filter_map(|item| Some(response(&item.id, &results.remove(&item.key())??))).collect();
    Answer::json(200, &json!({ "responses": responses }))
}

fn response(id: &str, answer: &Answer) -> Value {
    let mut headers = Map::new();
    for (name, value) in &answer.headers {
        headers.insert(written(name.as_str()), String::from_utf8_lossy(value.as_bytes()).into());
    }
    let mut response = json!({ "id": id, "status": answer.status, "headers": headers });
    let body = (!answer.body.is_empty())
        .then(|| serde_json::from_slice(&answer.body).unwrap_or_else(|_| String::from_utf8_lossy(&answer.body).into()));
    if let (Some(body), Value::Object(members)) = (body, &mut response) {
        members.insert("body".to_owned(), body);
    }
    response
}

/// A header's name as the service writes it inside a batch.
fn written(name: &str) -> String {
    match name {
        "content-type" => "Content-Type",
        "retry-after" => "Retry-After",
        "cache-control" => "Cache-Control",
        "location" => "Location",
        "www-authenticate" => "WWW-Authenticate",
        "odata-version" => "OData-Version",
        "preference-applied" => "Preference-Applied",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests;
