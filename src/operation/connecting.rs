//! Connecting as a caller does it: settings in, records and an end out, a simulated tenant on the other side.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Operation, Session, job::Next};

/// The records and the end of an operation.
fn run(session: &Session, operation: Operation, request: &Value) -> (Vec<Value>, Value) {
    let job = session.start(operation, &request.to_string()).unwrap();
    let patience = Instant::now() + Duration::from_secs(120);
    let mut records = Vec::new();
    loop {
        assert!(Instant::now() < patience, "no end in sight");
        let Next::Event(event) = job.next(Duration::from_secs(1), usize::MAX) else { continue };
        let event: Value = serde_json::from_str(&event).unwrap();
        match event["kind"].as_str().unwrap() {
            "records" => records.extend(event["records"].as_array().unwrap().clone()),
            "error" => records.push(event),
            "end" => return (records, event),
            _ => {}
        }
    }
}

fn connection(settings: &Value) -> Value {
    let session = Session::open(&settings.to_string());
    let (mut records, end) = run(&session, Operation::GetConnection, &json!({}));
    assert_eq!(end["state"], "completed", "{end}");
    records.pop().unwrap()
}

/// The error with which connecting ends.
fn refusal(settings: &Value) -> Value {
    let (records, end) = run(&Session::open(&settings.to_string()), Operation::GetConnection, &json!({}));
    assert!(records.is_empty(), "{records:?}");
    assert_eq!(end["state"], "failed", "{end}");
    assert!(end["error"]["advice"].is_string() || end["error"]["code"] == "argument", "{end}");
    end["error"].clone()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

fn simulator(session: &Session, request: &Value) -> Value {
    let (mut records, end) = run(session, Operation::StartSimulator, request);
    assert_eq!(end["state"], "completed", "{end}");
    records.pop().unwrap()
}

/// Settings of an app at a simulated tenant that was started for others.
fn app(simulator: &Value) -> Value {
    json!({
        "tenantId": simulator["tenantId"], "clientId": simulator["clientId"], "clientSecret": simulator["clientSecret"],
        "graphEndpoint": simulator["graphEndpoint"], "loginEndpoint": simulator["loginEndpoint"],
        "exchangeEndpoint": simulator["exchangeEndpoint"],
    })
}

fn changed(mut settings: Value, field: &str, value: &Value) -> Value {
    settings[field] = value.clone();
    settings
}

#[test]
fn a_simulated_session_is_a_global_administrator() {
    let connection = connection(&json!({ "simulated": true, "simulatedUsers": 20 }));
    assert_eq!(connection["account"], connection["simulator"]["samples"]["globalAdmin"]);
    assert_eq!(connection["tenantId"], connection["simulator"]["tenantId"]);
    assert_eq!((&connection["authType"], &connection["simulated"]), (&json!("Simulated"), &json!(true)));
    assert!(names(&connection["roles"]).contains(&"Global Administrator"), "{connection}");
    assert!(names(&connection["permissions"]).contains(&"User.ReadWrite.All"), "{connection}");
    assert!(connection["tenantName"].is_string() && connection["name"] == connection["tenantName"], "{connection}");
    assert!(connection["accountId"].is_string() && connection["expiresAt"].is_string(), "{connection}");
}

#[test]
fn a_simulated_session_can_be_the_app_or_somebody_else() {
    let app = connection(&json!({ "simulated": true, "simulatedUsers": 20, "as": "App" }));
    assert_eq!(app["authType"], "ClientSecret");
    assert_ne!(app["account"], app["simulator"]["samples"]["globalAdmin"]);
    let helpdesk = app["simulator"]["samples"]["helpdeskAdmin"].clone();
    let person = connection(&json!({ "simulated": true, "simulatedUsers": 20, "as": helpdesk }));
    assert_eq!(person["account"], helpdesk);
    assert_eq!(names(&person["roles"]), ["Helpdesk Administrator"]);
}

#[test]
fn a_token_is_renewed_while_the_session_lives_on() {
    // An hour takes half a second.
    let session = Session::open(&json!({ "simulated": true, "simulatedUsers": 10, "timeScale": 7_200 }).to_string());
    let ends = || run(&session, Operation::GetConnection, &json!({})).0.pop().unwrap()["expiresAt"].clone();
    let first = ends();
    let patience = Instant::now() + Duration::from_secs(60);
    while ends() == first {
        assert!(Instant::now() < patience, "the token was never renewed");
    }
}

#[test]
fn who_cannot_sign_in_is_told_why() {
    let nobody = refusal(&json!({ "simulated": true, "simulatedUsers": 20, "as": "nobody@nowhere.example" }));
    assert_eq!((&nobody["code"], &nobody["serviceCode"]), (&json!("unauthenticated"), &json!("AADSTS50034")));
    let described = connection(&json!({ "simulated": true, "simulatedUsers": 20 }));
    let disabled = described["simulator"]["samples"]["disabled"].clone();
    let blocked = refusal(&json!({ "simulated": true, "simulatedUsers": 20, "as": disabled }));
    assert_eq!((&blocked["messageId"], &blocked["serviceCode"]), (&json!("account_disabled"), &json!("AADSTS50057")));
}

#[test]
fn an_app_connects_to_a_tenant_that_was_started_for_others() {
    let local = Session::open("{}");
    let simulator = simulator(&local, &json!({ "users": 20, "seed": 7 }));
    let settings = app(&simulator);
    let strong = connection(&settings);
    assert_eq!((&strong["authType"], &strong["simulated"]), (&json!("ClientSecret"), &json!(false)));
    assert!(names(&strong["permissions"]).contains(&"User.ReadWrite.All"), "{strong}");
    assert!(strong["tenantName"].is_string() && strong["roles"].is_array(), "{strong}");
    assert!(strong["accountId"].is_string() && strong.get("simulator").is_none(), "{strong}");

    let weak = changed(settings.clone(), "clientId", &simulator["weakClientId"]);
    let weak = connection(&changed(weak, "clientSecret", &simulator["weakClientSecret"]));
    assert!(!names(&weak["permissions"]).contains(&"User.ReadWrite.All"), "{weak}");

    let wrong = refusal(&changed(settings.clone(), "clientSecret", &json!("wrong")));
    assert_eq!((&wrong["code"], &wrong["serviceCode"]), (&json!("unauthenticated"), &json!("AADSTS7000215")));
    assert!(wrong["requestId"].is_string() && wrong["clientRequestId"].is_string(), "{wrong}");
    let elsewhere = refusal(&changed(settings.clone(), "tenantId", &json!("11111111-1111-1111-1111-111111111111")));
    assert_eq!(elsewhere["messageId"], "tenant_unknown", "{elsewhere}");
    let stranger = refusal(&changed(settings.clone(), "clientId", &json!("11111111-1111-1111-1111-111111111111")));
    assert_eq!(stranger["messageId"], "app_unknown", "{stranger}");
    let garbage = json!({ "accessToken": "garbage", "graphEndpoint": simulator["graphEndpoint"] });
    assert_eq!(refusal(&garbage)["adviceId"], "bring_new_token");

    local.close();
    let gone = refusal(&settings);
    assert_eq!(gone["code"], "unreachable", "{gone}");
}

#[test]
fn simulators_run_side_by_side_and_end_one_by_one_or_together() {
    let local = Session::open("{}");
    let [first, twin, other] = [1, 1, 2].map(|seed| simulator(&local, &json!({ "users": 10, "seed": seed })));
    assert_eq!(first["tenantId"], twin["tenantId"]);
    assert_ne!(first["graphEndpoint"], twin["graphEndpoint"]);

    let (none, end) = run(&local, Operation::StopSimulator, &json!({ "graphEndpoint": [first["graphEndpoint"]] }));
    assert!(none.is_empty() && end["state"] == "completed", "{none:?} {end}");
    assert_eq!(refusal(&app(&first))["code"], "unreachable");
    connection(&app(&twin));
    connection(&app(&other));

    let (unknown, _) = run(&local, Operation::StopSimulator, &json!({ "tenantId": [other["tenantId"], "nowhere"] }));
    assert_eq!(
        (unknown.len(), &unknown[0]["code"], &unknown[0]["target"]),
        (1, &json!("not_found"), &json!("nowhere"))
    );
    assert_eq!(refusal(&app(&other))["code"], "unreachable");
    connection(&app(&twin));

    run(&local, Operation::StopSimulator, &json!({}));
    assert_eq!(refusal(&app(&twin))["code"], "unreachable");
}

#[test]
fn https_is_trusted_by_the_authority_that_was_given_and_by_none_else() {
    let local = Session::open("{}");
    let simulator = simulator(&local, &json!({ "users": 10, "https": true }));
    assert!(simulator["graphEndpoint"].as_str().unwrap().starts_with("https://"), "{simulator}");
    let trusting = changed(app(&simulator), "caCertificatePath", &simulator["caCertificatePath"]);
    connection(&trusting);
    let refused = refusal(&app(&simulator));
    assert_eq!(
        (&refused["code"], &refused["messageId"]),
        (&json!("unreachable"), &json!("host_untrusted")),
        "{refused}"
    );
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let local = Session::open("{}");
    let first = simulator(&local, &json!({ "users": 10 }));
    let port: u16 = first["graphEndpoint"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    let (_, end) = run(&local, Operation::StartSimulator, &json!({ "users": 10, "port": port }));
    assert_eq!((&end["state"], &end["error"]["messageId"]), (&json!("failed"), &json!("simulator_port")), "{end}");
    assert_eq!(end["error"]["target"], "port", "{end}");
}

#[test]
fn faulty_settings_are_reported_by_the_first_operation() {
    let fault = refusal(&json!({ "simulated": true, "clientSecret": "planted" }));
    assert_eq!((&fault["code"], &fault["target"]), (&json!("argument"), &json!("clientSecret")));
    let nothing = refusal(&json!({}));
    assert_eq!(nothing["code"], "not_connected");
}
