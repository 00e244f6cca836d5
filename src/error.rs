//! One error type for the whole crate: a stable code, a sentence, and the facts worth acting on.
//!
//! Facts are fields, never only text: a caller branches on [`Error::code`], an administrator reads the message,
//! and a ticket to the service carries the request ids.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    say,
    sentence::{Sentence, repeated},
};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What went wrong, as a word that is never renamed and never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* #[serde(rename = $text)] $name,)+ }

        impl Code {
            /// Every code, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word itself, as it stands in events and in `FullyQualifiedErrorId`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// A request has an unknown, missing or mistyped field, or fields that contradict each other.
    Argument = "argument",
    /// A person, group or run does not exist in this tenant or journal.
    NotFound = "not_found",
    /// A name fits more than one object.
    Ambiguous = "ambiguous",
    /// An exclusion does not resolve; nothing was written.
    ExclusionNotFound = "exclusion_not_found",
    /// More people than the cap allows; nothing was written.
    CapUsers = "cap_users",
    /// A larger share of the tenant than the cap allows; nothing was written.
    CapPercent = "cap_percent",
    /// Administrators in the plan who were not named singly; nothing was written.
    CapPrivileged = "cap_privileged",
    /// A saved plan no longer has the digest it was approved with.
    PlanChanged = "plan_changed",
    /// A saved plan would now be refused by the guard.
    GuardChanged = "guard_changed",
    /// The caller's own account.
    ProtectedCaller = "protected_caller",
    /// The last enabled Global Administrator.
    ProtectedLastAdmin = "protected_last_admin",
    /// A listed emergency account.
    ProtectedEmergency = "protected_emergency",
    /// Sign-in failed, or the token is expired, malformed or for another service.
    Unauthenticated = "unauthenticated",
    /// The service refuses: a permission or a directory role is missing.
    Forbidden = "forbidden",
    /// The service asked to slow down, more often than our patience allows.
    Throttled = "throttled",
    /// The service could not be reached; the request was never sent.
    Unreachable = "unreachable",
    /// The request was sent and its answer was lost.
    AnswerLost = "answer_lost",
    /// The service answered with something that is not what it documents.
    Decode = "decode",
    /// The service refused the values of a request.
    Rejected = "rejected",
    /// Another writer was there first; the service says to try again.
    Conflict = "conflict",
    /// The service has a defect of its own (5xx) that did not pass.
    ServiceFault = "service_fault",
    /// The person is mastered on-premises and this property cannot be written in the cloud.
    Synchronized = "synchronized",
    /// The person signs in at another identity provider; this change has no effect here.
    Federated = "federated",
    /// The wanted state was not seen within the patience for replication.
    NotConfirmed = "not_confirmed",
    /// An earlier change that this one depends on did not succeed.
    Dependency = "dependency",
    /// The administrator said no to the confirmation.
    Declined = "declined",
    /// The list of people has faults; nothing was written.
    FaultyList = "faulty_list",
    /// The journal cannot be opened or written; nothing was sent.
    Journal = "journal",
    /// A file could not be read or written.
    File = "file",
    /// The caller cancelled.
    Cancelled = "cancelled",
    /// The time limit of the run has passed; it can be resumed.
    TimeLimit = "time_limit",
    /// This session has no tenant, and the operation needs one.
    NotConnected = "not_connected",
    /// What cannot come back.
    Irreversible = "irreversible",
    /// Someone else changed it since.
    Drifted = "drifted",
    /// The person has no mailbox in Exchange Online.
    NoMailbox = "no_mailbox",
    /// The service offers no interface for this.
    NoInterface = "no_interface",
    /// A defect of this library.
    Internal = "internal",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What failed, on what, and what to do.
#[derive(Clone, PartialEq)]
pub struct Error(Box<Facts>);

/// The facts of an [`Error`], as they stand in `error` events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Facts {
    /// The stable word.
    pub code: Code,
    /// What was attempted and why it failed, in one sentence.
    pub message: String,
    /// The stable word of that sentence, by which it can be said in another language.
    #[serde(default)]
    pub message_id: String,
    /// What stands in the places of that sentence.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub message_arguments: BTreeMap<String, String>,
    /// The person, group, field or file concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<String>,
    /// What the administrator can do.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub advice: Option<String>,
    /// The stable word of that advice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub advice_id: Option<String>,
    /// What stands in the places of that advice.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub advice_arguments: BTreeMap<String, String>,
    /// HTTP status of the service's answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub http_status: Option<u16>,
    /// The service's own code, for example `Authorization_RequestDenied` or `AADSTS50126`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service_code: Option<String>,
    /// The service's request id, for a ticket to the service.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
    /// Our request id, as it stands in the service's logs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_request_id: Option<String>,
    /// Seconds after which the service wants to be asked again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_seconds: Option<f64>,
    /// The least permission whose absence explains the refusal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub missing_permission: Option<String>,
    /// The least directory role whose absence explains the refusal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub missing_role: Option<String>,
    /// Line in a list of people; the heading is line 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// Cell of that line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u64>,
}

