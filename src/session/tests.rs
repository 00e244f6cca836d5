//! Sessions against a service that misbehaves on request.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, Method};
use serde_json::json;
use tokio::sync::Notify;

use super::{
    scripted::{Act, Asked, Scripted},
    *,
};
use crate::http::{Cost, Repeat, Request, Response};

const SECRET: &str = "planted~Secret+1";
const TOKEN: &str = "planted-token-1";

/// A session of an app at the scripted service, with waits that are a thousand times shorter.
fn app(service: &Scripted) -> Connected {
    open(&json!({
        "tenantId": "contoso.onmicrosoft.com", "clientId": "00000000-0000-0000-0000-000000000001",
        "clientSecret": SECRET, "timeoutSeconds": 5,
        "graphEndpoint": service.base, "loginEndpoint": service.base, "exchangeEndpoint": service.base,
    }))
}

fn brought(service: &Scripted) -> Connected {
    open(&json!({ "accessToken": TOKEN, "graphEndpoint": service.base }))
}

fn open(settings: &serde_json::Value) -> Connected {
    let pace = Pace::new(1_000.0);
    Connected { pace, graph: Budgets::new(pace), ..Connected::open(&settings.to_string()) }
}

async fn request(session: &Connected, method: Method, repeat: Repeat) -> Request {
    let writes = u32::from(method != Method::GET);
    Request {
        method,
        url: session.graph_root().await.unwrap().join("v1.0/users/anna?$select=id").unwrap(),
        headers: HeaderMap::new(),
        body: (writes > 0).then(|| Bytes::from_static(b"{\"passwordProfile\":{\"password\":\"planted-password\"}}")),
        cost: Cost { resource_units: 1, writes, reports: 0 },
        repeat,
    }
}

async fn send(session: &Connected, method: Method, repeat: Repeat) -> Result<Response> {
    let request = request(session, method, repeat).await;
    session.send(Service::Graph, request, &CancellationToken::new()).await
}

async fn get(session: &Connected) -> Result<Response> {
    send(session, Method::GET, Repeat::Always).await
}

/// Tokens `t0`, `t1` and so on; everything else by `script`.
async fn with_tokens(script: impl Fn(&Asked, usize) -> Act + Send + Sync + 'static) -> Scripted {
    Scripted::start(
        move |asked, before| {
            if asked.is_for_token() { Act::token(&format!("t{before}")) } else { script(asked, before) }
        },
    )
    .await
}

