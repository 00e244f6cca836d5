//! What the sign-in service remembers of those who signed in.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use uuid::Uuid;

use super::{device::Devices, issue::later, person::SignIn, scope::Wanted};
use crate::simulator::world::World;

/// How long a refresh token lives unused (learn.microsoft.com/entra/identity-platform/refresh-tokens).
const REFRESH_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Below so many refresh tokens nobody looks for expired ones.
const FEW: usize = 1_024;

/// Device codes and refresh tokens. It holds secrets and prints counts.
#[derive(Debug, Default)]
pub struct State {
    pub(super) devices: Devices,
    refreshes: Refreshes,
}

/// What stands behind a refresh token.
#[derive(Debug, Clone)]
pub(super) struct Refresh {
    pub(super) sign_in: SignIn,
    pub(super) wanted: Wanted,
    pub(super) issued: Timestamp,
    pub(super) end: Timestamp,
}

#[derive(Default)]
struct Refreshes(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    /// By token.
    tokens: HashMap<String, Refresh>,
    /// How many there may be before expired ones are taken out.
    enough: usize,
}

impl Refreshes {
    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Refreshes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} refresh tokens", self.lock().tokens.len())
    }
}

impl State {
    /// A new refresh token.
    pub(super) fn refresh_token(&self, world: &World, sign_in: &SignIn, wanted: &Wanted) -> String {
        let issued = Timestamp::now();
        let lifetime = world.clock.scaled(REFRESH_LIFETIME).max(Duration::from_secs(1));
        let refresh =
            Refresh { sign_in: sign_in.clone(), wanted: wanted.clone(), issued, end: later(issued, lifetime) };
        let token = format!("1.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut known = self.refreshes.lock();
        if known.tokens.len() >= known.enough.max(FEW) {
            // One that ended long ago is forgotten; until then its client is told that it has ended.
            known.tokens.retain(|_, other| issued < later(other.end, lifetime));
            known.enough = known.tokens.len().saturating_mul(2);
        }
        known.tokens.insert(token.clone(), refresh);
        token
    }

    /// What stands behind a refresh token, if it is one of ours.
    pub(super) fn refresh(&self, token: &str) -> Option<Refresh> {
        self.refreshes.lock().tokens.get(token).cloned()
    }

    /// Makes a refresh token end at a given moment.
    #[cfg(test)]
    pub(super) fn age(&self, token: &str, end: Timestamp) {
        if let Some(refresh) = self.refreshes.lock().tokens.get_mut(token) {
            refresh.end = end;
        }
    }
}
