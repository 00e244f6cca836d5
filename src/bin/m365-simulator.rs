//! `m365-simulator`: a simulated Microsoft 365 tenant on loopback, for any program that speaks Graph.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use m365_access::simulator::{self, Options, StartError};

/// Serves a simulated Microsoft 365 tenant on 127.0.0.1: sign-in, Graph v1.0 and beta.
///
/// When it is ready it prints one line of JSON: addresses, ids, secrets, and a user principal name for each kind of
/// person. Then it serves until it is ended.
#[derive(Debug, Parser)]
#[command(name = "m365-simulator", version)]
struct Arguments {
    /// TCP port; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// People in the tenant, 10 to 200000
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    users: u32,
    /// The same seed gives the same people, ids and secrets. Every tenth (9, 19, 29, ...) gives a tenant in which only
    /// one Global Administrator can sign in
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Milliseconds that every answer takes longer, at most 600000
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency_ms: u64,
    /// How many times as fast as the service its durations pass: quota windows, lifetimes of tokens, Retry-After,
    /// replication
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    time_scale: f64,
    /// Serve https, with a certificate of an authority made at start
    #[arg(long)]
    https: bool,
    /// A plan of faults to play
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Milliseconds until a write is seen by reads, before scaling
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 50)]
    replication_ms: u64,
    /// Do not hold calls for authentication methods to 5 in 10 seconds, the quota of reports
    #[arg(long)]
    no_method_quota: bool,
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        Self {
            port: arguments.port,
            users: arguments.users,
            seed: arguments.seed,
            latency_milliseconds: arguments.latency_ms,
            time_scale: arguments.time_scale,
            https: arguments.https,
            fault_path: arguments.faults,
            replication_milliseconds: arguments.replication_ms,
            method_quota: !arguments.no_method_quota,
        }
    }
}

fn main() -> ExitCode {
    let options = Options::from(Arguments::parse());
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to do if nobody reads the reason.
            writeln!(io::stderr(), "m365-simulator: {failure}").unwrap_or_default();
            failure.exit_code()
        }
    }
}

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    System(#[from] io::Error),
    #[error(transparent)]
    Description(#[from] serde_json::Error),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Start(StartError::Option(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let simulator = simulator::start(options).await?;
        let mut line = serde_json::to_string(simulator.description())?;
        line.push('\n');
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes())?;
        out.flush()?;
        std::future::pending::<()>().await;
        simulator.stop().await;
        Ok(())
    })
}
