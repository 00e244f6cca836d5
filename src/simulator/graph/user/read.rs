//! People read: one, or a listing.
//!
//! learn.microsoft.com/graph/api/user-list, learn.microsoft.com/graph/api/user-get

use http::Method;
use serde_json::{Map, Value};

use super::{expand::Expanded, properties::User};
use crate::simulator::{
    graph::{
        call::{Answered, Call},
        failure::Failure,
        listing::{Choice, order},
        page,
        permission::{BASIC_PROPERTIES, Sight, sight},
        property::{Moment, Shown},
    },
    tenant::{Tenant, User as Person},
};

const TAKEN: &[&str] = &["$select", "$filter", "$search", "$count", "$orderby", "$top", "$expand", "$skiptoken"];
/// Items on a page at the most when `signInActivity` is selected: learn.microsoft.com/graph/throttling-limits
const LARGEST_PAGE_WITH_ACTIVITY: usize = 500;
const SEARCHABLE: &[&str] = &["displayName", "givenName", "mail", "mobilePhone", "surname", "userPrincipalName"];
const SORTABLE: &[&str] = &["displayName", "userPrincipalName"];

/// `GET users`.
pub(super) fn list(call: &Call<'_>) -> Answered {
    call.only(&Method::GET)?;
    let sight = may_list(call)?;
    let options = call.options(TAKEN)?;
    let shown = shown(options.select.as_deref(), sight)?;
    if shown.has("signInActivity") {
        options.at_most(LARGEST_PAGE_WITH_ACTIVITY)?;
    }
    let choice = Choice::<User>::new(&options, SEARCHABLE)?;
    not_hidden(&choice, sight)?;
    let expanded = Expanded::read(call, &options, None)?;
    let at = call.moment(&options);
    let order = order::<User>(&options, at, SORTABLE)?;
    let tenant = call.world.tenant();
    page::page(
        call,
        &options,
        &format!("users{}", shown.context),
        order.as_ref(),
        |after| people(&tenant, after).filter(|(_, person)| choice.takes(person, at)),
        |person| with(shown.object(person, at), expanded.as_ref(), &tenant, person, at),
    )
}

/// `GET users/$count`.
pub(super) fn count(call: &Call<'_>) -> Answered {
    call.only(&Method::GET)?;
    let sight = may_list(call)?;
    let options = call.options(&["$filter", "$search"])?;
    let choice = Choice::<User>::read(&options, SEARCHABLE)?;
    not_hidden(&choice, sight)?;
    let tenant = call.world.tenant();
    let at = call.moment(&options);
    page::count(call, people(&tenant, None).filter(|(_, person)| choice.takes(person, at)))
}

/// `GET users/{key}`.
pub(super) fn get(call: &Call<'_>, key: &str) -> Answered {
    let options = call.options(&["$select", "$expand"])?;
    let tenant = call.world.tenant();
    let found = tenant.user(key);
    let sight = sight(call.caller, found.map(|person| person.id)).ok_or_else(Failure::denied)?;
    let shown = shown(options.select.as_deref(), sight)?;
    let expanded = Expanded::read(call, &options, found.map(|person| person.id))?;
    let person = found.ok_or_else(|| Failure::no_resource(key))?;
    let at = call.moment(&options);
    let object = with(shown.object(person, at), expanded.as_ref(), &tenant, person, at);
    Ok(call.entity(format_args!("users{}/$entity", shown.context), object))
}

/// A person with what was asked to be shown besides.
fn with(
    mut object: Map<String, Value>,
    expanded: Option<&Expanded>,
    tenant: &Tenant,
    person: &Person,
    at: Moment,
) -> Map<String, Value> {
    if let Some(expanded) = expanded {
        expanded.add(tenant, person, at, &mut object);
    }
    object
}

/// What `$select` asks for, as far as the permissions show it.
pub(in crate::simulator::graph) fn shown(select: Option<&str>, sight: Sight) -> Result<Shown<User>, Failure> {
    Shown::new(select, |name| visible(name, sight))
}

fn visible(name: &str, sight: Sight) -> bool {
    sight == Sight::Full || BASIC_PROPERTIES.contains(&name)
}

/// Guests do not see the collection, whatever their token says. learn.microsoft.com/graph/api/resources/users
pub(super) fn may_list(call: &Call<'_>) -> Result<Sight, Failure> {
    let sight = sight(call.caller, None).ok_or_else(Failure::denied)?;
    let tenant = call.world.tenant();
    let is_guest = call
        .caller
        .user_id
        .and_then(|id| tenant.user(&id.to_string()))
        .is_some_and(|person| person.profile.latest().user_type.eq_ignore_ascii_case("Guest"));
    if is_guest { Err(Failure::denied()) } else { Ok(sight) }
}

/// What a token does not show, it does not find either.
fn not_hidden(choice: &Choice<User>, sight: Sight) -> Result<(), Failure> {
    if choice.properties().all(|name| visible(name, sight)) { Ok(()) } else { Err(Failure::denied()) }
}

/// People after a position, in the order of the directory.
pub(super) fn people(tenant: &Tenant, after: Option<u128>) -> impl Iterator<Item = (u128, &Person)> {
    let first = after.map_or(0, |after| usize::try_from(after).map_or(usize::MAX, |after| after.saturating_add(1)));
    (first as u128..).zip(tenant.users.get(first..).unwrap_or_default())
}
