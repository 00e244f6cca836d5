//! The sign-in service: token endpoints (v2 and v1), device code with its approval form, discovery documents, keys.
//!
//! It refuses what the service refuses, by the service's numbers, and decides on what was written last, without the
//! directory's replication delay: someone who was blocked a moment ago does not get in.

mod address;
mod assertion;
mod claims;
mod client;
mod device;
mod discovery;
mod grant;
mod issue;
mod key;
mod page;
mod person;
mod refusal;
mod request;
mod scope;
mod state;
pub mod token;

#[cfg(test)]
mod tests;

use http::Method;
use percent_encoding::percent_decode_str;

pub use self::state::State;
use self::{
    refusal::Refusal,
    request::{Asked, Version},
};
use super::{
    wire::{Answer, Request},
    world::World,
};

/// An endpoint of an authority.
type Endpoint = fn(&Asked<'_>) -> Result<Answer, Refusal>;

/// Answers a request below `/{tenant}/oauth2`, `/{tenant}/v2.0`, `/{tenant}/.well-known`, `/{tenant}/discovery`,
/// `/common/...`, and the device code's verification page; nothing for any other path.
#[allow(clippy::unused_async, reason = "all parts of the tenant are called the same way")]
pub async fn answer(world: &World, request: &Request) -> Option<Answer> {
    let path = request.path.to_ascii_lowercase();
    if path.trim_end_matches('/') == device::PAGE {
        return Some(page::answer(world, request));
    }
    let (tenant, endpoint) = request.path.strip_prefix('/')?.split_once('/')?;
    let tenant = percent_decode_str(tenant).decode_utf8().ok()?;
    let (method, version, endpoint): (Method, Version, Endpoint) = match endpoint.to_ascii_lowercase().as_str() {
        "oauth2/v2.0/token" => (Method::POST, Version::V2, grant::answer),
        "oauth2/token" => (Method::POST, Version::V1, grant::answer),
        "oauth2/v2.0/devicecode" => (Method::POST, Version::V2, device::start),
        "v2.0/.well-known/openid-configuration" => (Method::GET, Version::V2, discovery::document),
        ".well-known/openid-configuration" => (Method::GET, Version::V1, discovery::document),
        "discovery/v2.0/keys" => (Method::GET, Version::V2, discovery::keys),
        "discovery/keys" => (Method::GET, Version::V1, discovery::keys),
        _ => return None,
    };
    let asked = Asked::new(world, request, version, &tenant);
    let answered = if request.method == method {
        endpoint(&asked)
    } else {
        Err(Refusal::Method { accepted: method, came: request.method.clone() })
    };
    Some(answered.unwrap_or_else(|refusal| refusal.answer(&asked)))
}
