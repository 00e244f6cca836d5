//! Per-user MFA, one by one and by list, against a simulated tenant.

use std::path::PathBuf;

use m365_access::{
    Operation,
    simulator::{Options, tenant::PerUserMfa, traffic::Exchange},
};
use serde_json::{Value, json};

use crate::{
    job::{Told, run, run_answering},
    tenant::Tenant,
};

/// Fast enough for the small quota of these calls not to be felt.
fn hurried() -> Tenant {
    Tenant::with(Options { time_scale: 1_000.0, ..Options::default() })
}

fn state(tenant: &Tenant, user: &str) -> PerUserMfa {
    tenant.simulator.world().tenant().user(user).unwrap().authentication.latest().per_user_mfa
}

/// A list in the tenant's folder.
fn list(tenant: &Tenant, text: impl AsRef<[u8]>) -> PathBuf {
    let path = tenant.folder.path().join("list.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn import(tenant: &Tenant, text: impl AsRef<[u8]>, more: &Value) -> Told {
    let mut request = json!({ "path": list(tenant, text) });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    run(&tenant.session(), Operation::ImportMfa, &request)
}

/// Line and column of every fault that was reported.
fn places(told: &Told) -> Vec<(u64, Option<u64>)> {
    told.errors.iter().map(|error| (error["line"].as_u64().unwrap(), error["column"].as_u64())).collect()
}

#[test]
fn a_state_is_set_read_back_and_not_set_again() {
    let tenant = hurried();
    let user = tenant.samples().mfa_enabled.clone();
    let session = tenant.session();
    let set = |state: &str| run(&session, Operation::SetMfa, &json!({ "user": user, "state": state }));
    let told = set("Enforced");
    let outcome = told.outcome(&user, "Mfa");
    assert_eq!(outcome["outcome"], "Verified", "{outcome}");
    assert_eq!(
        (&outcome["before"], &outcome["wanted"], &outcome["after"]),
        (&json!("Enabled"), &json!("Enforced"), &json!("Enforced"))
    );
    assert_eq!(state(&tenant, &user), PerUserMfa::Enforced);
    assert_eq!(set("enforced").word(&user, "Mfa"), "Unchanged");
    // Nothing is registered, so that enabled is another state than enforced and stays what it is.
    let told = set("Enabled");
    assert_eq!((told.word(&user, "Mfa"), &told.outcome(&user, "Mfa")["after"]), ("Verified", &json!("Enabled")));
    assert_eq!(set("Disabled").word(&user, "Mfa"), "Verified");
    assert_eq!(state(&tenant, &user), PerUserMfa::Disabled);
}

#[test]
fn enabled_that_becomes_enforced_by_itself_is_verified_and_then_unchanged() {
    let tenant = hurried();
    let user = tenant.samples().many_methods.clone();
    let session = tenant.session();
    let enable = || run(&session, Operation::SetMfa, &json!({ "user": user, "state": "Enabled" }));
    let told = enable();
    let outcome = told.outcome(&user, "Mfa");
    assert_eq!((&outcome["outcome"], &outcome["after"]), (&json!("Verified"), &json!("Enforced")), "{outcome}");
    assert_eq!(outcome["messageId"], "mfa_moved_on");
    let again = enable();
    assert_eq!(again.word(&user, "Mfa"), "Unchanged", "{:#?}", again.records);
}

#[test]
fn guests_and_odd_names_have_a_state_like_everybody() {
    let tenant = hurried();
    let names = [tenant.samples().guest.clone(), tenant.samples().apostrophe.clone()];
    let told = run(&tenant.session(), Operation::SetMfa, &json!({ "user": names, "state": "Enforced" }));
    for name in names {
        assert_eq!(told.word(&name, "Mfa"), "Verified");
        assert_eq!(state(&tenant, &name), PerUserMfa::Enforced);
    }
}

/// The recurring defect of the field: the outer answer of a batch is 200 although what it carries was refused.
#[test]
fn a_refusal_inside_a_batch_is_never_success() {
    let tenant = Tenant::with_faults(
        Options { time_scale: 1_000.0, ..Options::default() },
        &json!({ "rules": [{
            "match": { "method": "PATCH", "path": "**/authentication/requirements" }, "fault": { "status": 403 },
        }] }),
    );
    let names = [tenant.samples().user.clone(), tenant.samples().mailbox.clone()];
    let told = run(&tenant.session(), Operation::SetMfa, &json!({ "user": names, "state": "Enforced" }));
    for name in &names {
        let outcome = told.outcome(name, "Mfa");
        assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Failed"), &json!("forbidden")), "{outcome}");
    }
}

#[test]
fn emergency_accounts_are_kept_out_and_the_caller_is_not() {
    let tenant = hurried();
    let (admin, emergency) = (tenant.samples().global_admin.clone(), tenant.samples().user.clone());
    let token = tenant.sign_in(&admin, &tenant.simulator.description().admin_password).unwrap();
    let session = tenant.session_with(&json!({
        "accessToken": token, "clientId": null, "clientSecret": null, "emergencyAccount": [emergency],
    }));
    let set = |state: &str| run(&session, Operation::SetMfa, &json!({ "user": [admin, emergency], "state": state }));
    let told = set("Enforced");
    assert_eq!(told.outcome(&emergency, "Mfa")["code"], "protected_emergency");
    assert_eq!(told.word(&admin, "Mfa"), "Verified");
    assert_eq!(set("Disabled").word(&emergency, "Mfa"), "Unchanged", "to be let off hinders nobody");
}

#[test]
fn without_the_permission_nothing_is_sent_and_it_is_named() {
    let tenant = hurried();
    let about = tenant.simulator.description().clone();
    let weak = json!({ "clientId": about.weak_client_id, "clientSecret": about.weak_client_secret });
    let told =
        run(&tenant.session_with(&weak), Operation::SetMfa, &json!({ "user": about.samples.user, "state": "Enabled" }));
    assert_eq!((told.error_code(), told.exit_code()), ("forbidden", 4), "{}", told.end);
    assert_eq!(told.end["error"]["missingPermission"], "Policy.ReadWrite.AuthenticationMethod");
}

#[test]
fn calls_about_methods_keep_to_their_quota() {
    let tenant = Tenant::with(Options { time_scale: 20.0, replication_milliseconds: 0, ..Options::default() });
    let names: Vec<String> = tenant.everybody().into_iter().take(12).collect();
    let request = json!({ "user": names, "state": "Enforced", "allowPrivileged": true });
    let told = run(&tenant.session(), Operation::SetMfa, &request);
    let verified = told.records.iter().filter(|record| record["outcome"] == "Verified").count();
    assert!(verified >= 10, "{:#?}", told.records);
    // One write and one read each, alone or in batches: nothing was throttled and had to come again.
    let asked = |exchange: &Exchange| {
        let alone = usize::from(exchange.path.ends_with("/authentication/requirements"));
        alone + exchange.body.matches("/authentication/requirements").count()
    };
    let sent: usize = tenant.simulator.world().traffic.take().iter().map(asked).sum();
    assert_eq!(sent, 2 * verified, "the pace is ours to keep, not the service's to enforce");
}

#[test]
fn a_list_gives_each_their_own_state() {
    let tenant = hurried();
    let samples = tenant.samples().clone();
    let text = format!(
        "\u{feff}UserPrincipalName;\"MFA STATUS\";Note\r\n{};enforced;\r\n\r\n{};\"Disabled\";x;\r\n{};ENABLED\r\n",
        samples.user.to_uppercase(),
        samples.mfa_enforced,
        samples.mfa_enabled,
    );
    let told = import(&tenant, text, &json!({}));
    assert_eq!(told.exit_code(), 0, "{:#}", told.end);
    assert_eq!(told.word(&samples.user, "Mfa"), "Verified");
    assert_eq!(told.word(&samples.mfa_enforced, "Mfa"), "Verified");
    assert_eq!(told.word(&samples.mfa_enabled, "Mfa"), "Unchanged");
    assert_eq!(state(&tenant, &samples.user), PerUserMfa::Enforced);
    assert_eq!(state(&tenant, &samples.mfa_enforced), PerUserMfa::Disabled);
}

#[test]
fn all_faults_of_a_list_are_told_at_once_and_nothing_is_written() {
    let tenant = hurried();
    let samples = tenant.samples().clone();
    let id = tenant.simulator.world().tenant().user(&samples.user).unwrap().id;
    let text = format!(
        "Username,MFA Status\n{0},Enforced\nnobody@nowhere.example,Off\n{1},On\n,Enabled\n{2},\n{id},Disabled\n{0},enforced\n{1},Enabled,x\n",
        samples.user, samples.mailbox, samples.guest,
    );
    let told = import(&tenant, &text, &json!({}));
    assert_eq!((told.error_code(), told.exit_code()), ("faulty_list", 1), "{:#}", told.end);
    let column = Some(2);
    let expected = [(3, Some(1)), (3, column), (4, column), (5, Some(1)), (6, column), (7, column), (9, Some(3))];
    assert_eq!(places(&told), expected);
    assert!(told.records.is_empty(), "{:#?}", told.records);
    assert_eq!(state(&tenant, &samples.user), PerUserMfa::Disabled);
    // The sound lines only: whoever is contradicted is left alone.
    let told = import(&tenant, format!("{text}{},Enforced\n", samples.mfa_enabled), &json!({ "skipFaulty": true }));
    assert_eq!(told.word(&samples.mfa_enabled, "Mfa"), "Verified");
    assert_eq!(state(&tenant, &samples.user), PerUserMfa::Disabled, "two lines want different things");
    assert_eq!(told.exit_code(), 1);
    // One line is one record, whatever is wrong with it: line 3 names nobody's name and no state.
    assert_eq!(told.records.iter().filter(|record| record["outcome"] == "Failed").count(), 6, "{:#?}", told.records);
    let both = told.outcome("nobody@nowhere.example", "Mfa")["message"].as_str().unwrap();
    assert!(both.contains("column 1") && both.contains("column 2"), "{both}");
}

#[test]
fn a_list_of_which_no_line_is_sound_comes_to_its_end() {
    let tenant = hurried();
    let text = "Username,MFA Status\nnobody@nowhere.example,Enabled\n,Enforced\n";
    let told = import(&tenant, text, &json!({ "skipFaulty": true }));
    assert_eq!((told.end["state"].as_str(), told.exit_code()), (Some("completed"), 1), "{:#}", told.end);
    assert_eq!(told.word("nobody@nowhere.example", "Mfa"), "Failed");
    assert_eq!(told.records.len(), 2, "{:#?}", told.records);
}

#[test]
fn people_twice_with_equal_states_are_one() {
    let tenant = hurried();
    let user = tenant.samples().user.clone();
    let id = tenant.simulator.world().tenant().user(&user).unwrap().id;
    let told = import(&tenant, format!("Username,MFA Status\n{user},Enforced\n{id},ENFORCED\n"), &json!({}));
    assert_eq!(told.records.len(), 1, "{:#?}", told.records);
    assert_eq!(told.word(&user, "Mfa"), "Verified");
}

#[test]
fn a_list_that_cannot_be_understood_is_refused_as_a_whole() {
    let tenant = hurried();
    for (text, places_of_faults) in [
        (&b"Username,Status of it\na@x,Enabled\n"[..], &[(1, None)][..]),
        (b"Name,MFA Status\na@x,Enabled\n", &[(1, None)]),
        (b"Name,Status of it\n", &[(1, None), (1, None)]),
        (b"Username,MFA Status,MFA Status\na@x,Enabled,Disabled\n", &[(1, Some(3))]),
        (b"Username,MFA Status\njos\xe9@x,Enabled\n", &[(2, None)]),
        (b"", &[(1, None)]),
    ] {
        let told = import(&tenant, text, &json!({ "skipFaulty": true }));
        assert_eq!(told.error_code(), "faulty_list", "{:#}", told.end);
        assert_eq!(places(&told), places_of_faults, "{text:?}");
    }
}

#[test]
fn checking_a_list_writes_nothing() {
    let tenant = hurried();
    let user = tenant.samples().user.clone();
    let told = import(&tenant, format!("Username,MFA Status\n{user},Enforced\n"), &json!({ "validateOnly": true }));
    assert_eq!(told.exit_code(), 0, "{:#}", told.end);
    assert!(told.records.is_empty() && told.errors.is_empty());
    assert!(told.notes.iter().any(|note| note["messageId"] == "list_checked"), "{:#?}", told.notes);
    let told = import(&tenant, "Username,MFA Status\nnobody@nowhere.example,x\n", &json!({ "validateOnly": true }));
    assert_eq!((told.error_code(), told.exit_code()), ("faulty_list", 1));
    assert_eq!(places(&told), [(2, Some(1)), (2, Some(2))], "nobody of that name, and no such state");
    let request = json!({ "path": list(&tenant, "Username,MFA Status\n"), "user": user });
    assert_eq!(run(&tenant.session(), Operation::ImportMfa, &request).error_code(), "argument");
    assert_eq!(state(&tenant, &user), PerUserMfa::Disabled);
}

#[test]
fn a_template_is_what_can_be_imported_and_changes_nothing() {
    let tenant = hurried();
    let samples = tenant.samples().clone();
    let path = tenant.folder.path().join("template.csv");
    let people = [&samples.mfa_enabled, &samples.mfa_enforced, &samples.apostrophe, &samples.guest];
    let told = run(&tenant.session(), Operation::NewMfaTemplate, &json!({ "path": path, "user": people }));
    assert_eq!(told.records, [json!({ "path": path, "people": 4 })], "{:#}", told.end);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("\u{feff}Username,MFA Status\r\n"), "{text}");
    assert!(text.contains(&format!("{},Enforced\r\n", samples.mfa_enforced)), "{text}");
    let told = import(&tenant, text, &json!({}));
    for person in people {
        assert_eq!(told.word(person, "Mfa"), "Unchanged");
    }
}

