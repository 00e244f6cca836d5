//! Everything that the parts of a simulated tenant share.

use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::{
    Options, clock::Clock, exchange::Load, fault::Faults, quota::Ledger, sign_in, tenant::Tenant, traffic::Traffic,
};

/// A simulated tenant at work.
#[derive(Debug)]
pub struct World {
    /// What it was made of.
    pub options: Options,
    /// Its pace.
    pub clock: Clock,
    /// Its faults.
    pub faults: Faults,
    /// Base address, for example `http://127.0.0.1:4711`: Graph, sign-in and Exchange are served below it.
    pub base: String,
    /// What has been charged to the quotas.
    pub ledger: Ledger,
    /// What Exchange Online is busy with.
    pub load: Load,
    /// What clients have asked lately.
    pub traffic: Traffic,
    /// When it was made: the zero of positions in time that clients are handed.
    pub started: Instant,
    /// What the sign-in service remembers: device codes and refresh tokens.
    pub sign_in: sign_in::State,
    tenant: RwLock<Tenant>,
}

impl World {
    /// A world around a tenant.
    pub fn new(options: Options, base: String, faults: Faults, tenant: Tenant) -> Self {
        Self {
            clock: Clock::new(options.time_scale),
            options,
            faults,
            base,
            ledger: Ledger::default(),
            load: Load::default(),
            traffic: Traffic::default(),
            started: Instant::now(),
            sign_in: sign_in::State::default(),
            tenant: RwLock::new(tenant),
        }
    }

    /// The tenant, to be read. Never held across an await.
    pub fn tenant(&self) -> RwLockReadGuard<'_, Tenant> {
        self.tenant.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenant, to be changed. Never held across an await.
    pub fn tenant_mut(&self) -> RwLockWriteGuard<'_, Tenant> {
        self.tenant.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which report of registrations is the newest at `now`, and when it was made. One a day: the report is up to 24 hours
    /// behind, as github.com/AzureAD/MSIdentityTools says of it in Export-MsIdAzureMfaReport.
    pub fn report(&self, now: Instant) -> (u64, Instant) {
        let day = self.clock.scaled(Duration::from_secs(24 * 60 * 60)).max(Duration::from_nanos(1));
        let number = now.saturating_duration_since(self.started).as_nanos() / day.as_nanos();
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        (u64::from(number), self.started + day.saturating_mul(number))
    }

    /// How long a write takes to be seen.
    pub fn replication_delay(&self) -> Duration {
        self.clock.scaled(Duration::from_millis(self.options.replication_milliseconds))
    }
}

/// Who calls, as the token says; directory roles are read from the tenant at each call, not from the token.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// Client id of the app.
    pub app_id: Uuid,
    /// Object id of the app's service principal.
    pub service_principal_id: Uuid,
    /// The person, for delegated tokens.
    pub user_id: Option<Uuid>,
    /// `roles` of an app-only token, `scp` of a delegated one.
    pub permissions: BTreeSet<String>,
    /// The token was issued in answer to a claims challenge.
    pub answered_challenge: bool,
}
