//! Per-user MFA, methods and preferences, tried from outside.

use std::time::Duration;

use http::Method as Verb;
use serde_json::{Value, json};

use crate::simulator::{
    Options,
    graph::bench::{Bench, Reply, replicated},
    method::{ALTERNATE_MOBILE_ID, KINDS, MOBILE_ID, PASSWORD_ID},
    role,
    tenant::PerUserMfa,
    world::Caller,
};

const POLICY: &[&str] = &["Policy.ReadWrite.AuthenticationMethod"];
const METHODS: &[&str] = &["UserAuthenticationMethod.ReadWrite.All"];

/// Below the `authentication` of one of the samples.
fn below(bench: &Bench, sample: &str, rest: &str) -> String {
    format!("/beta/users/{}/authentication/{rest}", bench.person(sample).id)
}

fn state(bench: &Bench, caller: &Caller, sample: &str) -> String {
    let reply = bench.get(caller, &below(bench, sample, "requirements"));
    reply.json()["perUserMfaState"].as_str().unwrap_or_default().to_owned()
}

fn set(bench: &Bench, caller: &Caller, sample: &str, word: &str) -> Reply {
    bench.patch(caller, &below(bench, sample, "requirements"), &json!({ "perUserMfaState": word }))
}

fn delete(bench: &Bench, caller: &Caller, sample: &str, rest: &str) -> Reply {
    bench.send(caller, Verb::DELETE, &below(bench, sample, rest), &[], None)
}

/// Types and ids of a list.
fn listed(bench: &Bench, caller: &Caller, path: &str) -> Vec<(String, String)> {
    let reply = bench.get(caller, path);
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let text = |method: &Value, name: &str| method[name].as_str().unwrap_or_default().to_owned();
    let body = reply.json();
    body["value"].as_array().unwrap().iter().map(|method| (text(method, "@odata.type"), text(method, "id"))).collect()
}

#[test]
fn a_state_is_taken_in_any_case_and_given_in_lower_case() {
    let bench = Bench::new();
    let app = bench.app(POLICY);
    let sample = bench.description.samples.mfa_enabled.clone();
    assert_eq!(state(&bench, &app, &sample), "enabled");
    for word in ["Enforced", "disabled", "ENABLED"] {
        let reply = set(&bench, &app, &sample, word);
        assert_eq!(reply.status(), 204, "{}", reply.text());
        assert!(reply.0.body.is_empty());
        assert_eq!(state(&bench, &app, &sample), word.to_lowercase());
    }
}

#[test]
fn who_is_enabled_and_registered_is_enforced() {
    let bench = Bench::new();
    let app = bench.app(POLICY);
    let sample = bench.description.samples.many_methods.clone();
    assert_eq!(set(&bench, &app, &sample, "enabled").status(), 204);
    assert_eq!(state(&bench, &app, &sample), "enforced");
    assert_eq!(set(&bench, &app, &sample, "disabled").status(), 204);
    assert_eq!(state(&bench, &app, &sample), "disabled");
}

#[test]
fn a_guest_has_a_state_like_everybody() {
    let bench = Bench::new();
    let app = bench.app(POLICY);
    let guest = bench.description.samples.guest.clone();
    assert_eq!(set(&bench, &app, &guest, "enforced").status(), 204);
    let by_name = format!("/beta/users/{}/authentication/requirements", guest.replace('#', "%23"));
    assert_eq!(bench.get(&app, &by_name).json()["perUserMfaState"], "enforced");
}

#[test]
fn bad_states_are_refused() {
    let bench = Bench::new();
    let app = bench.app(POLICY);
    let path = below(&bench, &bench.description.samples.user, "requirements");
    for body in [
        json!({}),
        json!({ "perUserMfaState": "on" }),
        json!({ "perUserMfaState": "unknownFutureValue" }),
        json!({ "perUserMfaState": null }),
        json!({ "perUserMfaState": true }),
        json!({ "perUserMfaState": "enabled", "more": 1 }),
    ] {
        assert_eq!(bench.patch(&app, &path, &body).refusal(), (400, "Request_BadRequest".to_owned()), "{body}");
    }
    assert_eq!(bench.ordinary().authentication.latest().per_user_mfa, PerUserMfa::Disabled);
    assert_eq!(bench.post(&app, &path, &json!({})).refusal().0, 405);
    assert_eq!(bench.get(&app, "/beta/users/nobody@nowhere.example/authentication/requirements").refusal().0, 404);
}

