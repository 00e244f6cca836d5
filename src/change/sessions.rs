//! From when on a person's sessions are valid: `signInSessionsValidFromDateTime`, moved by `revokeSignInSessions`.
//!
//! The service may answer 200 or 204, and its `value` says nothing; only the moment that can be read back does.
//! learn.microsoft.com/graph/api/user-revokesigninsessions

use http::Method;
use jiff::SignedDuration;
use serde_json::json;

use super::{Verdict, Written};
use crate::{
    say,
    sentence::Sentence,
    service::{
        graph::Call,
        user::{self, Person},
    },
};

/// The clocks of the service's machines differ a little; a moment older than this before the answer is not ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

pub(super) fn apply(user_id: &str) -> Call {
    Call::new(Method::POST, format!("{}/revokeSignInSessions", user::path(user_id))).body(json!({}))
}

pub(super) fn judge(before: &Person, now: &Person, written: &Written) -> Verdict {
    let Some(valid_from) = now.sign_in_sessions_valid_from_date_time else { return Verdict::NotYet };
    // It must have moved, to a moment that is ours but for what clocks may differ. The service shows whole seconds: then one
    // as late as the answer is as late as it can be shown, and no session from before that second is good any more.
    let moved = before.sign_in_sessions_valid_from_date_time.is_none_or(|old| valid_from > old);
    let ours = written.at.or(written.begun).is_none_or(|since| valid_from >= since - SKEW);
    let as_late = valid_from.subsec_nanosecond() == 0 && written.at.is_some_and(|at| valid_from >= at);
    let set = as_late || (moved && ours);
    if !set {
        return Verdict::NotYet;
    }
    // A session begun after this moment but before the block took hold would still be good.
    if written.not_before.is_some_and(|block| valid_from < block) {
        return Verdict::TooEarly;
    }
    Verdict::Reached
}

/// learn.microsoft.com/entra/identity-platform/refresh-tokens: guests sign in at their home tenant.
pub(super) fn caveat(person: &Person) -> Option<Sentence> {
    person.is_guest().then(|| {
        say!(
            "guest_sessions",
            "a guest's sessions are kept by the home tenant and are not ended by this; only the block keeps a guest out of this tenant"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(valid_from: &str) -> Person {
        Person { sign_in_sessions_valid_from_date_time: Some(valid_from.parse().unwrap()), ..Person::default() }
    }

    fn written(at: &str, not_before: &str) -> Written {
        Written { at: Some(at.parse().unwrap()), not_before: Some(not_before.parse().unwrap()), ..Written::default() }
    }

    #[test]
    fn the_old_moment_is_not_a_revocation() {
        let before = person("2026-01-01T00:00:00Z");
        let written = written("2026-01-02T00:00:10Z", "2026-01-02T00:00:09Z");
        assert_eq!(judge(&before, &before, &written), Verdict::NotYet);
        assert_eq!(judge(&before, &person("2026-01-01T12:00:00Z"), &written), Verdict::NotYet);
    }

    #[test]
    fn a_revocation_of_the_same_second_does_not_prove_the_next_one() {
        let before = person("2026-01-02T00:00:10.1Z");
        let written = Written { at: Some("2026-01-02T00:00:10Z".parse().unwrap()), ..Written::default() };
        assert_eq!(judge(&before, &before, &written), Verdict::NotYet);
        assert_eq!(judge(&before, &person("2026-01-02T00:00:10.6Z"), &written), Verdict::Reached);
        let whole = person("2026-01-02T00:00:10Z");
        assert_eq!(judge(&whole, &whole, &written), Verdict::Reached, "as late as whole seconds can show");
    }

    #[test]
    fn a_revocation_older_than_the_block_is_too_early() {
        let before = person("2026-01-01T00:00:00Z");
        let written = written("2026-01-02T00:00:10Z", "2026-01-02T00:00:10Z");
        assert_eq!(judge(&before, &person("2026-01-02T00:00:08Z"), &written), Verdict::TooEarly);
        assert_eq!(judge(&before, &person("2026-01-02T00:00:10.5Z"), &written), Verdict::Reached);
    }
}