#[test]
fn a_template_of_everybody_is_read_page_by_page_and_a_sample_needs_no_tenant() {
    let tenant = hurried();
    let path = tenant.folder.path().join("template.csv");
    let told = run(
        &tenant.session(),
        Operation::NewMfaTemplate,
        &json!({ "path": path, "all": true, "except": tenant.samples().user }),
    );
    assert_eq!(told.records[0]["people"], 199, "{:#}", told.end);
    let asked = tenant.simulator.world().traffic.take();
    assert!(!asked.iter().any(|asked| (asked.path.clone() + &asked.body).contains("/authentication/")), "{asked:?}");
    let nowhere = m365_access::Session::open("{}");
    let told = run(&nowhere, Operation::NewMfaTemplate, &json!({ "path": path, "sample": true }));
    assert_eq!(told.records[0]["people"], 3, "{:#}", told.end);
    assert!(std::fs::read_to_string(&path).unwrap().contains("Disabled"));
    let told = run(&nowhere, Operation::NewMfaTemplate, &json!({ "path": path, "sample": true, "user": "a@x" }));
    assert_eq!(told.error_code(), "argument");
}

#[test]
fn a_few_people_are_shown_as_they_are_now() {
    let tenant = hurried();
    let samples = tenant.samples().clone();
    let people = [&samples.mfa_enabled, &samples.many_methods, &samples.global_admin];
    let told = run(&tenant.session(), Operation::GetMfa, &json!({ "user": people }));
    let of = |user: &str| {
        told.records.iter().find(|record| record["user"] == user).unwrap_or_else(|| panic!("{user} in {:#}", told.text))
    };
    let enabled = of(&samples.mfa_enabled);
    assert_eq!(enabled["mfaState"], "Enabled");
    assert_eq!(enabled["methodsRegistered"], json!([]));
    assert_eq!(enabled["defaultMethod"], Value::Null);
    assert_eq!((&enabled["isAdmin"], &enabled["protection"]), (&json!(false), &json!("PerUser")));
    let many = of(&samples.many_methods);
    assert_eq!(many["defaultMethod"], "Sms");
    let words: Vec<String> = serde_json::from_value(many["methodsRegistered"].clone()).unwrap();
    for word in ["Phone", "Authenticator", "Fido2", "HardwareOath", "QrCodePin"] {
        assert_eq!(words.iter().filter(|known| *known == word).count(), 1, "{words:?}");
    }
    assert_eq!((&many["mfaState"], &many["protection"]), (&json!("Disabled"), &json!("None")));
    assert_eq!(of(&samples.global_admin)["isAdmin"], true);
}

