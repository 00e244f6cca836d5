//! `Get-M365Mfa`: per-user MFA states, what people have registered, and what protects their sign-in.
//!
//! Methods of a few people who are named are read one by one, as they are now; those of many come from the service's
//! report, which is up to a day old and says so.

use std::{pin::pin, sync::Arc};

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::{request::Request, set_mfa::security_defaults_on};
use crate::{
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    say,
    service::{
        directory::RoleHolders,
        graph::Graph,
        method::Kind,
        mfa::{MfaState, MfaStates},
        registration::{Registered, Report},
        user::Person,
    },
    session::Connected,
    target::{self, Exclusions, Found, Who},
};

/// People whose methods are read one by one; each costs two calls of a quota of five in ten seconds.
const ONE_BY_ONE: usize = 5;
/// People named one by one of whom the report is asked by id; of more, the whole report is read.
const BY_ID: usize = 75;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Only people in this state. Without a selector: of everybody.
    state: Option<String>,
}

impl Own {
    fn view(&self) -> Result<Option<MfaState>> {
        match self.state.as_deref() {
            None => Ok(None),
            Some(word) if word.trim().eq_ignore_ascii_case("any") => Ok(None),
            Some(word) => MfaState::named(word).map(Some).ok_or_else(|| {
                let sentence = say!(
                    "mfa_view_unknown",
                    "'{word}' is no MFA state: Any, Enabled, Enforced or Disabled is expected",
                    word = word
                );
                Error::new(Code::Argument, sentence).on("state")
            }),
        }
    }
}

/// One `Mfa` record; keys are the properties of `M365Access.Mfa` in lowerCamelCase.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    user: String,
    user_id: String,
    display_name: Option<String>,
    mfa_state: &'static str,
    /// Types, without the password; `null` where they could not be read.
    methods_registered: Option<Vec<String>>,
    default_method: Option<String>,
    /// Holds a directory role; `null` where roles could not be read.
    is_admin: Option<bool>,
    protection: Protection,
}

/// What protects a sign-in, as far as can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Protection {
    PerUser,
    SecurityDefaults,
    None,
    Unknown,
}

impl Protection {
    /// `defaults`: whether security defaults are on, where that could be read.
    const fn of(state: MfaState, defaults: Option<bool>) -> Self {
        match (defaults, state) {
            (Some(true), _) => Self::SecurityDefaults,
            (_, MfaState::Enabled | MfaState::Enforced) => Self::PerUser,
            (Some(false), MfaState::Disabled) => Self::None,
            (None, MfaState::Disabled) => Self::Unknown,
        }
    }
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let mut who: Who = request.take()?;
    let own: Own = request.rest()?;
    let view = own.view()?;
    // Whoever asks for a state and names nobody wants them all; reading changes nothing.
    who.all |= own.state.is_some() && !who.selects();
    who.check()?;

    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let exclusions = Exclusions::resolve(&who, &graph).await?;
    let (defaults, holders, states) =
        tokio::join!(graph.security_defaults(), graph.role_holders(), MfaStates::of(&graph, who.all));
    let looker = Looker {
        graph: &graph,
        reporter,
        defaults: said(defaults, reporter, unread_defaults).await?,
        holders: said(holders, reporter, unread_roles).await?,
        states: states?,
        registrations: Registrations::of(&who, &graph, reporter).await?,
        view,
    };
    if looker.defaults == Some(true) {
        reporter.note(Level::Warning, security_defaults_on()).await;
    }
    looker.look(&who, &exclusions).await
}

fn unread_defaults(error: &Error) -> crate::sentence::Sentence {
    say!("defaults_unread", "whether security defaults are on could not be read: {why}", why = error)
        .quoting("why", error)
}

fn unread_roles(error: &Error) -> crate::sentence::Sentence {
    say!("roles_unread", "directory roles could not all be read: {why}", why = error).quoting("why", error)
}

