//! Several changes of a person in an order that leaves no gap; passwords that are written back; asking before.

use m365_access::Operation;
use serde_json::json;

use crate::{job::run, tenant::Tenant};

#[test]
fn a_person_who_has_left_is_out_in_the_right_order() {
    let tenant = Tenant::new();
    let user = tenant.samples().user.clone();
    let refresh = tenant.refresh_token(&user);
    let session = tenant.session();
    tenant.simulator.world().traffic.take();
    let told = run(&session, Operation::InvokeOffboarding, &json!({ "user": user, "reason": "left" }));
    for change in ["SignIn", "Password", "Sessions", "MailboxAccess"] {
        assert_eq!(told.word(&user, change), "Verified", "{told:#?}");
    }
    let summary = told.records.iter().find(|record| record.get("steps").is_some()).unwrap();
    assert_eq!((&summary["user"], &summary["outcome"]), (&json!(user), &json!("Verified")));
    assert_eq!(summary["steps"].as_array().unwrap().len(), 4);
    assert_eq!(summary["atOnce"], json!([]), "of mailbox protocols no page says when they hold");
    assert!(tenant.refresh(&refresh).is_err());
    let writes: Vec<String> = tenant
        .simulator
        .world()
        .traffic
        .take()
        .into_iter()
        .filter(|asked| asked.path.contains("/users/") && asked.method != "GET")
        .map(|asked| if asked.body.contains("accountEnabled") { "block".into() } else { asked.path })
        .collect();
    assert_eq!(writes[0], "block");
    assert!(writes.iter().position(|path| path.ends_with("/revokeSignInSessions")).unwrap() > 1, "{writes:?}");
}

#[test]
fn what_depends_on_a_failed_step_is_skipped_and_nothing_else() {
    let tenant = Tenant::new();
    let synced = tenant.samples().synced.clone();
    let told = run(&tenant.session(), Operation::InvokeOffboarding, &json!({ "user": synced }));
    assert_eq!((told.word(&synced, "SignIn"), told.word(&synced, "Password")), ("Verified", "Failed"), "{told:#?}");
    assert_eq!((told.word(&synced, "Sessions"), told.word(&synced, "MailboxAccess")), ("Verified", "Verified"));
    assert_eq!(told.exit_code(), 1);
}

#[test]
fn a_person_resets_a_synchronised_password_by_writeback() {
    let tenant = Tenant::new();
    let (admin, synced) = (tenant.samples().global_admin.clone(), tenant.samples().synced.clone());
    let old = tenant.simulator.description().admin_password.clone();
    let told =
        run(&tenant.session_as(&admin), Operation::ResetPassword, &json!({ "user": synced, "keepSessions": true }));
    assert_eq!(told.word(&synced, "Password"), "Verified", "{told:#?}");
    assert_eq!(told.outcome(&synced, "Password")["messageId"], "password_written_back");
    assert_eq!(tenant.sign_in(&synced, &old), Err(50126));
}

#[test]
fn an_unlocked_person_gets_in_with_the_new_password() {
    let tenant = Tenant::new();
    let user = tenant.samples().disabled.clone();
    let request = json!({ "user": user, "showPassword": true, "noChangeAtNextSignIn": true });
    let told = run(&tenant.session(), Operation::UnlockUser, &request);
    assert_eq!((told.word(&user, "Password"), told.word(&user, "SignIn")), ("Verified", "Verified"), "{told:#?}");
    let password = told.outcome(&user, "Password")["password"].as_str().unwrap();
    assert!(tenant.sign_in(&user, password).is_ok());
    assert!(told.notes.iter().any(|note| note["messageId"] == "smart_lockout"));
}

