//! Registered methods, deleted in an order that the service accepts; what is left is said.

use std::time::{Duration, Instant};

use m365_access::{
    Operation,
    simulator::{
        Options,
        method::{ALTERNATE_MOBILE_ID, MOBILE_ID},
        tenant::{Authentication, Method, Preference},
    },
};
use serde_json::{Value, json};

use crate::{
    job::{Told, rest, run},
    tenant::Tenant,
};

fn reset(tenant: &Tenant, request: &Value) -> Told {
    run(&tenant.session(), Operation::ResetMfaMethod, request)
}

fn in_a_hurry() -> Options {
    Options { time_scale: 60.0, ..Options::default() }
}

/// A tenant whose service does this to some requests.
fn faulty(method: &str, path: &str, fault: &Value) -> Tenant {
    let rule = json!({ "match": { "method": method, "path": path }, "fault": fault });
    Tenant::with_faults(in_a_hurry(), &json!({ "rules": [rule] }))
}

/// Types that are registered for a person, as the tenant itself knows them.
fn registered(tenant: &Tenant, user: &str) -> Vec<String> {
    let world = tenant.simulator.world().tenant();
    let methods = &world.user(user).unwrap().authentication.latest().methods;
    methods.iter().map(|method| method.kind.clone()).collect()
}

/// Changes what is registered for a person.
fn register(tenant: &Tenant, user: &str, change: impl FnOnce(&mut Authentication)) {
    let mut world = tenant.simulator.world().tenant_mut();
    let authentication = &mut world.user_mut(user).unwrap().authentication;
    let mut value = authentication.latest().clone();
    change(&mut value);
    authentication.write(Instant::now(), Duration::ZERO, value);
}

/// What was deleted, in its order: the last two segments of each path.
fn deleted(tenant: &Tenant) -> Vec<String> {
    let asked = tenant.simulator.world().traffic.take();
    let deletes = asked.into_iter().filter(|asked| asked.method == "DELETE");
    deletes.map(|asked| asked.path.rsplitn(3, '/').take(2).collect::<Vec<_>>().join(" of ")).collect()
}

#[test]
fn everything_goes_an_alternate_phone_before_the_phone_and_the_default_last() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    let told = reset(&tenant, &json!({ "user": user }));
    let outcome = told.outcome(&user, "MfaMethods");
    assert_eq!(outcome["outcome"], "Verified", "{told:#?}");
    let before: Vec<&str> = outcome["before"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let all = [
        "Phone",
        "Authenticator",
        "Fido2",
        "SoftwareOath",
        "Email",
        "WindowsHello",
        "TemporaryAccessPass",
        "PlatformCredential",
        "External",
        "HardwareOath",
        "QrCodePin",
    ];
    assert_eq!(before, all);
    assert_eq!((&outcome["wanted"], &outcome["after"]), (&json!([]), &json!([])));
    assert_eq!(registered(&tenant, &user), Vec::<String>::new());
    let deleted = deleted(&tenant);
    let place = |id: &str| deleted.iter().position(|path| path.starts_with(id)).unwrap();
    assert!(place(ALTERNATE_MOBILE_ID) < place(MOBILE_ID), "{deleted:?}");
    assert_eq!(place(MOBILE_ID), deleted.len() - 1, "{deleted:?}");
    assert!(deleted[0].ends_with("temporaryAccessPassMethods") && deleted[1].ends_with("emailMethods"), "{deleted:?}");

    let again = reset(&tenant, &json!({ "user": user }));
    assert_eq!(again.word(&user, "MfaMethods"), "Unchanged");
}

#[test]
fn a_default_that_is_refused_is_tried_again_when_the_others_are_gone() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    register(&tenant, &user, |authentication| authentication.preference = Some(Preference::Push));
    let told = reset(&tenant, &json!({ "user": user }));
    assert_eq!(told.word(&user, "MfaMethods"), "Verified", "{told:#?}");
    let deleted = deleted(&tenant);
    let tries = deleted.iter().filter(|path| path.ends_with("of microsoftAuthenticatorMethods")).count();
    assert_eq!(tries, 2, "{deleted:?}");
    assert!(deleted.last().unwrap().ends_with("of microsoftAuthenticatorMethods"), "{deleted:?}");
}

#[test]
fn phones_go_although_the_alternate_one_is_the_default() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    register(&tenant, &user, |authentication| {
        authentication.methods.retain(|method| method.kind == "phoneAuthenticationMethod");
        authentication.preference = Some(Preference::VoiceAlternateMobile);
    });
    assert_eq!(registered(&tenant, &user).len(), 2);
    let told = reset(&tenant, &json!({ "user": user }));
    assert_eq!(told.word(&user, "MfaMethods"), "Verified", "{told:#?}");
    assert_eq!(told.outcome(&user, "MfaMethods")["message"], Value::Null);
    assert_eq!(registered(&tenant, &user), Vec::<String>::new());
}

