//! Groups: found, shown, and who is in them.
//!
//! learn.microsoft.com/graph/api/resources/group

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    call::{Answered, Call},
    directory_object::Objects,
    failure::Failure,
    listing,
    membership::groups_within,
    page,
    permission::{READ_GROUPS, sight},
    property::{Field, Kind, Operators, Property, Resource, Shown},
};
use crate::simulator::tenant::{Group as Members, Tenant};

/// The type `group`.
pub(super) struct Group;

const SET: Operators = Operators::EQUAL.and(Operators::DIFFERENT).and(Operators::IN);
const TEXT: Operators = SET.and(Operators::ORDER).and(Operators::STARTS).and(Operators::NULL);

type Of = Property<Group>;

impl Resource for Group {
    type Object = Members;
    const TYPE: &'static str = "microsoft.graph.group";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, SET, |group, _| Field::Id(group.id)),
        Of::standard("deletedDateTime", Kind::Complex, Operators::NONE, |_, _| Field::Null),
        Of::standard("description", Kind::Text, TEXT, |group, _| Field::text(group.description.as_ref())),
        Of::standard("displayName", Kind::Text, TEXT, |group, _| Field::Text(&group.display_name)),
        Of::standard("groupTypes", Kind::Texts, Operators::EQUAL.and(Operators::EMPTY), |group, _| {
            Field::Texts(&group.group_types)
        }),
        Of::standard("isAssignableToRole", Kind::Flag, SET, |group, _| Field::flag(group.is_assignable_to_role)),
        Of::standard("mailEnabled", Kind::Flag, SET, |group, _| Field::Flag(group.mail_enabled)),
        Of::standard("mailNickname", Kind::Text, TEXT, |group, _| Field::Text(&group.mail_nickname)),
        Of::standard("securityEnabled", Kind::Flag, SET, |group, _| Field::Flag(group.security_enabled)),
    ];
}

const SEARCHABLE: &[&str] = &["displayName", "description"];

/// Answers below `groups`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_GROUPS)?;
    match rest {
        [] => list(call),
        [word] if word.eq_ignore_ascii_case("$count") => {
            let options = call.options(&["$filter", "$search"])?;
            let choice = listing::Choice::<Group>::read(&options, SEARCHABLE)?;
            let tenant = call.world.tenant();
            let at = call.moment(&options);
            page::count(call, tenant.groups.values().filter(|group| choice.takes(group, at)))
        }
        [key] => {
            let options = call.options(&["$select"])?;
            let shown = Shown::<Group>::new(options.select.as_deref(), |_| true)?;
            let tenant = call.world.tenant();
            let object = shown.object(group(&tenant, key)?, call.moment(&options));
            Ok(call.entity(format_args!("groups{}/$entity", shown.context), object))
        }
        [key, relation, rest @ ..] => {
            let tenant = call.world.tenant();
            let group = group(&tenant, key)?;
            match relation.to_ascii_lowercase().as_str() {
                "members" => members(call, &tenant, &[group], rest),
                "transitivemembers" => {
                    let within = groups_within(&tenant, group.id);
                    let mut groups: Vec<&Members> = within.iter().filter_map(|id| tenant.groups.get(id)).collect();
                    if !within.contains(&group.id) {
                        groups.push(group);
                    }
                    members(call, &tenant, &groups, rest)
                }
                "owners" => objects(call, &tenant, &[&group.owners], rest),
                _ => Err(Failure::segment(relation)),
            }
        }
    }
}

fn group<'a>(tenant: &'a Tenant, key: &str) -> Result<&'a Members, Failure> {
    Uuid::try_parse(key).ok().and_then(|id| tenant.groups.get(&id)).ok_or_else(|| Failure::no_resource(key))
}

fn list(call: &Call<'_>) -> Answered {
    let options = call.options(&["$select", "$filter", "$search", "$count", "$orderby", "$top", "$skiptoken"])?;
    let shown = Shown::<Group>::new(options.select.as_deref(), |_| true)?;
    let choice = listing::Choice::<Group>::new(&options, SEARCHABLE)?;
    let at = call.moment(&options);
    let order = listing::order::<Group>(&options, at, &["displayName"])?;
    let tenant = call.world.tenant();
    page::page(
        call,
        &options,
        &format!("groups{}", shown.context),
        order.as_ref(),
        |after| {
            let rows = tenant.groups.iter().skip_while(move |(id, _)| after.is_some_and(|after| id.as_u128() <= after));
            rows.map(|(id, group)| (id.as_u128(), group)).filter(|(_, group)| choice.takes(group, at))
        },
        |group| shown.object(group, at),
    )
}

fn members(call: &Call<'_>, tenant: &Tenant, groups: &[&Members], rest: &[&str]) -> Answered {
    let sets: Vec<&BTreeSet<Uuid>> = groups.iter().map(|group| &group.members).collect();
    objects(call, tenant, &sets, rest)
}

/// The objects of several sets, each once, cast to one type or not. The sets are merged as far as the page needs.
fn objects(call: &Call<'_>, tenant: &Tenant, sets: &[&BTreeSet<Uuid>], rest: &[&str]) -> Answered {
    let view = listing::View::read(call, rest)?;
    let Some(options) = view.options(call)? else {
        return page::count(call, merged(sets, None).filter(|id| view.takes(tenant, **id)));
    };
    let shown = Objects::new(options.select.as_deref(), sight(call.caller, None))?;
    let at = call.moment(&options);
    page::page(
        call,
        &options,
        view.context(),
        None,
        |after| merged(sets, after).filter(|id| view.takes(tenant, **id)).map(|id| (id.as_u128(), id)),
        |id: &Uuid| -> Map<String, Value> { shown.object(tenant, *id, at) },
    )
}

/// The union of sorted sets, sorted, from a position on.
fn merged<'a>(sets: &[&'a BTreeSet<Uuid>], after: Option<u128>) -> impl Iterator<Item = &'a Uuid> {
    use std::ops::Bound;
    let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded(Uuid::from_u128(after)));
    let mut open: Vec<_> = sets.iter().map(|set| set.range((from, Bound::Unbounded)).peekable()).collect();
    std::iter::from_fn(move || {
        let next = open.iter_mut().filter_map(|set| set.peek().copied()).min()?;
        for set in &mut open {
            set.next_if_eq(&next);
        }
        Some(next)
    })
}
