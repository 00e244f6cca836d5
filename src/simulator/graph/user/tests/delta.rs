use serde_json::{Value, json};

use crate::simulator::{
    Options,
    graph::bench::{Bench, replicated},
    world::Caller,
};

const ALL: &[&str] = &["User.ReadWrite.All"];

/// One round: everything reported, and the link to the next.
fn round(bench: &Bench, caller: &Caller, address: &str) -> (Vec<Value>, String) {
    let mut items = Vec::new();
    let mut next = address.to_owned();
    loop {
        let reply = bench.get(caller, &next);
        assert_eq!(reply.status(), 200, "{next}: {}", reply.text());
        let mut body = reply.json();
        items.append(body["value"].as_array_mut().unwrap());
        let link =
            |name: &str| body[name].as_str().map(|link| link.strip_prefix("http://127.0.0.1:1").unwrap().to_owned());
        match (link("@odata.nextLink"), link("@odata.deltaLink")) {
            (Some(link), None) => next = link,
            (None, Some(link)) => return (items, link),
            links => panic!("one link, not {links:?}"),
        }
    }
}

#[test]
fn a_round_reports_everybody_and_the_next_what_changed() {
    let bench = Bench::new();
    let app = bench.app(ALL);
    for form in ["/users/delta", "/users/microsoft.graph.delta()", "/users/delta()"] {
        assert_eq!(round(&bench, &app, &format!("{form}?$select=displayName")).0.len(), 200, "{form}");
    }
    let (_, link) = round(&bench, &app, "/users/delta?$select=accountEnabled");
    assert_eq!(round(&bench, &app, &link).0, Vec::<Value>::new());
    let person = bench.ordinary().id;
    assert_eq!(bench.patch(&app, &format!("/users/{person}"), &json!({ "accountEnabled": false })).status(), 204);
    let (changes, later) = round(&bench, &app, &link);
    assert_eq!(changes, [json!({ "id": person.to_string(), "accountEnabled": false })]);
    assert_eq!(round(&bench, &app, &later).0, Vec::<Value>::new());
}

#[test]
fn latest_gives_a_link_and_no_data() {
    let bench = Bench::new();
    let app = bench.app(ALL);
    let (none, link) = round(&bench, &app, "/users/delta?$deltatoken=latest");
    assert!(none.is_empty() && link.contains("$deltatoken="));
}

#[test]
fn a_change_that_is_not_yet_seen_is_reported_later_and_not_lost() {
    let bench = Bench::with(&Options { replication_milliseconds: 150, ..Options::default() });
    let app = bench.app(ALL);
    let (_, link) = round(&bench, &app, "/users/delta?$deltatoken=latest");
    let person = bench.ordinary().id;
    bench.patch(&app, &format!("/users/{person}"), &json!({ "accountEnabled": false }));
    let (early, link) = round(&bench, &app, &link);
    assert!(early.is_empty());
    replicated(&bench);
    assert_eq!(round(&bench, &app, &link).0.len(), 1);
}

#[test]
fn what_delta_does_not_take_is_refused() {
    let bench = Bench::new();
    let app = bench.app(ALL);
    let id = bench.ordinary().id;
    assert_eq!(round(&bench, &app, &format!("/users/delta?$filter=id%20eq%20'{id}'")).0.len(), 1);
    for query in [
        "$top=5",
        "$orderby=displayName",
        "$expand=manager",
        "$filter=accountEnabled%20eq%20true",
        "$deltatoken=nonsense",
    ] {
        assert_eq!(bench.get(&app, &format!("/users/delta?{query}")).refusal().0, 400, "{query}");
    }
}
