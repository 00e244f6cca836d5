use http::Method;
use serde_json::json;

use crate::simulator::{graph::bench::Bench, role};

const ALL: &[&str] = &["User.ReadWrite.All"];

#[test]
fn blocking_needs_both_small_permissions_or_a_great_one() {
    let bench = Bench::new();
    let path = format!("/users/{}", bench.ordinary().id);
    let block = json!({ "accountEnabled": false });
    for (permissions, status) in [
        (&["User.EnableDisableAccount.All", "User.Read.All"][..], 204),
        (&["User.ReadWrite.All"], 204),
        (&["Directory.ReadWrite.All"], 204),
        (&["User.EnableDisableAccount.All"], 403),
        (&["User.Read.All"], 403),
        (&["User-PasswordProfile.ReadWrite.All"], 403),
    ] {
        let reply = bench.patch(&bench.app(permissions), &path, &block);
        assert_eq!(reply.status(), status, "{permissions:?}");
        assert_eq!(reply.0.body.is_empty(), status == 204);
    }
    assert!(!bench.ordinary().profile.latest().account_enabled);
    assert_eq!(bench.patch(&bench.app(ALL), &path, &json!({ "accountEnabled": true })).status(), 204);
    assert!(bench.ordinary().profile.latest().account_enabled);
}

#[test]
fn the_small_permissions_write_nothing_else() {
    let bench = Bench::new();
    let path = format!("/users/{}", bench.ordinary().id);
    let app = bench.app(&["User.EnableDisableAccount.All", "User.Read.All"]);
    let both = json!({ "accountEnabled": false, "jobTitle": "x" });
    assert_eq!(bench.patch(&app, &path, &both).refusal(), (403, "Authorization_RequestDenied".to_owned()));
    assert!(bench.ordinary().profile.latest().account_enabled, "all of it or nothing");
}

#[test]
fn roles_decide_whom_a_person_may_block() {
    let bench = Bench::new();
    let samples = &bench.description.samples;
    let block = json!({ "accountEnabled": false });
    let blocks = |admin: &str, target: &str| {
        let id = bench.person(target).id;
        bench.patch(&bench.delegated(admin, ALL), &format!("/users/{id}"), &block).status()
    };
    assert_eq!(blocks(&samples.user_admin, &samples.user), 204);
    assert_eq!(blocks(&samples.helpdesk_admin, &samples.mailbox), 403);
    assert_eq!(blocks(&samples.user_admin, &samples.global_admin), 403);
    assert_eq!(blocks(&samples.mailbox, &samples.user), 403);
    assert_eq!(blocks(&samples.global_admin, &samples.user_admin), 204);
    assert_eq!(blocks(&samples.global_admin, &samples.global_admin), 204, "nobody keeps an admin from it");
}

#[test]
fn bad_bodies_are_refused_and_named() {
    let bench = Bench::new();
    let app = bench.app(ALL);
    let path = format!("/users/{}", bench.ordinary().id);
    for (body, target) in [
        (json!({ "accountEnabled": "no" }), "accountEnabled"),
        (json!({ "accountEnabled": null }), "accountEnabled"),
        (json!({ "displayName": 5 }), "displayName"),
        (json!({ "displayName": "" }), "displayName"),
        (json!({ "usageLocation": "Sweden" }), "usageLocation"),
        (json!({ "businessPhones": ["1", "2"] }), "businessPhones"),
        (json!({ "otherMails": "a@b.c" }), "otherMails"),
        (json!({ "passwordPolicies": "Whatever" }), "passwordPolicies"),
        (json!({ "signInSessionsValidFromDateTime": "2026-01-01T00:00:00Z" }), "signInSessionsValidFromDateTime"),
        (json!({ "id": "x" }), "id"),
        (json!({ "userPrincipalName": "x@nowhere.example" }), "userPrincipalName"),
        (json!({ "userPrincipalName": "no name" }), "userPrincipalName"),
        (json!({ "userPrincipalName": bench.description.samples.mailbox }), "userPrincipalName"),
        (json!({ "passwordProfile": {} }), "passwordProfile"),
        (json!({ "passwordProfile": { "password": 1 } }), "passwordProfile"),
        (json!({ "passwordProfile": { "nope": true } }), "passwordProfile"),
    ] {
        bench.give_role(app.service_principal_id, role::GLOBAL_ADMINISTRATOR);
        let reply = bench.patch(&app, &path, &body);
        assert_eq!(reply.refusal(), (400, "Request_BadRequest".to_owned()), "{body}");
        assert_eq!(reply.json()["error"]["target"], target, "{body}");
    }
    for body in [json!({}), json!([]), json!({ "nope": 1 }), json!({ "AccountEnabled": false })] {
        assert_eq!(bench.patch(&app, &path, &body).refusal(), (400, "Request_BadRequest".to_owned()), "{body}");
    }
    assert_eq!(bench.send(&app, Method::PATCH, &path, &[], None).refusal().0, 400, "no body at all");
    let form = [("content-type", "text/plain")];
    let reply = bench.send(&app, Method::PATCH, &path, &form, None);
    assert_eq!(reply.refusal().0, 400);
    assert_eq!(
        bench.patch(&app, "/users/nobody@nowhere.example", &json!({ "accountEnabled": false })).refusal().0,
        404
    );
}

