//! Objects of any type: shown by id, resolved many at once.
//!
//! learn.microsoft.com/graph/api/resources/directoryobject, learn.microsoft.com/graph/api/directoryobject-getbyids

use http::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    administrative_unit::AdministrativeUnit,
    call::{Answered, Call},
    directory_role::{DirectoryRole, Role},
    failure::Failure,
    group::Group,
    permission::{BASIC_PROPERTIES, READ_DIRECTORY, READ_USERS, Sight, sight},
    property::{Moment, Shown, find},
    service_principal::ServicePrincipal,
    user,
};
use crate::simulator::{tenant::Tenant, wire::Answer};

/// Ids in one request at the most.
const MOST_IDS: usize = 1000;

/// What is shown of objects of each type.
pub(super) struct Objects {
    users: Shown<user::User>,
    groups: Shown<Group>,
    roles: Shown<DirectoryRole>,
    units: Shown<AdministrativeUnit>,
    apps: Shown<ServicePrincipal>,
}

/// A type of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    DirectoryRole,
    AdministrativeUnit,
    ServicePrincipal,
}

impl Kind {
    const ALL: &[Self] =
        &[Self::User, Self::Group, Self::DirectoryRole, Self::AdministrativeUnit, Self::ServicePrincipal];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::DirectoryRole => "directoryRole",
            Self::AdministrativeUnit => "administrativeUnit",
            Self::ServicePrincipal => "servicePrincipal",
        }
    }

    /// By its name, any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// By the segment that casts a collection, for example `microsoft.graph.group`.
    pub(super) fn cast(segment: &str) -> Option<Self> {
        let name = segment.to_ascii_lowercase();
        name.strip_prefix("microsoft.graph.").and_then(Self::named)
    }

    /// The set that a cast collection is of.
    pub(super) const fn set(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Group => "groups",
            Self::DirectoryRole => "directoryRoles",
            Self::AdministrativeUnit => "directory/administrativeUnits",
            Self::ServicePrincipal => "servicePrincipals",
        }
    }
}

impl Objects {
    /// What `$select` asks for, as far as each type has it; the standard properties without it.
    /// People are shown as far as the token shows them, and by their id in any case.
    pub(super) fn new(select: Option<&str>, sight: Option<Sight>) -> Result<Self, Failure> {
        let known = |name: &&str| {
            [
                find::<user::User>(name).is_ok(),
                find::<Group>(name).is_ok(),
                find::<DirectoryRole>(name).is_ok(),
                find::<AdministrativeUnit>(name).is_ok(),
                find::<ServicePrincipal>(name).is_ok(),
            ]
            .contains(&true)
        };
        if let Some(unknown) =
            select.into_iter().flat_map(|select| select.split(',')).map(str::trim).find(|name| !known(name))
        {
            return Err(Failure::no_property(unknown, "microsoft.graph.directoryObject"));
        }
        Ok(Self {
            users: Shown::of_any(select).only(|name| match sight {
                Some(Sight::Full) => true,
                Some(Sight::Basic) => BASIC_PROPERTIES.contains(&name),
                None => name == "id",
            }),
            groups: Shown::of_any(select),
            roles: Shown::of_any(select),
            units: Shown::of_any(select),
            apps: Shown::of_any(select),
        })
    }

    /// The type of an object, if there is one.
    pub(super) fn kind(tenant: &Tenant, id: Uuid) -> Option<Kind> {
        if tenant.user_by_id.contains_key(&id) {
            Some(Kind::User)
        } else if tenant.groups.contains_key(&id) {
            Some(Kind::Group)
        } else if tenant.service_principals.contains_key(&id) {
            Some(Kind::ServicePrincipal)
        } else if tenant.administrative_units.contains_key(&id) {
            Some(Kind::AdministrativeUnit)
        } else {
            Role::by_id(tenant, id).map(|_| Kind::DirectoryRole)
        }
    }

    /// One object with its type; empty if it is gone.
    pub(super) fn object(&self, tenant: &Tenant, id: Uuid, at: Moment) -> Map<String, Value> {
        let object = match Self::kind(tenant, id) {
            Some(Kind::User) => tenant.user(&id.to_string()).map(|user| self.users.typed(user, at)),
            Some(Kind::Group) => tenant.groups.get(&id).map(|group| self.groups.typed(group, at)),
            Some(Kind::ServicePrincipal) => tenant.service_principals.get(&id).map(|app| self.apps.typed(app, at)),
            Some(Kind::AdministrativeUnit) => {
                tenant.administrative_units.get(&id).map(|unit| self.units.typed(unit, at))
            }
            Some(Kind::DirectoryRole) => Role::by_id(tenant, id).map(|role| self.roles.typed(&role, at)),
            None => None,
        };
        object.unwrap_or_default()
    }
}

/// Answers below `directoryObjects`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    match rest {
        [action] if matches_action(action, "getByIds") => get_by_ids(call),
        [] => Err(Failure::verb()),
        [unknown, ..] => Err(Failure::segment(unknown)),
    }
}

/// An action is called by its name, with or without its namespace.
pub(super) fn matches_action(segment: &str, name: &str) -> bool {
    segment.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name))
        && (segment.len() == name.len() || segment.to_ascii_lowercase().starts_with("microsoft.graph."))
}

fn get_by_ids(call: &Call<'_>) -> Answered {
    call.only(&Method::POST)?;
    let options = call.options(&["$select"])?;
    let body = call.body()?;
    let kinds = kinds(&body)?;
    // People alone can be resolved by who may read them; the page asks for more, practice does not.
    let people_only = kinds.as_deref() == Some(&[Kind::User]);
    if !(people_only && READ_USERS.held_by(call.caller, None)) {
        call.require(&READ_DIRECTORY)?;
    }
    let Some(Value::Array(ids)) = body.get("ids") else {
        return Err(Failure::bad("The parameter 'ids' is missing in the payload."));
    };
    if !(1..=MOST_IDS).contains(&ids.len()) {
        return Err(Failure::bad(format!("The parameter 'ids' takes 1 to {MOST_IDS} values, not {}.", ids.len())));
    }
    let ids: Vec<Uuid> = ids
        .iter()
        .map(|id| id.as_str().and_then(|id| Uuid::try_parse(id).ok()))
        .collect::<Option<_>>()
        .ok_or_else(|| Failure::bad("Invalid object identifier in the parameter 'ids'."))?;
    let objects = Objects::new(options.select.as_deref(), sight(call.caller, None))?;
    let tenant = call.world.tenant();
    let at = call.moment(&options);
    let wanted = |id: &Uuid| {
        Objects::kind(&tenant, *id).is_some_and(|kind| kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind)))
    };
    let found = ids.into_iter().filter(wanted).map(|id| objects.object(&tenant, id, at)).collect();
    Ok(call.collection("directoryObjects", found))
}

fn kinds(body: &Map<String, Value>) -> Result<Option<Vec<Kind>>, Failure> {
    match body.get("types") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(types)) => types
            .iter()
            .map(|name| name.as_str().and_then(Kind::named))
            .collect::<Option<Vec<_>>>()
            .map(Some)
            .ok_or_else(|| Failure::bad("Invalid value in the parameter 'types'.")),
        Some(_) => {
            Err(Failure::bad("Cannot convert the value of 'types' to the expected type 'Collection(Edm.String)'."))
        }
    }
}

/// The answer of `getMemberObjects`: ids alone.
pub(super) fn ids(call: &Call<'_>, ids: impl Iterator<Item = Uuid>) -> Answer {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    Answer::json(200, &json!({ "@odata.context": call.context("Collection(Edm.String)"), "value": ids }))
}
