//! The same defects where they would hurt in multi-factor authentication and in settings of the whole organisation.

use std::collections::BTreeMap;

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use super::{calls, faulty, is_good, journal, no_success, of, people};
use crate::{
    job::{Told, run},
    tenant::Tenant,
};

/// A person with nothing but what everybody has, and one with a method of every type.
fn ordinary(tenant: &Tenant) -> (String, String) {
    (tenant.samples().user.clone(), tenant.samples().many_methods.clone())
}

/// Each operation of this file with a request that changes something, and the change that it makes.
fn writes(tenant: &Tenant) -> Vec<(Operation, Value, &'static str)> {
    let (user, registered) = ordinary(tenant);
    let list = tenant.folder.path().join("states.csv");
    std::fs::write(&list, format!("Username,MFA Status\n{},Enforced\n", tenant.samples().mailbox)).unwrap();
    vec![
        (Operation::SetMfa, json!({ "user": user, "state": "Enforced" }), "Mfa"),
        (Operation::ImportMfa, json!({ "path": list }), "Mfa"),
        (Operation::ResetMfaMethod, json!({ "user": registered }), "MfaMethods"),
        (Operation::SetMfaPolicy, json!({ "rememberDevicesDays": 21 }), "MfaPolicy"),
        (Operation::DisableModernAuthentication, json!({}), "ModernAuthentication"),
    ]
}

/// The one record of a change.
fn the<'a>(told: &'a Told, change: &str) -> &'a Value {
    let found: Vec<&Value> = told.records.iter().filter(|record| record["change"] == change).collect();
    let [record] = found.as_slice() else { panic!("{change}: {:#?} {:#}", told.records, told.end) };
    record
}

/// A rule for everything that these operations write.
fn every_write(fault: &Value) -> Vec<Value> {
    let of_graph = |method: &str, path: &str| json!({ "match": { "method": method, "path": path }, "fault": fault });
    vec![
        of_graph("PATCH", "/beta/users/*/authentication/requirements"),
        of_graph("DELETE", "/v1.0/users/*/authentication/**"),
        of_graph("DELETE", "/beta/users/*/authentication/**"),
        of_graph("PATCH", "/beta/policies/**"),
        json!({ "match": { "service": "exchange", "body": "Set-OrganizationConfig" }, "fault": fault }),
    ]
}

#[test]
fn removed_is_not_said_without_looking() {
    let tenant = faulty(&json!(every_write(&json!({ "withoutEffect": true }))));
    for (operation, request, change) in writes(&tenant) {
        let told = run(&tenant.session(), operation, &request);
        let record = the(&told, change);
        let words = (&record["outcome"], &record["code"]);
        assert_eq!(words, (&json!("Unknown"), &json!("not_confirmed")), "{operation:?} {record:#}");
        assert!(record["effectiveBy"].is_null(), "{record:#}");
        assert_eq!(told.exit_code(), 3);
        no_success(&tenant, &told);
    }
}

#[test]
fn an_error_is_not_swallowed() {
    let tenant = faulty(&json!(every_write(&json!({ "status": 403 }))));
    for (operation, request, change) in writes(&tenant) {
        let told = run(&tenant.session(), operation, &request);
        let record = the(&told, change);
        let words = (&record["outcome"], &record["code"]);
        assert_eq!(words, (&json!("Failed"), &json!("forbidden")), "{operation:?} {record:#}");
        assert!(record["message"].is_string() && record["httpStatus"] == 403, "{record:#}");
        assert_eq!(told.exit_code(), 4, "nothing was done for want of permission");
        no_success(&tenant, &told);
    }
}

#[test]
fn an_error_that_leaves_it_open_is_neither_success_nor_failure() {
    let tenant = faulty(&json!(every_write(&json!({ "status": 500 }))));
    for (operation, request, change) in writes(&tenant) {
        let told = run(&tenant.session(), operation, &request);
        let record = the(&told, change);
        let words = (&record["outcome"], &record["code"]);
        assert_eq!(words, (&json!("Unknown"), &json!("service_fault")), "{operation:?} {record:#}");
        assert_eq!(told.exit_code(), 3);
        no_success(&tenant, &told);
    }
}