#[test]
fn reading_and_writing_a_state_need_permissions_of_their_own() {
    let bench = Bench::new();
    let user = bench.description.samples.user.clone();
    for (permission, reads, writes) in [
        ("Policy.Read.All", 200, 403),
        ("Policy.ReadWrite.AuthenticationMethod", 200, 204),
        ("UserAuthenticationMethod.ReadWrite.All", 403, 403),
        ("Directory.ReadWrite.All", 403, 403),
    ] {
        let app = bench.app(&[permission]);
        assert_eq!(bench.get(&app, &below(&bench, &user, "requirements")).status(), reads, "{permission}");
        assert_eq!(set(&bench, &app, &user, "disabled").status(), writes, "{permission}");
    }
}

#[test]
fn people_need_a_role_for_the_state_of_others_and_to_change_their_own() {
    let bench = Bench::new();
    let samples = bench.description.samples.clone();
    let policy_admin = bench.person(&samples.apostrophe).id;
    bench.give_role(policy_admin, role::AUTHENTICATION_POLICY_ADMINISTRATOR);
    let reader = bench.person(&samples.mailbox).id;
    bench.give_role(reader, role::GLOBAL_READER);
    for (person, reads, writes) in [
        (&samples.apostrophe, 200, 204),
        (&samples.global_admin, 200, 204),
        (&samples.mailbox, 200, 403),
        (&samples.user_admin, 403, 403),
        (&samples.helpdesk_admin, 403, 403),
    ] {
        let caller = bench.delegated(person, POLICY);
        assert_eq!(bench.get(&caller, &below(&bench, &samples.user, "requirements")).status(), reads, "{person}");
        assert_eq!(set(&bench, &caller, &samples.user, "disabled").status(), writes, "{person}");
        // No rank among administrators is documented.
        assert_eq!(set(&bench, &caller, &samples.global_admin, "disabled").status(), writes, "{person}");
    }
    let me = bench.delegated(&samples.mfa_enabled, POLICY);
    assert_eq!(bench.get(&me, "/beta/me/authentication/requirements").json()["perUserMfaState"], "enabled");
    let off = json!({ "perUserMfaState": "disabled" });
    assert_eq!(bench.patch(&me, "/beta/me/authentication/requirements", &off).refusal().0, 403);
    assert_eq!(bench.get(&bench.app(POLICY), "/beta/me/authentication/requirements").refusal().0, 400);
}

#[test]
fn a_state_is_in_beta_only() {
    let bench = Bench::new();
    let app = bench.app(&["Policy.ReadWrite.AuthenticationMethod", "UserAuthenticationMethod.ReadWrite.All"]);
    let user = bench.person(&bench.description.samples.many_methods).id;
    for segment in [
        "requirements",
        "signInPreferences",
        "hardwareOathMethods",
        "qrCodePinMethod",
        "passwordlessMicrosoftAuthenticatorMethods",
    ] {
        let path = format!("users/{user}/authentication/{segment}");
        assert_eq!(bench.get(&app, &format!("/v1.0/{path}")).refusal(), (400, "BadRequest".to_owned()), "{segment}");
        assert_eq!(bench.get(&app, &format!("/beta/{path}")).status(), 200, "{segment}");
    }
}

#[test]
fn readers_see_a_new_state_later_and_the_same_one_is_no_write() {
    let bench = Bench::with(&Options { replication_milliseconds: 40, ..Options::default() });
    let app = bench.app(POLICY);
    let sample = bench.description.samples.mfa_enabled.clone();
    assert_eq!(set(&bench, &app, &sample, "enforced").status(), 204);
    let written = bench.person(&sample).authentication.visible_at().unwrap();
    if std::time::Instant::now() + Duration::from_millis(10) < written {
        assert_eq!(state(&bench, &app, &sample), "enabled");
    }
    replicated(&bench);
    assert_eq!(state(&bench, &app, &sample), "enforced");
    assert_eq!(set(&bench, &app, &sample, "Enforced").status(), 204);
    assert_eq!(bench.person(&sample).authentication.visible_at(), Some(written));
}

