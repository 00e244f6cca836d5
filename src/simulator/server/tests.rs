use std::{io::ErrorKind, path::Path, sync::Arc};

use http::StatusCode;
use reqwest::{Client, ClientBuilder};
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use rustls_pki_types::pem::PemObject;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::simulator::{Options, Simulator, StartError, start};

async fn simulator(options: Options) -> Simulator {
    start(Options { users: 40, replication_milliseconds: 0, ..options }).await.unwrap()
}

/// A simulated tenant that plays a plan of faults.
async fn faulty(rules: Value) -> (Simulator, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!({ "rules": rules }).to_string()).unwrap();
    (simulator(Options { fault_path: Some(file.path().to_owned()), ..Options::default() }).await, file)
}

/// A client that trusts nobody but `authority`; no proxy of the machine stands in its way.
fn client(authority: Option<&Path>) -> Client {
    client_builder(authority, &["h2", "http/1.1"]).build().unwrap()
}

fn client_builder(authority: Option<&Path>, versions: &[&str]) -> ClientBuilder {
    let mut roots = RootCertStore::empty();
    if let Some(path) = authority {
        roots.add(CertificateDer::from_pem_file(path).unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = versions.iter().map(|version| version.as_bytes().to_vec()).collect();
    Client::builder().no_proxy().tls_backend_preconfigured(config)
}

async fn token(simulator: &Simulator, claims: Option<&str>) -> String {
    let description = simulator.description();
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", &description.client_id),
        ("client_secret", &description.client_secret),
    ];
    let scope = format!("{}/.default", description.graph_endpoint);
    form.push(("scope", &scope));
    form.extend(claims.map(|claims| ("claims", claims)));
    let address = format!("{}/{}/oauth2/v2.0/token", description.login_endpoint, description.tenant_id);
    let answer = client(None).post(address).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
}

fn user_address(simulator: &Simulator) -> String {
    format!("{}/v1.0/users/{}", simulator.description().graph_endpoint, simulator.description().samples.user)
}

/// Sends a request as it stands and reads until the connection ends.
async fn raw(simulator: &Simulator, request: &str) -> std::io::Result<String> {
    let address = simulator.description().graph_endpoint.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn every_answer_carries_ids_and_a_date() {
    let simulator = simulator(Options::default()).await;
    let address = format!("{}/v1.0/me", simulator.description().graph_endpoint);
    let answer = client(None).get(&address).header("client-request-id", "mine").send().await.unwrap();
    assert_eq!(answer.headers()["client-request-id"], "mine");
    assert!(answer.headers().contains_key("date"));
    let id = answer.headers()["request-id"].to_str().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["innerError"]["request-id"], *id, "the body names the same request");
    let answer = client(None).get(&address).header("request-id", "forged").send().await.unwrap();
    assert_ne!(answer.headers()["request-id"], "forged");
    assert_eq!(answer.headers()["client-request-id"], answer.headers()["request-id"]);
}

#[tokio::test]
async fn two_tenants_run_side_by_side_and_one_that_is_stopped_is_gone() {
    let one = simulator(Options::default()).await;
    let two = simulator(Options { seed: 2, ..Options::default() }).await;
    let (first, second) = (one.description().clone(), two.description().clone());
    assert_ne!(first.graph_endpoint, second.graph_endpoint);
    let port = first.graph_endpoint.rsplit(':').next().unwrap().parse().unwrap();
    // A connection that is open and idle does not keep it.
    let idle = client(None);
    idle.get(&first.graph_endpoint).send().await.unwrap();
    one.stop().await;
    assert!(client(None).get(&first.graph_endpoint).send().await.unwrap_err().is_connect());
    assert!(client(None).get(&second.graph_endpoint).send().await.is_ok());
    let again = simulator(Options { port, ..Options::default() }).await;
    assert_eq!(again.description(), &first, "the same seed on the same port is the same tenant");
    drop(two);
    drop(again);
}

#[tokio::test]
async fn https_is_trusted_by_its_authority_alone_and_speaks_http_2() {
    let simulator = simulator(Options { https: true, ..Options::default() }).await;
    let description = simulator.description().clone();
    let authority = description.ca_certificate_path.as_deref().map(Path::new).unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let address = description.graph_endpoint.replace("127.0.0.1", host);
        let answer = client(Some(authority)).get(&address).send().await.unwrap();
        assert_eq!(answer.version(), http::Version::HTTP_2);
        let older = client_builder(Some(authority), &["http/1.1"]).build().unwrap();
        let answer = older.get(&address).send().await.unwrap();
        assert_eq!(answer.version(), http::Version::HTTP_11);
        assert!(client(None).get(&address).send().await.is_err());
    }
    simulator.stop().await;
    assert!(!authority.exists() && !authority.parent().unwrap().exists());
}

