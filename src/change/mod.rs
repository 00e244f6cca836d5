//! Changes: the smallest things that can be planned, applied, read back and (mostly) undone.
//!
//! A change is plain data: a subject, a wanted state, what must have succeeded before it. How its kind is read, applied,
//! judged and worded stands in one file a kind; this file only knows which file that is.

mod generated_password;
pub(crate) mod mailbox_access;
mod mfa;
mod mfa_methods;
mod mfa_policy;
pub(crate) mod modern_authentication;
mod password;
mod sessions;
mod sign_in;
mod word;

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub(crate) use generated_password::generate as generate_password;
pub use word::Word;

pub use crate::service::exchange::protocol::{Access, Accesses, Protocol};

use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
    service::{
        self, Services,
        exchange::organization_config::OrganizationConfig,
        graph::Reply,
        method::{self, Method},
        mfa::MfaState,
        mfa_policy::MfaPolicy,
        user::{self, Person},
    },
    session::{identity::Identity, permission::Act},
};

/// What kind of state a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Kind {
    /// Whether a person may sign in.
    SignIn,
    /// From when on a person's sessions are valid.
    Sessions,
    /// A person's password.
    Password,
    /// By which protocols a person's mailbox can be reached.
    MailboxAccess,
    /// Modern authentication in the organisation.
    ModernAuthentication,
    /// Per-user MFA of a person.
    Mfa,
    /// What a person has registered to prove the second factor with.
    MfaMethods,
    /// The service settings of multi-factor authentication.
    MfaPolicy,
}

impl Kind {
    /// The word, as in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::Sessions => "Sessions",
            Self::Password => "Password",
            Self::MailboxAccess => "MailboxAccess",
            Self::ModernAuthentication => "ModernAuthentication",
            Self::Mfa => "Mfa",
            Self::MfaMethods => "MfaMethods",
            Self::MfaPolicy => "MfaPolicy",
        }
    }
}

/// What is known of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// Read back and right.
    Verified,
    /// The service took it and offers nothing to read back that would prove it.
    Accepted,
    /// Was already so.
    Unchanged,
    /// Rehearsal only.
    Planned,
    /// Not done, for a reason that is nobody's fault: what it depends on did not succeed, or there is nothing to do it to.
    Skipped,
    /// Our guard said no.
    Refused,
    /// The service said no.
    Failed,
    /// Sent, and what became of it could not be learned.
    Unknown,
}

impl Outcome {
    /// The word, as in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "Verified",
            Self::Accepted => "Accepted",
            Self::Unchanged => "Unchanged",
            Self::Planned => "Planned",
            Self::Skipped => "Skipped",
            Self::Refused => "Refused",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }

    /// How bad it is: a run is as good as its worst change. Ignorance is worse than failure.
    pub const fn severity(self) -> u8 {
        match self {
            Self::Unchanged => 0,
            Self::Planned => 1,
            Self::Verified => 2,
            Self::Accepted => 3,
            Self::Skipped => 4,
            Self::Refused => 5,
            Self::Failed => 6,
            Self::Unknown => 7,
        }
    }

    /// Whether what depends on this change may go on.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Verified | Self::Accepted | Self::Unchanged)
    }
}

/// The state that a change wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Wanted {
    /// Sign-in allowed or blocked.
    SignIn {
        /// `true` allows.
        allowed: bool,
    },
    /// Sessions from before now are no longer valid.
    Sessions {},
    /// A new password. The password itself is never part of a plan.
    Password {
        /// It must be changed at the next sign-in.
        change_at_next_sign_in: bool,
    },
    /// Protocols of a mailbox; those that are not named stay as they are.
    MailboxAccess {
        /// How each of them is to stand.
        access: Accesses,
    },
    /// Modern authentication in the organisation.
    ModernAuthentication {
        /// `true` turns it on.
        on: bool,
    },
    /// Per-user MFA.
    Mfa {
        /// The state; `enabled` may read `enforced` afterwards.
        state: MfaState,
    },
    /// No registered methods, but for some types.
    MfaMethods {
        /// What is left alone.
        keep: BTreeSet<method::Kind>,
    },
    /// No app passwords: what nobody can do, so that it is said to everybody who asks.
    AppPasswords {},
    /// Service settings of multi-factor authentication; what is not named is left alone.
    MfaPolicy {
        /// People may make app passwords.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        app_passwords_allowed: Option<bool>,
        /// Devices are remembered for so many days; 0 remembers none.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        remember_devices_days: Option<u16>,
    },
}