#[test]
fn everybodys_state_is_read_at_once_by_its_undocumented_name() {
    let bench = Bench::new();
    let app = bench.app(&["User.Read.All"]);
    let (people, _) = bench.all(&app, "/v1.0/users?$select=id,perUserMfaState&$top=999", false);
    assert_eq!(people.len(), 200);
    for person in people {
        let wanted = bench.person(person["id"].as_str().unwrap()).authentication.latest().per_user_mfa.word();
        assert_eq!(person["perUserMfaState"], wanted);
    }
}

#[test]
fn each_version_lists_the_types_that_it_supports() {
    let bench = Bench::new();
    let app = bench.app(&["UserAuthenticationMethod.Read.All"]);
    let person = bench.person(&bench.description.samples.many_methods).id;
    let both = ["v1.0", "beta"]
        .map(|version| listed(&bench, &app, &format!("/{version}/users/{person}/authentication/methods")));
    for (beta, listed) in [false, true].into_iter().zip(&both) {
        assert_eq!(listed[0], ("#microsoft.graph.passwordAuthenticationMethod".to_owned(), PASSWORD_ID.to_owned()));
        for kind in KINDS {
            let name = format!("#microsoft.graph.{}", kind.name);
            assert_eq!(listed.iter().any(|(listed, _)| *listed == name), kind.v1 || beta, "{name}");
        }
    }
    for (name, id) in &both[1] {
        let kind = KINDS.iter().find(|kind| name.ends_with(&format!(".{}", kind.name)));
        let segment = kind.map_or("passwordMethods", |kind| kind.segment);
        let address = format!("/beta/users/{person}/authentication/{segment}");
        let address = if kind.is_some_and(|kind| kind.single) { address } else { format!("{address}/{id}") };
        assert_eq!(bench.get(&app, &address).json()["id"], id.as_str(), "{segment}");
    }
}

#[test]
fn permissions_of_one_type_reach_that_type_only() {
    let bench = Bench::new();
    let sample = bench.description.samples.many_methods.clone();
    let app = bench.app(&["UserAuthMethod-Phone.Read.All"]);
    assert_eq!(bench.get(&app, &below(&bench, &sample, "phoneMethods")).status(), 200);
    assert_eq!(bench.get(&app, &below(&bench, &sample, "emailMethods")).refusal().0, 403);
    assert_eq!(bench.get(&app, &below(&bench, &sample, "methods")).refusal().0, 403);
    assert_eq!(
        delete(&bench, &app, &sample, &format!("phoneMethods/{ALTERNATE_MOBILE_ID}")).refusal(),
        (403, "Authorization_RequestDenied".to_owned())
    );
    let app = bench.app(&["UserAuthMethod-Phone.ReadWrite.All"]);
    assert_eq!(delete(&bench, &app, &sample, &format!("phoneMethods/{ALTERNATE_MOBILE_ID}")).status(), 204);
}

#[test]
fn everything_but_the_password_goes_and_the_default_goes_last() {
    let bench = Bench::new();
    let app = bench.app(METHODS);
    let sample = bench.description.samples.many_methods.clone();
    let mobile = format!("phoneMethods/{MOBILE_ID}");
    let refusal = delete(&bench, &app, &sample, &mobile);
    assert_eq!(refusal.refusal(), (400, "Request_BadRequest".to_owned()));
    assert!(refusal.text().contains("alternate mobile"), "{}", refusal.text());
    let methods = bench.person(&sample).authentication.latest().methods.clone();
    for method in methods.iter().filter(|method| method.id != MOBILE_ID) {
        let kind = method.kind().unwrap();
        let address = if kind.single { kind.segment.to_owned() } else { format!("{}/{}", kind.segment, method.id) };
        let refusal = delete(&bench, &app, &sample, &mobile);
        assert_eq!(refusal.refusal().0, 400, "the default is not the last yet: {}", kind.name);
        assert_eq!(delete(&bench, &app, &sample, &address).status(), 204, "{address}");
        assert_eq!(delete(&bench, &app, &sample, &address).refusal().0, 404, "{address} is gone");
    }
    assert_eq!(delete(&bench, &app, &sample, &mobile).status(), 204);
    let after = bench.person(&sample).authentication.latest().clone();
    assert_eq!((after.methods.len(), after.preference), (0, None));
    assert_eq!(delete(&bench, &app, &sample, &format!("passwordMethods/{PASSWORD_ID}")).refusal().0, 405);
    assert_eq!(listed(&bench, &app, &below(&bench, &sample, "methods")).len(), 1);
}

