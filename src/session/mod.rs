//! A session: one connection to one tenant.

mod claims;
mod document;
mod endpoint;
pub(crate) mod identity;
pub(crate) mod permission;
mod reach;
pub(crate) mod role;
mod send;
mod settings;
mod sign_in;
pub(crate) mod simulated;
mod simulators;
mod token;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use url::Url;

pub(crate) use document::{field_fault, parse};
pub use settings::{Environment, Settings};

pub(crate) use self::token::Token;
use self::{identity::Identity, reach::Reach, simulators::Simulators};
use crate::{
    error::{Code, Error, Result},
    http::{Budgets, Pace},
    say,
    simulator::Description,
};

/// One connection to one tenant: cloud, credential, tokens, quota budgets, guard settings.
#[derive(Debug)]
pub struct Session {
    shared: Arc<Connected>,
    cancel: CancellationToken,
}

/// What the operations of a session share.
#[derive(Debug)]
pub(crate) struct Connected {
    settings: Result<Settings>,
    pace: Pace,
    graph: Budgets,
    exchange: Budgets,
    reach: OnceCell<Reach>,
    identity: Mutex<Option<Arc<Identity>>>,
    simulators: Simulators,
}

/// The services that a session talks to; each has tokens of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Graph,
    Exchange,
}

impl Session {
    /// Opens a session with settings in JSON; nothing is sent. Faulty settings are reported by the first operation.
    pub fn open(settings: &str) -> Self {
        Self { shared: Arc::new(Connected::open(settings)), cancel: CancellationToken::new() }
    }

    /// What its operations share.
    pub(crate) fn shared(&self) -> &Arc<Connected> {
        &self.shared
    }

    /// Cancelled when the session is closed.
    pub(crate) fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Ends everything that this session does, and the simulated tenants that it started for others.
    pub fn close(&self) {
        self.cancel.cancel();
        self.shared.simulators.clear();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}

impl Connected {
    /// What a session is made of. Nothing is sent, and nothing is started.
    pub(crate) fn open(settings: &str) -> Self {
        let settings = parse(if settings.is_empty() { "{}" } else { settings }, "settings")
            .and_then(|settings: Settings| settings.check().map(|()| settings));
        let pace = settings.as_ref().map_or(Pace::REAL, |settings| Pace::new(settings.pace()));
        let graph = Budgets::new(pace);
        if let Ok(settings) = &settings
            && settings.simulated
        {
            graph.set_tenant_size(u64::from(simulated::options(settings).users));
        }
        Self {
            settings,
            pace,
            graph,
            exchange: Budgets::exchange(pace),
            reach: OnceCell::new(),
            identity: Mutex::default(),
            simulators: Simulators::default(),
        }
    }

    pub(crate) fn settings(&self) -> Result<&Settings> {
        self.settings.as_ref().map_err(Clone::clone)
    }

    /// The way to the tenant, made at first use; a failure is not kept, so the next operation tries again.
    async fn reach(&self) -> Result<&Reach> {
        let settings = self.settings()?;
        if !settings.has_tenant() {
            return Err(Error::new(Code::NotConnected, say!("no_tenant", "this session has no tenant"))
                .advise(say!("connect_first", "connect to a tenant first, for example with Connect-M365")));
        }
        self.reach.get_or_try_init(|| Reach::new(settings, self.pace)).await
    }

    /// The root of a service, with a slash at the end. A simulated tenant begins to live when it is first asked for.
    pub(crate) async fn root(&self, service: Service) -> Result<Url> {
        Ok(self.reach().await?.endpoints.root(service).clone())
    }

    /// The root of Graph.
    pub(crate) async fn graph_root(&self) -> Result<Url> {
        self.root(Service::Graph).await
    }

    /// The published quotas of Graph, shared by everything in this session.
    pub(crate) fn budgets(&self) -> &Budgets {
        &self.graph
    }

    /// How long until the next of those who wait for a quota or a pause of any service can go on.
    pub(crate) fn waiting(&self) -> Option<Duration> {
        let waits = [&self.graph, &self.exchange].into_iter().filter_map(Budgets::waiting);
        waits.max()
    }

    fn budget(&self, service: Service) -> &Budgets {
        match service {
            Service::Graph => &self.graph,
            Service::Exchange => &self.exchange,
        }
    }

    /// How many times faster than the services' own pace this tenant goes; 1 unless it is simulated in this process.
    pub(crate) fn time_scale(&self) -> f64 {
        self.pace.scale()
    }

    /// The token for a service, for those who want to know what it says of itself.
    pub(crate) async fn token(&self, service: Service) -> Result<Arc<Token>> {
        self.reach().await?.token(service).await
    }

    /// How this session signs in.
    pub(crate) async fn sign_in(&self) -> Result<SignIn<'_>> {
        let reach = self.reach().await?;
        Ok(SignIn {
            auth_type: reach.credential.auth_type(),
            is_person: reach.credential.is_person(),
            client_id: reach.credential.client_id(),
            simulator: reach.simulator(),
        })
    }

    /// Who we are, if that was read before.
    pub(crate) fn known_identity(&self) -> Option<Arc<Identity>> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps who we are.
    pub(crate) fn know_identity(&self, identity: Identity) -> Arc<Identity> {
        let identity = Arc::new(identity);
        *self.identity.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&identity));
        identity
    }

    /// The simulated tenants that this session started for others.
    pub(crate) fn simulators(&self) -> &Simulators {
        &self.simulators
    }
}

/// How a session signs in, as far as others may know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignIn<'a> {
    /// `ClientSecret`, `AccessToken`, `Simulated` (a person of a simulated tenant).
    pub(crate) auth_type: &'static str,
    /// Whether a person signs in; nothing if only the token could tell.
    pub(crate) is_person: Option<bool>,
    /// Client id of the app, where it is ours to know.
    pub(crate) client_id: Option<&'a str>,
    /// The tenant, if it lives in this process.
    pub(crate) simulator: Option<&'a Description>,
}

#[cfg(test)]
mod scripted;
#[cfg(test)]
mod tests;