#[test]
fn what_is_kept_stays_and_becomes_the_default() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    let told = reset(&tenant, &json!({ "user": user, "keep": ["authenticator", "Fido2"] }));
    let outcome = told.outcome(&user, "MfaMethods");
    assert_eq!(outcome["outcome"], "Verified", "{told:#?}");
    let kept = json!(["Authenticator", "Fido2"]);
    assert_eq!((&outcome["wanted"], &outcome["after"]), (&kept, &kept));
    assert_eq!(outcome["messageId"], "default_method_moved");
    assert_eq!(registered(&tenant, &user).len(), 3, "the app, its passwordless form, the key");
    let world = tenant.simulator.world().tenant();
    assert_eq!(world.user(&user).unwrap().authentication.latest().preference, Some(Preference::Push));
    drop(world);
    let told = reset(&tenant, &json!({ "user": user, "keep": ["Pigeon"] }));
    assert_eq!((told.error_code(), told.end["error"]["target"].as_str()), ("argument", Some("keep")));
}

#[test]
fn what_cannot_be_deleted_is_named_and_everything_else_is_gone() {
    let tenant = faulty("DELETE", "**/fido2Methods/*", &json!({ "status": 403 }));
    let user = tenant.samples().many_methods.clone();
    let told = reset(&tenant, &json!({ "user": user, "revokeSessions": true }));
    let outcome = told.outcome(&user, "MfaMethods");
    // The default is refused as well, as long as the key is there; the cause is what is said.
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Failed"), &json!("forbidden")), "{told:#?}");
    assert_eq!(outcome["messageId"], "methods_remain");
    assert!(outcome["messageArguments"]["methods"].as_str().unwrap().contains("Fido2"), "{outcome:#?}");
    let after: Vec<&str> = outcome["after"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert!(after.contains(&"Fido2"), "{after:?}");
    assert_eq!(registered(&tenant, &user).len(), after.len(), "{after:?}");
    assert_eq!(outcome["httpStatus"], 403);
    assert_eq!(told.word(&user, "Sessions"), "Verified", "it does not depend on the methods");
    assert_eq!(told.exit_code(), 1);
}

#[test]
fn a_type_that_nobody_knows_is_reported_and_left_alone() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    register(&tenant, &user, |authentication| {
        authentication.preference = None;
        authentication.methods.push(Method {
            id: "0001".to_owned(),
            kind: "palmAuthenticationMethod".to_owned(),
            properties: serde_json::Map::new(),
        });
    });
    let told = reset(&tenant, &json!({ "user": user }));
    let outcome = told.outcome(&user, "MfaMethods");
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Failed"), &json!("no_interface")), "{told:#?}");
    assert_eq!(outcome["after"], json!(["palmAuthenticationMethod"]));
    assert!(outcome["message"].as_str().unwrap().contains("palmAuthenticationMethod"), "{outcome:#?}");
    assert_eq!(registered(&tenant, &user), ["palmAuthenticationMethod"]);
    assert!(deleted(&tenant).iter().all(|path| !path.contains("palm") && !path.contains("0001")));
}

#[test]
fn a_method_that_is_gone_already_is_gone() {
    let tenant = faulty("DELETE", "**/emailMethods/*", &json!({ "status": 404, "takesEffect": true }));
    let user = tenant.samples().many_methods.clone();
    let told = reset(&tenant, &json!({ "user": user }));
    assert_eq!(told.word(&user, "MfaMethods"), "Verified", "{told:#?}");
}

#[test]
fn lost_answers_and_a_throttling_service_change_nothing_of_the_end() {
    let rules = json!({ "rules": [
        { "match": { "method": "DELETE", "path": "**/phoneMethods/*" }, "first": 1, "fault": { "resetAfter": true } },
        { "match": { "method": "DELETE", "path": "**/authentication/**" }, "every": 3, "times": 4,
          "fault": { "status": 429, "retryAfterSeconds": 2 } },
    ] });
    let tenant = Tenant::with_faults(in_a_hurry(), &rules);
    let user = tenant.samples().many_methods.clone();
    let told = reset(&tenant, &json!({ "user": user }));
    assert_eq!(told.word(&user, "MfaMethods"), "Verified", "{told:#?}");
    assert_eq!(registered(&tenant, &user), Vec::<String>::new());
}

#[test]
fn many_people_at_once_keep_to_five_calls_in_ten_seconds() {
    // Slow enough that a busy machine does not eat the half second by which our window is the longer one.
    let tenant = Tenant::with(Options { time_scale: 15.0, ..Options::default() });
    let samples = tenant.samples().clone();
    let people = [&samples.many_methods, &samples.mfa_enforced, &samples.helpdesk_admin, &samples.user];
    // A default is refused once and comes again: that is another story.
    for person in people {
        register(&tenant, person, |authentication| authentication.preference = None);
    }
    let left = || people.iter().map(|person| registered(&tenant, person).len()).sum::<usize>();
    let before = left();
    tenant.simulator.world().traffic.take();
    let told = reset(&tenant, &json!({ "user": people }));
    for person in people {
        assert!(["Verified", "Unchanged"].contains(&told.word(person, "MfaMethods")), "{told:#?}");
    }
    let asked = tenant.simulator.world().traffic.take();
    let throttled = asked.iter().filter(|asked| asked.status == Some(429)).count();
    assert_eq!(throttled, 0, "{asked:#?}");
    // An item that is throttled inside of a batch shows only by coming again.
    let asked: Vec<String> =
        asked.iter().map(|asked| format!("{} {} {}", asked.method, asked.path, asked.body)).collect();
    let text = asked.join("\n");
    let deletes = text.matches("DELETE").count();
    assert!(text.contains("$batch") && deletes > 5, "more than one window's worth, side by side: {text}");
    assert_eq!(deletes, before - left(), "each was deleted by one call: {text}");
}

#[test]
fn app_passwords_have_no_interface_and_that_is_said() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told = reset(&tenant, &json!({ "user": user, "appPasswords": true, "revokeSessions": true }));
    let changes: Vec<_> = told
        .records
        .iter()
        .map(|record| (record["change"].as_str().unwrap(), record["outcome"].as_str().unwrap()))
        .collect();
    let (first, second, third) = (changes[0], changes[1], changes[2]);
    assert!(first.0 == "MfaMethods" && ["Verified", "Unchanged"].contains(&first.1), "{told:#?}");
    assert_eq!((second, third), (("MfaMethods", "Skipped"), ("Sessions", "Verified")), "{told:#?}");
    assert_eq!(told.records[1]["code"], "no_interface");
    assert_eq!(told.records[1]["adviceId"], "app_passwords_advice");
    assert_eq!(told.exit_code(), 0);
}

#[test]
fn nobody_is_let_loose_on_the_caller_or_the_last_administrator() {
    let tenant = Tenant::with(Options { seed: 9, ..in_a_hurry() });
    let last = tenant.samples().last_global_admin.clone().unwrap();
    let told = reset(&tenant, &json!({ "user": last }));
    let outcome = told.outcome(&last, "MfaMethods");
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Refused"), &json!("protected_last_admin")));
    assert!(deleted(&tenant).is_empty());
}

#[test]
fn a_rehearsal_shows_what_is_there_and_what_would_stay() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    let count = registered(&tenant, &user).len();
    let told = reset(&tenant, &json!({ "user": user, "keep": ["Email"], "whatIf": true, "appPasswords": true }));
    let outcome = &told.records[0];
    assert_eq!((&outcome["outcome"], &outcome["wanted"]), (&json!("Planned"), &json!(["Email"])), "{told:#?}");
    assert_eq!(outcome["before"].as_array().unwrap().len(), 11);
    assert_eq!(told.records[1]["code"], "no_interface");
    assert_eq!(registered(&tenant, &user).len(), count);
}

