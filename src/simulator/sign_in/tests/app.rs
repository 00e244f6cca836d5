//! Apps that sign in for themselves, and what every request must be.

use base64::engine::general_purpose::STANDARD;
use ring::{
    digest,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use serde_json::json;

use super::*;
use crate::simulator::tenant::Certificate;

#[tokio::test]
async fn an_app_gets_its_permissions_and_roles() {
    let world = world();
    let told = app_token(&world, FULL, SECRET, GRAPH_ALL).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert!(told.body.get("refresh_token").is_none() && told.body.get("scope").is_none());
    let claims = told.claims("access_token");
    assert_eq!(claims["roles"], json!(["User.Read.All", "User.ReadWrite.All"]));
    assert_eq!(claims["wids"], json!([Uuid::from_u128(0xad)]));
    assert_eq!(claims["idtyp"], "app");
    assert_eq!(claims["tid"], TENANT.to_string());
    assert_eq!(claims["appid"], FULL.to_string());
    assert_eq!(claims["iss"], format!("{BASE}/{TENANT}/v2.0"));
    assert!(claims.get("scp").is_none());
    let exchange = app_token(&world, FULL, SECRET, "https://outlook.office365.com/.default").await;
    assert_eq!(exchange.claims("access_token")["roles"], json!(["Exchange.ManageAsApp"]));
    // A token for the address that serves both holds the permissions of both.
    let both = app_token(&world, FULL, SECRET, &format!("{BASE}/.default")).await;
    assert_eq!(
        both.claims("access_token")["roles"],
        json!(["Exchange.ManageAsApp", "User.Read.All", "User.ReadWrite.All"])
    );
}

#[tokio::test]
async fn an_app_without_permissions_gets_a_token_without_roles() {
    let told = app_token(&world(), WEAK, SECRET, GRAPH_ALL).await;
    assert!(told.claims("access_token").get("roles").is_none());
}

#[tokio::test]
async fn secrets_are_right_wrong_or_expired() {
    let world = world();
    app_token(&world, FULL, "wrong", GRAPH_ALL).await.refuses(7_000_215, "invalid_client");
    app_token(&world, FULL, OLD_SECRET, GRAPH_ALL).await.refuses(7_000_222, "invalid_client");
    app_token(&world, PUBLIC, SECRET, GRAPH_ALL).await.refuses(700_025, "invalid_client");
    app_token(&world, Uuid::from_u128(1), SECRET, GRAPH_ALL).await.refuses(700_016, "unauthorized_client");
    let id = FULL.to_string();
    let fields = [("grant_type", "client_credentials"), ("client_id", id.as_str()), ("scope", GRAPH_ALL)];
    token(&world, &fields).await.refuses(7_000_218, "invalid_client");
}

#[tokio::test]
async fn a_secret_may_come_by_http_basic() {
    let world = world();
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let fields = [("grant_type", "client_credentials"), ("scope", GRAPH_ALL)];
    let header = |secret: &str| format!("Basic {}", STANDARD.encode(format!("{FULL}:{secret}")));
    let good = header(&SECRET.replace('~', "%7E"));
    assert_eq!(post_with(&world, &path, &[("authorization", &good)], &fields).await.status, 200);
    let bad = post_with(&world, &path, &[("authorization", &header("wrong"))], &fields).await;
    bad.refuses(7_000_215, "invalid_client");
    assert_eq!(bad.headers["www-authenticate"], "Basic");
    let broken = post_with(&world, &path, &[("authorization", "Basic ?")], &fields).await;
    broken.refuses(9_002_313, "invalid_request");
}

#[tokio::test]
async fn the_tenant_has_an_id_and_domains_in_any_case() {
    let world = world();
    let id = FULL.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", SECRET),
        ("scope", GRAPH_ALL),
    ];
    let at = async |tenant: &str| post(&world, &format!("/{tenant}/oauth2/v2.0/token"), &fields).await;
    for tenant in [TENANT.to_string().as_str(), "fabrikam.example", "FABRIKAM.Example", "partner.example"] {
        assert_eq!(at(tenant).await.status, 200, "{tenant}");
    }
    at("contoso.example").await.refuses(90_002, "invalid_request");
    at(&Uuid::from_u128(9).to_string()).await.refuses(90_002, "invalid_request");
    at("not%20a%20tenant").await.refuses(900_023, "invalid_request");
    at("common").await.refuses(50_059, "invalid_request");
    at("organizations").await.refuses(50_059, "invalid_request");
}

