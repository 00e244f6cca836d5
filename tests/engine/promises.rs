//! What the house promises, as far as no other test of this program holds it: plans, the journal, order, politeness,
//! secrets, and that a simulated tenant needs no network.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use m365_access::{
    Operation, Session,
    simulator::{Options, traffic::Exchange},
};
use serde_json::{Value, json};

use crate::{
    job::{Told, next, run},
    log,
    tenant::Tenant,
};

/// A tenant at the services' own pace, whose services do what `rules` say.
fn faulty(rules: &Value) -> Tenant {
    faulty_and_hurried(rules, 1.0)
}

fn faulty_and_hurried(rules: &Value, time_scale: f64) -> Tenant {
    let options = Options { replication_milliseconds: 0, time_scale, ..Options::default() };
    Tenant::with_faults(options, &json!({ "rules": rules }))
}

#[test]
fn a_rehearsal_shows_the_very_plan() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let mut request = json!({ "user": [samples.user, samples.apostrophe, samples.guest], "whatIf": true });
    let plan = |told: &Told| -> Vec<(String, String)> {
        let word = |record: &Value, key: &str| record[key].as_str().unwrap().to_owned();
        let changes = told.records.iter().filter(|record| record["change"].is_string());
        let mut plan: Vec<_> = changes.map(|record| (word(record, "user"), word(record, "change"))).collect();
        // People are done side by side; the order within each of them is what was planned.
        plan.sort_by(|one, other| one.0.cmp(&other.0));
        plan
    };
    let rehearsed = run(&tenant.session(), Operation::InvokeOffboarding, &request);
    request["whatIf"] = json!(false);
    let done = run(&tenant.session(), Operation::InvokeOffboarding, &request);
    assert_eq!(plan(&rehearsed), plan(&done));
    assert!(plan(&done).len() >= 9, "{:?}", plan(&done));
}

/// What the process that is killed is to do.
const VICTIM: &str = "M365_ACCESS_TEST_VICTIM";

#[test]
#[ignore = "the process that is killed"]
fn victim() {
    let Some(order) = std::env::var_os(VICTIM) else { return };
    let order: Value = serde_json::from_str(order.to_str().unwrap()).unwrap();
    let session = Session::open(&order["settings"].to_string());
    let job = session.start(Operation::BlockUser, &json!({ "user": order["user"] }).to_string()).unwrap();
    while next(&job).is_some() {}
    println!("\nover");
}

#[test]
fn what_is_begun_is_on_disk_before_it_is_sent_and_a_killed_run_is_interrupted() {
    let tenant = faulty(&json!([{ "match": { "method": "PATCH" }, "fault": { "slowMilliseconds": 600_000 } }]));
    let user = tenant.samples().user.clone();
    let order = json!({ "settings": tenant.settings(), "user": user });
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["promises::victim", "--exact", "--ignored", "--nocapture"])
        .env(VICTIM, order.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The service has done it, and its answer is on the way for ten minutes.
    while tenant.enabled(&user) {
        assert_eq!(victim.try_wait().unwrap(), None, "the process came to an end");
        std::thread::yield_now();
    }
    let path = tenant.folder.path().join("journal.db");
    let stages = || -> Vec<String> {
        let journal = rusqlite::Connection::open(&path).unwrap();
        let mut rows = journal.prepare("SELECT stage FROM changes ORDER BY sequence").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(stages(), ["Intended", "Planned"], "sent before it was written down");
    victim.kill().unwrap();
    victim.wait().unwrap();
    let said: Vec<_> = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok).collect();
    assert!(!said.iter().any(|line| line == "over"));

    let state = || run(&tenant.session(), Operation::GetRun, &json!({ "changes": true })).records.remove(0);
    assert_eq!(state()["state"], "Running", "whoever was at it may be at it still");
    // Nobody gives a sign of life any more; the minute that this is waited for passes at once.
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute("UPDATE runs SET lease_expires = '2000-01-01T00:00:00.000000Z'", [])
        .unwrap();
    let run = state();
    assert_eq!((&run["state"], &run["exitCode"]), (&json!("Interrupted"), &json!(5)), "{run:#}");
    assert_eq!(run["outcome"], "Unknown", "{run:#}");
    assert_eq!(run["changes"][0]["outcome"], "Unknown", "{run:#}");
    assert_eq!(stages(), ["Intended", "Planned"]);
}

