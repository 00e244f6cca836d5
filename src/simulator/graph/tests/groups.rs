use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::simulator::graph::bench::Bench;

const READ: &[&str] = &["Directory.Read.All"];

fn group(bench: &Bench, name: &str) -> Uuid {
    bench.world.tenant().groups.values().find(|group| group.display_name == name).unwrap().id
}

fn ids(items: &[Value]) -> BTreeSet<Uuid> {
    items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn groups_are_found_by_name_and_a_name_may_fit_several() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let found = |filter: &str| {
        let filter = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        bench.all(&app, &format!("/groups?$select=id,displayName&$filter={filter}"), false).0
    };
    assert_eq!(found("displayName eq 'leavers'").len(), 1);
    assert_eq!(found("displayName eq 'Project Borealis'").len(), 2);
    assert_eq!(found("displayName eq 'Café d''Été'").len(), 1);
    assert_eq!(found("startsWith(displayName,'Project')").len(), 4);
    assert!(found("groupTypes/any(c:c eq 'Unified')").len() >= 2);
    assert!(found("displayName eq 'Nobody'").is_empty());
    let all = bench.world.tenant().groups.len();
    assert_eq!(bench.all(&app, "/groups?$top=3", false).0.len(), all);
    assert_eq!(bench.get_eventual(&app, "/groups/$count").text(), all.to_string());
    let reply = bench.get(&app, &format!("/groups/{}", group(&bench, "Leavers")));
    assert_eq!((reply.status(), &reply.json()["displayName"]), (200, &"Leavers".into()));
    assert_eq!(bench.get(&app, &format!("/groups/{}", Uuid::nil())).refusal().0, 404);
    assert_eq!(bench.get(&app, "/groups?$filter=displayName%20ne%20'x'").refusal().0, 400);
}

#[test]
fn members_are_direct_and_transitive_ones_are_each_given_once() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let (outer, middle) = (group(&bench, "Europe"), group(&bench, "Nordics"));
    let direct = bench.all(&app, &format!("/groups/{outer}/members"), false).0;
    assert_eq!(ids(&direct), BTreeSet::from([middle]));
    assert_eq!(direct[0]["@odata.type"], "#microsoft.graph.group");
    let expected: BTreeSet<Uuid> = {
        let tenant = bench.world.tenant();
        let countries = tenant.groups[&middle].members.clone();
        let people = countries.iter().flat_map(|country| tenant.groups[country].members.clone());
        people.chain(countries.clone()).chain([middle]).collect()
    };
    let (all, pages) = bench.all(&app, &format!("/groups/{outer}/transitiveMembers?$select=id&$top=5"), false);
    assert_eq!(all.len(), expected.len(), "nobody twice");
    assert_eq!(ids(&all), expected);
    assert!(pages >= expected.len().div_ceil(5));
    let people: BTreeSet<Uuid> = all
        .iter()
        .filter(|item| item["@odata.type"] == "#microsoft.graph.user")
        .map(|item| item["id"].as_str().unwrap().parse().unwrap())
        .collect();
    let cast = format!("/groups/{outer}/transitiveMembers/microsoft.graph.user");
    assert_eq!(bench.get(&app, &cast).refusal(), (400, "Request_UnsupportedQuery".to_owned()));
    assert_eq!(bench.get_eventual(&app, &cast).refusal().0, 400);
    let (cast_people, _) = bench.all(&app, &format!("{cast}?$count=true&$top=10"), true);
    assert_eq!(ids(&cast_people), people);
    assert_eq!(bench.get_eventual(&app, &format!("{cast}/$count")).text(), people.len().to_string());
    assert_eq!(bench.get(&app, &format!("{cast}/$count")).refusal().0, 400);
}

#[test]
fn a_circle_and_an_empty_group_are_listed() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let circle = group(&bench, "Project Ouroboros");
    let (all, _) = bench.all(&app, &format!("/groups/{circle}/transitiveMembers?$top=999"), false);
    assert!(ids(&all).contains(&circle), "it is within itself");
    assert_eq!(ids(&all).len(), all.len());
    let empty = group(&bench, "Leavers");
    for relation in ["members", "transitiveMembers", "owners"] {
        assert_eq!(bench.get(&app, &format!("/groups/{empty}/{relation}")).json()["value"], json!([]));
    }
    let employees = group(&bench, "All Employees");
    assert_eq!(bench.get(&app, &format!("/groups/{employees}/owners")).json()["value"].as_array().unwrap().len(), 1);
}

