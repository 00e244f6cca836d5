//! The main job on the built-in simulated tenant: no network, no credentials.
//!
//! `cargo run --release --example first_run`
//!
//! Somebody has been dismissed. We take the access away, read back that it is gone, and then try to get in as that person:
//! what counts is not what our own code says, but that the door stays shut.

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
    let refresh_token = tenant.sign_in(&user)?;
    line("password", "opens the door");
    line("open session", &tenant.renew(&refresh_token)?);

    heading("Block-M365User, rehearsed (-WhatIf)");
    show(&run(&session, Operation::BlockUser, &json!({ "user": user, "whatIf": true }))?);

    heading("Block-M365User, together with a name that does not exist and with ourselves");
    let names = [user.as_str(), "nobody@example.com", text(&connection["account"])];
    show(&run(&session, Operation::BlockUser, &json!({ "user": names, "reason": "HR-2041" }))?);

    heading(&format!("After: can {user} get in?"));
    line(
        "password",
        &tenant.sign_in(&user).map_or_else(|refusal| refusal.to_string(), |_| "OPENS THE DOOR".to_owned()),
    );
    line("open session", &tenant.renew(&refresh_token).unwrap_or_else(|refusal| refusal.to_string()));

    heading("Get-M365Run: what the journal says");
    let journal = first(run(&session, Operation::GetRun, &json!({ "last": 1 }))?)?;
    for key in ["runId", "operation", "reason", "by", "state", "outcome", "exitCode"] {
        line(key, &plain(&journal[key]));
    }

    heading("A mistake? Unblock-M365User");
    show(&run(&session, Operation::UnblockUser, &json!({ "user": user }))?);
    line("password", tenant.sign_in(&user).map(|_| "opens the door again")?);
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

    /// Signs in with the password; gives a refresh token, as a browser or a phone keeps one.
    fn sign_in(&self, user: &str) -> Result<String> {
        let form = [("grant_type", "password"), ("username", user), ("password", &self.password)];
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
    for outcome in outcomes {
        let before = text(&outcome["before"]);
        let after = text(if outcome["after"].is_null() { &outcome["wanted"] } else { &outcome["after"] });
        let what = match (before, after) {
            ("", "") => String::new(),
            ("", after) => after.to_owned(),
            (before, "") => before.to_owned(),
            (before, after) => format!("{before} -> {after}"),
        };
        println!(
            "  {:<10} {:<9} {:<44} {what}",
            text(&outcome["outcome"]),
            text(&outcome["change"]),
            text(&outcome["user"])
        );
        if let Some(message) = outcome["message"].as_str() {
            println!("             {message}");
        }
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

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn list(value: &Value) -> String {
    value.as_array().map(|items| items.iter().map(text).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}
