use std::collections::{BTreeMap, BTreeSet, HashSet};

use uuid::Uuid;

use super::{Population, populate};
use crate::simulator::{
    Options, method, role,
    tenant::{PerUserMfa, Profile, Tenant, User},
};

fn town(users: u32, seed: u64) -> Population {
    populate(&Options { users, seed, ..Options::default() })
}

fn profiles(tenant: &Tenant) -> BTreeMap<Uuid, Profile> {
    tenant.users.iter().map(|user| (user.id, user.profile.latest().clone())).collect()
}

fn holders(tenant: &Tenant, role: Uuid) -> BTreeSet<Uuid> {
    let held = tenant.role_assignments.iter().filter(|held| held.role_definition_id == role);
    held.map(|held| held.principal_id).filter(|id| tenant.user_by_id.contains_key(id)).collect()
}

/// Sizes on both sides of the bound from which nobody plays two parts, with and without a last administrator.
fn towns() -> Vec<Population> {
    [(10, 1), (10, 9), (39, 19), (40, 2), (200, 3), (500, 29)].map(|(users, seed)| town(users, seed)).into()
}

#[test]
fn the_same_seed_gives_the_same_tenant() {
    let (one, two) = (town(300, 7), town(300, 7));
    assert_eq!(one.description, two.description);
    assert_eq!(profiles(&one.tenant), profiles(&two.tenant));
    assert_eq!(format!("{:?}", one.tenant.groups), format!("{:?}", two.tenant.groups));
    assert_eq!(one.tenant.role_assignments, two.tenant.role_assignments);
    assert_eq!(one.tenant.app_role_assignments, two.tenant.app_role_assignments);
    let methods = |tenant: &Tenant| -> Vec<_> {
        tenant.users.iter().map(|user| (user.id, user.authentication.latest().methods.clone())).collect()
    };
    assert_eq!(methods(&one.tenant), methods(&two.tenant));
}

/// What is written down elsewhere (scripts, examples, other people's tests) about a seed stays true.
#[test]
fn a_seed_means_the_same_on_every_machine_and_day() {
    let description = town(200, 1).description;
    assert_eq!(description.tenant_id, "4e232858-427b-5e5c-b92e-31264f2702bc");
    assert_eq!(description.client_id, "e36864a3-152d-5bb7-83c6-9f1911174ede");
    assert_eq!(description.client_secret, "FrCL9dPMGhPcu.H8cKZCdpeQrvQBhnJRn4L7Vs.G");
    assert_eq!(description.admin_password, "Xvgu8_Zgcp3_Yrnw8_Tcrj9");
    assert_eq!(description.samples.user, "zoe.chevalier@fabrikam1.onmicrosoft.com");
    assert_eq!(description.samples.apostrophe, "padraig.o'sullivan@fabrikam1.onmicrosoft.com");
}

#[test]
fn another_seed_gives_other_people_ids_and_secrets() {
    let (one, two) = (town(50, 7), town(50, 8));
    assert_ne!(one.description.tenant_id, two.description.tenant_id);
    assert_ne!(one.description.client_id, two.description.client_id);
    assert_ne!(one.description.client_secret, two.description.client_secret);
    assert_ne!(one.description.admin_password, two.description.admin_password);
    assert!(profiles(&one.tenant).keys().all(|id| !two.tenant.user_by_id.contains_key(id)));
}

#[test]
fn whoever_joins_changes_nobody_who_was_there() {
    let (small, large) = (town(100, 7), profiles(&town(250, 7).tenant));
    for (id, profile) in profiles(&small.tenant) {
        assert_eq!(large.get(&id), Some(&profile));
    }
}

#[test]
fn everybody_is_found_by_id_and_by_name_and_nobody_twice() {
    for users in [10, 11, 2_000] {
        let tenant = town(users, 5).tenant;
        let count = usize::try_from(users).unwrap();
        assert_eq!((tenant.users.len(), tenant.user_by_id.len(), tenant.user_by_name.len()), (count, count, count));
        for user in &tenant.users {
            let name = &user.profile.latest().user_principal_name;
            assert_eq!(tenant.user(&user.id.to_string()).map(|found| found.id), Some(user.id));
            assert_eq!(tenant.user(&name.to_uppercase()).map(|found| found.id), Some(user.id));
        }
        let nicknames: HashSet<_> = tenant.users.iter().map(|user| &user.profile.latest().mail_nickname).collect();
        assert_eq!(nicknames.len(), count);
        assert!(tenant.users.is_sorted_by_key(|user| user.id));
    }
}

#[test]
fn user_principal_names_have_the_characters_and_lengths_that_the_service_allows() {
    // Names grow by the number of namesakes and by the digits of the seed.
    let tenant = town(3_000, u64::MAX).tenant;
    for user in &tenant.users {
        let profile = user.profile.latest();
        let (alias, domain) = profile.user_principal_name.rsplit_once('@').unwrap();
        assert!(alias.len() <= 64 && domain.len() <= 48, "{alias}@{domain}");
        assert!(alias.chars().all(|letter| letter.is_ascii_alphanumeric() || "'.-_!#^~".contains(letter)), "{alias}");
        assert!(!alias.ends_with('.') && !alias.starts_with('.'), "{alias}");
        assert_eq!(alias.contains("#EXT#"), profile.user_type == "Guest");
        assert_eq!(domain == tenant.federated_domain, user.credentials.federated);
    }
}

