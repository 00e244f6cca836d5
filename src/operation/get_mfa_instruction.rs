//! `Get-M365MfaInstruction`: what to send to people once they have to sign in in two steps.
//!
//! One read a person and nothing that is written. What is said stands in [`words`], one file a language; what it looks
//! like in [`form`].

mod document;
mod form;
mod words;

use std::{pin::pin, sync::Arc};

use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};

use self::{
    form::Format,
    words::{Facts, Language},
};
use super::{
    done,
    request::{Request, choice},
};
use crate::{
    error::{Code, Result},
    event::{End, Level},
    job::Reporter,
    say,
    service::{graph::Graph, identity, mfa_policy, user::Person},
    session::Connected,
    target::{self, Exclusions, Found, Who},
};

/// Sessions that were ended within this time were ended for the sake of what the message is about.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// `en`, `nl` or `sv`; without it each person's own, as far as it is one of them, else English.
    language: Option<String>,
    /// `Text`, `Html` or `Markdown`.
    format: Option<String>,
}

/// One `Instruction` record; keys are the properties of `M365Access.Instruction` in lowerCamelCase.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    user: &'a str,
    language: &'static str,
    subject: String,
    body: String,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let who: Who = request.take()?;
    let own: Own = request.rest()?;
    let language = choice("language", own.language.as_deref(), Language::ALL, Language::word)?;
    let format = choice("format", own.format.as_deref(), Format::ALL, Format::word)?.unwrap_or_default();
    who.check()?;

    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let identity = identity::identity(&graph).await?;
    let (exclusions, app_passwords) =
        target::before(Exclusions::resolve(&who, &graph), app_passwords(&graph, reporter)).await?;
    let app_passwords = app_passwords?;
    let now = Timestamp::now();

    let (mut shown, mut missing, mut excluded) = (0, 0, 0);
    let mut found = pin!(target::stream(&who, None, &graph, reporter).await?);
    while let Some(some) = found.try_next().await? {
        let mut people = Vec::with_capacity(some.len());
        for found in some {
            match found {
                Found::Missing(name) => {
                    missing += 1;
                    reporter.error(&name.error).await;
                }
                Found::Person(selected) if exclusions.cover(&selected.person) => excluded += 1,
                Found::Person(selected) => people.push(selected.person),
            }
        }
        let records: Vec<Record<'_>> = people
            .iter()
            .map(|person| {
                let language = language.unwrap_or_else(|| Language::preferred(person.preferred_language.as_deref()));
                let facts = Facts {
                    name: person.display_name.as_deref().unwrap_or(&person.user_principal_name),
                    user: &person.user_principal_name,
                    tenant: identity.tenant_name.as_deref(),
                    from: from(person, now),
                    app_passwords,
                };
                let document = language.document(&facts);
                let body = format.body(&document, language);
                Record { user: &person.user_principal_name, language: language.word(), subject: document.subject, body }
            })
            .collect();
        shown += records.len();
        reporter.records("Instruction", &records).await?;
    }
    target::say_whom(shown, missing, excluded, reporter).await;
    Ok(End { exit_code: u8::from(missing > 0), ..done() })
}

/// The day from which it counts: that on which the person's sessions were ended, if that is not long ago, else today.
fn from(person: &Person, now: Timestamp) -> Date {
    let ended = person.sign_in_sessions_valid_from_date_time.filter(|ended| now.duration_since(*ended) < RECENT);
    Offset::UTC.to_datetime(ended.unwrap_or(now)).date()
}

/// Whether the tenant lets people make app passwords, as far as that can be known.
async fn app_passwords(graph: &Graph, reporter: &Reporter) -> Result<bool> {
    match mfa_policy::read(graph).await {
        Ok(policy) => Ok(policy.allow_app_passwords == Some(true)),
        Err(error) if error.code() == Code::Cancelled => Err(error),
        Err(error) => {
            let sentence = say!(
                "app_passwords_unread",
                "whether people may make app passwords could not be read, so nothing is said of them: {why}",
                why = error
            )
            .quoting("why", &error);
            reporter.note(Level::Verbose, sentence).await;
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_from_the_day_on_which_sessions_were_ended_unless_that_is_long_ago() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let day = |ended: Option<&str>| {
            let ended = ended.map(|ended| ended.parse().unwrap());
            from(&Person { sign_in_sessions_valid_from_date_time: ended, ..Person::default() }, now).to_string()
        };
        assert_eq!(day(None), "2026-11-24");
        assert_eq!(day(Some("2026-11-22T23:59:59Z")), "2026-11-22");
        assert_eq!(day(Some("2026-11-01T00:00:00Z")), "2026-11-24");
    }
}
