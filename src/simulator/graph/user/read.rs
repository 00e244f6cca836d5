//! People read: one, or a listing.
//!
//! learn.microsoft.com/graph/api/user-list, learn.microsoft.com/graph/api/user-get

use http::Method;

use super::properties::User;
use crate::simulator::{
    graph::{
        call::{Answered, Call},
        failure::Failure,
        filter::Filter,
        options::Options,
        page::{self, Order},
        permission::{BASIC_PROPERTIES, Sight, sight},
        property::{Field, Moment, Shown, find},
        search::Search,
    },
    tenant::{Tenant, User as Person},
};

const TAKEN: &[&str] = &["$select", "$filter", "$search", "$count", "$orderby", "$top", "$skiptoken"];
const SEARCHABLE: &[&str] = &["displayName", "givenName", "mail", "mobilePhone", "surname", "userPrincipalName"];

/// `GET users`.
pub(super) fn list(call: &Call<'_>) -> Answered {
    call.only(&Method::GET)?;
    let sight = may_list(call)?;
    let options = call.options(TAKEN)?;
    let shown = shown(options.select.as_deref(), sight)?;
    let choice = Choice::new(&options, sight)?;
    let at = call.moment(&options);
    let order = order(&options, at)?;
    let tenant = call.world.tenant();
    page::page(
        call,
        &options,
        &format!("users{}", shown.context),
        order.as_ref(),
        |after| people(&tenant, after).filter(|(_, person)| choice.takes(person, at)),
        |person| shown.object(person, at),
    )
}

/// `GET users/$count`.
pub(super) fn count(call: &Call<'_>) -> Answered {
    call.only(&Method::GET)?;
    let sight = may_list(call)?;
    let options = call.options(&["$filter", "$search"])?;
    let choice = Choice::within_count(&options, sight)?;
    let tenant = call.world.tenant();
    let at = call.moment(&options);
    page::count(call, people(&tenant, None).filter(|(_, person)| choice.takes(person, at)))
}

/// `GET users/{key}` of a person who was found, or not.
pub(super) fn get(call: &Call<'_>, key: &str, context: &str) -> Answered {
    let options = call.options(&["$select"])?;
    let tenant = call.world.tenant();
    let found = tenant.user(key);
    let sight = sight(call.caller, found.map(|person| person.id)).ok_or_else(Failure::denied)?;
    let shown = shown(options.select.as_deref(), sight)?;
    let person = found.ok_or_else(|| Failure::no_resource(key))?;
    let object = shown.object(person, call.moment(&options));
    Ok(call.entity(format_args!("{context}{}/$entity", shown.context), object))
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

/// People after a position, in the order of the directory.
pub(super) fn people(tenant: &Tenant, after: Option<u128>) -> impl Iterator<Item = (u128, &Person)> {
    let first = after.map_or(0, |after| usize::try_from(after).map_or(usize::MAX, |after| after.saturating_add(1)));
    (first as u128..).zip(tenant.users.get(first..).unwrap_or_default())
}

/// `$filter` and `$search` together.
struct Choice {
    filter: Option<Filter<User>>,
    search: Option<Search<User>>,
}

impl Choice {
    fn new(options: &Options, sight: Sight) -> Result<Self, Failure> {
        let choice = Self::read(options, sight)?;
        if !options.advanced() {
            if let Some(what) = choice.filter.as_ref().and_then(Filter::advanced) {
                return Err(Failure::needs_eventual(what));
            }
            if choice.search.is_some() {
                return Err(Failure::needs_eventual("$search"));
            }
            if choice.filter.is_some() && options.order.is_some() {
                return Err(Failure::needs_eventual("$orderby together with $filter"));
            }
        }
        Ok(choice)
    }

    /// The `$count` segment stands for `$count=true`, so that the header, which it needs anyway, is enough.
    fn within_count(options: &Options, sight: Sight) -> Result<Self, Failure> {
        Self::read(options, sight)
    }

    fn read(options: &Options, sight: Sight) -> Result<Self, Failure> {
        let filter = options.filter.as_deref().map(Filter::<User>::new).transpose()?;
        let search = options.search.as_deref().map(|text| Search::<User>::new(text, SEARCHABLE)).transpose()?;
        // What a token does not show, it does not find either.
        let looked_at: Vec<&str> = filter
            .iter()
            .flat_map(|filter| filter.properties().iter().copied())
            .chain(search.iter().flat_map(Search::properties))
            .collect();
        if looked_at.iter().any(|name| !visible(name, sight)) {
            return Err(Failure::denied());
        }
        Ok(Self { filter, search })
    }

    fn takes(&self, person: &Person, at: Moment) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.selects(person, at))
            && self.search.as_ref().is_none_or(|search| search.finds(person, at))
    }
}

/// `$orderby` by one of the two names.
fn order(options: &Options, at: Moment) -> Result<Option<Order<Person>>, Failure> {
    let Some(order) = options.order.as_deref() else { return Ok(None) };
    let mut words = order.split_whitespace();
    let name = words.next().unwrap_or_default();
    let descending = match (words.next(), words.next()) {
        (None, _) => false,
        (Some(word), None) if word.eq_ignore_ascii_case("asc") => false,
        (Some(word), None) if word.eq_ignore_ascii_case("desc") => true,
        _ => return Err(Failure::bad(format!("Syntax error in the $orderby clause '{order}'."))),
    };
    let property = find::<User>(name)?;
    if !matches!(property.name, "displayName" | "userPrincipalName") {
        return Err(Failure::unsupported_query("Sorting not supported for current query."));
    }
    let key = move |person: &Person| match (property.read)(person, at) {
        Field::Text(text) => text.to_lowercase(),
        _ => String::new(),
    };
    Ok(Some(Order { key: Box::new(key), descending }))
}
