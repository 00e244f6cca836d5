//! Selectors against a simulated tenant, over its own protocol.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Selection, Who, resolve};
use crate::{
    error::{Code, Error, Result},
    event::{Counts, End, EndState},
    job::{self, Next},
    operation::request::Request,
    service::graph::Graph,
    session::Connected,
    simulator::{self, Options, Simulator, tenant::User},
};

struct Bench {
    simulator: Simulator,
    graph: Graph,
}

async fn bench(users: u32) -> Bench {
    let simulator =
        simulator::start(Options { users, replication_milliseconds: 0, ..Options::default() }).await.unwrap();
    let tenant = simulator.description();
    let settings = json!({
            "graphEndpoint": tenant.graph_endpoint,
            "loginEndpoint": tenant.login_endpoint,
            "tenantId": tenant.tenant_id,
            "clientId": tenant.client_id,
            "clientSecret": tenant.client_secret,
    });
    let settings = settings.to_string();
    let graph = Graph::new(Arc::new(Connected::open(&settings)), CancellationToken::new());
    Bench { simulator, graph }
}

impl Bench {
    /// Resolves a request; also gives the events that it caused.
    async fn resolve(&self, request: &Value) -> (Result<Selection>, Vec<Value>) {
        let who: Who = Request::read(&request.to_string()).unwrap().take().unwrap();
        let (job, reporter) = job::pair(&CancellationToken::new());
        let reader = tokio::task::spawn_blocking(move || {
            let mut events = Vec::new();
            while let Next::Event(event) = job.next(Duration::from_secs(60), usize::MAX) {
                events.push(serde_json::from_str(&event).unwrap());
            }
            events
        });
        let selection = resolve(&who, &self.graph, &reporter).await;
        let end = End {
            state: EndState::Completed,
            exit_code: 0,
            run_id: None,
            outcome: None,
            counts: Counts::default(),
            error: None,
        };
        reporter.end(end).await;
        (selection, reader.await.unwrap())
    }

    async fn people(&self, request: Value) -> Vec<String> {
        names(&self.resolve(&request).await.0.unwrap())
    }

    async fn refusal(&self, request: Value) -> Error {
        self.resolve(&request).await.0.unwrap_err()
    }

    /// User principal names of those for whom something is true, as the tenant knows them.
    fn those(&self, keep: impl Fn(&User) -> bool) -> BTreeSet<String> {
        let tenant = self.simulator.world().tenant();
        tenant.users.iter().filter(|user| keep(user)).map(|user| name(user).to_owned()).collect()
    }

    fn id(&self, name: &str) -> Uuid {
        self.simulator.world().tenant().user(name).unwrap().id
    }

    fn group(&self, name: &str) -> Vec<Uuid> {
        let tenant = self.simulator.world().tenant();
        tenant.groups.values().filter(|group| group.display_name == name).map(|group| group.id).collect()
    }

    /// People directly in the first group of a name.
    fn members(&self, name: &str) -> BTreeSet<String> {
        let id = self.group(name)[0];
        let members = self.simulator.world().tenant().groups[&id].members.clone();
        self.those(|user| members.contains(&user.id))
    }

    /// Gives somebody another user principal name.
    fn rename(&self, old: &str, new: &str) {
        let mut tenant = self.simulator.world().tenant_mut();
        let index = tenant.user_by_name.remove(&old.to_lowercase()).unwrap();
        tenant.user_by_name.insert(new.to_lowercase(), index);
        let user = &mut tenant.users[index];
        let mut profile = user.profile.latest().clone();
        new.clone_into(&mut profile.user_principal_name);
        user.profile.write(std::time::Instant::now(), Duration::ZERO, profile);
    }
}

fn name(user: &User) -> &str {
    &user.profile.latest().user_principal_name
}

fn names(selection: &Selection) -> Vec<String> {
    selection.people.iter().map(|selected| selected.person.user_principal_name.clone()).collect()
}

fn set(names: Vec<String>) -> BTreeSet<String> {
    let count = names.len();
    let set: BTreeSet<String> = names.into_iter().collect();
    assert_eq!(set.len(), count, "everybody is there once");
    set
}

