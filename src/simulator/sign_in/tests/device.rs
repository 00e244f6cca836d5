//! Device codes and the page on which they are entered.

use super::*;

const POLL: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn start(world: &World, scope: &str) -> Told {
    let id = FULL.to_string();
    post(world, "/organizations/oauth2/v2.0/devicecode", &[("client_id", &id), ("scope", scope)]).await
}

async fn poll(world: &World, client: Uuid, code: &str) -> Told {
    let id = client.to_string();
    token(world, &[("grant_type", POLL), ("client_id", &id), ("device_code", code)]).await
}

async fn enter(world: &World, code: &str, alias: &str, password: &str) -> Told {
    let name = format!("{alias}@fabrikam.example");
    post(world, "/devicelogin", &[("user_code", code), ("username", &name), ("password", password)]).await
}

#[tokio::test]
async fn a_code_is_pending_until_somebody_signs_in() {
    let world = world();
    let told = start(&world, "User.Read offline_access openid").await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(told.body["expires_in"], 900);
    assert_eq!(told.body["interval"], 5);
    assert_eq!(told.get("verification_uri"), format!("{BASE}/devicelogin"));
    assert!(told.get("message").contains(told.get("user_code")));
    assert!(told.body.get("verification_uri_complete").is_none());
    let code = told.get("device_code");
    poll(&world, FULL, code).await.refuses(70_016, "authorization_pending");
    poll(&world, FULL, code).await.refuses(70_016, "slow_down");
    poll(&world, PUBLIC, code).await.refuses(70_018, "bad_verification_code");

    assert_eq!(enter(&world, &told.get("user_code").to_lowercase(), "ordinary", PASSWORD).await.status, 200);
    let given = poll(&world, FULL, code).await;
    assert_eq!(given.status, 200, "who has been approved does not wait: {}", given.text);
    assert_eq!(given.claims("id_token")["preferred_username"], "ordinary@fabrikam.example");
    assert_eq!(refresh(&world, given.get("refresh_token"), &[]).await.status, 200);
    poll(&world, FULL, code).await.refuses(70_018, "bad_verification_code");
}

#[tokio::test]
async fn a_person_can_decline() {
    let world = world();
    let told = start(&world, "User.Read").await;
    let fields = [("user_code", told.get("user_code")), ("decision", "decline")];
    let page = post(&world, "/devicelogin", &fields).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("declined"));
    poll(&world, FULL, told.get("device_code")).await.refuses(70_018, "authorization_declined");
    let again = enter(&world, told.get("user_code"), "ordinary", PASSWORD).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("AADSTS90120"), "{}", again.text);
}

#[tokio::test]
async fn the_page_turns_people_away_with_the_reason() {
    let world = world();
    let told = start(&world, "User.Read").await;
    for (alias, password, number) in [
        ("ordinary", "wrong", "AADSTS50126"),
        ("disabled", PASSWORD, "AADSTS50057"),
        ("nobody", PASSWORD, "AADSTS50034"),
        ("ordinary", "", "AADSTS900144"),
    ] {
        let page = enter(&world, told.get("user_code"), alias, password).await;
        assert_eq!(page.status, 400, "{alias}");
        assert!(page.text.contains(number), "{}", page.text);
        assert!(
            page.text.contains(&format!("value=\"{}\"", told.get("user_code"))),
            "the code need not be typed again"
        );
    }
    let page = enter(&world, "<script>", "ordinary", PASSWORD).await;
    assert!(page.text.contains("AADSTS70018") && !page.text.contains("<script>"), "{}", page.text);
    poll(&world, FULL, told.get("device_code")).await.refuses(70_016, "authorization_pending");
    let empty = get(&world, "/devicelogin").await;
    assert_eq!(empty.status, 200);
    assert_eq!(empty.headers["content-type"], "text/html; charset=utf-8");
    for field in ["user_code", "username", "password", "decline"] {
        assert!(empty.text.contains(&format!("\"{field}\"")), "{field}");
    }
}

