//! Mailbox protocols and modern authentication: only what differs is written, what is written is read back, and what
//! Exchange Online says in its own ways is understood.

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use crate::{
    job::{Told, run, run_answering},
    tenant::Tenant,
};

const PROTOCOLS: [&str; 12] = [
    "ActiveSync",
    "OWA",
    "OWAforDevices",
    "MAPI",
    "EWS",
    "POP",
    "IMAP",
    "UniversalOutlook",
    "OutlookMobile",
    "OneWinNativeOutlook",
    "MacOutlook",
    "SmtpAuth",
];

/// The parameters of every `Set-` command that the tenant was sent, in order.
fn written(tenant: &Tenant) -> Vec<Value> {
    let traffic = tenant.simulator.world().traffic.take();
    let bodies = traffic.iter().filter(|asked| asked.path.ends_with("/InvokeCommand"));
    let commands = bodies.map(|asked| serde_json::from_str::<Value>(&asked.body).unwrap()["CmdletInput"].clone());
    let writes = commands.filter(|command| command["CmdletName"].as_str().unwrap().starts_with("Set-"));
    writes.map(|mut command| command["Parameters"].take()).collect()
}

fn mailbox(tenant: &Tenant, user: &str) -> m365_access::simulator::tenant::Mailbox {
    tenant.simulator.world().tenant().user(user).unwrap().mailbox.as_ref().unwrap().latest().clone()
}

fn disable(tenant: &Tenant, more: &Value) -> Told {
    run(&tenant.session(), Operation::DisableMailboxAccess, more)
}

fn faulty(rules: &Value) -> Tenant {
    Tenant::with_faults(Options { time_scale: 200.0, ..Options::default() }, &json!({ "seed": 1, "rules": rules }))
}

#[test]
fn a_closed_mailbox_is_closed_everywhere_and_read_back() {
    let tenant = Tenant::new();
    let user = tenant.samples().mailbox.clone();
    let told = disable(&tenant, &json!({ "user": user, "reason": "left" }));
    let outcome = told.outcome(&user, "MailboxAccess");
    assert_eq!((&outcome["outcome"], told.exit_code()), (&json!("Verified"), 0), "{told:#?}");
    // Where the organisation decides, nobody had opened anything.
    assert_eq!(outcome["before"], json!(PROTOCOLS[..11]));
    assert_eq!((&outcome["wanted"], &outcome["after"]), (&json!([]), &json!([])));
    assert_eq!(outcome["messageId"], "undocumented_endpoint");
    assert_eq!(outcome["effectiveBy"], Value::Null, "no page says when");
    let mailbox = mailbox(&tenant, &user);
    assert!(!mailbox.owa_enabled && !mailbox.mac_outlook_enabled && mailbox.ecp_enabled);
    assert_eq!(mailbox.smtp_client_authentication_disabled, Some(true));
    let again = disable(&tenant, &json!({ "user": user }));
    assert_eq!(again.word(&user, "MailboxAccess"), "Unchanged");
    assert!(written(&tenant).len() == 1, "what is so already is not written");
}

#[test]
fn only_the_switches_that_differ_are_sent() {
    let tenant = Tenant::new();
    let user = tenant.samples().mailbox.clone();
    disable(&tenant, &json!({ "user": user, "protocol": ["POP", "imap"] }));
    let id = tenant.simulator.world().tenant().user(&user).unwrap().id.to_string();
    assert_eq!(
        written(&tenant),
        [json!({ "Identity": id, "PopEnabled": false, "ImapEnabled": false, "Confirm": false })]
    );
    disable(&tenant, &json!({ "user": user, "classic": true }));
    disable(&tenant, &json!({ "user": user, "protocol": ["ActiveSync", "EWS", "POP"] }));
    let sent = written(&tenant);
    let names = |of: &Value| -> Vec<String> { of.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&sent[0]), ["ActiveSyncEnabled", "Confirm", "Identity", "OWAEnabled", "OWAforDevicesEnabled"]);
    assert_eq!(names(&sent[1]), ["Confirm", "EwsEnabled", "Identity"]);
}

