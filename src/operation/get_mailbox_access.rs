//! `Get-M365MailboxAccess`: by which protocols people's mailboxes can be reached.

use std::{collections::BTreeMap, pin::pin, sync::Arc};

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{Operation, done, request::Request};
use crate::{
    change::{Access, Accesses, mailbox_access::no_mailbox},
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    say,
    service::{exchange::Exchange, graph::Graph, identity, user::Person},
    session::{Connected, permission::Act},
    target::{self, Exclusions, Found, Selected, Who},
};

/// Mailboxes that are asked for side by side; Exchange Online takes a few at once, and the others wait here.
const AT_ONCE: usize = 16;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Own {}

/// One `MailboxAccess` record; keys are the properties in lowerCamelCase.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    user: String,
    user_id: String,
    display_name: Option<String>,
    /// Each protocol's word: `Allowed`, `Blocked`, or `Organization` where that decides.
    #[serde(flatten)]
    protocols: BTreeMap<&'static str, &'static str>,
    allowed: Vec<&'static str>,
    blocked: Vec<&'static str>,
}

impl Record {
    fn new(person: Person, accesses: &Accesses) -> Self {
        let with = |wanted: Access| {
            let those = accesses.iter().filter(move |(_, access)| **access == wanted);
            those.map(|(protocol, _)| protocol.as_str()).collect()
        };
        Self {
            user: person.user_principal_name,
            user_id: person.id,
            display_name: person.display_name,
            protocols: accesses.iter().map(|(protocol, access)| (protocol.key(), word(*access))).collect(),
            allowed: with(Access::Open),
            blocked: with(Access::Closed),
        }
    }
}

const fn word(access: Access) -> &'static str {
    match access {
        Access::Open => "Allowed",
        Access::Closed => "Blocked",
        Access::Inherited => "Organization",
    }
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let who: Who = request.take()?;
    let Own {} = request.rest()?;
    who.check()?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let identity = identity::identity(&graph).await?;
    identity::require(session, &identity, Operation::GetMailboxAccess.cmdlet(), &[Act::ReadMailboxAccess], |_| None)
        .await?;
    let exchange = Exchange::new(Arc::clone(session), reporter.cancelled().clone(), identity);
    let mailboxes = Mailboxes::new(&who, exchange);
    let (exclusions, mailboxes) = target::before(Exclusions::resolve(&who, &graph).boxed(), mailboxes.boxed()).await?;
    let mut asking = Asking { mailboxes: mailboxes?, reporter, seen: Seen::default() };

    let mut found = pin!(target::stream(&who, None, &graph, reporter).await?);
    while let Some(some) = found.try_next().await? {
        let mut people = Vec::with_capacity(some.len());
        for found in some {
            match found {
                Found::Missing(missing) => {
                    asking.seen.failed += 1;
                    reporter.error(&missing.error).await;
                }
                Found::Person(selected) if exclusions.cover(&selected.person) => asking.seen.excluded += 1,
                Found::Person(selected) => people.push(selected),
            }
        }
        asking.show(people).await?;
    }
    asking.end().await
}

/// Where mailboxes are looked up.
enum Mailboxes {
    /// One by one.
    Each(Exchange),
    /// Everybody's were read before, in pages.
    All(BTreeMap<String, Accesses>),
}

impl Mailboxes {
    async fn new(who: &Who, exchange: Exchange) -> Result<Self> {
        if who.all { exchange.mailboxes().await.map(Self::All) } else { Ok(Self::Each(exchange)) }
    }

    async fn of(&self, person: &Person) -> Result<Option<Accesses>> {
        match self {
            Self::Each(exchange) => exchange.mailbox(&person.id, &person.user_principal_name).await,
            Self::All(all) => Ok(all.get(&person.id.to_ascii_lowercase()).cloned()),
        }
    }
}

#[derive(Debug, Default)]
struct Seen {
    shown: usize,
    failed: usize,
    excluded: usize,
    without: usize,
}

struct Asking<'a> {
    mailboxes: Mailboxes,
    reporter: &'a Reporter,
    seen: Seen,
}

impl Asking<'_> {
    /// Shows some people's mailboxes, in their order.
    async fn show(&mut self, people: Vec<Selected>) -> Result<()> {
        let read: Vec<_> = people
            .into_iter()
            .map(|selected| {
                let mailboxes = &self.mailboxes;
                async move { (mailboxes.of(&selected.person).await, selected) }.boxed()
            })
            .collect();
        let read: Vec<(Result<Option<Accesses>>, Selected)> = stream::iter(read).buffered(AT_ONCE).collect().await;
        let mut records = Vec::with_capacity(read.len());
        for (accesses, selected) in read {
            let error = match accesses {
                Ok(Some(accesses)) => {
                    records.push(Record::new(selected.person, &accesses));
                    continue;
                }
                // Among many it is no news that some have none.
                Ok(None) if !selected.singly => {
                    self.seen.without += 1;
                    continue;
                }
                Ok(None) => no_mailbox(),
                Err(error) if befalls_everybody(&error) => return Err(error),
                Err(error) => error,
            };
            self.seen.failed += 1;
            self.reporter.error(&error.on(selected.person.user_principal_name)).await;
        }
        self.seen.shown += records.len();
        self.reporter.records("MailboxAccess", &records).await
    }

    async fn end(self) -> Result<End> {
        let Self { seen, reporter, .. } = self;
        if seen.without > 0 {
            let sentence = say!("people_without_mailbox", "without a mailbox: {count}", count = seen.without);
            reporter.note(Level::Information, sentence).await;
        }
        target::say_whom(seen.shown + seen.without, seen.failed, seen.excluded, reporter).await;
        Ok(End { exit_code: u8::from(seen.failed > 0), ..done() })
    }
}

/// Whether the next person would fare no better.
fn befalls_everybody(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Forbidden | Code::Unauthenticated | Code::Unreachable | Code::Throttled | Code::Cancelled
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Protocol;

    #[test]
    fn each_protocol_is_a_property_and_stands_in_one_list_at_most() {
        let accesses: Accesses = Protocol::ALL
            .iter()
            .map(|protocol| match protocol {
                Protocol::Pop => (*protocol, Access::Closed),
                Protocol::SmtpAuth => (*protocol, Access::Inherited),
                _ => (*protocol, Access::Open),
            })
            .collect();
        let record = serde_json::to_value(Record::new(Person::default(), &accesses)).unwrap();
        assert_eq!(
            (&record["pop"], &record["owaForDevices"], &record["smtpAuth"]),
            (&"Blocked".into(), &"Allowed".into(), &"Organization".into())
        );
        assert_eq!(record["blocked"], serde_json::json!(["POP"]));
        assert_eq!(record["allowed"].as_array().unwrap().len(), Protocol::ALL.len() - 2);
    }
}