fn list(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[tokio::test]
async fn every_shape_of_a_name_finds_its_person() {
    let bench = bench(50).await;
    let samples = &bench.simulator.description().samples;
    let dollar = format!("$cash@{}", bench.simulator.description().tenant_domain);
    bench.rename(&samples.mailbox, &dollar);
    let id = bench.id(&samples.user).to_string();
    for (named, found) in [
        (samples.user.to_uppercase(), &samples.user),
        (format!(" {} ", samples.user), &samples.user),
        (id.clone(), &samples.user),
        (format!("{{{}}}", id.to_uppercase()), &samples.user),
        (samples.guest.clone(), &samples.guest),
        (samples.apostrophe.clone(), &samples.apostrophe),
        (dollar.clone(), &dollar),
    ] {
        assert_eq!(bench.people(json!({"user": named})).await, [found.as_str()], "{named}");
    }
}

#[tokio::test]
async fn an_unknown_person_is_missing_and_the_others_are_found() {
    let bench = bench(50).await;
    let samples = &bench.simulator.description().samples;
    let unknown = format!("nobody@{}", bench.simulator.description().tenant_domain);
    let request = json!({"user": [unknown, "delta", samples.user, unknown.to_uppercase(), Uuid::nil()]});
    let selection = bench.resolve(&request).await.0.unwrap();
    assert_eq!(names(&selection), [samples.user.as_str()]);
    let missing: Vec<_> =
        selection.missing.iter().map(|missing| (missing.name.as_str(), missing.error.code())).collect();
    let nil = Uuid::nil().to_string();
    assert_eq!(missing, [(unknown.as_str(), Code::NotFound), ("delta", Code::NotFound), (&nil, Code::NotFound)]);
}

#[tokio::test]
async fn a_filter_that_only_the_index_understands_is_asked_there() {
    let bench = bench(50).await;
    let simple = bench.resolve(&json!({"filter": "accountEnabled eq false"})).await.0.unwrap();
    assert!(simple.people.iter().all(|selected| !selected.eventual));
    assert_eq!(set(names(&simple)), bench.those(|user| !user.profile.latest().account_enabled));
    let advanced = bench.resolve(&json!({"filter": "userType ne 'Guest'"})).await.0.unwrap();
    assert!(advanced.people.iter().all(|selected| selected.eventual && !selected.singly));
    assert_eq!(set(names(&advanced)), bench.those(|user| user.profile.latest().user_type != "Guest"));
}

#[tokio::test]
async fn a_faulty_filter_is_the_callers_with_the_services_reason() {
    let bench = bench(10).await;
    for filter in ["accountEnabled eq", "noSuchProperty eq 1", "userType ne (", "accountEnabled eq false)"] {
        let refusal = bench.refusal(json!({"filter": filter})).await;
        assert_eq!((refusal.code(), refusal.facts().target.as_deref()), (Code::Argument, Some("filter")), "{filter}");
        assert_eq!(refusal.facts().http_status, Some(400), "{filter}");
        assert!(!refusal.facts().message_arguments["reason"].is_empty(), "{filter}");
    }
}

#[tokio::test]
async fn all_faults_of_a_list_are_reported_at_once() {
    let bench = bench(10).await;
    let user = &bench.simulator.description().samples.user;
    let list = list(&format!("Name;Username\r\nA;nobody@x\r\n\r\nB;\r\nC;{user}\r\nD;anna\r\nE;{user};more\r\n"));
    let (refusal, events) = bench.resolve(&json!({"path": list.path()})).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.code(), refusal.facts().line), (Code::FaultyList, Some(2)));
    assert!(refusal.to_string().contains("(lines: 2, 4, 6, 7)"), "{refusal}");
    let faults: Vec<_> = events
        .iter()
        .filter(|event| event["kind"] == "error")
        .map(|event| (event["line"].as_u64().unwrap(), event["column"].as_u64(), event["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        faults,
        [
            (2, Some(2), "not_found"),
            (4, Some(2), "faulty_list"),
            (6, Some(2), "not_found"),
            (7, Some(3), "faulty_list"),
        ]
    );
}

#[tokio::test]
async fn skipping_faulty_lines_does_the_sound_ones_and_forgets_nobody() {
    let bench = bench(10).await;
    let user = &bench.simulator.description().samples.user;
    let list = list(&format!("Username\nnobody@x\n{user}\n\"{user}\"\n"));
    let selection = bench.resolve(&json!({"path": list.path(), "skipFaulty": true})).await.0.unwrap();
    assert_eq!(names(&selection), [user.as_str()]);
    assert_eq!(selection.people[0].line, Some(3));
    let missing = &selection.missing[0];
    assert_eq!((missing.name.as_str(), missing.line, missing.error.code()), ("nobody@x", Some(2), Code::NotFound));
}

#[tokio::test]
async fn a_list_that_is_not_understood_stops_even_when_faults_are_skipped() {
    let bench = bench(10).await;
    for (text, line) in [("Name\na@x\n", 1), ("Username\n\"a@x\nb@x\n", 2), ("", 1)] {
        let list = list(text);
        let refusal = bench.refusal(json!({"path": list.path(), "skipFaulty": true})).await;
        assert_eq!((refusal.code(), refusal.facts().line), (Code::FaultyList, Some(line)), "{text:?}");
    }
    let missing = bench.refusal(json!({"path": "/nowhere/list.csv", "skipFaulty": true})).await;
    assert_eq!(missing.code(), Code::File);
}
