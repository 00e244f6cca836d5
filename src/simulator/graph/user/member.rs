//! What a person is in: groups, roles, administrative units.
//!
//! learn.microsoft.com/graph/api/user-list-memberof, learn.microsoft.com/graph/api/user-list-transitivememberof,
//! learn.microsoft.com/graph/api/directoryobject-getmemberobjects. Roles over an administrative unit do not show here.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::simulator::{
    graph::{
        call::{Answered, Call},
        directory_object::{self, Objects},
        directory_role::Role,
        failure::Failure,
        listing::View,
        membership::{all_groups_of, groups_of},
        page,
        permission::{Permissions, READ_MEMBER_OBJECTS, READ_MEMBERSHIP, READ_TRANSITIVE_MEMBERSHIP, sight},
    },
    role,
    tenant::Tenant,
};

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Direct,
    Transitive,
}

/// `GET users/{key}/memberOf` and `GET users/{key}/transitiveMemberOf`, cast to a type or not.
pub(super) fn list(call: &Call<'_>, key: &str, depth: Depth, rest: &[&str]) -> Answered {
    let view = View::read(call, rest)?;
    let tenant = call.world.tenant();
    let permissions = match depth {
        Depth::Direct => &READ_MEMBERSHIP,
        Depth::Transitive => &READ_TRANSITIVE_MEMBERSHIP,
    };
    let person = permitted(call, &tenant, key, permissions)?;
    let all: BTreeSet<Uuid> =
        objects(&tenant, person, depth).into_iter().filter(|id| view.takes(&tenant, *id)).collect();
    let Some(options) = view.options(call)? else { return page::count(call, all.iter()) };
    let shown = Objects::new(options.select.as_deref(), sight(call.caller, None))?;
    let at = call.moment(&options);
    let rows = |after: Option<u128>| {
        let rows = all.iter().map(|id| (id.as_u128(), id));
        rows.skip_while(move |(mark, _)| after.is_some_and(|after| *mark <= after))
    };
    page::page(call, &options, view.context(), None, rows, |id| shown.object(&tenant, *id, at))
}

/// `POST users/{key}/getMemberObjects`.
pub(super) fn get_member_objects(call: &Call<'_>, key: &str) -> Answered {
    call.only(&Method::POST)?;
    let body = call.body()?;
    let security_only = match body.get("securityEnabledOnly") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(only)) => *only,
        Some(_) => return Err(Failure::bad("Cannot convert the value of 'securityEnabledOnly' to 'Edm.Boolean'.")),
    };
    let tenant = call.world.tenant();
    let person = permitted(call, &tenant, key, &READ_MEMBER_OBJECTS)?;
    let is_wanted = |id: &Uuid| !security_only || tenant.groups.get(id).is_some_and(|group| group.security_enabled);
    let ids = objects(&tenant, person, Depth::Transitive).into_iter().filter(is_wanted);
    Ok(directory_object::ids(call, ids))
}

fn permitted(call: &Call<'_>, tenant: &Tenant, key: &str, permissions: &Permissions) -> Result<Uuid, Failure> {
    let found = tenant.user(key).map(|person| person.id);
    match found {
        Some(id) => call.require_on(permissions, id)?,
        None => call.require(permissions)?,
    }
    found.ok_or_else(|| Failure::no_resource(key))
}

/// Ids of everything that a person is in.
pub(super) fn objects(tenant: &Tenant, person: Uuid, depth: Depth) -> BTreeSet<Uuid> {
    let mut holders: BTreeSet<Uuid> = match depth {
        Depth::Direct => groups_of(tenant, person).map(|group| group.id).collect(),
        Depth::Transitive => all_groups_of(tenant, person),
    };
    let groups = holders.clone();
    if depth == Depth::Direct {
        holders.clear();
    }
    holders.insert(person);
    let roles = tenant
        .role_assignments
        .iter()
        .filter(|held| held.directory_scope_id == "/" && holders.contains(&held.principal_id))
        .filter(|held| role::name(held.role_definition_id).is_some())
        .map(|held| Role::object_id(tenant, held.role_definition_id));
    let units = tenant.administrative_units.values().filter(|unit| unit.members.contains(&person)).map(|unit| unit.id);
    groups.iter().copied().chain(roles).chain(units).collect()
}