#[test]
fn everybody_in_one_state_is_shown_from_the_report() {
    let tenant = hurried();
    let session = tenant.session();
    let view = |state: &str| run(&session, Operation::GetMfa, &json!({ "state": state }));
    let count = |wanted: PerUserMfa| {
        let tenant = tenant.simulator.world().tenant();
        tenant.users.iter().filter(|user| user.authentication.latest().per_user_mfa == wanted).count()
    };
    for (word, wanted) in
        [("Enabled", PerUserMfa::Enabled), ("enforced", PerUserMfa::Enforced), ("Disabled", PerUserMfa::Disabled)]
    {
        let told = view(word);
        assert_eq!(told.records.len(), count(wanted), "{word}");
        assert!(told.records.iter().all(|record| record["methodsRegistered"].is_array()));
    }
    let told = view("Any");
    assert_eq!(told.records.len(), 200);
    assert!(told.notes.iter().any(|note| note["messageId"] == "registrations_dated"), "{:#?}", told.notes);
    assert_eq!(view("On").error_code(), "argument");
}

#[test]
fn security_defaults_are_said_to_decide() {
    let tenant = hurried();
    tenant.simulator.world().tenant_mut().security_defaults = true;
    let user = tenant.samples().mfa_enabled.clone();
    let told = run(&tenant.session(), Operation::GetMfa, &json!({ "user": user }));
    assert_eq!(told.records[0]["protection"], "SecurityDefaults");
    let said = |told: &Told| {
        told.notes.iter().any(|note| note["messageId"] == "security_defaults_on" && note["level"] == "warning")
    };
    assert!(said(&told), "{:#?}", told.notes);
    let told = run(&tenant.session(), Operation::SetMfa, &json!({ "user": user, "state": "Enforced" }));
    assert!(said(&told), "{:#?}", told.notes);
    assert_eq!(told.word(&user, "Mfa"), "Verified");
}

