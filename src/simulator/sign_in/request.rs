//! A request to the sign-in service, as its parts see it: the form read, the tenant found, ids given.

use http::HeaderMap;
use jiff::Timestamp;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::simulator::{
    tenant::Tenant,
    wire::{Answer, Request},
    world::World,
};

/// Which generation of the endpoints is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `/oauth2/token`: `resource` instead of `scope`, numbers as strings.
    V1,
    /// `/oauth2/v2.0/token`.
    V2,
}

/// Whose endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// This tenant's own, named by its id or a verified domain.
    Tenant,
    /// `/organizations`: the tenant of whoever signs in.
    Organizations,
    /// `/common`: the same, and personal accounts.
    Common,
}

/// A request.
pub(super) struct Asked<'a> {
    pub(super) world: &'a World,
    pub(super) headers: &'a HeaderMap,
    pub(super) version: Version,
    /// The first segment of the path.
    pub(super) tenant: String,
    pub(super) form: Form,
    /// One moment for everything that this request decides or stamps, except what must be ordered against changes of
    /// the tenant.
    pub(super) now: Timestamp,
    /// Our id of the request.
    pub(super) trace_id: Uuid,
    /// The caller's id of it, or one of ours.
    pub(super) correlation_id: Uuid,
}

impl<'a> Asked<'a> {
    pub(super) fn new(world: &'a World, request: &'a Request, version: Version, tenant: &str) -> Self {
        // The server has given both ids already; a caller's own may be of another form.
        let id = |name: &str| {
            let id = request.headers.get(name).and_then(|value| value.to_str().ok());
            id.and_then(|id| Uuid::try_parse(id).ok()).unwrap_or_else(Uuid::new_v4)
        };
        Self {
            world,
            headers: &request.headers,
            version,
            tenant: tenant.to_owned(),
            form: Form::read(request),
            now: Timestamp::now(),
            trace_id: id("request-id"),
            correlation_id: id("client-request-id"),
        }
    }

    /// Puts the ids of this request on its answer, and keeps the answer out of caches.
    pub(super) fn mark(&self, answer: &mut Answer) {
        answer.header("x-ms-request-id", self.trace_id.to_string());
        answer.header("client-request-id", self.correlation_id.to_string());
        answer.header("cache-control", "no-store, no-cache");
        answer.header("pragma", "no-cache");
    }

    /// Whose endpoint this is. A tenant is named by its id or by any of its verified domains, in any case.
    pub(super) fn authority(&self, tenant: &Tenant) -> Result<Authority, Refusal> {
        authority(tenant, &self.tenant)
    }
}

/// The authority that a path segment names.
pub(super) fn authority(tenant: &Tenant, segment: &str) -> Result<Authority, Refusal> {
    let name = segment.to_lowercase();
    match name.as_str() {
        "common" => return Ok(Authority::Common),
        "organizations" => return Ok(Authority::Organizations),
        _ => {}
    }
    let ours = [&tenant.domain, &tenant.federated_domain];
    if Uuid::try_parse(&name).is_ok_and(|id| id == tenant.id)
        || ours.iter().any(|domain| !domain.is_empty() && domain.to_lowercase() == name)
    {
        return Ok(Authority::Tenant);
    }
    // Well formed but nobody's, or not even that.
    let well_formed = Uuid::try_parse(&name).is_ok()
        || (name.contains('.') && name.split('.').all(|label| !label.is_empty() && label.chars().all(is_of_a_host)));
    Err(if well_formed {
        Refusal::TenantUnknown(segment.to_owned())
    } else {
        Refusal::TenantMalformed(segment.to_owned())
    })
}

fn is_of_a_host(character: char) -> bool {
    character.is_alphanumeric() || character == '-'
}

/// The fields of a form. It can hold secrets, so it does not print itself.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body; a body of another kind has no fields, which is how the service sees it too.
    fn read(request: &Request) -> Self {
        let kind = request.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Self(Vec::new());
        }
        Self(url::form_urlencoded::parse(&request.body).into_owned().collect())
    }

    /// A field that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A field that must be there.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }
}