#[test]
fn a_synchronised_person_is_blocked_here_but_changed_on_premises() {
    let bench = Bench::new();
    let app = bench.app(ALL);
    bench.give_role(app.service_principal_id, role::GLOBAL_ADMINISTRATOR);
    let path = format!("/users/{}", bench.person(&bench.description.samples.synced).id);
    assert_eq!(bench.patch(&app, &path, &json!({ "accountEnabled": false })).status(), 204);
    assert_eq!(bench.patch(&app, &path, &json!({ "usageLocation": "SE" })).status(), 204);
    for body in [json!({ "jobTitle": "x" }), json!({ "passwordProfile": { "password": "Zx7-kq2Lw9" } })] {
        let reply = bench.patch(&app, &path, &body);
        assert_eq!(reply.refusal(), (400, "Request_BadRequest".to_owned()));
        let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with(
                "Unable to update the specified properties for on-premises mastered Directory Sync objects"
            )
        );
    }
}

#[test]
fn a_password_is_set_by_an_app_with_a_role_only() {
    let bench = Bench::new();
    let app = bench.app(&["User-PasswordProfile.ReadWrite.All"]);
    let before = bench.ordinary();
    let path = format!("/users/{}", before.id);
    let set = json!({ "passwordProfile": { "password": "Zx7-kq2Lw9", "forceChangePasswordNextSignIn": true } });
    assert_eq!(bench.patch(&app, &path, &set).refusal().0, 403);
    bench.give_role(app.service_principal_id, role::USER_ADMINISTRATOR);
    assert_eq!(bench.patch(&app, &path, &set).status(), 204);
    let after = bench.ordinary();
    assert_eq!(after.credentials.password, "Zx7-kq2Lw9");
    assert_eq!(after.credentials.previous_password, Some(before.credentials.password.clone()));
    assert!(after.credentials.must_change_password);
    let changed = |user: &crate::simulator::tenant::User| user.profile.latest().last_password_change_date_time;
    assert!(changed(&after) > changed(&before));
    let sessions = |user: &crate::simulator::tenant::User| user.profile.latest().sign_in_sessions_valid_from_date_time;
    assert_eq!(sessions(&after), sessions(&before), "a password is not a revocation");
    let weak = json!({ "passwordProfile": { "password": "short" } });
    let reply = bench.patch(&app, &path, &weak);
    assert_eq!(reply.refusal(), (400, "Request_BadRequest".to_owned()));
    assert_eq!(
        reply.json()["error"]["message"],
        "The specified password does not comply with password complexity requirements. Please provide a different password."
    );
    assert_eq!(bench.ordinary().credentials.password, "Zx7-kq2Lw9");
}

#[test]
fn a_forced_change_alone_leaves_the_password() {
    let bench = Bench::new();
    let admin = bench.delegated(&bench.description.samples.global_admin, ALL);
    let before = bench.ordinary();
    let path = format!("/users/{}", before.id);
    let force = |force: bool| json!({ "passwordProfile": { "forceChangePasswordNextSignIn": force } });
    assert_eq!(bench.patch(&admin, &path, &force(true)).status(), 204);
    let after = bench.ordinary();
    assert!(after.credentials.must_change_password);
    assert_eq!(after.credentials.password, before.credentials.password);
    assert_eq!(bench.patch(&admin, &path, &force(false)).status(), 204);
    assert!(!bench.ordinary().credentials.must_change_password);
}

