//! The one runtime on which jobs, timers and sockets live, made at first use.

use once_cell::sync::OnceCell;
use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};

static RUNTIME: OnceCell<Runtime> = OnceCell::new();

/// The runtime; the first call makes it and can fail where the system refuses threads.
pub(crate) fn get() -> Result<&'static Runtime> {
    RUNTIME.get_or_try_init(|| {
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("m365-access")
            .enable_all()
            .build()
            .map_err(|error| Error::internal(format_args!("the runtime could not be made: {error}")))
    })
}
