//! Roles as assignments: who holds which, over what; who may activate which.
//!
//! learn.microsoft.com/graph/api/rbacapplication-list-roleassignments,
//! learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityschedules

use super::{
    call::{Answered, Call},
    directory_object::Objects,
    failure::Failure,
    listing::Choice,
    options::Options,
    page,
    permission::{Permissions, READ_ELIGIBILITY, READ_ROLES, sight},
    property::{Field, Kind, Moment, Operators, Property, Resource, Shown},
    role_definition,
};
use crate::simulator::tenant::{RoleAssignment, Tenant};
use http::Method;
use serde_json::{Map, Value};

const SET: Operators = Operators::EQUAL.and(Operators::IN);

macro_rules! held {
    ($($(#[$doc:meta])* $name:ident = $type:literal $([$($more:expr),+ $(,)?])?;)+) => {$(
        $(#[$doc])*
        struct $name;
        impl Resource for $name {
            type Object = RoleAssignment;
            const TYPE: &'static str = $type;
            const PROPERTIES: &'static [Property<Self>] = &[
                Property::<Self>::standard("id", Kind::Text, SET, |held, _| Field::Text(&held.id)),
                Property::<Self>::standard("principalId", Kind::Text, SET, |held, _| Field::Id(held.principal_id)),
                Property::<Self>::standard("roleDefinitionId", Kind::Text, SET, |held, _| Field::Id(held.role_definition_id)),
                Property::<Self>::standard("directoryScopeId", Kind::Text, SET, |held, _| Field::Text(&held.directory_scope_id)),
                Property::<Self>::standard("appScopeId", Kind::Text, Operators::NONE, |_, _| Field::Null),
                $($($more),+)?
            ];
        }
    )+};
}

held! {
    /// A role that is held now.
    Assignment = "microsoft.graph.unifiedRoleAssignment" [
        Property::<Self>::standard("condition", Kind::Text, Operators::NONE, |_, _| Field::Null),
        Property::<Self>::standard("principalOrganizationId", Kind::Text, Operators::NONE, |_, _| Field::Null),
    ];
    /// A role that may be activated.
    EligibilitySchedule = "microsoft.graph.unifiedRoleEligibilitySchedule" [
        Property::<Self>::standard("memberType", Kind::Text, Operators::NONE, |_, _| Field::Text("Direct")),
        Property::<Self>::standard("status", Kind::Text, Operators::NONE, |_, _| Field::Text("Provisioned")),
    ];
    /// A role that may be activated today.
    EligibilityInstance = "microsoft.graph.unifiedRoleEligibilityScheduleInstance" [
        Property::<Self>::standard("memberType", Kind::Text, Operators::NONE, |_, _| Field::Text("Direct")),
        Property::<Self>::standard("roleEligibilityScheduleId", Kind::Text, Operators::NONE, |held, _| Field::Text(&held.id)),
        Property::<Self>::standard("endDateTime", Kind::Text, Operators::NONE, |_, _| Field::Null),
    ];
}

/// Answers below `roleManagement`.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Answered {
    let [directory, set, rest @ ..] = rest else {
        return Err(Failure::segment(rest.first().copied().unwrap_or("roleManagement")));
    };
    if !directory.eq_ignore_ascii_case("directory") {
        return Err(Failure::segment(directory));
    }
    let active = |tenant: &Tenant| tenant.role_assignments.clone();
    let eligible = |tenant: &Tenant| tenant.role_eligibilities.clone();
    match set.to_ascii_lowercase().as_str() {
        "roleassignments" => held::<Assignment>(call, "roleAssignments", &READ_ROLES, active, rest),
        "roleeligibilityschedules" => {
            held::<EligibilitySchedule>(call, "roleEligibilitySchedules", &READ_ELIGIBILITY, eligible, rest)
        }
        "roleeligibilityscheduleinstances" => {
            held::<EligibilityInstance>(call, "roleEligibilityScheduleInstances", &READ_ELIGIBILITY, eligible, rest)
        }
        "roledefinitions" => role_definition::answer(call, rest),
        _ => Err(Failure::segment(set)),
    }
}

/// Assignments of one kind: all, or one by id.
fn held<R: Resource<Object = RoleAssignment>>(
    call: &Call<'_>,
    set: &str,
    permissions: &Permissions,
    from: fn(&Tenant) -> Vec<RoleAssignment>,
    rest: &[&str],
) -> Answered {
    call.only(&Method::GET)?;
    call.require(permissions)?;
    let tenant = call.world.tenant();
    let held = from(&tenant);
    let options = call.options(match rest {
        [] => &["$select", "$filter", "$expand", "$top", "$skiptoken"],
        _ => &["$select", "$expand"],
    })?;
    let shown = Shown::<R>::new(options.select.as_deref(), |_| true)?;
    let expanded = Expanded::read(call, &options)?;
    let at = call.moment(&options);
    let object = |held: &RoleAssignment| expanded.add(&tenant, held, at, shown.object(held, at));
    match rest {
        [] => {
            let choice = Choice::<R>::new(&options, &[])?;
            let rows = |after: Option<u128>| {
                let rows = (0_u128..).zip(&held).skip_while(move |(mark, _)| after.is_some_and(|after| *mark <= after));
                rows.filter(|(_, held)| choice.takes(held, at))
            };
            let context = format!("roleManagement/directory/{set}{}", shown.context);
            page::page(call, &options, &context, None, rows, object)
        }
        [id] => {
            let found = held.iter().find(|held| held.id == *id).ok_or_else(|| Failure::no_resource(id))?;
            Ok(call.entity(format_args!("roleManagement/directory/{set}{}/$entity", shown.context), object(found)))
        }
        [_, unknown, ..] => Err(Failure::segment(unknown)),
    }
}

/// What `$expand` adds to an assignment.
struct Expanded {
    principal: Option<Objects>,
    definition: bool,
}

impl Expanded {
    fn read(call: &Call<'_>, options: &Options) -> Result<Self, Failure> {
        let mut expanded = Self { principal: None, definition: false };
        for clause in options.expand.iter().flat_map(|expand| split(expand)) {
            let (name, inner) = match clause.split_once('(') {
                Some((name, inner)) => (name, inner.strip_suffix(')').and_then(|inner| inner.strip_prefix("$select="))),
                None => (clause, Some("")),
            };
            let select = inner.ok_or_else(|| Failure::bad(format!("Parsing OData Expand failed at '{clause}'.")))?;
            match name.trim() {
                "principal" => {
                    let select = (!select.is_empty()).then_some(select);
                    expanded.principal = Some(Objects::new(select, sight(call.caller, None))?);
                }
                "roleDefinition" if select.is_empty() => expanded.definition = true,
                _ => return Err(Failure::bad(format!("Parsing OData Expand failed: '{clause}' cannot be expanded."))),
            }
        }
        Ok(expanded)
    }

    fn add(
        &self,
        tenant: &Tenant,
        held: &RoleAssignment,
        at: Moment,
        mut object: Map<String, Value>,
    ) -> Map<String, Value> {
        if let Some(principal) = &self.principal {
            object.insert("principal".to_owned(), principal.object(tenant, held.principal_id, at).into());
        }
        if self.definition {
            object.insert("roleDefinition".to_owned(), role_definition::object(tenant, held.role_definition_id, at));
        }
        object
    }
}

/// The clauses of `$expand`; commas within parentheses belong to the clause.
fn split(expand: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    expand
        .split(|character: char| {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            character == ',' && depth == 0
        })
        .filter(|clause| !clause.is_empty())
        .collect()
}
