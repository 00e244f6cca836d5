//! Tokens: signed, published, believed, challenged.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::json;

use super::*;
use crate::simulator::sign_in::{
    key,
    token::{Audience, Unbelieved, caller},
};

const CAPABLE: (&str, &str) = ("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);

fn bearer(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    headers
}

#[tokio::test]
async fn the_discovery_document_leads_to_the_key_that_signed() {
    let world = world();
    for (document, version) in [("/v2.0", "v2.0/token"), ("", "token")] {
        let document = get(&world, &format!("/{TENANT}{document}/.well-known/openid-configuration")).await;
        assert_eq!(document.status, 200);
        assert!(document.get("authorization_endpoint").starts_with(BASE));
        let below = |field: &str| document.get(field).strip_prefix(BASE).unwrap().to_owned();
        assert_eq!(below("token_endpoint"), format!("/{TENANT}/oauth2/{version}"));
        let keys = get(&world, &below("jwks_uri")).await;
        let id = FULL.to_string();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", id.as_str()),
            ("client_secret", SECRET),
            if version == "token" { ("resource", "https://graph.microsoft.com") } else { ("scope", GRAPH_ALL) },
        ];
        let told = post(&world, &below("token_endpoint"), &fields).await;
        assert_eq!(told.claims("access_token")["iss"], document.get("issuer"));
        let (signed, signature) = told.get("access_token").rsplit_once('.').unwrap();
        let header = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let key = &keys.body["keys"][0];
        assert_eq!((&header["kid"], &header["alg"]), (&key["kid"], &json!("RS256")));
        let part = |field: &str| URL_SAFE_NO_PAD.decode(key[field].as_str().unwrap()).unwrap();
        RsaPublicKeyComponents { n: part("n"), e: part("e") }
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .unwrap();
    }
    let common = get(&world, "/common/v2.0/.well-known/openid-configuration").await;
    assert_eq!(common.get("issuer"), format!("{BASE}/{{tenantid}}/v2.0"));
    assert_eq!(get(&world, "/common/discovery/keys").await.status, 200);
    get(&world, "/contoso.example/v2.0/.well-known/openid-configuration").await.refuses(90_002, "invalid_request");
}

#[tokio::test]
async fn a_token_opens_the_service_that_it_is_for() {
    let world = world();
    let opens = async |scope: &str| {
        let told = app_token(&world, FULL, SECRET, scope).await;
        let headers = bearer(told.get("access_token"));
        [Audience::Graph, Audience::Exchange].map(|audience| caller(&world, &headers, audience).is_ok())
    };
    assert_eq!(opens(GRAPH_ALL).await, [true, false]);
    assert_eq!(opens(&format!("{GRAPH}/.default")).await, [true, false]);
    assert_eq!(opens("https://outlook.office365.com/.default").await, [false, true]);
    assert_eq!(opens(&format!("{EXCHANGE}/.default")).await, [false, true]);
    assert_eq!(opens(&format!("{BASE}/.default")).await, [true, true]);
    assert_eq!(opens("http://localhost:4711/.default").await, [true, true]);
}

#[tokio::test]
async fn a_caller_is_who_the_token_says() {
    let world = world();
    let told = app_token(&world, FULL, SECRET, GRAPH_ALL).await;
    let app = caller(&world, &bearer(told.get("access_token")), Audience::Graph).unwrap();
    assert_eq!((app.app_id, app.user_id, app.answered_challenge), (FULL, None, false));
    assert_eq!(app.permissions.into_iter().collect::<Vec<_>>(), ["User.Read.All", "User.ReadWrite.All"]);
    let told = sign_in(&world, "ordinary", PASSWORD, "User.Read").await;
    let person = caller(&world, &bearer(told.get("access_token")), Audience::Graph).unwrap();
    assert_eq!(person.user_id, world.tenant().user("ordinary@fabrikam.example").map(|user| user.id));
    assert_eq!(person.service_principal_id, app.service_principal_id);
    assert_eq!(person.permissions.into_iter().collect::<Vec<_>>(), ["User.Read"]);
}

#[tokio::test]
async fn what_is_no_token_of_this_tenant_is_not_believed() {
    let world = world();
    let of = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", value.parse().unwrap());
        caller(&world, &headers, Audience::Graph).unwrap_err()
    };
    assert_eq!(caller(&world, &HeaderMap::new(), Audience::Graph).unwrap_err(), Unbelieved::Missing);
    assert_eq!(of("Basic eDp5"), Unbelieved::Missing);
    assert_eq!(of("Bearer"), Unbelieved::Malformed);
    assert_eq!(of("Bearer abc"), Unbelieved::Malformed);
    let told = app_token(&world, FULL, SECRET, GRAPH_ALL).await;
    let token = told.get("access_token");
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(of(&format!("Bearer {signed}.AAAA")), Unbelieved::Malformed);
    // Another tenant signs with the same key.
    let other = World::new(
        Options::default(),
        "http://127.0.0.1:4712".to_owned(),
        Faults::default(),
        Tenant { id: TENANT, ..Tenant::default() },
    );
    assert_eq!(caller(&other, &bearer(token), Audience::Graph).unwrap_err(), Unbelieved::Audience);
}

