use std::collections::BTreeSet;

use serde_json::Value;

use crate::simulator::{
    Options,
    graph::bench::{Bench, replicated},
};

const READ: &[&str] = &["User.Read.All"];

#[test]
fn a_person_is_found_by_id_and_by_name_in_any_form() {
    let bench = Bench::new();
    let app = bench.app(READ);
    for sample in
        [&bench.description.samples.user, &bench.description.samples.guest, &bench.description.samples.apostrophe]
    {
        let person = bench.person(sample);
        let name = &person.profile.latest().user_principal_name;
        let quoted = name.replace('\'', "''").replace('#', "%23");
        let paths = [
            format!("/users/{}", person.id),
            format!("/users/{}", name.replace('#', "%23").replace('\'', "%27")),
            format!("/users/{}", name.to_uppercase().replace('#', "%23")),
            format!("/users('{quoted}')"),
        ];
        for path in paths {
            let reply = bench.get(&app, &path);
            assert_eq!(reply.status(), 200, "{path}: {}", reply.text());
            assert_eq!(reply.json()["id"], person.id.to_string());
        }
    }
    let missing = bench.get(&app, "/users/nobody@nowhere.example");
    assert_eq!(missing.refusal(), (404, "Request_ResourceNotFound".to_owned()));
    assert_eq!(
        missing.json()["error"]["message"],
        "Resource 'nobody@nowhere.example' does not exist or one of its queried reference-property objects are not present."
    );
}

#[test]
fn what_nobody_here_has_is_empty_and_not_unknown() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let select = "assignedLicenses,licenseAssignmentStates,onPremisesLastSyncDateTime,onPremisesExtensionAttributes";
    let shown = bench.get(&app, &format!("/users/{}?$select={select}", bench.ordinary().id)).json();
    assert_eq!(
        (&shown["assignedLicenses"], &shown["licenseAssignmentStates"]),
        (&Value::from([""; 0]), &Value::from([""; 0]))
    );
    assert_eq!(shown.get("onPremisesLastSyncDateTime"), Some(&Value::Null));
    assert_eq!(shown.get("onPremisesExtensionAttributes"), Some(&Value::Null));
}

#[test]
fn what_a_person_is_in_comes_along_when_it_is_expanded() {
    let bench = Bench::new();
    let app = bench.app(&["User.Read.All", "Directory.Read.All"]);
    let key = bench.ordinary().id;
    for relationship in ["memberOf", "transitiveMemberOf"] {
        let apart = bench.get(&app, &format!("/users/{key}/{relationship}?$select=id,displayName")).json();
        let expand = format!("$select=id&$expand={relationship}($select=id,displayName)");
        let along = bench.get(&app, &format!("/users/{key}?{expand}")).json();
        assert_eq!(along[relationship], apart["value"]);
        assert!(!along[relationship].as_array().unwrap().is_empty() && along["id"] == key.to_string());
        let listed = bench.get(&app, &format!("/users?$filter=id eq '{key}'&{expand}")).json();
        assert_eq!(listed["value"][0][relationship], apart["value"]);
    }
    assert_eq!(bench.get(&bench.app(READ), &format!("/users/{key}?$expand=memberOf")).status(), 403);
    let own = bench.delegated(&bench.description.samples.user, &["User.Read"]);
    assert_eq!(bench.get(&own, "/me?$expand=memberOf").status(), 200);
    for refused in ["manager", "memberOf,transitiveMemberOf", "memberOf($top=1)", "memberOf("] {
        assert_eq!(bench.get(&app, &format!("/users/{key}?$expand={refused}")).status(), 400, "{refused}");
    }
}

#[test]
fn only_standard_properties_come_without_select() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let key = bench.ordinary().id;
    let standard: BTreeSet<String> =
        bench.get(&app, &format!("/users/{key}")).json().as_object().unwrap().keys().cloned().collect();
    let documented = [
        "@odata.context",
        "id",
        "businessPhones",
        "displayName",
        "givenName",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ];
    assert_eq!(standard, documented.map(str::to_owned).into());
    let selected = bench.get(&app, &format!("/users/{key}?$select=accountEnabled,userType")).json();
    assert_eq!(selected["accountEnabled"], true);
    assert_eq!(selected.as_object().unwrap().len(), 3);
    assert!(selected["@odata.context"].as_str().unwrap().ends_with("#users(accountEnabled,userType)/$entity"));
    assert_eq!(
        bench.get(&app, &format!("/users/{key}?$select=nope")).refusal(),
        (400, "Request_BadRequest".to_owned())
    );
    assert_eq!(bench.get(&app, "/users?$select=id,nope").refusal().0, 400);
}

