//! Whom an administrator reaches: the two tables of learn.microsoft.com/graph/api/resources/users ("who can perform
//! sensitive actions", "who can reset passwords"; the latter holds for ending sessions too).
//!
//! Rows are what the target is, columns the roles of the caller; a target with several roles needs every row. Apps are
//! held to the same tables by the roles of their service principals. That an app without any role reaches ordinary people
//! with a permission alone is commonly seen but nowhere promised; this tenant does so, except for passwords, for which
//! the service documents a role.

use uuid::Uuid;

use super::{
    failure::Failure,
    membership::{all_groups_of, assignments_of},
};
use crate::simulator::{
    role,
    tenant::{RoleAssignment, Tenant, User},
    world::Caller,
};

/// What is done to a person, as far as the tables tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Block, unblock and other sensitive properties.
    Sensitive,
    /// Set a password. By an app only with a role.
    Password,
    /// What else belongs to the right of resetting: sessions, phones, further mail addresses.
    Reset,
    /// Registered authentication methods: of the roles that reset passwords, those for which the pages about methods
    /// name (learn.microsoft.com/graph/api/phoneauthenticationmethod-delete).
    Methods,
}

/// What a target is, as the tables' rows have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Ordinary,
    /// No role, but member or owner of a role-assignable group.
    InRoleAssignableGroup,
    /// In a restricted management administrative unit, or holding a role over one.
    Restricted,
    Role(Uuid),
}

impl Act {
    /// Lesser roles that reach a row; the two great ones reach every row.
    #[allow(clippy::match_same_arms, reason = "the rows of two tables, in their order")]
    fn lesser(self, row: Row) -> &'static [Uuid] {
        use role::{
            AUTHENTICATION_ADMINISTRATOR as AUTHENTICATION, DIRECTORY_READERS, GROUPS_ADMINISTRATOR, GUEST_INVITER,
            HELPDESK_ADMINISTRATOR as HELPDESK, MESSAGE_CENTER_READER, PASSWORD_ADMINISTRATOR as PASSWORD,
            REPORTS_READER, USAGE_SUMMARY_REPORTS_READER, USER_ADMINISTRATOR as USER,
        };
        match (self, row) {
            (Self::Methods, row) if Self::Reset.lesser(row).contains(&AUTHENTICATION) => &[AUTHENTICATION],
            (Self::Methods, _) => &[],
            (_, Row::InRoleAssignableGroup | Row::Restricted) => &[],
            (Self::Sensitive, Row::Ordinary) => &[AUTHENTICATION, USER],
            (Self::Password | Self::Reset, Row::Ordinary) => &[PASSWORD, HELPDESK, AUTHENTICATION, USER],
            (_, Row::Role(AUTHENTICATION)) => &[AUTHENTICATION],
            (
                Self::Sensitive,
                Row::Role(
                    DIRECTORY_READERS
                    | GUEST_INVITER
                    | MESSAGE_CENTER_READER
                    | PASSWORD
                    | REPORTS_READER
                    | USAGE_SUMMARY_REPORTS_READER,
                ),
            ) => &[AUTHENTICATION, USER],
            (Self::Sensitive, Row::Role(GROUPS_ADMINISTRATOR | HELPDESK | USER)) => &[USER],
            (_, Row::Role(DIRECTORY_READERS | GUEST_INVITER | PASSWORD)) => &[PASSWORD, HELPDESK, AUTHENTICATION, USER],
            (_, Row::Role(MESSAGE_CENTER_READER | REPORTS_READER | USAGE_SUMMARY_REPORTS_READER)) => {
                &[HELPDESK, AUTHENTICATION, USER]
            }
            (_, Row::Role(HELPDESK)) => &[HELPDESK, USER],
            (_, Row::Role(GROUPS_ADMINISTRATOR | USER)) => &[USER],
            (_, Row::Role(_)) => &[],
        }
    }

    fn reached_by(self, role: Uuid, row: Row) -> bool {
        matches!(role, role::GLOBAL_ADMINISTRATOR | role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)
            || self.lesser(row).contains(&role)
    }
}