#[test]
fn throttled_items_of_a_batch_are_repeated() {
    let people = people(5);
    let path = |person: &str| format!("/beta/users/{person}/authentication/requirements");
    let tenant = faulty(&json!([
        { "match": { "method": "PATCH", "path": path(&people[2]) }, "times": 1,
          "fault": { "status": 429, "retryAfterSeconds": 6 } },
        { "match": { "method": "GET", "path": path(&people[3]) }, "times": 1,
          "fault": { "status": 429, "retryAfterSeconds": 6 } }
    ]));
    let told = run(&tenant.session(), Operation::SetMfa, &json!({ "user": people, "state": "Enforced" }));
    let mut written: BTreeMap<String, u32> = BTreeMap::new();
    for (method, path) in calls(&tenant.simulator.world().traffic.take()) {
        if method == "PATCH" {
            *written.entry(path).or_default() += 1;
        }
    }
    for person in &people {
        assert_eq!(of(&told, person, "Mfa")["outcome"], "Verified");
        assert_eq!(written[&path(person)], 1 + u32::from(*person == people[2]), "{person}");
    }
}

#[test]
fn zero_results_are_not_success() {
    let mut rules = every_write(&json!({ "resetBefore": true }));
    rules.push(
        json!({ "match": { "service": "graph", "method": "GET", "path": "/v1.0/users/*/authentication/methods" },
                        "after": 1, "fault": { "cutBody": true } }),
    );
    let tenant = faulty(&json!(rules));
    for (operation, request, change) in writes(&tenant) {
        let told = run(&tenant.session(), operation, &request);
        let record = the(&told, change);
        assert_eq!(record["outcome"], "Unknown", "{operation:?} {record:#}");
        assert_eq!(told.exit_code(), 3, "{operation:?}");
        no_success(&tenant, &told);
    }
}

#[test]
fn a_rehearsal_leaves_no_success_in_the_journal() {
    let tenant = faulty(&json!([]));
    for (operation, mut request, change) in writes(&tenant) {
        request["whatIf"] = json!(true);
        tenant.simulator.world().traffic.take();
        let told = run(&tenant.session(), operation, &request);
        let record = the(&told, change);
        assert_eq!((&record["outcome"], &record["runId"]), (&json!("Planned"), &json!("")), "{operation:?} {record:#}");
        let written: Vec<_> = calls(&tenant.simulator.world().traffic.take())
            .into_iter()
            .filter(|(method, path)| matches!(method.as_str(), "PATCH" | "DELETE") || path.contains("set-"))
            .collect();
        assert!(written.is_empty(), "{operation:?} wrote {written:?}");
    }
    assert_eq!(journal(&tenant), Vec::<Value>::new());
}

#[test]
fn a_method_that_stays_is_not_passed_over_in_silence() {
    let tenant =
        faulty(&json!([{ "match": { "method": "DELETE", "path": "/v1.0/users/*/authentication/fido2Methods/*" },
                                   "fault": { "status": 403 } }]));
    let (_, registered) = ordinary(&tenant);
    let told = run(&tenant.session(), Operation::ResetMfaMethod, &json!({ "user": registered }));
    let record = the(&told, "MfaMethods");
    assert_eq!(record["outcome"], "Failed", "{record:#}");
    // The default goes last, so it stays as well: both are named, and both are there.
    assert_eq!(record["after"], json!(["Phone", "Fido2"]), "{record:#}");
    let message = record["message"].as_str().unwrap();
    assert!(message.contains("Fido2") && message.contains("Phone"), "{record:#}");
    let left: Vec<String> = {
        let world = tenant.simulator.world().tenant();
        world
            .user(&registered)
            .unwrap()
            .authentication
            .latest()
            .methods
            .iter()
            .map(|method| method.kind.clone())
            .collect()
    };
    assert_eq!(left, ["phoneAuthenticationMethod", "fido2AuthenticationMethod"]);
    assert_eq!(told.exit_code(), 1);
    assert!(!is_good(&journal(&tenant)[0]["outcome"]));
}

#[test]
fn more_than_the_first_page_is_read() {
    let options = Options { users: 2500, time_scale: 600.0, method_quota: false, ..Options::default() };
    let tenant = Tenant::with(options);
    let everybody = tenant.everybody();
    let told = run(&tenant.session(), Operation::GetMfa, &json!({ "all": true }));
    assert_eq!(told.records.len(), everybody.len());
    let seen = |told: &Told| -> Vec<String> {
        told.records.iter().map(|record| record["user"].as_str().unwrap().to_owned()).collect()
    };
    let (mut seen, mut everybody) = (seen(&told), everybody);
    seen.sort();
    everybody.sort();
    assert_eq!(seen, everybody);
    let told = run(&tenant.session(), Operation::GetMailboxAccess, &json!({ "all": true }));
    let mailboxes = tenant.simulator.world().tenant().users.iter().filter(|user| user.mailbox.is_some()).count();
    assert_eq!(told.records.len(), mailboxes, "{:#?}", told.notes);
}