#[tokio::test]
async fn an_app_signs_in_with_its_secret_and_sends_its_token() {
    let service = with_tokens(|_, _| Act::answer(200, "{}")).await;
    let session = app(&service);
    assert_eq!(get(&session).await.unwrap().status, 200);
    let asked = service.asked();
    assert_eq!(asked[0].path, "/contoso.onmicrosoft.com/oauth2/v2.0/token");
    assert_eq!(asked[0].field("grant_type").unwrap(), "client_credentials");
    assert_eq!(asked[0].field("client_secret").unwrap(), SECRET);
    assert_eq!(asked[0].field("scope").unwrap(), "https://graph.microsoft.com/.default");
    assert_eq!(asked[0].field("claims"), None, "we do not say that we answer challenges of continuous evaluation");
    assert_eq!(asked[0].header("authorization"), None);
    assert_eq!(asked[1].header("authorization"), Some("Bearer t0"));
    assert_eq!((asked[1].method.as_str(), asked[1].path.as_str()), ("GET", "/v1.0/users/anna?$select=id"));
    assert_eq!(asked[1].header("user-agent"), Some(concat!("m365-access/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(asked[1].header("accept"), Some("application/json"));
    let ids: Vec<_> = asked.iter().map(|asked| asked.header("client-request-id").unwrap()).collect();
    assert!(ids[0] != ids[1] && ids.iter().all(|id| uuid::Uuid::try_parse(id).is_ok()), "{ids:?}");
}

#[tokio::test]
async fn many_requests_cause_one_token_request() {
    let service = with_tokens(|_, _| Act::answer(200, "{}")).await;
    let session = app(&service);
    assert!(join_all((0..40).map(|_| get(&session))).await.iter().all(Result::is_ok));
    assert_eq!(service.counts(), (1, 40));
}

#[tokio::test]
async fn a_wrong_secret_is_asked_once_however_many_wait() {
    let service = Scripted::start(|_, _| {
        Act::answer(
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215],"trace_id":"trace","correlation_id":"correlation"}"#,
        )
    })
    .await;
    let session = app(&service);
    for result in join_all((0..20).map(|_| get(&session))).await {
        let error = result.unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated);
        assert_eq!(error.facts().service_code.as_deref(), Some("AADSTS7000215"));
        assert_eq!(error.facts().request_id.as_deref(), Some("trace"));
    }
    assert_eq!(service.counts(), (1, 0));
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_replaced_once_for_all() {
    let service = with_tokens(|asked, _| match asked.header("authorization") {
        Some("Bearer t0") => Act::answer(401, r#"{"error":{"code":"InvalidAuthenticationToken"}}"#),
        _ => Act::answer(200, "{}"),
    })
    .await;
    let session = app(&service);
    for result in join_all((0..20).map(|_| get(&session))).await {
        assert_eq!(result.unwrap().status, 200);
    }
    assert_eq!(service.counts().0, 2);
}

#[tokio::test]
async fn a_second_refusal_stands() {
    let service = with_tokens(|_, _| Act::answer(401, "{}")).await;
    assert_eq!(get(&app(&service)).await.unwrap().status, 401);
    assert_eq!(service.counts(), (2, 2));
}

#[tokio::test]
async fn a_claims_challenge_is_answered_once() {
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1790000000"}}}"#;
    let challenge =
        format!(r#"Bearer realm="", error="insufficient_claims", claims="{}""#, URL_SAFE_NO_PAD.encode(claims));
    let service = with_tokens(move |asked, _| match asked.header("authorization") {
        Some("Bearer t0") => Act::answer(401, "{}").with("www-authenticate", &challenge),
        _ => Act::answer(200, "{}"),
    })
    .await;
    let session = app(&service);
    assert_eq!(get(&session).await.unwrap().status, 200);
    let tokens: Vec<_> = service.asked().into_iter().filter(Asked::is_for_token).collect();
    assert_eq!(tokens[1].field("claims").as_deref(), Some(claims));
    assert_eq!(tokens.len(), 2);
}

#[tokio::test]
async fn a_brought_token_that_is_not_accepted_is_an_error_with_a_way_out() {
    let service = Scripted::start(|_, _| Act::answer(401, r#"{"error":{"code":"InvalidAuthenticationToken"}}"#)).await;
    let error = get(&brought(&service)).await.unwrap_err();
    assert_eq!((error.code(), error.facts().http_status), (Code::Unauthenticated, Some(401)));
    assert_eq!(error.facts().advice_id.as_deref(), Some("bring_new_token"));
    assert_eq!(service.counts(), (0, 1));
}

#[tokio::test]
async fn a_brought_token_of_no_use_is_refused_before_anything_is_sent() {
    let service = Scripted::start(|_, _| Act::answer(200, "{}")).await;
    let expired = format!("a.{}.c", URL_SAFE_NO_PAD.encode(r#"{"aud":"https://graph.microsoft.com","exp":1}"#));
    let foreign = format!("a.{}.c", URL_SAFE_NO_PAD.encode(r#"{"aud":"https://outlook.office365.com"}"#));
    for token in ["  ", "a b", &expired, &foreign] {
        let session = Connected::open(&json!({ "accessToken": token, "graphEndpoint": service.base }).to_string());
        let root = service.base.parse::<Url>().unwrap();
        let request = Request { url: root, ..request(&brought(&service), Method::GET, Repeat::Always).await };
        let error = session.send(Service::Graph, request, &CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated, "{token}");
        assert_eq!(error.facts().target.as_deref(), Some("accessToken"), "{token}");
    }
    assert_eq!(service.counts(), (0, 0));
}

#[tokio::test]
async fn a_throttled_request_is_repeated_after_the_wait_that_was_asked_for() {
    let service = with_tokens(|_, before| match before {
        0 | 1 => Act::answer(429, "{}").with("retry-after", "0.02"),
        _ => Act::answer(200, "{}"),
    })
    .await;
    for repeat in [Repeat::Always, Repeat::IfUnsent] {
        assert_eq!(send(&app(&service), Method::PATCH, repeat).await.unwrap().status, 200);
    }
    assert_eq!(service.counts().1, 4);
}

#[tokio::test]
async fn when_tries_run_out_the_last_answer_is_handed_on() {
    let service = with_tokens(|_, _| Act::answer(429, "{}").with("retry-after", "0.001")).await;
    assert_eq!(get(&app(&service)).await.unwrap().status, 429);
    assert_eq!(service.counts().1, 10);
    let service = with_tokens(|_, _| Act::answer(503, "{}")).await;
    assert_eq!(get(&app(&service)).await.unwrap().status, 503);
    assert_eq!(service.counts().1, 5);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_only_where_that_does_no_harm() {
    for act in [Act::Reset, Act::Cut] {
        let first = act.clone();
        let service =
            with_tokens(move |_, before| if before == 0 { first.clone() } else { Act::answer(204, "") }).await;
        assert_eq!(send(&app(&service), Method::PATCH, Repeat::Always).await.unwrap().status, 204);
        assert_eq!(service.counts().1, 2);

        let service = with_tokens(move |_, _| act.clone()).await;
        let error = send(&app(&service), Method::PATCH, Repeat::IfUnsent).await.unwrap_err();
        assert_eq!(error.code(), Code::AnswerLost);
        assert!(error.facts().client_request_id.is_some());
        assert_eq!(service.counts().1, 1);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_lost() {
    let service = Scripted::start(|_, _| Act::Silence).await;
    let session = open(&json!({ "accessToken": TOKEN, "graphEndpoint": service.base, "timeoutSeconds": 1 }));
    let error = send(&session, Method::PATCH, Repeat::IfUnsent).await.unwrap_err();
    assert_eq!((error.code(), error.facts().message_id.as_str()), (Code::AnswerLost, "answer_late"));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_stays_unknown_whatever_comes_after() {
    // Then refused for good by a wait that is too long, then by a door that is closed.
    let service = with_tokens(|_, before| match before {
        0 => Act::Reset,
        _ => Act::answer(429, "{}").with("retry-after", "3600"),
    })
    .await;
    let error = send(&app(&service), Method::PATCH, Repeat::Always).await.unwrap_err();
    assert_eq!(error.code(), Code::AnswerLost);

    let service = with_tokens(|_, before| match before {
        0 => Act::answer(502, "{}").with("request-id", "gateway-1"),
        _ => Act::answer(429, "{}").with("retry-after", "3600"),
    })
    .await;
    let session = app(&service);
    let error = send(&session, Method::PATCH, Repeat::Always).await.unwrap_err();
    assert_eq!((error.code(), error.facts().request_id.as_deref()), (Code::AnswerLost, Some("gateway-1")));
    // A read has no effect that could be unknown.
    assert_eq!(get(&session).await.unwrap().status, 429);
    // A clear refusal is clear about the second sending only; what it says is not lost.
    for status in [400, 403, 404] {
        let service =
            with_tokens(move |_, before| if before == 0 { Act::Reset } else { Act::answer(status, "{}") }).await;
        let error = send(&app(&service), Method::PATCH, Repeat::Always).await.unwrap_err();
        let facts = error.facts();
        let told = (error.code(), facts.message_id.as_str(), facts.http_status);
        assert_eq!(told, (Code::AnswerLost, "lost_then_refused", Some(status)));
    }
}

#[tokio::test]
async fn what_was_never_sent_is_told_from_what_was_lost() {
    let service = Scripted::start(|_, _| Act::answer(200, "{}")).await;
    let session = brought(&service);
    let request = request(&session, Method::PATCH, Repeat::IfUnsent).await;
    drop(service);
    let error = loop {
        // The listener is gone as soon as its task is.
        match session.send(Service::Graph, request.clone(), &CancellationToken::new()).await {
            Err(error) if error.code() == Code::Unreachable => break error,
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(error.facts().advice.is_some());
    assert!(!format!("{error:?}").contains("anna"), "the address stays out: {error:?}");
}

#[tokio::test]
async fn a_sign_in_service_that_loses_answers_loses_no_request() {
    let service =
        Scripted::start(|asked, _| if asked.is_for_token() { Act::Reset } else { Act::answer(200, "{}") }).await;
    let error = send(&app(&service), Method::PATCH, Repeat::Always).await.unwrap_err();
    assert_eq!(error.code(), Code::Unreachable, "the request itself was never sent");
    assert_eq!(service.counts(), (5, 0));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Scripted::start(|_, _| Act::answer(200, "{}")).await;
    let target = format!("{}/steal", elsewhere.base);
    let service = with_tokens(move |_, _| Act::answer(302, "").with("location", &target)).await;
    assert_eq!(get(&app(&service)).await.unwrap().status, 302);
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_token_goes_to_its_own_service_only() {
    let elsewhere = Scripted::start(|_, _| Act::answer(200, "{}")).await;
    let service = with_tokens(|_, _| Act::answer(200, "{}")).await;
    let session = app(&service);
    let url = format!("{}/v1.0/users?$skiptoken=x", elsewhere.base).parse().unwrap();
    let request = Request { url, ..request(&session, Method::GET, Repeat::Always).await };
    let error = session.send(Service::Graph, request, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.facts().message_id, "foreign_address");
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn loopback_is_never_reached_through_a_proxy() {
    let proxy = Scripted::start(|_, _| Act::answer(500, "")).await;
    let service = Scripted::start(|_, _| Act::answer(200, "{}")).await;
    let session = open(&json!({ "accessToken": TOKEN, "graphEndpoint": service.base, "proxy": proxy.base }));
    assert_eq!(get(&session).await.unwrap().status, 200);
    assert!(proxy.asked().is_empty());
}

#[tokio::test]
async fn other_hosts_are_reached_through_the_proxy_and_it_sees_no_token() {
    let proxy = Scripted::start(|_, _| Act::answer(407, "")).await;
    let session = open(&json!({ "accessToken": TOKEN, "proxy": proxy.base }));
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.code(), Code::Unreachable, "{error}");
    let asked = proxy.asked();
    assert_eq!((asked[0].method.as_str(), asked[0].path.as_str()), ("CONNECT", "graph.microsoft.com:443"));
    assert!(asked.iter().all(|asked| !format!("{asked:?}").contains("planted")));
}

#[tokio::test]
async fn a_refusal_with_a_body_that_is_no_text_keeps_its_status() {
    let service = with_tokens(|_, _| Act::Answer {
        status: 403,
        headers: vec![("content-encoding", "gzip".to_owned()), ("content-type", "application/json".to_owned())],
        body: vec![0; 64],
    })
    .await;
    let answer = get(&app(&service)).await.unwrap();
    assert_eq!(answer.status, 403);
    let error = crate::http::fault::error(answer.status, &answer.headers, &answer.body, None);
    assert_eq!(error.code(), Code::Forbidden);
}

#[tokio::test]
async fn cancelling_ends_waits_and_reads_but_not_a_write_on_its_way() {
    let service = with_tokens(|_, _| Act::Silence).await;
    let session = app(&service);
    let cancel = CancellationToken::new();
    let read = request(&session, Method::GET, Repeat::Always).await;
    let (answer, ()) = tokio::join!(session.send(Service::Graph, read, &cancel), async {
        while service.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    });
    assert_eq!(answer.unwrap_err().code(), Code::Cancelled);

    let told = Arc::new(Notify::new());
    let telling = Arc::clone(&told);
    let service = with_tokens(move |_, _| Act::Wait(Arc::clone(&telling))).await;
    let session = app(&service);
    let cancel = CancellationToken::new();
    let write = request(&session, Method::PATCH, Repeat::Always).await;
    let (answer, ()) = tokio::join!(session.send(Service::Graph, write, &cancel), async {
        while service.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
        told.notify_one();
    });
    assert_eq!(answer.unwrap().status, 204, "what became of a write is waited for");
    let write = request(&session, Method::PATCH, Repeat::Always).await;
    assert_eq!(session.send(Service::Graph, write, &cancel).await.unwrap_err().code(), Code::Cancelled);
    assert_eq!(service.counts().1, 1, "nothing is sent after the caller cancelled");
}

/// The service repeats whatever it is sent; none of it may come back out.
#[tokio::test]
async fn secrets_stay_inside() {
    let service = Scripted::start(|asked, _| {
        let body = json!({
            "error": "invalid_client", "error_codes": [7_000_215],
            "error_description": format!("AADSTS7000215: {SECRET} {}", asked.body),
        });
        Act::answer(401, &body.to_string())
    })
    .await;
    let refused = app(&service);
    let refusal = get(&refused).await;

    let service = with_tokens(|_, _| Act::token(TOKEN)).await;
    let session = app(&service);
    let write = request(&session, Method::PATCH, Repeat::IfUnsent).await;
    let lost = with_tokens(|_, _| Act::Reset).await;
    let (losing, bringing) = (app(&lost), brought(&lost));
    let faulty = [
        json!({ "accessToken": TOKEN, "clientSecret": SECRET }),
        json!({ "accessToken": format!("{TOKEN} x") }),
        json!({ "proxy": "http://user:planted@proxy:8080" }),
    ]
    .map(|settings| Connected::open(&settings.to_string()));
    let seen = [
        format!("{refusal:?}{refused:?}{write:?}{faulty:?}"),
        format!("{:?}", send(&losing, Method::PATCH, Repeat::IfUnsent).await),
        format!("{:?}", get(&bringing).await),
        format!("{:?}", session.token(Service::Graph).await),
        format!("{session:?}{losing:?}{bringing:?}"),
    ]
    .concat();
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    for planted in ["planted", &encoded] {
        let place = seen.split(planted).next().map(|before| before.chars().rev().take(300).collect::<String>());
        assert!(!seen.contains(planted), "{planted} after (backwards) {place:?}");
    }
}

#[tokio::test]
async fn a_session_without_a_tenant_says_so() {
    let session = Connected::open("{}");
    assert_eq!(session.graph_root().await.unwrap_err().code(), Code::NotConnected);
    let faulty = Connected::open(r#"{"timeoutSeconds":0}"#);
    assert_eq!(faulty.graph_root().await.unwrap_err().facts().target.as_deref(), Some("timeoutSeconds"));
}
