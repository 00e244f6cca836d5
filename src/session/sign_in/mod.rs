//! Ways to get a token, one file each. What they have in common is the token endpoint; what it refuses is read in
//! [`refusal`].
//!
//! A new way is a variant of [`Credential`] and a file beside these.

mod brought;
mod client_secret;
mod form;
mod person;
mod refusal;

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;

use self::form::Form;
pub(super) use self::{
    brought::{Brought, advice as bring_another},
    client_secret::ClientSecret,
    person::Person,
};
use super::{
    Service,
    endpoint::Endpoints,
    token::{Issue, Token},
};
use crate::{
    error::{Code, Error, Result},
    http::{
        Client, Cost, Pace, Repeat, Request,
        retry::{Tries, Verdict},
    },
    say,
};

/// How a session signs in.
#[derive(Debug)]
pub(super) enum Credential {
    /// An app with its secret.
    ClientSecret(ClientSecret),
    /// Tokens that the caller already has.
    Brought(Brought),
    /// A person of a simulated tenant.
    Person(Person),
}

impl Credential {
    /// The word for it in a `Connection`.
    pub(super) fn auth_type(&self) -> &'static str {
        match self {
            Self::ClientSecret(_) => "ClientSecret",
            Self::Brought(_) => "AccessToken",
            Self::Person(_) => "Simulated",
        }
    }

    /// Whether another token can be had when the service does not accept this one.
    pub(super) fn is_renewable(&self) -> bool {
        !matches!(self, Self::Brought(_))
    }

    /// Whether a person signs in, as far as the way of signing in tells.
    pub(super) fn is_person(&self) -> Option<bool> {
        match self {
            Self::ClientSecret(_) => Some(false),
            Self::Brought(_) => None,
            Self::Person(_) => Some(true),
        }
    }

    /// Client id of the app, where we know it.
    pub(super) fn client_id(&self) -> Option<&str> {
        match self {
            Self::ClientSecret(credential) => Some(&credential.client_id),
            Self::Brought(_) => None,
            Self::Person(credential) => Some(&credential.client_id),
        }
    }
}

/// A service that a token is wanted for, and all that is needed to ask for it.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) service: Service,
    pub(super) credential: &'a Credential,
    pub(super) endpoints: &'a Endpoints,
    pub(super) client: &'a Client,
    pub(super) pace: Pace,
}

impl Issue for Asking<'_> {
    async fn issue(&self, claims: Option<&str>) -> Result<Token> {
        match self.credential {
            Credential::ClientSecret(credential) => credential.token(self, claims).await,
            Credential::Brought(brought) => brought.token(self.service, self.endpoints),
            Credential::Person(person) => person.token(self, claims).await,
        }
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// Seconds; some endpoints write numbers as text.
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

impl Granted {
    fn lives(&self) -> Option<Duration> {
        let seconds = match self.expires_in.as_ref()? {
            serde_json::Value::String(text) => text.trim().parse().ok()?,
            number => number.as_f64()?,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }
}

impl Asking<'_> {
    /// Sends a form to the tenant's token endpoint: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    async fn exchange(&self, tenant: &str, mut form: Form, claims: Option<&str>) -> Result<Token> {
        form.field("scope", &self.endpoints.scope(self.service));
        if let Some(claims) = claims {
            form.field("claims", claims);
        }
        let url = self
            .endpoints
            .login
            .join(&format!("{tenant}/oauth2/v2.0/token"))
            .map_err(|error| Error::internal(format_args!("the token endpoint makes no address: {error}")))?;
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))]);
        let secrets = form.secrets();
        let request = Request {
            method: Method::POST,
            url,
            headers,
            body: Some(form.into_bytes()),
            cost: Cost::default(),
            // Asking for a token twice harms nobody: the first is simply not used.
            repeat: Repeat::Always,
        };
        let mut tries = Tries::new(self.pace, request.repeat);
        loop {
            let since = Instant::now();
            let sent = self.client.send(&request, None).await;
            let verdict = match &sent {
                Ok(answer) if refusal::is_passing(answer) => tries.judge_refused(&sent),
                _ => tries.judge(&sent),
            };
            if let Verdict::Again { wait, .. } = verdict {
                tokio::time::sleep(wait).await;
                continue;
            }
            let answer = sent.map_err(unanswered)?;
            if answer.status != 200 {
                return Err(refusal::error(&answer, &secrets));
            }
            let granted: Granted = serde_json::from_slice(&answer.body).map_err(|_| {
                Error::new(Code::Decode, say!("token_undecodable", "the sign-in service's answer holds no token"))
                    .with(|facts| facts.client_request_id = Some(answer.client_request_id.clone()))
            })?;
            let lives = granted.lives();
            return Ok(Token::new(granted.access_token, since, lives));
        }
    }
}

/// A lost answer of the sign-in service is not the lost answer of the request that a token was wanted for: that was
/// never sent.
fn unanswered(error: Error) -> Error {
    if error.code() != Code::AnswerLost {
        return error;
    }
    let client_request_id = error.facts().client_request_id.clone();
    Error::new(
        Code::Unreachable,
        say!("sign_in_unanswered", "the sign-in service did not answer: {why}", why = error).quoting("why", &error),
    )
    .with(|facts| facts.client_request_id = client_request_id)
}
