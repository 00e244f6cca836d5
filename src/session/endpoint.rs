//! Where the services of a cloud are, and which addresses may stand in for them.
//!
//! learn.microsoft.com/graph/deployments

use url::Url;

use super::{Environment, Service, Settings};
use crate::{
    error::{Code, Error, Result},
    http, say,
};

/// The addresses of a session, each with a slash at the end, and the names by which tokens are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoints {
    pub(crate) graph: Url,
    pub(crate) login: Url,
    pub(crate) exchange: Url,
    cloud: Cloud,
}

/// The roots of one cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cloud {
    login: &'static str,
    graph: &'static str,
    exchange: &'static str,
}

const fn cloud(environment: Environment) -> Cloud {
    match environment {
        Environment::Global => Cloud {
            login: "https://login.microsoftonline.com",
            graph: "https://graph.microsoft.com",
            exchange: "https://outlook.office365.com",
        },
        Environment::USGov => Cloud {
            login: "https://login.microsoftonline.us",
            graph: "https://graph.microsoft.us",
            exchange: "https://outlook.office365.us",
        },
        Environment::USGovDoD => Cloud {
            login: "https://login.microsoftonline.us",
            graph: "https://dod-graph.microsoft.us",
            exchange: "https://outlook-dod.office365.us",
        },
        Environment::China => Cloud {
            login: "https://login.chinacloudapi.cn",
            graph: "https://microsoftgraph.chinacloudapi.cn",
            exchange: "https://outlook.office365.cn",
        },
    }
}

/// App ids of the services, which tokens can name instead of their address.
const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";
const EXCHANGE_APP_ID: &str = "00000002-0000-0ff1-ce00-000000000000";

impl Endpoints {
    /// The cloud's addresses, or those that the settings give instead.
    pub(super) fn of(settings: &Settings) -> Result<Self> {
        let cloud = cloud(settings.environment.unwrap_or_default());
        let given = |field, given: &Option<String>, usual| root(field, given.as_deref().unwrap_or(usual));
        Ok(Self {
            graph: given("graphEndpoint", &settings.graph_endpoint, cloud.graph)?,
            login: given("loginEndpoint", &settings.login_endpoint, cloud.login)?,
            exchange: given("exchangeEndpoint", &settings.exchange_endpoint, cloud.exchange)?,
            cloud,
        })
    }

    /// The address of a service.
    pub(crate) fn root(&self, service: Service) -> &Url {
        match service {
            Service::Graph => &self.graph,
            Service::Exchange => &self.exchange,
        }
    }

    /// The scope by which a token for a service is asked for. A token is for a service, not for an address: what stands
    /// in for it on this machine (one address may stand in for several) is asked for by the service's own name. A cloud
    /// that we do not know is asked for by its address.
    pub(crate) fn scope(&self, service: Service) -> String {
        let root = self.root(service);
        let resource =
            if http::is_loopback(root) { self.name(service).to_owned() } else { root.origin().ascii_serialization() };
        format!("{resource}/.default")
    }

    fn name(&self, service: Service) -> &'static str {
        match service {
            Service::Graph => self.cloud.graph,
            Service::Exchange => self.cloud.exchange,
        }
    }

    /// Whether a token for `audience` is of use at the service. Behind an address that we do not know may be anything;
    /// there, only what is known to be for another service is refused.
    pub(crate) fn accepts(&self, service: Service, audience: &str) -> bool {
        let audience = audience.trim_end_matches('/');
        let root = self.root(service);
        let (app_id, other, other_app_id) = match service {
            Service::Graph => (GRAPH_APP_ID, self.name(Service::Exchange), EXCHANGE_APP_ID),
            Service::Exchange => (EXCHANGE_APP_ID, self.name(Service::Graph), GRAPH_APP_ID),
        };
        let is = |name: &str| audience.eq_ignore_ascii_case(name.trim_end_matches('/'));
        if is(app_id) || is(self.name(service)) || is(root.as_str()) || is(&root.origin().ascii_serialization()) {
            return true;
        }
        // Exchange Online has a second name.
        if service == Service::Exchange && is("https://outlook.office.com") {
            return true;
        }
        let known_address = Url::parse(self.name(service)).is_ok_and(|usual| usual.origin() == root.origin());
        !known_address && !is(other) && !is(other_app_id)
    }
}

