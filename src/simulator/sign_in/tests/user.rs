//! People: passwords, lockout, refresh tokens.

use super::*;

#[tokio::test]
async fn a_person_gets_what_the_scope_asks_for() {
    let world = world();
    let told = sign_in(&world, "ordinary", PASSWORD, "User.Read offline_access openid profile").await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(told.get("token_type"), "Bearer");
    assert_eq!(told.get("scope"), "User.Read openid profile");
    assert!((3_600..=5_400).contains(&told.body["expires_in"].as_u64().unwrap()));
    assert!(!told.get("refresh_token").is_empty());
    let access = told.claims("access_token");
    assert_eq!(access["aud"], "https://graph.microsoft.com");
    assert_eq!(access["scp"], "User.Read openid profile");
    assert_eq!(access["upn"], "ordinary@fabrikam.example");
    assert_eq!(access["idtyp"], "user");
    assert_eq!(access["appid"], FULL.to_string());
    assert!(access.get("xms_cc").is_none() && access.get("roles").is_none());
    let id = told.claims("id_token");
    assert_eq!(id["aud"], FULL.to_string());
    assert_eq!(id["oid"], access["oid"]);
    assert_eq!(id["preferred_username"], "ordinary@fabrikam.example");
    assert_eq!(told.headers["cache-control"], "no-store, no-cache");
}

#[tokio::test]
async fn only_consented_permissions_are_given_and_none_is_a_refusal() {
    let world = world();
    let told = sign_in(&world, "ordinary", PASSWORD, "User.Read Mail.Read").await;
    assert_eq!(told.claims("access_token")["scp"], "User.Read");
    sign_in(&world, "ordinary", PASSWORD, "Mail.Read").await.refuses(65_001, "invalid_grant");
    let all = sign_in(&world, "ordinary", PASSWORD, GRAPH_ALL).await;
    assert_eq!(all.claims("access_token")["scp"], "User.Read User.ReadWrite.All");
    let exchange = sign_in(&world, "ordinary", PASSWORD, "https://outlook.office365.com/.default").await;
    assert_eq!(exchange.claims("access_token")["scp"], "Exchange.Manage");
    assert_eq!(
        exchange.get("scope"),
        "https://outlook.office365.com/Exchange.Manage https://outlook.office365.com/.default"
    );
}

#[tokio::test]
async fn each_kind_of_person_is_refused_by_its_number() {
    let world = world();
    let refused = async |alias: &str, password: &str, number| {
        sign_in(&world, alias, password, "User.Read").await.refuses(number, "invalid_grant");
    };
    refused("nobody", PASSWORD, 50_034).await;
    refused("guest_home.example#EXT#@fabrikam.example", PASSWORD, 50_034).await;
    refused("ordinary", "wrong", 50_126).await;
    refused("disabled", PASSWORD, 50_057).await;
    refused("federated@partner.example", PASSWORD, 50_056).await;
    refused("registered", PASSWORD, 50_076).await;
    refused("enforced", PASSWORD, 50_076).await;
    change_in(&world, "ordinary", |user| user.credentials.must_change_password = true);
    refused("ordinary", PASSWORD, 50_055).await;
    refused("ordinary", "wrong", 50_126).await;
    // An object id is no user name.
    let id = world.tenant().user("ordinary@fabrikam.example").unwrap().id.to_string();
    let fields = [("client_id", FULL.to_string()), ("username", id)];
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("grant_type", "password"), ("password", PASSWORD), ("scope", "User.Read")]);
    token(&world, &fields).await.refuses(50_034, "invalid_grant");
}

#[tokio::test]
async fn who_is_enabled_and_has_nothing_registered_gets_in_with_the_password() {
    let world = world();
    assert_eq!(sign_in(&world, "enabled", PASSWORD, "User.Read").await.status, 200);
    assert_eq!(sign_in(&world, "ENABLED", PASSWORD, "User.Read").await.status, 200, "names have no case");
}

#[tokio::test]
async fn a_second_factor_says_what_it_is_for() {
    let world = world();
    let told = sign_in(&world, "enforced", PASSWORD, "User.Read").await;
    assert_eq!(told.get("suberror"), "basic_action");
    assert!(told.get("error_description").contains("https://graph.microsoft.com"));
}

/// The moment at which a lock ends.
fn locked_until(world: &World) -> Option<Instant> {
    world.tenant().user("ordinary@fabrikam.example").unwrap().credentials.locked_until
}

