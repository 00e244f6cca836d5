//! Whether a person may sign in: `accountEnabled`.
//!
//! learn.microsoft.com/graph/api/user-update

use http::Method;
use serde_json::json;

use super::Verdict;
use crate::{
    say,
    sentence::Sentence,
    service::{
        graph::Call,
        user::{self, Person},
    },
};

pub(super) fn already(before: &Person, allowed: bool) -> bool {
    before.account_enabled == Some(allowed)
}

pub(super) fn apply(user_id: &str, allowed: bool) -> Call {
    Call::new(Method::PATCH, user::path(user_id)).body(json!({ "accountEnabled": allowed }))
}

pub(super) fn judge(now: &Person, allowed: bool) -> Verdict {
    if now.account_enabled == Some(allowed) { Verdict::Reached } else { Verdict::NotYet }
}

pub(super) const fn word(allowed: bool) -> &'static str {
    if allowed { "Allowed" } else { "Blocked" }
}

/// The directory on the customer's premises is the master of synchronised people: the next synchronisation can undo
/// what was done in the cloud alone.
pub(super) fn caveat(person: &Person) -> Option<Sentence> {
    (person.on_premises_sync_enabled == Some(true)).then(|| {
        say!(
            "blocked_in_cloud_only",
            "blocked in the cloud only: this person is synchronised from on-premises; disable the account there too, or the next synchronisation can allow it again"
        )
    })
}
