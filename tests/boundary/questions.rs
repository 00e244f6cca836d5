//! Questions that a job asks, and what becomes of it with each kind of answer.

use serde_json::{Value, json};

use crate::library::{Library, OK, PENDING, loaded, settings};

/// A job that asks whether somebody may be blocked.
struct Asking {
    session: u64,
    job: u64,
    /// Number of the question.
    ask: Value,
    /// Whom it is about.
    user: Value,
}

fn asking(library: &Library) -> Asking {
    let session = library.session(&settings(json!({ "simulated": true, "simulatedUsers": 20 })));
    let (connection, _) = library.run("get_connection", session, "{}");
    let user = connection[0]["simulator"]["samples"]["user"].clone();
    let job = library.start("block_user", session, &json!({ "user": [user], "confirm": true }).to_string());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (status, size) = library.next(job, 60_000, &mut buffer);
        assert_eq!(status, OK, "it asks before it ends");
        let event: Value = serde_json::from_slice(&buffer[..size]).expect("an event is JSON");
        if event["kind"] == "ask" {
            assert_eq!((&event["question"], &event["count"]), (&json!("confirm"), &json!(1)));
            let target = event["target"].as_str().unwrap_or_default();
            assert!(target.contains(user.as_str().unwrap_or("?")), "it says whom: {event}");
            return Asking { session, job, ask: event["ask"].clone(), user };
        }
        assert_ne!(event["kind"], "records", "nothing is done before the answer");
    }
}

/// Outcomes of the job's changes, and its end.
fn rest(library: &Library, job: u64) -> (Vec<Value>, Value) {
    let mut events = library.events(job);
    let end = events.pop().expect("there is an end");
    let records = events.iter().filter_map(|event| event["records"].as_array()).flatten();
    (records.map(|record| record["outcome"].clone()).collect(), end)
}

#[test]
fn yes_goes_on() {
    let library = loaded();
    let Asking { session, job, ask, .. } = asking(library);
    let answer = json!({ "ask": ask, "answer": true }).to_string();
    assert_eq!(library.reply(job, answer.as_bytes()), OK);
    let (outcomes, end) = rest(library, job);
    assert_eq!((outcomes, &end["exitCode"]), (vec![json!("Verified"), json!("Verified")], &json!(0)), "{end}");
    library.close(session);
}

#[test]
fn no_changes_nothing() {
    let library = loaded();
    let Asking { session, job, ask, user } = asking(library);
    let answer = json!({ "ask": ask, "answer": false }).to_string();
    assert_eq!(library.reply(job, answer.as_bytes()), OK);
    let (outcomes, end) = rest(library, job);
    assert!(!outcomes.contains(&json!("Verified")), "{outcomes:?} {end}");
    let (people, _) = library.run("get_user", session, &json!({ "user": [user] }).to_string());
    assert_eq!(people[0]["signIn"], "Allowed");
    library.close(session);
}

#[test]
fn an_answer_to_another_question_is_not_an_answer() {
    let library = loaded();
    let Asking { session, job, ask, .. } = asking(library);
    for other in [0, 7, u64::MAX] {
        let answer = json!({ "ask": other, "answer": true }).to_string();
        assert_eq!(library.reply(job, answer.as_bytes()), OK);
    }
    let mut buffer = vec![0; 64 * 1024];
    assert_eq!(library.next(job, 50, &mut buffer).0, PENDING, "it still waits");
    let answer = json!({ "ask": ask, "answer": true }).to_string();
    assert_eq!(library.reply(job, answer.as_bytes()), OK);
    assert_eq!(rest(library, job).1["exitCode"], 0);
    library.close(session);
}

#[test]
fn a_job_that_waits_for_an_answer_can_be_cancelled() {
    let library = loaded();
    let Asking { session, job, .. } = asking(library);
    library.cancel(job);
    let (outcomes, end) = rest(library, job);
    assert!(outcomes.is_empty() || !outcomes.contains(&json!("Verified")), "{outcomes:?}");
    assert_eq!((&end["state"], &end["exitCode"]), (&json!("cancelled"), &json!(5)), "{end}");
    library.close(session);
}
