//! What the whole of Graph has in common, tried from outside.

mod groups;
mod roles;

use http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::{Version, answer, bench::Bench};
use crate::simulator::wire::{Request, Service};

#[test]
fn unknown_paths_are_never_answered_with_success() {
    let bench = Bench::new();
    let app = bench.app(&["Directory.ReadWrite.All"]);
    let user = bench.ordinary().id;
    for path in [
        "/nothing",
        "/subscribedSkus",
        "/users/x/y",
        &format!("/users/{user}/manager"),
        &format!("/users/{user}/authentication"),
        &format!("/users/{user}/authentication/nothing"),
        &format!("/users/{user}/memberOf/microsoft.graph.nothing"),
        "/roleManagement",
        "/roleManagement/exchange/roleAssignments",
        "/groups/x/y",
        "/",
    ] {
        let reply = bench.get(&app, path);
        assert!(matches!(reply.refusal().0, 400 | 404), "{path}: {}", reply.text());
    }
    let reply = bench.get(&app, "/nothing");
    assert_eq!(reply.refusal(), (400, "BadRequest".to_owned()));
    assert_eq!(reply.json()["error"]["message"], "Resource not found for the segment 'nothing'.");
}

#[test]
fn wrong_verbs_are_refused_with_405() {
    let bench = Bench::new();
    let app = bench.app(&["Directory.ReadWrite.All", "User.ReadWrite.All"]);
    let user = format!("/users/{}", bench.ordinary().id);
    let wrong = [
        (Method::POST, "/users".to_owned()),
        (Method::DELETE, user.clone()),
        (Method::PUT, user.clone()),
        (Method::GET, format!("{user}/revokeSignInSessions")),
        (Method::POST, format!("{user}/memberOf")),
        (Method::DELETE, "/groups".to_owned()),
        (Method::POST, "/organization".to_owned()),
        (Method::GET, "/directoryObjects/getByIds".to_owned()),
    ];
    for (method, path) in wrong {
        let reply = bench.send(&app, method, &path, &[], Some(&json!({})));
        assert_eq!(reply.refusal(), (405, "Request_BadRequest".to_owned()), "{path}");
    }
    assert!(bench.world.tenant().user(&bench.description.samples.user).is_some());
}

#[test]
fn segments_have_any_case() {
    let bench = Bench::new();
    let app = bench.app(&["Directory.Read.All"]);
    assert_eq!(bench.get(&app, "/USERS?$top=1").status(), 200);
    assert_eq!(bench.get(&app, "/rolemanagement/Directory/roleassignments").status(), 200);
    assert_eq!(Version::split("/V1.0/users"), Some((Version::V1, "/users")));
    assert_eq!(Version::split("/Beta"), Some((Version::Beta, "")));
    assert_eq!(Version::split("/v1.00/users"), None);
    assert_eq!(Service::of("/AdminApi/beta/x/InvokeCommand"), Service::Exchange);
}

#[test]
fn permissions_are_held_per_call() {
    let bench = Bench::new();
    let nobody = bench.app(&["Mail.Read"]);
    let user = bench.ordinary().id;
    for path in [
        "/users".to_owned(),
        format!("/users/{user}"),
        "/users/unknown@nowhere.example".to_owned(),
        "/groups".to_owned(),
        "/directoryRoles".to_owned(),
        "/directoryRoleTemplates".to_owned(),
        "/roleManagement/directory/roleAssignments".to_owned(),
        "/roleManagement/directory/roleDefinitions".to_owned(),
        "/roleManagement/directory/roleEligibilitySchedules".to_owned(),
        "/servicePrincipals".to_owned(),
        "/organization".to_owned(),
        format!("/users/{user}/memberOf"),
        format!("/users/{user}/transitiveMemberOf"),
        "/users/delta".to_owned(),
    ] {
        assert_eq!(bench.get(&nobody, &path).refusal(), (403, "Authorization_RequestDenied".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_believed_gets_a_challenge() {
    let bench = Bench::new();
    let mut request = Request {
        method: Method::GET,
        path: "/v1.0/me".to_owned(),
        query: String::new(),
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    for token in [None, Some("Bearer nonsense"), Some("Basic eDp5")] {
        if let Some(token) = token {
            request.headers.insert(http::header::AUTHORIZATION, HeaderValue::from_static(token));
        }
        let reply = answer(&bench.world, &request).await;
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, &body["error"]["code"]), (401, &"InvalidAuthenticationToken".into()), "{token:?}");
        let challenge = reply.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("authorization_uri=\"http://127.0.0.1:1/"));
    }
}