/// Reads the root of a service: absolute, https (or http to this machine), nothing after the path.
fn root(field: &'static str, text: &str) -> Result<Url> {
    let faulty = |why: crate::sentence::Sentence| Error::new(Code::Argument, why).on(field);
    let mut url = Url::parse(text.trim()).map_err(|error| {
        faulty(say!("endpoint_unreadable", "{field}: this is no absolute address: {why}", field = field, why = error))
    })?;
    let plain = url.scheme() == "http" && http::is_loopback(&url);
    if url.scheme() != "https" && !plain {
        return Err(faulty(say!(
            "endpoint_not_https",
            "{field}: the address must begin with https://; http:// is only for this very machine",
            field = field
        )));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(faulty(say!(
            "endpoint_too_much",
            "{field}: an address without user, password, query and fragment is wanted",
            field = field
        )));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(graph: &str) -> Result<Endpoints> {
        Endpoints::of(&Settings { graph_endpoint: Some(graph.to_owned()), ..Settings::default() })
    }

    #[test]
    fn each_cloud_has_its_own_addresses_and_scopes() {
        for (environment, login, graph, exchange) in [
            (Environment::Global, "login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"),
            (Environment::USGov, "login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
            (Environment::USGovDoD, "login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
            (Environment::China, "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn"),
        ] {
            let endpoints = Endpoints::of(&Settings { environment: Some(environment), ..Settings::default() }).unwrap();
            assert_eq!(endpoints.login.as_str(), format!("https://{login}/"));
            assert_eq!(endpoints.graph.as_str(), format!("https://{graph}/"));
            assert_eq!(endpoints.exchange.as_str(), format!("https://{exchange}/"));
            assert_eq!(endpoints.scope(Service::Graph), format!("https://{graph}/.default"));
            assert_eq!(endpoints.scope(Service::Exchange), format!("https://{exchange}/.default"));
        }
    }

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for address in ["http://127.0.0.1:4711", "http://127.8.8.8/", "http://[::1]:80/base", "http://localhost:1/"] {
            assert!(given(address).is_ok(), "{address}");
        }
        for address in [
            "http://graph.microsoft.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://169.254.169.254/",
            "ftp://127.0.0.1/",
            "graph.microsoft.com",
            "//graph.microsoft.com",
            "",
            "https://user:word@graph.microsoft.com/",
            "https://graph.microsoft.com/?a=b",
            "https://graph.microsoft.com/#a",
            "file:///etc",
        ] {
            let error = given(address).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{address}");
            assert_eq!(error.facts().target.as_deref(), Some("graphEndpoint"), "{address}");
        }
    }

    #[test]
    fn what_stands_in_for_a_service_here_is_asked_for_by_the_services_name() {
        assert_eq!(
            given("http://127.0.0.1:4711/base").unwrap().scope(Service::Graph),
            "https://graph.microsoft.com/.default"
        );
        assert_eq!(
            given("https://graph.other.cloud").unwrap().scope(Service::Graph),
            "https://graph.other.cloud/.default"
        );
        assert_eq!(given("http://127.0.0.1:4711/base").unwrap().graph.join("v1.0/me").unwrap().path(), "/base/v1.0/me");
    }

    #[test]
    fn an_audience_is_accepted_by_any_name_of_its_service() {
        let usual = Endpoints::of(&Settings::default()).unwrap();
        for audience in ["https://graph.microsoft.com", "https://graph.microsoft.com/", GRAPH_APP_ID] {
            assert!(usual.accepts(Service::Graph, audience), "{audience}");
            assert!(!usual.accepts(Service::Exchange, audience), "{audience}");
        }
        for audience in ["https://outlook.office365.com", "https://outlook.office.com/", EXCHANGE_APP_ID] {
            assert!(usual.accepts(Service::Exchange, audience), "{audience}");
            assert!(!usual.accepts(Service::Graph, audience), "{audience}");
        }
        assert!(!usual.accepts(Service::Graph, "https://graph.microsoft.us"));
        let elsewhere = given("http://127.0.0.1:4711").unwrap();
        assert!(elsewhere.accepts(Service::Graph, "http://127.0.0.1:4711"));
        assert!(elsewhere.accepts(Service::Graph, "https://graph.microsoft.com"));
        assert!(elsewhere.accepts(Service::Graph, "api://something"));
        assert!(!elsewhere.accepts(Service::Graph, EXCHANGE_APP_ID));
    }
}
