//! Nobody is locked out by accident.

use m365_access::{Operation, simulator::Options};
use serde_json::json;

use crate::{
    job::{run, run_answering},
    tenant::Tenant,
};

#[test]
fn the_caller_is_spared_and_the_others_are_done() {
    let tenant = Tenant::new();
    let (me, other) = (tenant.samples().global_admin.clone(), tenant.samples().user.clone());
    let told = run(&tenant.session_as(&me), Operation::BlockUser, &json!({ "user": [me, other] }));
    assert_eq!(told.word(&me, "SignIn"), "Refused", "{told:#?}");
    assert_eq!(told.records.len(), 3, "one refusal, and two changes of the other person");
    assert_eq!(told.outcome(&me, "SignIn")["code"], "protected_caller");
    assert_eq!(told.word(&other, "SignIn"), "Verified");
    assert_eq!(told.exit_code(), 2);
    assert!(tenant.enabled(&me));
}

#[test]
fn the_last_global_administrator_stays() {
    let tenant = Tenant::with(Options { seed: 9, time_scale: 60.0, ..Options::default() });
    let last = tenant.samples().last_global_admin.clone().expect("seed 9 makes one");
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": last }));
    assert_eq!(told.outcome(&last, "SignIn")["code"], "protected_last_admin", "{told:#?}");
    assert!(tenant.enabled(&last));
}

#[test]
fn an_emergency_account_is_never_touched() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let session = tenant.session_with(&json!({ "emergencyAccount": [user.to_uppercase()] }));
    let told = run(&session, Operation::BlockUser, &json!({ "user": user }));
    assert_eq!(told.outcome(&user, "SignIn")["code"], "protected_emergency");
    assert!(tenant.enabled(&user));
    let session = tenant.session_with(&json!({ "emergencyAccount": ["nobody@example.com"] }));
    let told = run(&session, Operation::BlockUser, &json!({ "user": user }));
    assert_eq!(told.error_code(), "exclusion_not_found");
}

#[test]
fn an_exclusion_that_does_not_resolve_stops_everything() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told =
        run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "except": ["mispelt@example.com"] }));
    assert_eq!((told.error_code(), told.exit_code()), ("exclusion_not_found", 2));
    assert_eq!(told.end["error"]["target"], "mispelt@example.com");
    let runs = run(&tenant.session(), Operation::GetRun, &json!({}));
    assert_eq!((&runs.records[0]["runId"], &runs.records[0]["state"]), (&told.end["runId"], &json!("Refused")));
    assert!(tenant.enabled(&user));
}

#[test]
fn administrators_among_many_stop_the_run() {
    let tenant = Tenant::new();
    let request = json!({ "all": true, "maximumPercent": 100 });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!((told.error_code(), told.exit_code()), ("cap_privileged", 2), "{told:#?}");
    assert!(tenant.everybody().iter().any(|user| tenant.enabled(user)));
    let runs = run(&tenant.session(), Operation::GetRun, &json!({}));
    assert_eq!(runs.records[0]["state"], "Refused");
}

#[test]
fn an_eligible_administrator_counts_as_one() {
    let tenant = Tenant::new();
    let eligible = tenant.samples().eligible_admin.clone();
    let request = json!({ "filter": format!("userPrincipalName eq '{eligible}'") });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!(told.error_code(), "cap_privileged", "{told:#?}");
    let named = run(&tenant.session(), Operation::BlockUser, &json!({ "user": eligible }));
    assert_eq!(named.word(&eligible, "SignIn"), "Verified");
}

#[test]
fn everybody_needs_the_number() {
    let tenant = Tenant::new();
    let request = json!({ "all": true, "allowPrivileged": true, "keepSessions": true });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!(told.error_code(), "cap_percent");
    let mut request = request;
    request["confirm"] = true.into();
    let wrong = run_answering(&tenant.session(), Operation::BlockUser, &request, |ask| {
        assert_eq!(ask["question"], "count");
        json!(1)
    });
    assert_eq!(wrong.error_code(), "cap_percent");
    let right = run_answering(&tenant.session(), Operation::BlockUser, &request, |ask| ask["count"].clone());
    assert_eq!(right.asks.len(), 1);
    assert_eq!(right.error_code(), "");
    // One Global Administrator is left: somebody must be able to undo this.
    let refused: Vec<_> = right.records.iter().filter(|record| record["outcome"] == "Refused").collect();
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert_eq!(refused[0]["code"], "protected_last_admin");
    let left: Vec<_> = tenant.everybody().into_iter().filter(|user| tenant.enabled(user)).collect();
    assert_eq!(left, [refused[0]["user"].as_str().unwrap()]);
}

#[test]
fn caps_on_numbers_hold_until_they_are_raised() {
    let tenant = Tenant::with(Options { users: 1000, time_scale: 60.0, ..Options::default() });
    let people: Vec<String> = {
        let world = tenant.simulator.world().tenant();
        let holders: Vec<_> =
            world.role_assignments.iter().chain(&world.role_eligibilities).map(|a| a.principal_id).collect();
        world
            .users
            .iter()
            .filter(|user| !holders.contains(&user.id))
            .map(|user| user.id.to_string())
            .take(150)
            .collect()
    };
    let told = run(&tenant.session(), Operation::RevokeSessions, &json!({ "user": people }));
    assert_eq!(told.error_code(), "cap_users");
    let told = run(&tenant.session(), Operation::RevokeSessions, &json!({ "user": people, "maximumUsers": 200 }));
    assert_eq!(told.error_code(), "cap_percent", "{:#?}", told.end);
}