#[test]
fn sessions_are_revoked_again_when_the_first_revocation_is_older_than_the_block() {
    // The machine that takes the first revocation is half a minute behind the one that took the block.
    let revoke = json!({ "path": "**/revokeSignInSessions" });
    let tenant = faulty(&json!([{ "match": revoke, "times": 1, "fault": { "clockBehindSeconds": 30 } }]));
    for operation in [Operation::BlockUser, Operation::InvokeOffboarding] {
        let user =
            if operation == Operation::BlockUser { &tenant.samples().user } else { &tenant.samples().apostrophe };
        tenant.simulator.world().traffic.take();
        let began = jiff::Timestamp::now();
        let told = run(&tenant.session(), operation, &json!({ "user": user }));
        assert_eq!(told.word(user, "Sessions"), "Verified", "{told:#?}");
        let traffic = tenant.simulator.world().traffic.take();
        let revoked = traffic.iter().filter(|asked| asked.path.ends_with("/revokeSignInSessions")).count();
        assert_eq!(revoked, if operation == Operation::BlockUser { 2 } else { 1 });
        let world = tenant.simulator.world().tenant();
        assert!(world.user(user).unwrap().profile.latest().sign_in_sessions_valid_from_date_time >= began);
    }
}

#[test]
fn one_retry_after_stops_everybody() {
    const WAIT: Duration = Duration::from_secs(3);
    let people: Vec<String> = {
        let tenant = Tenant::new();
        let world = tenant.simulator.world().tenant();
        world
            .users
            .iter()
            .filter(|user| user.profile.latest().account_enabled)
            .map(|user| user.id.to_string())
            .collect()
    };
    let tenant = faulty(&json!([
        { "match": { "method": "PATCH", "path": format!("/v1.0/users/{}", people[0]) }, "times": 1,
          "fault": { "status": 429, "retryAfterSeconds": WAIT.as_secs() } }
    ]));
    let request = json!({ "user": people, "keepSessions": true, "maximumUsers": 500, "maximumPercent": 100, "allowPrivileged": true });
    let told = run(&tenant.session(), Operation::BlockUser, &request);
    let verified = told.records.iter().filter(|record| record["outcome"] == "Verified").count();
    assert!(verified + 1 >= people.len(), "{verified} of {}", people.len());
    let traffic = tenant.simulator.world().traffic.take();
    let refused = |asked: &Exchange| {
        asked.path.contains(&people[0]) || (asked.body.contains("PATCH") && asked.body.contains(&people[0]))
    };
    let first = traffic.iter().position(refused).unwrap();
    let waits_from = traffic[first].at;
    let later = &traffic[first + 1..];
    let meanwhile = later.iter().filter(|asked| asked.at < waits_from + WAIT).count();
    // Three more were on their way, and as many can have followed before the refusal was read. The rest has waited,
    // whomever it was about.
    assert!(meanwhile <= 6, "{meanwhile} of {} requests came while everybody was to wait", later.len());
    assert!(later.len() > 12, "{} requests are no crowd", later.len());
}

/// All bytes of the files in a folder.
fn files(folder: &Path) -> Vec<u8> {
    // The journal's own side files come and go.
    let files = std::fs::read_dir(folder).unwrap().filter_map(|entry| std::fs::read(entry.unwrap().path()).ok());
    files.flatten().collect()
}

