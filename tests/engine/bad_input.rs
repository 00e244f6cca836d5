//! One clear error that names the thing and the way out, and nothing is lost.

use m365_access::Operation;
use serde_json::{Value, json};

use crate::{job::run, tenant::Tenant};

#[test]
fn a_wrong_name_among_right_ones_costs_the_others_nothing() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": ["nobody@example.com", user] }));
    assert_eq!((told.word("nobody@example.com", "SignIn"), told.word(&user, "SignIn")), ("Failed", "Verified"));
    assert_eq!(told.outcome("nobody@example.com", "SignIn")["code"], "not_found");
    assert_eq!(told.exit_code(), 1);
}

#[test]
fn the_same_person_by_name_and_by_id_is_done_once() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let id = tenant.simulator.world().tenant().user(&user).unwrap().id.to_string();
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": [user, id, user.to_uppercase()] }));
    assert_eq!(told.records.len(), 2);
}

fn refused(tenant: &Tenant, settings: &Value, request: &Value) -> (String, String, u64) {
    let told = run(&tenant.session_with(settings), Operation::BlockUser, request);
    assert!(told.records.iter().all(|record| record["outcome"] != "Verified"), "{told:#?}");
    (told.error_code().to_owned(), told.end["error"]["message"].as_str().unwrap().to_owned(), told.exit_code())
}

#[test]
fn what_is_wrong_is_said_before_the_first_write() {
    let tenant = Tenant::new();
    let about = tenant.simulator.description().clone();
    let user = json!({ "user": about.samples.user });
    let none = json!({});
    let case = |settings: Value, request: &Value| refused(&tenant, &settings, request);

    let (code, message, exit) =
        case(json!({ "clientId": about.weak_client_id, "clientSecret": about.weak_client_secret }), &user);
    assert_eq!((code.as_str(), exit), ("forbidden", 4), "{message}");
    assert!(message.contains("User.EnableDisableAccount.All"), "{message}");

    let (code, message, exit) = case(json!({ "clientSecret": "wrong" }), &user);
    assert_eq!((code.as_str(), exit), ("unauthenticated", 4), "{message}");

    let (code, message, exit) = case(json!({ "graphEndpoint": "http://127.0.0.1:9/" }), &user);
    assert_eq!((code.as_str(), exit), ("unreachable", 4), "{message}");

    let (code, message, _) = case(json!({ "journalPath": tenant.folder.path() }), &user);
    assert_eq!(code, "journal", "{message}");

    let (code, message, _) = case(none.clone(), &none);
    assert_eq!(code, "argument", "{message}");

    let (code, message, _) = case(none.clone(), &json!({ "user": about.samples.user, "exept": ["x"] }));
    assert_eq!(code, "argument");
    assert!(message.contains("exept"), "{message}");

    let (code, message, _) = case(none, &json!({ "user": about.samples.user, "maximumPercent": 101 }));
    assert_eq!(code, "argument", "{message}");
    assert!(tenant.enabled(&about.samples.user));
}
