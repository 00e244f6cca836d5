//! The built library, loaded and called as a stranger would.

use std::{
    env, fs,
    path::PathBuf,
    ptr,
    sync::{Once, OnceLock},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::tools::{
    binary::{functions, header},
    workspace,
};

pub(crate) const OK: i32 = 1;
pub(crate) const PENDING: i32 = 2;
pub(crate) const DONE: i32 = 3;
pub(crate) const GROW: i32 = 4;
pub(crate) const HANDLE: i32 = -1;
pub(crate) const ARGUMENT: i32 = -2;

/// Signature of every start function.
pub(crate) type Start = unsafe extern "C" fn(u64, *const u8, u32, *mut u64) -> i32;

/// The functions of the header, as loaded.
pub(crate) struct Library {
    pub(crate) abi_version: unsafe extern "C" fn() -> u32,
    pub(crate) open: unsafe extern "C" fn(*const u8, u32, *mut u64) -> i32,
    pub(crate) next: unsafe extern "C" fn(u64, u32, *mut u8, u32, *mut u32) -> i32,
    pub(crate) reply: unsafe extern "C" fn(u64, *const u8, u32) -> i32,
    pub(crate) cancel: unsafe extern "C" fn(u64),
    pub(crate) close: unsafe extern "C" fn(u64),
    /// All others: one for each operation.
    pub(crate) starts: Vec<(String, Start)>,
}

/// Where `cargo test` leaves the library: beside the test itself.
pub(crate) fn path() -> PathBuf {
    let mut folder = env::current_exe().expect("a test has a path");
    folder.pop();
    folder.join(format!("{}m365_access{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX))
}

/// Settings with a journal of this test run's own.
pub(crate) fn settings(mut settings: Value) -> String {
    static FRESH: Once = Once::new();
    let journal = workspace("boundary").join("journal.db");
    FRESH.call_once(|| {
        for suffix in ["", "-wal", "-shm"] {
            // Of an earlier run, or none.
            drop(fs::remove_file(format!("{}{suffix}", journal.display())));
        }
    });
    settings["journalPath"] = journal.to_str().into();
    settings.to_string()
}

/// Settings of a session that has no tenant.
pub(crate) fn alone() -> String {
    settings(serde_json::json!({}))
}

/// The library, loaded once.
pub(crate) fn loaded() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        // SAFETY: our own library; loading it runs no code of ours.
        let library = Box::leak(Box::new(unsafe { libloading::Library::new(path()) }.expect("it loads")));
        let special = ["abi_version", "open", "next", "reply", "cancel", "close"].map(|name| format!("m365_{name}"));
        let starts = functions(&header()).into_iter().filter(|name| !special.contains(name));
        Library {
            abi_version: symbol(library, "m365_abi_version"),
            open: symbol(library, "m365_open"),
            next: symbol(library, "m365_next"),
            reply: symbol(library, "m365_reply"),
            cancel: symbol(library, "m365_cancel"),
            close: symbol(library, "m365_close"),
            starts: starts.map(|name| (name.clone(), symbol(library, &name))).collect(),
        }
    })
}

fn symbol<T: Copy>(library: &libloading::Library, name: &str) -> T {
    // SAFETY: the types above are those of the header.
    *unsafe { library.get(name) }.unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl Library {
    /// Opens a session.
    pub(crate) fn session(&self, settings: &str) -> u64 {
        let (status, id) = self.try_open(settings.as_bytes());
        assert_eq!(status, OK, "{settings:.200}");
        id
    }

    pub(crate) fn try_open(&self, settings: &[u8]) -> (i32, u64) {
        let mut id = 0;
        // SAFETY: the range is readable and the id writable.
        let status = unsafe { (self.open)(settings.as_ptr(), length(settings), &raw mut id) };
        (status, id)
    }

    /// Starts an operation by the name of its function after `m365_`.
    pub(crate) fn start(&self, operation: &str, session: u64, request: &str) -> u64 {
        let name = format!("m365_{operation}");
        let (_, start) = self.starts.iter().find(|(known, _)| *known == name).expect("it is in the header");
        let (status, job) = self.try_start(*start, session, request.as_bytes());
        assert_eq!(status, OK, "{operation} {request:.200}");
        job
    }

    pub(crate) fn try_start(&self, start: Start, session: u64, request: &[u8]) -> (i32, u64) {
        let mut job = 0;
        // SAFETY: the range is readable and the id writable.
        let status = unsafe { start(session, request.as_ptr(), length(request), &raw mut job) };
        (status, job)
    }

    /// One call of `m365_next` with a buffer of this size, and what came back.
    pub(crate) fn next(&self, job: u64, wait: u32, buffer: &mut [u8]) -> (i32, usize) {
        let mut size = u32::MAX;
        let start = if buffer.is_empty() { ptr::null_mut() } else { buffer.as_mut_ptr() };
        // SAFETY: the buffer is writable for its length, and so is the size.
        let status = unsafe { (self.next)(job, wait, start, length(buffer), &raw mut size) };
        (status, usize::try_from(size).expect("it fits"))
    }

    pub(crate) fn reply(&self, job: u64, answer: &[u8]) -> i32 {
        // SAFETY: the range is readable.
        unsafe { (self.reply)(job, answer.as_ptr(), length(answer)) }
    }

    pub(crate) fn cancel(&self, handle: u64) {
        // SAFETY: it accepts any number.
        unsafe { (self.cancel)(handle) };
    }

    pub(crate) fn close(&self, handle: u64) {
        // SAFETY: it accepts any number.
        unsafe { (self.close)(handle) };
    }

    /// The next event of a job, or none after its end; a question is answered with yes.
    pub(crate) fn event(&self, job: u64, buffer: &mut Vec<u8>) -> Option<Value> {
        let patience = Instant::now() + Duration::from_secs(120);
        loop {
            match self.next(job, 1000, buffer) {
                (OK, size) => {
                    let event: Value = serde_json::from_slice(&buffer[..size]).expect("an event is JSON");
                    if event["kind"] == "ask" {
                        let answer = serde_json::json!({ "ask": event["ask"], "answer": true });
                        assert_eq!(self.reply(job, answer.to_string().as_bytes()), OK);
                    }
                    return Some(event);
                }
                (GROW, size) => buffer.resize(size, 0),
                (DONE, _) => return None,
                (PENDING, _) => assert!(Instant::now() < patience, "job {job} says nothing more"),
                (status, _) => panic!("job {job}: status {status}"),
            }
        }
    }

    /// All events of a job; the last one is its end.
    pub(crate) fn events(&self, job: u64) -> Vec<Value> {
        let mut buffer = vec![0; 4096];
        let events: Vec<Value> = std::iter::from_fn(|| self.event(job, &mut buffer)).collect();
        let ends = events.iter().filter(|event| event["kind"] == "end").count();
        assert_eq!(ends, 1, "`end` comes exactly once: {events:?}");
        assert_eq!(events.last().map(|event| &event["kind"]), Some(&Value::from("end")), "and last");
        events
    }

    /// Runs an operation to its end and gives its records and its end.
    pub(crate) fn run(&self, operation: &str, session: u64, request: &str) -> (Vec<Value>, Value) {
        let job = self.start(operation, session, request);
        let mut events = self.events(job);
        self.close(job);
        let end = events.pop().expect("there is an end");
        let records = events.iter().filter_map(|event| event["records"].as_array()).flatten().cloned().collect();
        (records, end)
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("it fits")
}
