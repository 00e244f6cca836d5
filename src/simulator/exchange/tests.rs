//! Exchange Online as an independent client sees it: over HTTP, with a token of its own.

mod access;
mod batch;
mod commands;
mod load;

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::simulator::{Description, Options, Simulator, start};

/// A tenant and a client of its.
struct Bench {
    simulator: Simulator,
    client: Client,
    token: String,
}

impl Bench {
    /// A tenant of 60 people in a hurry whose writes are seen at once, and the app that may do everything.
    async fn new() -> Self {
        Self::with(Options { replication_milliseconds: 0, ..hurried() }).await
    }

    async fn with(options: Options) -> Self {
        // Another test may have been faster; all want the same one.
        rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
        let simulator = start(options).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let mut bench = Self { simulator, client, token: String::new() };
        let about = bench.about().clone();
        bench.token = bench
            .sign_in(&[
                ("grant_type", "client_credentials"),
                ("client_id", &about.client_id),
                ("client_secret", &about.client_secret),
            ])
            .await;
        bench
    }

    fn about(&self) -> &Description {
        self.simulator.description()
    }

    /// A token for Exchange Online, whatever the fields of the form say who wants it.
    async fn sign_in(&self, form: &[(&str, &str)]) -> String {
        let about = self.about();
        let address = format!("{}/{}/oauth2/v2.0/token", about.login_endpoint, about.tenant_id);
        let mut form = form.to_vec();
        form.push(("scope", "https://outlook.office365.com/.default"));
        let answer: Value = self.client.post(address).form(&form).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn sign_in_as(&self, user: &str) -> String {
        let about = self.about().clone();
        self.sign_in(&[
            ("grant_type", "password"),
            ("client_id", &about.client_id),
            ("client_secret", &about.client_secret),
            ("username", user),
            ("password", &about.admin_password),
        ])
        .await
    }

    fn address(&self, below: &str) -> String {
        let about = self.about();
        format!("{}/adminapi/{}", about.exchange_endpoint, below.replace("{tenant}", &about.tenant_id))
    }

    /// Posts a body with our token.
    async fn post(&self, below: &str, body: &Value) -> Response {
        self.client.post(self.address(below)).bearer_auth(&self.token).json(body).send().await.unwrap()
    }

    /// Runs a cmdlet; status and document.
    async fn run(&self, cmdlet: &str, parameters: Value) -> (u16, Value) {
        let answer = self.post("beta/{tenant}/InvokeCommand", &envelope(cmdlet, parameters)).await;
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// The one object that a cmdlet gives.
    async fn one(&self, cmdlet: &str, parameters: Value) -> Value {
        let (status, body) = self.run(cmdlet, parameters).await;
        assert_eq!(status, 200, "{body}");
        let objects = body["value"].as_array().unwrap();
        assert_eq!(objects.len(), 1, "{body}");
        objects[0].clone()
    }

    /// Status and the server's own words of a refusal.
    async fn refusal(&self, cmdlet: &str, parameters: Value) -> (u16, String) {
        let (status, body) = self.run(cmdlet, parameters).await;
        (status, body["error"]["details"][0]["message"].as_str().unwrap_or_default().to_owned())
    }
}

fn hurried() -> Options {
    Options { users: 60, time_scale: 20.0, ..Options::default() }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal, most of the time")]
fn envelope(cmdlet: &str, parameters: Value) -> Value {
    json!({ "CmdletInput": { "CmdletName": cmdlet, "Parameters": parameters } })
}

/// Long enough for this many replication delays of `hurried`.
fn delay(bench: &Bench, times: u32) -> Duration {
    bench.simulator.world().replication_delay() * times
}
