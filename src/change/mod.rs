//! Changes: the smallest things that can be planned, applied, read back and (mostly) undone.
//!
//! A change is plain data: a subject, a wanted state, what must have succeeded before it. How its kind is read, applied,
//! judged and worded stands in one file a kind; this file only knows which file that is.

mod generated_password;
mod kind;
pub(crate) mod mailbox_access;
mod mfa;
mod mfa_methods;
pub(crate) mod mfa_policy;
pub(crate) mod modern_authentication;
mod outcome;
mod password;
mod sessions;
mod sign_in;
mod state;
mod subject;
mod wanted;
mod word;
mod written;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub(crate) use generated_password::generate as generate_password;
pub use kind::Kind;
pub use outcome::Outcome;
pub(crate) use state::State;
pub use subject::Subject;
pub use wanted::Wanted;
pub use word::Word;
pub(crate) use written::{Applied, Refused, Verdict, Written};

pub use crate::service::exchange::protocol::{Access, Accesses, Protocol};

use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
    service::{
        self, Services,
        graph::Reply,
        user::{self, Person},
    },
    session::identity::Identity,
};

/// One change of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Position in the plan, from 0.
    pub sequence: u32,
    /// Whom it is about.
    pub subject: Subject,
    /// What is wanted.
    pub wanted: Wanted,
    /// The change (of the same subject) that must have succeeded first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<u32>,
}

impl Wanted {
    /// The word for records: `Blocked`, `Reset`, or nothing where the wanted state is a moment yet to come, or depends on
    /// the state before ([`Self::word_given`]).
    pub(crate) fn word(&self) -> Option<Word> {
        match self {
            Self::SignIn { allowed } => Some(sign_in::word(*allowed).into()),
            Self::Password { .. } => Some("Reset".into()),
            Self::MailboxAccess { access } => Some(mailbox_access::word(access)),
            Self::ModernAuthentication { on } => Some(modern_authentication::word(*on).into()),
            Self::Mfa { state } => Some(state.as_str().into()),
            Self::MfaMethods { keep } => Some(mfa_methods::kept(keep)),
            Self::Sessions {} | Self::AppPasswords {} => None,
            Self::MfaPolicy { app_passwords_allowed, remember_devices_days } => {
                Some(mfa_policy::word(*app_passwords_allowed, remember_devices_days.map(i64::from)))
            }
        }
    }

    /// The word for records, once the state before is known.
    pub(crate) fn word_given(&self, before: &State) -> Option<Word> {
        match (self, before) {
            (Self::MailboxAccess { access }, State::Mailbox(Some(before))) => {
                Some(mailbox_access::word_given(access, before))
            }
            (Self::MfaMethods { keep }, State::MfaMethods(before)) => Some(mfa_methods::remaining(before, keep)),
            _ => self.word(),
        }
    }

    /// The state of this kind, read now and from the directory itself, never from an index that lags.
    pub(crate) async fn read(&self, subject: &Subject, services: &Services) -> Result<State> {
        match self {
            Self::SignIn { .. } | Self::Sessions {} | Self::Password { .. } | Self::AppPasswords {} => {
                let reply = services.graph.read(user::read(&subject.user_id)).await?;
                person(&reply).map(State::Person)
            }
            Self::MailboxAccess { .. } => mailbox_access::read(subject, services).await.map(State::Mailbox),
            Self::ModernAuthentication { .. } => services.exchange.organization().await.map(State::Organization),
            Self::Mfa { .. } => mfa::read(&subject.user_id, services).await.map(State::Mfa),
            Self::MfaMethods { .. } => services.graph.methods(&subject.user_id).await.map(State::MfaMethods),
            Self::MfaPolicy { .. } => service::mfa_policy::read(&services.graph).await.map(State::MfaPolicy),
        }
    }

    /// The state before a change. As [`read`](Self::read), but where reading draws on a quota that the changes need, in a
    /// cheaper way, which proves nothing afterwards.
    pub(crate) async fn read_before(&self, subject: &Subject, services: &Services) -> Result<State> {
        match self {
            Self::Mfa { state } => mfa::before(&subject.user_id, *state, services).await.map(State::Mfa),
            _ => self.read(subject, services).await,
        }
    }

