//! The undocumented service settings of multi-factor authentication: only what is named, and only what is read back.

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use crate::{
    job::{Told, run},
    tenant::Tenant,
};

fn set(tenant: &Tenant, request: &Value) -> Told {
    run(&tenant.session(), Operation::SetMfaPolicy, request)
}

fn get(tenant: &Tenant) -> Told {
    run(&tenant.session(), Operation::GetMfaPolicy, &json!({}))
}

#[test]
fn what_is_named_is_changed_and_read_back_and_nothing_else() {
    let tenant = Tenant::new();
    let before = get(&tenant).records[0].clone();
    let allowed = !before["appPasswordsAllowed"].as_bool().unwrap();
    let told = set(&tenant, &json!({ "appPasswordsAllowed": allowed }));
    let [outcome] = told.records.as_slice() else { panic!("{told:#?}") };
    assert_eq!((&outcome["change"], &outcome["outcome"]), (&json!("MfaPolicy"), &json!("Verified")), "{told:#?}");
    assert_eq!((&outcome["userId"], &outcome["effectiveBy"]), (&Value::Null, &Value::Null));
    assert_eq!(outcome["wanted"], json!([format!("AppPasswordsAllowed={allowed}")]));
    assert!(outcome["message"].as_str().unwrap().contains("experimental"), "{outcome:#?}");
    let after = get(&tenant).records[0].clone();
    assert_eq!(after["appPasswordsAllowed"], json!(allowed));
    assert_eq!(after["rememberDevicesDays"], before["rememberDevicesDays"]);
    assert_eq!(after["skipMfaForFederatedUsers"], before["skipMfaForFederatedUsers"]);

    for days in [30, 0, 365] {
        let told = set(&tenant, &json!({ "rememberDevicesDays": days }));
        assert_eq!(told.records[0]["outcome"], "Verified", "{told:#?}");
        assert_eq!(get(&tenant).records[0]["rememberDevicesDays"], days);
    }
    let again = set(&tenant, &json!({ "rememberDevicesDays": 365, "appPasswordsAllowed": allowed }));
    assert_eq!(again.records[0]["outcome"], "Unchanged");
}

#[test]
fn nothing_is_sent_unless_a_value_is_named() {
    let tenant = Tenant::new();
    for request in [json!({}), json!({ "rememberDevicesDays": 366 }), json!({ "user": "x", "rememberDevicesDays": 1 })]
    {
        let told = set(&tenant, &request);
        assert_eq!((told.error_code(), told.records.len()), ("argument", 0), "{request}");
    }
    assert!(tenant.simulator.world().traffic.take().is_empty());
}

#[test]
fn a_tenant_without_the_policy_is_one_clear_error() {
    let tenant = Tenant::new();
    tenant.simulator.world().tenant_mut().mfa_service_policy = None;
    let told = get(&tenant);
    assert_eq!((told.error_code(), told.end["error"]["messageId"].as_str()), ("not_found", Some("mfa_policy_missing")));
    let told = set(&tenant, &json!({ "rememberDevicesDays": 14 }));
    let [outcome] = told.records.as_slice() else { panic!("{told:#?}") };
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Failed"), &json!("not_found")));
    assert_eq!((&outcome["messageId"], told.exit_code()), (&json!("mfa_policy_missing"), 1));
}

#[test]
fn a_write_that_does_not_show_is_no_success() {
    let options = Options { time_scale: 60.0, replication_milliseconds: 600_000, ..Options::default() };
    let tenant = Tenant::with(options);
    let told = set(&tenant, &json!({ "rememberDevicesDays": 17 }));
    assert_eq!((&told.records[0]["outcome"], &told.records[0]["code"]), (&json!("Unknown"), &json!("not_confirmed")));
    assert_eq!(told.exit_code(), 3);
}

#[test]
fn a_rehearsal_shows_what_is_and_what_would_be() {
    let tenant = Tenant::new();
    let before = get(&tenant).records[0].clone();
    let told = set(&tenant, &json!({ "rememberDevicesDays": 17, "whatIf": true }));
    let outcome = &told.records[0];
    assert_eq!((&outcome["outcome"], &outcome["wanted"]), (&json!("Planned"), &json!(["RememberDevicesDays=17"])));
    assert_eq!(outcome["before"].as_array().unwrap().len(), 2);
    assert_eq!(get(&tenant).records[0], before);
}