#[test]
fn a_crowd_is_as_mixed_as_a_real_one() {
    let tenant = town(4_000, 6).tenant;
    let percent = |keep: &dyn Fn(&User) -> bool| tenant.users.iter().filter(|user| keep(user)).count() / 40;
    let profile = |keep: fn(&Profile) -> bool| percent(&move |user| keep(user.profile.latest()));
    assert!((2..=4).contains(&profile(|profile| !profile.account_enabled)));
    assert!((4..=8).contains(&profile(|profile| profile.user_type == "Guest")));
    assert!((20..=32).contains(&profile(|profile| profile.on_premises_sync_enabled == Some(true))));
    assert!(tenant.users.iter().any(|user| user.profile.latest().on_premises_sync_enabled == Some(false)));
    assert!((2..=6).contains(&percent(&|user| user.credentials.federated)));
    assert!((54..=66).contains(&percent(&|user| !user.authentication.latest().methods.is_empty())));
    assert!(profile(|profile| profile.user_principal_name.contains('\'')) >= 2);
    assert!(profile(|profile| !profile.display_name.is_ascii()) >= 20);
    let first: HashSet<_> = tenant.users.iter().map(|user| user.profile.latest().display_name.clone()).collect();
    assert!(first.len() > 2_500, "few share a name: {}", first.len());
}

#[test]
fn everybody_has_the_same_strong_first_password_and_a_past() {
    for population in towns() {
        let password = &population.description.admin_password;
        for class in [
            char::is_lowercase,
            char::is_uppercase,
            |letter: char| letter.is_ascii_digit(),
            |letter| "-_.".contains(letter),
        ] {
            assert!(password.contains(class), "{password}");
        }
        assert!(password.len() >= 16);
        for user in &population.tenant.users {
            assert_eq!(&user.credentials.password, password);
            let profile = user.profile.latest();
            assert!(profile.created_date_time <= profile.last_password_change_date_time);
            assert!(profile.sign_in_sessions_valid_from_date_time < jiff::Timestamp::now());
        }
    }
}

#[test]
fn samples_are_what_they_are_called() {
    for Population { tenant, description } in towns() {
        let samples = description.samples;
        let find = |name: &str| tenant.user(name).unwrap_or_else(|| panic!("no {name:?}"));
        let profile = |name: &str| find(name).profile.latest();
        let roles = |name: &str| -> Vec<Uuid> {
            let held = tenant.role_assignments.iter().filter(|held| held.principal_id == find(name).id);
            held.map(|held| held.role_definition_id).collect()
        };
        for ordinary in [&samples.user, &samples.mailbox] {
            let person = find(ordinary);
            assert!(profile(ordinary).account_enabled && profile(ordinary).user_type == "Member");
            assert!(roles(ordinary).is_empty() && person.mailbox.is_some() && !person.credentials.federated);
            assert_eq!(profile(ordinary).on_premises_sync_enabled, None);
            assert_eq!(person.authentication.latest().per_user_mfa, PerUserMfa::Disabled);
        }
        assert!(samples.guest.contains("#EXT#") && profile(&samples.guest).user_type == "Guest");
        assert!(find(&samples.guest).mailbox.is_none());
        assert_eq!(profile(&samples.synced).on_premises_sync_enabled, Some(true));
        assert!(
            profile(&samples.synced).on_premises_immutable_id.is_some() && !find(&samples.synced).credentials.federated
        );
        assert!(find(&samples.federated).credentials.federated);
        assert!(samples.federated.ends_with(&tenant.federated_domain));
        assert_eq!(profile(&samples.federated).on_premises_sync_enabled, None);
        assert_eq!(roles(&samples.global_admin), [role::GLOBAL_ADMINISTRATOR]);
        assert_eq!(roles(&samples.user_admin), [role::USER_ADMINISTRATOR]);
        assert_eq!(roles(&samples.helpdesk_admin), [role::HELPDESK_ADMINISTRATOR]);
        assert!(roles(&samples.eligible_admin).is_empty());
        let eligible = tenant.role_eligibilities.iter().any(|role| {
            role.principal_id == find(&samples.eligible_admin).id
                && role.role_definition_id == role::GLOBAL_ADMINISTRATOR
        });
        assert!(eligible);
        for admin in [&samples.global_admin, &samples.user_admin, &samples.helpdesk_admin, &samples.eligible_admin] {
            assert!(profile(admin).account_enabled, "{admin} signs in");
            assert_eq!(find(admin).authentication.latest().per_user_mfa, PerUserMfa::Disabled);
        }
        assert!(!profile(&samples.disabled).account_enabled);
        let mfa = |name: &str| find(name).authentication.latest().clone();
        assert_eq!(mfa(&samples.mfa_enabled).per_user_mfa, PerUserMfa::Enabled);
        assert!(mfa(&samples.mfa_enabled).methods.is_empty());
        assert_eq!(mfa(&samples.mfa_enforced).per_user_mfa, PerUserMfa::Enforced);
        assert!(mfa(&samples.mfa_enforced).is_registered());
        let many = mfa(&samples.many_methods);
        for kind in method::KINDS {
            assert!(many.methods.iter().any(|method| method.kind() == Some(kind)), "{}", kind.name);
        }
        assert!(many.methods.first().is_some_and(|method| many.is_default(method)));
        assert!(samples.apostrophe.contains('\'') && profile(&samples.apostrophe).account_enabled);
        assert!(find(&samples.no_mailbox).mailbox.is_none() && profile(&samples.no_mailbox).mail.is_none());
    }
}

