//! `m365-simulator`: a simulated Microsoft 365 tenant on loopback, for any program that speaks Graph.

use std::{
    io::{self, Write},
    path::PathBuf,
    pin::pin,
    process::ExitCode,
};

use clap::Parser;
use m365_access::simulator::{self, Options, StartError};

/// Serves a simulated Microsoft 365 tenant on 127.0.0.1: sign-in, Graph v1.0 and beta, and the command endpoint of Exchange Online.
///
/// When it is ready it prints one line of JSON: addresses, ids, secrets, and a user principal name for each kind of
/// person. Then it serves until it is ended.
#[derive(Debug, Parser)]
#[command(name = "m365-simulator", version, after_long_help = PLAN)]
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
    /// How many times as fast as the service its durations pass, 0.001 to 1000000: quota windows, lifetimes of tokens, Retry-After,
    /// replication
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, allow_negative_numbers = true)]
    time_scale: f64,
    /// Serve https, with a certificate of an authority made at start
    #[arg(long)]
    https: bool,
    /// A plan of faults to play; its format is below
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Milliseconds until a write is seen by reads, before scaling, at most 600000
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 50)]
    replication_ms: u64,
    /// Do not hold calls for authentication methods to 5 in 10 seconds, the quota of reports
    #[arg(long)]
    no_method_quota: bool,
}

/// What `--help` says of the file of faults; in full at `m365_access::simulator::fault::plan`.
const PLAN: &str = r#"A plan of faults is a JSON file:

  { "seed": 7,
    "rules": [
      { "match": { "method": "PATCH", "path": "/v1.0/users/*", "service": "graph", "inBatch": true },
        "probability": 0.1, "after": 20, "first": 100, "every": 2, "times": 5,
        "fault": { "status": 429, "retryAfterSeconds": 1.5 } } ] }

  match        method; path (* within a segment, ** across segments, a final / for everything below); service (graph,
               signIn, exchange); body (a text that the body holds); inBatch (true: items of a $batch only, false:
               requests of their own only). What is left out matches everything.
  how often    of the matching requests: not the first "after", only the "first" that follow, each "every"-th, at most
               "times", drawn with "probability" (0 to 1) from the seed. What is left out does not limit.
  fault        one of
               "status": 400..599     refused; with "retryAfterSeconds"; with "takesEffect": true only after it was done
               "resetBefore": true    the connection is reset (an item is missing), nothing was done
               "resetAfter": true     the connection is reset (an item is missing), it was done
               "cutBody": true        half of the answer's body; requests of their own only
               "missingItem": true    an item is missing from the answer of its batch, nothing was done
               "slowMilliseconds": n  answered late
               "withoutEffect": true  204, and nothing was done; writes only
               "clockBehindSeconds": n  done by a machine whose clock is behind, which its moments and its Date show
               "claimsChallenge": true  401 with insufficient_claims, until a token answers the challenge

  The first rule that hits wins. Retry-After is divided by the time scale; faster than the service it has decimals.

Exit codes: 0 ended, 1 could not start, 2 an option or the file of faults is wrong."#;

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
    match options().and_then(run) {
        Ok(()) | Err(Failure::Answered) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to do if nobody reads the reason.
            writeln!(io::stderr(), "m365-simulator: {failure}").unwrap_or_default();
            failure.exit_code()
        }
    }
}

/// What the command line asks for. Help is printed, and ends the program as if it had run.
fn options() -> Result<Options, Failure> {
    match Arguments::try_parse() {
        Ok(arguments) => Ok(arguments.into()),
        Err(asked) if !asked.use_stderr() => {
            asked.print()?;
            Err(Failure::Answered)
        }
        Err(error) => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            Err(Failure::Arguments(line.strip_prefix("error: ").unwrap_or(line).to_owned()))
        }
    }
}

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("only help was wanted")]
    Answered,
    #[error("{0}; --help shows what there is")]
    Arguments(String),
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
            Self::Arguments(_) | Self::Start(StartError::Option(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before anybody knows that it runs: whoever reads the line may end it at once.
        let mut end = pin!(ending()?);
        let simulator = tokio::select! {
            started = simulator::start(options) => started?,
            () = &mut end => return Ok(()),
        };
        let mut line = serde_json::to_string(simulator.description())?;
        line.push('\n');
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes())?;
        out.flush()?;
        drop(out);
        end.await;
        simulator.stop().await;
        Ok(())
    })
}

/// Ready when somebody wants the program to end; listens from now on.
#[cfg(unix)]
fn ending() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ready when somebody wants the program to end; listens from now on.
#[cfg(windows)]
fn ending() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};

    let (mut interrupt, mut stop, mut close) = (ctrl_c()?, ctrl_break()?, ctrl_close()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = stop.recv() => {}
            _ = close.recv() => {}
        }
    })
}