#[tokio::test]
async fn scopes_name_one_service_of_this_tenant() {
    let world = world();
    let ask = async |scope: &str| app_token(&world, FULL, SECRET, scope).await;
    ask("https://vault.azure.net/.default").await.refuses(500_011, "invalid_resource");
    ask("https://graph.microsoft.us/.default").await.refuses(500_011, "invalid_resource");
    ask("https://graph.microsoft.com/User.Read.All").await.refuses(70_011, "invalid_scope");
    ask("User.Read.All").await.refuses(70_011, "invalid_scope");
    ask("https://graph.microsoft.com").await.refuses(70_011, "invalid_scope");
    ask("https://graph.microsoft.com/.default offline_access").await.refuses(70_011, "invalid_scope");
    let two = "https://graph.microsoft.com/.default https://outlook.office365.com/.default";
    ask(two).await.refuses(70_011, "invalid_scope");
    ask("https://graph.microsoft.com/.default User.Read").await.refuses(70_011, "invalid_scope");
    // A slash too many stays in the audience; an id is as good as an address.
    let slash = ask("https://graph.microsoft.com//.default").await;
    assert_eq!(slash.claims("access_token")["aud"], "https://graph.microsoft.com/");
    let by_id = ask(&format!("{GRAPH}/.default")).await;
    assert_eq!(by_id.claims("access_token")["aud"], GRAPH.to_string());
    world.tenant_mut().service_principals.retain(|_, app| app.app_id != EXCHANGE);
    ask("https://outlook.office365.com/.default").await.refuses(500_011, "invalid_resource");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let world = world();
    let id = FULL.to_string();
    let missing = async |fields: &[(&str, &str)], name: &str| {
        let told = token(&world, fields).await;
        told.refuses(900_144, "invalid_request");
        assert!(told.get("error_description").contains(&format!("'{name}'")), "{}", told.text);
    };
    missing(&[], "grant_type").await;
    let mut fields = vec![("grant_type", "client_credentials")];
    missing(&fields, "client_id").await;
    fields.extend([("client_id", id.as_str()), ("client_secret", SECRET)]);
    missing(&fields, "scope").await;
    missing(&[("grant_type", "refresh_token"), ("client_id", &id)], "refresh_token").await;
    let fields = [("grant_type", "password"), ("client_id", &id), ("scope", "User.Read")];
    missing(&fields, "username").await;
    token(&world, &[("grant_type", "magic"), ("client_id", &id)]).await.refuses(70_003, "unsupported_grant_type");
    let fields = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", SECRET)];
    let v1 = [&fields[..], &[("resource", "https://graph.microsoft.com")]].concat();
    token(&world, &v1).await.refuses(901_002, "invalid_request");
}

#[tokio::test]
async fn only_forms_that_are_posted_are_read() {
    let world = world();
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    get(&world, &path).await.refuses(900_561, "invalid_request");
    let json = r#"{"grant_type":"client_credentials"}"#.to_owned();
    let told = send(&world, Method::POST, &path, &[("content-type", "application/json")], json).await.unwrap();
    told.refuses(900_144, "invalid_request");
    let unmarked = send(&world, Method::POST, &path, &[], "grant_type=magic".to_owned()).await.unwrap();
    unmarked.refuses(900_144, "invalid_request");
    for unknown in ["/", "/v1.0/users", "/x/oauth2/v2.0/authorize", "/x/oauth2/devicecode", "/favicon.ico"] {
        assert!(send(&world, Method::POST, unknown, &[], String::new()).await.is_none(), "{unknown}");
    }
}

#[tokio::test]
async fn the_callers_id_comes_back() {
    let world = world();
    let id = "3a0b3e1c-7a1e-4f2b-9a6e-2f6f0a1b2c3d";
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let told = post_with(&world, &path, &[("client-request-id", id)], &[]).await;
    assert_eq!(told.get("correlation_id"), id);
    assert_eq!(told.headers["client-request-id"], id);
}

#[tokio::test]
async fn the_older_endpoint_writes_numbers_as_text() {
    let world = world();
    let id = FULL.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", SECRET),
        ("resource", "https://graph.microsoft.com/"),
    ];
    let told = post(&world, "/fabrikam.example/oauth2/token", &fields).await;
    let claims = told.claims("access_token");
    assert_eq!(told.get("resource"), "https://graph.microsoft.com/");
    assert_eq!(told.get("expires_on"), claims["exp"].to_string());
    assert_eq!(told.get("not_before"), claims["nbf"].to_string());
    assert_eq!(claims["iss"], format!("{BASE}/{TENANT}/"));
    assert!(told.body.get("refresh_token").is_none());
    assert!(told.get("expires_in").parse::<u64>().unwrap() >= 3_600);
}

/// The certificate that lies beside the signing key, registered with the full app.
fn with_certificate(world: &World) -> (RsaKeyPair, &'static [u8]) {
    let pair = RsaKeyPair::from_pkcs8(include_bytes!("../signing_key.der")).unwrap();
    let der: &[u8] = include_bytes!("../signing_certificate.der");
    let mut tenant = world.tenant_mut();
    let app = tenant.service_principals.values_mut().find(|app| app.app_id == FULL).unwrap();
    app.certificates.push(Certificate { der: der.to_vec(), public_key: pair.public().as_ref().to_vec() });
    (pair, der)
}