    /// The state of this kind that selecting people has already shown, if it did.
    pub(crate) fn known(&self, person: &Person) -> Option<State> {
        match self {
            Self::SignIn { .. } | Self::Sessions {} | Self::Password { .. } | Self::AppPasswords {} => {
                Some(State::Person(person.clone()))
            }
            Self::MailboxAccess { .. }
            | Self::ModernAuthentication { .. }
            | Self::Mfa { .. }
            | Self::MfaMethods { .. }
            | Self::MfaPolicy { .. } => None,
        }
    }

    /// Whether the state before says that nothing is to be done. Moments and passwords are always new.
    pub(crate) fn already(&self, before: &State) -> bool {
        match (self, before) {
            (Self::SignIn { allowed }, State::Person(person)) => sign_in::already(person, *allowed),
            (Self::MailboxAccess { access }, State::Mailbox(before)) => {
                mailbox_access::already(access, before.as_ref())
            }
            (Self::ModernAuthentication { on }, State::Organization(before)) => before.modern_authentication == *on,
            (Self::Mfa { state }, State::Mfa(before)) => mfa::already(*before, *state),
            (Self::MfaMethods { keep }, State::MfaMethods(before)) => !mfa_methods::going(before, keep).any(|_| true),
            (Self::MfaPolicy { app_passwords_allowed, remember_devices_days }, State::MfaPolicy(before)) => {
                mfa_policy::is(before, *app_passwords_allowed, *remember_devices_days)
            }
            _ => false,
        }
    }

    /// Why this cannot be done to this subject at all, known before anything is sent.
    pub(crate) fn impossible(&self, before: &State, identity: &Identity) -> Option<(Outcome, Error)> {
        match (self, before) {
            (Self::Password { .. }, State::Person(person)) => password::impossible(person, identity),
            (Self::MailboxAccess { .. }, State::Mailbox(before)) => mailbox_access::impossible(before.as_ref()),
            (Self::AppPasswords {}, _) => Some(mfa_methods::no_app_passwords()),
            _ => None,
        }
    }

    /// The write, or the writes: not all of them need to succeed.
    pub(crate) async fn apply(
        &self,
        subject: &Subject,
        before: &State,
        secret: Option<&SecretString>,
        services: &Services,
    ) -> Result<Applied> {
        let call = match (self, before) {
            (Self::SignIn { allowed }, _) => sign_in::apply(&subject.user_id, *allowed),
            (Self::Sessions {}, _) => sessions::apply(&subject.user_id),
            (Self::Password { change_at_next_sign_in }, State::Person(person)) => {
                let secret = secret.ok_or_else(|| Error::internal("a password change without a password"))?;
                let at = password::apply(person, secret, *change_at_next_sign_in, services).await?;
                return Ok(at.into());
            }
            (Self::Password { .. }, _) => {
                return Err(Error::internal("a password change of somebody who was not read"));
            }
            (Self::MailboxAccess { access }, State::Mailbox(before)) => {
                return mailbox_access::apply(access, subject, before.as_ref(), services).await.map(Applied::from);
            }
            (Self::MailboxAccess { .. }, _) => return Err(Error::internal("a change of a mailbox that was not read")),
            (Self::ModernAuthentication { on }, _) => {
                return services.exchange.set_modern_authentication(*on).await.map(Applied::from);
            }
            (Self::MfaMethods { keep }, State::MfaMethods(before)) => {
                return mfa_methods::apply(&subject.user_id, before, keep, &services.graph).await;
            }
            (Self::MfaPolicy { app_passwords_allowed, remember_devices_days }, State::MfaPolicy(before)) => {
                let (allowed, days) = (*app_passwords_allowed, *remember_devices_days);
                let reply = service::mfa_policy::write(allowed, days, before, &services.graph).await?;
                return Ok(reply.date.into());
            }
            (Self::MfaMethods { .. } | Self::MfaPolicy { .. } | Self::AppPasswords {}, _) => {
                return Err(Error::internal("a change of something that was not read"));
            }
            (Self::Mfa { state }, _) => service::mfa::write(&subject.user_id, *state),
        };
        let reply = services.graph.call(call).await?.success()?;
        Ok(reply.date.into())
    }