/// The state of a subject, as it was read; recorded before a change so that it can be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", content = "state")]
pub(crate) enum State {
    /// What the directory shows of a person.
    Person(Person),
    /// How the protocols of a mailbox stand; nothing if there is no mailbox.
    Mailbox(Option<Accesses>),
    /// Settings of the organisation.
    Organization(OrganizationConfig),
    /// Per-user MFA of a person.
    Mfa(mfa::Seen),
    /// What a person has registered.
    MfaMethods(Vec<Method>),
    /// The service settings of multi-factor authentication.
    MfaPolicy(MfaPolicy),
}

/// What was written and when, by the service's own clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    /// `Date` of the write's answer, whole seconds; nothing if the answer was lost.
    pub(crate) at: Option<Timestamp>,
    /// When we set about it, by our own clock: what is older is somebody else's.
    pub(crate) begun: Option<Timestamp>,
    /// `Date` of the answer to the change that this one must come after (the block before a revocation).
    pub(crate) not_before: Option<Timestamp>,
    /// Parts of the change that the service refused, by their ids: they are not expected to show.
    pub(crate) refused: BTreeSet<String>,
}

/// What became of a write, as far as its answers tell.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// The service's time of the last answer.
    pub(crate) at: Option<Timestamp>,
    /// Some of several parts were refused while the others were done.
    pub(crate) refused: Option<Refused>,
    /// What had to be done on the way and was not asked for.
    pub(crate) remark: Option<Sentence>,
}

/// Parts of a change that the service refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// By their ids.
    pub(crate) parts: BTreeSet<String>,
    /// Why, with what they are.
    pub(crate) error: Error,
}

impl From<Option<Timestamp>> for Applied {
    /// All of it was taken.
    fn from(at: Option<Timestamp>) -> Self {
        Self { at, ..Self::default() }
    }
}

/// What a read-back says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The wanted state is there.
    Reached,
    /// The old state is there: the write has not replicated, or did not take.
    NotYet,
    /// The wanted state is there, but it is older than what it must come after: write once more.
    TooEarly,
}