#[tokio::test]
async fn ten_failures_lock_and_each_further_one_locks_longer() {
    let world = world();
    let mut before = Instant::now();
    for attempt in 1..=10 {
        before = Instant::now();
        sign_in(&world, "ordinary", "wrong", "User.Read").await.refuses(50_126, "invalid_grant");
        assert_eq!(locked_until(&world).is_some(), attempt == 10, "after {attempt}");
    }
    let end = locked_until(&world).unwrap();
    assert!(before + Duration::from_secs(60) <= end && end <= Instant::now() + Duration::from_secs(60));
    // The right password does not help while the lock holds, and wrong ones do not count.
    sign_in(&world, "ordinary", PASSWORD, "User.Read").await.refuses(50_053, "invalid_grant");
    sign_in(&world, "ordinary", "wrong", "User.Read").await.refuses(50_053, "invalid_grant");
    assert_eq!(locked_until(&world), Some(end));

    let end_lock = || change_in(&world, "ordinary", |user| user.credentials.locked_until = Some(Instant::now()));
    end_lock();
    let before = Instant::now();
    sign_in(&world, "ordinary", "wrong", "User.Read").await.refuses(50_126, "invalid_grant");
    assert!(locked_until(&world).unwrap() >= before + Duration::from_secs(120));
    end_lock();
    assert_eq!(sign_in(&world, "ordinary", PASSWORD, "User.Read").await.status, 200);
    sign_in(&world, "ordinary", "wrong", "User.Read").await.refuses(50_126, "invalid_grant");
    assert_eq!(sign_in(&world, "ordinary", PASSWORD, "User.Read").await.status, 200, "counted anew");
}

#[tokio::test]
async fn a_lock_passes_at_the_pace_of_the_tenant() {
    let world = world_at(60.0);
    for _ in 1..=10 {
        sign_in(&world, "ordinary", "wrong", "User.Read").await;
    }
    assert!(locked_until(&world).unwrap() <= Instant::now() + Duration::from_secs(1));
}

#[tokio::test]
async fn apps_without_public_flows_must_send_their_secret() {
    let world = world();
    let fields = |client: &Uuid, secret: Option<&str>| {
        let mut fields = vec![("client_id", client.to_string())];
        fields.extend(secret.map(|secret| ("client_secret", secret.to_owned())));
        let always = [
            ("grant_type", "password"),
            ("username", "ordinary@fabrikam.example"),
            ("password", PASSWORD),
            ("scope", "User.Read"),
        ];
        fields.extend(always.map(|(name, value)| (name, value.to_owned())));
        fields
    };
    let ask = async |client, secret| {
        let fields = fields(&client, secret);
        token(&world, &fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>()).await
    };
    ask(WEAK, None).await.refuses(7_000_218, "invalid_client");
    assert_eq!(ask(WEAK, Some(SECRET)).await.status, 200);
    assert_eq!(ask(FULL, None).await.status, 200);
    assert_eq!(ask(FULL, Some(SECRET)).await.status, 200);
    ask(FULL, Some("wrong")).await.refuses(7_000_215, "invalid_client");
    assert_eq!(ask(PUBLIC, None).await.status, 200);
    ask(PUBLIC, Some(SECRET)).await.refuses(700_025, "invalid_client");
}

