//! The other kinds of change: MFA states one by one and by list, methods, policy, mailboxes, modern authentication, and
//! the step of offboarding that deletes methods.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use m365_access::{
    Operation, Session,
    job::Job,
    simulator::{
        tenant::{PerUserMfa, User},
        traffic::Exchange,
    },
};
use serde_json::{Value, json};

use super::{calls, faulty, is_good, journal, no_success, people};
use crate::{
    job::{Told, rest, run},
    tenant::Tenant,
};

/// A kind of change, as one operation makes it.
#[derive(Debug, Clone, Copy)]
struct Kind {
    operation: Operation,
    change: &'static str,
    /// How its write is told from everything else.
    write: Write,
    /// Whether it is about people. Else it is about the tenant.
    people: bool,
}

#[derive(Debug, Clone, Copy)]
enum Write {
    /// Method, and what the path ends with or holds.
    Graph(&'static str, &'static str, &'static str),
    /// The command.
    Exchange(&'static str),
}

impl Write {
    /// What a rule of the fault plan matches it by.
    fn rule(self) -> Value {
        match self {
            Self::Graph(method, pattern, _) => json!({ "method": method, "path": pattern }),
            Self::Exchange(command) => json!({ "body": command }),
        }
    }

    /// Whether this request is such a write, or is a batch that carries one.
    fn is_in(self, asked: &Exchange) -> bool {
        match self {
            Self::Graph(..) => calls(std::slice::from_ref(asked)).iter().any(|call| self.is(call)),
            Self::Exchange(command) => asked.body.contains(command),
        }
    }

    fn is(self, (method, path): &(String, String)) -> bool {
        matches!(self, Self::Graph(wanted, _, part) if method == wanted && path.contains(&part.to_lowercase()))
    }

    /// Whether this request reads what such a write changes.
    fn is_read_back_in(self, asked: &Exchange) -> bool {
        match self {
            Self::Graph(_, _, part) => calls(std::slice::from_ref(asked))
                .iter()
                .any(|(method, path)| method == "GET" && path.contains(&part.to_lowercase())),
            Self::Exchange(command) => asked.body.contains(&command.replacen("Set-", "Get-", 1)),
        }
    }
}

const STATE: Write = Write::Graph("PATCH", "**/authentication/requirements", "/authentication/requirements");
const METHODS: Write = Write::Graph("DELETE", "/v1.0/users/**", "methods");
const POLICY: Write = Write::Graph("PATCH", "/beta/policies/mfaServicePolicy", "mfaservicepolicy");

const KINDS: [Kind; 6] = [
    Kind { operation: Operation::SetMfa, change: "Mfa", write: STATE, people: true },
    Kind { operation: Operation::ImportMfa, change: "Mfa", write: STATE, people: true },
    Kind { operation: Operation::ResetMfaMethod, change: "MfaMethods", write: METHODS, people: true },
    Kind { operation: Operation::SetMfaPolicy, change: "MfaPolicy", write: POLICY, people: false },
    Kind {
        operation: Operation::DisableMailboxAccess,
        change: "MailboxAccess",
        write: Write::Exchange("Set-CASMailbox"),
        people: true,
    },
    Kind {
        operation: Operation::DisableModernAuthentication,
        change: "ModernAuthentication",
        write: Write::Exchange("Set-OrganizationConfig"),
        people: false,
    },
];

/// Those whose writes go to Graph and are about people: they share batches.
fn batched() -> impl Iterator<Item = Kind> {
    KINDS.into_iter().filter(|kind| kind.people && matches!(kind.write, Write::Graph(..)))
}

impl Kind {
    /// A request that changes something for each of `people`, or for the tenant.
    fn request(self, tenant: &Tenant, people: &[String]) -> Value {
        match self.operation {
            Operation::SetMfa => json!({ "user": people, "state": "Enforced" }),
            Operation::ImportMfa => {
                let path = tenant.folder.path().join("states.csv");
                let lines: Vec<String> = people.iter().map(|person| format!("{person},Enforced\r\n")).collect();
                std::fs::write(&path, format!("Username,MFA Status\r\n{}", lines.concat())).unwrap();
                json!({ "path": path, "allowPrivileged": true })
            }
            Operation::SetMfaPolicy => json!({ "rememberDevicesDays": 17 }),
            Operation::DisableModernAuthentication => json!({}),
            _ => json!({ "user": people }),
        }
    }

    fn run(self, tenant: &Tenant, people: &[String]) -> Told {
        run(&tenant.session(), self.operation, &self.request(tenant, people))
    }

    /// A tenant that does this to its writes, and in which it has something to change for everybody.
    fn faulty(self, fault: &Value) -> Tenant {
        ready(faulty(&json!([{ "match": self.write.rule(), "fault": fault }])))
    }

    /// The records of its changes: one for each person, or for the tenant.
    fn records(self, told: &Told, people: usize) -> Vec<&Value> {
        let records: Vec<_> = told.records.iter().filter(|record| record["change"] == self.change).collect();
        assert_eq!(records.len(), if self.people { people } else { 1 }, "{self:?} {told:#?}");
        records
    }
}

/// People who have a mailbox.
fn with_mailbox(count: usize) -> Vec<String> {
    let tenant = Tenant::new();
    let world = tenant.simulator.world().tenant();
    let mut people = people(60);
    people.retain(|person| world.user(person).unwrap().mailbox.is_some());
    people.truncate(count);
    assert_eq!(people.len(), count);
    people
}

/// Gives everybody an address and a telephone, and no per-user MFA.
fn ready(tenant: Tenant) -> Tenant {
    let mut world = tenant.simulator.world().tenant_mut();
    let many = world.user(&tenant.samples().many_methods).unwrap().authentication.latest().clone();
    for user in &mut world.users {
        let mut value = many.clone();
        value.per_user_mfa = PerUserMfa::Disabled;
        value.preference = None;
        value.methods.retain(|method| method.kind.starts_with("email") || method.kind.starts_with("softwareOath"));
        assert_eq!(value.methods.len(), 2);
        user.authentication.write(Instant::now(), Duration::ZERO, value);
    }
    drop(world);
    tenant
}

#[test]
fn completed_is_not_written_before_the_call() {
    let people = with_mailbox(1);
    for kind in KINDS {
        let tenant = kind.faulty(&json!({ "slowMilliseconds": 600 }));
        let session = tenant.session();
        let job = session.start(kind.operation, &kind.request(&tenant, &people).to_string()).unwrap();
        let mut traffic = Vec::new();
        let mut watched = 0;
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < Duration::from_secs(30), "{kind:?} never wrote");
            let runs = journal(&tenant);
            traffic.extend(tenant.simulator.world().traffic.take());
            if traffic.iter().any(|asked| kind.write.is_in(asked)) {
                break;
            }
            // The write has no answer yet, so nobody can know how it went.
            for run in &runs {
                let changes = run["changes"].as_array().unwrap();
                assert_eq!((&run["state"], changes.len()), (&json!("Running"), 1), "{run:#}");
                assert!(!is_good(&run["outcome"]) && changes[0]["outcome"] == "Planned", "{run:#}");
                watched += 1;
            }
        }
        assert!(watched > 0, "{kind:?}: the write was answered before anybody looked");
        let told = rest(&job);
        assert_eq!(kind.records(&told, 1)[0]["outcome"], "Verified", "{told:#?}");
        traffic.extend(tenant.simulator.world().traffic.take());
        let written = traffic.iter().rposition(|asked| kind.write.is_in(asked)).unwrap();
        let read = traffic.iter().skip(written).any(|asked| kind.write.is_read_back_in(asked));
        assert!(read, "{kind:?}: called verified without a read after the write");
    }
}