#[test]
fn a_last_global_administrator_is_named_only_where_there_is_one() {
    for Population { tenant, description } in towns() {
        let enabled: Vec<_> = holders(&tenant, role::GLOBAL_ADMINISTRATOR)
            .into_iter()
            .filter_map(|id| tenant.user(&id.to_string()))
            .filter(|user| user.profile.latest().account_enabled)
            .map(|user| user.profile.latest().user_principal_name.clone())
            .collect();
        match description.samples.last_global_admin {
            Some(last) => assert_eq!(enabled, [last]),
            None => assert!(enabled.len() >= 2),
        }
    }
    assert!(town(10, 9).description.samples.last_global_admin.is_some());
}

#[test]
fn groups_nest_three_deep_turn_in_a_circle_share_a_name_and_one_is_empty() {
    let tenant = town(400, 3).tenant;
    let named = |name: &str| -> Vec<_> { tenant.groups.values().filter(|group| group.display_name == name).collect() };
    let [europe] = named("Europe")[..] else { panic!() };
    let [nordics] = named("Nordics")[..] else { panic!() };
    let [sweden] = named("Sweden")[..] else { panic!() };
    assert!(europe.members.contains(&nordics.id) && nordics.members.contains(&sweden.id));
    assert!(!sweden.members.is_empty() && sweden.members.iter().all(|id| tenant.user_by_id.contains_key(id)));
    let [outer] = named("Project Ouroboros")[..] else { panic!() };
    let [inner] = named("Project Ouroboros Core")[..] else { panic!() };
    assert!(outer.members.contains(&inner.id) && inner.members.contains(&outer.id));
    assert_eq!(named("Project Borealis").len(), 2);
    assert!(named("Leavers")[0].members.is_empty());
    assert!(named("All Employees")[0].group_types.contains(&"Unified".to_owned()));
    let [operators] = named("Identity Operators")[..] else { panic!() };
    assert_eq!(operators.is_assignable_to_role, Some(true));
    assert!(operators.members.len() >= 2 && operators.owners.len() == 1);
    assert!(tenant.role_assignments.iter().any(|role| role.principal_id == operators.id));
}

#[test]
fn roles_reach_people_directly_through_a_unit_and_by_a_role_of_the_tenants_own() {
    let tenant = town(60, 3).tenant;
    for role in [
        role::AUTHENTICATION_ADMINISTRATOR,
        role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
        role::EXCHANGE_ADMINISTRATOR,
        role::PASSWORD_ADMINISTRATOR,
        role::DIRECTORY_READERS,
    ] {
        assert_eq!(holders(&tenant, role).len(), 1, "{:?}", role::name(role));
    }
    let [custom] = tenant.custom_roles.keys().copied().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(holders(&tenant, custom).len(), 1);
    let scoped = tenant.role_assignments.iter().find(|role| role.directory_scope_id != "/").unwrap();
    let unit = scoped.directory_scope_id.strip_prefix("/administrativeUnits/").unwrap().parse().unwrap();
    assert!(!tenant.administrative_units[&unit].restricted);
    let restricted: Vec<_> = tenant.administrative_units.values().filter(|unit| unit.restricted).collect();
    for user in &tenant.users {
        let member = restricted.iter().any(|unit| unit.members.contains(&user.id));
        assert_eq!(user.profile.latest().is_management_restricted, member);
    }
    assert!(restricted.iter().any(|unit| !unit.members.is_empty()));
}

#[test]
fn the_full_app_has_every_permission_of_the_product_and_the_weak_one_reads_people() {
    let Population { tenant, description } = town(10, 3);
    let permissions = |client: &str| -> BTreeSet<&str> {
        let app = tenant.service_principals.values().find(|app| app.app_id.to_string() == client).unwrap();
        let granted = tenant.app_role_assignments.iter().filter(|grant| grant.principal_id == app.id);
        granted
            .map(|grant| tenant.service_principals[&grant.resource_id].app_roles[&grant.app_role_id].as_str())
            .collect()
    };
    let full = permissions(&description.client_id);
    for name in super::apps::PRODUCT.iter().chain(&["Exchange.ManageAsApp"]) {
        assert!(full.contains(name), "{name}");
    }
    assert_eq!(permissions(&description.weak_client_id), BTreeSet::from(["User.Read.All"]));
}