fn assertion(pair: &RsaKeyPair, padding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn assert_with(world: &World, assertion: &str) -> Told {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
        ("scope", GRAPH_ALL),
    ];
    token(world, &fields).await
}

fn claims_of(app: Uuid) -> Value {
    let now = Timestamp::now().as_second();
    json!({
        "aud": format!("{BASE}/{TENANT}/oauth2/v2.0/token"),
        "iss": app, "sub": app, "jti": "1", "nbf": now, "iat": now, "exp": now + 300,
    })
}

#[tokio::test]
async fn a_certificate_signs_in_with_either_padding() {
    let world = world();
    let (pair, der) = with_certificate(&world);
    let sha256 = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, der));
    let sha1 = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der));
    let claims = claims_of(FULL);
    let good = [
        assertion(&pair, &RSA_PSS_SHA256, &json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": sha256 }), &claims),
        assertion(&pair, &RSA_PKCS1_SHA256, &json!({ "alg": "RS256", "typ": "JWT", "x5t#S256": sha256 }), &claims),
        assertion(&pair, &RSA_PKCS1_SHA256, &json!({ "alg": "RS256", "typ": "JWT", "x5t": sha1 }), &claims),
    ];
    for good in good {
        let told = assert_with(&world, &good).await;
        assert_eq!(told.claims("access_token")["appidacr"], "2", "{}", told.text);
    }
    let bad = [
        // The padding is not the one that the header names.
        assertion(&pair, &RSA_PKCS1_SHA256, &json!({ "alg": "PS256", "x5t#S256": sha256 }), &claims),
        assertion(&pair, &RSA_PKCS1_SHA256, &json!({ "alg": "RS256", "x5t#S256": sha1 }), &claims),
        assertion(&pair, &RSA_PSS_SHA256, &json!({ "alg": "PS256", "x5t": sha1 }), &claims),
        assertion(&pair, &RSA_PSS_SHA256, &json!({ "alg": "PS256" }), &claims),
        assertion(&pair, &RSA_PSS_SHA256, &json!({ "alg": "none", "x5t#S256": sha256 }), &claims),
    ];
    for bad in bad {
        assert_with(&world, &bad).await.refuses(700_027, "invalid_client");
    }
}

#[tokio::test]
async fn an_assertion_must_be_for_us_now_and_of_one_mind() {
    let world = world();
    let (pair, der) = with_certificate(&world);
    let header = json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, der)) });
    let with = async |claim: &str, value: Value| {
        let mut claims = claims_of(FULL);
        claims[claim] = value;
        assert_with(&world, &assertion(&pair, &RSA_PSS_SHA256, &header, &claims)).await
    };
    let now = Timestamp::now().as_second();
    assert_eq!(with("exp", json!(now - 200)).await.status, 200, "clocks may differ a little");
    with("exp", json!(now - 400)).await.refuses(700_027, "invalid_client");
    with("nbf", json!(now + 400)).await.refuses(700_027, "invalid_client");
    with("exp", Value::Null).await.refuses(50_012, "invalid_client");
    with("sub", json!(WEAK)).await.refuses(50_048, "invalid_client");
    with("iss", json!(WEAK)).await.refuses(50_048, "invalid_client");
    with("aud", json!("https://elsewhere.example/oauth2/v2.0/token")).await.refuses(50_012, "invalid_client");
    with("aud", json!(format!("{BASE}/common/oauth2/v2.0/token"))).await.refuses(50_012, "invalid_client");
    let by_domain = json!(["http://localhost:4711/FABRIKAM.example/oauth2/v2.0/token"]);
    assert_eq!(with("aud", by_domain).await.status, 200);
    assert_with(&world, "not.a.token").await.refuses(900_144, "invalid_request");
}

#[tokio::test]
async fn a_federated_issuer_is_known_by_issuer_subject_and_audience() {
    let world = world();
    let trusted = ("https://issuer.example", "system:workload:one", "api://AzureADTokenExchange");
    {
        let mut tenant = world.tenant_mut();
        let app = tenant.service_principals.values_mut().find(|app| app.app_id == FULL).unwrap();
        app.federated_credentials.push((trusted.0.to_owned(), trusted.1.to_owned(), trusted.2.to_owned()));
    }
    let id = FULL.to_string();
    let ask = async |subject: &str, lives: i64| {
        let claims = json!({
            "iss": trusted.0, "sub": subject, "aud": [trusted.2], "exp": Timestamp::now().as_second() + lives,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let assertion = format!("{}.{}.c2lnbmVk", part(&json!({ "alg": "RS256" })), part(&claims));
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", id.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
            ("scope", GRAPH_ALL),
        ];
        token(&world, &fields).await
    };
    assert_eq!(ask(trusted.1, 600).await.status, 200);
    ask("system:workload:two", 600).await.refuses(700_213, "invalid_client");
    ask(trusted.1, -600).await.refuses(700_027, "invalid_client");
}
