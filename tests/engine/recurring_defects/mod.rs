//! How other tools come to report success that did not happen, one test each: what our code must never do.
//!
//! Every test here fails as soon as the code is changed to have the defect that it is named after. Sign-in, sessions,
//! passwords and mailboxes stand here, multi-factor authentication and the organisation's settings in `mfa`; what is asked
//! of every kind of change in `every_kind`.

mod every_kind;
mod mfa;

use std::collections::BTreeMap;

use m365_access::{Operation, simulator::Options, simulator::traffic::Exchange};
use serde_json::{Value, json};

use crate::{
    job::{Told, next, run},
    tenant::Tenant,
};

/// A tenant whose services do what `rules` say.
fn faulty(rules: &Value) -> Tenant {
    let options = Options { time_scale: 60.0, replication_milliseconds: 0, ..Options::default() };
    Tenant::with_faults(options, &json!({ "rules": rules }))
}

/// Ordinary people of every such tenant, by object id: the same seed gives the same people.
fn people(count: usize) -> Vec<String> {
    let tenant = Tenant::new();
    let world = tenant.simulator.world().tenant();
    let privileged: Vec<_> =
        world.role_assignments.iter().chain(&world.role_eligibilities).map(|held| held.principal_id).collect();
    let ordinary = world.users.iter().filter(|user| {
        let profile = user.profile.latest();
        profile.account_enabled
            && profile.user_type == "Member"
            && profile.on_premises_sync_enabled.is_none()
            && !user.credentials.federated
            && !privileged.contains(&user.id)
    });
    ordinary.map(|user| user.id.to_string()).take(count).collect()
}

/// The record of a person, by object id.
fn of<'a>(told: &'a Told, id: &str, change: &str) -> &'a Value {
    let mut found = told.records.iter().filter(|record| record["userId"] == id && record["change"] == change);
    found.next().unwrap_or_else(|| panic!("no {change} of {id} in {:#?} {:#}", told.records, told.end))
}

/// Calls that a tenant was asked, those inside of batches too: method and path without query, in lower case. A command
/// to Exchange Online is a path of its own.
fn calls(traffic: &[Exchange]) -> Vec<(String, String)> {
    let bare = |path: &str| path.split('?').next().unwrap_or_default().to_lowercase();
    let mut calls = Vec::new();
    for asked in traffic {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        if let Some(version) = asked.path.strip_suffix("$batch") {
            calls.extend(body["requests"].as_array().unwrap().iter().map(|item| {
                let url = item["url"].as_str().unwrap().trim_start_matches('/');
                (item["method"].as_str().unwrap().to_owned(), format!("{version}{}", bare(url)))
            }));
        } else if let Some(cmdlet) = body["CmdletInput"]["CmdletName"].as_str() {
            calls.push((asked.method.clone(), cmdlet.to_lowercase()));
        } else {
            calls.push((asked.method.clone(), bare(&asked.path)));
        }
    }
    calls
}

/// What the journal says of all runs.
fn journal(tenant: &Tenant) -> Vec<Value> {
    run(&tenant.session(), Operation::GetRun, &json!({ "changes": true })).records
}

fn is_good(outcome: &Value) -> bool {
    matches!(outcome.as_str(), Some("Verified" | "Accepted" | "Unchanged"))
}

/// Nothing that was said or written down speaks of success.
fn no_success(tenant: &Tenant, told: &Told) {
    assert!(told.records.iter().all(|record| !is_good(&record["outcome"])), "{:#?}", told.records);
    assert!(!is_good(&told.end["outcome"]) && told.exit_code() != 0, "{:#}", told.end);
    for run in journal(tenant) {
        assert!(!is_good(&run["outcome"]) && run["exitCode"] != 0, "{run:#}");
        assert!(run["changes"].as_array().unwrap().iter().all(|change| !is_good(&change["outcome"])), "{run:#}");
    }
}

