//! Selecting people from a service that throttles, loses answers and fails: nobody is left out, nobody is made up.

use std::{collections::BTreeSet, fmt::Write as _};

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use crate::{
    job::{Told, run},
    tenant::Tenant,
};

fn hurried(users: u32) -> Options {
    Options { users, time_scale: 600.0, ..Options::default() }
}

fn names(records: &[Value]) -> BTreeSet<&str> {
    records.iter().map(|record| record["user"].as_str().unwrap()).collect()
}

#[test]
fn throttled_and_lost_lookups_lose_nobody() {
    let faults = json!({ "seed": 5, "rules": [
        { "match": { "path": "/v1.0/users/*", "inBatch": true }, "probability": 0.2,
          "fault": { "status": 429, "retryAfterSeconds": 1 } },
        { "match": { "path": "/v1.0/users/*", "inBatch": true }, "probability": 0.1, "fault": { "missingItem": true } },
        { "match": { "path": "/v1.0/$batch" }, "probability": 0.1, "fault": { "resetBefore": true } }
    ]});
    let tenant = Tenant::with_faults(hurried(500), &faults);
    let everybody = tenant.everybody();
    let told = run(&tenant.session(), Operation::GetUser, &json!({ "user": everybody }));
    assert!(told.errors.is_empty(), "{:#?}", told.errors.first());
    // In the order in which they were named, however their answers came.
    let shown: Vec<&str> = told.records.iter().map(|record| record["user"].as_str().unwrap()).collect();
    assert_eq!(shown, everybody);
}

#[test]
fn pages_of_a_service_that_fails_now_and_then_are_all_read() {
    let faults = json!({ "seed": 5, "rules": [
        { "match": { "path": "/v1.0/users" }, "every": 2, "fault": { "status": 503 } },
        { "match": { "path": "/v1.0/users" }, "every": 3, "fault": { "cutBody": true } }
    ]});
    let tenant = Tenant::with_faults(hurried(4000), &faults);
    let told = run(&tenant.session(), Operation::GetUser, &json!({ "all": true }));
    let everybody = tenant.everybody();
    assert_eq!(told.records.len(), everybody.len(), "{:?}", told.end);
    assert_eq!(names(&told.records), everybody.iter().map(String::as_str).collect());
}

#[test]
fn somebody_who_cannot_be_read_is_not_called_unknown() {
    let tenant = Tenant::new();
    let (broken, user) = (tenant.samples().mailbox.clone(), tenant.samples().user.clone());
    let faults = json!({ "rules": [
        { "match": { "path": format!("/v1.0/users/{broken}") }, "fault": { "status": 500 } }
    ]});
    let tenant = Tenant::with_faults(hurried(200), &faults);
    let told = run(&tenant.session(), Operation::GetUser, &json!({ "user": [broken, user] }));
    assert_eq!(names(&told.records), BTreeSet::from([user.as_str()]));
    assert_eq!(told.errors.len(), 1);
    assert_eq!(told.errors[0]["code"], "service_fault");
    assert_eq!(told.exit_code(), 1);
}

#[test]
fn an_exclusion_that_cannot_be_read_stops_the_run() {
    let faults = json!({ "rules": [
        { "match": { "path": "/v1.0/groups/**" }, "fault": { "status": 500 } },
        { "match": { "path": "/v1.0/groups" }, "fault": { "status": 500 } }
    ]});
    let tenant = Tenant::with_faults(hurried(50), &faults);
    let user = tenant.samples().user.clone();
    let request = json!({ "user": user, "except": "group:Emergency Accounts" });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!((told.error_code(), told.records.len()), ("service_fault", 0), "{told:#?}");
    assert!(tenant.enabled(&user));
}

