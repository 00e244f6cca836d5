//! The simulated tenant of a session: started in this process, signed in to over HTTP like any other.

use std::ops::RangeInclusive;

use secrecy::SecretString;

use super::{
    Settings,
    endpoint::Endpoints,
    settings::out_of_range,
    sign_in::{ClientSecret, Credential, Person},
};
use crate::{
    error::{Code, Error, Result},
    say,
    simulator::{self, Description, Options, Simulator, StartError},
};

/// Slower than the services for those who want to look on, faster for those who test.
const TIME_SCALES: RangeInclusive<f64> = 0.001..=1_000_000.0;

/// Who signs in when it is the app and not a person.
const APP: &str = "App";

/// The tenant that the settings describe.
pub(super) fn options(settings: &Settings) -> Options {
    let usual = Options::default();
    Options {
        users: settings.simulated_users.unwrap_or(usual.users),
        seed: settings.seed.unwrap_or(usual.seed),
        latency_milliseconds: settings.latency_milliseconds.unwrap_or(usual.latency_milliseconds),
        time_scale: settings.pace(),
        fault_path: settings.fault_path.clone(),
        ..usual
    }
}

/// Refuses options outside their ranges; `users` is the field that says how many people there are.
pub(crate) fn check(options: &Options, users: &'static str) -> Result<()> {
    if !Options::USERS.contains(&options.users) {
        return Err(out_of_range(users, Options::USERS.start(), Options::USERS.end()));
    }
    if !TIME_SCALES.contains(&options.time_scale) {
        return Err(out_of_range("timeScale", TIME_SCALES.start(), TIME_SCALES.end()));
    }
    if options.latency_milliseconds > Options::LONGEST_LATENCY {
        return Err(out_of_range("latencyMilliseconds", 0, Options::LONGEST_LATENCY));
    }
    Ok(())
}

/// Starts a tenant whose options were checked.
pub(crate) async fn start_with(options: Options) -> Result<Simulator> {
    simulator::start(options).await.map_err(|error| match error {
        // What is left to be wrong is in the file of faults.
        StartError::Option(sentence) => Error::new(Code::Argument, sentence).on("faultPath"),
        StartError::System(sentence) if sentence.id == "simulator_port" => Error::new(Code::Argument, sentence)
            .on("port")
            .advise(say!("another_port", "give another port, or none: any free one will do")),
        StartError::System(sentence) => Error::new(Code::File, sentence),
    })
}

/// Where it is and how to get in: as a Global Administrator unless the settings say otherwise.
pub(super) fn way_in(settings: &Settings, tenant: &Description) -> Result<(Endpoints, Credential)> {
    let endpoints = Endpoints::of(&Settings {
        graph_endpoint: Some(tenant.graph_endpoint.clone()),
        login_endpoint: Some(tenant.login_endpoint.clone()),
        exchange_endpoint: Some(tenant.exchange_endpoint.clone()),
        ..Settings::default()
    })?;
    let secret = SecretString::from(tenant.client_secret.as_str());
    let credential = match settings.sign_in_as.as_deref().map(str::trim) {
        Some(name) if name.eq_ignore_ascii_case(APP) => Credential::ClientSecret(ClientSecret {
            tenant: tenant.tenant_id.clone(),
            client_id: tenant.client_id.clone(),
            secret,
        }),
        name => Credential::Person(Person {
            tenant: tenant.tenant_id.clone(),
            client_id: tenant.client_id.clone(),
            client_secret: secret,
            user_principal_name: name.unwrap_or(&tenant.samples.global_admin).to_owned(),
            password: SecretString::from(tenant.admin_password.as_str()),
        }),
    };
    Ok((endpoints, credential))
}
