//! What roles there are: those of the service, and those of the tenant's own making.
//!
//! learn.microsoft.com/graph/api/resources/unifiedroledefinition: the id of a built-in role is that of its template.

use http::Method;
use serde_json::Value;
use uuid::Uuid;

use super::{
    call::{Answered, Call},
    directory_role::describe,
    failure::Failure,
    listing::Choice,
    page,
    permission::READ_ROLES,
    property::{Field, Kind, Moment, Operators, Property, Resource, Shown},
};
use crate::simulator::{role, tenant::Tenant};

const SET: Operators = Operators::EQUAL.and(Operators::IN);

/// The type `unifiedRoleDefinition`.
struct RoleDefinition;

struct Definition {
    id: Uuid,
    name: String,
    built_in: bool,
}

impl Definition {
    fn all(tenant: &Tenant) -> Vec<Self> {
        let built_in =
            role::BUILT_IN.iter().map(|(id, name)| Self { id: *id, name: (*name).to_owned(), built_in: true });
        let custom = tenant.custom_roles.iter().map(|(id, name)| Self { id: *id, name: name.clone(), built_in: false });
        let mut all: Vec<Self> = built_in.chain(custom).collect();
        all.sort_by_key(|definition| definition.id);
        all
    }
}

type Of = Property<RoleDefinition>;

impl Resource for RoleDefinition {
    type Object = Definition;
    const TYPE: &'static str = "microsoft.graph.unifiedRoleDefinition";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, SET, |definition, _| Field::Id(definition.id)),
        Of::standard("description", Kind::Text, Operators::NONE, |definition, _| Field::Text(describe(definition.id))),
        Of::standard("displayName", Kind::Text, SET.and(Operators::STARTS), |definition, _| {
            Field::Text(&definition.name)
        }),
        Of::standard("isBuiltIn", Kind::Flag, SET, |definition, _| Field::Flag(definition.built_in)),
        Of::standard("isEnabled", Kind::Flag, Operators::NONE, |_, _| Field::Flag(true)),
        Of::standard("resourceScopes", Kind::Complex, Operators::NONE, |_, _| Field::Json(serde_json::json!(["/"]))),
        Of::standard("templateId", Kind::Text, SET, |definition, _| Field::Id(definition.id)),
        Of::standard("version", Kind::Text, Operators::NONE, |definition, _| {
            if definition.built_in { Field::Text("1") } else { Field::Null }
        }),
    ];
}

/// One definition as it stands within an assignment; null if there is none.
pub(super) fn object(tenant: &Tenant, id: Uuid, at: Moment) -> Value {
    let definition = Definition::all(tenant).into_iter().find(|definition| definition.id == id);
    definition.map(|definition| Value::Object(Shown::<RoleDefinition>::of_any(None).object(&definition, at))).into()
}

/// Answers below `roleManagement/directory/roleDefinitions`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_ROLES)?;
    let options = call.options(match rest {
        [] => &["$select", "$filter", "$top", "$skiptoken"],
        _ => &["$select"],
    })?;
    let shown = Shown::<RoleDefinition>::new(options.select.as_deref(), |_| true)?;
    let at = call.moment(&options);
    let all = Definition::all(&call.world.tenant());
    match rest {
        [] => {
            let choice = Choice::<RoleDefinition>::new(&options, &[])?;
            let rows = |after: Option<u128>| {
                let rows = all.iter().map(|definition| (definition.id.as_u128(), definition));
                let rows = rows.skip_while(move |(mark, _)| after.is_some_and(|after| *mark <= after));
                rows.filter(|(_, definition)| choice.takes(definition, at))
            };
            let context = format!("roleManagement/directory/roleDefinitions{}", shown.context);
            page::page(call, &options, &context, None, rows, |definition| shown.object(definition, at))
        }
        [key] => {
            let found = Uuid::try_parse(key).ok().and_then(|id| all.iter().find(|definition| definition.id == id));
            let found = found.ok_or_else(|| Failure::no_resource(key))?;
            let context = format!("roleManagement/directory/roleDefinitions{}/$entity", shown.context);
            Ok(call.entity(context, shown.object(found, at)))
        }
        [_, unknown, ..] => Err(Failure::segment(unknown)),
    }
}
