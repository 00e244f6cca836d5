use super::*;
use crate::simulator::graph::bench::Bench;

/// The tables, as the page has them: what the target holds, then the lesser roles that reach it.
#[test]
fn every_cell_of_both_tables() {
    use crate::simulator::role::*;
    let (auth, user, password, helpdesk) =
        (AUTHENTICATION_ADMINISTRATOR, USER_ADMINISTRATOR, PASSWORD_ADMINISTRATOR, HELPDESK_ADMINISTRATOR);
    let rows: &[(Option<Uuid>, &[Uuid], &[Uuid])] = &[
        (None, &[auth, user], &[password, helpdesk, auth, user]),
        (Some(auth), &[auth], &[auth]),
        (Some(DIRECTORY_READERS), &[auth, user], &[password, helpdesk, auth, user]),
        (Some(GUEST_INVITER), &[auth, user], &[password, helpdesk, auth, user]),
        (Some(MESSAGE_CENTER_READER), &[auth, user], &[helpdesk, auth, user]),
        (Some(password), &[auth, user], &[password, helpdesk, auth, user]),
        (Some(REPORTS_READER), &[auth, user], &[helpdesk, auth, user]),
        (Some(USAGE_SUMMARY_REPORTS_READER), &[auth, user], &[helpdesk, auth, user]),
        (Some(GROUPS_ADMINISTRATOR), &[user], &[user]),
        (Some(helpdesk), &[user], &[helpdesk, user]),
        (Some(user), &[user], &[user]),
        (Some(GLOBAL_ADMINISTRATOR), &[], &[]),
        (Some(PRIVILEGED_AUTHENTICATION_ADMINISTRATOR), &[], &[]),
        (Some(PRIVILEGED_ROLE_ADMINISTRATOR), &[], &[]),
        (Some(EXCHANGE_ADMINISTRATOR), &[], &[]),
        (Some(Uuid::from_u128(99)), &[], &[]),
    ];
    let columns =
        [auth, user, password, helpdesk, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, GLOBAL_READER];
    for (target_role, sensitive, reset) in rows {
        for column in columns {
            let bench = Bench::new();
            let target = bench.ordinary();
            if let Some(role) = target_role {
                bench.give_role(target.id, *role);
            }
            let caller = bench.delegated(&bench.description.samples.mailbox, &[]);
            bench.give_role(caller.user_id.unwrap(), column);
            let great = matches!(column, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR | GLOBAL_ADMINISTRATOR);
            let tenant = bench.world.tenant();
            for (act, reached) in [(Act::Sensitive, sensitive), (Act::Reset, reset), (Act::Password, reset)] {
                assert_eq!(
                    check(&tenant, &caller, act, &target).is_ok(),
                    great || reached.contains(&column),
                    "{act:?} by {column} on {target_role:?}"
                );
            }
        }
    }
}

#[test]
fn several_roles_need_every_row() {
    let bench = Bench::new();
    let target = bench.ordinary();
    bench.give_role(target.id, role::DIRECTORY_READERS);
    bench.give_role(target.id, role::USER_ADMINISTRATOR);
    let caller = bench.delegated(&bench.description.samples.mailbox, &[]);
    bench.give_role(caller.user_id.unwrap(), role::AUTHENTICATION_ADMINISTRATOR);
    assert!(check(&bench.world.tenant(), &caller, Act::Sensitive, &target).is_err());
    bench.give_role(caller.user_id.unwrap(), role::USER_ADMINISTRATOR);
    assert!(check(&bench.world.tenant(), &caller, Act::Sensitive, &target).is_ok());
}

#[test]
fn members_and_owners_of_a_role_assignable_group_are_out_of_the_lesser_roles_reach() {
    let bench = Bench::new();
    let target = bench.ordinary();
    let caller = bench.delegated(&bench.description.samples.user_admin, &[]);
    assert!(check(&bench.world.tenant(), &caller, Act::Reset, &target).is_ok());
    {
        let mut tenant = bench.world.tenant_mut();
        let group = tenant.groups.values_mut().find(|group| group.is_assignable_to_role == Some(true)).unwrap();
        group.owners.insert(target.id);
    }
    assert!(check(&bench.world.tenant(), &caller, Act::Reset, &target).is_err());
    bench.give_role(caller.user_id.unwrap(), role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR);
    assert!(check(&bench.world.tenant(), &caller, Act::Reset, &target).is_ok());
}