#[test]
fn a_batch_answer_of_200_is_not_success() {
    let people = people(8);
    for kind in batched() {
        let Write::Graph(method, _, part) = kind.write else { continue };
        let rule = |person: usize, status: u16| {
            // Methods have paths of many kinds, states have one.
            let path = if part == "methods" { "**".to_owned() } else { part.trim_start_matches('/').to_owned() };
            let version = if part == "methods" { "v1.0" } else { "beta" };
            json!({ "match": { "method": method, "path": format!("/{version}/users/{}/{path}", people[person]) },
                    "fault": { "status": status } })
        };
        let tenant = ready(faulty(&json!([rule(4, 403), rule(5, 400), rule(6, 500), rule(7, 403)])));
        let told = kind.run(&tenant, &people);
        let traffic = tenant.simulator.world().traffic.take();
        let mut batches = traffic.iter().filter(|asked| asked.path.ends_with("$batch") && asked.status == Some(200));
        let refused = |batch: &Exchange| {
            kind.write.is_in(batch) && people[4..].iter().any(|person| batch.body.contains(person.as_str()))
        };
        assert!(batches.any(refused), "{kind:?}: none of them travelled in a batch");
        for record in kind.records(&told, people.len()) {
            let index = people.iter().position(|person| record["userId"] == person.as_str()).unwrap();
            let (outcome, code) = match index {
                4 | 7 => ("Failed", json!("forbidden")),
                5 => ("Failed", json!("rejected")),
                6 => ("Unknown", json!("service_fault")),
                _ => ("Verified", Value::Null),
            };
            assert_eq!((&record["outcome"], &record["code"]), (&json!(outcome), &code), "{record:#}");
            if kind.change == "Mfa" {
                let world = tenant.simulator.world().tenant();
                let state = world.user(&people[index]).unwrap().authentication.latest().per_user_mfa;
                assert_eq!(state == PerUserMfa::Enforced, outcome == "Verified", "the tenant knows better: {record:#}");
            }
        }
        assert_eq!((told.end["outcome"].as_str(), told.exit_code()), (Some("Unknown"), 3), "{:#}", told.end);
    }
}

