//! How a session reaches its tenant: addresses, client, credential, tokens. Made at the first request; for a simulated
//! session that is also when its tenant begins to live.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{
    Service, Settings,
    endpoint::Endpoints,
    sign_in::{Asking, Brought, ClientSecret, Credential},
    simulated,
    token::{Token, Tokens},
};
use crate::{
    error::{Code, Error, Result},
    http::{Client, Pace},
    say,
    simulator::{Description, Simulator},
};

/// Everything between a request and its tenant.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) endpoints: Endpoints,
    client: Client,
    /// For Exchange Online, whose commands take their time.
    commands: Client,
    pub(super) credential: Credential,
    graph: Tokens,
    exchange: Tokens,
    /// The tenant itself, if it lives in this process.
    simulator: Option<Simulator>,
    pace: Pace,
}

impl Reach {
    /// Makes ready; nothing is sent yet.
    pub(super) async fn new(settings: &Settings, pace: Pace) -> Result<Self> {
        let client = Client::new(
            Duration::from_secs(settings.timeout().into()),
            &settings.proxy()?,
            settings.ca_certificate_path.as_deref(),
        )?;
        let commands = client.patient(Duration::from_secs(settings.command_timeout().into()))?;
        let (endpoints, credential, simulator) = if settings.simulated {
            let simulator = simulated::start_with(simulated::options(settings)).await?;
            let (endpoints, credential) = simulated::way_in(settings, simulator.description())?;
            (endpoints, credential, Some(simulator))
        } else {
            (Endpoints::of(settings)?, credential(settings)?, None)
        };
        Ok(Self {
            endpoints,
            client,
            commands,
            credential,
            graph: Tokens::default(),
            exchange: Tokens::default(),
            simulator,
            pace,
        })
    }

    /// The client for requests to a service.
    pub(super) fn client(&self, service: Service) -> &Client {
        match service {
            Service::Graph => &self.client,
            Service::Exchange => &self.commands,
        }
    }

    fn tokens(&self, service: Service) -> &Tokens {
        match service {
            Service::Graph => &self.graph,
            Service::Exchange => &self.exchange,
        }
    }

    fn asking(&self, service: Service) -> Asking<'_> {
        Asking {
            service,
            credential: &self.credential,
            endpoints: &self.endpoints,
            client: &self.client,
            pace: self.pace,
        }
    }

    /// A token that is good now.
    pub(super) async fn token(&self, service: Service) -> Result<Arc<Token>> {
        self.tokens(service).get(&self.asking(service)).await
    }

    /// Another token than the one that the service did not accept.
    pub(super) async fn another_token(
        &self,
        service: Service,
        refused: &Arc<Token>,
        claims: Option<&str>,
    ) -> Result<Arc<Token>> {
        self.tokens(service).replace(refused, claims, &self.asking(service)).await
    }

    /// A token goes to its own service and nowhere else, wherever the address comes from.
    pub(super) fn check_address(&self, service: Service, url: &Url) -> Result<()> {
        if url.origin() == self.endpoints.root(service).origin() {
            return Ok(());
        }
        Err(Error::new(
            Code::Decode,
            say!(
                "foreign_address",
                "{host} is not the service that this session signed in to; nothing was sent there",
                host = url.host_str().unwrap_or_default()
            ),
        ))
    }

    /// The simulated tenant of this session, as it describes itself.
    pub(super) fn simulator(&self) -> Option<&Description> {
        self.simulator.as_ref().map(Simulator::description)
    }
}

fn credential(settings: &Settings) -> Result<Credential> {
    if let Some(token) = &settings.access_token {
        return Ok(Credential::Brought(Brought::new(settings, token)?));
    }
    match (&settings.tenant_id, settings.client_id, &settings.client_secret) {
        (Some(tenant), Some(client_id), Some(secret)) => Ok(Credential::ClientSecret(ClientSecret {
            tenant: tenant.clone(),
            client_id: client_id.to_string(),
            secret: secret.clone(),
        })),
        _ => Err(Error::new(Code::NotConnected, say!("no_tenant", "this session has no tenant"))
            .advise(say!("connect_first", "connect to a tenant first, for example with Connect-M365"))),
    }
}