#[tokio::test]
async fn passwords_are_taken_at_organizations_and_not_at_common() {
    let world = world();
    let id = FULL.to_string();
    let fields = [
        ("grant_type", "password"),
        ("client_id", id.as_str()),
        ("username", "ordinary@fabrikam.example"),
        ("password", PASSWORD),
        ("scope", "User.Read"),
    ];
    assert_eq!(post(&world, "/organizations/oauth2/v2.0/token", &fields).await.status, 200);
    post(&world, "/common/oauth2/v2.0/token", &fields).await.refuses(9_001_023, "invalid_request");
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_one_and_stays_valid() {
    let world = world();
    let first = sign_in(&world, "ordinary", PASSWORD, "User.Read offline_access").await;
    let second = refresh(&world, first.get("refresh_token"), &[]).await;
    assert_eq!(second.get("scope"), "User.Read", "what was asked for is remembered");
    assert_ne!(second.get("refresh_token"), first.get("refresh_token"));
    assert_eq!(refresh(&world, first.get("refresh_token"), &[]).await.status, 200);
    assert_eq!(refresh(&world, second.get("refresh_token"), &[]).await.status, 200);
    // It serves every service.
    let scope = [("scope", "https://outlook.office365.com/.default")];
    let exchange = refresh(&world, first.get("refresh_token"), &scope).await;
    assert_eq!(exchange.claims("access_token")["aud"], "https://outlook.office365.com");
}

#[tokio::test]
async fn a_refresh_token_is_its_clients_alone() {
    let world = world();
    let first = sign_in(&world, "ordinary", PASSWORD, "User.Read offline_access").await;
    let public = PUBLIC.to_string();
    let stolen = [
        ("grant_type", "refresh_token"),
        ("client_id", public.as_str()),
        ("refresh_token", first.get("refresh_token")),
    ];
    token(&world, &stolen).await.refuses(70_000, "invalid_grant");
    refresh(&world, "1.made-up", &[]).await.refuses(70_000, "invalid_grant");
    let none = sign_in(&world, "ordinary", PASSWORD, "User.Read").await;
    assert!(none.body.get("refresh_token").is_none(), "nobody asked for one");
}

#[tokio::test]
async fn a_refresh_token_dies_with_block_revocation_and_new_password() {
    let world = world();
    let token = |told: &Told| told.get("refresh_token").to_owned();
    let before = token(&sign_in(&world, "ordinary", PASSWORD, "User.Read offline_access").await);
    revoke(&world, "ordinary");
    let told = refresh(&world, &before, &[]).await;
    told.refuses(50_173, "invalid_grant");
    assert_eq!(told.get("suberror"), "bad_token");

    let before = token(&sign_in(&world, "ordinary", PASSWORD, "User.Read offline_access").await);
    assert_eq!(refresh(&world, &before, &[]).await.status, 200, "a new sign-in is not touched by an old revocation");
    change_in(&world, "ordinary", |user| {
        user.credentials.password = "Another 1".to_owned();
        set(user, |profile| profile.last_password_change_date_time = Timestamp::now());
    });
    refresh(&world, &before, &[]).await.refuses(50_173, "invalid_grant");
    sign_in(&world, "ordinary", PASSWORD, "User.Read").await.refuses(50_126, "invalid_grant");

    let before = token(&sign_in(&world, "ordinary", "Another 1", "User.Read offline_access").await);
    change_in(&world, "ordinary", |user| set(user, |profile| profile.account_enabled = false));
    refresh(&world, &before, &[]).await.refuses(50_057, "invalid_grant");
    change_in(&world, "ordinary", |user| set(user, |profile| profile.account_enabled = true));
    assert_eq!(refresh(&world, &before, &[]).await.status, 200, "a block that was lifted leaves sessions alone");
    change_in(&world, "ordinary", enforce_mfa);
    refresh(&world, &before, &[]).await.refuses(50_076, "invalid_grant");
}

#[tokio::test]
async fn a_block_holds_before_any_reader_sees_it() {
    let world = world();
    change_in(&world, "ordinary", |user| {
        let mut profile = user.profile.latest().clone();
        profile.account_enabled = false;
        user.profile.write(Instant::now(), Duration::from_secs(3_600), profile);
    });
    sign_in(&world, "ordinary", PASSWORD, "User.Read").await.refuses(50_057, "invalid_grant");
}

#[tokio::test]
async fn an_unused_refresh_token_ends() {
    // 90 days divided by this leave the least that there is, a second.
    let world = world_at(1e9);
    let first = sign_in(&world, "ordinary", PASSWORD, "User.Read offline_access").await;
    let end = world.sign_in.refresh(first.get("refresh_token")).unwrap().end;
    assert!(end.duration_since(Timestamp::now()).as_secs_f64() <= 1.0);
    world.sign_in.age(first.get("refresh_token"), Timestamp::now());
    refresh(&world, first.get("refresh_token"), &[]).await.refuses(700_082, "invalid_grant");
}

#[tokio::test]
async fn the_older_endpoint_signs_people_in_too() {
    let world = world();
    let path = format!("/{TENANT}/oauth2/token");
    let id = FULL.to_string();
    let mut fields = vec![
        ("grant_type", "password"),
        ("client_id", id.as_str()),
        ("username", "ordinary@fabrikam.example"),
        ("password", PASSWORD),
    ];
    post(&world, &path, &fields).await.refuses(900_144, "invalid_request");
    fields.push(("resource", "https://graph.microsoft.com"));
    let told = post(&world, &path, &fields).await;
    assert_eq!(told.status, 200, "{}", told.text);
    for number in ["expires_in", "ext_expires_in", "expires_on", "not_before"] {
        assert!(told.get(number).parse::<u64>().is_ok(), "{number}");
    }
    let again = [("grant_type", "refresh_token"), ("client_id", &id), ("refresh_token", told.get("refresh_token"))];
    assert_eq!(post(&world, &path, &again).await.get("resource"), "https://graph.microsoft.com");
}
