//! Every export with everything that it must not be given. None of it may crash, hang, print, or harm what is well
//! formed; and whatever was let in must end with exactly one `end`.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use serde_json::{Value, json};

use crate::library::{self, ARGUMENT, DONE, GROW, HANDLE, OK, PENDING, alone, loaded, settings};

/// Far above what an error event needs, far below what a hostile request holds.
const REASONABLE: usize = 16 * 1024;

/// Numbers that are not, or no longer, the id of a session.
fn wrong_ids(session: u64) -> Vec<(&'static str, u64)> {
    let library = loaded();
    let closed = library.session(&alone());
    library.close(closed);
    vec![
        ("zero", 0),
        ("one", 1),
        ("the largest", u64::MAX),
        ("the largest signed", u64::MAX >> 1),
        ("closed", closed),
        ("not yet given", session + (1 << 40)),
        ("of another process", session ^ (1 << 48)),
    ]
}

/// As large as a request can be that somebody sends by mistake.
const HUGE: usize = 32 * 1024 * 1024;
/// Large enough for what every operation does alike.
const LARGE: usize = 1024 * 1024;

/// Documents that are JSON or nearly so, and no request that anyone should send; some of so many bytes.
fn hostile_documents(size: usize) -> Vec<(&'static str, String)> {
    vec![
        ("nothing but space", " ".repeat(64)),
        ("null", "null".into()),
        ("a number", "1e400".into()),
        ("a text", "\"{}\"".into()),
        ("a list", "[]".into()),
        ("cut off", "{\"user\":[\"a\"".into()),
        ("two documents", "{} {}".into()),
        ("a raw NUL", "{\"user\":[\"a\0b\"]}".into()),
        ("an escaped NUL in a key", "{\"us\\u0000er\":1}".into()),
        ("half a surrogate", "{\"user\":[\"\\ud800\"]}".into()),
        ("a comment", "{/* who */}".into()),
        ("a byte order mark", "\u{feff}{}".into()),
        ("an unknown key", "{\"nobodyKnowsThis\":1}".into()),
        ("the same key twice", "{\"unknown\":1,\"unknown\":2}".into()),
        ("keys in another case", "{\"USER\":[\"a\"],\"User\":[\"b\"]}".into()),
        ("deep lists", "[".repeat(100_000)),
        ("deep objects in a key", format!("{{\"user\":{}", "{\"user\":".repeat(100_000))),
        ("a huge key", format!("{{\"{}\":1}}", "k".repeat(size))),
        ("a huge text instead of a list", format!("{{\"except\":\"{}\"}}", "u".repeat(size))),
        ("a huge text where a number belongs", format!("{{\"seed\":\"{}\"}}", "u".repeat(size))),
        ("a huge document of space", " ".repeat(size)),
        ("a huge list of nothing", format!("{{\"except\":[{}0]}}", "0,".repeat(size / 2))),
    ]
}

#[test]
fn the_number_of_the_boundary_is_that_of_the_header() {
    // SAFETY: it takes nothing.
    let number = unsafe { (loaded().abi_version)() };
    assert_eq!(number, m365_access::abi::version::M365_ABI_VERSION);
}

#[test]
fn every_start_function_refuses_ids_that_are_not_a_session() {
    let library = loaded();
    let session = library.session(&alone());
    let job = library.start("get_connection", session, "{}");
    let mut ids = wrong_ids(session);
    ids.push(("a job", job));
    for (name, start) in &library.starts {
        for (what, id) in &ids {
            let (status, job) = library.try_start(*start, *id, b"{}");
            assert_eq!((status, job), (HANDLE, 0), "{name} with an id that is {what}");
        }
    }
    library.close(session);
}

#[test]
fn next_and_reply_refuse_ids_that_are_not_a_job() {
    let library = loaded();
    let session = library.session(&alone());
    let job = library.start("get_connection", session, "{}");
    library.close(job);
    let mut ids = wrong_ids(session);
    ids.extend([("a session", session), ("a closed job", job)]);
    for (what, id) in ids {
        let mut buffer = [0; 64];
        assert_eq!(library.next(id, 60_000, &mut buffer), (HANDLE, 0), "m365_next with an id that is {what}");
        assert_eq!(library.reply(id, b"{\"ask\":1,\"answer\":true}"), HANDLE, "m365_reply with an id that is {what}");
    }
    library.close(session);
}

#[test]
fn cancel_and_close_accept_any_number() {
    let library = loaded();
    let session = library.session(&alone());
    for (_, id) in wrong_ids(session) {
        library.cancel(id);
        library.close(id);
    }
    library.cancel(session);
    library.close(session);
    library.close(session);
    library.cancel(session);
}

