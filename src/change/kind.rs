//! Kinds of change, by the words that records use.

use serde::{Deserialize, Serialize};

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