#[test]
fn completed_is_not_written_before_the_call() {
    let tenant = faulty(&json!([{ "match": { "method": "PATCH" }, "fault": { "slowMilliseconds": 1500 } }]));
    let user = tenant.samples().user.clone();
    let session = tenant.session();
    let job = session.start(Operation::BlockUser, &json!({ "user": user }).to_string()).unwrap();
    let answered = |traffic: &[Exchange]| traffic.iter().any(|asked| asked.method == "PATCH");
    let mut traffic = Vec::new();
    let mut watched = 0;
    loop {
        let runs = journal(&tenant);
        traffic.extend(tenant.simulator.world().traffic.take());
        if answered(&traffic) {
            break;
        }
        // The write has no answer yet, so nobody can know how it went.
        for run in &runs {
            let changes = run["changes"].as_array().unwrap();
            assert_eq!((&run["state"], changes.len()), (&json!("Running"), 2), "{run:#}");
            assert!(
                !is_good(&run["outcome"]) && changes.iter().all(|change| change["outcome"] == "Planned"),
                "{run:#}"
            );
            watched += 1;
        }
    }
    assert!(watched > 0, "the write was answered before anybody looked");
    let block = loop {
        let event = next(&job).unwrap();
        if event["kind"] == "records" {
            break event["records"][0].clone();
        }
    };
    assert_eq!((&block["change"], &block["outcome"]), (&json!("SignIn"), &json!("Verified")));
    traffic.extend(tenant.simulator.world().traffic.take());
    let calls = calls(&traffic);
    let written = calls.iter().position(|(method, _)| method == "PATCH").unwrap();
    let person = &calls[written].1;
    let read = calls.iter().skip(written).position(|(method, path)| method == "GET" && path == person);
    assert!(read.is_some(), "called verified without a read after the write: {calls:#?}");
    while next(&job).is_some() {}
}

#[test]
fn an_error_is_not_swallowed() {
    let people = people(4);
    let rule = |method: &str, path: String, status: u16| json!({ "match": { "method": method, "path": path }, "fault": { "status": status } });
    let tenant = faulty(&json!([
        rule("PATCH", format!("/v1.0/users/{}", people[0]), 403),
        rule("PATCH", format!("/v1.0/users/{}", people[1]), 404),
        rule("POST", format!("/v1.0/users/{}/revokeSignInSessions", people[2]), 409),
        rule("PATCH", format!("/v1.0/users/{}", people[3]), 400),
    ]));
    for (operation, person, change, code) in [
        (Operation::BlockUser, &people[0], "SignIn", "forbidden"),
        (Operation::BlockUser, &people[1], "SignIn", "not_found"),
        (Operation::RevokeSessions, &people[2], "Sessions", "conflict"),
        (Operation::ResetPassword, &people[3], "Password", "rejected"),
    ] {
        let told = run(&tenant.session(), operation, &json!({ "user": person }));
        let record = of(&told, person, change);
        assert_eq!((&record["outcome"], &record["code"]), (&json!("Failed"), &json!(code)), "{record:#}");
        assert!(record["message"].is_string() && record["httpStatus"].is_number(), "{record:#}");
        assert_eq!((told.end["outcome"].as_str(), told.exit_code() != 0), (Some("Failed"), true));
        let runs = journal(&tenant);
        assert_eq!((&runs[0]["runId"], &runs[0]["outcome"]), (&told.end["runId"], &json!("Failed")));
    }
}

#[test]
fn a_batch_answer_of_200_is_not_success() {
    let people = people(12);
    let rule = |person: &str, status: u16| {
        json!({ "match": { "method": "PATCH", "path": format!("/v1.0/users/{person}") },
                "fault": { "status": status } })
    };
    let tenant = faulty(&json!([rule(&people[2], 403), rule(&people[7], 400), rule(&people[9], 500)]));
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": people, "keepSessions": true }));
    let traffic = tenant.simulator.world().traffic.take();
    let mut batches = traffic.iter().filter(|asked| asked.path.ends_with("$batch"));
    let refused = |batch: &Exchange| batch.body.contains(&people[2]) && batch.body.contains("PATCH");
    assert!(batches.any(|batch| refused(batch) && batch.status == Some(200)), "it did not travel in a batch");
    for (index, person) in people.iter().enumerate() {
        let record = of(&told, person, "SignIn");
        let (outcome, code) = match index {
            2 => ("Failed", json!("forbidden")),
            7 => ("Failed", json!("rejected")),
            9 => ("Unknown", json!("service_fault")),
            _ => ("Verified", Value::Null),
        };
        assert_eq!((&record["outcome"], &record["code"]), (&json!(outcome), &code), "{record:#}");
        assert_eq!(tenant.enabled(person), outcome != "Verified");
    }
    assert_eq!(told.exit_code(), 3);
}