#[test]
fn basic_reading_shows_basic_properties_only() {
    let bench = Bench::new();
    let app = bench.app(&["User.ReadBasic.All"]);
    let key = bench.ordinary().id;
    let person = bench
        .get(&app, &format!("/users/{key}?$select=id,displayName,accountEnabled,signInSessionsValidFromDateTime"))
        .json();
    assert_eq!(person.as_object().unwrap().keys().collect::<Vec<_>>(), ["@odata.context", "displayName", "id"]);
    assert!(bench.get(&app, "/users?$top=1").json()["value"][0].get("jobTitle").is_none());
    assert_eq!(bench.get(&app, "/users?$filter=accountEnabled%20eq%20false").refusal().0, 403);
}

#[test]
fn paging_gives_everybody_once_and_may_pause() {
    let bench = Bench::with(&Options { replication_milliseconds: 0, ..Options::default() });
    let app = bench.app(READ);
    let (people, pages) = bench.all(&app, "/users?$select=id&$top=1", false);
    let ids: BTreeSet<&str> = people.iter().map(|person| person["id"].as_str().unwrap()).collect();
    assert_eq!((people.len(), ids.len()), (200, 200));
    assert!(pages > 200, "no page was empty");
    assert_eq!(bench.all(&app, "/users", false).0.len(), 200);
    assert_eq!(bench.get(&app, "/users").json()["value"].as_array().unwrap().len(), 100);
    assert_eq!(bench.get(&app, "/users?$top=999").json()["value"].as_array().unwrap().len(), 200);
    assert_eq!(bench.get(&app, "/users?$skip=5").refusal().0, 400);
}

#[test]
fn a_page_token_belongs_to_its_query() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let link = bench.get(&app, "/users?$top=5&$select=id").json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let token = link.split("$skiptoken=").nth(1).unwrap();
    assert!(link.starts_with("http://127.0.0.1:1/v1.0/users?$top=5&$select=id&$skiptoken="));
    assert_eq!(bench.get(&app, &format!("/users?$top=5&$select=id&$skiptoken={token}")).status(), 200);
    for other in [
        format!("/users?$top=6&$select=id&$skiptoken={token}"),
        format!("/users?$top=5&$skiptoken={token}"),
        format!("/beta/users?$top=5&$select=id&$skiptoken={token}"),
        "/users?$skiptoken=AAAA".to_owned(),
        format!("/users?$top=5&$select=id&$skiptoken={token}A"),
    ] {
        assert_eq!(bench.get(&app, &other).refusal().0, 400, "{other}");
    }
}

#[test]
fn links_can_be_followed_even_where_the_query_came_unencoded() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let query = "/users?$top=5&$select=id&$filter=displayName ne 'Åsa Öst'&$count=true";
    let link = bench.get_eventual(&app, query).json()["@odata.nextLink"].as_str().unwrap().to_owned();
    assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
    let next = link.strip_prefix("http://127.0.0.1:1").unwrap();
    assert_eq!(bench.get_eventual(&app, next).status(), 200);
}

#[test]
fn advanced_queries_need_header_and_count() {
    let bench = Bench::new();
    let app = bench.app(READ);
    for query in [
        "$filter=accountEnabled%20ne%20true",
        "$filter=not(accountEnabled%20eq%20true)",
        "$filter=endsWith(mail,'.com')",
        "$filter=accountEnabled%20eq%20true&$orderby=displayName",
        "$search=%22displayName:a%22",
    ] {
        let refusal = (400, "Request_UnsupportedQuery".to_owned());
        assert_eq!(bench.get(&app, &format!("/users?{query}")).refusal(), refusal, "{query}");
        assert_eq!(bench.get(&app, &format!("/users?$count=true&{query}")).refusal(), refusal, "{query}");
        assert_eq!(bench.get_eventual(&app, &format!("/users?{query}")).refusal(), refusal, "{query}");
        let reply = bench.get_eventual(&app, &format!("/users?$count=true&{query}"));
        assert_eq!(reply.status(), 200, "{query}: {}", reply.text());
        assert!(reply.json()["@odata.count"].is_u64());
    }
    // The link carries the query but not the header, which must be sent again.
    let link = bench.get_eventual(&app, "/users?$count=true&$top=2&$filter=accountEnabled%20ne%20false").json();
    let next = link["@odata.nextLink"].as_str().unwrap().strip_prefix("http://127.0.0.1:1").unwrap().to_owned();
    assert_eq!(bench.get(&app, &next).refusal().0, 400);
    let second = bench.get_eventual(&app, &next);
    assert_eq!(second.status(), 200);
    assert!(second.json().get("@odata.count").is_none(), "only the first page counts");
}