#[test]
fn a_role_over_a_unit_reaches_its_members_only() {
    let bench = Bench::new();
    let unit = bench.world.tenant().administrative_units.values().find(|unit| !unit.restricted).unwrap().clone();
    let scope = format!("/administrativeUnits/{}", unit.id);
    let caller = bench.delegated(&bench.description.samples.mailbox, &[]);
    bench.give_role_over(caller.user_id.unwrap(), role::USER_ADMINISTRATOR, &scope);
    let tenant = bench.world.tenant();
    let ordinary = |inside: bool| {
        tenant
            .users
            .iter()
            .find(|user| unit.members.contains(&user.id) == inside && rows(&tenant, user) == [Row::Ordinary])
            .unwrap()
    };
    assert!(check(&tenant, &caller, Act::Sensitive, ordinary(true)).is_ok());
    assert!(check(&tenant, &caller, Act::Sensitive, ordinary(false)).is_err());
}

#[test]
fn a_restricted_unit_keeps_out_all_but_its_own_and_the_great() {
    let bench = Bench::new();
    let unit = bench.world.tenant().administrative_units.values().find(|unit| unit.restricted).unwrap().clone();
    let target = bench.person(&unit.members.first().unwrap().to_string());
    let reaches = |user: &str| {
        let caller = bench.delegated(user, &[]);
        check(&bench.world.tenant(), &caller, Act::Sensitive, &target).is_ok()
    };
    let samples = &bench.description.samples;
    assert!(!reaches(&samples.user_admin));
    assert!(reaches(&samples.global_admin));
    let own = bench.person(&samples.mailbox).id;
    bench.give_role_over(own, role::USER_ADMINISTRATOR, &format!("/administrativeUnits/{}", unit.id));
    assert!(reaches(&samples.mailbox));
}

#[test]
fn who_holds_a_role_over_a_restricted_unit_is_reached_by_the_great_only() {
    let bench = Bench::new();
    let unit = bench.world.tenant().administrative_units.values().find(|unit| unit.restricted).unwrap().id;
    let target = bench.ordinary();
    bench.give_role_over(target.id, role::DIRECTORY_READERS, &format!("/administrativeUnits/{unit}"));
    let caller = bench.delegated(&bench.description.samples.user_admin, &[]);
    assert!(check(&bench.world.tenant(), &caller, Act::Reset, &target).is_err());
}

#[test]
fn an_app_needs_a_role_for_administrators_and_for_passwords() {
    let bench = Bench::new();
    let app = bench.app(&[]);
    let (ordinary, admin) = (bench.ordinary(), bench.person(&bench.description.samples.helpdesk_admin));
    let allowed = |act, target| check(&bench.world.tenant(), &app, act, target).is_ok();
    assert!(allowed(Act::Sensitive, &ordinary) && allowed(Act::Reset, &ordinary));
    assert!(!allowed(Act::Sensitive, &admin) && !allowed(Act::Reset, &admin));
    assert!(!allowed(Act::Password, &ordinary));
    bench.give_role(app.service_principal_id, role::HELPDESK_ADMINISTRATOR);
    assert!(!allowed(Act::Password, &ordinary), "less than User Administrator");
    bench.give_role(app.service_principal_id, role::USER_ADMINISTRATOR);
    assert!(allowed(Act::Password, &ordinary) && allowed(Act::Sensitive, &admin));
    assert!(!allowed(Act::Sensitive, &bench.person(&bench.description.samples.global_admin)));
}

#[test]
fn eligible_roles_protect_nobody_and_help_nobody() {
    let bench = Bench::new();
    let eligible = bench.person(&bench.description.samples.eligible_admin);
    let caller = bench.delegated(&bench.description.samples.eligible_admin, &[]);
    assert!(check(&bench.world.tenant(), &caller, Act::Reset, &bench.ordinary()).is_err());
    let helpdesk = bench.delegated(&bench.description.samples.helpdesk_admin, &[]);
    assert!(check(&bench.world.tenant(), &helpdesk, Act::Reset, &eligible).is_ok());
}