#[test]
fn null_pointers_are_told() {
    let library = loaded();
    let session = library.session(&alone());
    let (null, nowhere) = (std::ptr::null::<u8>(), std::ptr::null_mut());
    let mut id = 0;
    // SAFETY: null is what the functions promise to refuse; everything else is readable or writable.
    unsafe {
        assert_eq!((library.open)(b"{}".as_ptr(), 2, nowhere), ARGUMENT);
        assert_eq!((library.open)(null, 7, &raw mut id), ARGUMENT);
        assert_eq!((library.open)(null, 0, &raw mut id), OK, "no text is the empty object");
        library.close(id);
        for (name, start) in &library.starts {
            id = 0;
            assert_eq!(start(session, b"{}".as_ptr(), 2, nowhere), ARGUMENT, "{name}");
            assert_eq!(start(session, null, u32::MAX, &raw mut id), ARGUMENT, "{name}");
            assert_eq!(id, 0, "{name} writes on success only");
            assert_eq!(start(session, null, 0, &raw mut id), OK, "{name}");
            library.close(id);
        }
        let job = library.start("get_connection", session, "{}");
        let mut size = 7;
        assert_eq!((library.next)(job, 0, nowhere.cast(), 0, std::ptr::null_mut()), ARGUMENT);
        assert_eq!((library.next)(job, 0, nowhere.cast(), 64, &raw mut size), ARGUMENT);
        assert_eq!(size, 0, "the length is always written");
        assert_eq!((library.reply)(job, null, 3), ARGUMENT);
        assert_eq!((library.reply)(job, null, 0), ARGUMENT, "no answer is not an answer");
        assert_eq!(library.events(job).len(), 1, "and the job is none the worse");
    }
    library.close(session);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let library = loaded();
    let session = library.session(&alone());
    let job = library.start("get_connection", session, "{}");
    for bytes in [&b"\xff"[..], b"{\"user\":[\"\xc3\x28\"]}", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"{}\xe2\x82"] {
        assert_eq!(library.try_open(bytes), (ARGUMENT, 0));
        assert_eq!(library.reply(job, bytes), ARGUMENT);
        for (name, start) in &library.starts {
            assert_eq!(library.try_start(*start, session, bytes), (ARGUMENT, 0), "{name}");
        }
    }
    library.close(session);
}

#[test]
fn hostile_requests_end_with_one_error_that_is_not_as_large_as_they_are() {
    let library = loaded();
    let session = library.session(&alone());
    for (what, document) in hostile_documents(LARGE) {
        for (name, start) in &library.starts {
            let (status, job) = library.try_start(*start, session, document.as_bytes());
            assert_eq!(status, OK, "{name}: {what}");
            refused_with_reason(library, job, &format!("{name}: {what}"));
        }
    }
    library.close(session);
}

#[test]
fn a_name_that_is_as_long_as_a_book_is_nobodys_and_is_not_read_out() {
    let library = loaded();
    let session = library.session(&alone());
    let request = format!("{{\"user\":\"{}@contoso.example\"}}", "u".repeat(HUGE));
    let job = library.start("get_user", session, &request);
    refused_with_reason(library, job, "a long name");
    library.close(session);
}

#[test]
fn hostile_settings_are_told_by_the_first_operation() {
    let library = loaded();
    for (what, document) in hostile_documents(HUGE) {
        let session = library.session(&document);
        let job = library.start("get_connection", session, "{}");
        refused_with_reason(library, job, what);
        library.close(session);
    }
}

/// Reads a job to its end. It must say in a few words what is wrong: with the request, or that there is no such person,
/// or that it takes a tenant.
fn refused_with_reason(library: &library::Library, job: u64, what: &str) {
    let events = library.events(job);
    library.close(job);
    let reasons: Vec<&Value> = events
        .iter()
        .flat_map(|event| [&event["code"], &event["error"]["code"]])
        .filter(|code| code.is_string())
        .collect();
    assert!(!reasons.is_empty(), "{what}: nothing is wrong?");
    for reason in reasons {
        let reason = reason.as_str().unwrap_or_default();
        assert!(["argument", "not_found", "not_connected"].contains(&reason), "{what}: {reason}");
    }
    for event in &events {
        assert!(event.to_string().len() < REASONABLE, "{what}: {event:.2000}");
    }
}

#[test]
fn hostile_answers_are_refused_and_the_job_is_unharmed() {
    let library = loaded();
    let session = library.session(&alone());
    let job = library.start("get_connection", session, "{}");
    for (what, document) in hostile_documents(HUGE) {
        assert_eq!(library.reply(job, document.as_bytes()), ARGUMENT, "{what}");
    }
    for faulty in
        ["{\"ask\":1}", "{\"answer\":true}", "{\"ask\":-1,\"answer\":true}", "{\"ask\":1,\"answer\":1,\"x\":1}"]
    {
        assert_eq!(library.reply(job, faulty.as_bytes()), ARGUMENT, "{faulty}");
    }
    assert_eq!(library.reply(job, b"{\"ask\":9,\"answer\":true}"), OK, "nobody asked: ignored");
    assert_eq!(library.events(job).len(), 1);
    assert_eq!(library.reply(job, b"{\"ask\":1,\"answer\":true}"), OK, "it is over: ignored");
    library.close(session);
}

