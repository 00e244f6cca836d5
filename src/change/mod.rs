//! Changes: the smallest things that can be planned, applied, read back and (mostly) undone.
//!
//! A change is plain data: a subject, a wanted state, what must have succeeded before it. How its kind is read, applied,
//! judged and inverted stands in one file a kind; this file only knows which file that is.

mod password;
mod sessions;
mod sign_in;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub(crate) use password::generate as generate_password;

use crate::{
    error::{Code, Error, Result},
    say,
    service::{
        graph::{Call, Reply},
        user::{self, Person},
    },
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
}

impl Kind {
    /// The word, as in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::Sessions => "Sessions",
            Self::Password => "Password",
        }
    }
}

/// What is known of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// Read back and right.
    Verified,
    /// The service took it and offers nothing to read back.
    Accepted,
    /// Was already so.
    Unchanged,
    /// Rehearsal only.
    Planned,
    /// An earlier change that it depends on did not succeed.
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
            Self::Planned | Self::Unchanged => 0,
            Self::Verified => 1,
            Self::Accepted => 2,
            Self::Skipped => 3,
            Self::Refused => 4,
            Self::Failed => 5,
            Self::Unknown => 6,
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
}

impl Wanted {
    /// The kind of state.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::SignIn { .. } => Kind::SignIn,
            Self::Sessions {} => Kind::Sessions,
            Self::Password { .. } => Kind::Password,
        }
    }

    /// Whether it takes access away, so that the guard has a say.
    pub const fn takes_access(&self) -> bool {
        match self {
            Self::SignIn { allowed } => !*allowed,
            Self::Sessions {} | Self::Password { .. } => true,
        }
    }

    /// Whether it can lock its subject out for good: then the last Global Administrator is protected from it.
    pub const fn locks_out(&self) -> bool {
        match self {
            Self::SignIn { allowed } => !*allowed,
            Self::Password { .. } => true,
            Self::Sessions {} => false,
        }
    }

    /// The word for records: `Blocked`, `Reset`, or nothing where the wanted state is a moment yet to come.
    pub const fn word(&self) -> Option<&'static str> {
        match self {
            Self::SignIn { allowed: true } => Some("Allowed"),
            Self::SignIn { allowed: false } => Some("Blocked"),
            Self::Sessions {} => None,
            Self::Password { .. } => Some("Reset"),
        }
    }

    /// What would be done, for confirmations.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::SignIn { allowed: true } => "allow sign-in",
            Self::SignIn { allowed: false } => "block sign-in",
            Self::Sessions {} => "revoke sessions",
            Self::Password { .. } => "reset password",
        }
    }

    /// Whether the state before says that nothing is to be done. Moments and passwords are always new.
    pub(crate) fn already(&self, before: &Person) -> bool {
        match self {
            Self::SignIn { allowed } => sign_in::already(before, *allowed),
            Self::Sessions {} | Self::Password { .. } => false,
        }
    }

    /// Why this cannot be done to this person at all, known before anything is sent.
    pub(crate) fn impossible(&self, person: &Person) -> Option<Error> {
        match self {
            Self::Password { .. } => password::impossible(person),
            Self::SignIn { .. } | Self::Sessions {} => None,
        }
    }

    /// The write.
    pub(crate) fn apply(&self, subject: &Subject, secret: Option<&SecretString>) -> Result<Call> {
        match self {
            Self::SignIn { allowed } => Ok(sign_in::apply(&subject.user_id, *allowed)),
            Self::Sessions {} => Ok(sessions::apply(&subject.user_id)),
            Self::Password { change_at_next_sign_in } => {
                let secret = secret.ok_or_else(|| Error::internal("a password change without a password"))?;
                Ok(password::apply(&subject.user_id, secret, *change_at_next_sign_in))
            }
        }
    }

    /// The read that proves it.
    pub(crate) fn read(&self, subject: &Subject) -> Call {
        user::read(&subject.user_id)
    }

    /// What a read that was sent after the write says.
    pub(crate) fn judge(&self, before: &Person, now: &Person, written: &Written) -> Verdict {
        match self {
            Self::SignIn { allowed } => sign_in::judge(now, *allowed),
            Self::Sessions {} => sessions::judge(before, now, written),
            Self::Password { .. } => password::judge(before, now, written),
        }
    }

    /// The state of this kind, as a word for records.
    pub(crate) fn state_word(&self, person: &Person) -> Option<String> {
        match self {
            Self::SignIn { .. } => sign_in::word(person).map(str::to_owned),
            Self::Sessions {} => person.sign_in_sessions_valid_from_date_time.map(|time| time.to_string()),
            Self::Password { .. } => None,
        }
    }

    /// What an administrator must know about this change to this person although it succeeded.
    pub(crate) fn caveat(&self, person: &Person) -> Option<&'static str> {
        match self {
            Self::SignIn { allowed: false } => sign_in::caveat(person),
            Self::Sessions {} => sessions::caveat(person),
            Self::SignIn { allowed: true } | Self::Password { .. } => None,
        }
    }

    /// How long after the read-back the change has taken hold everywhere.
    pub(crate) fn takes_hold_after(&self) -> SignedDuration {
        match self {
            // What was already issued lives on until its end: access tokens are refused at their next renewal.
            Self::SignIn { allowed: false } | Self::Sessions {} => SignedDuration::from_mins(60),
            Self::SignIn { allowed: true } | Self::Password { .. } => SignedDuration::ZERO,
        }
    }

    /// Whether the service may be unable to show the state although it took the write.
    pub(crate) fn unreadable(&self, person: &Person) -> bool {
        matches!(self, Self::Sessions {}) && person.is_guest()
    }
}

/// What was written and when, by the service's own clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    /// `Date` of the write's answer, whole seconds.
    pub(crate) at: Option<Timestamp>,
    /// `Date` of the answer to the change that this one must come after (the block before a revocation).
    pub(crate) not_before: Option<Timestamp>,
}

/// What a read-back says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The wanted state is there.
    Reached,
    /// The old state is there: the write has not replicated, or did not take.
    NotYet,
    /// The wanted state is there, but it is older than what it must come after: write once more.
    TooEarly,
}

/// Whom a change is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// User principal name at the time of planning, for people to read.
    pub user: String,
    /// The immutable object id, by which everything is addressed.
    pub user_id: String,
    /// Display name at the time of planning.
    pub display_name: Option<String>,
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
