//! The services as typed, plain calls: paths, bodies, batches, pages. No policy.

pub(crate) mod directory;
pub(crate) mod exchange;
pub(crate) mod graph;
pub(crate) mod group;
pub(crate) mod identity;
pub(crate) mod method;
pub(crate) mod mfa;
pub(crate) mod mfa_policy;
pub(crate) mod password_method;
pub(crate) mod registration;
pub(crate) mod user;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::session::{Connected, identity::Identity};

/// The services that changes are made at, for one job.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) graph: graph::Graph,
    pub(crate) exchange: exchange::Exchange,
    /// Who calls them: some can be called by people only, some in one way by people and in another by apps.
    pub(crate) identity: Arc<Identity>,
}

impl Services {
    /// For as long as `cancel` is not cancelled; once `stop` is, no write leaves any more.
    pub(crate) fn new(
        session: &Arc<Connected>,
        identity: &Arc<Identity>,
        cancel: &CancellationToken,
        stop: &CancellationToken,
    ) -> Self {
        let graph = graph::Graph::stopping(Arc::clone(session), cancel.clone(), stop.clone());
        let exchange =
            exchange::Exchange::stopping(Arc::clone(session), cancel.clone(), stop.clone(), Arc::clone(identity));
        Self { graph, exchange, identity: Arc::clone(identity) }
    }
}