#[test]
fn throttled_items_of_a_batch_are_repeated() {
    let people = people(6);
    for kind in batched() {
        let Write::Graph(method, ..) = kind.write else { continue };
        let rules: Vec<Value> = ["v1.0", "beta"]
            .iter()
            .flat_map(|version| {
                people[3..].iter().map(move |person| format!("/{version}/users/{person}/authentication/**"))
            })
            .map(|path| {
                json!({ "match": { "method": method, "path": path }, "times": 1,
                        "fault": { "status": 429, "retryAfterSeconds": 6 } })
            })
            .collect();
        let tenant = ready(faulty(&json!(rules)));
        let told = kind.run(&tenant, &people);
        for record in kind.records(&told, people.len()) {
            assert_eq!(record["outcome"], "Verified", "{record:#}");
        }
        let mut written: BTreeMap<&str, usize> = BTreeMap::new();
        let calls = calls(&tenant.simulator.world().traffic.take());
        for (_, path) in calls.iter().filter(|call| kind.write.is(call)) {
            *written.entry(people.iter().find(|person| path.contains(*person)).unwrap()).or_default() += 1;
        }
        // Its neighbours are done and are not sent again: two methods each, or one state.
        let each = if kind.change == "MfaMethods" { 2 } else { 1 };
        for (index, person) in people.iter().enumerate() {
            assert_eq!(written[person.as_str()], each + usize::from(index >= 3), "{kind:?} {person}");
        }
    }
}

#[test]
fn a_throttled_request_of_its_own_is_repeated() {
    let people = with_mailbox(1);
    for kind in KINDS {
        let fault = json!({ "status": 429, "retryAfterSeconds": 6 });
        let rules = json!([{ "match": kind.write.rule(), "times": 1, "fault": fault }]);
        let tenant = ready(faulty(&rules));
        let told = kind.run(&tenant, &people);
        assert_eq!(kind.records(&told, 1)[0]["outcome"], "Verified", "{told:#?}");
    }
}