#[test]
fn opening_leaves_smtp_to_the_organisation_unless_it_is_named() {
    let tenant = Tenant::new();
    let user = tenant.samples().mailbox.clone();
    disable(&tenant, &json!({ "user": user, "protocol": ["MAPI", "OWA"] }));
    let opened = run(&tenant.session(), Operation::EnableMailboxAccess, &json!({ "user": user }));
    assert_eq!(opened.outcome(&user, "MailboxAccess")["after"], json!(PROTOCOLS[..11]));
    assert_eq!(mailbox(&tenant, &user).smtp_client_authentication_disabled, None);
    let named = json!({ "user": user, "protocol": "SmtpAuth" });
    let opened = run(&tenant.session(), Operation::EnableMailboxAccess, &named);
    assert_eq!(opened.outcome(&user, "MailboxAccess")["after"], json!(PROTOCOLS));
    assert_eq!(mailbox(&tenant, &user).smtp_client_authentication_disabled, Some(false));
}

#[test]
fn whoever_has_no_mailbox_is_left_alone_and_the_others_are_done() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let people = [&samples.no_mailbox, &samples.guest, &samples.mailbox];
    let told = disable(&tenant, &json!({ "user": people }));
    for without in &people[..2] {
        let outcome = told.outcome(without, "MailboxAccess");
        assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Skipped"), &json!("no_mailbox")), "{told:#?}");
        assert_eq!(outcome["before"], Value::Null);
    }
    assert_eq!((told.word(&samples.mailbox, "MailboxAccess"), told.exit_code()), ("Verified", 0));
}

#[test]
fn a_rehearsal_reads_what_it_would_change_and_changes_nothing() {
    let tenant = Tenant::new();
    let (user, without) = (tenant.samples().mailbox.clone(), tenant.samples().no_mailbox.clone());
    let request = json!({ "user": [user, without], "whatIf": true, "protocol": ["POP"] });
    let told = disable(&tenant, &request);
    let outcome = told.outcome(&user, "MailboxAccess");
    assert_eq!((&outcome["outcome"], &outcome["before"]), (&json!("Planned"), &json!(PROTOCOLS[..11])));
    let without_pop: Vec<&str> = PROTOCOLS[..11].iter().copied().filter(|word| *word != "POP").collect();
    assert_eq!(outcome["wanted"], json!(without_pop));
    assert_eq!(told.outcome(&without, "MailboxAccess")["code"], "no_mailbox");
    assert!(written(&tenant).is_empty() && mailbox(&tenant, &user).pop_enabled);
}

#[test]
fn mailboxes_are_shown_one_by_one_and_all_together() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    disable(&tenant, &json!({ "user": samples.mailbox, "protocol": "POP" }));
    let told = run(
        &tenant.session(),
        Operation::GetMailboxAccess,
        &json!({ "user": [samples.mailbox, samples.no_mailbox, "nobody@nowhere.example"] }),
    );
    let [record] = told.records.as_slice() else { panic!("{told:#?}") };
    assert_eq!(
        (&record["pop"], &record["owa"], &record["smtpAuth"]),
        (&json!("Blocked"), &json!("Allowed"), &json!("Organization"))
    );
    assert_eq!(record["blocked"], json!(["POP"]));
    let codes: Vec<&Value> = told.errors.iter().map(|error| &error["code"]).collect();
    assert_eq!(codes.len(), 2);
    assert!(codes.contains(&&json!("no_mailbox")) && codes.contains(&&json!("not_found")), "{codes:?}");
    assert_eq!(told.exit_code(), 1);

    tenant.simulator.world().traffic.take();
    let all = run(&tenant.session(), Operation::GetMailboxAccess, &json!({ "all": true }));
    let expected = tenant.simulator.world().tenant().users.iter().filter(|user| user.mailbox.is_some()).count();
    assert_eq!(all.records.len(), expected);
    let asked = tenant.simulator.world().traffic.take();
    let commands = asked.iter().filter(|asked| asked.path.ends_with("/InvokeCommand")).count();
    assert_eq!(commands, 1, "everybody's come in pages");
    assert!(all.notes.iter().any(|note| note["messageId"] == "people_without_mailbox"));
    assert!(all.errors.is_empty());
}

