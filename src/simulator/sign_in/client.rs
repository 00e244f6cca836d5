//! Which app asks, and whether it is what it says it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::{assertion, refusal::Refusal, request::Asked};
use crate::simulator::tenant::{ServicePrincipal, Tenant};

/// How an app has shown who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Not at all: a public client.
    Nothing,
    /// By a secret.
    Secret,
    /// By an assertion: a certificate, or a token of a federated issuer.
    Assertion,
}

impl Proof {
    /// As the `appidacr` claim says it.
    pub(super) fn claim(self) -> &'static str {
        match self {
            Self::Nothing => "0",
            Self::Secret => "1",
            Self::Assertion => "2",
        }
    }
}

/// The app that asks.
pub(super) struct Client<'t> {
    pub(super) app: &'t ServicePrincipal,
    pub(super) proof: Proof,
}

/// The app of a client id.
pub(super) fn app(tenant: &Tenant, id: Uuid) -> Option<&ServicePrincipal> {
    tenant.service_principals.values().find(|app| app.app_id == id)
}

/// The app that asks for itself: it must prove who it is.
pub(super) fn confidential<'t>(asked: &Asked<'_>, tenant: &'t Tenant) -> Result<Client<'t>, Refusal> {
    match prove(asked, tenant)? {
        Client { proof: Proof::Nothing, .. } => Err(Refusal::CredentialMissing),
        client => Ok(client),
    }
}

/// The app through which a person signs in: a public client needs no proof, but what it shows must be right.
pub(super) fn any<'t>(asked: &Asked<'_>, tenant: &'t Tenant) -> Result<Client<'t>, Refusal> {
    match prove(asked, tenant)? {
        Client { proof: Proof::Nothing, app } if !app.public_client => Err(Refusal::CredentialMissing),
        client => Ok(client),
    }
}

/// The app named, without a look at what it shows: the device code endpoint asks for no more.
pub(super) fn named<'t>(asked: &Asked<'_>, tenant: &'t Tenant) -> Result<&'t ServicePrincipal, Refusal> {
    let id = asked.form.required("client_id")?;
    find(tenant, id)
}

fn find<'t>(tenant: &'t Tenant, id: &str) -> Result<&'t ServicePrincipal, Refusal> {
    Uuid::try_parse(id).ok().and_then(|id| app(tenant, id)).ok_or_else(|| Refusal::AppUnknown(id.to_owned()))
}

fn prove<'t>(asked: &Asked<'_>, tenant: &'t Tenant) -> Result<Client<'t>, Refusal> {
    let basic = basic(asked)?;
    let assertion = asked.form.get("client_assertion");
    let id = match (asked.form.get("client_id"), &basic) {
        (Some(id), _) => id.to_owned(),
        (None, Some((id, _))) => id.clone(),
        // An assertion names its app itself.
        (None, None) => assertion.and_then(assertion::subject).ok_or(Refusal::Missing("client_id"))?,
    };
    let app = find(tenant, &id)?;
    let secret = asked.form.get("client_secret").map(str::to_owned).or(basic.map(|(_, secret)| secret));
    if secret.is_none() && assertion.is_none() {
        return Ok(Client { app, proof: Proof::Nothing });
    }
    // An app without a single credential is a public client and nothing else.
    if app.secrets.is_empty() && app.certificates.is_empty() && app.federated_credentials.is_empty() {
        return Err(if app.public_client { Refusal::CredentialUnwanted } else { Refusal::SecretWrong(id) });
    }
    if let Some(assertion) = assertion {
        assertion::check(asked, tenant, app, assertion)?;
        return Ok(Client { app, proof: Proof::Assertion });
    }
    check_secret(app, &secret.unwrap_or_default(), asked.now)?;
    Ok(Client { app, proof: Proof::Secret })
}

fn check_secret(app: &ServicePrincipal, secret: &str, now: Timestamp) -> Result<(), Refusal> {
    let mut known = app.secrets.iter().filter(|(candidate, _)| candidate == secret).peekable();
    if known.peek().is_none() {
        return Err(Refusal::SecretWrong(app.app_id.to_string()));
    }
    if known.any(|(_, end)| now < *end) { Ok(()) } else { Err(Refusal::SecretExpired(app.app_id.to_string())) }
}

/// Id and secret from HTTP Basic, each form-encoded before they were joined (RFC 6749 section 2.3.1).
fn basic(asked: &Asked<'_>) -> Result<Option<(String, String)>, Refusal> {
    let header = asked.headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, encoded)) = header.and_then(|value| value.split_once(' ')) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let joined = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let joined = joined.ok_or(Refusal::Malformed("Authorization"))?;
    let (id, secret) = joined.split_once(':').ok_or(Refusal::Malformed("Authorization"))?;
    Ok(Some((unescape(id), unescape(secret))))
}

fn unescape(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