#[test]
fn throttled_items_of_a_batch_are_repeated() {
    let people = people(20);
    let throttled = &people[..5];
    let rules: Vec<Value> = throttled
        .iter()
        .map(|person| {
            json!({ "match": { "method": "PATCH", "path": format!("/v1.0/users/{person}") }, "times": 1,
                    "fault": { "status": 429, "retryAfterSeconds": 6 } })
        })
        .collect();
    let tenant = faulty(&json!(rules));
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": people, "keepSessions": true }));
    let mut written: BTreeMap<String, u32> = BTreeMap::new();
    for (method, path) in calls(&tenant.simulator.world().traffic.take()) {
        if method == "PATCH" {
            *written.entry(path).or_default() += 1;
        }
    }
    for person in &people {
        assert_eq!(of(&told, person, "SignIn")["outcome"], "Verified");
        assert!(!tenant.enabled(person));
        // Its neighbours are done and are not sent again.
        let times = 1 + u32::from(throttled.contains(person));
        assert_eq!(written[&format!("/v1.0/users/{person}")], times, "{person}");
    }
    assert_eq!(told.exit_code(), 0);
}

#[test]
fn a_broken_batch_is_not_passed_over_in_silence() {
    let people = people(6);
    // Reading goes well; every request that carries a write breaks.
    let tenant =
        faulty(&json!([{ "match": { "path": "/v1.0/$batch", "body": "PATCH" }, "fault": { "cutBody": true } },
                                { "match": { "method": "PATCH" }, "fault": { "resetBefore": true } }]));
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": people, "keepSessions": true }));
    for person in &people {
        let record = of(&told, person, "SignIn");
        assert_eq!((&record["outcome"], &record["code"]), (&json!("Unknown"), &json!("answer_lost")), "{record:#}");
    }
    assert_eq!((told.records.len(), told.exit_code()), (people.len(), 3));
    no_success(&tenant, &told);
}

#[test]
fn a_run_with_failures_does_not_end_like_one_without() {
    let people = people(3);
    let tenant = faulty(&json!([
        { "match": { "method": "POST", "path": format!("/v1.0/users/{}/revokeSignInSessions", people[1]) },
          "fault": { "status": 403 } }
    ]));
    let told = run(&tenant.session(), Operation::InvokeOffboarding, &json!({ "user": people, "skip": ["Password"] }));
    assert_eq!((told.end["outcome"].as_str(), told.exit_code()), (Some("Failed"), 1), "{:#}", told.end);
    let summaries: Vec<&Value> = told.records.iter().filter(|record| record["steps"].is_array()).collect();
    assert_eq!(summaries.len(), people.len());
    for summary in summaries {
        let failed = summary["userId"] == people[1].as_str();
        let sessions = summary["steps"].as_array().unwrap().iter().find(|step| step["change"] == "Sessions").unwrap();
        let word = if failed { "Failed" } else { "Verified" };
        assert_eq!((&summary["outcome"], &sessions["outcome"]), (&json!(word), &json!(word)), "{summary:#}");
    }
    let runs = journal(&tenant);
    let (state, outcome, exit) = (&runs[0]["state"], &runs[0]["outcome"], &runs[0]["exitCode"]);
    assert_eq!((state, outcome, exit), (&json!("Completed"), &json!("Failed"), &json!(1)), "{:#}", runs[0]);
}