#[test]
fn zero_results_are_not_success() {
    let people = people(6);
    for kind in batched() {
        let mut missing = kind.write.rule();
        missing["inBatch"] = true.into();
        let rules = json!([{ "match": missing, "fault": { "missingItem": true } },
                           { "match": kind.write.rule(), "fault": { "resetBefore": true } }]);
        let tenant = ready(faulty(&rules));
        let told = kind.run(&tenant, &people);
        for record in kind.records(&told, people.len()) {
            assert_eq!((&record["outcome"], &record["code"]), (&json!("Unknown"), &json!("answer_lost")), "{record:#}");
        }
        no_success(&tenant, &told);
        // Nobody at all: that is said, and it is not called a success of anything.
        let told = kind.run(&tenant, &[]);
        let nobody = told.notes.iter().any(|note| note["messageId"] == "nobody_found");
        assert!(nobody || told.error_code() == "argument", "{kind:?} {told:#?}");
        assert_eq!((told.records.len(), &told.end["outcome"]), (0, &Value::Null));
    }
}

#[test]
fn a_run_with_failures_does_not_end_like_one_without() {
    let people = with_mailbox(3);
    let rule = json!({ "match": { "path": format!("/*/users/{}/authentication/**", people[1]), "method": "DELETE" },
                       "fault": { "status": 403 } });
    let state = json!({ "match": { "path": format!("/*/users/{}/authentication/**", people[1]), "method": "PATCH" },
                        "fault": { "status": 403 } });
    let tenant = ready(faulty(&json!([rule, state])));
    let expected = |record: &Value| if record["userId"] == people[1].as_str() { "Failed" } else { "Verified" };
    let failed = |told: &Told| {
        assert_eq!((told.end["outcome"].as_str(), told.exit_code()), (Some("Failed"), 1), "{:#}", told.end);
        let runs = journal(&tenant);
        assert_eq!((&runs[0]["runId"], &runs[0]["state"]), (&told.end["runId"], &json!("Completed")));
        assert_eq!((&runs[0]["outcome"], &runs[0]["exitCode"]), (&json!("Failed"), &json!(1)), "{:#}", runs[0]);
    };
    let told = KINDS[1].run(&tenant, &people);
    for record in KINDS[1].records(&told, people.len()) {
        assert_eq!(record["outcome"], expected(record), "{record:#}");
    }
    failed(&told);
    let request = json!({ "user": people, "skip": ["Password"], "resetMfaMethods": true });
    let told = run(&tenant.session(), Operation::InvokeOffboarding, &request);
    let summaries: Vec<&Value> = told.records.iter().filter(|record| record["steps"].is_array()).collect();
    assert_eq!(summaries.len(), people.len());
    for summary in summaries {
        let methods = summary["steps"].as_array().unwrap().iter().find(|step| step["change"] == "MfaMethods").unwrap();
        let word = json!(expected(summary));
        assert_eq!((&summary["outcome"], &methods["outcome"]), (&word, &word), "{summary:#}");
    }
    failed(&told);
}

/// A job whose change arrives while its answer does not, until the world is different.
fn between_write_and_read(kind: Kind, people: &[String], arrived: impl Fn(&User) -> bool) -> (Tenant, Session, Job) {
    let tenant = kind.faulty(&json!({ "slowMilliseconds": 1500 }));
    let session = tenant.session();
    let job = session.start(kind.operation, &kind.request(&tenant, people).to_string()).unwrap();
    let started = Instant::now();
    while !arrived(tenant.simulator.world().tenant().user(&people[0]).unwrap()) {
        assert!(started.elapsed() < Duration::from_secs(30), "{kind:?} never wrote");
        std::thread::yield_now();
    }
    (tenant, session, job)
}

