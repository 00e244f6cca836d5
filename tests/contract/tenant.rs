//! A simulated tenant, and an administrator in it who may do everything.

use std::time::Duration;

use m365_access::simulator::{self, Options, Simulator};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub(crate) struct Tenant {
    runtime: Runtime,
    simulator: Simulator,
    client: reqwest::Client,
    token: String,
    /// Object id of a person without any part to play.
    pub(crate) user: String,
    /// Object id of a person who has registered a method of every type.
    pub(crate) registered: String,
    pub(crate) id: String,
}

impl Tenant {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        // Quotas are kept here too; a window of ten seconds passes in a tenth of one.
        let options = Options { time_scale: 100.0, replication_milliseconds: 0, ..Options::default() };
        let simulator = runtime.block_on(simulator::start(options)).unwrap();
        let about = simulator.description().clone();
        let id = |name: &str| simulator.world().tenant().user(name).unwrap().id.to_string();
        let (user, registered) = (id(&about.samples.user), id(&about.samples.many_methods));
        // The client wants a provider even where there is no https; the other test may have installed it.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let form = [
            ("grant_type", "password"),
            ("username", &about.samples.global_admin),
            ("password", &about.admin_password),
            ("client_id", &about.client_id),
            ("client_secret", &about.client_secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let url = format!("{}/{}/oauth2/v2.0/token", about.login_endpoint.trim_end_matches('/'), about.tenant_id);
        let tokens: Value =
            runtime.block_on(async { client.post(url).form(&form).send().await.unwrap().json().await.unwrap() });
        let token = tokens["access_token"].as_str().unwrap_or_else(|| panic!("no token: {tokens}")).to_owned();
        Self { runtime, simulator, client, token, user, registered, id: about.tenant_id }
    }

    /// Calls an address below Graph's root, again where the quota says so: status and body.
    pub(crate) fn call(&self, method: &str, address: &str, body: Option<&Value>) -> (u16, Vec<u8>) {
        let (status, _, body) = self.send(method, address, body);
        (status, body)
    }

    /// Id of the method of this type that is registered.
    pub(crate) fn method(&self, kind: &str) -> String {
        let (status, body) = self.call("GET", &format!("beta/users/{}/authentication/methods", self.registered), None);
        assert_eq!(status, 200);
        let list: Value = serde_json::from_slice(&body).unwrap();
        let name = format!("#microsoft.graph.{kind}");
        let found = list["value"].as_array().unwrap().iter().find(|method| method["@odata.type"] == name.as_str());
        // What has been deleted a moment ago is not found; the call then says so.
        found.map_or_else(|| kind.to_owned(), |method| method["id"].as_str().unwrap().to_owned())
    }

    /// Id, with the query that belongs to it, of a password reset that has been accepted.
    pub(crate) fn operation(&self) -> String {
        let path = format!(
            "v1.0/users/{}/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword",
            self.user
        );
        let (status, location, _) = self.send("POST", &path, Some(&json!({})));
        assert_eq!(status, 202);
        location.unwrap().rsplit('/').next().unwrap().to_owned()
    }

    fn send(&self, method: &str, address: &str, body: Option<&Value>) -> (u16, Option<String>, Vec<u8>) {
        let root = &self.simulator.description().graph_endpoint;
        let url = format!("{}/{address}", root.trim_end_matches('/'));
        self.runtime.block_on(async {
            loop {
                let request = self
                    .client
                    .request(method.parse().unwrap(), &url)
                    .bearer_auth(&self.token)
                    .header("ConsistencyLevel", "eventual");
                let request = match body {
                    Some(body) => request.json(body),
                    None => request,
                };
                let reply = request.send().await.unwrap();
                let header = |name: &str| reply.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
                if reply.status() == 429 {
                    let wait: f64 = header("retry-after").unwrap().parse().unwrap();
                    tokio::time::sleep(Duration::from_secs_f64(wait)).await;
                    continue;
                }
                let location = header("location");
                return (reply.status().as_u16(), location, reply.bytes().await.unwrap().to_vec());
            }
        })
    }
}