#[test]
fn zero_results_are_not_success() {
    let people = people(5);
    let tenant = faulty(&json!([{ "match": { "method": "PATCH", "inBatch": true }, "fault": { "missingItem": true } },
                       { "match": { "method": "PATCH", "inBatch": false }, "fault": { "resetBefore": true } }]));
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": people }));
    for person in &people {
        let record = of(&told, person, "SignIn");
        assert_eq!((&record["outcome"], &record["code"]), (&json!("Unknown"), &json!("answer_lost")), "{record:#}");
        assert_eq!(of(&told, person, "Sessions")["outcome"], "Skipped");
    }
    no_success(&tenant, &told);
    // Nobody at all: that is said, and it is not called a success of anything.
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "filter": "city eq 'Atlantis'" }));
    assert!(told.notes.iter().any(|note| note["messageId"] == "nobody_found"), "{told:#?}");
    assert_eq!((told.records.len(), &told.end["outcome"]), (0, &Value::Null));
}

#[test]
fn a_null_look_up_is_not_success() {
    let people = people(2);
    let tenant = faulty(&json!([{ "match": { "method": "PATCH" }, "fault": { "slowMilliseconds": 1500 } }]));
    let told = run(&tenant.session(), Operation::RevokeSessions, &json!({ "user": "nobody@example.com" }));
    assert_eq!(told.word("nobody@example.com", "Sessions"), "Failed");
    assert_eq!(told.outcome("nobody@example.com", "Sessions")["code"], "not_found");

    // Somebody else deletes the person between the write and the read-back.
    let session = tenant.session();
    let job = session.start(Operation::BlockUser, &json!({ "user": people[0] }).to_string()).unwrap();
    while tenant.enabled(&people[0]) {
        std::thread::yield_now();
    }
    {
        let mut world = tenant.simulator.world().tenant_mut();
        let gone = world.user_by_id.remove(&people[0].parse().unwrap()).unwrap();
        world.user_by_name.retain(|_, index| *index != gone);
    }
    let mut told = Told::default();
    while let Some(event) = next(&job) {
        match event["kind"].as_str() {
            Some("records") => told.records.extend(event["records"].as_array().unwrap().iter().cloned()),
            Some("end") => told.end = event,
            _ => {}
        }
    }
    let record = of(&told, &people[0], "SignIn");
    assert_eq!((&record["outcome"], &record["code"]), (&json!("Unknown"), &json!("not_found")), "{record:#}");
    assert_eq!(of(&told, &people[0], "Sessions")["outcome"], "Skipped");
    no_success(&tenant, &told);
}

