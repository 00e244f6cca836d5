//! Exchange Online as commands: a cmdlet with parameters goes in, objects come out.
//!
//! Which endpoint carries a command is known to one file only, behind [`Transport`]: today that is the endpoint of
//! Microsoft's own module, which is documented nowhere; the documented Admin API covers neither mailbox protocols nor any
//! write to the organisation. When it does, a second transport takes over and nothing above notices.

pub(crate) mod cas_mailbox;
mod invoke_command;
pub(crate) mod organization_config;
pub(crate) mod protocol;

use std::{fmt::Debug, sync::Arc};

use futures_util::{Stream, future::BoxFuture, stream};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use url::Url;

use self::invoke_command::InvokeCommand;
use crate::{
    error::{Code, Error, Result},
    say,
    session::{Connected, identity::Identity, permission::Act},
};

/// Properties of one object, without annotations.
pub(crate) type Object = Map<String, Value>;

/// A cmdlet to be run.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    cmdlet: &'static str,
    parameters: Map<String, Value>,
    /// Properties that are wanted; empty for all.
    select: Vec<&'static str>,
    /// Where it is best run.
    anchor: Anchor,
    /// What it is for, as far as permissions and roles tell it apart.
    act: Act,
}

/// Which mailbox's server a command is sent to: a hint that saves the service a detour.
#[derive(Debug, Clone)]
enum Anchor {
    /// The mailbox of this user principal name.
    Mailbox(String),
    /// The organisation's own.
    Organization,
}

impl Command {
    fn new(cmdlet: &'static str, act: Act) -> Self {
        Self { cmdlet, parameters: Map::new(), select: Vec::new(), anchor: Anchor::Organization, act }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    fn select(self, select: impl IntoIterator<Item = &'static str>) -> Self {
        Self { select: select.into_iter().collect(), ..self }
    }

    fn near(self, user_principal_name: &str) -> Self {
        Self { anchor: Anchor::Mailbox(user_principal_name.to_owned()), ..self }
    }

    /// Whether it only reads; then a caller who wants to stop need not wait for it.
    fn reads(&self) -> bool {
        self.cmdlet.starts_with("Get-")
    }
}

/// What a command gave.
#[derive(Debug, Default)]
struct Output {
    objects: Vec<Object>,
    /// Where the next objects are.
    next: Option<Url>,
    /// The service's clock.
    date: Option<Timestamp>,
}

/// A way to run commands.
trait Transport: Debug + Send + Sync {
    /// Runs a command once, or goes on at `next` with what it gives. A refusal of the service is an error.
    fn run<'a>(&'a self, command: &'a Command, next: Option<Url>) -> BoxFuture<'a, Result<Output>>;
}

/// Exchange Online for one job. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    transport: Arc<dyn Transport>,
}

impl Exchange {
    /// Once `cancel` is cancelled, waits end and nothing new is sent.
    pub(crate) fn new(session: Arc<Connected>, cancel: CancellationToken, identity: Arc<Identity>) -> Self {
        let stop = cancel.clone();
        Self::stopping(session, cancel, stop, identity)
    }

    /// The same in two steps: once `stop` is cancelled, no write is sent any more, and reads go on until `cancel`. So what
    /// was written can still be read back.
    pub(crate) fn stopping(
        session: Arc<Connected>,
        cancel: CancellationToken,
        stop: CancellationToken,
        identity: Arc<Identity>,
    ) -> Self {
        Self { transport: Arc::new(InvokeCommand::new(session, cancel, stop, identity)) }
    }

    /// Runs a command for its effect. Gives the service's time of its answer.
    async fn execute(&self, command: &Command) -> Result<Option<Timestamp>> {
        Ok(self.transport.run(command, None).await?.date)
    }

    /// The one object that a command gives; nothing if the service knows no object of that identity.
    async fn one(&self, command: &Command) -> Result<Option<Object>> {
        let mut objects = match self.transport.run(command, None).await {
            Ok(output) => output.objects.into_iter(),
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        match (objects.next(), objects.next()) {
            (Some(object), None) => Ok(Some(object)),
            (None, _) => Err(undecodable("one object is expected, and none came")),
            (Some(_), Some(_)) => Err(undecodable("one object is expected, and several came")),
        }
    }

    /// All objects that a command gives, page by page.
    fn all(&self, command: Command) -> impl Stream<Item = Result<Vec<Object>>> + Send + '_ {
        let first = Some((command, None));
        stream::try_unfold(first, move |place: Option<(Command, Option<Url>)>| async move {
            let Some((command, next)) = place else { return Ok(None) };
            let Output { objects, next, .. } = self.transport.run(&command, next).await?;
            Ok(Some((objects, next.map(|next| (command, Some(next))))))
        })
    }
}

/// Whether a refusal says that there is no such object. Other things can be answered with 404 too, and only the words
/// tell them apart.
fn is_missing(error: &Error) -> bool {
    let facts = error.facts();
    let said = facts.message_arguments.get("service_message");
    facts.http_status == Some(404) && said.is_some_and(|said| said.contains("be found"))
}

fn undecodable(why: &str) -> Error {
    Error::new(Code::Decode, say!("undecodable", "the service's answer is not what it documents: {why}", why = why))
}

#[cfg(test)]
mod tests;
