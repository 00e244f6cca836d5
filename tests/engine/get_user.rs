//! Reading people: who can sign in, and what else an administrator wants to see of them.

use std::collections::BTreeSet;

use m365_access::{Operation, simulator::Options, simulator::tenant::User};
use serde_json::{Value, json};

use crate::{
    job::{Told, next, run},
    tenant::Tenant,
};

fn get(tenant: &Tenant, request: &Value) -> Told {
    run(&tenant.session(), Operation::GetUser, request)
}

fn names(told: &Told) -> Vec<&str> {
    told.records.iter().map(|record| record["user"].as_str().unwrap()).collect()
}

fn those(tenant: &Tenant, keep: impl Fn(&User) -> bool) -> BTreeSet<String> {
    let tenant = tenant.simulator.world().tenant();
    let kept = tenant.users.iter().filter(|user| keep(user));
    kept.map(|user| user.profile.latest().user_principal_name.clone()).collect()
}

fn note<'a>(told: &'a Told, id: &str) -> Option<&'a Value> {
    told.notes.iter().find(|note| note["messageId"] == id)
}

#[test]
fn a_person_is_shown_whole() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let told = get(&tenant, &json!({"user": [samples.synced, samples.disabled, samples.guest]}));
    assert_eq!(names(&told), [samples.synced.as_str(), &samples.disabled, &samples.guest]);
    let shown: Vec<_> = told
        .records
        .iter()
        .map(|record| (&record["signIn"], &record["userType"], &record["synchronized"]))
        .map(|(sign_in, user_type, synchronized)| (sign_in.as_str().unwrap(), user_type, synchronized))
        .collect();
    let (member, guest) = (json!("Member"), json!("Guest"));
    assert_eq!(shown[0], ("Allowed", &member, &json!(true)));
    assert_eq!(shown[1].0, "Blocked");
    assert_eq!((shown[2].1, shown[2].2), (&guest, &json!(false)));
    for record in &told.records {
        let keys: Vec<_> = record.as_object().unwrap().keys().map(String::as_str).collect();
        let expected =
            ["displayName", "roles", "sessionsValidFrom", "signIn", "synchronized", "user", "userId", "userType"];
        assert_eq!(keys, expected);
        let moment: jiff::Timestamp = record["sessionsValidFrom"].as_str().unwrap().parse().unwrap();
        let world = tenant.simulator.world().tenant();
        let user = world.user(record["userId"].as_str().unwrap()).unwrap();
        assert_eq!(moment.as_second(), user.profile.latest().sign_in_sessions_valid_from_date_time.as_second());
    }
}

#[test]
fn an_unknown_person_is_an_error_and_the_others_are_shown() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told = get(&tenant, &json!({"user": ["nobody@example.com", user]}));
    assert_eq!(names(&told), [user.as_str()]);
    assert_eq!(told.errors.len(), 1);
    let (code, target) = (&told.errors[0]["code"], &told.errors[0]["target"]);
    assert_eq!((code, target), (&json!("not_found"), &json!("nobody@example.com")));
    assert_eq!((told.end["state"].as_str(), told.exit_code()), (Some("completed"), 1));
}

