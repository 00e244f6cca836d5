//! Simulated tenants that a session started for other programs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    error::{Error, Result},
    simulator::{Description, Simulator},
};

/// Those that are running; each ends when it is taken out and dropped.
#[derive(Debug, Default)]
pub(crate) struct Simulators {
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    all: Vec<Simulator>,
    /// The session was closed while one was still being started.
    closed: bool,
}

impl Simulators {
    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps one running until it is stopped or the session closes.
    pub(crate) fn keep(&self, simulator: Simulator) -> Result<()> {
        let mut running = self.running();
        if running.closed {
            return Err(Error::cancelled());
        }
        running.all.push(simulator);
        Ok(())
    }

    /// Takes those out that fit.
    pub(crate) fn take(&self, fits: impl Fn(&Description) -> bool) -> Vec<Simulator> {
        let mut running = self.running();
        let (taken, left) = std::mem::take(&mut running.all).into_iter().partition(|one| fits(one.description()));
        running.all = left;
        taken
    }

    /// Ends all, and every one that is still to come.
    pub(super) fn clear(&self) {
        let all = {
            let mut running = self.running();
            running.closed = true;
            std::mem::take(&mut running.all)
        };
        drop(all);
    }
}
