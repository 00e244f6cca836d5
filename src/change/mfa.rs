//! Per-user MFA: `perUserMfaState`.
//!
//! The service moves the state on by itself: `enabled` becomes `enforced` for whoever has registered a method, at once
//! if that was so before. learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::{
    error::{Code, Result},
    say,
    sentence::Sentence,
    service::{Services, method, mfa::MfaState},
};

/// What is known of a person's state before a change, and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) state: MfaState,
    /// Whether a second factor is registered, where that has a meaning and could be read.
    pub(crate) registered: Option<bool>,
}

/// The state before, by the way that leaves the small quota to the changes.
pub(super) async fn before(user_id: &str, wanted: MfaState, services: &Services) -> Result<Seen> {
    let state = services.graph.mfa_glimpse(user_id).await?;
    // Only here does it matter: enforced is what becomes of enabled if something is registered, and else another state.
    let registered = if (wanted, state) == (MfaState::Enabled, MfaState::Enforced) {
        match services.graph.methods(user_id).await {
            Ok(methods) => Some(methods.iter().any(method::Method::is_second_factor)),
            Err(error) if error.code() == Code::Cancelled => return Err(error),
            // Whoever may set the state need not be allowed to see methods; it is then set once more.
            Err(_) => None,
        }
    } else {
        None
    };
    Ok(Seen { state, registered })
}

/// The state now, by the documented call.
pub(super) async fn read(user_id: &str, services: &Services) -> Result<Seen> {
    Ok(Seen { state: services.graph.mfa_state(user_id).await?, registered: None })
}

pub(super) fn already(before: Seen, wanted: MfaState) -> bool {
    before.state == wanted || (is_successor(before.state, wanted) && before.registered == Some(true))
}

pub(super) fn judge(now: Seen, wanted: MfaState) -> Verdict {
    if now.state == wanted || is_successor(now.state, wanted) { Verdict::Reached } else { Verdict::NotYet }
}

pub(super) fn caveat(now: Seen, wanted: MfaState) -> Option<Sentence> {
    is_successor(now.state, wanted).then(|| {
        say!(
            "mfa_moved_on",
            "the state reads Enforced: the service turns Enabled into Enforced for whoever has registered a method"
        )
    })
}

/// Whether the service makes this of what was wanted.
fn is_successor(state: MfaState, wanted: MfaState) -> bool {
    (wanted, state) == (MfaState::Enabled, MfaState::Enforced)
}

#[cfg(test)]
mod tests {
    use super::{MfaState::*, *};

    fn seen(state: MfaState, registered: Option<bool>) -> Seen {
        Seen { state, registered }
    }

    #[test]
    fn enabled_may_read_enforced_and_nothing_else_may_read_otherwise() {
        for wanted in MfaState::ALL {
            for now in MfaState::ALL {
                let reached = judge(seen(now, None), wanted) == Verdict::Reached;
                assert_eq!(reached, now == wanted || (wanted, now) == (Enabled, Enforced), "{wanted:?} {now:?}");
            }
        }
    }

    #[test]
    fn enforced_is_enabled_already_only_where_something_is_registered() {
        assert!(already(seen(Enforced, Some(true)), Enabled));
        assert!(!already(seen(Enforced, Some(false)), Enabled), "then it is another state");
        assert!(!already(seen(Enforced, None), Enabled), "then it is not known");
        assert!(!already(seen(Enabled, None), Enforced));
        assert!(MfaState::ALL.into_iter().all(|state| already(seen(state, None), state)));
    }
}
