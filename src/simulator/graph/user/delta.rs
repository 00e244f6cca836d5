//! Changes of people since a moment.
//!
//! learn.microsoft.com/graph/api/user-delta: pages first, then a link that asks for what changed later. Both links keep
//! the query of the first request. Nobody is ever deleted here, so that nothing is ever reported as removed.

use std::time::Instant;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    properties::User,
    read::{may_list, people, shown},
};
use crate::simulator::{
    graph::{
        call::{Answered, Call},
        failure::Failure,
        filter::Filter,
        options::Options,
        page::{link, open, seal},
        property::{Moment, Shown},
    },
    tenant::{Tenant, User as Person},
    wire::Answer,
};

/// People on a page.
const PAGE: usize = 100;
/// Ids in a filter at the most.
const MOST_IDS: usize = 50;

/// Where a round stands. Moments are nanoseconds since the tenant was made.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Round {
    /// Changes since then are reported; `None` reports everybody.
    since: Option<u128>,
    /// When the round began: the next one reports changes since then.
    began: u128,
    /// Mark of the last row of the page before.
    after: Option<u128>,
}

/// `GET users/delta`.
pub(super) fn answer(call: &Call<'_>) -> Answered {
    call.only(&Method::GET)?;
    let sight = may_list(call)?;
    let options = call.options(&["$select", "$filter", "$skiptoken", "$deltatoken"])?;
    let shown = shown(options.select.as_deref(), sight)?;
    let filter = options.filter.as_deref().map(only_ids).transpose()?;
    let now = call.now.saturating_duration_since(call.world.started).as_nanos();
    let round = match (&options.skip_token, options.delta_token.as_deref()) {
        (Some(token), _) => open::<Round>(call, &options, token)?,
        (None, Some("latest")) => return Ok(end(call, &options, &shown, now, Vec::new())),
        (None, Some(token)) => Round { since: Some(open::<u128>(call, &options, token)?), began: now, after: None },
        (None, None) => Round { since: None, began: now, after: None },
    };
    let tenant = call.world.tenant();
    let at = call.moment(&options);
    let mut rows = changed(&tenant, call, round)
        .filter(|(_, person)| filter.as_ref().is_none_or(|filter| filter.selects(person, at)));
    let page: Vec<(u128, &Person)> = rows.by_ref().take(PAGE).collect();
    let is_last = rows.next().is_none();
    let objects = page.iter().map(|(_, person)| object(&shown, person, at)).collect();
    match page.last() {
        Some((mark, _)) if !is_last => {
            let next = Round { after: Some(*mark), ..round };
            let mut body = body(call, &shown, objects);
            body.insert("@odata.nextLink".to_owned(), link(call, "$skiptoken", &seal(call, &options, &next)).into());
            Ok(Answer::json(200, &Value::Object(body)))
        }
        _ => Ok(end(call, &options, &shown, round.began, objects)),
    }
}

/// People after the round's position who changed since its moment, as far as that can be seen by now.
fn changed<'a>(tenant: &'a Tenant, call: &'a Call<'_>, round: Round) -> impl Iterator<Item = (u128, &'a Person)> {
    let moment = |at: Instant| at.saturating_duration_since(call.world.started).as_nanos();
    people(tenant, round.after).filter(move |(_, person)| match round.since {
        None => true,
        Some(since) => {
            person.profile.visible_at().is_some_and(|visible| visible <= call.now && moment(visible) > since)
        }
    })
}

/// `$filter` takes nothing but ids.
fn only_ids(text: &str) -> Result<Filter<User>, Failure> {
    let filter = Filter::<User>::new(text)?;
    let ids_only = filter.properties().iter().all(|name| *name == "id");
    if ids_only && filter.advanced().is_none() && filter.properties().len() <= MOST_IDS {
        Ok(filter)
    } else {
        Err(Failure::unsupported_query("The delta function filters by id only, and by 50 of them at the most."))
    }
}

/// The id is always there: without it a change could not be told from another.
fn object(shown: &Shown<User>, person: &Person, at: Moment) -> Map<String, Value> {
    let mut object = shown.object(person, at);
    object.insert("id".to_owned(), person.id.to_string().into());
    object
}

fn body(call: &Call<'_>, shown: &Shown<User>, objects: Vec<Map<String, Value>>) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("@odata.context".to_owned(), call.context(format_args!("users{}", shown.context)));
    body.insert("value".to_owned(), objects.into());
    body
}

/// The last page of a round.
fn end(
    call: &Call<'_>,
    options: &Options,
    shown: &Shown<User>,
    began: u128,
    objects: Vec<Map<String, Value>>,
) -> Answer {
    let mut body = body(call, shown, objects);
    let token = seal(call, options, &began);
    body.insert("@odata.deltaLink".to_owned(), link(call, "$deltatoken", &token).into());
    Answer::json(200, &Value::Object(body))
}