#[test]
fn federated_people_have_no_password_here() {
    let bench = Bench::new();
    let admin = bench.delegated(&bench.description.samples.global_admin, ALL);
    let path = format!("/users/{}", bench.person(&bench.description.samples.federated).id);
    let reply = bench.patch(&admin, &path, &json!({ "passwordProfile": { "password": "Zx7-kq2Lw9" } }));
    assert_eq!(reply.refusal(), (400, "Request_BadRequest".to_owned()));
}

#[test]
fn a_new_name_is_a_new_way_in() {
    let bench = Bench::new();
    let admin = bench.delegated(&bench.description.samples.global_admin, ALL);
    let person = bench.ordinary();
    let old = person.profile.latest().user_principal_name.clone();
    let new = format!("Renamed.O'Person@{}", bench.description.tenant_domain);
    assert_eq!(
        bench.patch(&admin, &format!("/users/{}", person.id), &json!({ "userPrincipalName": new })).status(),
        204
    );
    assert_eq!(bench.get(&admin, &format!("/users/{}", new.to_lowercase())).json()["id"], person.id.to_string());
    assert_eq!(bench.get(&admin, &format!("/users/{old}")).refusal().0, 404);
}

#[test]
fn sessions_are_revoked_with_a_value_that_is_always_true() {
    let bench = Bench::new();
    let app = bench.app(&["User.RevokeSessions.All"]);
    let before = jiff::Timestamp::now();
    for sample in [&bench.description.samples.user, &bench.description.samples.guest] {
        let reply = bench.send(
            &app,
            Method::POST,
            &format!("/users/{}/revokeSignInSessions", bench.person(sample).id),
            &[],
            None,
        );
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.json()["value"], true);
        assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("/v1.0/$metadata#Edm.Boolean"));
        let valid_from = bench.person(sample).profile.latest().sign_in_sessions_valid_from_date_time;
        assert!(
            valid_from >= before.round(jiff::Unit::Microsecond).unwrap()
                || valid_from.duration_since(before).as_micros() >= -1
        );
    }
    assert_eq!(bench.post(&app, "/users/nobody@nowhere.example/revokeSignInSessions", &json!({})).refusal().0, 404);
    let weak = bench.app(&["User.Read.All"]);
    assert_eq!(
        bench.post(&weak, &format!("/users/{}/revokeSignInSessions", bench.ordinary().id), &json!({})).refusal().0,
        403
    );
}

#[test]
fn helpdesk_revokes_but_not_everybody_and_people_revoke_their_own() {
    let bench = Bench::new();
    let samples = &bench.description.samples;
    let revokes = |caller: &str, target: &str| {
        let caller = bench.delegated(caller, &["User.RevokeSessions.All"]);
        bench.post(&caller, &format!("/users/{}/revokeSignInSessions", bench.person(target).id), &json!({})).status()
    };
    assert_eq!(revokes(&samples.helpdesk_admin, &samples.user), 200);
    assert_eq!(revokes(&samples.helpdesk_admin, &samples.user_admin), 403);
    assert_eq!(revokes(&samples.user, &samples.mailbox), 403);
    assert_eq!(revokes(&samples.user, &samples.user), 200);
    let me = bench.delegated(&samples.user, &["User.RevokeSessions.All"]);
    assert_eq!(bench.post(&me, "/me/revokeSignInSessions", &json!({})).status(), 200);
}

#[test]
fn the_older_action_is_in_beta_only() {
    let bench = Bench::new();
    let app = bench.app(&["User.RevokeSessions.All"]);
    let path = format!("users/{}/invalidateAllRefreshTokens", bench.ordinary().id);
    assert_eq!(bench.post(&app, &format!("/beta/{path}"), &json!({})).status(), 200);
    assert_eq!(bench.post(&app, &format!("/v1.0/{path}"), &json!({})).refusal(), (400, "BadRequest".to_owned()));
}
