//! The settings of a session, as `m365_open` and `Connect-M365` give them.

use std::{fmt::Display, ops::RangeInclusive, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use super::{endpoint::Endpoints, simulated};
use crate::{
    error::{Code, Error, Result},
    http::{self, Proxy},
    say,
    sentence::Sentence,
};

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
    /// How many times faster than the services the simulated tenant's durations pass; default 60. For a simulated tenant
    /// of another process on this machine: the scale it was started with, default 1.
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
    /// Secret because it can hold a password.
    pub proxy: Option<SecretString>,
    /// A PEM file with certificate authorities that are trusted beside the system's.
    pub ca_certificate_path: Option<PathBuf>,
    /// How long a request may take in all, in seconds, 1 to 600; default 100, and 960 for commands of Exchange Online.
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

/// Range of [`Settings::timeout_seconds`].
const TIMEOUTS: RangeInclusive<u32> = 1..=600;
/// Default of it.
const TIMEOUT_SECONDS: u32 = 100;
/// The same for commands of Exchange Online, which ends one by itself after 15 minutes.
const COMMAND_TIMEOUT_SECONDS: u32 = 16 * 60;
/// Default of [`Settings::time_scale`].
const TIME_SCALE: f64 = 60.0;

fn faulty(field: &'static str, sentence: Sentence) -> Error {
    Error::new(Code::Argument, sentence).on(field)
}

impl Settings {
    /// Whether these settings have a tenant at all.
    pub(crate) fn has_tenant(&self) -> bool {
        self.simulated
            || self.tenant_id.is_some()
            || self.client_id.is_some()
            || self.client_secret.is_some()
            || self.access_token.is_some()
            || self.exchange_token.is_some()
    }

    /// How long a request may take, in seconds.
    pub(crate) fn timeout(&self) -> u32 {
        self.timeout_seconds.unwrap_or(TIMEOUT_SECONDS)
    }

    /// How long a command of Exchange Online may take, in seconds. The service ends one after 15 minutes by itself:
    /// learn.microsoft.com/powershell/exchange/exchange-online-powershell-v2
    pub(crate) fn command_timeout(&self) -> u32 {
        self.timeout_seconds.unwrap_or(COMMAND_TIMEOUT_SECONDS)
    }

    /// How many times faster than the services this tenant lives.
    pub(crate) fn pace(&self) -> f64 {
        let default = if self.simulated { TIME_SCALE } else { 1.0 };
        self.time_scale.unwrap_or(default)
    }

    /// Whether Graph is on this machine, where only a simulated tenant can be.
    fn is_simulated_elsewhere(&self) -> bool {
        let graph = self.graph_endpoint.as_deref().and_then(|address| Url::parse(address).ok());
        graph.is_some_and(|address| http::is_loopback(&address))
    }

    /// Which proxy was chosen.
    pub(super) fn proxy(&self) -> Result<Proxy> {
        let Some(text) = self.proxy.as_ref().map(|proxy| proxy.expose_secret().trim()) else {
            return Ok(Proxy::System);
        };
        if text.eq_ignore_ascii_case("none") {
            return Ok(Proxy::Direct);
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(Proxy::Through(url)),
            _ => Err(faulty(
                "proxy",
                say!("proxy_unreadable", "proxy: an address like http://proxy:8080 is wanted, or none"),
            )),
        }
    }

    /// Refuses what cannot be meant, naming the field. What the fields say one by one was checked when they were read.
    pub(super) fn check(&self) -> Result<()> {
        self.check_ranges()?;
        self.check_credential()?;
        self.proxy()?;
        Endpoints::of(self)?;
        if self.emergency_account.iter().any(|account| account.trim().is_empty()) {
            return Err(faulty(
                "emergencyAccount",
                say!(
                    "emergency_account_blank",
                    "emergencyAccount: one of the names is blank, so nobody would be protected by it"
                ),
            ));
        }
        Ok(())
    }

    fn check_ranges(&self) -> Result<()> {
        if self.timeout_seconds.is_some_and(|seconds| !TIMEOUTS.contains(&seconds)) {
            return Err(out_of_range("timeoutSeconds", TIMEOUTS.start(), TIMEOUTS.end()));
        }
        // Without a simulated tenant of our own only the time scale can be given; the others have their defaults.
        simulated::check(&simulated::options(self), "simulatedUsers")
    }

    /// One way of signing in, whole.
    fn check_credential(&self) -> Result<()> {
        let of_simulated = [
            ("simulatedUsers", self.simulated_users.is_some()),
            ("seed", self.seed.is_some()),
            ("timeScale", self.time_scale.is_some() && !self.is_simulated_elsewhere()),
            ("latencyMilliseconds", self.latency_milliseconds.is_some()),
            ("faultPath", self.fault_path.is_some()),
            ("as", self.sign_in_as.is_some()),
        ];
        let of_app = [("clientId", self.client_id.is_some()), ("clientSecret", self.client_secret.is_some())];
        let of_brought =
            [("accessToken", self.access_token.is_some()), ("exchangeToken", self.exchange_token.is_some())];
        let of_place = [
            ("tenantId", self.tenant_id.is_some()),
            ("environment", self.environment.is_some()),
            ("graphEndpoint", self.graph_endpoint.is_some()),
            ("loginEndpoint", self.login_endpoint.is_some()),
            ("exchangeEndpoint", self.exchange_endpoint.is_some()),
        ];
        if self.simulated {
            refuse("simulated", of_app.iter().chain(&of_brought).chain(&of_place))?;
            return not_blank("as", self.sign_in_as.as_deref());
        }
        if let Some((field, _)) = of_simulated.iter().find(|(_, given)| *given) {
            return Err(faulty(
                field,
                say!("setting_needs_simulated", "{field} is only for a simulated tenant", field = field),
            ));
        }
        if let Some(tenant) = &self.tenant_id {
            tenant_name(tenant)?;
        }
        if self.access_token.is_some() || self.exchange_token.is_some() {
            require("accessToken", self.access_token.is_some(), "exchangeToken")?;
            return refuse("accessToken", of_app.iter());
        }
        if self.tenant_id.is_some() || of_app.iter().any(|(_, given)| *given) {
            require("tenantId", self.tenant_id.is_some(), "clientId")?;
            require("clientId", self.client_id.is_some(), "tenantId")?;
            require("clientSecret", self.client_secret.is_some(), "clientId")?;
            return not_blank("clientSecret", self.client_secret.as_ref().map(ExposeSecret::expose_secret));
        }
        Ok(())
    }
}

/// The error for a number outside its range.
pub(super) fn out_of_range(field: &'static str, least: impl Display, most: impl Display) -> Error {
    faulty(
        field,
        say!(
            "number_out_of_range",
            "{field}: a number from {least} to {most} is wanted",
            field = field,
            least = least,
            most = most
        ),
    )
}

fn require(field: &'static str, given: bool, because: &'static str) -> Result<()> {
    if given {
        return Ok(());
    }
    Err(faulty(
        field,
        say!("setting_missing", "{field} is missing; {because} needs it", field = field, because = because),
    ))
}

fn refuse<'a>(way: &'static str, mut fields: impl Iterator<Item = &'a (&'static str, bool)>) -> Result<()> {
    match fields.find(|(_, given)| *given) {
        None => Ok(()),
        Some((field, _)) => Err(faulty(
            field,
            say!(
                "settings_contradict",
                "{field} and {way} contradict each other: sign in in one way",
                field = field,
                way = way
            ),
        )),
    }
}

