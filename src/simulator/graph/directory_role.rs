//! Directory roles that are in use, and the templates of all of them.
//!
//! learn.microsoft.com/graph/api/resources/directoryrole: only activated roles are listed; a role has an object id of its
//! own beside that of its template.

use http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    call::{Answered, Call},
    directory_object::Objects,
    failure::Failure,
    listing,
    options::Options,
    permission::{READ_ROLES, sight},
    property::{Field, Kind, Moment, Operators, Property, Resource, Shown, find},
};
use crate::simulator::{role, tenant::Tenant};

/// The type `directoryRole`.
pub(super) struct DirectoryRole;

/// A role of this tenant.
pub(super) struct Role {
    id: Uuid,
    template: Uuid,
    name: &'static str,
}

impl Role {
    /// Activated roles: those that somebody holds over the tenant, and Global Administrator.
    pub(super) fn activated(tenant: &Tenant) -> impl Iterator<Item = Self> {
        let held = |template: Uuid| {
            tenant
                .role_assignments
                .iter()
                .any(|held| held.role_definition_id == template && held.directory_scope_id == "/")
        };
        role::BUILT_IN
            .iter()
            .filter(move |(template, _)| *template == role::GLOBAL_ADMINISTRATOR || held(*template))
            .map(|(template, name)| Self { id: Self::object_id(tenant, *template), template: *template, name })
    }

    /// The object id of the role that a template makes here.
    pub(super) fn object_id(tenant: &Tenant, template: Uuid) -> Uuid {
        Uuid::new_v5(&tenant.id, template.as_bytes())
    }

    /// An activated role by its object id.
    pub(super) fn by_id(tenant: &Tenant, id: Uuid) -> Option<Self> {
        Self::activated(tenant).find(|role| role.id == id)
    }

    /// By object id, or by `roleTemplateId=` and the template's.
    fn find(tenant: &Tenant, key: &str) -> Result<Self, Failure> {
        let (template, id) = match key.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("roleTemplateId") => (true, value.trim_matches('\'')),
            _ => (false, key),
        };
        Uuid::try_parse(id)
            .ok()
            .and_then(|id| {
                Self::activated(tenant).find(|role| if template { role.template == id } else { role.id == id })
            })
            .ok_or_else(|| Failure::no_resource(id))
    }

    /// Who holds it over the whole tenant.
    fn members(&self, tenant: &Tenant) -> Vec<Uuid> {
        let held = tenant.role_assignments.iter().filter(|held| held.role_definition_id == self.template);
        held.filter(|held| held.directory_scope_id == "/").map(|held| held.principal_id).collect()
    }
}

type Of = Property<DirectoryRole>;

impl Resource for DirectoryRole {
    type Object = Role;
    const TYPE: &'static str = "microsoft.graph.directoryRole";
    const PROPERTIES: &'static [Property<Self>] = &[
        Of::standard("id", Kind::Text, Operators::EQUAL, |role, _| Field::Id(role.id)),
        Of::standard("deletedDateTime", Kind::Text, Operators::NONE, |_, _| Field::Null),
        Of::standard("description", Kind::Text, Operators::NONE, |role, _| Field::Text(describe(role.template))),
        Of::standard("displayName", Kind::Text, Operators::EQUAL, |role, _| Field::Text(role.name)),
        Of::standard("roleTemplateId", Kind::Text, Operators::EQUAL, |role, _| Field::Id(role.template)),
    ];
}

/// Answers below `directoryRoles`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_ROLES)?;
    match rest {
        [] => list(call),
        [key] => {
            let options = call.options(&["$select", "$expand"])?;
            let shown = Shown::<DirectoryRole>::new(options.select.as_deref(), |_| true)?;
            let members = expanded(call, &options)?;
            let tenant = call.world.tenant();
            let object =
                with_members(&tenant, &Role::find(&tenant, key)?, &shown, members.as_ref(), call.moment(&options));
            Ok(call.entity(format_args!("directoryRoles{}/$entity", shown.context), object))
        }
        [key, members] if members.eq_ignore_ascii_case("members") => {
            // There are no pages here.
            let options = call.options(&["$select"])?;
            let shown = Objects::new(options.select.as_deref(), sight(call.caller, None))?;
            let tenant = call.world.tenant();
            let members = Role::find(&tenant, key)?.members(&tenant);
            let at = call.moment(&options);
            let members = members.into_iter().map(|member| shown.object(&tenant, member, at)).collect();
            Ok(call.collection("directoryObjects", members))
        }
        [_, unknown, ..] => Err(Failure::segment(unknown)),
    }
}

fn list(call: &Call<'_>) -> Answered {
    let options = call.options(&["$select", "$filter", "$expand"])?;
    let shown = Shown::<DirectoryRole>::new(options.select.as_deref(), |_| true)?;
    let choice = listing::Choice::<DirectoryRole>::new(&options, &[])?;
    let members = expanded(call, &options)?;
    let tenant = call.world.tenant();
    let at = call.moment(&options);
    let roles = Role::activated(&tenant).filter(|role| choice.takes(role, at));
    let roles = roles.map(|role| with_members(&tenant, &role, &shown, members.as_ref(), at)).collect();
    Ok(call.collection(format_args!("directoryRoles{}", shown.context), roles))
}