#[test]
fn a_preference_that_is_moved_frees_the_method_that_was_the_default() {
    let bench = Bench::new();
    let app = bench.app(METHODS);
    let sample = bench.description.samples.many_methods.clone();
    let preferences = below(&bench, &sample, "signInPreferences");
    let preferred = || bench.get(&app, &preferences).json()["userPreferredMethodForSecondaryAuthentication"].clone();
    assert_eq!(preferred(), "sms");
    assert_eq!(delete(&bench, &app, &sample, &format!("phoneMethods/{ALTERNATE_MOBILE_ID}")).status(), 204);
    let change =
        |word: &str| bench.patch(&app, &preferences, &json!({ "userPreferredMethodForSecondaryAuthentication": word }));
    assert_eq!(change("voiceOffice").refusal().0, 400, "no office phone is registered");
    assert_eq!(change("pigeon").refusal().0, 400);
    assert_eq!(change("push").status(), 204);
    assert_eq!(preferred(), "push");
    assert_eq!(delete(&bench, &app, &sample, &format!("phoneMethods/{MOBILE_ID}")).status(), 204);
    let none = bench.get(&app, &below(&bench, &bench.description.samples.mfa_enabled, "signInPreferences")).json();
    assert_eq!(none.get("userPreferredMethodForSecondaryAuthentication"), None);
    assert_eq!(none["isSystemPreferredAuthenticationMethodEnabled"], false);
}

#[test]
fn an_authentication_administrator_sees_masked_numbers_and_reaches_no_great_administrator() {
    let bench = Bench::new();
    let samples = bench.description.samples.clone();
    let admin = bench.person(&samples.mailbox).id;
    bench.give_role(admin, role::AUTHENTICATION_ADMINISTRATOR);
    let admin = bench.delegated(&samples.mailbox, METHODS);
    let number = |caller: &Caller| {
        let reply = bench.get(caller, &below(&bench, &samples.many_methods, &format!("phoneMethods/{MOBILE_ID}")));
        reply.json()["phoneNumber"].as_str().unwrap_or_default().to_owned()
    };
    let (whole, masked) = (number(&bench.app(METHODS)), number(&admin));
    assert_eq!(number(&bench.delegated(&samples.many_methods, &["UserAuthenticationMethod.Read"])), whole, "one's own");
    assert_eq!(number(&bench.delegated(&samples.global_admin, METHODS)), whole);
    assert_eq!(masked.len(), whole.len());
    assert_eq!(masked.get(whole.len() - 2..), whole.get(whole.len() - 2..));
    assert!(masked.contains("XXXX") && whole.starts_with(masked.split(' ').next().unwrap()), "{masked}");

    let method = bench.person(&samples.global_admin).authentication.latest().methods.first().cloned();
    let phone = format!("phoneMethods/{MOBILE_ID}");
    assert_eq!(delete(&bench, &admin, &samples.global_admin, &phone).refusal().0, 403, "{method:?}");
    assert_eq!(delete(&bench, &admin, &samples.many_methods, &phone).refusal().0, 400, "reached, and the default");
    assert_eq!(
        delete(&bench, &bench.delegated(&samples.user_admin, METHODS), &samples.many_methods, &phone).refusal().0,
        403
    );
}

