//! The services as typed, plain calls: paths, bodies, batches, pages. No policy.

pub(crate) mod batch;
pub(crate) mod directory;
pub(crate) mod graph;
pub(crate) mod group;
pub(crate) mod user;
