//! A session: one connection to one tenant.

mod settings;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use settings::{Environment, Settings};

use crate::{
    error::{Code, Error, Result},
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
}

impl Session {
    /// Opens a session with settings in JSON; nothing is sent. Faulty settings are reported by the first operation.
    pub fn open(settings: &str) -> Self {
        let settings = parse(if settings.is_empty() { "{}" } else { settings }, "settings");
        Self { shared: Arc::new(Connected { settings }), cancel: CancellationToken::new() }
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
}

/// Reads a JSON document, naming the field that is wrong.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = Error::new(Code::Argument, format!("{what}: {path}: {}", error.inner()));
        if path == "." { error } else { error.on(path) }
    })?;
    deserializer.end().map_err(|error| Error::new(Code::Argument, format!("{what}: {error}")))?;
    Ok(value)
}
