//! Pages: a position in a listing that the client carries without knowing what it means.
//!
//! learn.microsoft.com/graph/paging: the link is followed as it is, a page may be empty and still have one, custom
//! headers are not carried. The token is bound to the query that made it.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    call::{Answered, Call},
    failure::Failure,
    options::{Options, without_tokens},
    path::decode,
};
use crate::simulator::wire::Answer;

/// One continuation in so many begins with an empty page.
const BLANK_EVERY: u8 = 16;

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Position {
    /// Mark of the last row of the page before.
    after: u128,
    /// Its sort key, if the listing is sorted.
    key: Option<String>,
    /// The page before was empty on purpose.
    blank: bool,
}

/// How a listing is sorted.
pub(super) struct Order<T: 'static> {
    /// What a row is sorted by.
    pub(super) key: Box<dyn Fn(&T) -> String>,
    pub(super) descending: bool,
}

/// One page of a listing. `rows` gives the rows after a mark, lazily and by rising marks; `object` shows one.
pub(super) fn page<'t, T: 'static, I: Iterator<Item = (u128, &'t T)>>(
    call: &Call<'_>,
    options: &Options,
    context: &str,
    order: Option<&Order<T>>,
    rows: impl Fn(Option<u128>) -> I,
    object: impl Fn(&T) -> Map<String, Value>,
) -> Answered {
    let position: Option<Position> =
        options.skip_token.as_deref().map(|token| open(call, options, token)).transpose()?;
    let mut body = Map::new();
    body.insert("@odata.context".to_owned(), call.context(context));
    if options.counted() && position.is_none() {
        body.insert("@odata.count".to_owned(), rows(None).count().into());
    }
    let size = options.page();
    let mut page = match order {
        None => rows(position.as_ref().map(|position| position.after))
            .take(size + 1)
            .map(|(mark, row)| (None, mark, row))
            .collect(),
        Some(order) => sorted(order, position.as_ref(), size + 1, rows(None)),
    };
    let mut next = None;
    if let Some(position) = position
        && !position.blank
        && !page.is_empty()
        && is_blank(call, &position)
    {
        next = Some(Position { blank: true, ..position });
        page.clear();
    } else if page.len() > size {
        page.truncate(size);
        next = page.last().map(|(key, mark, _)| Position { after: *mark, key: key.clone(), blank: false });
    }
    if let Some(position) = next {
        let link = link(call, "$skiptoken", &seal(call, options, &position));
        body.insert("@odata.nextLink".to_owned(), link.into());
    }
    let value: Vec<Value> = page.into_iter().map(|(_, _, row)| Value::Object(object(row))).collect();
    body.insert("value".to_owned(), value.into());
    Ok(Answer::json(200, &Value::Object(body)))
}

/// The number of rows as plain text, which only the eventual index knows.
pub(super) fn count<T>(call: &Call<'_>, rows: impl Iterator<Item = T>) -> Answered {
    if !super::options::is_eventual(call.request) {
        return Err(Failure::bad("$count is not currently supported."));
    }
    let mut answer = Answer { status: 200, headers: http::HeaderMap::new(), body: rows.count().to_string().into() };
    answer.header("content-type", "text/plain");
    Ok(answer)
}

/// The first rows after a position, without sorting all others.
fn sorted<'t, T>(
    order: &Order<T>,
    position: Option<&Position>,
    size: usize,
    rows: impl Iterator<Item = (u128, &'t T)>,
) -> Vec<(Option<String>, u128, &'t T)> {
    let after = position.and_then(|position| Some((position.key.clone()?, position.after)));
    let mut nearest: BTreeMap<(String, u128), &'t T> = BTreeMap::new();
    for (mark, row) in rows {
        let place = ((order.key)(row), mark);
        let is_later = match &after {
            None => true,
            Some(after) if order.descending => place < *after,
            Some(after) => place > *after,
        };
        if is_later {
            nearest.insert(place, row);
            if nearest.len() > size {
                let _farthest = if order.descending { nearest.pop_first() } else { nearest.pop_last() };
            }
        }
    }
    let mut nearest: Vec<_> = nearest.into_iter().map(|((key, mark), row)| (Some(key), mark, row)).collect();
    if order.descending {
        nearest.reverse();
    }
    nearest
}

const NOT_IN_ADDRESSES: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'#');

/// The request's own address with a token of ours.
pub(super) fn link(call: &Call<'_>, name: &str, token: &str) -> String {
    // An item of a batch may have been sent with blanks and letters that cannot stand in an address.
    let path = utf8_percent_encode(&call.request.path, NOT_IN_ADDRESSES);
    let query = without_tokens(&call.request.query);
    let query = utf8_percent_encode(&query, NOT_IN_ADDRESSES);
    let separator = if query.to_string().is_empty() { "" } else { "&" };
    format!("{}{path}?{query}{separator}{name}={token}", call.world.base)
}

/// Makes a token of something that only we shall read, and only for this query.
pub(super) fn seal<T: Serialize>(call: &Call<'_>, options: &Options, content: &T) -> String {
    let content = serde_json::to_string(content).unwrap_or_default();
    let mut token = signature(call, options, content.as_bytes());
    token.extend_from_slice(content.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(token)
}

/// Reads a token that [`seal`] made for the same query.
pub(super) fn open<T: for<'de> Deserialize<'de>>(
    call: &Call<'_>,
    options: &Options,
    token: &str,
) -> Result<T, Failure> {
    let read = || {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signed, content) = bytes.split_at_checked(SIGNATURE)?;
        if signature(call, options, content) != signed {
            return None;
        }
        serde_json::from_slice(content).ok()
    };
    read().ok_or_else(|| Failure::bad("The specified page token value is not valid for this query."))
}

/// Bytes of a signature: enough to notice a token of another query, which is all it is for.
const SIGNATURE: usize = 12;

fn signature(call: &Call<'_>, options: &Options, content: &[u8]) -> Vec<u8> {
    let path = decode(&call.request.path).unwrap_or_default();
    let mut text = format!("{}\n{path}\n{}\n", call.world.options.seed, options.identity()).into_bytes();
    text.extend_from_slice(content);
    digest(&SHA256, &text).as_ref().iter().take(SIGNATURE).copied().collect()
}

fn is_blank(call: &Call<'_>, position: &Position) -> bool {
    let text = format!("{} {} {:?}", call.world.options.seed, position.after, position.key);
    digest(&SHA256, text.as_bytes()).as_ref().first().is_some_and(|byte| byte % BLANK_EVERY == 0)
}
