//! Two thousand people, a service that throttles, answers that are lost.

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use crate::{job::run, tenant::Tenant};

fn ordinary(tenant: &Tenant, count: usize) -> Vec<String> {
    let world = tenant.simulator.world().tenant();
    world
        .users
        .iter()
        .filter(|user| user.profile.latest().account_enabled)
        .map(|user| user.id.to_string())
        .take(count)
        .collect()
}

fn block(tenant: &Tenant, people: &[String]) -> crate::job::Told {
    let request = json!({ "user": people, "maximumUsers": 5000, "maximumPercent": 100, "allowPrivileged": true });
    run(&tenant.session(), Operation::BlockUser, &request)
}

/// Nobody is called verified whose state is not right, and nobody is left out.
fn holds(tenant: &Tenant, people: &[String], told: &crate::job::Told) {
    // Of whom the guard spares there is one record.
    let spared = told.records.iter().filter(|record| record["outcome"] == "Refused").count();
    assert_eq!(told.records.len() + spared, people.len() * 2);
    for record in &told.records {
        let id = record["userId"].as_str().unwrap();
        let verified = record["outcome"] == "Verified";
        if record["change"] == "SignIn" && verified {
            assert!(!tenant.enabled(id), "a false success: {record:#}");
        }
    }
}

#[test]
fn two_thousand_people_with_throttled_items_all_end_right() {
    let faults = json!({ "seed": 7, "rules": [
        { "match": { "path": "/v1.0/users/**", "inBatch": true }, "probability": 0.1,
          "fault": { "status": 429, "retryAfterSeconds": 1 } }
    ]});
    let options = Options { users: 2200, time_scale: 600.0, ..Options::default() };
    let tenant = Tenant::with_faults(options, &faults);
    let people = ordinary(&tenant, 2000);
    let told = block(&tenant, &people);
    holds(&tenant, &people, &told);
    let bad: Vec<&Value> = told
        .records
        .iter()
        .filter(|record| !matches!(record["outcome"].as_str(), Some("Verified" | "Accepted")))
        .filter(|record| record["code"] != "protected_last_admin" && record["code"] != "dependency")
        .collect();
    assert!(bad.is_empty(), "{} of {}: {:#?}", bad.len(), told.records.len(), bad.first());
    assert!(told.progress.iter().any(|progress| progress["total"] == told.records.len()));
}

#[test]
fn lost_answers_and_broken_batches_end_in_the_truth() {
    let faults = json!({ "seed": 3, "rules": [
        { "match": { "path": "/v1.0/users/**", "inBatch": true }, "probability": 0.05, "fault": { "missingItem": true } },
        { "match": { "path": "/v1.0/users/**", "inBatch": true }, "probability": 0.05, "fault": { "status": 503 } },
        { "match": { "path": "/v1.0/$batch", "inBatch": false }, "probability": 0.05, "fault": { "resetAfter": true } },
        { "match": { "path": "/v1.0/$batch", "inBatch": false }, "probability": 0.05, "fault": { "cutBody": true } }
    ]});
    let options = Options { users: 400, time_scale: 600.0, ..Options::default() };
    let tenant = Tenant::with_faults(options, &faults);
    let people = ordinary(&tenant, 300);
    let told = block(&tenant, &people);
    holds(&tenant, &people, &told);
    let verified = told.records.iter().filter(|record| record["outcome"] == "Verified").count();
    assert!(verified > 500, "{verified} of {}", told.records.len());
}

#[test]
fn what_never_shows_is_unknown() {
    // Replicas lag for longer than anybody's patience.
    let options = Options { replication_milliseconds: 600_000, time_scale: 60.0, ..Options::default() };
    let tenant = Tenant::with(options);
    let user = tenant.samples().user.clone();
    let told = run(
        &tenant.session_with(&json!({ "timeScale": 60.0 })),
        Operation::BlockUser,
        &json!({ "user": user, "timeLimitSeconds": 3 }),
    );
    assert_eq!(told.word(&user, "SignIn"), "Unknown", "{told:#?}");
    assert_eq!(told.outcome(&user, "SignIn")["code"], "not_confirmed");
    assert!(!tenant.enabled(&user));
}

#[test]
fn a_write_that_took_hold_is_not_called_failed_because_its_repetitions_are_turned_away() {
    // The answers are lost after the blocks took hold, and from then on the service only throttles.
    let tenant = Tenant::new();
    let people = [tenant.samples().user.clone(), tenant.samples().apostrophe.clone()];
    let id = |user: &String| tenant.simulator.world().tenant().user(user).unwrap().id;
    let lost = |user| {
        json!({ "match": { "method": "PATCH", "path": format!("/v1.0/users/{}", id(user)) }, "times": 1,
                "fault": { "status": 504, "takesEffect": true } })
    };
    let throttled = json!({ "match": { "method": "PATCH" }, "fault": { "status": 429, "retryAfterSeconds": 1 } });
    let faults = json!({ "rules": [lost(&people[0]), lost(&people[1]), throttled] });
    let tenant = Tenant::with_faults(Options { time_scale: 600.0, ..Options::default() }, &faults);
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": people }));
    for user in &people {
        assert!(!tenant.enabled(user));
        assert_eq!(told.word(user, "SignIn"), "Verified", "{told:#?}");
    }
}

#[test]
fn a_reset_that_goes_on_unseen_is_judged_by_what_it_did() {
    let faults = json!({ "rules": [
        { "match": { "path": "/v1.0/users/*/authentication/operations/*" }, "fault": { "status": 403 } }
    ]});
    let tenant = Tenant::with_faults(Options { time_scale: 60.0, ..Options::default() }, &faults);
    let (administrator, user) = (tenant.samples().global_admin.clone(), tenant.samples().synced.clone());
    let told = run(
        &tenant.session_as(&administrator),
        Operation::ResetPassword,
        &json!({ "user": user, "showPassword": true }),
    );
    assert_eq!(told.word(&user, "Password"), "Verified", "{told:#?}");
    let old = &tenant.simulator.description().admin_password;
    assert_eq!(tenant.sign_in(&user, old), Err(50126));
}

#[test]
fn a_federated_persons_password_is_said_to_be_elsewhere() {
    let tenant = Tenant::new();
    let user = tenant.samples().federated.clone();
    let told = run(&tenant.session(), Operation::ResetPassword, &json!({ "user": user }));
    let outcome = told.outcome(&user, "Password");
    assert_eq!((outcome["outcome"].as_str(), outcome["code"].as_str()), (Some("Failed"), Some("federated")));
}

#[test]
fn a_run_that_was_stopped_before_its_writes_left_is_not_completed() {
    // The service asks everybody to wait for longer than the run may take, and not for longer than we would: whether the two
    // travel together or not.
    let faults = json!({ "rules": [
        { "match": { "method": "PATCH" }, "fault": { "status": 429, "retryAfterSeconds": 290 } }
    ]});
    let tenant = Tenant::with_faults(Options { time_scale: 60.0, ..Options::default() }, &faults);
    let people = [tenant.samples().user.clone(), tenant.samples().apostrophe.clone()];
    let request = json!({ "user": people, "keepSessions": true, "timeLimitSeconds": 1 });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    for user in &people {
        assert!(tenant.enabled(user));
        let outcome = told.outcome(user, "SignIn");
        assert_eq!((outcome["outcome"].as_str(), outcome["code"].as_str()), (Some("Skipped"), Some("cancelled")));
    }
    assert_eq!((told.end["state"].as_str(), told.exit_code()), (Some("interrupted"), 5), "{:#}", told.end);
}
