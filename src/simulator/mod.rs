//! A simulated tenant on loopback: it speaks the services' protocols, keeps state, enforces permissions, quotas and
//! documented oddities, and refuses what the services refuse.
//!
//! It is a product of its own: other programs may be run against it (`m365-simulator`, `Start-M365Simulator`), and the
//! library itself signs in to it with `Connect-M365 -Simulated`. It knows nothing of the engine.

mod certificate;
pub mod clock;
pub mod exchange;
pub mod fault;
pub mod graph;
mod line;
pub mod method;
mod outgoing;
pub mod permission;
pub mod population;
pub mod quota;
pub mod role;
mod server;
pub mod sign_in;
pub mod tenant;
pub mod traffic;
pub mod wire;
pub mod world;

use std::{path::PathBuf, sync::Arc};

use self::{
    certificate::Authority,
    fault::{Faults, plan::Plan},
    server::{Bound, Server},
    world::World,
};
use crate::{say, sentence::Sentence};

/// What a simulated tenant is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// People in the tenant, 10 to 200,000.
    pub users: u32,
    /// The same seed gives the same people, ids and secrets. Every tenth (9, 19, 29, ...) gives a tenant of two Global
    /// Administrators one of whom is blocked, so that the other is the last who can sign in.
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
    /// Holds calls for authentication methods to 5 in 10 seconds. The page of limits counts `authenticationMethod` to the
    /// reports; whether it means these calls is not certain.
    pub method_quota: bool,
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
            method_quota: true,
        }
    }
}

impl Options {
    /// The fewest and the most people of a tenant.
    pub const USERS: std::ops::RangeInclusive<u32> = 10..=200_000;
    /// The slowest and the fastest time scale.
    pub const TIME_SCALE: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;
    /// The longest latency, in milliseconds.
    pub const LONGEST_LATENCY: u64 = 600_000;
    /// The longest time until a write is seen, in milliseconds.
    pub const LONGEST_REPLICATION: u64 = 600_000;

    fn check(&self) -> Result<(), StartError> {
        if !Self::USERS.contains(&self.users) {
            return Err(StartError::Option(say!(
                "simulator_users",
                "a simulated tenant has {least} to {most} people, not {users}",
                least = Self::USERS.start(),
                most = Self::USERS.end(),
                users = self.users
            )));
        }
        if !Self::TIME_SCALE.contains(&self.time_scale) {
            return Err(StartError::Option(say!(
                "simulator_time_scale",
                "the time scale of a simulated tenant is a number from {least} to {most}, not {scale}",
                least = Self::TIME_SCALE.start(),
                most = Self::TIME_SCALE.end(),
                scale = self.time_scale
            )));
        }
        if self.latency_milliseconds > Self::LONGEST_LATENCY {
            return Err(StartError::Option(say!(
                "simulator_latency",
                "the latency of a simulated tenant is at most {most} milliseconds, not {latency}",
                most = Self::LONGEST_LATENCY,
                latency = self.latency_milliseconds
            )));
        }
        if self.replication_milliseconds > Self::LONGEST_REPLICATION {
            return Err(StartError::Option(say!(
                "simulator_replication",
                "writes to a simulated tenant are seen after {most} milliseconds at most, not {replication}",
                most = Self::LONGEST_REPLICATION,
                replication = self.replication_milliseconds
            )));
        }
        Ok(())
    }
}

/// Why a simulated tenant did not start.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StartError {
    /// An option's value, or the file that it names, is wrong.
    #[error("{0}")]
    Option(Sentence),
    /// The system refuses: the port is taken, there is no thread, no file can be written.
    #[error("{0}")]
    System(Sentence),
}

/// A simulated tenant that is being served. Dropped, it ends.
#[derive(Debug)]
pub struct Simulator {
    description: Description,
    world: Arc<World>,
    server: Server,
    /// With https: the authority's file, which lives as long as the server.
    authority: Option<Authority>,
}

impl Simulator {
    /// Where it is, and what may be tried on it.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Its state.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Ends it: when this returns, its port is free and its files are gone.
    pub async fn stop(self) {
        self.server.stop().await;
        drop(self.authority);
    }
}

/// Makes a tenant and serves it on 127.0.0.1, on the runtime of the caller.
///
/// # Errors
/// [`StartError`]: values out of range, a faulty plan of faults, a port that is taken.
pub async fn start(options: Options) -> Result<Simulator, StartError> {
    options.check()?;
    let plan = options.fault_path.as_deref().map(Plan::read).transpose().map_err(StartError::Option)?;
    let faults = Faults::new(plan.unwrap_or_default());
    let bound = Bound::new(options.port).await.map_err(|error| {
        StartError::System(say!(
            "simulator_port",
            "the simulated tenant cannot have port {port} on 127.0.0.1: {reason}",
            port = options.port,
            reason = error
        ))
    })?;
    let certified = options.https.then(certificate::certify).transpose().map_err(|error| {
        StartError::System(say!(
            "simulator_certificate",
            "the simulated tenant has no certificate for https: {reason}",
            reason = error
        ))
    })?;
    let (authority, tls) = certified.unzip();
    let scheme = if options.https { "https" } else { "http" };
    let base = format!("{scheme}://127.0.0.1:{}", bound.port);

    let populating = {
        let options = options.clone();
        tokio::task::spawn_blocking(move || population::populate(&options))
    };
    let population::Population { tenant, mut description } = populating.await.map_err(|error| {
        StartError::System(say!(
            "simulator_population",
            "the simulated tenant could not be filled with people: {reason}",
            reason = error
        ))
    })?;
    description.graph_endpoint.clone_from(&base);
    description.login_endpoint.clone_from(&base);
    description.exchange_endpoint.clone_from(&base);
    description.ca_certificate_path = authority.as_ref().map(|authority| authority.path().display().to_string());

    let world = Arc::new(World::new(options, base, faults, tenant));
    let server = bound.serve(Arc::clone(&world), tls);
    Ok(Simulator { description, world, server, authority })
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