#[tokio::test]
async fn lifetimes_are_scaled_to_a_second_at_least_and_never_less_than_told() {
    for (scale, least, most) in [(1.0, 3_600, 5_400), (60.0, 60, 90), (1e9, 1, 1)] {
        let told = app_token(&world_at(scale), FULL, SECRET, GRAPH_ALL).await;
        let lives = told.body["expires_in"].as_i64().unwrap();
        assert!((least..=most).contains(&lives), "{lives} at {scale}");
        let claims = told.claims("access_token");
        let (start, end) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!((lives..=lives + 2).contains(&(end - start)), "{start} to {end} at {scale}");
    }
}

#[tokio::test]
async fn a_token_is_believed_until_its_end() {
    let world = world();
    let told = app_token(&world, FULL, SECRET, GRAPH_ALL).await;
    let mut claims = told.claims("access_token").as_object().cloned().unwrap();
    let now = Timestamp::now().as_second();
    let mut ending = |end: i64| {
        claims.insert("exp".to_owned(), end.into());
        caller(&world, &bearer(&key::sign(&claims).unwrap()), Audience::Graph).map(|caller| caller.app_id)
    };
    assert_eq!(ending(now + 60), Ok(FULL));
    assert_eq!(ending(now), Err(Unbelieved::Expired));
    assert_eq!(ending(now - 60), Err(Unbelieved::Expired));
}

#[tokio::test]
async fn an_ordinary_token_outlives_block_revocation_and_new_password() {
    let world = world();
    let told = sign_in(&world, "ordinary", PASSWORD, "User.Read").await;
    revoke(&world, "ordinary");
    change_in(&world, "ordinary", |user| set(user, |profile| profile.account_enabled = false));
    assert!(caller(&world, &bearer(told.get("access_token")), Audience::Graph).is_ok());
}

#[tokio::test]
async fn a_capable_client_is_challenged_at_once() {
    let believed = |world: &World, told: &Told| caller(world, &bearer(told.get("access_token")), Audience::Graph);
    let events: [fn(&World); 4] = [
        |world| revoke(world, "ordinary"),
        |world| change_in(world, "ordinary", |user| set(user, |profile| profile.account_enabled = false)),
        |world| {
            change_in(world, "ordinary", |user| {
                set(user, |profile| profile.last_password_change_date_time = Timestamp::now());
            });
        },
        |world| change_in(world, "ordinary", enforce_mfa),
    ];
    for (number, event) in events.into_iter().enumerate() {
        let world = world();
        let told = sign_in_with(&world, "ordinary", PASSWORD, "User.Read", &[CAPABLE]).await;
        assert_eq!(told.claims("access_token")["xms_cc"], json!(["cp1"]));
        assert!(told.body["expires_in"].as_u64().unwrap() > 5_400, "it lives longer");
        assert!(!believed(&world, &told).unwrap().answered_challenge);
        event(&world);
        let Err(Unbelieved::Challenge(challenge)) = believed(&world, &told) else { panic!("event {number}") };
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&challenge).unwrap()).unwrap();
        assert_eq!(claims["access_token"]["nbf"]["essential"], true);
        assert_eq!(challenge.len() % 4, 0, "decoders that want padding are served too");
    }
    let capitals = ("claims", r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#);
    let told = sign_in_with(&world(), "ordinary", PASSWORD, "User.Read", &[capitals]).await;
    assert_eq!(told.claims("access_token")["xms_cc"], json!(["cp1"]));
    // An app has no sessions to revoke and keeps the ordinary lifetime.
    let world = world();
    let id = FULL.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", SECRET),
        ("scope", GRAPH_ALL),
        CAPABLE,
    ];
    assert!(token(&world, &fields).await.body["expires_in"].as_u64().unwrap() <= 5_400);
}

#[tokio::test]
async fn a_token_for_the_challenge_is_believed_again() {
    let world = world();
    let told = sign_in_with(&world, "ordinary", PASSWORD, "User.Read offline_access", &[CAPABLE]).await;
    revoke(&world, "ordinary");
    let headers = bearer(told.get("access_token"));
    let Err(Unbelieved::Challenge(challenge)) = caller(&world, &headers, Audience::Graph) else { panic!() };
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&challenge).unwrap()).unwrap();
    claims["access_token"]["xms_cc"] = json!({ "values": ["cp1"] });
    let claims = claims.to_string();
    // The sessions are gone: the refresh token does not help, signing in does.
    let with_refresh = refresh(&world, told.get("refresh_token"), &[("claims", &claims)]).await;
    with_refresh.refuses(50_173, "invalid_grant");
    let again = sign_in_with(&world, "ordinary", PASSWORD, "User.Read", &[("claims", &claims)]).await;
    let person = caller(&world, &bearer(again.get("access_token")), Audience::Graph).unwrap();
    assert!(person.answered_challenge);
    let broken = sign_in_with(&world, "ordinary", PASSWORD, "User.Read", &[("claims", "{")]).await;
    broken.refuses(9_002_313, "invalid_request");
}

#[tokio::test]
async fn msal_is_told_whose_tokens_these_are() {
    let told = sign_in_with(&world(), "ordinary", PASSWORD, "User.Read", &[("client_info", "1")]).await;
    let info: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(told.get("client_info")).unwrap()).unwrap();
    assert_eq!(info["uid"], told.claims("access_token")["oid"]);
    assert_eq!(info["utid"], TENANT.to_string());
}

#[test]
fn nothing_secret_is_printed() {
    let world = world();
    let printed = format!("{:?}", world.sign_in);
    assert_eq!(printed, "State { devices: 0 device codes, refreshes: 0 refresh tokens }");
}