#[test]
fn secrets_stay_inside() {
    let given = "Given-Canary+4711/a";
    log::keep();
    let plan = |user: &str| json!([{ "match": { "method": "PATCH", "path": format!("/v1.0/users/{user}") }, "fault": { "status": 400 } }]);
    let id = |tenant: &Tenant, user: &str| tenant.simulator.world().tenant().user(user).unwrap().id.to_string();
    let refused = id(&Tenant::new(), &Tenant::new().samples().no_mailbox.clone());
    let tenant = faulty_and_hurried(&plan(&refused), 600.0);
    let about = tenant.simulator.description().clone();
    let admin = tenant.sign_in(&about.samples.global_admin, &about.admin_password).unwrap();
    let app = tenant.session();
    let brought = tenant.session_with(&json!({ "clientId": null, "clientSecret": null, "accessToken": admin }));
    let wrong = tenant.session_with(&json!({ "clientSecret": "Wrong-Canary+4712/b" }));
    let losing = tenant.session_with(&json!({ "graphEndpoint": "http://127.0.0.1:9/" }));

    let saved = tenant.folder.path().join("plan.json");
    let mut said = String::new();
    let mut generated = Vec::new();
    for session in [&app, &brought, &wrong, &losing] {
        for operation in [Operation::ResetPassword, Operation::UnlockUser, Operation::InvokeOffboarding] {
            for request in [
                json!({ "user": [about.samples.user, refused], "password": given }),
                json!({ "user": [about.samples.user, about.samples.synced] }),
                json!({ "user": about.samples.user, "password": given, "planPath": saved }),
                json!({ "user": about.samples.user, "password": given, "whatIf": true }),
                json!({ "user": about.samples.user, "password": [given] }),
                json!({ "user": about.samples.user, "password": given, "passwort": given }),
            ] {
                let told = run(session, operation, &request);
                said.push_str(&told.text);
                generated.push(
                    tenant.simulator.world().tenant().user(&about.samples.user).unwrap().credentials.password.clone(),
                );
            }
        }
        said.push_str(&run(session, Operation::GetConnection, &json!({})).text);
        said.push_str(&run(session, Operation::GetRun, &json!({ "changes": true })).text);
        let job =
            session.start(Operation::ResetPassword, &json!({ "user": "x", "password": given }).to_string()).unwrap();
        write!(said, "{session:?}{job:?}").unwrap();
        job.close();
    }
    generated.sort();
    generated.dedup();
    assert!(generated.len() > 4, "passwords were set");
    let kept = log::kept();
    assert!(kept.contains("method=PATCH"), "the log was looked at: {kept:.300}");
    let disk = files(tenant.folder.path());
    assert!(disk.len() > 10_000, "the journal was looked at");
    let mut secrets = vec![given.to_owned(), "Wrong-Canary+4712/b".to_owned(), about.client_secret.clone(), admin];
    secrets.extend(generated);
    for secret in secrets.iter().filter(|secret| **secret != about.admin_password) {
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in [secret, &encoded] {
            for (place, text) in [("events", said.as_bytes()), ("files", &disk), ("log", kept.as_bytes())] {
                assert!(!text.windows(form.len()).any(|part| part == form.as_bytes()), "{form} in the {place}");
            }
        }
    }

    // Only who asks for a new password is told it, and nobody else of the same run's records.
    let asked = run(&app, Operation::ResetPassword, &json!({ "user": about.samples.user, "showPassword": true }));
    let password = asked.outcome(&about.samples.user, "Password")["password"].as_str().unwrap().to_owned();
    assert_eq!(asked.text.matches(&password).count(), 1);
    let disk = files(tenant.folder.path());
    assert!(!disk.windows(password.len()).any(|part| part == password.as_bytes()));
    assert!(!log::kept().contains(&password));
}

#[test]
fn a_simulated_tenant_needs_no_network() {
    // Whatever leaves this machine would have to go through here.
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", outside.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({ "simulated": true, "simulatedUsers": 50, "proxy": proxy,
                           "journalPath": folder.path().join("journal.db") });
    let session = Session::open(&settings.to_string());
    let about = run(&session, Operation::GetConnection, &json!({})).records.remove(0);
    let user = about["simulator"]["samples"]["user"].as_str().unwrap().to_owned();
    let told = run(&session, Operation::InvokeOffboarding, &json!({ "user": user }));
    assert_eq!((told.word(&user, "Sessions"), told.exit_code()), ("Verified", 0), "{told:#?}");
    assert!(outside.accept().is_err(), "something wanted to go out");
}
