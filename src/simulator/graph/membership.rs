//! Who is in which group, directly or however deep; circles are no trouble.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::simulator::tenant::{Group, RoleAssignment, Tenant};

/// Groups that an object is directly in.
pub(super) fn groups_of(tenant: &Tenant, member: Uuid) -> impl Iterator<Item = &Group> {
    tenant.groups.values().filter(move |group| group.members.contains(&member))
}

/// Groups that an object is in, however deep.
pub(super) fn all_groups_of(tenant: &Tenant, member: Uuid) -> BTreeSet<Uuid> {
    closure(member, |id| groups_of(tenant, id).map(|group| group.id).collect())
}

/// Groups within a group, however deep, without itself unless it is in a circle.
pub(super) fn groups_within(tenant: &Tenant, group: Uuid) -> BTreeSet<Uuid> {
    closure(group, |id| {
        let members = tenant.groups.get(&id).into_iter().flat_map(|group| &group.members);
        members.filter(|member| tenant.groups.contains_key(member)).copied().collect()
    })
}

fn closure(start: Uuid, next: impl Fn(Uuid) -> Vec<Uuid>) -> BTreeSet<Uuid> {
    let mut found = BTreeSet::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        open.extend(next(id).into_iter().filter(|id| found.insert(*id)));
    }
    found
}

/// Role assignments that an object holds, itself or through groups.
pub(in crate::simulator) fn assignments_of(tenant: &Tenant, principal: Uuid) -> Vec<&RoleAssignment> {
    let groups = all_groups_of(tenant, principal);
    tenant
        .role_assignments
        .iter()
        .filter(|assignment| assignment.principal_id == principal || groups.contains(&assignment.principal_id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::graph::bench::Bench;

    #[test]
    fn a_circle_of_groups_ends() {
        let bench = Bench::new();
        let tenant = bench.world.tenant();
        let circle = tenant.groups.values().find(|group| group.display_name == "Project Ouroboros").unwrap().id;
        let within = groups_within(&tenant, circle);
        assert_eq!(within.len(), 2);
        assert!(within.contains(&circle));
        assert_eq!(all_groups_of(&tenant, circle), within);
    }

    #[test]
    fn roles_are_held_through_groups() {
        let bench = Bench::new();
        let tenant = bench.world.tenant();
        let operators = tenant.groups.values().find(|group| group.is_assignable_to_role == Some(true)).unwrap();
        let operator = *operators.members.first().unwrap();
        let roles: Vec<Uuid> = assignments_of(&tenant, operator).iter().map(|held| held.role_definition_id).collect();
        assert_eq!(roles, [crate::simulator::role::AUTHENTICATION_ADMINISTRATOR]);
    }
}