#[test]
fn helpdesk_may_reset_but_not_block_and_hears_it_before() {
    let tenant = Tenant::new();
    let (helpdesk, user) = (tenant.samples().helpdesk_admin.clone(), tenant.samples().user.clone());
    let session = tenant.session_as(&helpdesk);
    let request = json!({ "operation": ["Block-M365User", "Revoke-M365Sessions"], "user": user });
    let told = run(&session, Operation::TestPermission, &request);
    let [block, revoke] = told.records.as_slice() else { panic!("{told:#?}") };
    assert_eq!((&block["allowed"], &block["missingRole"]), (&json!(false), &json!("User Administrator")), "{block:#}");
    assert_eq!(revoke["allowed"], true, "{revoke:#}");
    // Leaving the mailbox out would not help: the block comes first.
    let request = json!({ "operation": ["Invoke-M365Offboarding"], "user": user });
    let told = run(&session, Operation::TestPermission, &request);
    let offboarding = &told.records[0];
    assert_eq!(offboarding["missingRole"], "User Administrator", "{offboarding:#}");
    assert_eq!(offboarding["adviceId"], "assign_role", "{offboarding:#}");
    let told = run(&session, Operation::BlockUser, &json!({ "user": user }));
    let refused = told.outcome(&user, "SignIn");
    assert_eq!((&refused["outcome"], &refused["code"]), (&json!("Failed"), &json!("forbidden")));
    assert_eq!((&refused["missingRole"], told.exit_code()), (&json!("User Administrator"), 4));
    assert!(tenant.enabled(&user));
}

#[test]
fn a_weak_app_is_told_what_it_lacks() {
    let tenant = Tenant::new();
    let about = tenant.simulator.description();
    let weak = json!({ "clientId": about.weak_client_id, "clientSecret": about.weak_client_secret });
    let told = run(&tenant.session_with(&weak), Operation::TestPermission, &json!({ "operation": ["block-m365user"] }));
    assert_eq!(told.records[0]["allowed"], false);
    assert!(told.records[0]["missingPermission"].is_string(), "{told:#?}");
    let told = run(&tenant.session_with(&weak), Operation::TestPermission, &json!({ "operation": ["Format-Disk"] }));
    assert_eq!(told.error_code(), "not_found");
}

#[test]
fn registered_methods_go_last_and_only_where_that_is_asked_for() {
    let tenant = Tenant::new();
    let user = tenant.samples().many_methods.clone();
    let request = json!({ "user": user, "resetMfaMethods": true, "skip": ["Mailbox"] });
    let told = run(&tenant.session(), Operation::InvokeOffboarding, &request);
    assert_eq!(told.word(&user, "MfaMethods"), "Verified", "{told:#?}");
    let skipped = json!({ "user": tenant.samples().user, "resetMfaMethods": true, "skip": ["Mailbox", "MfaMethods"] });
    let told = run(&tenant.session(), Operation::InvokeOffboarding, &skipped);
    assert!(told.records.iter().all(|record| record["change"] != "MfaMethods"), "{told:#?}");
}

#[test]
fn without_a_way_to_exchange_nothing_is_begun_and_the_mailbox_can_be_left_out() {
    let tenant = Tenant::new();
    let (admin, user) = (tenant.samples().global_admin.clone(), tenant.samples().mailbox.clone());
    // A token for Graph alone.
    let session = tenant.session_as(&admin);
    let told = run(&session, Operation::InvokeOffboarding, &json!({ "user": user }));
    let error = &told.end["error"];
    assert_eq!((told.exit_code(), error["adviceArguments"]["step"].as_str()), (4, Some("Mailbox")), "{:#}", told.end);
    assert!(error["advice"].as_str().unwrap().contains("-Skip Mailbox"), "{error:#}");
    assert!(tenant.enabled(&user) && told.records.is_empty(), "{told:#?}");
    let asked = json!({ "operation": ["Invoke-M365Offboarding"], "user": user });
    let told = run(&session, Operation::TestPermission, &asked);
    assert_eq!(told.records[0]["allowed"], false, "{told:#?}");
    assert!(told.records[0]["advice"].as_str().unwrap().contains("-Skip Mailbox"), "{told:#?}");
    let told = run(&session, Operation::InvokeOffboarding, &json!({ "user": user, "skip": ["Mailbox"] }));
    assert_eq!((told.word(&user, "SignIn"), told.exit_code()), ("Verified", 0), "{told:#?}");
}

#[test]
fn what_cannot_be_left_out_is_named_before_what_can() {
    let tenant = Tenant::new();
    let about = tenant.simulator.description();
    let weak = json!({ "clientId": about.weak_client_id, "clientSecret": about.weak_client_secret });
    let told = run(&tenant.session_with(&weak), Operation::InvokeOffboarding, &json!({ "user": about.samples.user }));
    assert_eq!(told.end["error"]["adviceId"], "grant_permission", "{:#}", told.end);
}
