//! `Start-M365Simulator`: a simulated tenant on loopback, for other programs. It lives until it is stopped or its session
//! is closed.

use std::{path::PathBuf, sync::Arc};

use serde::Deserialize;

use crate::{
    error::Result,
    event::End,
    job::Reporter,
    session::{Connected, parse, simulated},
    simulator::Options,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Request {
    /// TCP port on 127.0.0.1; any free one if nothing is said.
    port: Option<u16>,
    users: Option<u32>,
    seed: Option<u64>,
    latency_milliseconds: Option<u64>,
    time_scale: Option<f64>,
    https: bool,
    fault_path: Option<PathBuf>,
}

impl Request {
    fn options(self) -> Result<Options> {
        let usual = Options::default();
        let options = Options {
            port: self.port.unwrap_or(usual.port),
            users: self.users.unwrap_or(usual.users),
            seed: self.seed.unwrap_or(usual.seed),
            latency_milliseconds: self.latency_milliseconds.unwrap_or(usual.latency_milliseconds),
            time_scale: self.time_scale.unwrap_or(usual.time_scale),
            https: self.https,
            fault_path: self.fault_path,
            ..usual
        };
        simulated::check(&options, "users")?;
        Ok(options)
    }
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let options = parse::<Request>(request, "request")?.options()?;
    reporter.check()?;
    let simulator = simulated::start_with(options).await?;
    let description = simulator.description().clone();
    session.simulators().keep(simulator)?;
    reporter.records("Simulator", &[description]).await?;
    Ok(super::done())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_refused_by_its_field() {
        for (text, field) in [
            (r#"{"users":9}"#, "users"),
            (r#"{"users":200001}"#, "users"),
            (r#"{"timeScale":0}"#, "timeScale"),
            (r#"{"latencyMilliseconds":600001}"#, "latencyMilliseconds"),
            (r#"{"port":65536}"#, "port"),
            (r#"{"port":-1}"#, "port"),
            (r#"{"https":"yes"}"#, "https"),
            (r#"{"speed":1}"#, "speed"),
        ] {
            let error = parse::<Request>(text, "request").and_then(Request::options).unwrap_err();
            assert_eq!(error.facts().target.as_deref(), Some(field), "{text}: {error}");
        }
        assert_eq!(Request::default().options().unwrap(), Options::default());
    }
}