#[test]
fn modern_authentication_is_the_tenants_own() {
    let tenant = Tenant::new();
    let session = tenant.session();
    let name = tenant.simulator.world().tenant().display_name.clone();
    let get =
        || run(&session, Operation::GetModernAuthentication, &json!({})).records[0]["modernAuthentication"].clone();
    assert_eq!(get(), "On");
    let planned = run(&session, Operation::DisableModernAuthentication, &json!({ "whatIf": true }));
    assert_eq!(planned.outcome(&name, "ModernAuthentication")["outcome"], "Planned");
    assert_eq!(get(), "On");

    let no = run_answering(&session, Operation::DisableModernAuthentication, &json!({ "confirm": true }), |ask| {
        assert_eq!(
            (&ask["target"], &ask["action"], &ask["count"]),
            (&json!(name), &json!("turn modern authentication off"), &json!(1))
        );
        false.into()
    });
    assert!(no.records.is_empty() && no.asks.len() == 1);
    let off =
        run_answering(&session, Operation::DisableModernAuthentication, &json!({ "confirm": true }), |_| true.into());
    let outcome = off.outcome(&name, "ModernAuthentication");
    assert_eq!(
        (&outcome["outcome"], &outcome["before"], &outcome["wanted"], &outcome["after"], &outcome["userId"]),
        (&json!("Verified"), &json!("On"), &json!("Off"), &json!("Off"), &Value::Null)
    );
    assert_eq!(get(), "Off");
    let on = run(&session, Operation::EnableModernAuthentication, &json!({ "reason": "T-7" }));
    assert_eq!(on.word(&name, "ModernAuthentication"), "Verified");
    assert_eq!(
        run(&session, Operation::EnableModernAuthentication, &json!({})).word(&name, "ModernAuthentication"),
        "Unchanged"
    );

    let runs = run(&session, Operation::GetRun, &json!({ "changes": true }));
    let told = &runs.records[1];
    assert_eq!((&told["operation"], &told["reason"]), (&json!("Enable-M365ModernAuthentication"), &json!("T-7")));
    assert_eq!((&told["changes"][0]["user"], &told["changes"][0]["before"]), (&json!(name), &json!("Off")));
}

#[test]
fn too_many_at_once_is_waited_for_in_plain_text_too() {
    let tenant = faulty(&json!([
        { "match": { "service": "exchange" }, "every": 2, "times": 6, "fault": { "status": 429 } },
    ]));
    let user = tenant.samples().mailbox.clone();
    let told = disable(&tenant, &json!({ "user": user }));
    assert_eq!(told.word(&user, "MailboxAccess"), "Verified", "{told:#?}");
}

#[test]
fn never_more_are_under_way_than_the_service_takes() {
    let tenant = Tenant::with(Options { time_scale: 20.0, ..Options::default() });
    let people: Vec<String> = {
        let world = tenant.simulator.world().tenant();
        let holders: Vec<_> =
            world.role_assignments.iter().chain(&world.role_eligibilities).map(|held| held.principal_id).collect();
        let ordinary = world.users.iter().filter(|user| user.mailbox.is_some() && !holders.contains(&user.id));
        ordinary.map(|user| user.id.to_string()).take(20).collect()
    };
    let told = disable(&tenant, &json!({ "user": people, "protocol": ["MAPI"] }));
    assert!(told.records.iter().all(|record| record["outcome"] == "Verified"), "{told:#?}");
    let asked = tenant.simulator.world().traffic.take();
    assert!(asked.iter().all(|asked| asked.status != Some(429)), "the client did not storm");
}

#[test]
fn a_refusal_without_a_word_names_what_is_missing() {
    let tenant = Tenant::new();
    let about = tenant.simulator.description().clone();
    let user = about.samples.mailbox.clone();
    // No permission: known before anything is sent.
    let weak = json!({ "clientId": about.weak_client_id, "clientSecret": about.weak_client_secret });
    for operation in [Operation::DisableMailboxAccess, Operation::GetMailboxAccess] {
        let told = run(&tenant.session_with(&weak), operation, &json!({ "user": user }));
        assert_eq!((told.error_code(), told.exit_code()), ("forbidden", 4), "{told:#?}");
        assert_eq!(told.end["error"]["missingPermission"], "Exchange.ManageAsApp");
        assert!(told.records.is_empty() && told.errors.is_empty(), "one error and no more");
    }
    assert!(mailbox(&tenant, &user).pop_enabled);

    // The permission without a role: only the service can say, and it says nothing.
    tenant
        .simulator
        .world()
        .tenant_mut()
        .role_assignments
        .retain(|held| held.role_definition_id != m365_access::simulator::role::EXCHANGE_ADMINISTRATOR);
    let told = disable(&tenant, &json!({ "user": user }));
    let outcome = told.outcome(&user, "MailboxAccess");
    assert_eq!(
        (&outcome["outcome"], &outcome["code"], &outcome["messageId"]),
        (&json!("Failed"), &json!("forbidden"), &json!("exchange_refuses")),
        "{told:#?}"
    );
    assert_eq!(
        (&outcome["httpStatus"], &outcome["missingRole"]),
        (&json!(403), &json!("Exchange Recipient Administrator"))
    );
    assert!(outcome["message"].as_str().unwrap().contains("Get-CASMailbox"));
    assert_eq!((told.errors.len(), told.exit_code()), (0, 4));
    let told = run(&tenant.session(), Operation::GetModernAuthentication, &json!({}));
    assert_eq!((told.error_code(), &told.end["error"]["missingRole"]), ("forbidden", &json!("Exchange Administrator")));
}