#[test]
fn plain_filters_work_without_the_header_and_count_is_then_ignored() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let blocked =
        bench.get(&app, "/users?$filter=accountEnabled%20eq%20false&$select=id,accountEnabled&$count=true").json();
    assert!(blocked.get("@odata.count").is_none());
    assert!(!blocked["value"].as_array().unwrap().is_empty());
    assert!(blocked["value"].as_array().unwrap().iter().all(|person| person["accountEnabled"] == false));
    let by_name =
        format!("/users?$filter=userPrincipalName%20eq%20'{}'", bench.description.samples.user.to_uppercase());
    assert_eq!(bench.get(&app, &by_name).json()["value"].as_array().unwrap().len(), 1);
    let guests = "/users?$filter=userType%20eq%20'Guest'%20and%20startsWith(displayName,'A')&$select=userType,displayName&$top=999";
    let reply = bench.get(&app, guests);
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert_eq!(
        bench.get(&app, "/users?$filter=displayName%20like%20'a'").refusal(),
        (400, "Request_BadRequest".to_owned())
    );
    assert_eq!(
        bench.get(&app, "/users?$filter=signInSessionsValidFromDateTime%20ge%202020-01-01T00:00:00Z").refusal().0,
        400
    );
}

#[test]
fn the_count_segment_needs_the_header() {
    let bench = Bench::new();
    let app = bench.app(READ);
    assert_eq!(bench.get(&app, "/users/$count").refusal(), (400, "Request_BadRequest".to_owned()));
    let reply = bench.get_eventual(&app, "/users/$count");
    assert_eq!((reply.status(), reply.text()), (200, "200"));
    assert_eq!(reply.header("content-type"), Some("text/plain"));
    let blocked: usize =
        bench.get_eventual(&app, "/users/$count?$filter=accountEnabled%20ne%20true").text().parse().unwrap();
    let listed = bench.all(&app, "/users?$filter=accountEnabled%20eq%20false", false).0.len();
    assert_eq!(blocked, listed);
}

