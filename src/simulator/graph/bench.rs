//! A bench for the tests of this folder: a generated tenant, callers, and requests that are answered as if they had been
//! believed and charged already.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use uuid::Uuid;

use crate::simulator::{
    Description, Options,
    fault::Faults,
    population::{Population, populate},
    tenant::{RoleAssignment, User},
    wire::{Answer, Request},
    world::{Caller, World},
};

pub(super) struct Bench {
    pub(super) world: World,
    pub(super) description: Description,
}

impl Bench {
    /// A tenant of 200 people whose writes are seen at once.
    pub(super) fn new() -> Self {
        Self::with(&Options { replication_milliseconds: 0, ..Options::default() })
    }

    pub(super) fn with(options: &Options) -> Self {
        let Population { tenant, description } = populate(options);
        let world = World::new(options.clone(), "http://127.0.0.1:1".to_owned(), Faults::default(), tenant);
        Self { world, description }
    }

    /// A person, as they are now.
    pub(super) fn person(&self, key: &str) -> User {
        self.world.tenant().user(key).unwrap().clone()
    }

    /// A person who plays no part: no role, no group with one, not synchronised, nothing special.
    pub(super) fn ordinary(&self) -> User {
        self.person(&self.description.samples.user)
    }

    /// An app with these permissions and without roles.
    #[allow(clippy::unused_self, reason = "an app is one of this tenant")]
    pub(super) fn app(&self, permissions: &[&str]) -> Caller {
        Caller {
            app_id: Uuid::from_u128(1),
            service_principal_id: Uuid::from_u128(2),
            user_id: None,
            permissions: permissions.iter().map(|permission| (*permission).to_owned()).collect(),
            answered_challenge: false,
        }
    }

    /// A person with these permissions.
    pub(super) fn delegated(&self, user: &str, permissions: &[&str]) -> Caller {
        Caller { user_id: Some(self.person(user).id), ..self.app(permissions) }
    }

    /// Gives somebody a role over the whole tenant.
    pub(super) fn give_role(&self, principal: Uuid, role: Uuid) {
        self.give_role_over(principal, role, "/");
    }

    pub(super) fn give_role_over(&self, principal: Uuid, role: Uuid, scope: &str) {
        self.world.tenant_mut().role_assignments.push(RoleAssignment {
            id: Uuid::new_v4().to_string(),
            principal_id: principal,
            role_definition_id: role,
            directory_scope_id: scope.to_owned(),
        });
    }

    /// Sends a request; `address` is below the version.
    pub(super) fn send(
        &self,
        caller: &Caller,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let path = if path.starts_with("/beta") || path.starts_with("/v1.0") {
            path.to_owned()
        } else {
            format!("/v1.0{path}")
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        if body.is_some() {
            map.insert("content-type", HeaderValue::from_static("application/json"));
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = Request { method, path, query: query.to_owned(), headers: map, body };
        let (version, below) = super::Version::split(&request.path).unwrap();
        Reply(super::dispatch(&self.world, caller, version, below, &request))
    }

    pub(super) fn get(&self, caller: &Caller, address: &str) -> Reply {
        self.send(caller, Method::GET, address, &[], None)
    }

    /// With `ConsistencyLevel: eventual`.
    pub(super) fn get_eventual(&self, caller: &Caller, address: &str) -> Reply {
        self.send(caller, Method::GET, address, &[("consistencylevel", "eventual")], None)
    }

    pub(super) fn post(&self, caller: &Caller, address: &str, body: &Value) -> Reply {
        self.send(caller, Method::POST, address, &[], Some(body))
    }

    pub(super) fn patch(&self, caller: &Caller, address: &str, body: &Value) -> Reply {
        self.send(caller, Method::PATCH, address, &[], Some(body))
    }

    /// All items of a collection, page by page, and the number of pages.
    pub(super) fn all(&self, caller: &Caller, address: &str, eventual: bool) -> (Vec<Value>, usize) {
        let mut items = Vec::new();
        let mut next = Some(address.to_owned());
        let mut pages = 0;
        while let Some(address) = next {
            let reply = if eventual { self.get_eventual(caller, &address) } else { self.get(caller, &address) };
            assert_eq!(reply.status(), 200, "{address}: {}", reply.text());
            let mut body = reply.json();
            items.append(body["value"].as_array_mut().unwrap());
            next = body["@odata.nextLink"].as_str().map(|link| link.strip_prefix(&self.world.base).unwrap().to_owned());
            pages += 1;
            assert!(pages < 10_000, "paging does not end");
        }
        (items, pages)
    }
}

pub(super) struct Reply(pub(super) Answer);

impl Reply {
    pub(super) fn status(&self) -> u16 {
        self.0.status
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.0.body).unwrap_or(Value::Null)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.0.body).unwrap()
    }

    /// Status and code of a refusal.
    pub(super) fn refusal(&self) -> (u16, String) {
        (self.0.status, self.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Waits until what was written a moment ago is seen by everybody.
pub(super) fn replicated(bench: &Bench) {
    let until = std::time::Instant::now() + bench.world.replication_delay() * 2 + Duration::from_millis(1);
    while std::time::Instant::now() < until {
        std::hint::spin_loop();
    }
}
