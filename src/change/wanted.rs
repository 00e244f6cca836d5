//! What a change wants, as data that a plan can hold, and what is so of it whatever the subject's state is.

use std::{collections::BTreeSet, time::Duration};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Access, Accesses, Kind, mailbox_access};
use crate::{
    service::{method, mfa::MfaState},
    session::permission::Act,
};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Protocol;

    #[test]
    fn one_closed_protocol_among_others_takes_access() {
        let mailbox =
            |access: &[(Protocol, Access)]| Wanted::MailboxAccess { access: access.iter().copied().collect() };
        let (open, closed) = ((Protocol::Pop, Access::Open), (Protocol::Imap, Access::Closed));
        assert!(mailbox(&[open, closed]).takes_access());
        assert!(!mailbox(&[open]).takes_access());
    }

    #[test]
    fn what_is_taken_away_holds_when_the_last_token_has_ended() {
        let hour = Some(SignedDuration::from_mins(60));
        assert_eq!(Wanted::SignIn { allowed: false }.takes_hold_after(), hour);
        assert_eq!(Wanted::Sessions {}.takes_hold_after(), hour);
        assert_eq!(Wanted::Password { change_at_next_sign_in: true }.takes_hold_after(), hour);
        assert_eq!(Wanted::SignIn { allowed: true }.takes_hold_after(), Some(SignedDuration::ZERO));
        assert_eq!(Wanted::ModernAuthentication { on: true }.takes_hold_after(), None, "no page says");
    }
}