fn not_blank(field: &'static str, text: Option<&str>) -> Result<()> {
    match text {
        Some(text) if text.trim().is_empty() => {
            Err(faulty(field, say!("setting_blank", "{field} is blank", field = field)))
        }
        _ => Ok(()),
    }
}

/// The name stands in an address, and signing in as an app needs one tenant.
fn tenant_name(tenant: &str) -> Result<()> {
    let fits = tenant.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let everybody = ["common", "organizations", "consumers"].iter().any(|name| tenant.eq_ignore_ascii_case(name));
    if tenant.is_empty() || !fits || tenant.starts_with('.') || everybody {
        return Err(faulty(
            "tenantId",
            say!("tenant_unnamed", "tenantId: the id of one tenant is wanted, or one of its verified domains"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<()> {
        super::super::parse::<Settings>(text, "settings")?.check()
    }

    #[test]
    fn whole_settings_are_accepted() {
        for text in [
            "{}",
            r#"{"simulated":true}"#,
            r#"{"simulated":true,"simulatedUsers":10,"seed":18446744073709551615,"timeScale":0.5,"latencyMilliseconds":0,"as":"App"}"#,
            r#"{"tenantId":"contoso.onmicrosoft.com","clientId":"00000000-0000-0000-0000-000000000001","clientSecret":"s"}"#,
            r#"{"accessToken":"t"}"#,
            r#"{"tenantId":"contoso.com","accessToken":"t","exchangeToken":"u","environment":"China"}"#,
            r#"{"timeoutSeconds":600,"proxy":"none","emergencyAccount":["a@b.c"]}"#,
            r#"{"proxy":"http://user:word@proxy:8080"}"#,
        ] {
            check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_its_field() {
        let app = r#""tenantId":"t.com","clientId":"00000000-0000-0000-0000-000000000001""#;
        for (text, field) in [
            (r#"{"simulated":true,"tenantId":"t.com"}"#.to_owned(), "tenantId"),
            (r#"{"simulated":true,"accessToken":"t"}"#.to_owned(), "accessToken"),
            (r#"{"simulated":true,"graphEndpoint":"http://127.0.0.1"}"#.to_owned(), "graphEndpoint"),
            (r#"{"simulated":true,"as":" "}"#.to_owned(), "as"),
            (r#"{"simulated":true,"simulatedUsers":9}"#.to_owned(), "simulatedUsers"),
            (r#"{"simulated":true,"simulatedUsers":200001}"#.to_owned(), "simulatedUsers"),
            (r#"{"simulated":true,"timeScale":0}"#.to_owned(), "timeScale"),
            (r#"{"simulated":true,"timeScale":-1}"#.to_owned(), "timeScale"),
            (r#"{"simulated":true,"latencyMilliseconds":600001}"#.to_owned(), "latencyMilliseconds"),
            (r#"{"simulatedUsers":20}"#.to_owned(), "simulatedUsers"),
            (r#"{"as":"App"}"#.to_owned(), "as"),
            (r#"{"tenantId":"t.com"}"#.to_owned(), "clientId"),
            (format!("{{{app}}}"), "clientSecret"),
            (format!(r#"{{{app},"clientSecret":" "}}"#), "clientSecret"),
            (format!(r#"{{{app},"clientSecret":"s","accessToken":"t"}}"#), "clientId"),
            (r#"{"clientSecret":"s"}"#.to_owned(), "tenantId"),
            (r#"{"exchangeToken":"t"}"#.to_owned(), "accessToken"),
            (r#"{"accessToken":"t","tenantId":"common"}"#.to_owned(), "tenantId"),
            (r#"{"accessToken":"t","tenantId":"a/b"}"#.to_owned(), "tenantId"),
            (r#"{"accessToken":"t","tenantId":".."}"#.to_owned(), "tenantId"),
            (r#"{"timeoutSeconds":0}"#.to_owned(), "timeoutSeconds"),
            (r#"{"timeoutSeconds":601}"#.to_owned(), "timeoutSeconds"),
            (r#"{"proxy":"proxy:8080"}"#.to_owned(), "proxy"),
            (r#"{"proxy":"socks5://proxy"}"#.to_owned(), "proxy"),
            (r#"{"loginEndpoint":"http://login.microsoftonline.com"}"#.to_owned(), "loginEndpoint"),
            (r#"{"emergencyAccount":["a@b.c",""]}"#.to_owned(), "emergencyAccount"),
            (r#"{"environment":"Mars"}"#.to_owned(), "environment"),
        ] {
            let error = check(&text).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{text}");
            assert_eq!(error.facts().target.as_deref(), Some(field), "{text}: {error}");
        }
    }
}