impl Wanted {
    /// The kind of state.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::SignIn { .. } => Kind::SignIn,
            Self::Sessions {} => Kind::Sessions,
            Self::Password { .. } => Kind::Password,
            Self::MailboxAccess { .. } => Kind::MailboxAccess,
            Self::ModernAuthentication { .. } => Kind::ModernAuthentication,
            Self::Mfa { .. } => Kind::Mfa,
            Self::MfaMethods { .. } | Self::AppPasswords {} => Kind::MfaMethods,
            Self::MfaPolicy { .. } => Kind::MfaPolicy,
        }
    }

    /// What is done to the person, as far as permissions and roles tell it apart.
    pub(crate) const fn act(&self) -> Act {
        match self {
            Self::SignIn { .. } => Act::SignIn,
            Self::Sessions {} => Act::Sessions,
            Self::Password { .. } => Act::Password,
            Self::MailboxAccess { .. } => Act::MailboxAccess,
            Self::ModernAuthentication { .. } => Act::ModernAuthentication,
            Self::Mfa { .. } => Act::Mfa,
            Self::MfaMethods { .. } | Self::AppPasswords {} => Act::MfaMethods,
            Self::MfaPolicy { .. } => Act::MfaPolicy,
        }
    }

    /// Whether it takes access away: then the guard has a say.
    pub fn takes_access(&self) -> bool {
        match self {
            Self::SignIn { allowed } => !*allowed,
            Self::Sessions {} | Self::Password { .. } | Self::MfaMethods { .. } => true,
            Self::MailboxAccess { access } => access.values().any(|access| *access == Access::Closed),
            Self::ModernAuthentication { .. } | Self::Mfa { .. } | Self::AppPasswords {} | Self::MfaPolicy { .. } => {
                false
            }
        }
    }

    /// Whether it can keep out somebody who is not prepared: then emergency accounts are protected from it, which must
    /// work in the hour of need, and nobody else is.
    pub fn hinders(&self) -> bool {
        match self {
            Self::Mfa { state } => !matches!(state, MfaState::Disabled),
            other => other.takes_access(),
        }
    }

    /// Whether it can lock its subject out for good: then the last Global Administrator is protected from it.
    pub const fn locks_out(&self) -> bool {
        match self {
            Self::SignIn { allowed } => !*allowed,
            Self::Password { .. } | Self::MfaMethods { .. } => true,
            Self::Sessions {}
            | Self::MailboxAccess { .. }
            | Self::ModernAuthentication { .. }
            | Self::Mfa { .. }
            | Self::AppPasswords {}
            | Self::MfaPolicy { .. } => false,
        }
    }

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

    /// What would be done, for confirmations.
    pub fn action(&self) -> &'static str {
        match self {
            Self::SignIn { allowed: true } => "allow sign-in",
            Self::SignIn { allowed: false } => "block sign-in",
            Self::Sessions {} => "revoke sessions",
            Self::Password { .. } => "reset password",
            Self::MailboxAccess { access } => mailbox_access::action(access),
            Self::ModernAuthentication { on: true } => "turn modern authentication on",
            Self::ModernAuthentication { on: false } => "turn modern authentication off",
            Self::Mfa { state: MfaState::Disabled } => "disable per-user MFA",
            Self::Mfa { state: MfaState::Enabled } => "enable per-user MFA",
            Self::Mfa { state: MfaState::Enforced } => "enforce per-user MFA",
            Self::MfaMethods { .. } => "delete MFA methods",
            Self::AppPasswords {} => "delete app passwords",
            Self::MfaPolicy { .. } => "change MFA service settings",
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
            (Self::MfaMethods { keep }, _, State::MfaMethods(now)) => mfa_methods::judge(now, keep, written),
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

    /// How long after the read-back the change has taken hold everywhere; nothing where the services do not say.
    ///
    /// Access tokens that were already issued live on to their end, 60 minutes by the documented default:
    /// learn.microsoft.com/entra/identity-platform/access-tokens
    pub(crate) fn takes_hold_after(&self) -> Option<SignedDuration> {
        match self {
            Self::SignIn { allowed: false } | Self::Sessions {} | Self::Password { .. } => {
                Some(SignedDuration::from_mins(60))
            }
            Self::SignIn { allowed: true } => Some(SignedDuration::ZERO),
            // Who is signed in stays so until something asks them again; of protocols and of modern authentication no
            // page says when clients notice.
            Self::MailboxAccess { .. }
            | Self::ModernAuthentication { .. }
            | Self::Mfa { .. }
            | Self::MfaMethods { .. }
            | Self::AppPasswords {}
            | Self::MfaPolicy { .. } => None,
        }
    }

    /// How long a read-back is repeated until the write shows.
    pub(crate) const fn patience(&self) -> Duration {
        match self {
            Self::SignIn { .. }
            | Self::Sessions {}
            | Self::Password { .. }
            | Self::Mfa { .. }
            | Self::MfaMethods { .. }
            | Self::AppPasswords {}
            | Self::MfaPolicy { .. } => Duration::from_secs(60),
            // Exchange Online's domain controllers take longer to agree.
            Self::MailboxAccess { .. } | Self::ModernAuthentication { .. } => Duration::from_secs(300),
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

/// Whom a change is about: a person, or the tenant itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// User principal name at the time of planning, for people to read; the tenant's name where it is about the tenant.
    pub user: String,
    /// The immutable object id, by which everything is addressed; the tenant's id where it is about the tenant.
    pub user_id: String,
    /// Display name at the time of planning.
    pub display_name: Option<String>,
    /// It is about the tenant itself and about nobody in particular.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_tenant: bool,
}

impl Subject {
    /// The tenant that somebody is signed in to.
    pub(crate) fn tenant(identity: &Identity) -> Self {
        Self {
            user: identity.tenant_name.clone().unwrap_or_else(|| identity.tenant_id.clone()),
            user_id: identity.tenant_id.clone(),
            display_name: None,
            is_tenant: true,
        }
    }

    /// The person's object id; nothing where it is about the tenant.
    pub(crate) fn person_id(&self) -> Option<&str> {
        (!self.is_tenant).then_some(self.user_id.as_str())
    }
}

impl From<&Person> for Subject {
    fn from(person: &Person) -> Self {
        Self {
            user: person.user_principal_name.clone(),
            user_id: person.id.clone(),
            display_name: person.display_name.clone(),
            is_tenant: false,
        }
    }
}

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
