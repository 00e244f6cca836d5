//! A simulated tenant for a test, and sessions in it.

use m365_access::{
    Session,
    simulator::{self, Options, Samples, Simulator},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A tenant of its own, and a folder for its journal.
pub(crate) struct Tenant {
    pub(crate) simulator: Simulator,
    pub(crate) runtime: Runtime,
    pub(crate) folder: TempDir,
}

impl Tenant {
    /// A small tenant in a hurry: durations of the service pass sixty times as fast.
    pub(crate) fn new() -> Self {
        Self::with(Options { time_scale: 60.0, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(simulator::start(options)).unwrap();
        Self { simulator, runtime, folder: TempDir::new().unwrap() }
    }

    /// A tenant with a plan of faults.
    pub(crate) fn with_faults(options: Options, plan: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("faults.json");
        std::fs::write(&path, plan.to_string()).unwrap();
        let mut options = options;
        options.fault_path = Some(path);
        let mut tenant = Self::with(options);
        tenant.folder = folder;
        tenant
    }

    pub(crate) fn samples(&self) -> &Samples {
        &self.simulator.description().samples
    }

    /// Settings of a session that signs in as the app that may do everything.
    pub(crate) fn settings(&self) -> Value {
        let about = self.simulator.description();
        json!({
            "tenantId": about.tenant_id,
            "clientId": about.client_id,
            "clientSecret": about.client_secret,
            "graphEndpoint": about.graph_endpoint,
            "loginEndpoint": about.login_endpoint,
            "exchangeEndpoint": about.exchange_endpoint,
            "timeScale": self.simulator.world().options.time_scale,
            "journalPath": self.folder.path().join("journal.db"),
        })
    }

    /// That session.
    pub(crate) fn session(&self) -> Session {
        Session::open(&self.settings().to_string())
    }

    /// The same with other settings on top.
    pub(crate) fn session_with(&self, more: &Value) -> Session {
        let mut settings = self.settings();
        for (key, value) in more.as_object().unwrap() {
            settings[key] = value.clone();
        }
        Session::open(&settings.to_string())
    }

    /// A session of a person, with a token that the person got by signing in.
    pub(crate) fn session_as(&self, user: &str) -> Session {
        let token = self.sign_in(user, &self.simulator.description().admin_password).unwrap();
        let mut settings = self.settings();
        settings.as_object_mut().unwrap().remove("clientId");
        settings.as_object_mut().unwrap().remove("clientSecret");
        settings["accessToken"] = token.into();
        Session::open(&settings.to_string())
    }

    /// The same with a token for Exchange Online beside the one for Graph.
    pub(crate) fn session_as_with_exchange(&self, user: &str) -> Session {
        let password = &self.simulator.description().admin_password;
        let token = |scope: &str| {
            let tokens =
                self.grant_for(scope, &[("grant_type", "password"), ("username", user), ("password", password)]);
            tokens.unwrap()["access_token"].clone()
        };
        let graph = token("https://graph.microsoft.com/.default");
        let exchange = token("https://outlook.office365.com/.default");
        self.session_with(
            &json!({ "clientId": null, "clientSecret": null, "accessToken": graph, "exchangeToken": exchange }),
        )
    }

    /// What the tenant itself knows of a person, without any delay.
    pub(crate) fn enabled(&self, user: &str) -> bool {
        self.simulator.world().tenant().user(user).unwrap().profile.latest().account_enabled
    }

    /// Everybody's name.
    pub(crate) fn everybody(&self) -> Vec<String> {
        let tenant = self.simulator.world().tenant();
        tenant.users.iter().map(|user| user.profile.latest().user_principal_name.clone()).collect()
    }

    /// The group that holds a role.
    pub(crate) fn role_group(&self) -> String {
        let tenant = self.simulator.world().tenant();
        let mut holders = tenant.role_assignments.iter().map(|assignment| assignment.principal_id);
        holders.find(|id| tenant.groups.contains_key(id)).unwrap().to_string()
    }

    /// A person signs in: the access token, or the number of the refusal.
    pub(crate) fn sign_in(&self, user: &str, password: &str) -> Result<String, i64> {
        self.grant(&[("grant_type", "password"), ("username", user), ("password", password)])
            .map(|tokens| tokens["access_token"].as_str().unwrap().to_owned())
    }

    /// A person's refresh token.
    pub(crate) fn refresh_token(&self, user: &str) -> String {
        let password = &self.simulator.description().admin_password;
        let tokens = self.grant(&[("grant_type", "password"), ("username", user), ("password", password)]).unwrap();
        tokens["refresh_token"].as_str().unwrap().to_owned()
    }

    /// Whether a refresh token still opens the door; else the number of the refusal.
    pub(crate) fn refresh(&self, token: &str) -> Result<(), i64> {
        self.grant(&[("grant_type", "refresh_token"), ("refresh_token", token)]).map(|_| ())
    }

    fn grant(&self, form: &[(&str, &str)]) -> Result<Value, i64> {
        self.grant_for("https://graph.microsoft.com/.default offline_access", form)
    }

    fn grant_for(&self, scope: &str, form: &[(&str, &str)]) -> Result<Value, i64> {
        let about = self.simulator.description();
        let url = format!("{}/{}/oauth2/v2.0/token", about.login_endpoint.trim_end_matches('/'), about.tenant_id);
        let common =
            [("client_id", about.client_id.as_str()), ("client_secret", &about.client_secret), ("scope", scope)];
        let form: Vec<_> = form.iter().chain(&common).collect();
        // Another test may have been faster; all want the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let answer: Value = self.runtime.block_on(async {
            reqwest::Client::builder()
                .no_proxy()
                .build()
                .unwrap()
                .post(url)
                .form(&form)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap()
        });
        match answer["error_codes"][0].as_i64() {
            Some(code) => Err(code),
            None => Ok(answer),
        }
    }
}