#[tokio::test]
async fn the_page_stands_for_the_second_factor() {
    let world = world();
    let told = start(&world, "User.Read offline_access").await;
    assert_eq!(enter(&world, told.get("user_code"), "enforced", PASSWORD).await.status, 200);
    let given = poll(&world, FULL, told.get("device_code")).await;
    assert_eq!(given.claims("access_token")["amr"], serde_json::json!(["pwd", "mfa"]));
    assert_eq!(refresh(&world, given.get("refresh_token"), &[]).await.status, 200);
}

#[tokio::test]
async fn the_page_lets_people_replace_an_expired_password() {
    let world = world();
    let told = start(&world, "User.Read").await;
    change_in(&world, "ordinary", |user| user.credentials.must_change_password = true);
    let page = enter(&world, told.get("user_code"), "ordinary", PASSWORD).await;
    assert!(page.text.contains("AADSTS50055") && page.text.contains("\"new_password\""), "{}", page.text);
    assert!(!page.text.contains(PASSWORD), "no password stands in a page");
    let replace = async |password: &str, new: &str| {
        let fields = [
            ("user_code", told.get("user_code")),
            ("username", "ordinary@fabrikam.example"),
            ("password", password),
            ("new_password", new),
        ];
        post(&world, "/devicelogin", &fields).await
    };
    assert!(replace("wrong", "Copper:Kettle 21").await.text.contains("AADSTS50126"));
    assert!(replace(PASSWORD, "weak").await.text.contains("AADSTS120002"));
    assert!(replace(PASSWORD, PASSWORD).await.text.contains("AADSTS120002"));
    assert_eq!(sign_in(&world, "ordinary", "weak", "User.Read").await.status, 400);
    let page = replace(PASSWORD, "Copper:Kettle 21").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(poll(&world, FULL, told.get("device_code")).await.status, 200);
    assert_eq!(sign_in(&world, "ordinary", "Copper:Kettle 21", "User.Read").await.status, 200);
    sign_in(&world, "ordinary", PASSWORD, "User.Read").await.refuses(50_126, "invalid_grant");
}

#[tokio::test]
async fn an_approval_dies_with_block_and_revocation() {
    let world = world();
    let told = start(&world, "User.Read").await;
    enter(&world, told.get("user_code"), "ordinary", PASSWORD).await;
    change_in(&world, "ordinary", |user| set(user, |profile| profile.account_enabled = false));
    poll(&world, FULL, told.get("device_code")).await.refuses(50_057, "invalid_grant");
    change_in(&world, "ordinary", |user| set(user, |profile| profile.account_enabled = true));
    revoke(&world, "ordinary");
    poll(&world, FULL, told.get("device_code")).await.refuses(50_173, "invalid_grant");
}

#[tokio::test]
async fn a_code_ends() {
    let world = world();
    let told = start(&world, "User.Read").await;
    world.sign_in.devices.age(told.get("device_code"), Timestamp::now());
    poll(&world, FULL, told.get("device_code")).await.refuses(70_019, "expired_token");
    assert!(enter(&world, told.get("user_code"), "ordinary", PASSWORD).await.text.contains("AADSTS70019"));
}

#[tokio::test]
async fn a_code_is_refused_where_the_flow_is_not_served() {
    let world = world();
    post(&world, "/common/oauth2/v2.0/devicecode", &[("scope", "User.Read")]).await.refuses(900_144, "invalid_request");
    let unknown = [("client_id", "nonsense"), ("scope", "User.Read")];
    post(&world, "/common/oauth2/v2.0/devicecode", &unknown).await.refuses(700_016, "unauthorized_client");
    let told = start(&world, "User.Read").await;
    let id = FULL.to_string();
    let fields = [("grant_type", POLL), ("client_id", id.as_str()), ("device_code", told.get("device_code"))];
    let v1 = post(&world, &format!("/{TENANT}/oauth2/token"), &fields).await;
    v1.refuses(70_003, "unsupported_grant_type");
    // An app that does not allow public client flows may start one, and is stopped when it polls.
    let weak = WEAK.to_string();
    let fields = [("client_id", weak.as_str()), ("scope", "User.Read")];
    let told = post(&world, "/common/oauth2/v2.0/devicecode", &fields).await;
    poll(&world, WEAK, told.get("device_code")).await.refuses(7_000_218, "invalid_client");
}
