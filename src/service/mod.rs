//! The services as typed, plain calls: paths, bodies, batches, pages. No policy.

mod batch;
pub(crate) mod directory;
mod dispatch;
pub(crate) mod graph;
pub(crate) mod group;
pub(crate) mod user;
