//! What a request costs. learn.microsoft.com/graph/throttling-limits ("Identity and access service limits")

use http::Method;
use percent_encoding::percent_decode_str;

use crate::simulator::{graph::Version, wire::Request};

/// What a request is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// On the directory's quotas: resource units, and whether it is a write as well.
    Directory { resource_units: u32, write: bool },
    /// On the quota of reports, to which the page counts `authenticationMethod`.
    Report,
}

impl Cost {
    /// Of a request whose path begins with the version.
    pub(super) fn of(request: &Request) -> Self {
        let below = Version::split(&request.path).map_or(request.path.as_str(), |(_, below)| below).to_lowercase();
        let segments: Vec<&str> = segments(&below);
        match segments.as_slice() {
            ["users", _, "authentication", ..] | ["me", "authentication", ..] | ["reports" | "auditlogs", ..] => {
                Self::Report
            }
            segments => Self::directory(&request.method, segments, &Query::of(&request.query)),
        }
    }

    fn directory(method: &Method, segments: &[&str], query: &Query) -> Self {
        let base = match segments {
            ["groups", _, "members", ..] => 3,
            ["groups", _, "transitivemembers", ..] => 5,
            ["users"]
            | ["users", _, "memberof" | "transitivememberof", ..]
            | ["me", "memberof" | "transitivememberof", ..] => 2,
            _ => 1,
        };
        let (resource_units, write) = match (method.as_str(), segments.last().copied().unwrap_or_default()) {
            ("GET" | "HEAD", _) => (query.adjust(base), false),
            ("POST", "getbyids") => (if query.select { 2 } else { 5 }, false),
            ("POST", "getmemberobjects") => (2, false),
            _ => (1, true),
        };
        Self::Directory { resource_units, write }
    }
}

/// Segments of a path in lower case, `users('x')` being two like `users/x`; names are free of their namespace.
fn segments(below: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    for segment in below.split('/').filter(|segment| !segment.is_empty()) {
        match segment.split_once('(') {
            Some((name, key)) if !name.is_empty() && key.len() > 1 => segments.extend([name, key]),
            Some((name, _)) if !name.is_empty() => segments.push(name),
            _ => segments.push(segment.strip_prefix("microsoft.graph.").unwrap_or(segment)),
        }
    }
    segments
}

/// The query options that change the price.
#[derive(Debug, Default)]
struct Query {
    select: bool,
    expand: bool,
    short: bool,
}

impl Query {
    fn of(query: &str) -> Self {
        let mut options = Self::default();
        for (name, value) in query.split('&').filter_map(|option| option.split_once('=')) {
            let name = percent_decode_str(name).decode_utf8_lossy().to_lowercase();
            match name.trim_start_matches('$') {
                "select" => options.select = true,
                "expand" => options.expand = true,
                "top" => options.short = value.parse::<u32>().is_ok_and(|top| top < 20),
                _ => {}
            }
        }
        options
    }

    fn adjust(&self, base: u32) -> u32 {
        (base + u32::from(self.expand)).saturating_sub(u32::from(self.select) + u32::from(self.short)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    fn cost(method: &str, address: &str) -> Cost {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Cost::of(&Request {
            method: method.parse().unwrap(),
            path: path.into(),
            query: query.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        })
    }

    #[test]
    fn reads_cost_what_the_table_says() {
        for (address, units) in [
            ("/v1.0/users", 2),
            ("/v1.0/users?$select=id", 1),
            ("/v1.0/users?%24select=id&$top=5", 1),
            ("/v1.0/users?$top=999", 2),
            ("/v1.0/users?$top=5&$expand=manager", 2),
            ("/v1.0/users/adele", 1),
            ("/v1.0/users('adele')", 1),
            ("/v1.0/me", 1),
            ("/v1.0/groups/x/members", 3),
            ("/v1.0/groups/x/members?$select=id", 2),
            ("/v1.0/groups/x/members/microsoft.graph.user?$select=id&$top=10", 1),
            ("/v1.0/groups/x/transitiveMembers", 5),
            ("/v1.0/groups/x/transitiveMembers?$expand=y", 6),
            ("/beta/users/x/memberOf", 2),
            ("/v1.0/Users('x')/transitiveMemberOf/microsoft.graph.directoryRole?$count=true", 2),
            ("/v1.0/me/transitiveMemberOf", 2),
            ("/v1.0/directoryRoles", 1),
            ("/v1.0/users/delta()", 1),
        ] {
            assert_eq!(cost("GET", address), Cost::Directory { resource_units: units, write: false }, "{address}");
        }
    }

    #[test]
    fn asking_by_post_is_no_write() {
        let read = |resource_units| Cost::Directory { resource_units, write: false };
        assert_eq!(cost("POST", "/v1.0/directoryObjects/getByIds"), read(5));
        assert_eq!(cost("POST", "/v1.0/directoryObjects/getByIds?$select=id"), read(2));
        assert_eq!(cost("POST", "/v1.0/users/x/microsoft.graph.getMemberObjects"), read(2));
    }

    #[test]
    fn every_change_is_one_unit_and_one_write() {
        let write = Cost::Directory { resource_units: 1, write: true };
        assert_eq!(cost("PATCH", "/v1.0/users/x"), write);
        assert_eq!(cost("POST", "/v1.0/users/x/revokeSignInSessions"), write);
        assert_eq!(cost("DELETE", "/v1.0/users/x?$select=id"), write);
    }

    #[test]
    fn authentication_methods_are_reports() {
        assert_eq!(cost("GET", "/v1.0/users/x/authentication/methods"), Cost::Report);
        assert_eq!(cost("PATCH", "/beta/users('x')/authentication/requirements"), Cost::Report);
        assert_eq!(cost("GET", "/v1.0/reports/authenticationMethods/userRegistrationDetails"), Cost::Report);
    }
}