#[test]
fn sorted_listings_are_sorted_across_pages() {
    let bench = Bench::new();
    let app = bench.app(READ);
    for (order, descending) in
        [("displayName", false), ("displayName%20desc", true), ("userPrincipalName%20asc", false)]
    {
        let (people, _) =
            bench.all(&app, &format!("/users?$select=displayName,userPrincipalName&$top=30&$orderby={order}"), false);
        let name = if order.starts_with('d') { "displayName" } else { "userPrincipalName" };
        let names: Vec<String> = people.iter().map(|person| person[name].as_str().unwrap().to_lowercase()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        if descending {
            sorted.reverse();
        }
        assert_eq!(names.len(), 200);
        assert_eq!(names, sorted);
    }
    assert_eq!(bench.get(&app, "/users?$orderby=city").refusal(), (400, "Request_UnsupportedQuery".to_owned()));
    assert_eq!(bench.get(&app, "/users?$orderby=displayName%20up").refusal().0, 400);
}

#[test]
fn search_finds_words_of_names() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let person = bench.ordinary();
    let surname = person.profile.latest().surname.clone().unwrap();
    let found = |search: &str| -> Vec<Value> {
        let search = percent_encoding::utf8_percent_encode(search, percent_encoding::NON_ALPHANUMERIC);
        bench.all(&app, &format!("/users?$count=true&$select=id&$search={search}"), true).0
    };
    let is_found = |people: &[Value]| people.iter().any(|one| one["id"] == person.id.to_string());
    assert!(is_found(&found(&format!("\"displayName:{surname}\""))));
    assert!(is_found(&found(&format!("\"displayName:zzzz\" OR \"displayName:{surname}\""))));
    assert!(!is_found(&found(&format!("\"displayName:zzzz\" AND \"displayName:{surname}\""))));
    for wrong in
        ["displayName:a", "%22nope:a%22", "%22displayName:%22", "%22displayName:a%22%20XOR%20%22displayName:b%22"]
    {
        assert_eq!(
            bench.get_eventual(&app, &format!("/users?$count=true&$search={wrong}")).refusal().0,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn me_is_the_person_of_the_token() {
    let bench = Bench::new();
    let person = bench.ordinary();
    let caller = bench.delegated(&bench.description.samples.user, &["User.Read"]);
    let me = bench.get(&caller, "/me?$select=id,accountEnabled").json();
    assert_eq!((&me["id"], &me["accountEnabled"]), (&person.id.to_string().into(), &true.into()));
    let other = bench.person(&bench.description.samples.mailbox).id;
    assert_eq!(bench.get(&caller, &format!("/users/{other}")).refusal().0, 403);
    assert_eq!(bench.get(&caller, "/users").refusal().0, 403);
    assert_eq!(bench.get(&caller, "/me/memberOf").status(), 200);
    assert_eq!(bench.get(&bench.app(READ), "/me").refusal(), (400, "Request_BadRequest".to_owned()));
}

#[test]
fn a_guest_does_not_see_the_collection() {
    let bench = Bench::new();
    let guest = bench.delegated(&bench.description.samples.guest, READ);
    assert_eq!(bench.get(&guest, "/users").refusal().0, 403);
    assert_eq!(bench.get(&guest, &format!("/users/{}", bench.ordinary().id)).status(), 200);
}

#[test]
fn the_eventual_index_lags_twice_as_long() {
    let bench = Bench::with(&Options { replication_milliseconds: 60_000, ..Options::default() });
    let app = bench.app(READ);
    let person = bench.ordinary();
    {
        let mut tenant = bench.world.tenant_mut();
        let user = tenant.user_mut(&person.id.to_string()).unwrap();
        let blocked = crate::simulator::tenant::Profile { account_enabled: false, ..user.profile.latest().clone() };
        // Written ninety seconds ago: ordinary replicas have it, the index does not.
        let then = std::time::Instant::now().checked_sub(std::time::Duration::from_secs(90)).unwrap();
        user.profile.write(then, std::time::Duration::from_secs(60), blocked);
    }
    let path = format!("/users/{}?$select=accountEnabled", person.id);
    assert_eq!(bench.get(&app, &path).json()["accountEnabled"], false);
    assert_eq!(bench.get_eventual(&app, &path).json()["accountEnabled"], true);
}

#[test]
fn a_write_is_seen_by_readers_after_a_while_only() {
    let bench = Bench::with(&Options { replication_milliseconds: 150, ..Options::default() });
    let app = bench.app(&["User.ReadWrite.All"]);
    let path = format!("/users/{}", bench.ordinary().id);
    assert_eq!(bench.patch(&app, &path, &serde_json::json!({ "accountEnabled": false })).status(), 204);
    let read = |select: &str| bench.get(&app, &format!("{path}?$select={select}")).json()["accountEnabled"].clone();
    assert_eq!(read("accountEnabled"), true);
    assert!(!bench.ordinary().profile.latest().account_enabled, "what signs in does not wait");
    replicated(&bench);
    assert_eq!(read("accountEnabled"), false);
}

#[test]
fn pages_with_the_activity_of_sign_ins_are_smaller() {
    let bench = Bench::new();
    let app = bench.app(READ);
    let page = bench.get(&app, "/users?$select=id,signInActivity&$top=500");
    assert_eq!((page.status(), &page.json()["value"][0]["signInActivity"]), (200, &Value::Null));
    for wrong in ["/users?$select=signinactivity&$top=501", "/users?$top=10&$top=20"] {
        assert_eq!(bench.get(&app, wrong).refusal(), (400, "Request_BadRequest".to_owned()), "{wrong}");
    }
    assert_eq!(bench.get(&app, "/users?$select=id&$top=501").status(), 200);
}