#[test]
fn a_null_look_up_is_not_success() {
    let nobody = ["nobody@example.com".to_owned()];
    let tenant = Tenant::new();
    for kind in KINDS.into_iter().filter(|kind| kind.people) {
        let mut request = kind.request(&tenant, &nobody);
        if kind.operation == Operation::ImportMfa {
            assert_eq!(run(&tenant.session(), kind.operation, &request).error_code(), "faulty_list");
            request["skipFaulty"] = true.into();
        }
        let told = run(&tenant.session(), kind.operation, &request);
        let record = told.outcome(&nobody[0], kind.change);
        assert_eq!((&record["outcome"], &record["code"]), (&json!("Failed"), &json!("not_found")), "{record:#}");
        no_success(&tenant, &told);
    }

    // Somebody else deletes the person between the write and the read-back.
    let people = people(1);
    for kind in batched() {
        let (tenant, _session, job) = between_write_and_read(kind, &people, |user| {
            let now = user.authentication.latest();
            now.per_user_mfa == PerUserMfa::Enforced || now.methods.is_empty()
        });
        {
            let mut world = tenant.simulator.world().tenant_mut();
            let gone = world.user_by_id.remove(&people[0].parse().unwrap()).unwrap();
            world.user_by_name.retain(|_, index| *index != gone);
        }
        let told = rest(&job);
        let record = kind.records(&told, 1)[0];
        assert_eq!((&record["outcome"], &record["code"]), (&json!("Unknown"), &json!("not_found")), "{record:#}");
        no_success(&tenant, &told);
    }
}

#[test]
fn a_value_arrives_in_its_own_type() {
    let people = with_mailbox(1);
    let tenant = ready(Tenant::new());
    let session = tenant.session();
    for kind in KINDS {
        kind.run(&tenant, &people);
    }
    run(&session, Operation::SetMfaPolicy, &json!({ "appPasswordsAllowed": true }));
    run(&session, Operation::SetMfaPolicy, &json!({ "appPasswordsAllowed": false }));
    let sent = |write: Write| -> Vec<Value> {
        let traffic = tenant.simulator.world().traffic.take();
        traffic
            .iter()
            .filter(|asked| write.is_in(asked))
            .map(|asked| serde_json::from_str(&asked.body).unwrap())
            .collect()
    };
    let policy = sent(POLICY);
    assert!(policy.iter().any(|body| body["allowAppPasswords"] == false), "{policy:#?}");
    assert!(policy.iter().any(|body| body["rememberMfaOnTrustedDevice"]["allowedNumberOfDays"] == 17), "{policy:#?}");
    let world = tenant.simulator.world().tenant();
    assert_eq!(world.user(&people[0]).unwrap().authentication.latest().per_user_mfa, PerUserMfa::Enforced);
    assert!(!world.exchange.latest().oauth2_client_profile_enabled);
}

#[test]
fn removed_is_not_said_by_offboarding_without_looking() {
    let people = with_mailbox(3);
    // The service says yes to every deletion, and nothing happens.
    let tenant = ready(faulty(&json!([{ "match": METHODS.rule(), "fault": { "withoutEffect": true } }])));
    let told = run(
        &tenant.session(),
        Operation::InvokeOffboarding,
        &json!({ "user": people, "skip": ["Password", "Mailbox"], "resetMfaMethods": true }),
    );
    for person in &people {
        let steps = told.records.iter().filter(|record| record["userId"] == person.as_str());
        let methods = steps.clone().find(|record| record["change"] == "MfaMethods").unwrap();
        assert_eq!((&methods["outcome"], &methods["code"]), (&json!("Unknown"), &json!("not_confirmed")));
        let summary = steps.clone().find(|record| record["steps"].is_array()).unwrap();
        assert_eq!(summary["outcome"], "Unknown", "{summary:#}");
    }
    assert_eq!((told.end["outcome"].as_str(), told.exit_code()), (Some("Unknown"), 3));
}