impl Sentence {
    /// Names the sentence that stands in a place: that of this error.
    #[must_use]
    pub(crate) fn quoting(mut self, place: &str, error: &Error) -> Self {
        let facts = error.facts();
        self.arguments.insert(format!("{place}Id").into(), facts.message_id.clone());
        let inner = &facts.message_arguments;
        self.arguments.extend(inner.iter().map(|(name, value)| (format!("{place}.{name}").into(), value.clone())));
        self
    }

    /// What stands in the places, by names that are no longer those of the source.
    pub(crate) fn into_arguments(self) -> BTreeMap<String, String> {
        self.arguments.into_iter().map(|(name, value)| (name.into_owned(), value)).collect()
    }
}

impl Error {
    /// An error with a code and a sentence.
    pub fn new(code: Code, message: Sentence) -> Self {
        Self(Box::new(Facts {
            code,
            message: message.to_string(),
            message_id: message.id.to_owned(),
            message_arguments: message.into_arguments(),
            target: None,
            advice: None,
            advice_id: None,
            advice_arguments: BTreeMap::new(),
            http_status: None,
            service_code: None,
            request_id: None,
            client_request_id: None,
            retry_after_seconds: None,
            missing_permission: None,
            missing_role: None,
            line: None,
            column: None,
        }))
    }

    /// A defect of this library: `what` names the place.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(Code::Internal, say!("internal", "defect in the library: {what}", what = what))
    }

    /// The caller wanted the work to stop.
    pub fn cancelled() -> Self {
        Self::new(Code::Cancelled, say!("cancelled", "cancelled by the caller"))
    }

    /// Names the person, group, field or file concerned.
    #[must_use]
    pub fn on(mut self, target: impl Into<String>) -> Self {
        self.0.target = Some(repeated(target.into()));
        self
    }

    /// Says what the administrator can do.
    #[must_use]
    pub fn advise(mut self, advice: Sentence) -> Self {
        self.0.advice = Some(advice.to_string());
        self.0.advice_id = Some(advice.id.to_owned());
        self.0.advice_arguments = advice.into_arguments();
        self
    }

    /// The same with another sentence.
    pub(crate) fn saying(self, message: Sentence) -> Self {
        self.with(|facts| {
            facts.message = message.to_string();
            message.id.clone_into(&mut facts.message_id);
            facts.message_arguments = message.into_arguments();
        })
    }

    /// Says which answer of the service it rests on: that of another error, told in other words.
    #[must_use]
    pub(crate) fn answered_as(self, other: &Self) -> Self {
        let answer = other.facts();
        self.with(|facts| {
            facts.http_status = answer.http_status;
            facts.service_code.clone_from(&answer.service_code);
            facts.request_id.clone_from(&answer.request_id);
            facts.client_request_id.clone_from(&answer.client_request_id);
        })
    }

    /// Adds facts in place.
    #[must_use]
    pub fn with(mut self, add: impl FnOnce(&mut Facts)) -> Self {
        add(&mut self.0);
        self
    }

    /// The stable word.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// All facts.
    pub fn facts(&self) -> &Facts {
        &self.0
    }

    /// How long the service wants us to wait, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {}

impl Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_in_a_sentence_keeps_its_word_and_its_places() {
        let inner = Error::new(Code::NotFound, say!("group_unknown", "there is no group '{group}'", group = "Sales"));
        let middle = say!("roles_unread", "roles could not be read: {why}", why = inner).quoting("why", &inner);
        let middle = Error::new(Code::NotFound, middle);
        let outer = say!("would_be_refused", "it would be refused: {why}", why = middle).quoting("why", &middle);
        assert_eq!(outer.to_string(), "it would be refused: roles could not be read: there is no group 'Sales'");
        let arguments = outer.into_arguments();
        let named = ["whyId", "why.whyId", "why.why.group"].map(|name| arguments[name].as_str());
        assert_eq!(named, ["roles_unread", "group_unknown", "Sales"]);
    }
}