#[test]
fn what_is_registered_while_the_others_are_deleted_is_deleted_too() {
    let slow =
        json!({ "match": { "method": "DELETE", "path": "**" }, "times": 1, "fault": { "slowMilliseconds": 1500 } });
    let tenant = Tenant::with_faults(in_a_hurry(), &json!({ "rules": [slow] }));
    let user = tenant.samples().many_methods.clone();
    let session = tenant.session();
    let job = session.start(Operation::ResetMfaMethod, &json!({ "user": user }).to_string()).unwrap();
    // The first one is gone, and the answer that says so is on its way for a while.
    let all = registered(&tenant, &user).len();
    while registered(&tenant, &user).len() == all {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    register(&tenant, &user, |authentication| {
        let mut late = authentication.methods[0].clone();
        late.id = "00000000-0000-0000-0000-000000000099".to_owned();
        late.kind = "fido2AuthenticationMethod".to_owned();
        authentication.methods.push(late);
    });
    let told = rest(&job);
    let outcome = told.outcome(&user, "MfaMethods");
    assert_eq!(registered(&tenant, &user), Vec::<String>::new());
    assert_eq!((&outcome["outcome"], &outcome["after"]), (&json!("Verified"), &json!([])), "{outcome:#}");
}

#[test]
fn a_token_that_ends_on_the_way_leaves_no_doubt_about_what_is_gone() {
    let rule = json!({ "match": { "method": "DELETE", "path": "**" }, "after": 3, "fault": { "status": 401 } });
    let tenant = Tenant::with_faults(in_a_hurry(), &json!({ "rules": [rule] }));
    let user = tenant.samples().many_methods.clone();
    let told = reset(&tenant, &json!({ "user": user }));
    let outcome = told.outcome(&user, "MfaMethods");
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Failed"), &json!("unauthenticated")), "{outcome:#}");
    let after: Vec<&str> = outcome["after"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert!(!after.contains(&"Email") && after.contains(&"Phone"), "{outcome:#}");
    assert!(outcome["message"].as_str().unwrap().contains("WindowsHello"), "{outcome:#}");
}
