//! The main job on the built-in simulated tenant: no network, no credentials.
//!
//! `cargo run --release --example first_run`
//!
//! Somebody has been dismissed. We take the access away, read back that it is gone, and then try to get in as that person:
//! what counts is not what our own code says, but that the door stays shut.
#![allow(clippy::print_stdout, clippy::indexing_slicing, reason = "it prints, and a missing key of JSON reads as null")]

use std::{error::Error, time::Duration};

use m365_access::{Operation, Session, job::Next};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    // For the sign-ins of the person below; the library brings its own.
    rustls::crypto::ring::default_provider().install_default().ok();
    let folder = tempfile::tempdir()?;
    let settings = json!({ "simulated": true, "simulatedUsers": 250, "journalPath": folder.path().join("journal.db") });
    let session = Session::open(&settings.to_string());

    let connection = first(run(&session, Operation::GetConnection, &json!({}))?)?;
    let tenant = Tenant::of(&connection)?;
    heading("Connected");
    line("tenant", &format!("{} ({})", text(&connection["tenantName"]), tenant.domain));
    line("as", &format!("{}, {}", text(&connection["account"]), list(&connection["roles"])));

    let user = tenant.user.clone();
    heading(&format!("Before: can {user} get in?"));
    let refresh_token = tenant.sign_in(&user, &tenant.password)?;
    line("password", "opens the door");
    line("open session", &tenant.renew(&refresh_token)?);

    heading("Invoke-M365Offboarding, rehearsed (-WhatIf)");
    show(&run(&session, Operation::InvokeOffboarding, &json!({ "user": user, "whatIf": true }))?);

    heading("Invoke-M365Offboarding, together with a name that does not exist and with ourselves");
    let names = [user.as_str(), "nobody@example.com", text(&connection["account"])];
    show(&run(&session, Operation::InvokeOffboarding, &json!({ "user": names, "reason": "HR-2041" }))?);

    heading(&format!("After: can {user} get in?"));
    line(
        "password",
        &tenant
            .sign_in(&user, &tenant.password)
            .map_or_else(|refusal| refusal.to_string(), |_| "OPENS THE DOOR".to_owned()),
    );
    line("open session", &tenant.renew(&refresh_token).unwrap_or_else(|refusal| refusal.to_string()));

    heading("Get-M365Run: what the journal says");
    let journal = first(run(&session, Operation::GetRun, &json!({ "last": 1 }))?)?;
    for key in ["runId", "operation", "reason", "by", "state", "outcome", "exitCode"] {
        line(key, &plain(&journal[key]));
    }

    heading("A mistake? Unlock-M365User, with a new password");
    let request = json!({ "user": user, "showPassword": true, "noChangeAtNextSignIn": true });
    let outcomes = run(&session, Operation::UnlockUser, &request)?;
    show(&outcomes);
    let password = outcomes.iter().find_map(|outcome| outcome["password"].as_str()).unwrap_or_default();
    line("new password", tenant.sign_in(&user, password).map(|_| "opens the door again")?);
    println!();
    Ok(())
}

/// What the simulated tenant says of itself, and the doors that a person would use.
struct Tenant {
    token_endpoint: String,
    domain: String,
    client_id: String,
    client_secret: String,
    password: String,
    user: String,
    runtime: tokio::runtime::Runtime,
}

impl Tenant {
    fn of(connection: &Value) -> Result<Self> {
        let about = &connection["simulator"];
        let login = text(&about["loginEndpoint"]).trim_end_matches('/');
        Ok(Self {
            token_endpoint: format!("{login}/{}/oauth2/v2.0/token", text(&about["tenantId"])),
            domain: text(&about["tenantDomain"]).to_owned(),
            client_id: text(&about["clientId"]).to_owned(),
            client_secret: text(&about["clientSecret"]).to_owned(),
            password: text(&about["adminPassword"]).to_owned(),
            user: text(&about["samples"]["user"]).to_owned(),
            runtime: tokio::runtime::Runtime::new()?,
        })
    }

