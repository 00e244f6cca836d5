use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::*;
use crate::simulator::{
    Options, Samples,
    fault::{Faults, plan::Plan},
    population::{Population, populate},
};

struct Stage {
    world: World,
    caller: Caller,
    samples: Samples,
}

fn stage(plan: &str) -> Stage {
    let options = Options { users: 40, replication_milliseconds: 0, ..Options::default() };
    let Population { tenant, description } = populate(&options);
    let app = tenant.service_principals.values().find(|app| app.app_id.to_string() == description.client_id).unwrap();
    let caller = Caller {
        app_id: app.app_id,
        service_principal_id: app.id,
        user_id: None,
        permissions: app.delegated_scopes.clone(),
        answered_challenge: false,
    };
    let faults = Faults::new(Plan::parse(plan).unwrap());
    Stage {
        world: World::new(options, "http://127.0.0.1:1".to_owned(), faults, tenant),
        caller,
        samples: description.samples,
    }
}

impl Stage {
    async fn send(&self, body: &str) -> (u16, Value) {
        let mut headers = HeaderMap::new();
        headers.insert("consistencylevel", HeaderValue::from_static("eventual"));
        let request = Request {
            method: Method::POST,
            path: "/v1.0/$batch".to_owned(),
            query: String::new(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        let answer = answer(&self.world, &self.caller, Version::V1, &request).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    /// The answers of a batch that could be read, by id.
    async fn results(&self, requests: &Value) -> BTreeMap<String, Value> {
        let (status, body) = self.send(&json!({ "requests": requests }).to_string()).await;
        assert_eq!(status, 200, "{body}");
        let responses = body["responses"].as_array().unwrap();
        responses.iter().map(|response| (response["id"].as_str().unwrap().to_owned(), response.clone())).collect()
    }
}

const NO_FAULTS: &str = r#"{ "rules": [] }"#;

fn get(id: &str, url: &str) -> Value {
    json!({ "id": id, "method": "GET", "url": url })
}

fn block(id: &str, person: &str) -> Value {
    json!({ "id": id, "method": "PATCH", "url": format!("/users/{person}"),
        "headers": { "Content-Type": "application/json" }, "body": { "accountEnabled": false } })
}

#[tokio::test]
async fn each_item_has_an_answer_of_its_own() {
    let stage = stage(NO_FAULTS);
    let results = stage
        .results(&json!([
            get("with", &format!("/users/{}", stage.samples.user)),
            get("without", &format!("users/{}?$select=id", stage.samples.user)),
            get("nobody", "/users/nobody@nowhere.example"),
            get("nothing", "/no/such/path"),
        ]))
        .await;
    let status = |id: &str| results[id]["status"].as_u64().unwrap();
    assert_eq!((status("with"), status("without"), status("nobody")), (200, 200, 404));
    assert!(status("nothing") >= 400);
    assert_eq!(results["with"]["body"]["userPrincipalName"], stage.samples.user);
    assert_eq!(results["nobody"]["body"]["error"]["code"], "Request_ResourceNotFound");
    let headers = &results["with"]["headers"];
    assert!(headers["Content-Type"].as_str().unwrap().starts_with("application/json"));
    assert!(headers["request-id"] != results["without"]["headers"]["request-id"]);
}

#[test]
fn a_batch_is_known_by_its_path_however_it_is_encoded() {
    assert!(["/$batch", "/%24batch", "/$BATCH"].into_iter().all(is_asked));
    assert!(!["/batch", "/$batch/users", "/users", ""].into_iter().any(is_asked));
}

#[tokio::test]
async fn a_change_takes_effect_and_its_answer_has_no_body() {
    let stage = stage(NO_FAULTS);
    let results = stage.results(&json!([block("1", &stage.samples.user)])).await;
    assert_eq!(results["1"]["status"], 204, "{:?}", results["1"]);
    assert!(results["1"].get("body").is_none());
    assert!(!stage.world.tenant().user(&stage.samples.user).unwrap().profile.latest().account_enabled);
}

#[tokio::test]
async fn a_batch_that_breaks_the_rules_is_refused_whole() {
    let stage = stage(NO_FAULTS);
    let many: Vec<Value> = (0..21).map(|id| get(&id.to_string(), "/me")).collect();
    let depending = |id: &str, on: &str| json!({ "id": id, "method": "GET", "url": "/me", "dependsOn": [on] });
    for (body, reason) in [
        ("{".to_owned(), "Invalid batch payload"),
        ("{}".to_owned(), "requests"),
        (json!([[get("1", "/me")]]).to_string(), "an object"),
        (json!({ "requests": [["1", "GET", "/me", null, null, null]] }).to_string(), "an object"),
        (json!({ "requests": many }).to_string(), "maximum of 20"),
        (json!({ "requests": [{ "method": "GET", "url": "/me" }] }).to_string(), "id"),
        (json!({ "requests": [{ "id": 1, "method": "GET", "url": "/me" }] }).to_string(), "string"),
        (json!({ "requests": [get("", "/me")] }).to_string(), "needs an id"),
        (json!({ "requests": [get("a", "/me"), get("A", "/me")] }).to_string(), "more than once"),
        (json!({ "requests": [{ "id": "1", "method": "BREW", "url": "/me" }] }).to_string(), "invalid method"),
        (
            json!({ "requests": [{ "id": "1", "method": "PATCH", "url": "/me", "body": {} }] }).to_string(),
            "no Content-Type",
        ),
        (json!({ "requests": [depending("1", "2")] }).to_string(), "not in the batch"),
        (json!({ "requests": [depending("1", "1")] }).to_string(), "cycle"),
        (json!({ "requests": [depending("1", "2"), depending("2", "1"), get("3", "/me")] }).to_string(), "cycle"),
    ] {
        let (status, answer) = stage.send(&body).await;
        assert_eq!(status, 400, "{body}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
    let (status, _) = stage.send(&json!({ "requests": many[..20] }).to_string()).await;
    assert_eq!(status, 200, "twenty are allowed");
}

#[tokio::test]
async fn an_item_that_cannot_be_is_refused_alone() {
    let stage = stage(NO_FAULTS);
    let results = stage
        .results(&json!([
            get("absolute", "https://graph.microsoft.com/v1.0/me"),
            get("elsewhere", "//graph.microsoft.com/v1.0/me"),
            { "id": "nested", "method": "POST", "url": "/$batch", "headers": { "Content-Type": "application/json" },
              "body": { "requests": [] } },
            { "id": "bare", "method": "POST", "url": format!("/users/{}/revokeSignInSessions", stage.samples.user) },
            get("raw number sign", &format!("/users/{}", stage.samples.guest)),
            get("escaped", &format!("/users/{}", stage.samples.guest.replace('#', "%23"))),
        ]))
        .await;
    let status = |id: &str| results[id]["status"].as_u64().unwrap();
    for id in ["absolute", "elsewhere", "nested", "bare"] {
        assert_eq!(status(id), 400, "{id}: {}", results[id]);
    }
    assert_eq!((status("raw number sign"), status("escaped")), (404, 200));
}

#[tokio::test]
async fn whatever_depends_on_a_failure_is_not_run() {
    let stage = stage(NO_FAULTS);
    let mut blocked = block("block", &stage.samples.user);
    blocked["dependsOn"] = json!(["MISSING"]);
    let mut after = get("after", "/users?$top=1");
    after["dependsOn"] = json!(["block"]);
    let mut well = get("well", &format!("/users/{}", stage.samples.mailbox));
    well["dependsOn"] = json!(["fine"]);
    let results = stage
        .results(&json!([after, blocked, well, get("missing", "/users/nobody@nowhere.example"), get("fine", "/users")]))
        .await;
    let status = |id: &str| results[id]["status"].as_u64().unwrap();
    assert_eq!((status("missing"), status("block"), status("after")), (404, 424, 424));
    assert_eq!((status("fine"), status("well")), (200, 200));
    assert!(stage.world.tenant().user(&stage.samples.user).unwrap().profile.latest().account_enabled);
}

#[tokio::test]
async fn what_depends_runs_after_what_it_depends_on() {
    let stage = stage(r#"{ "rules": [{ "match": { "method": "PATCH" }, "fault": { "slowMilliseconds": 20 } }] }"#);
    let person = &stage.samples.user;
    let mut read = get("read", &format!("/users/{person}?$select=accountEnabled"));
    read["dependsOn"] = json!(["block"]);
    let results = stage.results(&json!([read, block("block", person)])).await;
    assert_eq!(results["read"]["body"]["accountEnabled"], false);
}

#[tokio::test]
async fn headers_of_the_batch_are_not_those_of_its_items() {
    let stage = stage(NO_FAULTS);
    let url = "/users?$count=true&$top=1&$filter=endswith(mail,'com')";
    let mut eventual = get("its own", url);
    eventual["headers"] = json!({ "ConsistencyLevel": "eventual" });
    let results = stage.results(&json!([get("outer only", url), eventual])).await;
    assert_eq!(results["outer only"]["status"], 400);
    assert_eq!(results["its own"]["status"], 200, "{}", results["its own"]);
}

#[tokio::test]
async fn faults_strike_single_items() {
    let stage = stage(
        r#"{ "rules": [
            { "match": { "method": "PATCH", "inBatch": true }, "first": 1,
              "fault": { "status": 429, "retryAfterSeconds": 3 } },
            { "match": { "method": "PATCH", "inBatch": true }, "first": 1, "fault": { "missingItem": true } },
            { "match": { "method": "PATCH", "inBatch": true }, "first": 1, "fault": { "resetAfter": true } },
            { "match": { "method": "PATCH", "inBatch": true }, "first": 1,
              "fault": { "status": 504, "takesEffect": true } }] }"#,
    );
    let people = [&stage.samples.user, &stage.samples.mailbox, &stage.samples.synced, &stage.samples.no_mailbox];
    let mut outcomes = Vec::new();
    for person in people {
        let results = stage.results(&json!([block("x", person)])).await;
        let answer = results.get("x").map(|answer| (answer["status"].as_u64().unwrap(), answer.clone()));
        if let Some((429, answer)) = &answer {
            assert_eq!(answer["headers"]["Retry-After"], "3");
            assert_eq!(answer["body"]["error"]["code"], "TooManyRequests");
        }
        let blocked = !stage.world.tenant().user(person).unwrap().profile.latest().account_enabled;
        outcomes.push((answer.map(|(status, _)| status), blocked));
    }
    assert_eq!(outcomes, [(Some(429), false), (None, false), (None, true), (Some(504), true)]);
}

#[tokio::test]
async fn items_are_charged_one_by_one() {
    let stage = stage(NO_FAULTS);
    let url = format!("/users/{}/authentication/methods", stage.samples.user);
    let items: Vec<Value> = (0..8).map(|id| get(&id.to_string(), &url)).collect();
    let results = stage.results(&json!(items)).await;
    let throttled: Vec<&Value> = results.values().filter(|answer| answer["status"] == 429).collect();
    assert_eq!(throttled.len(), 3);
    for answer in throttled {
        assert_eq!(answer["headers"]["Retry-After"], "10");
        assert!(answer["headers"]["x-ms-throttle-scope"].as_str().unwrap().starts_with("Tenant_Application/"));
    }
}

#[tokio::test]
async fn answers_come_in_an_order_of_the_services_own() {
    let stage = stage(NO_FAULTS);
    let ids: Vec<String> = (0..20).map(|id| id.to_string()).collect();
    let items: Vec<Value> = ids.iter().map(|id| get(id, "/organization")).collect();
    let (_, body) = stage.send(&json!({ "requests": items }).to_string()).await;
    let order: Vec<&str> =
        body["responses"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_ne!(order, ids);
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), 20);
}

#[tokio::test]
async fn each_item_draws_on_the_quota_of_what_it_asks_for() {
    let stage = stage(NO_FAULTS);
    let person = &stage.samples.many_methods;
    let requests: Vec<Value> =
        (0..8).map(|id| get(&id.to_string(), &format!("/users/{person}/authentication/methods"))).collect();
    let results = stage.results(&json!(requests)).await;
    let throttled: Vec<&Value> = results.values().filter(|answer| answer["status"] == 429).collect();
    assert_eq!(throttled.len(), 3, "five in ten seconds, whether they travel together or not");
    assert!(throttled.iter().all(|answer| answer["headers"]["Retry-After"].is_string()), "{throttled:#?}");
    // People are another resource, with room left.
    let results = stage.results(&json!([get("1", &format!("/users/{person}"))])).await;
    assert_eq!(results["1"]["status"], 200);
}
