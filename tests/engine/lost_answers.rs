//! Answers that were lost, and what may be said of the writes that they belonged to.

use m365_access::{Operation, simulator::Options};
use serde_json::{Value, json};

use crate::{job::run, tenant::Tenant};

fn faulty(rules: &Value) -> Tenant {
    Tenant::with_faults(Options { time_scale: 300.0, ..Options::default() }, &json!({ "rules": rules }))
}

/// The write is done, its answer is lost, and by the time that it is sent again somebody has taken the right away.
#[test]
fn a_refusal_of_the_second_sending_says_nothing_about_the_first() {
    let block = json!({ "method": "PATCH", "path": "/v1.0/users/*", "service": "graph" });
    let close = json!({ "service": "exchange", "body": "Set-CASMailbox" });
    for first in [json!({ "resetAfter": true }), json!({ "resetBefore": true })] {
        let done = first["resetAfter"] == true;
        let tenant = faulty(&json!([
            { "match": block, "times": 1, "fault": first }, { "match": block, "fault": { "status": 403 } },
            { "match": close, "times": 1, "fault": first }, { "match": close, "fault": { "status": 403 } },
        ]));
        let user = tenant.samples().mailbox.clone();
        let blocked = run(&tenant.session(), Operation::BlockUser, &json!({ "user": user, "keepSessions": true }));
        let closed = run(&tenant.session(), Operation::DisableMailboxAccess, &json!({ "user": user }));
        assert_eq!(tenant.enabled(&user), !done);
        for (told, change) in [(&blocked, "SignIn"), (&closed, "MailboxAccess")] {
            let record = told.outcome(&user, change);
            assert_eq!(record["outcome"], if done { "Verified" } else { "Unknown" }, "{record:#}");
            if !done {
                assert_eq!(record["code"], "answer_lost", "{record:#}");
                assert!(record["message"].as_str().unwrap().contains("refused"), "{record:#}");
            }
        }
    }
}
