//! Jobs that are at work while other threads read, cancel and close them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Barrier},
    thread,
};

use serde_json::{Value, json};

use crate::library::{DONE, HANDLE, OK, PENDING, loaded, settings};

/// Settings of a simulated tenant that answers no request before the test is over.
fn standstill() -> String {
    settings(json!({ "simulated": true, "simulatedUsers": 10, "latencyMilliseconds": 600_000 }))
}

#[test]
fn each_event_goes_to_exactly_one_of_two_threads() {
    let library = loaded();
    let session = library.session(&settings(json!({ "simulated": true, "simulatedUsers": 2000 })));
    let job = library.start("get_user", session, r#"{"all":true}"#);
    let barrier = Arc::new(Barrier::new(2));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                barrier.wait();
                let mut buffer = vec![0; 4096];
                std::iter::from_fn(|| library.event(job, &mut buffer)).collect::<Vec<Value>>()
            })
        })
        .collect();
    let events: Vec<Value> =
        readers.into_iter().flat_map(|reader| reader.join().expect("it reads to the end")).collect();
    let ends: Vec<&Value> = events.iter().filter(|event| event["kind"] == "end").collect();
    assert_eq!(ends.len(), 1, "one of them sees the end");
    assert_eq!(ends[0]["state"], "completed", "{}", ends[0]);
    let people: Vec<&str> = events
        .iter()
        .filter_map(|event| event["records"].as_array())
        .flatten()
        .filter_map(|record| record["userId"].as_str())
        .collect();
    assert_eq!(people.iter().collect::<BTreeSet<_>>().len(), people.len(), "nobody is seen twice");
    assert_eq!(people.len(), 2000, "and nobody is lost");
    library.close(session);
}

#[test]
fn closing_a_job_or_its_session_wakes_those_who_wait_for_it() {
    let library = loaded();
    for what in ["job", "session"] {
        let session = library.session(&standstill());
        let job = library.start("get_connection", session, "{}");
        let barrier = Arc::new(Barrier::new(4));
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                thread::spawn(move || {
                    barrier.wait();
                    library.next(job, u32::MAX, &mut [0; 4096])
                })
            })
            .collect();
        barrier.wait();
        // Until somebody certainly waits: this call waits, too.
        assert_eq!(library.next(job, 20, &mut [0; 4096]), (PENDING, 0));
        library.close(if what == "job" { job } else { session });
        for thread in waiting {
            let (status, length) = thread.join().expect("it comes back");
            assert!(status == DONE || status == HANDLE, "closing the {what}: status {status}");
            assert_eq!(length, 0);
        }
        assert_eq!(library.next(job, u32::MAX, &mut [0; 4096]), (HANDLE, 0));
        library.close(session);
    }
}

#[test]
fn cancelling_a_job_or_its_session_ends_it_in_good_order() {
    let library = loaded();
    for what in ["job", "session"] {
        let session = library.session(&standstill());
        let job = library.start("get_connection", session, "{}");
        assert_eq!(library.next(job, 0, &mut [0; 4096]), (PENDING, 0));
        library.cancel(if what == "job" { job } else { session });
        let events = library.events(job);
        let end = events.last().expect("there is an end");
        assert_eq!((&end["state"], &end["exitCode"]), (&json!("cancelled"), &json!(5)), "{what}: {end}");
        let (status, _) = library.try_start(library.starts[0].1, session, b"{}");
        assert_eq!(status, OK, "a session that was cancelled is still open");
        library.close(session);
    }
}

#[test]
fn a_job_whose_events_nobody_reads_is_closed_all_the_same() {
    let library = loaded();
    let session = library.session(&settings(json!({ "simulated": true, "simulatedUsers": 5000 })));
    let unread: Vec<u64> = (0..4).map(|_| library.start("get_user", session, r#"{"all":true}"#)).collect();
    // One event of each is there; the rest waits for a reader who never comes.
    for job in &unread {
        let (status, _) = library.next(*job, 60_000, &mut []);
        assert_ne!(status, PENDING);
    }
    library.close(unread[0]);
    library.close(session);
    for job in unread {
        assert_eq!(library.next(job, 0, &mut []), (HANDLE, 0));
    }
}