    /// What a read that was sent after the write says.
    pub(crate) fn judge(&self, before: &State, now: &State, written: &Written) -> Verdict {
        match (self, before, now) {
            (Self::SignIn { allowed }, _, State::Person(now)) => sign_in::judge(now, *allowed),
            (Self::Sessions {}, State::Person(before), State::Person(now)) => sessions::judge(before, now, written),
            (Self::Password { .. }, State::Person(before), State::Person(now)) => password::judge(before, now, written),
            (Self::MailboxAccess { access }, _, State::Mailbox(now)) => mailbox_access::judge(access, now.as_ref()),
            (Self::ModernAuthentication { on }, _, State::Organization(now)) => modern_authentication::judge(now, *on),
            (Self::Mfa { state }, _, State::Mfa(now)) => mfa::judge(*now, *state),
            (Self::MfaMethods { keep }, State::MfaMethods(before), State::MfaMethods(now)) => {
                mfa_methods::judge(before, now, keep, written)
            }
            (Self::MfaPolicy { app_passwords_allowed, remember_devices_days }, _, State::MfaPolicy(now)) => {
                mfa_policy::judge(now, *app_passwords_allowed, *remember_devices_days)
            }
            _ => Verdict::NotYet,
        }
    }

    /// The state of this kind in words, for records.
    pub(crate) fn state_word(&self, state: &State) -> Option<Word> {
        match (self, state) {
            (Self::SignIn { .. }, State::Person(person)) => person.account_enabled.map(|on| sign_in::word(on).into()),
            (Self::Sessions {}, State::Person(person)) => {
                person.sign_in_sessions_valid_from_date_time.map(|time| Word::One(time.to_string()))
            }
            (Self::MailboxAccess { .. }, State::Mailbox(mailbox)) => mailbox.as_ref().map(mailbox_access::word),
            (Self::ModernAuthentication { .. }, State::Organization(settings)) => {
                Some(modern_authentication::word(settings.modern_authentication).into())
            }
            (Self::Mfa { .. }, State::Mfa(seen)) => Some(seen.state.as_str().into()),
            (Self::MfaMethods { .. }, State::MfaMethods(methods)) => Some(mfa_methods::word(methods)),
            (Self::MfaPolicy { .. }, State::MfaPolicy(policy)) => {
                Some(mfa_policy::word(policy.allow_app_passwords, policy.days()))
            }
            _ => None,
        }
    }

    /// What an administrator must know about this change to this subject although it succeeded.
    pub(crate) fn caveat(&self, state: &State) -> Option<Sentence> {
        match (self, state) {
            (Self::SignIn { allowed: false }, State::Person(person)) => sign_in::caveat(person),
            (Self::Sessions {}, State::Person(person)) => sessions::caveat(person),
            (Self::Password { change_at_next_sign_in }, State::Person(person)) => {
                password::caveat(person, *change_at_next_sign_in)
            }
            (Self::MailboxAccess { .. } | Self::ModernAuthentication { .. }, _) => Some(undocumented()),
            (Self::Mfa { state }, State::Mfa(seen)) => mfa::caveat(*seen, *state),
            (Self::MfaPolicy { app_passwords_allowed, .. }, _) => Some(mfa_policy::caveat(*app_passwords_allowed)),
            _ => None,
        }
    }

    /// What brings the state before back; nothing where it cannot come back.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the cmdlet that undoes a run"))]
    pub(crate) fn undone(&self, before: &State) -> Option<Self> {
        match (self, before) {
            (Self::SignIn { .. }, State::Person(before)) => Some(Self::SignIn { allowed: before.account_enabled? }),
            (Self::MailboxAccess { access }, State::Mailbox(Some(before))) => {
                Some(Self::MailboxAccess { access: mailbox_access::restoring(access, before) })
            }
            (Self::ModernAuthentication { .. }, State::Organization(before)) => {
                Some(Self::ModernAuthentication { on: before.modern_authentication })
            }
            _ => None,
        }
    }

    /// Whether reading the wanted state back still proves nothing: what was to be ended is kept elsewhere.
    pub(crate) fn unprovable(&self, state: &State) -> bool {
        match (self, state) {
            (Self::Sessions {}, State::Person(person)) => person.is_guest(),
            _ => false,
        }
    }
}

/// By which way Exchange Online is told, and what is not known of it.
fn undocumented() -> Sentence {
    say!(
        "undocumented_endpoint",
        "done through the undocumented command endpoint of Microsoft's own module; no page says when clients notice"
    )
}

/// The person in a read's answer.
pub(crate) fn person(reply: &Reply) -> Result<Person> {
    let person: Person = reply.json()?;
    if person.account_enabled.is_none() {
        return Err(Error::new(
            Code::Forbidden,
            say!(
                "basic_profile_only",
                "the service did not show whether the account is enabled: the permission reaches basic profiles only"
            ),
        )
        .with(|facts| facts.missing_permission = Some("User.Read.All".to_owned())));
    }
    Ok(person)
}
