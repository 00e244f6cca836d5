//! The simulated tenant against the slices of Graph's OpenAPI description: every operation in them is called, and each
//! answer has a documented status and a body of the documented shape, with no property that the slice does not name.
//!
//! Sources of the slices: their first lines.

mod schema;
mod tenant;

use std::collections::BTreeSet;

use schema::{Operation, Slice, places};
use serde_json::{Value, json};
use tenant::Tenant;

/// Operations that must be answered with success. What is not listed is not implemented yet, and must not be.
const IMPLEMENTED: &[&str] = &[
    "GET v1.0/directoryRoleTemplates",
    "GET v1.0/directoryRoles",
    "GET v1.0/directoryRoles/{directoryRole-id}/members",
    "GET v1.0/me",
    "GET v1.0/organization",
    "GET v1.0/organization/{organization-id}",
    "GET v1.0/roleManagement/directory/roleAssignments",
    "GET v1.0/roleManagement/directory/roleDefinitions",
    "GET v1.0/users",
    "GET v1.0/users/{user-id}",
    "GET v1.0/users/{user-id}/authentication/operations/{longRunningOperation-id}",
    "GET v1.0/users/{user-id}/memberOf",
    "GET v1.0/users/{user-id}/transitiveMemberOf",
    "GET v1.0/users/{user-id}/transitiveMemberOf/microsoft.graph.directoryRole",
    "PATCH v1.0/users/{user-id}",
    "POST beta/users/{user-id}/authentication/methods/{authenticationMethod-id}/resetPassword",
    "POST beta/users/{user-id}/invalidateAllRefreshTokens",
    "POST beta/users/{user-id}/revokeSignInSessions",
    "POST v1.0/me/revokeSignInSessions",
    "POST v1.0/users/{user-id}/authentication/methods/{authenticationMethod-id}/resetPassword",
    "POST v1.0/users/{user-id}/revokeSignInSessions",
];

#[test]
fn every_operation_of_the_slices_answers_as_documented() {
    let tenant = Tenant::new();
    let mut succeeded = BTreeSet::new();
    let mut faults = Vec::new();
    for slice in [Slice::read("v1.0"), Slice::read("beta")] {
        for operation in slice.operations() {
            let (address, body) = filled(&tenant, &operation);
            let (status, text) = tenant.call(&operation.method, &address, body.as_ref());
            if (200..300).contains(&status) {
                succeeded.insert(operation.name());
            }
            for fault in operation.faults(&slice, status, &text) {
                faults.push(format!("{} -> {status}: {fault}", operation.name()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let implemented: BTreeSet<String> = IMPLEMENTED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(succeeded, implemented);
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
            "user-id" => tenant.user.clone(),
            "organization-id" => tenant.id.clone(),
            "directoryRole-id" => "roleTemplateId=62e90394-69f5-4237-9190-012177145e10".to_owned(),
            "authenticationMethod-id" => "28c10230-6103-485e-b985-444c60001490".to_owned(),
            "longRunningOperation-id" => tenant.operation(),
            _ => "3179e48a-750b-4051-897c-87b9720928f7".to_owned(),
        };
        address = address.replace(&format!("{{{place}}}"), &value);
    }
    if operation.path.ends_with("microsoft.graph.directoryRole") {
        address.push_str("?$count=true");
    }
    let body = match operation.method.as_str() {
        "PATCH" if operation.path == "/users/{user-id}" => json!({ "accountEnabled": false, "jobTitle": "Left" }),
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
