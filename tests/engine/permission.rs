//! `Test-M365Permission` held against what happens when it is tried.

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use crate::{
    job::{Told, run},
    tenant::Tenant,
};

/// Operations on a person, each with what it asks for, in an order in which none makes the next one needless.
fn attempts(user: &str) -> Vec<(Operation, Value)> {
    vec![
        (Operation::GetUser, json!({ "user": user })),
        (Operation::GetMailboxAccess, json!({ "user": user })),
        (Operation::BlockUser, json!({ "user": user })),
        (Operation::UnblockUser, json!({ "user": user })),
        (Operation::RevokeSessions, json!({ "user": user })),
        (Operation::ResetPassword, json!({ "user": user })),
        (Operation::SetMfa, json!({ "user": user, "state": "Enforced" })),
        (Operation::ResetMfaMethod, json!({ "user": user })),
        (Operation::DisableMailboxAccess, json!({ "user": user })),
        (Operation::EnableMailboxAccess, json!({ "user": user })),
    ]
}

/// Whether somebody said no for want of a permission or a role; nothing if there was nothing to be said no to.
fn forbidden(told: &Told) -> Option<bool> {
    if told.error_code() == "forbidden" || told.errors.iter().any(|error| error["code"] == "forbidden") {
        return Some(true);
    }
    let outcomes = || told.records.iter().filter_map(|record| record["outcome"].as_str().map(|word| (word, record)));
    if outcomes().any(|(_, record)| record["code"] == "forbidden") {
        return Some(true);
    }
    // What was so already, or is refused by our own guard, does not show what the service would have said.
    (outcomes().count() == 0 || outcomes().all(|(word, _)| word == "Verified")).then_some(false)
}

#[test]
fn what_the_table_says_is_what_happens() {
    let mut compared = 0;
    for caller in ["app", "globalAdmin", "userAdmin", "helpdeskAdmin", "user"] {
        let tenant = Tenant::with(Options { time_scale: 60.0, method_quota: false, ..Options::default() });
        let samples = tenant.samples().clone();
        let session = match caller {
            "app" => tenant.session(),
            "globalAdmin" => tenant.session_as_with_exchange(&samples.global_admin),
            "userAdmin" => tenant.session_as_with_exchange(&samples.user_admin),
            "helpdeskAdmin" => tenant.session_as_with_exchange(&samples.helpdesk_admin),
            _ => tenant.session_as_with_exchange(&samples.user),
        };
        for target in [&samples.mailbox, &samples.helpdesk_admin, &samples.eligible_admin, &samples.user_admin] {
            for (operation, request) in attempts(target) {
                let question = json!({ "operation": [operation.cmdlet()], "user": target });
                let answer = run(&session, Operation::TestPermission, &question).records.remove(0);
                let told = run(&session, operation, &request);
                let Some(forbidden) = forbidden(&told) else { continue };
                compared += 1;
                assert_eq!(answer["allowed"], json!(!forbidden), "{caller}: {answer:#} {told:#?}");
                let missing = &answer["missingRole"];
                let named =
                    told.records.iter().find(|record| record["code"] == "forbidden").map(|said| &said["missingRole"]);
                assert!(named.is_none_or(|named| named == missing), "{caller}: {missing} {named:?} {told:#?}");
            }
        }
    }
    assert!(compared > 100, "{compared} were compared");
}

#[test]
fn short_forms_can_be_asked_about_by_their_own_names() {
    let tenant = Tenant::new();
    let names = json!(["Enable-M365Mfa", "disable-m365mfa", "Revoke-M365Session", "Set-M365Mfa"]);
    let told = run(&tenant.session(), Operation::TestPermission, &json!({ "operation": names }));
    let answered: Vec<_> = told.records.iter().map(|record| record["operation"].as_str().unwrap()).collect();
    assert_eq!(answered, ["Enable-M365Mfa", "Disable-M365Mfa", "Revoke-M365Session", "Set-M365Mfa"]);
}

#[test]
fn a_rehearsal_says_whom_the_callers_roles_do_not_reach() {
    let tenant = Tenant::new();
    let samples = tenant.samples().clone();
    let session = tenant.session_as(&samples.helpdesk_admin);
    let request = json!({ "user": [samples.user, samples.disabled], "whatIf": true });
    let told = run(&session, Operation::BlockUser, &request);
    let record = told.outcome(&samples.user, "SignIn");
    assert_eq!((&record["outcome"], &record["code"]), (&json!("Planned"), &json!("forbidden")), "{record:#}");
    assert_eq!((&record["missingRole"], told.exit_code()), (&json!("User Administrator"), 0));
    let blocked = told.outcome(&samples.disabled, "SignIn");
    assert_eq!((&blocked["outcome"], &blocked["code"]), (&json!("Planned"), &json!(null)), "nothing is to be done");
}