#[test]
fn blocked_and_allowed_people_of_the_whole_tenant() {
    let tenant = Tenant::new();
    for (word, enabled) in [("blocked", false), ("allowed", true)] {
        let told = get(&tenant, &json!({ word: true }));
        let expected = those(&tenant, |user| user.profile.latest().account_enabled == enabled);
        assert_eq!(names(&told).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
        assert_eq!(told.exit_code(), 0);
    }
    let user = tenant.samples().user.clone();
    assert_eq!(names(&get(&tenant, &json!({"user": user, "blocked": true}))), Vec::<&str>::new());
    assert_eq!(get(&tenant, &json!({"blocked": true, "allowed": true})).error_code(), "argument");
}

#[test]
fn everybody_comes_over_all_pages_and_the_excluded_stay_out() {
    let tenant = Tenant::with(Options { users: 2200, time_scale: 60.0, ..Options::default() });
    let user = tenant.samples().user.clone();
    let told = get(&tenant, &json!({"all": true, "except": [user]}));
    let found = names(&told);
    let expected = those(&tenant, |person| !person.profile.latest().user_principal_name.eq(&user));
    assert_eq!(found.len(), expected.len());
    assert_eq!(found.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
    assert_eq!(note(&told, "people_excluded").unwrap()["messageArguments"]["count"], "1");
}

#[test]
fn roles_are_shown_however_they_are_held() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let people = [&samples.global_admin, &samples.helpdesk_admin, &samples.eligible_admin, &samples.user];
    let told = get(&tenant, &json!({ "user": people }));
    let roles = |index: usize| told.records[index]["roles"].as_array().unwrap();
    assert!(roles(0).contains(&json!("Global Administrator")));
    assert!(roles(1).contains(&json!("Helpdesk Administrator")));
    assert!(roles(2).iter().any(|role| role.as_str().unwrap().ends_with("(eligible)")), "{:?}", roles(2));
    assert_eq!(roles(3), &Vec::<Value>::new());
    let operators = {
        let world = tenant.simulator.world().tenant();
        let group = world.groups.values().find(|group| group.display_name == "Identity Operators").unwrap();
        group.members.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let told = get(&tenant, &json!({ "user": operators }));
    assert!(told.records.iter().all(|record| !record["roles"].as_array().unwrap().is_empty()), "{told:#?}");
}

#[test]
fn without_the_permission_for_roles_people_are_shown_and_it_is_said() {
    let tenant = Tenant::new();
    let about = tenant.simulator.description().clone();
    let session =
        tenant.session_with(&json!({"clientId": about.weak_client_id, "clientSecret": about.weak_client_secret}));
    let told = run(&session, Operation::GetUser, &json!({"user": about.samples.global_admin}));
    assert_eq!(names(&told), [about.samples.global_admin.as_str()]);
    assert_eq!(told.records[0]["roles"], json!([]));
    assert!(note(&told, "roles_unread").is_some(), "{:?}", told.notes);
    assert_eq!(told.exit_code(), 0);
}

#[test]
fn a_selection_that_matches_nobody_says_so() {
    let tenant = Tenant::new();
    for request in
        [json!({"filter": "displayName eq 'Nobody At All'"}), json!({"group": "Leavers"}), json!({"user": []})]
    {
        let told = get(&tenant, &request);
        assert!(told.records.is_empty() && told.errors.is_empty(), "{request}");
        assert!(note(&told, "nobody_found").is_some(), "{request}");
        assert_eq!((told.end["state"].as_str(), told.exit_code()), (Some("completed"), 0));
    }
}

#[test]
fn a_misspelt_field_and_no_selector_are_refused() {
    let tenant = Tenant::new();
    for (request, part) in [(json!({"all": true, "exept": "x"}), "exept"), (json!({}), "nobody is selected")] {
        let told = get(&tenant, &request);
        assert_eq!((told.error_code(), told.records.len()), ("argument", 0));
        assert!(told.end["error"]["message"].as_str().unwrap().contains(part), "{:?}", told.end);
    }
}

#[test]
fn a_caller_who_stops_reads_no_further_pages() {
    let tenant = Tenant::with(Options { users: 40_000, time_scale: 60.0, ..Options::default() });
    let session = tenant.session();
    let job = session.start(Operation::GetUser, &json!({"all": true}).to_string()).unwrap();
    let first = loop {
        let event = next(&job).unwrap();
        if event["kind"] == "records" {
            break event;
        }
    };
    assert_eq!(first["type"], "User");
    job.cancel();
    let mut records = 0;
    let mut last = Value::Null;
    while let Some(event) = next(&job) {
        records += event["records"].as_array().map_or(0, Vec::len);
        last = event;
    }
    // What was waiting to be read still comes; the rest of the tenant does not.
    assert!(records < 20_000, "{records}");
    assert_eq!((last["state"].as_str(), last["error"]["code"].as_str()), (Some("cancelled"), Some("cancelled")));
}
