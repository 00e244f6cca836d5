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
async fn somebody_named_twice_is_done_once_where_first_named() {
    let bench = bench(50).await;
    let samples = &bench.simulator.description().samples;
    let list = list(&format!("Id\n{}\n{}\n", bench.id(&samples.synced), bench.id(&samples.user)));
    let request = json!({
        "user": [samples.user, bench.id(&samples.guest), samples.user.to_uppercase(), bench.id(&samples.user)],
        "path": list.path(),
        "group": "Partners",
    });
    let selection = bench.resolve(&request).await.0.unwrap();
    let order = names(&selection);
    assert_eq!(order[..3], [&samples.user, &samples.guest, &samples.synced].map(String::clone));
    assert_eq!(set(order).len(), 2 + bench.members("Partners").len());
    let places: Vec<_> = selection.people.iter().map(|selected| (selected.singly, selected.line)).take(4).collect();
    assert_eq!(places, [(true, None), (true, None), (false, Some(2)), (false, None)]);
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
async fn groups_give_their_people_however_deep_and_in_circles() {
    let bench = bench(300).await;
    let north: BTreeSet<String> = bench.members("Sweden").union(&bench.members("Norway")).cloned().collect();
    assert!(!north.is_empty());
    assert_eq!(set(bench.people(json!({"group": "Europe"})).await), north);
    let circle: BTreeSet<String> =
        bench.members("Project Ouroboros").union(&bench.members("Project Ouroboros Core")).cloned().collect();
    assert_eq!(set(bench.people(json!({"group": "project ouroboros"})).await), circle);
    let both = set(bench.people(json!({"group": ["Europe", "Project Ouroboros"]})).await);
    assert_eq!(both, north.union(&circle).cloned().collect());
    assert_eq!(set(bench.people(json!({"group": "Café d'Été"})).await), bench.members("Café d'Été"));
    assert_eq!(bench.people(json!({"group": "Leavers"})).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_name_that_several_groups_have_is_refused_with_their_ids() {
    let bench = bench(50).await;
    let ids = bench.group("Project Borealis");
    assert_eq!(ids.len(), 2);
    for request in [json!({"group": "Project Borealis"}), json!({"all": true, "except": "group:Project Borealis"})] {
        let refusal = bench.refusal(request.clone()).await;
        let excluding = request.get("except").is_some();
        assert_eq!(refusal.code(), if excluding { Code::ExclusionNotFound } else { Code::Ambiguous });
        let advice = refusal.facts().advice.clone().unwrap();
        assert!(ids.iter().all(|id| advice.contains(&id.to_string())), "{advice}");
    }
    assert_eq!(set(bench.people(json!({"group": ids[0]})).await), bench.members("Project Borealis"));
    assert_eq!(bench.refusal(json!({"group": "No Such Group"})).await.code(), Code::NotFound);
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
async fn everybody_is_read_over_all_pages() {
    let bench = bench(2100).await;
    let (selection, events) = bench.resolve(&json!({"all": true, "except": ["group:Partners"]})).await;
    let selection = selection.unwrap();
    let partners = bench.members("Partners");
    assert_eq!(selection.tenant_size, Some(u64::try_from(bench.those(|_| true).len()).unwrap()));
    assert_eq!(selection.excluded, partners.len());
    assert_eq!(set(names(&selection)), bench.those(|user| !partners.contains(name(user))));
    assert!(events.iter().filter(|event| event["kind"] == "progress").count() >= 3);
    let note = events.iter().find(|event| event["messageId"] == "people_excluded").unwrap();
    assert_eq!(note["messageArguments"]["count"], partners.len().to_string());
}

#[tokio::test]
async fn an_exclusion_holds_however_it_and_the_person_are_named() {
    let bench = bench(50).await;
    let samples = &bench.simulator.description().samples;
    for except in [samples.user.to_uppercase(), bench.id(&samples.user).to_string(), "group:Project Ouroboros".into()] {
        let request = json!({"user": [bench.id(&samples.user), samples.guest], "except": [except]});
        let selection = bench.resolve(&request).await.0.unwrap();
        assert!(!names(&selection).contains(&samples.user), "{except}");
        assert_eq!(selection.excluded, 2 - selection.people.len());
    }
}

#[tokio::test]
async fn an_exclusion_that_does_not_resolve_comes_before_everything() {
    let bench = bench(10).await;
    let samples = &bench.simulator.description().samples;
    let typo = format!("x{}", samples.global_admin);
    let except = [typo.as_str(), samples.user.as_str(), "group:No Such Group", "boss"];
    for mut request in [
        json!({"all": true}),
        json!({"user": ["nobody@x"]}),
        json!({"path": "/nowhere/list.csv"}),
        json!({"filter": "nonsense"}),
        json!({"group": "No Such Group"}),
    ] {
        request["except"] = json!(except);
        let refusal = bench.refusal(request.clone()).await;
        assert_eq!(refusal.code(), Code::ExclusionNotFound, "{request}");
        let target = refusal.facts().target.clone().unwrap();
        assert_eq!(target, format!("{typo}, group:No Such Group, boss"), "{request}");
    }
}

#[tokio::test]
async fn all_faults_of_a_list_are_reported_at_once() {
    let bench = bench(10).await;
    let user = &bench.simulator.description().samples.user;
    let list = list(&format!(
        "Name;Username\r\nA;nobody@x\r\n\r\nB;\r\nC;{user}\r\nD;anna\r\nE;{user};more\r\nF;berta;more\r\n"
    ));
    let (refusal, events) = bench.resolve(&json!({"path": list.path()})).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.code(), refusal.facts().line), (Code::FaultyList, Some(2)));
    assert!(refusal.to_string().contains("(lines: 2, 4, 6, 7, 8)"), "{refusal}");
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
            (8, Some(2), "not_found"),
            (8, Some(3), "faulty_list"),
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
async fn a_faulty_line_is_missing_once_with_all_its_faults() {
    let bench = bench(10).await;
    let user = &bench.simulator.description().samples.user;
    let list = list(&format!("Username\nnobody@x,more\n{user},more\n{user}\n,more\n"));
    let selection = bench.resolve(&json!({"path": list.path(), "skipFaulty": true})).await.0.unwrap();
    assert_eq!(selection.people.iter().map(|selected| selected.line).collect::<Vec<_>>(), [Some(4)]);
    let missing: Vec<_> = selection.missing.iter().map(|missing| (missing.name.as_str(), missing.line)).collect();
    let place = |line: u64| format!("{}:{line}", list.path().display());
    assert_eq!(missing, [("nobody@x", Some(2)), (place(3).as_str(), Some(3)), (place(5).as_str(), Some(5))]);
    let facts = selection.missing[0].error.facts();
    let arguments = &facts.message_arguments;
    assert_eq!((facts.code, facts.message_id.as_str(), facts.column), (Code::NotFound, "list_further_fault", Some(1)));
    assert_eq!(arguments["firstId"], "listed_user_unknown");
    assert_eq!((arguments["secondId"].as_str(), arguments["second.column"].as_str()), ("list_surplus_cell", "2"));
    for column in ["column 1", "column 2"] {
        assert!(selection.missing[2].error.to_string().contains(column), "{}", selection.missing[2].error);
    }
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