#[test]
fn a_misspelt_exclusion_stops_the_run_before_the_first_write() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let request = json!({ "user": user, "except": [format!("x{user}"), "group:Emergency Acounts"] });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!((told.error_code(), told.exit_code()), ("exclusion_not_found", 2));
    assert_eq!(told.end["error"]["target"], format!("x{user}, group:Emergency Acounts"));
    assert_eq!(told.end["state"], "refused");
    assert!(tenant.enabled(&user));
}

#[test]
fn an_exclusion_spares_whom_every_selector_finds() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let list = tenant.folder.path().join("leavers.csv");
    std::fs::write(&list, format!("UserPrincipalName\n{}\n{}\n", samples.user, samples.mailbox)).unwrap();
    for request in [
        json!({ "user": [samples.user, samples.mailbox] }),
        json!({ "path": list }),
        json!({ "filter": format!("userPrincipalName in ('{}', '{}')", samples.user, samples.mailbox) }),
    ] {
        let mut request = request;
        request["except"] = json!([samples.user.to_uppercase()]);
        request["keepSessions"] = json!(true);
        request["whatIf"] = json!(true);
        let told = run(&tenant.session(), Operation::BlockUser, &request);
        assert_eq!(names(&told.records), BTreeSet::from([samples.mailbox.as_str()]), "{request}");
    }
}

#[test]
fn a_faulty_list_writes_nothing_unless_its_faults_are_skipped() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let list = tenant.folder.path().join("leavers.csv");
    std::fs::write(&list, format!("\u{feff}Name;UserName\r\nA;{user}\r\n\r\nB;nobody@example.com\r\nC;\r\n")).unwrap();
    let mut request = json!({ "path": list, "keepSessions": true });

    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!((told.error_code(), told.records.len()), ("faulty_list", 0), "{told:#?}");
    let lines: Vec<_> = told.errors.iter().map(|error| (&error["line"], &error["column"])).collect();
    assert_eq!(lines, [(&json!(4), &json!(2)), (&json!(5), &json!(2))]);
    assert!(tenant.enabled(&user));

    request["skipFaulty"] = json!(true);
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    assert_eq!(told.word(&user, "SignIn"), "Verified");
    let failed: Vec<_> = told.records.iter().filter(|record| record["outcome"] == "Failed").collect();
    let codes: Vec<_> = failed.iter().map(|record| (&record["line"], record["code"].as_str().unwrap())).collect();
    assert_eq!(codes, [(&json!(4), "not_found"), (&json!(5), "faulty_list")], "{failed:#?}");
    assert_eq!(told.exit_code(), 1);
    assert!(!tenant.enabled(&user));
}

#[test]
fn a_list_of_five_thousand_lines_names_each_of_its_faults() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let mut text = "Username,Note\n".to_owned();
    for line in 2..=5001 {
        if line % 500 == 0 {
            text.push_str(",nobody\n");
        } else {
            writeln!(text, "{user},x").unwrap();
        }
    }
    let list = tenant.folder.path().join("long.csv");
    std::fs::write(&list, text).unwrap();
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "path": list }));
    let lines: Vec<_> = told.errors.iter().map(|error| error["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, (1..=10).map(|tenth| tenth * 500).collect::<Vec<_>>());
    assert_eq!(told.error_code(), "faulty_list");
    assert!(tenant.enabled(&user));
}

#[test]
fn a_selection_that_matches_nobody_says_so_and_does_nothing() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let nobody = |told: &Told| told.notes.iter().filter(|note| note["messageId"] == "nobody_found").count();
    for request in [json!({ "group": "Leavers" }), json!({ "user": [] }), json!({ "filter": "city eq 'Atlantis'" })] {
        let told = run(&tenant.session(), Operation::BlockUser, &request);
        assert_eq!((nobody(&told), told.records.len(), told.exit_code()), (1, 0, 0), "{request}: {told:#?}");
    }
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "except": user }));
    assert_eq!((nobody(&told), told.records.len(), told.exit_code()), (0, 0, 0));
    assert_eq!(told.notes[0]["messageId"], "people_excluded");
}
