//! What others do to a person while we are at it.

use std::time::Duration;

use m365_access::{
    Operation,
    job::Job,
    simulator::{Options, tenant::Tenant as World},
};
use serde_json::{Value, json};

use crate::{
    job::{Told, rest, run},
    tenant::Tenant,
};

/// A tenant whose answers to these requests are on their way for a while; what was asked has been done by then.
fn slow(requests: &Value) -> Tenant {
    let rule = json!({ "match": requests, "times": 1, "fault": { "slowMilliseconds": 1500 } });
    Tenant::with_faults(Options { time_scale: 60.0, ..Options::default() }, &json!({ "rules": [rule] }))
}

/// Waits until `so`, then does `what`, then listens to the end.
fn meanwhile(tenant: &Tenant, job: &Job, so: impl Fn(&World) -> bool, what: impl FnOnce(&mut World)) -> Told {
    while !so(&tenant.simulator.world().tenant()) {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    what(&mut tenant.simulator.world().tenant_mut());
    rest(job)
}

fn blocked(user: &str) -> impl Fn(&World) -> bool {
    move |world| !world.user(user).unwrap().profile.latest().account_enabled
}

#[test]
fn who_is_deleted_in_the_middle_is_not_offboarded() {
    let tenant = slow(&json!({ "method": "PATCH", "body": "accountEnabled" }));
    let user = tenant.samples().mailbox.clone();
    let session = tenant.session();
    let job = session.start(Operation::InvokeOffboarding, &json!({ "user": user }).to_string()).unwrap();
    let told = meanwhile(&tenant, &job, blocked(&user), |world| {
        let index = world.user_by_name.remove(&user.to_lowercase()).unwrap();
        let id = world.users[index].id;
        world.user_by_id.remove(&id);
    });
    let words = ["SignIn", "Password", "Sessions", "MailboxAccess"].map(|change| told.word(&user, change));
    assert_eq!(words, ["Unknown", "Failed", "Skipped", "Skipped"], "{told:#?}");
    assert_eq!(told.outcome(&user, "SignIn")["code"], "not_found");
    let summary = told.records.iter().find(|record| record["steps"].is_array()).unwrap();
    assert_eq!((&summary["outcome"], told.exit_code()), (&json!("Unknown"), 3), "{summary:#}");
}

#[test]
fn a_mailbox_that_is_removed_in_the_middle_was_not_closed() {
    let tenant = slow(&json!({ "service": "exchange", "body": "Set-CASMailbox" }));
    let user = tenant.samples().mailbox.clone();
    let session = tenant.session();
    let job = session.start(Operation::DisableMailboxAccess, &json!({ "user": user }).to_string()).unwrap();
    let closed = |world: &World| !world.user(&user).unwrap().mailbox.as_ref().unwrap().latest().pop_enabled;
    let told = meanwhile(&tenant, &job, closed, |world| world.user_mut(&user).unwrap().mailbox = None);
    let outcome = told.outcome(&user, "MailboxAccess");
    assert_eq!((&outcome["outcome"], &outcome["after"]), (&json!("Unknown"), &json!(null)), "{outcome:#}");
}

#[test]
fn who_is_let_in_again_in_the_middle_is_not_called_blocked() {
    let tenant = slow(&json!({ "method": "PATCH", "body": "accountEnabled" }));
    let user = tenant.samples().user.clone();
    let session = tenant.session();
    let job = session.start(Operation::BlockUser, &json!({ "user": user }).to_string()).unwrap();
    let told = meanwhile(&tenant, &job, blocked(&user), |world| {
        let profile = &mut world.user_mut(&user).unwrap().profile;
        let mut value = profile.latest().clone();
        value.account_enabled = true;
        profile.write(std::time::Instant::now(), Duration::ZERO, value);
    });
    let outcome = told.outcome(&user, "SignIn");
    assert_eq!((&outcome["outcome"], &outcome["after"]), (&json!("Unknown"), &json!("Allowed")), "{outcome:#}");
    assert_eq!(told.word(&user, "Sessions"), "Skipped", "sessions of somebody who can sign in again");
}

#[test]
fn a_reset_whose_end_cannot_be_learned_is_what_its_person_shows() {
    for fault in [json!({ "status": 404 }), json!({ "status": 500 }), json!({ "cutBody": true })] {
        let rule = json!({ "match": { "path": "/v1.0/users/*/authentication/operations/*" }, "fault": fault });
        let options = Options { time_scale: 300.0, ..Options::default() };
        let tenant = Tenant::with_faults(options, &json!({ "rules": [rule] }));
        let (administrator, user) = (tenant.samples().global_admin.clone(), tenant.samples().synced.clone());
        let session = tenant.session_as(&administrator);
        // The first one is given up by the directory on the premises, which nobody can see.
        let request = json!({ "user": user, "keepSessions": true, "password": "short" });
        let told = run(&session, Operation::ResetPassword, &request);
        let outcome = told.outcome(&user, "Password");
        assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("Unknown"), &json!("answer_lost")), "{outcome:#}");
        let told = run(&session, Operation::ResetPassword, &json!({ "user": user, "keepSessions": true }));
        assert_eq!(told.word(&user, "Password"), "Verified", "{told:#?}");
        assert_eq!(tenant.sign_in(&user, &tenant.simulator.description().admin_password), Err(50126));
    }
}