#[test]
fn an_event_stays_until_the_buffer_is_large_enough() {
    let library = loaded();
    let session = library.session(&alone());
    let job = library.start("get_connection", session, "{}");
    let (status, size) = library.next(job, 60_000, &mut []);
    assert_eq!(status, GROW, "no buffer at all is a question for the size");
    for room in [0, 1, size - 1] {
        let mut buffer = vec![0xaa; room];
        assert_eq!(library.next(job, 0, &mut buffer), (GROW, size), "room for {room}");
        assert!(buffer.iter().all(|byte| *byte == 0xaa), "a buffer is written on success only");
    }
    let mut buffer = vec![0xaa; size + 8];
    assert_eq!(library.next(job, 0, &mut buffer), (OK, size));
    assert_eq!(buffer[size..], [0xaa; 8], "nothing is written behind the event");
    let event: Value = serde_json::from_slice(&buffer[..size]).expect("an event is JSON");
    assert_eq!(event["kind"], "end");
    library.close(session);
}

#[test]
fn a_job_that_ended_is_done_for_ever() {
    let library = loaded();
    let session = library.session(&alone());
    let job = library.start("get_connection", session, "{}");
    library.events(job);
    let mut buffer = [0; 64];
    for _ in 0..1000 {
        assert_eq!(library.next(job, 60_000, &mut buffer), (DONE, 0));
    }
    library.cancel(job);
    assert_eq!(library.next(job, 60_000, &mut buffer), (DONE, 0));
    library.close(job);
    assert_eq!(library.next(job, 60_000, &mut buffer), (HANDLE, 0));
    library.close(session);
}

#[test]
fn closing_a_session_closes_its_jobs_and_no_others() {
    let library = loaded();
    let (session, other) = (library.session(&alone()), library.session(&alone()));
    let jobs: Vec<u64> = (0..50).map(|_| library.start("get_connection", session, "{}")).collect();
    let stays = library.start("get_connection", other, "{}");
    library.close(session);
    for job in jobs {
        assert_eq!(library.next(job, 60_000, &mut [0; 64]), (HANDLE, 0));
    }
    assert_eq!(library.events(stays).len(), 1);
    library.close(other);
}

#[test]
fn a_hundred_thousand_sessions_come_and_go() {
    let library = loaded();
    let mut last = 0;
    for _ in 0..100_000 {
        let session = library.session("{}");
        assert!(session > last, "ids are never used twice");
        last = session;
        library.close(session);
    }
    let sessions: Vec<u64> = (0..100_000).map(|_| library.session("")).collect();
    for session in &sessions {
        library.close(*session);
    }
    assert_eq!(library.next(sessions[0], 0, &mut [0; 64]), (HANDLE, 0));
    still_works();
}

#[test]
fn many_threads_misuse_one_session_at_once() {
    let library = loaded();
    for _ in 0..50 {
        let session = library.session(&alone());
        let barrier = Arc::new(Barrier::new(4));
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let barrier = Arc::clone(&barrier);
                thread::spawn(move || {
                    barrier.wait();
                    for _ in 0..20 {
                        let mut job = 0;
                        let start = library.starts[0].1;
                        // SAFETY: the range is readable and the id writable.
                        let status = unsafe { start(session, b"{}".as_ptr(), 2, &raw mut job) };
                        assert!(status == OK || status == HANDLE, "{status}");
                        let (status, _) = library.next(job, 5, &mut [0; 4096]);
                        assert!([OK, PENDING, DONE, HANDLE].contains(&status), "{status}");
                        library.cancel(session);
                        library.close(job);
                    }
                    if number == 0 {
                        library.close(session);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no thread fails");
        }
        library.close(session);
    }
    still_works();
}

#[test]
fn unloading_does_not_take_the_code_from_under_its_threads() {
    let session = loaded().session(&alone());
    let job = loaded().start("get_connection", session, "{}");
    // SAFETY: our own library; loading and unloading it runs no code of ours.
    let again = unsafe { libloading::Library::new(library::path()) }.expect("it loads");
    again.close().expect("it can be closed");
    assert_eq!(loaded().events(job).len(), 1);
    loaded().close(session);
}

/// After all that the main job does its work.
fn still_works() {
    let library = loaded();
    let session = library.session(&settings(json!({ "simulated": true, "simulatedUsers": 20 })));
    let (connection, _) = library.run("get_connection", session, "{}");
    let user = &connection[0]["simulator"]["samples"]["user"];
    let (outcomes, end) = library.run("block_user", session, &json!({ "user": [user] }).to_string());
    let changes: Vec<_> = outcomes.iter().map(|outcome| (&outcome["change"], &outcome["outcome"])).collect();
    assert_eq!(changes, [(&json!("SignIn"), &json!("Verified")), (&json!("Sessions"), &json!("Verified"))], "{end}");
    library.close(session);
}
