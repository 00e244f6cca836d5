//! Microsoft Graph: a call goes in and its answer comes out; how calls travel together is nobody else's business.

mod batch;
pub(super) mod call;
mod dispatch;
mod page;
mod reply;
mod single;

use std::{sync::Arc, time::Duration};

use http::Method;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::{dispatch::Dispatch, single::alone};
use crate::{
    error::{Code, Error, Result},
    say,
    session::Connected,
};

pub(crate) use self::{
    call::Call,
    reply::{Reply, date},
};

/// Microsoft Graph through a session, for one job. Cheap to clone; clones share their batches.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    session: Arc<Connected>,
    cancel: CancellationToken,
    dispatch: Dispatch,
}

impl Graph {
    /// Graph for one job. Once `cancel` is cancelled, waits end and nothing new is sent.
    pub(crate) fn new(session: Arc<Connected>, cancel: CancellationToken) -> Self {
        let stop = cancel.clone();
        Self::stopping(session, cancel, stop)
    }

    /// The same in two steps: once `stop` is cancelled, writes that still wait for their turn come back unsent, and reads
    /// go on until `cancel`. So what was written can still be read back.
    pub(crate) fn stopping(session: Arc<Connected>, cancel: CancellationToken, stop: CancellationToken) -> Self {
        let dispatch = Dispatch::start(Arc::clone(&session), cancel.clone(), stop);
        Self { session, cancel, dispatch }
    }

    pub(crate) fn session(&self) -> &Arc<Connected> {
        &self.session
    }

    pub(crate) fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Sends one call; any answer is a reply. Calls made at the same time share a batch; what is throttled or passing
    /// is repeated, alone among its neighbours.
    pub(crate) async fn call(&self, call: Call) -> Result<Reply> {
        self.dispatch.send(call).await
    }

    /// Sends one call that must succeed.
    pub(crate) async fn read(&self, call: Call) -> Result<Reply> {
        self.call(call).await?.success()
    }

    /// Reads what the service has said stands at an address of its own, as it is.
    pub(crate) async fn follow(&self, url: Url) -> Result<Reply> {
        self.own(&url).await?;
        alone(&self.session, &self.cancel, url, &Call::new(Method::GET, String::new())).await
    }

    /// Refuses an address that would carry our token to somebody else.
    async fn own(&self, url: &Url) -> Result<()> {
        if url.origin() == self.session.graph_root().await?.origin() {
            return Ok(());
        }
        Err(Error::new(Code::Decode, say!("foreign_link", "the service's link points to another host")))
    }

    /// A duration of the service in the pace of this tenant (simulated ones can be faster).
    pub(crate) fn scaled(&self, duration: Duration) -> Duration {
        duration.div_f64(self.session.time_scale())
    }

    /// Waits, unless the caller cancels.
    pub(crate) async fn pause(&self, wait: Duration) -> Result<()> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(Error::cancelled()),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }
}