/// Everything else is known where a part is not.
#[test]
fn what_may_not_be_read_is_said_and_not_made_up() {
    let tenant = hurried();
    let about = tenant.simulator.description().clone();
    let weak = json!({ "clientId": about.weak_client_id, "clientSecret": about.weak_client_secret });
    let told = run(&tenant.session_with(&weak), Operation::GetMfa, &json!({ "user": about.samples.mfa_enforced }));
    let record = &told.records[0];
    assert_eq!(record["mfaState"], "Enforced", "{:#}", told.end);
    assert_eq!((&record["methodsRegistered"], &record["isAdmin"]), (&Value::Null, &Value::Null));
    for id in ["defaults_unread", "roles_unread", "registrations_unread"] {
        assert!(told.notes.iter().any(|note| note["messageId"] == id), "{id} in {:#?}", told.notes);
    }
}

/// A list of the size that the old portal's users have: looked up in batches, and the states in the directory's quota.
#[test]
fn five_thousand_lines_are_checked_and_found_unchanged() {
    let tenant = Tenant::with(Options { users: 5_000, time_scale: 1_000.0, ..Options::default() });
    let session = tenant.session();
    let path = tenant.folder.path().join("everybody.csv");
    let told = run(&session, Operation::NewMfaTemplate, &json!({ "path": path, "all": true }));
    assert_eq!(told.records[0]["people"], 5_000, "{:#}", told.end);
    let told = run(&session, Operation::ImportMfa, &json!({ "path": path }));
    assert_eq!(told.end["counts"]["unchanged"], 5_000, "{:#}", told.end);
    // One fault at the very end, and nobody is touched.
    let mut text = std::fs::read_to_string(&path).unwrap().replace("Disabled", "Enforced");
    text.push_str("nobody@nowhere.example,Enforced\r\n");
    std::fs::write(&path, text).unwrap();
    let told = run(&session, Operation::ImportMfa, &json!({ "path": path, "validateOnly": true }));
    assert_eq!((told.error_code(), places(&told)), ("faulty_list", vec![(5_002, Some(1))]), "{:#}", told.end);
}