/// Refuses if the caller's roles do not reach a person.
pub(super) fn check(tenant: &Tenant, caller: &Caller, act: Act, target: &User) -> Result<(), Failure> {
    let rows = rows(tenant, target);
    let roles = roles_over(tenant, caller, target.id);
    let reached = rows.iter().all(|row| roles.iter().any(|role| act.reached_by(*role, *row)));
    let app = caller.user_id.is_none();
    let allowed = match (app, act) {
        // "At least User Administrator": the lesser roles of the table do not count for an app.
        (true, Act::Password) => {
            let least =
                [role::USER_ADMINISTRATOR, role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, role::GLOBAL_ADMINISTRATOR];
            reached && roles.iter().any(|role| least.contains(role))
        }
        (true, _) => reached || rows == [Row::Ordinary],
        (false, _) => reached,
    };
    if allowed { Ok(()) } else { Err(Failure::denied()) }
}

/// Refuses if the caller may not change ordinary properties of another person. The service documents no table for these;
/// an app needs its permission alone.
pub(super) fn check_profile(tenant: &Tenant, caller: &Caller, target: &User) -> Result<(), Failure> {
    let roles = roles_over(tenant, caller, target.id);
    let administers = |role: &Uuid| matches!(*role, role::USER_ADMINISTRATOR | role::GLOBAL_ADMINISTRATOR);
    if caller.user_id.is_none() || roles.iter().any(administers) { Ok(()) } else { Err(Failure::denied()) }
}

/// The roles of a caller that count over one person: those over the whole tenant, and those over a unit the person is in.
pub(super) fn roles_over(tenant: &Tenant, caller: &Caller, target: Uuid) -> Vec<Uuid> {
    let principal = caller.user_id.unwrap_or(caller.service_principal_id);
    assignments_of(tenant, principal)
        .into_iter()
        .filter(|held| match unit(held) {
            None => held.directory_scope_id == "/",
            Some(unit) => tenant.administrative_units.get(&unit).is_some_and(|unit| unit.members.contains(&target)),
        })
        .filter(|held| !is_kept_out(tenant, held, target))
        .map(|held| held.role_definition_id)
        .collect()
}

/// A restricted unit keeps out everybody whose role is not over that unit, but for the two great roles.
fn is_kept_out(tenant: &Tenant, held: &RoleAssignment, target: Uuid) -> bool {
    let great = [role::GLOBAL_ADMINISTRATOR, role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR];
    tenant
        .administrative_units
        .values()
        .filter(|restricting| restricting.restricted && restricting.members.contains(&target))
        .any(|restricting| unit(held) != Some(restricting.id) && !great.contains(&held.role_definition_id))
}

/// The administrative unit that an assignment is over, if it is.
fn unit(held: &RoleAssignment) -> Option<Uuid> {
    Uuid::try_parse(held.directory_scope_id.strip_prefix("/administrativeUnits/")?).ok()
}

fn rows(tenant: &Tenant, target: &User) -> Vec<Row> {
    let held = assignments_of(tenant, target.id);
    let mut rows: Vec<Row> = held.iter().map(|held| Row::Role(held.role_definition_id)).collect();
    let restricted = |id: Uuid| tenant.administrative_units.get(&id).is_some_and(|unit| unit.restricted);
    if held.iter().filter_map(|held| unit(held)).any(restricted) {
        rows.push(Row::Restricted);
    }
    let is_listed =
        tenant.administrative_units.values().any(|unit| unit.restricted && unit.members.contains(&target.id));
    if target.profile.latest().is_management_restricted && !is_listed {
        // Restricted, and nobody knows by which unit: only the great roles are left.
        rows.push(Row::Restricted);
    }
    if rows.is_empty() {
        let within = all_groups_of(tenant, target.id);
        let in_assignable = tenant.groups.values().any(|group| {
            group.is_assignable_to_role == Some(true)
                && (within.contains(&group.id) || group.owners.contains(&target.id))
        });
        rows.push(if in_assignable { Row::InRoleAssignableGroup } else { Row::Ordinary });
    }
    rows
}

#[cfg(test)]
mod tests;