#[tokio::test]
async fn plain_http_speaks_both_versions() {
    let simulator = simulator(Options::default()).await;
    let client = client_builder(None, &[]).http2_prior_knowledge().build().unwrap();
    let answer = client.get(&simulator.description().graph_endpoint).send().await.unwrap();
    assert_eq!(answer.version(), http::Version::HTTP_2);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let simulator = simulator(Options::default()).await;
    let address = format!("{}/v1.0/$batch", simulator.description().graph_endpoint);
    let send = |length| client(None).post(&address).body(vec![b' '; length]).send();
    assert_eq!(send(super::BODY_LIMIT).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    // The client may still be sending; it is told all the same.
    for length in [super::BODY_LIMIT + 1, 4 * super::BODY_LIMIT] {
        assert_eq!(send(length).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE, "{length}");
    }
}

#[tokio::test]
async fn values_out_of_range_are_refused_by_name() {
    let options = Options::default();
    for (options, id) in [
        (Options { users: 9, ..options.clone() }, "simulator_users"),
        (Options { users: 200_001, ..options.clone() }, "simulator_users"),
        (Options { time_scale: 0.0, ..options.clone() }, "simulator_time_scale"),
        (Options { time_scale: f64::NAN, ..options.clone() }, "simulator_time_scale"),
        (Options { latency_milliseconds: 600_001, ..options.clone() }, "simulator_latency"),
        (Options { replication_milliseconds: 600_001, ..options.clone() }, "simulator_replication"),
        (Options { fault_path: Some("no/such/plan".into()), ..options.clone() }, "fault_file_unreadable"),
    ] {
        let Err(StartError::Option(sentence)) = start(options.clone()).await else { panic!("{options:?}") };
        assert_eq!(sentence.id, id);
    }
    let taken = simulator(options.clone()).await;
    let port = taken.description().graph_endpoint.rsplit(':').next().unwrap().parse().unwrap();
    let Err(StartError::System(sentence)) = start(Options { port, ..options }).await else { panic!() };
    assert_eq!(sentence.id, "simulator_port");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_a_farewell() {
    let (simulator, _file) = faulty(json!([{ "fault": { "resetBefore": true } }])).await;
    let lost = raw(&simulator, "GET /v1.0/me HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_reset_after_the_effect_is_told_apart_by_the_effect_only() {
    for (fault, enabled) in [("resetBefore", true), ("resetAfter", false)] {
        let (simulator, _file) = faulty(json!([{ "match": { "method": "PATCH" }, "fault": { (fault): true } }])).await;
        let bearer = token(&simulator, None).await;
        let patch = client(None).patch(user_address(&simulator)).bearer_auth(bearer);
        let lost = patch.json(&json!({ "accountEnabled": false })).send().await.unwrap_err();
        assert!(lost.is_request(), "{lost:?}");
        let user = &simulator.description().samples.user;
        assert_eq!(simulator.world().tenant().user(user).unwrap().profile.latest().account_enabled, enabled, "{fault}");
    }
}

#[tokio::test]
async fn a_cut_body_arrives_in_half() {
    let (simulator, _file) = faulty(json!([{ "fault": { "cutBody": true } }])).await;
    let answer = raw(&simulator, "GET /v1.0/me HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), announced.parse::<usize>().unwrap() / 2);
    assert!(body.starts_with('{'));
}

#[tokio::test]
async fn a_refusal_by_plan_has_the_services_words_and_a_scaled_wait() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let rules = json!([{ "first": 1, "fault": { "status": 503, "retryAfterSeconds": 5 } }]);
    std::fs::write(file.path(), json!({ "rules": rules }).to_string()).unwrap();
    let options = Options { fault_path: Some(file.path().to_owned()), time_scale: 4.0, ..Options::default() };
    let simulator = simulator(options).await;
    let answer = client(None).get(user_address(&simulator)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1.250");
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "serviceNotAvailable");
    assert_eq!(client(None).get(user_address(&simulator)).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_challenge_is_passed_with_a_token_that_was_issued_for_its_claims() {
    let (simulator, _file) = faulty(json!([{ "fault": { "claimsChallenge": true } }])).await;
    let get = |bearer: String| client(None).get(user_address(&simulator)).bearer_auth(bearer).send();
    let challenged = get(token(&simulator, None).await).await.unwrap();
    assert_eq!(challenged.status(), StatusCode::UNAUTHORIZED);
    let challenge = challenged.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains("insufficient_claims"), "{challenge}");
    let encoded = challenge.split("claims=\"").nth(1).unwrap().split('"').next().unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, encoded).unwrap();
    let answered = get(token(&simulator, Some(&String::from_utf8(claims).unwrap())).await).await.unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    assert_eq!(get("nonsense".to_owned()).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_write_that_is_taken_and_lost_looks_like_one_that_was_done() {
    let (simulator, _file) =
        faulty(json!([{ "match": { "method": "PATCH" }, "fault": { "withoutEffect": true } }])).await;
    let bearer = token(&simulator, None).await;
    let patch = client(None).patch(user_address(&simulator)).bearer_auth(bearer);
    let answer = patch.json(&json!({ "accountEnabled": false })).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let user = &simulator.description().samples.user;
    assert!(simulator.world().tenant().user(user).unwrap().profile.latest().account_enabled);
}

#[tokio::test]
async fn a_clock_that_is_behind_shows_in_what_it_writes_and_in_the_date() {
    let rules = json!([{ "match": { "path": "**/revokeSignInSessions" }, "fault": { "clockBehindSeconds": 600 } }]);
    let (simulator, _file) = faulty(rules).await;
    let bearer = token(&simulator, None).await;
    let asked = jiff::Timestamp::now();
    let address = format!("{}/revokeSignInSessions", user_address(&simulator));
    let answer = client(None).post(address).bearer_auth(bearer).json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let date = jiff::fmt::rfc2822::parse(answer.headers()["date"].to_str().unwrap()).unwrap().timestamp();
    let user = &simulator.description().samples.user;
    let tenant = simulator.world().tenant();
    let written = tenant.user(user).unwrap().profile.latest().sign_in_sessions_valid_from_date_time;
    for moment in [date, written] {
        let behind = asked.duration_since(moment).as_secs();
        assert!((590..=601).contains(&behind), "{behind}");
    }
}
