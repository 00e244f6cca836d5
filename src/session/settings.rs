//! The settings of a session, as `m365_open` and `Connect-M365` give them.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

/// Everything that `m365_open` accepts. Keys are the parameters of `Connect-M365` in lowerCamelCase.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Sign in to a simulated tenant that lives in this session.
    pub simulated: bool,
    /// People in it, 10 to 200,000; default 200.
    pub simulated_users: Option<u32>,
    /// The same seed gives the same people; default 1.
    pub seed: Option<u64>,
    /// How many times faster than the services the simulated tenant's durations pass; default 60.
    pub time_scale: Option<f64>,
    /// Added to every answer of the simulated tenant.
    pub latency_milliseconds: Option<u64>,
    /// A plan of faults for the simulated tenant.
    pub fault_path: Option<PathBuf>,
    /// Who signs in to the simulated tenant: a user principal name, or `App`.
    #[serde(rename = "as")]
    pub sign_in_as: Option<String>,

    /// Tenant id or a verified domain.
    pub tenant_id: Option<String>,
    /// Client id of the app.
    pub client_id: Option<Uuid>,
    /// Secret of the app.
    pub client_secret: Option<SecretString>,
    /// An access token for Microsoft Graph that the caller already has.
    pub access_token: Option<SecretString>,
    /// An access token for Exchange Online that the caller already has.
    pub exchange_token: Option<SecretString>,

    /// The cloud; default `Global`.
    pub environment: Option<Environment>,
    /// Another Graph root than the cloud's; plain http only to loopback.
    pub graph_endpoint: Option<String>,
    /// Another sign-in root than the cloud's; plain http only to loopback.
    pub login_endpoint: Option<String>,
    /// Another Exchange root than the cloud's; plain http only to loopback.
    pub exchange_endpoint: Option<String>,
    /// A proxy, for example `http://proxy:8080`; default: what the system says. `none` uses no proxy.
    pub proxy: Option<String>,
    /// A PEM file with certificate authorities that are trusted beside the system's.
    pub ca_certificate_path: Option<PathBuf>,
    /// How long a request may take in all, in seconds, 1 to 600; default 100.
    pub timeout_seconds: Option<u32>,

    /// Emergency accounts by user principal name or object id: never touched.
    pub emergency_account: Vec<String>,
    /// Where the journal is; default `M365_ACCESS_JOURNAL`, then the user's state folder.
    pub journal_path: Option<PathBuf>,
}

/// The clouds of Microsoft 365.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub enum Environment {
    /// Worldwide, and GCC.
    #[default]
    Global,
    /// GCC High (L4).
    USGov,
    /// Department of Defense (L5).
    USGovDoD,
    /// China, operated by 21Vianet.
    China,
}
