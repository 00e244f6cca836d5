//! An order with everything that is known of it: what is rehearsed, approved and conducted.

use std::collections::BTreeMap;

use super::{journal::NewRun, order::Order, outcome::Record, plan::Plan, survey::Ground};
use crate::{
    change::{Outcome, State},
    error::Error,
    job::Reporter,
};

/// An order with everything that is known of it.
pub(super) struct Prepared<'a> {
    pub(super) order: &'a Order,
    pub(super) ground: &'a Ground,
    pub(super) plan: &'a Plan,
    /// Why each protected person must not be touched, by object id.
    pub(super) protected: &'a BTreeMap<String, Error>,
    /// The states of those who are as wanted already, by object id.
    pub(super) settled: &'a BTreeMap<String, State>,
    pub(super) reporter: &'a Reporter,
}

impl Prepared<'_> {
    /// What the journal must know of the run from its beginning.
    pub(super) fn new_run(&self) -> NewRun {
        self.order.new_run(&self.ground.identity, Some(self.plan.digest.clone()))
    }

    /// People who were named and do not exist: a failed outcome each.
    pub(super) fn missing(&self, run_id: &str) -> impl Iterator<Item = Record> {
        let kind = self.order.steps.kind();
        self.ground.selection.missing.iter().zip(std::iter::repeat(kind)).filter_map(move |(missing, kind)| {
            let record = Record::new(missing.name.clone(), None, kind?, Outcome::Failed, run_id);
            Some(record.because(&missing.error))
        })
    }
}
