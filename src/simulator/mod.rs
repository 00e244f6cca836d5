//! A simulated tenant on loopback: it speaks the services' protocols, keeps state, enforces permissions, quotas and
//! documented oddities, and refuses what the services refuse.
//!
//! It is a product of its own: other programs may be run against it (`m365-simulator`, `Start-M365Simulator`), and the
//! library itself signs in to it with `Connect-M365 -Simulated`. It knows nothing of the engine.

pub mod clock;
pub mod fault;
pub mod graph;
pub mod quota;
pub mod sign_in;
pub mod tenant;
pub mod wire;
pub mod world;

use std::path::PathBuf;

/// What a simulated tenant is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// People in the tenant, 10 to 200,000.
    pub users: u32,
    /// The same seed gives the same people, ids and secrets.
    pub seed: u64,
    /// Added to every answer.
    pub latency_milliseconds: u64,
    /// Every duration of the service (quota windows, token lifetimes, `Retry-After`, replication delay, polling
    /// intervals) is divided by this; 1 is the service's own pace.
    pub time_scale: f64,
    /// Serve https with a certificate of an authority made at start.
    pub https: bool,
    /// A plan of faults to play.
    pub fault_path: Option<PathBuf>,
    /// How long a write takes to be seen by reads (before scaling); reads through the eventual index lag twice as long.
    pub replication_milliseconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            users: 200,
            seed: 1,
            latency_milliseconds: 0,
            time_scale: 1.0,
            https: false,
            fault_path: None,
            replication_milliseconds: 50,
        }
    }
}

/// How a simulated tenant describes itself: the same names as object properties, in the binary's JSON line and in
/// records.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are explained in the help of Start-M365Simulator")]
pub struct Description {
    pub graph_endpoint: String,
    pub login_endpoint: String,
    pub exchange_endpoint: String,
    pub tenant_id: String,
    pub tenant_domain: String,
    pub client_id: String,
    pub client_secret: String,
    pub weak_client_id: String,
    pub weak_client_secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_certificate_path: Option<String>,
    pub admin_password: String,
    pub samples: Samples,
}

/// A user principal name for each kind of person that tests and demonstrations need.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are explained in the help of Start-M365Simulator")]
pub struct Samples {
    pub user: String,
    pub mailbox: String,
    pub guest: String,
    pub synced: String,
    pub federated: String,
    pub global_admin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_global_admin: Option<String>,
    pub user_admin: String,
    pub helpdesk_admin: String,
    pub eligible_admin: String,
    pub disabled: String,
    pub mfa_enabled: String,
    pub mfa_enforced: String,
    pub many_methods: String,
    pub apostrophe: String,
    pub no_mailbox: String,
}