fn unread_registrations(error: &Error) -> crate::sentence::Sentence {
    say!("registrations_unread", "registered methods could not be read: {why}", why = error).quoting("why", error)
}

/// What was read; what could not be is said, and is then not known.
async fn said<T>(
    read: Result<T>,
    reporter: &Reporter,
    sentence: fn(&Error) -> crate::sentence::Sentence,
) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.code() == Code::Cancelled => Err(error),
        Err(error) => {
            reporter.note(Level::Warning, sentence(&error)).await;
            Ok(None)
        }
    }
}

/// Where registered methods come from.
enum Registrations {
    /// Read one by one.
    Now,
    /// From the report, of some people at a time.
    ById,
    /// From the report.
    Whole(Report),
    Unread,
}

impl Registrations {
    async fn of(who: &Who, graph: &Graph, reporter: &Reporter) -> Result<Self> {
        match who.named_singly() {
            Some(..=ONE_BY_ONE) => Ok(Self::Now),
            Some(..=BY_ID) => Ok(Self::ById),
            _ => {
                let report = said(graph.registrations().await, reporter, unread_registrations).await?;
                if let Some(report) = &report {
                    dated(report, reporter).await;
                }
                Ok(report.map_or(Self::Unread, Self::Whole))
            }
        }
    }
}

/// Says how old the report is.
async fn dated(report: &Report, reporter: &Reporter) {
    if let Some(time) = report.dated {
        let sentence = say!(
            "registrations_dated",
            "registered methods are those of the service's report of {time}; name a few people to see theirs as they are now",
            time = time.strftime("%Y-%m-%d %H:%M UTC")
        );
        reporter.note(Level::Information, sentence).await;
    }
}

struct Looker<'a> {
    graph: &'a Graph,
    reporter: &'a Reporter,
    defaults: Option<bool>,
    holders: Option<RoleHolders>,
    states: MfaStates,
    registrations: Registrations,
    view: Option<MfaState>,
}

