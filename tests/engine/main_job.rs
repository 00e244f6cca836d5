//! Block, read back, revoke, reset: the loop that everything else stands on.

use m365_access::Operation;
use serde_json::json;

use crate::{
    job::{run, run_answering},
    tenant::Tenant,
};

#[test]
fn a_blocked_person_is_out() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let refresh = tenant.refresh_token(&user);
    let password = tenant.simulator.description().admin_password.clone();
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "reason": "T-1" }));
    assert_eq!((told.word(&user, "SignIn"), told.word(&user, "Sessions")), ("Verified", "Verified"), "{told:#?}");
    let block = told.outcome(&user, "SignIn");
    assert_eq!(
        (&block["before"], &block["wanted"], &block["after"]),
        (&json!("Allowed"), &json!("Blocked"), &json!("Blocked"))
    );
    assert!(block["effectiveBy"].as_str().unwrap() > block["at"].as_str().unwrap());
    assert_eq!((told.exit_code(), told.end["outcome"].as_str()), (0, Some("Verified")));
    assert!(!tenant.enabled(&user));
    assert_eq!(tenant.sign_in(&user, &password), Err(50057));
    assert!(tenant.refresh(&refresh).is_err());

    let again = run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "keepSessions": true }));
    assert_eq!(again.word(&user, "SignIn"), "Unchanged");

    let back = run(&tenant.session(), Operation::UnblockUser, &json!({ "user": user }));
    assert_eq!(back.word(&user, "SignIn"), "Verified");
    assert!(tenant.sign_in(&user, &password).is_ok());
    // The session from before the block stays ended.
    assert!(tenant.refresh(&refresh).is_err());
}

#[test]
fn a_rehearsal_writes_nothing() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "whatIf": true }));
    assert_eq!((told.word(&user, "SignIn"), told.word(&user, "Sessions")), ("Planned", "Planned"));
    assert_eq!(told.exit_code(), 0);
    assert!(tenant.enabled(&user));
    let runs = run(&tenant.session(), Operation::GetRun, &json!({}));
    assert!(runs.records.is_empty());
}

#[test]
fn a_reset_password_is_the_callers_alone() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let old = tenant.simulator.description().admin_password.clone();
    let request = json!({ "user": user, "showPassword": true, "noChangeAtNextSignIn": true });
    let told = run(&tenant.session(), Operation::ResetPassword, &request);
    assert_eq!((told.word(&user, "Password"), told.word(&user, "Sessions")), ("Verified", "Verified"), "{told:#?}");
    let new = told.outcome(&user, "Password")["password"].as_str().unwrap().to_owned();
    assert_eq!(tenant.sign_in(&user, &old), Err(50126));
    assert!(tenant.sign_in(&user, &new).is_ok());

    let quiet = run(&tenant.session(), Operation::ResetPassword, &json!({ "user": user }));
    assert!(quiet.outcome(&user, "Password").get("password").is_none());
    assert!(!quiet.text.contains(&new));
    for entry in std::fs::read_dir(tenant.folder.path()).unwrap() {
        // The journal's own side files come and go.
        let Ok(bytes) = std::fs::read(entry.unwrap().path()) else { continue };
        assert!(!bytes.windows(new.len()).any(|part| part == new.as_bytes()), "the password is on disk");
    }
}

#[test]
fn what_a_run_did_stands_in_the_journal() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "reason": "INC0042" }));
    let runs = run(&tenant.session(), Operation::GetRun, &json!({ "changes": true }));
    let [entry] = runs.records.as_slice() else { panic!("{:#?}", runs.records) };
    assert_eq!(entry["runId"], told.end["runId"]);
    assert_eq!(
        (&entry["operation"], &entry["reason"], &entry["state"]),
        (&json!("Block-M365User"), &json!("INC0042"), &json!("Completed"))
    );
    assert_eq!((&entry["outcome"], &entry["exitCode"]), (&json!("Verified"), &json!(0)));
    assert_eq!(entry["changes"].as_array().unwrap().len(), 2);
}

#[test]
fn each_person_named_singly_is_asked_about() {
    let tenant = Tenant::new();
    let (yes, no) = (tenant.samples().user.clone(), tenant.samples().apostrophe.clone());
    let request = json!({ "user": [yes, no], "confirm": true });
    let told = run_answering(&tenant.session(), Operation::BlockUser, &request, |ask| {
        assert_eq!(ask["question"], "confirm");
        (ask["target"] == yes.as_str()).into()
    });
    assert_eq!(told.asks.len(), 2);
    assert_eq!((told.word(&yes, "SignIn"), told.word(&no, "SignIn")), ("Verified", "Skipped"));
    assert!(tenant.enabled(&no));
}

#[test]
fn guests_and_synchronised_people_are_told_apart() {
    let tenant = Tenant::new();
    let (guest, synced) = (tenant.samples().guest.clone(), tenant.samples().synced.clone());
    let told = run(&tenant.session(), Operation::BlockUser, &json!({ "user": [guest, synced] }));
    assert_eq!((told.word(&guest, "SignIn"), told.word(&synced, "SignIn")), ("Verified", "Verified"), "{told:#?}");
    assert_eq!(told.word(&guest, "Sessions"), "Accepted");
    assert_eq!(told.outcome(&guest, "Sessions")["messageId"], "guest_sessions");
    assert_eq!(told.outcome(&synced, "SignIn")["messageId"], "blocked_in_cloud_only");
    let reset = run(&tenant.session(), Operation::ResetPassword, &json!({ "user": synced }));
    assert_eq!((reset.word(&synced, "Password"), reset.word(&synced, "Sessions")), ("Failed", "Skipped"));
    assert_eq!(reset.outcome(&synced, "Password")["code"], "synchronized");
}

#[test]
fn one_person_takes_four_round_trips_in_this_order() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let session = tenant.session();
    run(&session, Operation::GetConnection, &json!({}));
    tenant.simulator.world().traffic.take();
    let told = run(&session, Operation::BlockUser, &json!({ "user": user }));
    assert_eq!(told.word(&user, "Sessions"), "Verified");
    let id = told.outcome(&user, "SignIn")["userId"].as_str().unwrap().to_owned();
    let asked: Vec<(String, String)> =
        tenant.simulator.world().traffic.take().into_iter().map(|asked| (asked.method, asked.path)).collect();
    let person = format!("/v1.0/users/{id}");
    let expected = [
        // Who it is and who the administrators are, in a group too, before anything is written.
        ("POST", "/v1.0/$batch".to_owned()),
        ("GET", format!("/v1.0/groups/{}/transitiveMembers", tenant.role_group())),
        ("PATCH", person.clone()),
        ("GET", person.clone()),
        ("POST", format!("{person}/revokeSignInSessions")),
        ("GET", person),
    ];
    assert_eq!(asked, expected.map(|(method, path)| (method.to_owned(), path)));
}
