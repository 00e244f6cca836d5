//! How a run is to be carried out: rehearsal, confirmation, caps, reason, limits.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Error, Result},
    say,
};

/// The fields that every operation which changes something has in common.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the request")]
pub(crate) struct How {
    /// Read and plan, write nothing to the service.
    pub(crate) what_if: bool,
    /// Ask before people are touched.
    pub(crate) confirm: bool,
    /// More people than this are refused; default 100.
    pub(crate) maximum_users: Option<u32>,
    /// A larger share of the tenant is refused once more than 20 people are touched; default 10.
    pub(crate) maximum_percent: Option<f64>,
    /// Administrators may be among people who were not named singly.
    pub(crate) allow_privileged: bool,
    /// Kept in the journal and the evidence.
    pub(crate) reason: Option<String>,
    /// Write the plan to this file instead of running it.
    pub(crate) plan_path: Option<PathBuf>,
    /// Stop cleanly between changes after this many seconds.
    pub(crate) time_limit_seconds: Option<f64>,
    /// Wait until what was done has taken hold everywhere.
    pub(crate) wait_until_effective: bool,
}

impl How {
    /// Refuses values that mean nothing.
    pub(crate) fn check(&self) -> Result<()> {
        let faulty = |field: &str, why: &str| {
            Err(Error::new(
                Code::Argument,
                say!("field_faulty", "{what}: {path}: {why}", what = "request", path = field, why = why),
            )
            .on(field))
        };
        if self.maximum_percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent)) {
            return faulty("maximumPercent", "a percentage from 0 to 100 is expected");
        }
        if self.time_limit_seconds.is_some_and(|seconds| Duration::try_from_secs_f64(seconds).is_err()) {
            return faulty("timeLimitSeconds", "a number of seconds is expected");
        }
        Ok(())
    }

    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.time_limit_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }
}
