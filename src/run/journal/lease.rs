//! Who is at a run: one owner at a time, for as long as it shows that it lives.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

/// How long a run belongs to an owner that has given no sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease(pub(super) Duration);

impl Default for Lease {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

impl Lease {
    /// How often the owner gives a sign of life: three may fail before the run is taken for abandoned.
    pub(super) fn heartbeat(self) -> Duration {
        self.0 / 4
    }

    /// When a lease that begins or is renewed now ends.
    pub(super) fn end(self, now: Timestamp) -> Timestamp {
        now.checked_add(self.0).unwrap_or(Timestamp::MAX)
    }
}

/// One holder of one run.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// By chance, so that a process that comes back under the same number is not taken for this one.
    pub(super) token: String,
    pub(super) host: String,
    pub(super) pid: u32,
}

impl Owner {
    pub(super) fn new() -> Self {
        Self { token: Uuid::new_v4().to_string(), host: host(), pid: std::process::id() }
    }
}

/// The machine's name, for people who look for the process; empty where it cannot be learned.
fn host() -> String {
    let named = || std::env::var(if cfg!(windows) { "COMPUTERNAME" } else { "HOSTNAME" }).ok();
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(named)
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}
