//! Apps in this tenant, and the permissions they hold.
//!
//! learn.microsoft.com/graph/api/resources/serviceprincipal. Secrets are not shown.

use http::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    call::{Answered, Call},
    failure::Failure,
    listing::Choice,
    page,
    permission::READ_APPLICATIONS,
    property::{Field, Kind, Operators, Property, Resource, Shown},
};
use crate::simulator::tenant::{AppRoleAssignment, ServicePrincipal as App, Tenant};

/// The type `servicePrincipal`.
pub(super) struct ServicePrincipal;

const SET: Operators = Operators::EQUAL.and(Operators::DIFFERENT).and(Operators::IN);

type Of = Property<ServicePrincipal>;

impl Resource for ServicePrincipal {
    type Object = App;
    const TYPE: &'static str = "microsoft.graph.servicePrincipal";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, SET, |app, _| Field::Id(app.id)),
        Of::standard("deletedDateTime", Kind::Complex, Operators::NONE, |_, _| Field::Null),
        Of::standard("accountEnabled", Kind::Flag, SET, |_, _| Field::Flag(true)),
        Of::standard("appDisplayName", Kind::Text, Operators::NONE, |app, _| Field::Text(&app.display_name)),
        Of::standard("appId", Kind::Text, SET, |app, _| Field::Id(app.app_id)),
        Of::standard("appRoles", Kind::Complex, Operators::NONE, |app, _| Field::Json(app_roles(app))),
        Of::standard("displayName", Kind::Text, SET.and(Operators::STARTS), |app, _| Field::Text(&app.display_name)),
        Of::standard("servicePrincipalNames", Kind::Complex, Operators::NONE, |app, _| {
            Field::Json(json!([app.app_id]))
        }),
        Of::standard("servicePrincipalType", Kind::Text, Operators::EQUAL, |_, _| Field::Text("Application")),
    ];
}

fn app_roles(app: &App) -> Value {
    let roles = app.app_roles.iter().map(|(id, name)| {
        json!({ "id": id, "value": name, "displayName": name, "isEnabled": true, "allowedMemberTypes": ["Application"] })
    });
    roles.collect()
}

/// Answers below `servicePrincipals`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_APPLICATIONS)?;
    match rest {
        [] => list(call),
        [key] => {
            let options = call.options(&["$select"])?;
            let shown = Shown::<ServicePrincipal>::new(options.select.as_deref(), |_| true)?;
            let tenant = call.world.tenant();
            let object = shown.object(find(&tenant, key)?, call.moment(&options));
            Ok(call.entity(format_args!("servicePrincipals{}/$entity", shown.context), object))
        }
        [key, grants] if grants.eq_ignore_ascii_case("appRoleAssignments") => {
            let options = call.options(&["$top", "$skiptoken"])?;
            let tenant = call.world.tenant();
            let app = find(&tenant, key)?;
            let rows = |after: Option<u128>| {
                let rows = (0_u128..).zip(&tenant.app_role_assignments);
                let rows = rows.skip_while(move |(mark, _)| after.is_some_and(|after| *mark <= after));
                rows.filter(|(_, grant)| grant.principal_id == app.id)
            };
            page::page(call, &options, "appRoleAssignments", None, rows, |grant| granted(&tenant, app, grant))
        }
        [_, unknown, ..] => Err(Failure::segment(unknown)),
    }
}

fn list(call: &Call<'_>) -> Answered {
    let options = call.options(&["$select", "$filter", "$count", "$top", "$skiptoken"])?;
    let shown = Shown::<ServicePrincipal>::new(options.select.as_deref(), |_| true)?;
    let choice = Choice::<ServicePrincipal>::new(&options, &[])?;
    let tenant = call.world.tenant();
    let at = call.moment(&options);
    let rows = |after: Option<u128>| {
        let rows = tenant.service_principals.iter().map(|(id, app)| (id.as_u128(), app));
        let rows = rows.skip_while(move |(mark, _)| after.is_some_and(|after| *mark <= after));
        rows.filter(|(_, app)| choice.takes(app, at))
    };
    let context = format!("servicePrincipals{}", shown.context);
    page::page(call, &options, &context, None, rows, |app| shown.object(app, at))
}

/// By object id, or by `appId=` and the client id.
fn find<'a>(tenant: &'a Tenant, key: &str) -> Result<&'a App, Failure> {
    let by_app = key.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("appId"));
    let id = Uuid::try_parse(by_app.map_or(key, |(_, id)| id.trim_matches('\''))).ok();
    let found = id.and_then(|id| match by_app {
        Some(_) => tenant.service_principals.values().find(|app| app.app_id == id),
        None => tenant.service_principals.get(&id),
    });
    found.ok_or_else(|| Failure::no_resource(key))
}

/// A permission that an app holds. learn.microsoft.com/graph/api/resources/approleassignment
fn granted(tenant: &Tenant, app: &App, grant: &AppRoleAssignment) -> Map<String, Value> {
    let service = tenant.service_principals.get(&grant.resource_id).map(|service| service.display_name.clone());
    let mut object = Map::new();
    object.insert("id".to_owned(), grant.id.clone().into());
    object.insert("deletedDateTime".to_owned(), Value::Null);
    object.insert("appRoleId".to_owned(), grant.app_role_id.to_string().into());
    object.insert("principalId".to_owned(), grant.principal_id.to_string().into());
    object.insert("principalDisplayName".to_owned(), app.display_name.clone().into());
    object.insert("principalType".to_owned(), "ServicePrincipal".into());
    object.insert("resourceId".to_owned(), grant.resource_id.to_string().into());
    object.insert("resourceDisplayName".to_owned(), service.into());
    object
}
