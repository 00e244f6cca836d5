//! The service's published quotas, shared by everything in a session.
//!
//! learn.microsoft.com/graph/throttling-limits

use std::time::Duration;

/// What a request draws from the quotas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Resource units of the identity quota.
    pub(crate) resource_units: u32,
    /// Writes of the identity quota.
    pub(crate) writes: u32,
    /// Calls of the quota for reports and authentication methods.
    pub(crate) reports: u32,
}

/// The quotas of one session.
#[derive(Debug, Default)]
pub(crate) struct Budgets {}

impl Budgets {
    /// Everybody waits this long: the service said so.
    pub(crate) fn pause(&self, _wait: Duration) {}
}
