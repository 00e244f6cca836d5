//! One call to Microsoft Graph as plain data: what is asked, what it costs, whether it may be repeated.

use bytes::Bytes;
use http::Method;
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::http::{Cost, Repeat};

/// Versions of Graph, the first segment of its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Version {
    V1,
    Beta,
}

impl Version {
    pub(crate) const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// One call, independent of whether it travels alone or in a batch.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) version: Version,
    pub(crate) method: Method,
    /// Relative to the version, without a leading slash, encoded, with its query.
    pub(crate) path: String,
    pub(crate) body: Option<Body>,
    /// Asks the index that understands every operator and may lag behind writes.
    pub(crate) eventual: bool,
    /// Whether it may be sent again when its answer was lost.
    pub(crate) repeat: Repeat,
    /// By which the service's logs know it; the same for every try.
    pub(crate) client_request_id: Uuid,
}

/// A body; one that holds a secret is wiped and never printed.
#[derive(Clone)]
pub(crate) enum Body {
    Plain(Value),
    Secret(Zeroizing<String>),
}

impl Call {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            version: Version::V1,
            method,
            path: path.into(),
            body: None,
            eventual: false,
            // Every write of ours sets an absolute state, so that sending it twice is sending it once.
            repeat: Repeat::Always,
            client_request_id: Uuid::new_v4(),
        }
    }

    pub(crate) fn beta(mut self) -> Self {
        self.version = Version::Beta;
        self
    }

    pub(crate) fn body(mut self, body: Value) -> Self {
        self.body = Some(Body::Plain(body));
        self
    }

    pub(crate) fn secret_body(mut self, mut body: Value) -> Self {
        self.body = Some(Body::Secret(Zeroizing::new(body.to_string())));
        wipe(&mut body);
        self
    }

    pub(crate) fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    pub(crate) fn writes(&self) -> bool {
        self.method != Method::GET && !self.path.starts_with("directoryObjects/getByIds")
    }

    /// What the call costs of the published quotas: learn.microsoft.com/graph/throttling-limits
    pub(crate) fn cost(&self) -> Cost {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut units: u32 = match self.method {
            Method::GET if path == "users" => 2,
            Method::GET if path.starts_with("groups/") && path.contains("/transitiveMembers") => 5,
            Method::GET if path.starts_with("groups/") && path.contains("/members") => 3,
            Method::GET if path.contains("/transitiveMemberOf") || path.contains("/memberOf") => 2,
            Method::POST if path.starts_with("directoryObjects/getByIds") => 5,
            _ => 1,
        };
        if query.contains("$expand=") {
            units += 1;
        }
        if query.contains("$select=") {
            units -= 1;
        }
        Cost {
            resource_units: units.max(1),
            writes: u32::from(self.writes()),
            reports: u32::from(path.contains("/authentication/") || path.starts_with("reports/")),
        }
    }

    pub(crate) fn body_bytes(&self) -> Option<Bytes> {
        self.body.as_ref().map(|body| match body {
            Body::Plain(value) => Bytes::from(value.to_string()),
            // In memory that is wiped with the last copy.
            Body::Secret(text) => Bytes::from_owner(Zeroizing::new(text.as_bytes().to_vec())),
        })
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Bodies stay out: they can hold a password.
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Overwrites the text values of a document that held a secret.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => zeroize::Zeroize::zeroize(text),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_the_published_ones() {
        let cost = |method: Method, path: &str| Call::new(method, path).cost();
        assert_eq!(cost(Method::GET, "users?$select=id&$top=999").resource_units, 1);
        assert_eq!(cost(Method::GET, "users?$top=999").resource_units, 2);
        assert_eq!(cost(Method::GET, "users/x?$select=id").resource_units, 1);
        assert_eq!(cost(Method::GET, "groups/x/transitiveMembers").resource_units, 5);
        let write = cost(Method::PATCH, "users/x");
        assert_eq!((write.resource_units, write.writes), (1, 1));
        assert_eq!(cost(Method::GET, "users/x/authentication/methods").reports, 1);
        assert_eq!(cost(Method::GET, "reports/authenticationMethods/userRegistrationDetails").reports, 1);
    }
}