/// `$expand` takes the members and nothing else.
fn expanded(call: &Call<'_>, options: &Options) -> Result<Option<Objects>, Failure> {
    match options.expand.as_deref() {
        None => Ok(None),
        Some("members") => Objects::new(None, sight(call.caller, None)).map(Some),
        Some(other) => Err(Failure::bad(format!("Parsing OData Expand failed: '{other}' cannot be expanded."))),
    }
}

fn with_members(
    tenant: &Tenant,
    role: &Role,
    shown: &Shown<DirectoryRole>,
    members: Option<&Objects>,
    at: Moment,
) -> Map<String, Value> {
    let mut object = shown.object(role, at);
    if let Some(objects) = members {
        let members = role.members(tenant).into_iter().map(|member| objects.object(tenant, member, at));
        object.insert("members".to_owned(), members.collect::<Vec<_>>().into());
    }
    object
}

/// Answers below `directoryRoleTemplates`.
pub(super) fn templates(call: &Call<'_>, rest: &[&str]) -> Answered {
    call.only(&Method::GET)?;
    call.require(&READ_ROLES)?;
    let options = call.options(&["$select"])?;
    let names = selected(options.select.as_deref())?;
    let object = |template: Uuid, name: &str| {
        let mut object = Map::new();
        object.insert("id".to_owned(), template.to_string().into());
        object.insert("deletedDateTime".to_owned(), Value::Null);
        object.insert("description".to_owned(), describe(template).into());
        object.insert("displayName".to_owned(), name.into());
        object.retain(|name, _| names.as_ref().is_none_or(|names| names.contains(&name.as_str())));
        object
    };
    match rest {
        [] => {
            let all = role::BUILT_IN.iter().map(|(template, name)| object(*template, name)).collect();
            Ok(call.collection("directoryRoleTemplates", all))
        }
        [key] => {
            let template = Uuid::try_parse(key).ok().ok_or_else(|| Failure::no_resource(key))?;
            let name = role::name(template).ok_or_else(|| Failure::no_resource(key))?;
            Ok(call.entity("directoryRoleTemplates/$entity", object(template, name)))
        }
        [_, unknown, ..] => Err(Failure::segment(unknown)),
    }
}

/// A template has the properties of a role but for the template's id, which is its own.
fn selected(select: Option<&str>) -> Result<Option<Vec<&'static str>>, Failure> {
    let Some(select) = select else { return Ok(None) };
    let names = select.split(',').map(|name| match find::<DirectoryRole>(name.trim()) {
        Ok(property) if property.name != "roleTemplateId" => Ok(property.name),
        _ => Err(Failure::no_property(name.trim(), "microsoft.graph.directoryRoleTemplate")),
    });
    names.collect::<Result<_, _>>().map(Some)
}

/// What a role is for, in a few words.
pub(super) fn describe(template: Uuid) -> &'static str {
    match template {
        role::GLOBAL_ADMINISTRATOR => "Manages everything in the directory and in the services that use it.",
        role::PRIVILEGED_ROLE_ADMINISTRATOR => "Assigns roles and manages their activation.",
        role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR => "Manages authentication methods and passwords of everybody.",
        role::AUTHENTICATION_ADMINISTRATOR => {
            "Manages authentication methods and passwords of people without high roles."
        }
        role::AUTHENTICATION_POLICY_ADMINISTRATOR => "Manages the policies of authentication methods and per-user MFA.",
        role::USER_ADMINISTRATOR => "Manages people and groups, and passwords of people with limited roles.",
        role::HELPDESK_ADMINISTRATOR => {
            "Resets passwords of people without roles and of other helpdesk administrators."
        }
        role::PASSWORD_ADMINISTRATOR => {
            "Resets passwords of people without roles and of other password administrators."
        }
        role::SECURITY_ADMINISTRATOR => "Manages security features and reads reports.",
        role::SECURITY_OPERATOR => "Answers security events.",
        role::SECURITY_READER => "Reads security information and reports.",
        role::CONDITIONAL_ACCESS_ADMINISTRATOR => "Manages Conditional Access.",
        role::EXCHANGE_ADMINISTRATOR => "Manages Exchange Online.",
        role::EXCHANGE_RECIPIENT_ADMINISTRATOR => "Manages recipients in Exchange Online.",
        role::GLOBAL_READER => "Reads everything that a Global Administrator can, and changes nothing.",
        role::GROUPS_ADMINISTRATOR => "Manages groups and their settings.",
        role::DIRECTORY_READERS => "Reads basic information of the directory.",
        role::GUEST_INVITER => "Invites guests.",
        role::MESSAGE_CENTER_READER => "Reads messages about the services.",
        role::REPORTS_READER => "Reads sign-in and audit reports.",
        role::USAGE_SUMMARY_REPORTS_READER => "Reads usage reports of the whole organisation.",
        role::APPLICATION_ADMINISTRATOR => "Manages app registrations and enterprise apps.",
        role::CLOUD_APPLICATION_ADMINISTRATOR => {
            "Manages app registrations and enterprise apps, without application proxy."
        }
        role::HYBRID_IDENTITY_ADMINISTRATOR => "Manages synchronisation and federation.",
        role::DIRECTORY_WRITERS => "Reads and writes basic information of the directory.",
        role::PARTNER_TIER1_SUPPORT | role::PARTNER_TIER2_SUPPORT => "Kept for old partners; not to be assigned.",
        _ => "A role of this organisation.",
    }
}
