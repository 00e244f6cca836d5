//! The simulated tenant against the slices of Graph's OpenAPI description: every operation in them is called and succeeds,
//! and each answer has a documented status and a body of the documented shape, with no property that the slice does not
//! name.
//!
//! Sources of the slices: their first lines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::match_same_arms,
    reason = "a test ends where something is not as it should be"
)]

mod schema;
mod tenant;

use schema::{Operation, Slice, places};
use serde_json::{Value, json};
use tenant::Tenant;

#[test]
fn every_operation_of_the_slices_answers_as_documented() {
    let tenant = Tenant::new();
    let mut faults = Vec::new();
    for slice in [Slice::read("v1.0"), Slice::read("beta")] {
        let mut operations = slice.operations();
        // What has been deleted cannot be read.
        operations.sort_by_key(|operation| operation.method == "DELETE");
        for operation in operations {
            let (address, body) = filled(&tenant, &operation);
            let (status, text) = tenant.call(&operation.method, &address, body.as_ref());
            if !(200..300).contains(&status) {
                faults.push(format!("{} {address} -> {status}: {}", operation.name(), String::from_utf8_lossy(&text)));
            }
            for fault in operation.faults(&slice, status, &text) {
                faults.push(format!("{} -> {status}: {fault}", operation.name()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn everything_that_can_be_selected_is_of_the_documented_type() {
    let tenant = Tenant::new();
    let slice = Slice::read("v1.0");
    let users = slice.operations().into_iter().find(|operation| operation.name() == "GET v1.0/users").unwrap();
    let mut selected = 0;
    for name in slice.properties("microsoft.graph.user") {
        let (status, text) = tenant.call("GET", &format!("v1.0/users?$top=999&$select={name}"), None);
        // A property of another service is not known here, and is not made up.
        if status == 200 {
            selected += 1;
        }
        assert_eq!(users.faults(&slice, status, &text), Vec::<String>::new(), "{name}");
    }
    assert!(selected > 40, "{selected}");
}

/// An address and a body that the operation takes.
fn filled(tenant: &Tenant, operation: &Operation<'_>) -> (String, Option<Value>) {
    let mut address = format!("{}{}", operation.version, operation.path);
    for place in places(operation.path) {
        let value = match place {
            "user-id" if operation.path.contains("Methods") => tenant.registered.clone(),
            "user-id" => tenant.user.clone(),
            "userRegistrationDetails-id" => tenant.user.clone(),
            // The first phone is the default, which cannot be deleted before all others.
            "phoneAuthenticationMethod-id" => "b6332ec1-7057-4abe-9331-3d72feddfe41".to_owned(),
            "passwordAuthenticationMethod-id" => "28c10230-6103-485e-b985-444c60001490".to_owned(),
            "organization-id" => tenant.id.clone(),
            "directoryRole-id" => "roleTemplateId=62e90394-69f5-4237-9190-012177145e10".to_owned(),
            "authenticationMethod-id" => "28c10230-6103-485e-b985-444c60001490".to_owned(),
            "longRunningOperation-id" => tenant.operation(),
            other => tenant.method(other.trim_end_matches("-id")),
        };
        address = address.replace(&format!("{{{place}}}"), &value);
    }
    if operation.path.ends_with("microsoft.graph.directoryRole") {
        address.push_str("?$count=true");
    }
    let body = match operation.method.as_str() {
        "PATCH" if operation.path == "/users/{user-id}" => json!({ "accountEnabled": false, "jobTitle": "Left" }),
        "PATCH" if operation.path.ends_with("signInPreferences") => {
            json!({ "isSystemPreferredAuthenticationMethodEnabled": true })
        }
        "PATCH" => json!({ "perUserMfaState": "enabled" }),
        "POST" => json!({}),
        _ => return (address, None),
    };
    (address, Some(body))
}

#[test]
fn a_wrong_answer_is_noticed() {
    let slice = Slice::read("v1.0");
    let operations = slice.operations();
    let faults = |name: &str, status: u16, body: &Value| {
        let operation = operations.iter().find(|operation| operation.name() == name).unwrap();
        operation.faults(&slice, status, body.to_string().as_bytes()).len()
    };
    assert_eq!(faults("GET v1.0/users", 200, &json!({ "value": [{ "accountEnabled": true }] })), 0);
    assert_eq!(faults("GET v1.0/users", 200, &json!({ "value": [{ "accountEnabled": "yes" }] })), 1);
    assert_eq!(faults("GET v1.0/users", 200, &json!({ "value": [{ "blocked": true }] })), 1);
    assert_eq!(faults("GET v1.0/users", 204, &json!({})), 1);
    assert_eq!(faults("GET v1.0/users", 404, &json!({ "error": { "code": "x" } })), 1);
    let typed = |kind: &str| json!({ "value": [{ "@odata.type": kind, "id": "1", "groupTypes": [] }] });
    assert_eq!(faults("GET v1.0/users/{user-id}/memberOf", 200, &typed("#microsoft.graph.directoryRole")), 1);
    assert_eq!(faults("GET v1.0/users/{user-id}/memberOf", 200, &typed("#microsoft.graph.group")), 0);
}
