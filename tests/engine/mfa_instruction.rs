//! What to send to people who have to sign in in two steps.

use m365_access::Operation;
use serde_json::{Value, json};

use crate::{
    job::{Told, run},
    tenant::Tenant,
};

fn get(tenant: &Tenant, request: &Value) -> Told {
    run(&tenant.session(), Operation::GetMfaInstruction, request)
}

fn prefer(tenant: &Tenant, user: &str, language: &str) {
    let world = tenant.simulator.world();
    let mut people = world.tenant_mut();
    let person = people.user_mut(user).unwrap();
    let mut profile = person.profile.latest().clone();
    profile.preferred_language = Some(language.to_owned());
    person.profile.write(std::time::Instant::now(), std::time::Duration::ZERO, profile);
}

#[test]
fn each_person_is_told_in_a_language_of_their_own() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    for (user, language) in [(&samples.user, "nl-BE"), (&samples.mailbox, "sv-SE"), (&samples.guest, "fr-FR")] {
        prefer(&tenant, user, language);
    }
    let told = get(&tenant, &json!({ "user": [samples.user, samples.mailbox, samples.guest] }));
    let languages: Vec<_> = told.records.iter().map(|record| record["language"].as_str().unwrap()).collect();
    assert_eq!(languages, ["nl", "sv", "en"]);
    for record in &told.records {
        let keys: Vec<_> = record.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["body", "language", "subject", "user"]);
        let body = record["body"].as_str().unwrap();
        assert!(body.contains(record["user"].as_str().unwrap()), "{body}");
        assert!(body.contains("https://mysignins.microsoft.com/security-info"), "{body}");
    }
    assert!(told.records[0]["subject"].as_str().unwrap().starts_with("Vanaf "));

    let told = get(&tenant, &json!({ "user": samples.user, "language": "SV", "format": "markdown" }));
    assert_eq!(told.records[0]["language"], "sv");
    assert!(told.records[0]["body"].as_str().unwrap().contains("## Med appen"));
}

#[test]
fn app_passwords_are_spoken_of_where_people_may_make_them() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let speaks = || {
        let told = get(&tenant, &json!({ "user": user, "language": "en" }));
        assert_eq!(told.exit_code(), 0, "{told:#?}");
        told.records[0]["body"].as_str().unwrap().contains("app password")
    };
    let allow = |allowed: bool| {
        let world = tenant.simulator.world();
        let mut people = world.tenant_mut();
        let policy = people.mfa_service_policy.as_mut().unwrap();
        let mut after = policy.latest().clone();
        after.allow_app_passwords = allowed;
        policy.write(std::time::Instant::now(), std::time::Duration::ZERO, after);
    };
    allow(true);
    assert!(speaks());
    allow(false);
    assert!(!speaks());
    tenant.simulator.world().tenant_mut().mfa_service_policy = None;
    assert!(!speaks());
}

#[test]
fn one_read_a_person_is_enough() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let session = tenant.session();
    let request = json!({ "user": [samples.user, samples.mailbox] });
    run(&session, Operation::GetMfaInstruction, &request);
    tenant.simulator.world().traffic.take();
    let told = run(&session, Operation::GetMfaInstruction, &request);
    assert_eq!(told.records.len(), 2);
    let asked = tenant.simulator.world().traffic.take();
    let people = asked.iter().filter(|asked| asked.path.contains("/users/")).count();
    let other: Vec<_> =
        asked.iter().filter(|asked| !asked.path.contains("/users/") && !asked.path.ends_with("/$batch")).collect();
    assert!(people <= 2, "{asked:?}");
    assert!(other.iter().all(|asked| asked.path == "/beta/policies/mfaServicePolicy"), "{asked:?}");
    assert!(asked.iter().all(|asked| asked.method == "GET" || asked.path.ends_with("/$batch")), "{asked:?}");
}

#[test]
fn an_unknown_person_language_or_form_is_one_clear_error() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told = get(&tenant, &json!({ "user": ["nobody@nowhere.example", user] }));
    assert_eq!((told.records.len(), told.errors.len(), told.exit_code()), (1, 1, 1));
    assert_eq!(told.errors[0]["code"], "not_found");
    for (field, value) in [("language", "fr"), ("format", "Pdf")] {
        let told = get(&tenant, &json!({ "user": user, field: value }));
        assert_eq!((told.error_code(), told.records.len()), ("argument", 0));
        assert_eq!(told.end["error"]["target"], field);
    }
}
