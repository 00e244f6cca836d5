//! A session: one connection to one tenant.

mod document;
pub(crate) mod identity;
pub(crate) mod permission;
mod settings;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use url::Url;

pub(crate) use document::{field_fault, parse};
pub use settings::{Environment, Settings};

use crate::{
    error::{Error, Result},
    http::{Budgets, Request, Response},
    job::{self, Job},
    operation::Operation,
    runtime,
};

/// One connection to one tenant: cloud, credential, tokens, quota budgets, guard settings.
#[derive(Debug)]
pub struct Session {
    shared: Arc<Connected>,
    cancel: CancellationToken,
}

/// What the operations of a session share.
#[derive(Debug)]
pub(crate) struct Connected {
    settings: Result<Settings>,
    budgets: Budgets,
}

/// The services that a session talks to; each has tokens of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Graph,
    Exchange,
}

impl Session {
    /// Opens a session with settings in JSON; nothing is sent. Faulty settings are reported by the first operation.
    pub fn open(settings: &str) -> Self {
        let settings = parse(if settings.is_empty() { "{}" } else { settings }, "settings");
        Self { shared: Arc::new(Connected { settings, budgets: Budgets::default() }), cancel: CancellationToken::new() }
    }

    /// Starts an operation with a request in JSON. A faulty request is reported by the job.
    pub fn start(&self, operation: Operation, request: &str) -> Result<Job> {
        let runtime = runtime::get()?;
        let (job, reporter) = job::pair(&self.cancel);
        let request = if request.is_empty() { "{}".to_owned() } else { request.to_owned() };
        runtime.spawn(crate::operation::run(operation, Arc::clone(&self.shared), request, reporter));
        Ok(job)
    }

    /// Ends everything that this session does.
    pub fn close(&self) {
        self.cancel.cancel();
    }
}

impl Connected {
    pub(crate) fn settings(&self) -> Result<&Settings> {
        self.settings.as_ref().map_err(Clone::clone)
    }

    /// The root of Graph, with a slash at the end.
    pub(crate) fn graph_root(&self) -> Result<Url> {
        Err(Error::internal("not there yet"))
    }

    /// The root of Exchange Online, with a slash at the end.
    pub(crate) fn exchange_root(&self) -> Result<Url> {
        Err(Error::internal("not there yet"))
    }

    /// Sends a request with this session's token for the service: budgets, retry, a token that ended, a claims challenge.
    /// Any answer of the service is a response; an error means that there is none.
    pub(crate) async fn send(
        &self,
        _service: Service,
        _request: Request,
        _cancel: &CancellationToken,
    ) -> Result<Response> {
        Err(Error::internal("not there yet"))
    }

    /// The published quotas, shared by everything in this session.
    pub(crate) fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// How many times faster than the services' own pace this tenant goes; 1 unless it is simulated in this process.
    pub(crate) fn time_scale(&self) -> f64 {
        1.0
    }
}
