//! The command endpoint that Microsoft's own module uses: `POST /adminapi/beta/{tenant}/InvokeCommand`.
//!
//! Documented nowhere; what is known of it comes from public code. Its answers are read accordingly: annotations are left
//! out, a body that is no document is an error and not a guess, and a refusal without words is said in ours.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::{Anchor, Command, Object, Output, Transport};
use crate::{
    error::{Code, Error, Result},
    http::{Cost, Repeat, Request},
    say,
    service::{
        graph::{Reply, date},
        identity,
    },
    session::{Connected, Service, identity::Identity, permission},
};

/// Objects on one page.
const PAGE: &str = "odata.maxpagesize=1000";
/// The organisation's own mailbox, the same in every tenant.
const SYSTEM_MAILBOX: &str = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";

/// The endpoint, for one job.
#[derive(Debug)]
pub(super) struct InvokeCommand {
    session: Arc<Connected>,
    cancel: CancellationToken,
    /// Ends the waiting of writes; one that is on its way is waited for.
    stop: CancellationToken,
    identity: Arc<Identity>,
    /// By which the service's logs know that these commands belong together.
    connection_id: Uuid,
}

#[derive(Deserialize)]
struct Answer {
    value: Vec<Map<String, Value>>,
    #[serde(rename = "@odata.nextLink", default)]
    next_link: Option<Url>,
    /// Trouble that did not end the command.
    #[serde(rename = "@adminapi.errors", default)]
    errors: Vec<Value>,
}

impl InvokeCommand {
    pub(super) fn new(
        session: Arc<Connected>,
        cancel: CancellationToken,
        stop: CancellationToken,
        identity: Arc<Identity>,
    ) -> Self {
        Self { session, cancel, stop, identity, connection_id: Uuid::new_v4() }
    }

    async fn send(&self, command: &Command, next: Option<Url>) -> Result<Output> {
        let url = match next {
            Some(next) => next,
            None => self.address(command).await?,
        };
        let body = json!({ "CmdletInput": { "CmdletName": command.cmdlet, "Parameters": command.parameters } });
        let request = Request {
            method: Method::POST,
            url,
            headers: self.headers(command),
            body: Some(body.to_string().into()),
            // There are no published quotas; a cost of its own only tells what need not be waited for.
            cost: Cost { resource_units: u32::from(command.reads()), ..Cost::default() },
            // Every command of ours reads, or sets an absolute state.
            repeat: Repeat::Always,
        };
        let cancel = if command.reads() { &self.cancel } else { &self.stop };
        let response = self.session.send(Service::Exchange, request, cancel).await?;
        let reply = Reply {
            date: date(&response.headers),
            status: response.status,
            headers: response.headers,
            body: response.body,
            client_request_id: response.client_request_id,
        };
        if reply.status == 403 {
            return Err(self.refusal(command, reply.error()).await);
        }
        output(command, &reply.success()?)
    }

    async fn address(&self, command: &Command) -> Result<Url> {
        let root = self.session.root(Service::Exchange).await?;
        let path = format!("adminapi/beta/{}/InvokeCommand", self.identity.tenant_id);
        let mut url = root.join(&path).map_err(|error| Error::internal(format_args!("{path} is no path: {error}")))?;
        if !command.select.is_empty() {
            url.query_pairs_mut().append_pair("$select", &command.select.join(","));
        }
        Ok(url)
    }

    fn headers(&self, command: &Command) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([
            (http::header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
            (HeaderName::from_static("prefer"), HeaderValue::from_static(PAGE)),
            (HeaderName::from_static("x-clientapplication"), HeaderValue::from_static("m365-access")),
        ]);
        let texts = [("x-anchormailbox", self.anchor(command)), ("connection-id", self.connection_id.to_string())];
        for (name, text) in texts {
            // A hint that cannot stand in a header is left out: the service finds its way without.
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }

    fn anchor(&self, command: &Command) -> String {
        match &command.anchor {
            Anchor::Mailbox(name) => format!("UPN:{name}"),
            Anchor::Organization if self.identity.is_person => format!("UPN:{}", self.identity.account),
            Anchor::Organization => format!("APP:{SYSTEM_MAILBOX}@{}", self.identity.tenant_id),
        }
    }

    /// A refusal says nothing at all: neither which permission is missing nor which role. What we know of our own token
    /// tells which of them it is.
    async fn refusal(&self, command: &Command, refused: Error) -> Error {
        let person = self.identity.is_person;
        let held = identity::permissions(&self.session, &self.identity, Service::Exchange).await.ok().flatten();
        let any_of = command.act.permissions(person);
        let permission =
            held.as_ref().map_or(any_of.first().copied(), |held| permission::missing_permission(held, any_of));
        let role = permission::missing_role(command.act, person, &BTreeSet::new(), std::iter::empty());
        let error = Error::new(
            Code::Forbidden,
            say!(
                "exchange_refuses",
                "Exchange Online does not let {account} run {cmdlet}",
                account = self.identity.account,
                cmdlet = command.cmdlet
            ),
        );
        let error = match (permission.filter(|_| held.is_some()), role) {
            (Some(permission), _) => error.advise(say!(
                "grant_permission",
                "grant {permission} to the app and consent to it, then connect again",
                permission = permission
            )),
            (None, role) => error.advise(say!(
                "exchange_role",
                "it needs the role {role} (or a higher one) beside the permission {permission}; a role given a moment ago can take an hour to count",
                role = role.unwrap_or_default(),
                permission = any_of.first().copied().unwrap_or_default()
            )),
        };
        error.answered_as(&refused).with(|ours| {
            ours.missing_permission = permission.map(str::to_owned);
            ours.missing_role = role.filter(|_| permission.is_none() || held.is_none()).map(str::to_owned);
        })
    }
}

impl Transport for InvokeCommand {
    fn run<'a>(&'a self, command: &'a Command, next: Option<Url>) -> BoxFuture<'a, Result<Output>> {
        self.send(command, next).boxed()
    }
}

/// What stands in an answer that is a success.
pub(super) fn output(command: &Command, reply: &Reply) -> Result<Output> {
    // Of a write any success is one, with or without a document; reading it back decides.
    let answer: Answer = match reply.json() {
        Ok(answer) => answer,
        Err(_) if !command.reads() => Answer { value: Vec::new(), next_link: None, errors: Vec::new() },
        Err(error) => return Err(error),
    };
    if let Some(error) = answer.errors.first() {
        let said = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
        let sentence =
            say!("service_fault", "the service has a fault of its own: {service_message}", service_message = said);
        return Err(Error::new(Code::ServiceFault, sentence)
            .with(|facts| facts.client_request_id = Some(reply.client_request_id.clone())));
    }
    let bare = |object: Object| object.into_iter().filter(|(name, _)| !name.contains('@')).collect();
    Ok(Output { objects: answer.value.into_iter().map(bare).collect(), next: answer.next_link, date: reply.date })
}
