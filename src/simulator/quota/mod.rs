//! Quotas: what an app, and all apps of a tenant together, may ask for in a window of time.
//! learn.microsoft.com/graph/throttling-limits
//!
//! Left out are the limits that bind only an app at work in many tenants (150,000 units in 20 seconds and 130,000
//! requests in 10 seconds): the limits of one tenant are reached long before.

mod cost;
mod window;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

use self::{
    cost::Cost,
    window::{Limit, Window},
};
use super::{
    clock::Clock,
    graph::{self, Version},
    wire::{Answer, Request},
    world::{Caller, World},
};

/// Load from which answers speak of it.
const TELLING: f64 = 0.8;

/// A quota of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Quota {
    /// Resource units of an app in the tenant.
    Units,
    /// Writes of an app in the tenant.
    Writes,
    /// Writes of all apps in the tenant.
    TenantWrites,
    /// Writes of an app in all tenants.
    AppWrites,
    /// Requests of an app for reports and authentication methods.
    Reports,
}

impl Quota {
    fn limit(self, people: usize, clock: Clock) -> Limit {
        let (most, seconds) = match (self, people) {
            (Self::Units, ..50) => (3_500, 10),
            (Self::Units, ..=500) => (5_000, 10),
            (Self::Units, _) => (8_000, 10),
            (Self::Writes, _) => (3_000, 150),
            (Self::TenantWrites, _) => (18_000, 300),
            (Self::AppWrites, _) => (35_000, 300),
            (Self::Reports, _) => (5, 10),
        };
        Limit { most, length: clock.scaled(Duration::from_secs(seconds)) }
    }

    /// `x-ms-throttle-scope`, up to who is meant.
    const fn scope(self) -> &'static str {
        match self {
            Self::Units | Self::Reports => "Tenant_Application/ReadWrite",
            Self::Writes => "Tenant_Application/Write",
            Self::TenantWrites => "Tenant/Write",
            Self::AppWrites => "Application/Write",
        }
    }

    /// `x-ms-throttle-information`; for reports the page has no word.
    const fn information(self) -> Option<&'static str> {
        match self {
            Self::Units => Some("ResourceUnitLimitExceeded"),
            Self::Writes | Self::TenantWrites | Self::AppWrites => Some("WriteLimitExceeded"),
            Self::Reports => None,
        }
    }
}

/// Everything that was charged lately.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By quota and, for those of an app, its client id.
    windows: Mutex<HashMap<(Quota, Option<Uuid>), Window>>,
}

/// What a request was charged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charged {
    /// Resource units; reports are counted in requests instead.
    pub resource_units: Option<u32>,
    /// How full the fullest window is now: 1 at the limit, 1.8 at most.
    pub load: f64,
}

impl Charged {
    /// Says so in the headers of the answer.
    pub fn mark(self, answer: &mut Answer) {
        if let Some(units) = self.resource_units {
            answer.header("x-ms-resource-unit", units.to_string());
        }
        if self.load > TELLING {
            answer.header("x-ms-throttle-limit-percentage", format!("{:.2}", self.load));
        }
    }
}

/// Why a request was not served.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Exceeded {
    quota: Quota,
    wait: Duration,
}

impl Ledger {
    /// Charges `cost` to an app at `now`, on every quota that it touches, whether it fits or not.
    fn charge(&self, now: Instant, app: Uuid, cost: Cost, limit: impl Fn(Quota) -> Limit) -> Result<Charged, Exceeded> {
        let own = Some(app);
        let entries: Vec<((Quota, Option<Uuid>), u32)> = match cost {
            Cost::Report => vec![((Quota::Reports, own), 1)],
            Cost::Directory { resource_units, write } => [
                ((Quota::Units, own), resource_units),
                ((Quota::Writes, own), u32::from(write)),
                ((Quota::TenantWrites, None), u32::from(write)),
                ((Quota::AppWrites, own), u32::from(write)),
            ]
            .into_iter()
            .filter(|(_, cost)| *cost > 0)
            .collect(),
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut exceeded: Option<(Quota, Duration)> = None;
        let mut load: f64 = 0.0;
        for (key, cost) in entries {
            let window = windows.entry(key).or_default();
            let limit = limit(key.0);
            let wait = window.wait(now, limit, cost);
            if !wait.is_zero() && exceeded.is_none_or(|(_, longest)| wait > longest) {
                exceeded = Some((key.0, wait));
            }
            window.charge(now, limit, cost);
            load = load.max(window.load(limit));
        }
        let resource_units = match cost {
            Cost::Directory { resource_units, .. } => Some(resource_units),
            Cost::Report => None,
        };
        match exceeded {
            None => Ok(Charged { resource_units, load }),
            Some((quota, wait)) => Err(Exceeded { quota, wait }),
        }
    }
}

/// Charges a request, or answers 429. `request.path` begins with the version.
#[allow(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub fn charge(world: &World, caller: &Caller, _version: Version, request: &Request) -> Result<Charged, Answer> {
    let cost = Cost::of(request);
    if cost == Cost::Report && !world.options.method_quota {
        return Ok(Charged { resource_units: None, load: 0.0 });
    }
    let (people, tenant_id) = {
        let tenant = world.tenant();
        (tenant.users.len(), tenant.id)
    };
    let limit = |quota: Quota| quota.limit(people, world.clock);
    world.ledger.charge(Instant::now(), caller.app_id, cost, limit).map_err(|exceeded| {
        let mut answer = graph::throttled(request, Some(&world.clock.retry_after(exceeded.wait)));
        let scope = exceeded.quota.scope();
        answer.header("x-ms-throttle-scope", format!("{scope}/{}/{tenant_id}", caller.app_id));
        if let Some(information) = exceeded.quota.information() {
            answer.header("x-ms-throttle-information", information);
        }
        answer
    })
}

#[cfg(test)]
mod tests;