#[test]
fn a_token_for_exchange_is_asked_for_before_anything_is_done() {
    let tenant = Tenant::new();
    let admin = tenant.samples().global_admin.clone();
    let told =
        run(&tenant.session_as(&admin), Operation::DisableMailboxAccess, &json!({ "user": tenant.samples().mailbox }));
    assert_eq!((told.error_code(), told.exit_code()), ("unauthenticated", 4), "{told:#?}");
    assert_eq!(told.end["error"]["messageId"], "exchange_token_missing");
}

#[test]
fn an_exchange_that_answers_nonsense_is_not_believed() {
    for (body, code) in [
        ("[]", "decode"),
        ("everything is fine", "decode"),
        (r#"{"value":[{}]}"#, "decode"),
        (r#"{"value":[]}"#, "decode"),
        ("", "decode"),
    ] {
        let tenant = Tenant::new();
        let nonsense = crate::nonsense::Server::start(body);
        let session = tenant.session_with(&json!({ "exchangeEndpoint": nonsense.address() }));
        let user = tenant.samples().mailbox.clone();
        let told = run(&session, Operation::DisableMailboxAccess, &json!({ "user": user }));
        let outcome = told.outcome(&user, "MailboxAccess");
        assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Failed"), &json!(code)), "{body}: {told:#?}");
        let told = run(&session, Operation::GetModernAuthentication, &json!({}));
        assert_eq!(told.error_code(), code, "{body}");
    }
}

#[test]
fn a_write_that_never_shows_is_unknown() {
    let options = Options { replication_milliseconds: 600_000, time_scale: 600.0, ..Options::default() };
    let tenant = Tenant::with(options);
    let user = tenant.samples().mailbox.clone();
    let told = disable(&tenant, &json!({ "user": user, "protocol": ["POP"] }));
    let outcome = told.outcome(&user, "MailboxAccess");
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Unknown"), &json!("not_confirmed")), "{told:#?}");
    assert_eq!(told.exit_code(), 3);
    assert!(!mailbox(&tenant, &user).pop_enabled);
}

#[test]
fn a_lost_answer_to_a_write_is_settled_by_reading() {
    for fault in [json!({ "resetAfter": true }), json!({ "status": 500, "takesEffect": true })] {
        let tenant = faulty(&json!([
            { "match": { "service": "exchange" }, "after": 1, "first": 5, "fault": fault },
        ]));
        let user = tenant.samples().mailbox.clone();
        let told = disable(&tenant, &json!({ "user": user, "protocol": ["POP"] }));
        assert_eq!(told.word(&user, "MailboxAccess"), "Verified", "{told:#?}");
        assert!(!mailbox(&tenant, &user).pop_enabled);
    }
}

#[test]
fn the_guard_stands_before_mailboxes_too() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let session = tenant.session_with(&json!({ "emergencyAccount": [user] }));
    let told = run(&session, Operation::DisableMailboxAccess, &json!({ "user": user }));
    assert_eq!(told.outcome(&user, "MailboxAccess")["code"], "protected_emergency");
    let opened = run(&session, Operation::EnableMailboxAccess, &json!({ "user": user }));
    assert_eq!(opened.word(&user, "MailboxAccess"), "Unchanged");
    let told = disable(&tenant, &json!({ "all": true, "maximumPercent": 100 }));
    assert_eq!(told.error_code(), "cap_privileged");
}
