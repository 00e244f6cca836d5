use serde_json::{Value, json};

use crate::simulator::{
    Options,
    graph::bench::{Bench, Reply},
    world::Caller,
};

const RESET: &[&str] = &["UserAuthenticationMethod.ReadWrite.All"];

/// A service whose background work is done in thousandths of a second.
fn quick() -> Bench {
    Bench::with(&Options { time_scale: 1000.0, ..Options::default() })
}

fn reset(bench: &Bench, caller: &Caller, user: &str, body: &Value) -> Reply {
    let id = bench.person(user).id;
    bench.post(
        caller,
        &format!("/users/{id}/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword"),
        body,
    )
}

fn poll(bench: &Bench, caller: &Caller, location: &str) -> Reply {
    bench.get(caller, location.strip_prefix("http://127.0.0.1:1").unwrap())
}

/// The states of an operation until one is final.
fn course(bench: &Bench, caller: &Caller, location: &str) -> Vec<String> {
    let mut states: Vec<String> = Vec::new();
    loop {
        let reply = poll(bench, caller, location);
        assert_eq!(reply.status(), 200, "{}", reply.text());
        let state = reply.json()["status"].as_str().unwrap().to_owned();
        let is_final = matches!(state.as_str(), "succeeded" | "failed");
        if states.last() != Some(&state) {
            states.push(state);
        }
        if is_final {
            return states;
        }
    }
}

#[test]
fn the_method_has_an_address_among_passwords_too() {
    let bench = quick();
    let admin = bench.delegated(&bench.description.samples.helpdesk_admin, RESET);
    let id = bench.ordinary().id;
    let path = format!("/users/{id}/authentication/passwordMethods/28c10230-6103-485e-b985-444c60001490/resetPassword");
    assert_eq!(bench.post(&admin, &path, &json!({ "newPassword": "Zx7-kq2Lw9" })).status(), 202);
    assert_eq!(bench.post(&bench.app(RESET), &path, &json!({ "newPassword": "Zx7-kq2Lw9" })).status(), 403);
}

#[test]
fn a_given_password_is_accepted_and_succeeds_later() {
    let bench = quick();
    let admin = bench.delegated(&bench.description.samples.helpdesk_admin, RESET);
    let user = bench.description.samples.user.clone();
    let reply = reset(&bench, &admin, &user, &json!({ "newPassword": "Zx7-kq2Lw9" }));
    assert_eq!((reply.status(), reply.text()), (202, ""));
    assert!(reply.header("retry-after").unwrap().parse::<f64>().is_ok());
    let location = reply.header("location").unwrap();
    assert!(location.contains("?aadgdc=") && location.contains("&aadgsu="), "{location}");
    assert_eq!(course(&bench, &admin, location).last().unwrap(), "succeeded");
    let after = bench.person(&user);
    assert_eq!(after.credentials.password, "Zx7-kq2Lw9");
    assert!(after.credentials.must_change_password, "there is no parameter against it");
}

#[test]
fn an_operation_waits_runs_and_ends() {
    let bench = Bench::new();
    let admin = bench.delegated(&bench.description.samples.helpdesk_admin, RESET);
    let reply = reset(&bench, &admin, &bench.description.samples.user, &json!({ "newPassword": "Zx7-kq2Lw9" }));
    let location = reply.header("location").unwrap().to_owned();
    let age = |seconds: u64| {
        let mut tenant = bench.world.tenant_mut();
        let operation = tenant.password_operations.values_mut().next().unwrap();
        operation.started = operation.started.checked_sub(std::time::Duration::from_secs(seconds)).unwrap();
    };
    let status = || poll(&bench, &admin, &location).json()["status"].as_str().unwrap().to_owned();
    assert_eq!(status(), "notStarted");
    age(2);
    assert_eq!(status(), "running");
    age(4);
    assert_eq!(status(), "succeeded");
}

#[test]
fn the_service_makes_a_password_when_none_is_given() {
    let bench = quick();
    let admin = bench.delegated(&bench.description.samples.global_admin, RESET);
    let user = bench.description.samples.user.clone();
    let reply = reset(&bench, &admin, &user, &json!({}));
    let password = reply.json()["newPassword"].as_str().unwrap().to_owned();
    assert_eq!(reply.status(), 202);
    assert_eq!(bench.person(&user).credentials.password, password);
    let again = reset(&bench, &admin, &user, &json!({})).json()["newPassword"].clone();
    assert_ne!(again, password, "each call makes a new one");
    let synced = reset(&bench, &admin, &bench.description.samples.synced, &json!({}));
    assert_eq!(synced.refusal().0, 400, "written back on-premises, it must be given");
    let given = reset(&bench, &admin, &bench.description.samples.synced, &json!({ "newPassword": "Zx7-kq2Lw9" }));
    assert_eq!(given.status(), 202);
}

#[test]
fn an_unsuitable_password_is_accepted_and_fails_later() {
    let bench = quick();
    let admin = bench.delegated(&bench.description.samples.global_admin, RESET);
    let user = bench.description.samples.user.clone();
    let before = bench.person(&user).credentials.password;
    let reply = reset(&bench, &admin, &user, &json!({ "newPassword": "Password1" }));
    assert_eq!(reply.status(), 202);
    let location = reply.header("location").unwrap();
    assert_eq!(course(&bench, &admin, location).last().unwrap(), "failed");
    assert!(poll(&bench, &admin, location).json()["statusDetail"].is_string());
    assert_eq!(bench.person(&user).credentials.password, before);
}

#[test]
fn who_may_not_reset() {
    let bench = quick();
    let samples = &bench.description.samples;
    let body = json!({ "newPassword": "Zx7-kq2Lw9" });
    let by = |caller: &Caller, target: &str| reset(&bench, caller, target, &body).status();
    assert_eq!(by(&bench.app(RESET), &samples.user), 403, "no app may");
    let admin = bench.delegated(&samples.global_admin, RESET);
    assert_eq!(by(&admin, &samples.global_admin), 403, "nobody resets their own");
    assert_eq!(by(&admin, &samples.federated), 400);
    assert_eq!(by(&bench.delegated(&samples.helpdesk_admin, RESET), &samples.user_admin), 403);
    assert_eq!(by(&bench.delegated(&samples.helpdesk_admin, &["User.ReadWrite.All"]), &samples.user), 403);
    let person = bench.ordinary().id;
    let other = format!("/users/{person}/authentication/methods/{person}/resetPassword");
    assert_eq!(bench.post(&admin, &other, &body).refusal().0, 404);
    let reply = reset(&bench, &admin, &samples.user, &json!({ "password": "x" }));
    assert_eq!(reply.refusal().0, 400);
}

#[test]
fn the_address_of_an_operation_is_used_as_it_is() {
    let bench = quick();
    let admin = bench.delegated(&bench.description.samples.global_admin, RESET);
    let reply = reset(&bench, &admin, &bench.description.samples.user, &json!({}));
    let location = reply.header("location").unwrap();
    let (path, _) = location.split_once('?').unwrap();
    assert_eq!(poll(&bench, &admin, path).refusal().0, 404, "the query finds the place");
    let other = path
        .replace(&bench.ordinary().id.to_string(), &bench.person(&bench.description.samples.mailbox).id.to_string());
    assert_eq!(poll(&bench, &admin, &location.replace(path, &other)).refusal().0, 404);
    let app = bench.app(&["UserAuthenticationMethod.Read.All"]);
    assert_eq!(poll(&bench, &app, location).refusal().0, 403);
}