#[test]
fn a_rehearsal_leaves_no_success_in_the_journal() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    for operation in [
        Operation::BlockUser,
        Operation::RevokeSessions,
        Operation::ResetPassword,
        Operation::UnlockUser,
        Operation::InvokeOffboarding,
    ] {
        tenant.simulator.world().traffic.take();
        let told = run(&tenant.session(), operation, &json!({ "user": user, "whatIf": true }));
        assert!(!told.records.is_empty(), "{operation:?}");
        for record in &told.records {
            assert_eq!((&record["outcome"], &record["runId"]), (&json!("Planned"), &json!("")), "{record:#}");
        }
        assert_eq!((told.end["outcome"].as_str(), &told.end["runId"]), (Some("Planned"), &Value::Null));
        let writes = |(method, path): &(String, String)| method != "GET" && !path.ends_with("/token");
        let mut asked = tenant.simulator.world().traffic.take();
        // Exchange Online is asked by POST as well.
        asked.retain(|asked| !asked.body.contains(r#""CmdletName":"Get-"#));
        let written: Vec<_> = calls(&asked).into_iter().filter(writes).collect();
        assert!(written.is_empty(), "{operation:?} wrote {written:?}");
    }
    assert!(!tenant.folder.path().join("journal.db").exists(), "a rehearsal has no journal");
    assert_eq!(journal(&tenant), Vec::<Value>::new());
}

#[test]
fn a_password_arrives_as_text_not_as_a_type_name() {
    let tenant = Tenant::new();
    let people = people(4);
    let given = "Linden-Ampel-2207";
    let name =
        |id: &str| tenant.simulator.world().tenant().user(id).unwrap().profile.latest().user_principal_name.clone();
    for (operation, person) in [(Operation::ResetPassword, &people[0]), (Operation::UnlockUser, &people[1])] {
        let request = json!({ "user": person, "password": given, "noChangeAtNextSignIn": true });
        let told = run(&tenant.session(), operation, &request);
        assert_eq!(of(&told, person, "Password")["outcome"], "Verified", "{told:#?}");
        assert!(tenant.sign_in(&name(person), given).is_ok(), "{operation:?}");
    }
    let request = json!({ "user": people[2], "showPassword": true, "noChangeAtNextSignIn": true });
    let told = run(&tenant.session(), Operation::ResetPassword, &request);
    let generated = of(&told, &people[2], "Password")["password"].as_str().unwrap();
    assert!(tenant.sign_in(&name(&people[2]), generated).is_ok());
    // Somebody who was offboarded cannot try it: the sign-in service itself is asked what it knows.
    let told = run(&tenant.session(), Operation::InvokeOffboarding, &json!({ "user": people[3], "password": given }));
    assert_eq!(of(&told, &people[3], "Password")["outcome"], "Verified", "{told:#?}");
    assert_eq!(tenant.simulator.world().tenant().user(&people[3]).unwrap().credentials.password, given);
}

#[test]
fn more_than_the_first_page_is_read() {
    let tenant = Tenant::with(Options { users: 2500, time_scale: 600.0, ..Options::default() });
    let everybody: Vec<uuid::Uuid> = {
        let mut world = tenant.simulator.world().tenant_mut();
        let members = world.users.iter().map(|user| user.id).collect::<Vec<_>>();
        let group = world.groups.values_mut().find(|group| group.display_name == "Emergency Accounts").unwrap();
        group.members = members.iter().copied().collect();
        members
    };
    // Pages hold 999 at the most: everybody is on three of them.
    let who = json!({ "group": "Emergency Accounts", "whatIf": true, "keepSessions": true });
    let told = run(&tenant.session(), Operation::BlockUser, &who);
    assert_eq!(told.records.len(), everybody.len());
    // Nobody on a later page is forgotten where people are to be spared, either.
    let told = run(
        &tenant.session(),
        Operation::BlockUser,
        &json!({ "all": true, "except": "group:Emergency Accounts", "maximumPercent": 100 }),
    );
    assert_eq!((told.records.len(), told.exit_code()), (0, 0), "{:#}", told.end);
    // Nor where administrators are: everybody holds a role now, through a group.
    let operators: uuid::Uuid = tenant.role_group().parse().unwrap();
    let last = {
        let mut world = tenant.simulator.world().tenant_mut();
        world.groups.get_mut(&operators).unwrap().members = everybody.iter().copied().collect();
        let last = everybody.iter().max().unwrap();
        world.user(&last.to_string()).unwrap().profile.latest().user_principal_name.clone()
    };
    let one = json!({ "filter": format!("userPrincipalName eq '{}'", last.replace('\'', "''")) });
    let told = run(&tenant.session(), Operation::BlockUser, &one);
    assert_eq!(told.error_code(), "cap_privileged", "{told:#?}");
}

#[test]
fn removed_is_not_said_without_looking() {
    // The service says yes to everything, and nothing happens.
    let tenant = faulty(&json!([{ "match": { "service": "graph" }, "fault": { "withoutEffect": true } },
                                { "match": { "body": "Set-CASMailbox" }, "fault": { "withoutEffect": true } }]));
    let people: Vec<String> = people(12)
        .into_iter()
        .filter(|person| tenant.simulator.world().tenant().user(person).unwrap().mailbox.is_some())
        .take(3)
        .collect();
    assert_eq!(people.len(), 3);
    for (operation, change) in [
        (Operation::BlockUser, "SignIn"),
        (Operation::RevokeSessions, "Sessions"),
        (Operation::ResetPassword, "Password"),
        (Operation::DisableMailboxAccess, "MailboxAccess"),
    ] {
        let told = run(&tenant.session(), operation, &json!({ "user": people }));
        for person in &people {
            let record = of(&told, person, change);
            assert_eq!(
                (&record["outcome"], &record["code"]),
                (&json!("Unknown"), &json!("not_confirmed")),
                "{record:#}"
            );
            assert!(record.get("password").is_none() && record["effectiveBy"].is_null(), "{record:#}");
        }
        assert_eq!(told.exit_code(), 3);
        no_success(&tenant, &told);
    }
}
