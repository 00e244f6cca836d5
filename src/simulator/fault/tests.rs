use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::*;

fn faults(plan: &str) -> Faults {
    Faults::new(Plan::parse(plan).unwrap())
}

fn request(method: Method, path: &str) -> Request {
    Request { method, path: path.into(), query: String::new(), headers: HeaderMap::new(), body: Bytes::new() }
}

fn get(path: &str) -> Request {
    request(Method::GET, path)
}

/// Which of the first ten requests are hit.
fn hits(plan: &str) -> Vec<u32> {
    let faults = faults(plan);
    (1..=10).filter(|_| faults.next(&get("/v1.0/users"), false).is_some()).collect()
}

#[test]
fn without_a_plan_nothing_goes_wrong() {
    assert_eq!(Faults::default().next(&get("/v1.0/users"), false), None);
}

#[test]
fn a_rule_counts_the_requests_that_match() {
    let rule = |times: &str| format!(r#"{{ "rules": [{{ {times} "fault": {{ "status": 503 }} }}] }}"#);
    assert_eq!(hits(&rule("")), (1..=10).collect::<Vec<_>>());
    assert_eq!(hits(&rule(r#""first": 3,"#)), [1, 2, 3]);
    assert_eq!(hits(&rule(r#""every": 4,"#)), [4, 8]);
    assert_eq!(hits(&rule(r#""after": 7,"#)), [8, 9, 10]);
    assert_eq!(hits(&rule(r#""after": 2, "first": 2,"#)), [3, 4]);
    assert_eq!(hits(&rule(r#""after": 1, "every": 2,"#)), [3, 5, 7, 9]);
    assert_eq!(hits(&rule(r#""every": 3, "times": 2,"#)), [3, 6]);
    assert_eq!(hits(&rule(r#""probability": 0,"#)), [0; 0]);
    assert_eq!(hits(&rule(r#""probability": 1,"#)).len(), 10);
}

#[test]
fn a_rule_matches_by_everything_that_it_names() {
    let faults = faults(
        r#"{ "rules": [
            { "match": { "method": "patch", "path": "/v1.0/users/*", "service": "graph", "inBatch": true },
              "fault": { "status": 429, "retryAfterSeconds": 0.25 } }] }"#,
    );
    let fault = Some(Fault::Status { status: 429, retry_after: Some(Duration::from_millis(250)), takes_effect: false });
    assert_eq!(faults.next(&request(Method::PATCH, "/v1.0/users/adele%40contoso.com"), true), fault);
    assert_eq!(faults.next(&request(Method::PATCH, "/v1.0/users/adele"), false), None);
    assert_eq!(faults.next(&request(Method::GET, "/v1.0/users/adele"), true), None);
    assert_eq!(faults.next(&request(Method::PATCH, "/beta/users/adele"), true), None);
}

#[test]
fn services_are_told_apart_by_their_paths() {
    let faults = faults(
        r#"{ "rules": [
            { "match": { "service": "signIn" }, "fault": { "resetBefore": true } },
            { "match": { "service": "exchange" }, "fault": { "resetAfter": true } },
            { "match": { "service": "graph" }, "fault": { "cutBody": true } }] }"#,
    );
    assert_eq!(faults.next(&get("/contoso/oauth2/v2.0/token"), false), Some(Fault::ResetBefore));
    assert_eq!(faults.next(&get("/adminapi/beta/contoso/InvokeCommand"), false), Some(Fault::ResetAfter));
    assert_eq!(faults.next(&get("/beta/users"), false), Some(Fault::CutBody));
    assert_eq!(faults.next(&get("/beta/users"), true), None, "a body is cut outside of batches only");
}

#[test]
fn only_a_write_can_be_taken_and_lost() {
    let faults = faults(r#"{ "rules": [{ "fault": { "withoutEffect": true } }] }"#);
    assert_eq!(faults.next(&get("/v1.0/users"), false), None);
    assert_eq!(faults.next(&request(Method::POST, "/v1.0/$batch"), false), None, "its items are hit, if anything is");
    assert_eq!(faults.next(&request(Method::POST, "/contoso/oauth2/v2.0/token"), false), None);
    assert_eq!(faults.next(&request(Method::DELETE, "/v1.0/users/adele"), true), Some(Fault::WithoutEffect));
}

#[test]
fn a_body_is_told_from_others_by_what_it_holds() {
    let faults = faults(r#"{ "rules": [{ "match": { "body": "Set-CASMailbox" }, "fault": { "status": 503 } }] }"#);
    let command = |name: &str| Request {
        body: Bytes::from(format!(r#"{{"CmdletInput":{{"CmdletName":"{name}"}}}}"#)),
        ..request(Method::POST, "/adminapi/beta/contoso/InvokeCommand")
    };
    assert_eq!(faults.next(&command("Get-CASMailbox"), false), None);
    assert!(faults.next(&command("Set-CASMailbox"), true).is_some());
    assert_eq!(faults.next(&get("/v1.0/users"), false), None);
}

#[test]
fn the_first_rule_that_hits_wins() {
    let faults = faults(
        r#"{ "rules": [
            { "first": 1, "fault": { "claimsChallenge": true } },
            { "first": 1, "fault": { "slowMilliseconds": 20 } }] }"#,
    );
    let next = || faults.next(&get("/v1.0/users"), false);
    assert_eq!(next(), Some(Fault::ClaimsChallenge));
    assert_eq!(next(), Some(Fault::Slow(Duration::from_millis(20))), "the second rule has not seen the first request");
    assert_eq!(next(), None);
}

#[test]
fn chance_hits_the_same_people_whatever_the_order_and_others_with_another_seed() {
    let plan = |seed: u32| {
        format!(r#"{{ "seed": {seed}, "rules": [{{ "probability": 0.1, "fault": {{ "status": 429 }} }}] }}"#)
    };
    let paths: Vec<String> = (0..2_000).map(|person| format!("/v1.0/users/{person}")).collect();
    let hit = |seed, paths: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
        let faults = faults(&plan(seed));
        paths.filter(|path| faults.next(&request(Method::PATCH, path), true).is_some()).cloned().collect()
    };
    let forwards = hit(3, &mut paths.iter());
    assert_eq!(forwards, hit(3, &mut paths.iter().rev()));
    assert!((150..250).contains(&forwards.len()), "{}", forwards.len());
    assert_ne!(forwards, hit(4, &mut paths.iter()));
}

#[test]
fn a_request_that_comes_again_is_drawn_again() {
    let faults = faults(r#"{ "seed": 1, "rules": [{ "probability": 0.5, "fault": { "status": 429 } }] }"#);
    let hits = (0..100).filter(|_| faults.next(&get("/v1.0/users"), false).is_some()).count();
    assert!((30..70).contains(&hits), "{hits}");
}

#[test]
fn a_faulty_plan_is_refused_with_its_line_or_its_rule() {
    for (plan, reason) in [
        ("{\n  \"rules\": [\n    { \"fault\": { \"status\": 503 }, \"evry\": 3 }\n  ]\n}", "line 3"),
        ("{ \"rules\": 1 }", "line 1"),
        ("{\n\n", "line 3"),
        (r#"{ "rules": [{ "fault": { "status": 503 } }, { "fault": {} }] }"#, "rule 2: fault names none"),
        (r#"{ "rules": [{ "fault": { "status": 503, "cutBody": true } }] }"#, "more than one"),
        (r#"{ "rules": [{ "fault": { "resetBefore": true, "missingItem": true } }] }"#, "more than one"),
        (r#"{ "rules": [{ "fault": { "status": 204 } }] }"#, "status is from 400 to 599"),
        (r#"{ "rules": [{ "fault": { "cutBody": true, "takesEffect": true } }] }"#, "go with status"),
        (r#"{ "rules": [{ "fault": { "status": 429, "retryAfterSeconds": -1 } }] }"#, "retryAfterSeconds"),
        (r#"{ "rules": [{ "fault": { "slowMilliseconds": 600001 } }] }"#, "slowMilliseconds"),
        (r#"{ "rules": [{ "probability": 1.5, "fault": { "status": 503 } }] }"#, "probability"),
        (r#"{ "rules": [{ "every": 0, "fault": { "status": 503 } }] }"#, "every"),
        (r#"{ "rules": [{ "match": { "inBatch": false }, "fault": { "missingItem": true } }] }"#, "inBatch true"),
        (r#"{ "rules": [{ "match": { "service": "signIn" }, "fault": { "claimsChallenge": true } }] }"#, "graph"),
        (r#"{ "rules": [{ "match": { "service": "signIn" }, "fault": { "withoutEffect": true } }] }"#, "graph"),
        (r#"{ "rules": [{ "fault": { "clockBehindSeconds": 601 } }] }"#, "clockBehindSeconds"),
        (r#"{ "rules": [{ "match": { "service": "teams" }, "fault": { "status": 503 } }] }"#, "teams"),
    ] {
        let refusal = Plan::parse(plan).unwrap_err();
        assert!(refusal.contains(reason), "{plan}: {refusal}");
    }
}

#[test]
fn a_plan_that_cannot_be_read_names_its_file() {
    let refusal = Plan::read(std::path::Path::new("no/such/plan.json")).unwrap_err();
    assert_eq!(refusal.id, "fault_file_unreadable");
    assert!(refusal.to_string().contains("plan.json"));
}
