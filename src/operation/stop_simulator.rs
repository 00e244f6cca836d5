//! `Stop-M365Simulator`: ends simulated tenants that this session started.

use std::{collections::BTreeSet, sync::Arc};

use serde::Deserialize;

use crate::{
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    say,
    session::{Connected, parse},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Request {
    /// Those of these tenants; tenants of the same seed have the same id and end together.
    tenant_id: Option<Vec<String>>,
    /// Those at these addresses, each of which is one.
    graph_endpoint: Option<Vec<String>>,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let request: Request = parse(request, "request")?;
    reporter.check()?;
    let all = request.tenant_id.is_none() && request.graph_endpoint.is_none();
    let plain = |texts: Option<Vec<String>>| -> BTreeSet<String> {
        texts.into_iter().flatten().map(|text| text.trim().trim_end_matches('/').to_lowercase()).collect()
    };
    let (tenants, endpoints) = (plain(request.tenant_id), plain(request.graph_endpoint));
    let stopped = session.simulators().take(|one| {
        all || tenants.contains(&one.tenant_id.to_lowercase())
            || endpoints.contains(&one.graph_endpoint.trim_end_matches('/').to_lowercase())
    });
    let found: BTreeSet<String> = stopped
        .iter()
        .flat_map(|one| {
            let one = one.description();
            [one.tenant_id.to_lowercase(), one.graph_endpoint.trim_end_matches('/').to_lowercase()]
        })
        .collect();
    let count = stopped.len();
    for simulator in stopped {
        simulator.stop().await;
    }
    for name in tenants.union(&endpoints).filter(|name| !found.contains(*name)) {
        let unknown = say!("simulator_unknown", "there is no simulated tenant {name} here", name = name);
        reporter.error(&Error::new(Code::NotFound, unknown).on(name)).await;
    }
    reporter.note(Level::Verbose, say!("simulators_stopped", "{count} simulated tenants ended", count = count)).await;
    Ok(super::done())
}