    /// Signs in with a password; gives a refresh token, as a browser or a phone keeps one.
    fn sign_in(&self, user: &str, password: &str) -> Result<String> {
        let form = [("grant_type", "password"), ("username", user), ("password", password)];
        Ok(text(&self.tokens(&form)?["refresh_token"]).to_owned())
    }

    /// Uses a refresh token.
    fn renew(&self, refresh_token: &str) -> Result<String> {
        self.tokens(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])?;
        Ok("goes on".to_owned())
    }

    fn tokens(&self, form: &[(&str, &str)]) -> Result<Value> {
        let scope = "https://graph.microsoft.com/.default offline_access";
        let app = [("client_id", self.client_id.as_str()), ("client_secret", &self.client_secret), ("scope", scope)];
        let form: Vec<_> = form.iter().chain(&app).collect();
        let answer: Value = self.runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build()?;
            client.post(&self.token_endpoint).form(&form).send().await?.json().await
        })?;
        match answer["error_description"].as_str() {
            Some(refusal) => Err(refusal.split(" Trace ID").next().unwrap_or(refusal).into()),
            None => Ok(answer),
        }
    }
}

/// Runs an operation to its end and gives its records.
fn run(session: &Session, operation: Operation, request: &Value) -> Result<Vec<Value>> {
    let job = session.start(operation, &request.to_string())?;
    let mut records = Vec::new();
    loop {
        match job.next(Duration::from_secs(1), usize::MAX) {
            Next::Event(event) => {
                let mut event: Value = serde_json::from_str(&event)?;
                match event["kind"].as_str() {
                    Some("records") => records.append(event["records"].as_array_mut().unwrap_or(&mut Vec::new())),
                    Some("end") if records.is_empty() && !event["error"].is_null() => {
                        return Err(text(&event["error"]["message"]).into());
                    }
                    _ => {}
                }
            }
            Next::Done => return Ok(records),
            Next::Pending | Next::Grow(_) => {}
        }
    }
}

fn first(records: Vec<Value>) -> Result<Value> {
    records.into_iter().next().ok_or_else(|| "no record came".into())
}

/// Outcomes as a person likes to read them.
fn show(outcomes: &[Value]) {
    // What it amounts to for a person comes after the person's changes.
    let (summaries, outcomes): (Vec<&Value>, Vec<&Value>) =
        outcomes.iter().partition(|record| record["steps"].is_array());
    for outcome in outcomes {
        let after = if outcome["after"].is_null() { &outcome["wanted"] } else { &outcome["after"] };
        let (before, after) = (words(&outcome["before"]), words(after));
        let what = [before, after].into_iter().filter(|state| !state.is_empty()).collect::<Vec<_>>().join(" -> ");
        println!(
            "  {:<9} {:<13} {:<43} {what}",
            text(&outcome["outcome"]),
            text(&outcome["change"]),
            text(&outcome["user"])
        );
        if let Some(message) = outcome["message"].as_str() {
            println!("            {message}");
        }
    }
    for summary in summaries {
        let effective = if summary["effectiveBy"].is_null() { "-".to_owned() } else { words(&summary["effectiveBy"]) };
        println!("  = {:<21} {:<43} in full by {effective}", text(&summary["outcome"]), text(&summary["user"]));
    }
}

fn heading(words: &str) {
    println!("\n{words}");
}

fn line(name: &str, value: &str) {
    println!("  {name:<14} {value}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A state: a word, a moment to the second, or how many protocols are open.
fn words(value: &Value) -> String {
    match (value.as_array(), text(value)) {
        (Some(open), _) => format!("{} open", open.len()),
        (None, moment) if moment.ends_with('Z') => {
            format!("{}Z", moment.trim_end_matches('Z').split('.').next().unwrap_or(moment))
        }
        (None, word) => word.to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn list(value: &Value) -> String {
    value.as_array().map(|items| items.iter().map(text).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}