#[test]
fn where_methods_may_not_be_read_enforced_is_not_taken_for_enabled() {
    let rule = json!({ "match": { "method": "GET", "path": "**/authentication/methods" }, "fault": { "status": 403 } });
    let options = Options { time_scale: 1_000.0, ..Options::default() };
    let tenant = Tenant::with_faults(options, &json!({ "rules": [rule] }));
    let user = tenant.samples().mfa_enabled.clone();
    let session = tenant.session();
    for (wanted, after) in [("Enforced", PerUserMfa::Enforced), ("Enabled", PerUserMfa::Enabled)] {
        let told = run(&session, Operation::SetMfa, &json!({ "user": user, "state": wanted }));
        assert_eq!(told.word(&user, "Mfa"), "Verified", "{told:#?}");
        assert_eq!(state(&tenant, &user), after, "nothing is registered: enabled is another state");
    }
}

#[test]
fn a_list_of_everybody_counts_for_those_who_are_to_change() {
    let tenant = Tenant::with(Options { users: 300, time_scale: 1_000.0, ..Options::default() });
    let session = tenant.session();
    let path = tenant.folder.path().join("everybody.csv");
    run(&session, Operation::NewMfaTemplate, &json!({ "path": path, "all": true }));
    let template = std::fs::read_to_string(&path).unwrap();
    // Administrators are counted apart.
    let told = run(&session, Operation::GetUser, &json!({ "all": true }));
    let ordinary = |name: &str| {
        let mut found = told.records.iter().filter(|record| record["user"] == name);
        found.any(|record| record["roles"] == json!([]))
    };
    let edited = |count: usize| {
        let mut left = count;
        let mut edit = |line: &str| match line.strip_suffix(",Disabled") {
            Some(name) if left > 0 && ordinary(name) => {
                left -= 1;
                format!("{name},Enforced\n")
            }
            _ => format!("{line}\n"),
        };
        let text: String = template.lines().map(&mut edit).collect();
        assert_eq!(left, 0, "there are not so many");
        std::fs::write(&path, text).unwrap();
    };
    edited(3);
    let told = run_answering(&session, Operation::ImportMfa, &json!({ "path": path, "confirm": true }), |ask| {
        assert_eq!(ask["count"], 3, "{ask:#}");
        json!(true)
    });
    let counts = &told.end["counts"];
    assert_eq!(
        (&counts["verified"], &counts["unchanged"], told.asks.len()),
        (&json!(3), &json!(297), 1),
        "{:#}",
        told.end
    );
    edited(101);
    let told = run(&session, Operation::ImportMfa, &json!({ "path": path }));
    // Three of them are enforced already.
    assert_eq!(told.error_code(), "cap_percent", "{:#}", told.end);
    assert_eq!(told.end["error"]["messageArguments"]["count"], "98");
}