impl Looker<'_> {
    async fn look(self, who: &Who, exclusions: &Exclusions) -> Result<End> {
        let (mut people, mut missing, mut excluded, mut unprotected) = (0, 0, 0, false);
        let mut found = pin!(target::stream(who, None, self.graph, self.reporter).await?);
        while let Some(some) = found.try_next().await? {
            let mut wanted = Vec::with_capacity(some.len());
            for found in some {
                match found {
                    Found::Missing(name) => {
                        missing += 1;
                        self.reporter.error(&name.error).await;
                    }
                    Found::Person(selected) if exclusions.cover(&selected.person) => excluded += 1,
                    Found::Person(selected) => wanted.push(selected.person),
                }
            }
            people += wanted.len();
            let records = self.records(wanted, &mut missing).await?;
            unprotected |= records.iter().any(|record| record.protection == Protection::None);
            self.reporter.records("Mfa", &records).await?;
        }
        if unprotected {
            let sentence = say!(
                "conditional_access_unread",
                "Conditional Access is not read: Protection None means that neither per-user MFA nor security defaults protect"
            );
            self.reporter.note(Level::Information, sentence).await;
        }
        target::say_whom(people, missing, excluded, self.reporter).await;
        Ok(End { exit_code: u8::from(missing > 0), ..super::done() })
    }

    async fn records(&self, people: Vec<Person>, missing: &mut usize) -> Result<Vec<Record>> {
        let mut states = self.states.of_people(self.graph, &people);
        let mut seen = Vec::with_capacity(people.len());
        for person in &people {
            match states.next().await {
                Some(Ok(state)) if self.view.is_none_or(|view| view == state) => seen.push((person, state)),
                // What befalls everybody ends the operation; what befalls one is said of that one.
                Some(Err(error))
                    if matches!(
                        error.code(),
                        Code::NotFound | Code::Decode | Code::AnswerLost | Code::ServiceFault
                    ) =>
                {
                    *missing += 1;
                    self.reporter.error(&error.on(person.user_principal_name.as_str())).await;
                }
                Some(Err(error)) => return Err(error),
                Some(Ok(_)) | None => {}
            }
        }
        drop(states);
        let registered = self.registered(&seen).await?;
        let record = |((person, state), registered): ((&Person, MfaState), Option<Registered>)| Record {
            user: person.user_principal_name.clone(),
            user_id: person.id.clone(),
            display_name: person.display_name.clone(),
            mfa_state: state.as_str(),
            default_method: registered.as_ref().and_then(|registered| registered.preferred.as_deref()).map(capitalised),
            methods_registered: registered.map(|registered| registered.methods),
            is_admin: self.holders.as_ref().map(|holders| holders.active.contains_key(&person.id)),
            protection: Protection::of(state, self.defaults),
        };
        Ok(seen.into_iter().zip(registered).map(record).collect())
    }

    /// What each of them has registered, in their order.
    async fn registered(&self, people: &[(&Person, MfaState)]) -> Result<Vec<Option<Registered>>> {
        let by_id;
        let report = match &self.registrations {
            Registrations::Unread => return Ok(vec![None; people.len()]),
            Registrations::Now => return self.one_by_one(people).await,
            Registrations::Whole(report) => report,
            Registrations::ById => {
                let ids: Vec<&str> = people.iter().map(|(person, _)| person.id.as_str()).collect();
                let read = self.graph.registrations_of(&ids).await;
                by_id = said(read, self.reporter, unread_registrations).await?.unwrap_or_default();
                dated(&by_id, self.reporter).await;
                &by_id
            }
        };
        Ok(people.iter().map(|(person, _)| report.people.get(&person.id).cloned()).collect())
    }

    async fn one_by_one(&self, people: &[(&Person, MfaState)]) -> Result<Vec<Option<Registered>>> {
        let reads: Vec<_> = people.iter().map(|(person, _)| now(self.graph, &person.id).boxed()).collect();
        let mut registered = Vec::with_capacity(people.len());
        let mut said_why = false;
        for read in futures_util::future::join_all(reads).await {
            match read {
                Err(error) if !said_why && error.code() != Code::Cancelled => {
                    said_why = true;
                    self.reporter.note(Level::Warning, unread_registrations(&error)).await;
                    registered.push(None);
                }
                Err(error) if error.code() == Code::Cancelled => return Err(error),
                read => registered.push(read.ok()),
            }
        }
        Ok(registered)
    }
}

/// What somebody has registered now, the password left out.
async fn now(graph: &Graph, user_id: &str) -> Result<Registered> {
    let (methods, preferred) = tokio::join!(graph.methods(user_id), graph.preferred_method(user_id));
    let mut words: Vec<String> = Vec::new();
    for method in methods?.iter().filter(|method| method.kind() != Some(Kind::Password)) {
        if !words.iter().any(|known| known == method.word()) {
            words.push(method.word().to_owned());
        }
    }
    Ok(Registered { methods: words, preferred: preferred? })
}

/// The service's word as a word of ours: `voiceMobile` is `VoiceMobile`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protection_says_what_decides_and_admits_what_it_does_not_know() {
        for (state, defaults, protection) in [
            (MfaState::Disabled, Some(true), Protection::SecurityDefaults),
            (MfaState::Enforced, Some(true), Protection::SecurityDefaults),
            (MfaState::Enforced, None, Protection::PerUser),
            (MfaState::Enabled, Some(false), Protection::PerUser),
            (MfaState::Disabled, Some(false), Protection::None),
            (MfaState::Disabled, None, Protection::Unknown),
        ] {
            assert_eq!(Protection::of(state, defaults), protection, "{state:?} {defaults:?}");
        }
    }

    #[test]
    fn a_view_is_a_state_or_any() {
        let view = |word: &str| Own { state: Some(word.to_owned()) }.view();
        assert_eq!(view("any").unwrap(), None);
        assert_eq!(view("ENFORCED").unwrap(), Some(MfaState::Enforced));
        assert_eq!(view("on").unwrap_err().code(), Code::Argument);
    }
}