#[test]
fn the_report_of_registrations_is_a_day_behind_and_says_so() {
    let day = Duration::from_secs(86_400);
    let bench = Bench::with(&Options {
        replication_milliseconds: 0,
        time_scale: day.as_secs_f64() * 5.0,
        ..Options::default()
    });
    let app = bench.app(&["AuditLog.Read.All", "UserAuthenticationMethod.ReadWrite.All"]);
    let sample = bench.description.samples.many_methods.clone();
    let id = bench.person(&sample).id;
    let root = "/reports/authenticationMethods/userRegistrationDetails";
    let row = || bench.get(&app, &format!("{root}/{id}")).json();
    let wait_for = |report: u64| {
        while bench.world.report(std::time::Instant::now()).0 < report {
            std::hint::spin_loop();
        }
    };
    let now = || bench.world.report(std::time::Instant::now()).0;
    // At the beginning of a report there is time to change something and to read it.
    wait_for(now() + 1);
    let report = now();
    assert_eq!(delete(&bench, &app, &sample, &format!("phoneMethods/{ALTERNATE_MOBILE_ID}")).status(), 204);
    let (before, still) = (row(), now() == report);
    assert_eq!(before["isMfaRegistered"], true);
    let words = |row: &Value| serde_json::from_value::<Vec<String>>(row["methodsRegistered"].clone()).unwrap();
    if still {
        assert!(words(&before).contains(&"alternateMobilePhone".to_owned()), "{before}");
    }
    wait_for(report + 1);
    let after = row();
    assert!(!words(&after).contains(&"alternateMobilePhone".to_owned()), "{after}");
    assert!(after["lastUpdatedDateTime"].as_str() > before["lastUpdatedDateTime"].as_str());
}

#[test]
fn the_report_is_filtered_and_paged() {
    let bench = Bench::new();
    let app = bench.app(&["AuditLog.Read.All"]);
    let root = "/reports/authenticationMethods/userRegistrationDetails";
    let (everybody, _) = bench.all(&app, &format!("{root}?$top=50"), false);
    assert_eq!(everybody.len(), 200);
    let (registered, _) = bench.all(&app, &format!("{root}?$filter=isMfaRegistered eq true"), false);
    assert_eq!(registered.len(), everybody.iter().filter(|row| row["isMfaRegistered"] == true).count());
    assert!(registered.len() > 50 && registered.len() < 200);
    let admin = &bench.description.samples.global_admin;
    let (found, _) = bench.all(&app, &format!("{root}?$filter=userPrincipalName eq '{admin}'"), false);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["isAdmin"], true);
    assert_eq!(bench.get(&bench.app(&["User.Read.All"]), root).refusal().0, 403);
    assert_eq!(bench.get(&app, &format!("{root}?$filter=nope eq 1")).refusal().0, 400);
}

#[test]
fn policies_are_read_and_the_old_settings_changed_in_parts() {
    let bench = Bench::new();
    let app = bench.app(&["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"]);
    let defaults = "/policies/identitySecurityDefaultsEnforcementPolicy";
    assert_eq!(bench.get(&app, defaults).json()["isEnabled"], false);
    bench.world.tenant_mut().security_defaults = true;
    assert_eq!(bench.get(&app, defaults).json()["isEnabled"], true);
    assert_eq!(bench.get(&bench.app(&["User.Read.All"]), defaults).refusal().0, 403);

    let service = "/beta/policies/mfaServicePolicy";
    let remember =
        |days: i64| json!({ "rememberMfaOnTrustedDevice": { "isEnabled": true, "allowedNumberOfDays": days } });
    assert_eq!(bench.patch(&app, service, &remember(14)).status(), 204);
    assert_eq!(bench.patch(&app, service, &json!({ "allowAppPasswords": true })).status(), 204);
    let policy = bench.get(&app, service).json();
    assert_eq!(policy["rememberMfaOnTrustedDevice"], json!({ "isEnabled": true, "allowedNumberOfDays": 14 }));
    assert_eq!(policy["allowAppPasswords"], true);
    assert_eq!(policy["trustedIps"]["skipMfaForFederatedUsers"], false);
    for body in [remember(0), json!({ "allowAppPasswords": "yes" }), json!({ "nope": true })] {
        assert_eq!(bench.patch(&app, service, &body).refusal().0, 400, "{body}");
    }
    assert_eq!(bench.get(&app, "/v1.0/policies/mfaServicePolicy").refusal().0, 400);
    let user = bench.delegated(&bench.description.samples.user, POLICY);
    assert_eq!(bench.patch(&user, service, &remember(7)).refusal().0, 403);
    bench.world.tenant_mut().mfa_service_policy = None;
    assert_eq!(bench.get(&app, service).refusal().0, 404);
}
