//! Access tokens: made here, believed here.

use http::HeaderMap;

use crate::simulator::world::{Caller, World};

/// Which service a token must be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Microsoft Graph.
    Graph,
    /// Exchange Online.
    Exchange,
}

/// Why a request's token is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unbelieved {
    /// There is no `Authorization: Bearer`.
    Missing,
    /// It is not a token, or its signature is not ours.
    Malformed,
    /// Its time has passed.
    Expired,
    /// It is for another service or tenant.
    Audience,
    /// Continuous access evaluation: the client must answer these claims (base64url, as in `WWW-Authenticate`).
    Challenge(String),
}

/// Who calls, by the token of a request.
pub fn caller(_world: &World, _headers: &HeaderMap, _audience: Audience) -> Result<Caller, Unbelieved> {
    Err(Unbelieved::Missing)
}
