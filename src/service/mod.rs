//! The services as typed, plain calls: paths, bodies, batches, pages. No policy.

mod batch;
pub(crate) mod directory;
mod dispatch;
pub(crate) mod graph;
pub(crate) mod group;
pub(crate) mod identity;
pub(crate) mod user;

/// The services that changes are made at, for one job.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) graph: graph::Graph,
}
