//! Answers that were lost, and what may be said of the writes that they belonged to.

use std::time::Duration;

use m365_access::{Operation, job::Next, simulator::Options};
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

/// Exchange Online takes a few at a time: whoever stops does not wait for the whole queue.
#[test]
fn a_run_that_is_stopped_sends_no_more_writes_to_exchange() {
    let tenant = Tenant::with(Options { time_scale: 60.0, latency_milliseconds: 30, ..Options::default() });
    let people: Vec<String> = {
        let world = tenant.simulator.world().tenant();
        world.users.iter().filter(|user| user.mailbox.is_some()).map(|user| user.id.to_string()).collect()
    };
    assert!(people.len() > 100);
    let request = json!({ "user": people, "maximumUsers": 1000, "maximumPercent": 100, "allowPrivileged": true });
    let session = tenant.session();
    let job = session.start(Operation::DisableMailboxAccess, &request.to_string()).unwrap();
    let closed = || {
        let world = tenant.simulator.world().tenant();
        world
            .users
            .iter()
            .any(|user| user.mailbox.as_ref().is_some_and(|mailbox| !mailbox.latest().mac_outlook_enabled))
    };
    let (mut records, mut end) = (Vec::new(), Value::Null);
    loop {
        if closed() {
            job.cancel();
        }
        let event: Value = match job.next(Duration::from_millis(10), usize::MAX) {
            Next::Event(event) => serde_json::from_str(&event).unwrap(),
            Next::Pending => continue,
            _ => break,
        };
        match event["kind"].as_str() {
            Some("records") => records.extend(event["records"].as_array().unwrap().iter().cloned()),
            Some("end") => end = event,
            _ => {}
        }
    }
    assert_eq!(end["state"], "cancelled", "{end:#}");
    assert!(!records.iter().any(|record| record["outcome"] == "Unknown"), "{records:#?}");
    // Those that were on their way.
    let traffic = tenant.simulator.world().traffic.take();
    let written = traffic.iter().filter(|asked| asked.body.contains("Set-CASMailbox")).count();
    assert!(written < 20, "{written} mailboxes were written to");
    let verified = records.iter().filter(|record| record["outcome"] == "Verified").count();
    assert_eq!(verified, written, "what was written was read back");
}