#[test]
fn who_may_read_members_but_not_people_sees_their_ids_only() {
    let bench = Bench::new();
    let employees = group(&bench, "All Employees");
    let members = |permission: &str| {
        bench.get(&bench.app(&[permission]), &format!("/groups/{employees}/members?$top=1")).json()["value"][0].clone()
    };
    let keys = |item: &Value| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&members("GroupMember.Read.All")), ["@odata.type", "id"]);
    assert!(keys(&members("Directory.Read.All")).contains(&"userPrincipalName".to_owned()));
}

#[test]
fn what_a_person_is_in() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let operators = group(&bench, "Identity Operators");
    let operator = *bench.world.tenant().groups[&operators].members.first().unwrap();
    let kinds = |items: &[Value]| -> BTreeSet<String> {
        items
            .iter()
            .map(|item| item["@odata.type"].as_str().unwrap().trim_start_matches("#microsoft.graph.").to_owned())
            .collect()
    };
    let direct = bench.all(&app, &format!("/users/{operator}/memberOf"), false).0;
    assert!(ids(&direct).contains(&operators));
    assert!(!kinds(&direct).contains("directoryRole"), "the role is the group's");
    let all = bench.all(&app, &format!("/users/{operator}/transitiveMemberOf?$select=id"), false).0;
    assert!(kinds(&all).contains("directoryRole"));
    let roles = format!("/users/{operator}/transitiveMemberOf/microsoft.graph.directoryRole");
    assert_eq!(bench.get(&app, &format!("{roles}?$count=true")).refusal().0, 400);
    let reply = bench.get_eventual(&app, &format!("{roles}?$count=true")).json();
    assert_eq!(reply["@odata.count"], 1);
    assert_eq!(reply["value"][0]["displayName"], "Authentication Administrator");
    let groups = format!("/users/{operator}/transitiveMemberOf/microsoft.graph.group?$count=true&$select=displayName");
    let groups = bench.all(&app, &groups, true).0;
    assert!(groups.iter().any(|group| group["displayName"] == "Identity Operators"));
    let ids: Vec<String> = serde_json::from_value(
        bench
            .post(&app, &format!("/users/{operator}/getMemberObjects"), &json!({ "securityEnabledOnly": false }))
            .json()["value"]
            .take(),
    )
    .unwrap();
    assert_eq!(ids.len(), all.len());
    let secure = bench
        .post(&app, &format!("/users/{operator}/getMemberObjects"), &json!({ "securityEnabledOnly": true }))
        .json();
    assert!(secure["value"].as_array().unwrap().contains(&json!(operators.to_string())));
    assert!(secure["value"].as_array().unwrap().len() < ids.len());
}

#[test]
fn a_role_over_a_unit_does_not_show_among_what_a_person_is_in() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let scoped =
        bench.world.tenant().role_assignments.iter().find(|held| held.directory_scope_id != "/").unwrap().principal_id;
    let roles = format!("/users/{scoped}/transitiveMemberOf/microsoft.graph.directoryRole?$count=true");
    assert_eq!(bench.get_eventual(&app, &roles).json()["@odata.count"], 0);
}

#[test]
fn many_objects_by_id() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let person = bench.ordinary().id;
    let leavers = group(&bench, "Leavers");
    let ask = |body: &Value| bench.post(&app, "/directoryObjects/getByIds", body);
    let reply = ask(&json!({ "ids": [person, leavers, Uuid::nil()] })).json();
    assert_eq!(ids(reply["value"].as_array().unwrap()), BTreeSet::from([person, leavers]));
    let people = ask(&json!({ "ids": [person, leavers], "types": ["USER"] })).json();
    assert_eq!(ids(people["value"].as_array().unwrap()), BTreeSet::from([person]));
    assert_eq!(people["value"][0]["@odata.type"], "#microsoft.graph.user");
    assert!(people["value"][0].get("accountEnabled").is_none());
    let thousand: Vec<Uuid> = (0..1000).map(Uuid::from_u128).collect();
    assert_eq!(ask(&json!({ "ids": thousand })).status(), 200);
    let more: Vec<Uuid> = (0..1001).map(Uuid::from_u128).collect();
    for wrong in [
        json!({ "ids": more }),
        json!({ "ids": [] }),
        json!({}),
        json!({ "ids": ["x"] }),
        json!({ "ids": [person], "types": ["nope"] }),
    ] {
        assert_eq!(ask(&wrong).refusal(), (400, "Request_BadRequest".to_owned()));
    }
    let reader = bench.app(&["User.Read.All"]);
    let as_reader = |body: &Value| bench.post(&reader, "/directoryObjects/getByIds", body).status();
    assert_eq!(as_reader(&json!({ "ids": [person], "types": ["user"] })), 200);
    assert_eq!(as_reader(&json!({ "ids": [person] })), 403);
}
