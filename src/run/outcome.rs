//! What a caller learns of one change: the `Outcome` record.

use std::collections::BTreeMap;

use jiff::{Timestamp, Unit};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    change::{Kind, Outcome, Subject, Word},
    error::{Code, Error},
    sentence::Sentence,
};

/// One `Outcome` record; keys are the properties of `M365Access.Outcome` in lowerCamelCase.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub(crate) user: String,
    pub(crate) user_id: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) change: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) before: Option<Word>,
    pub(crate) wanted: Option<Word>,
    pub(crate) after: Option<Word>,
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) message_id: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub(crate) message_arguments: BTreeMap<String, String>,
    pub(crate) code: Option<Code>,
    pub(crate) effective_by: Option<Timestamp>,
    pub(crate) run_id: String,
    pub(crate) at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) advice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) advice_id: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub(crate) advice_arguments: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) service_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) client_request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) missing_permission: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) missing_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) line: Option<u64>,
    /// Only in the event for a caller who asked; never in the journal.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing, serialize_with = "expose", default)]
    pub(crate) password: Option<SecretString>,
}

#[allow(clippy::ref_option, reason = "the signature is serde's")]
fn expose<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

/// Now, to the millisecond: more is noise to whoever reads it.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

impl Record {
    /// Whether the state moved although not all of it came about.
    pub(super) fn is_partly_done(&self) -> bool {
        self.after.is_some() && self.after != self.before
    }

    /// A record without details.
    pub(crate) fn new(user: String, user_id: Option<String>, change: Kind, outcome: Outcome, run_id: &str) -> Self {
        Self {
            user,
            user_id,
            display_name: None,
            change,
            outcome,
            before: None,
            wanted: None,
            after: None,
            message: None,
            message_id: None,
            message_arguments: BTreeMap::new(),
            code: None,
            effective_by: None,
            run_id: run_id.to_owned(),
            at: now(),
            advice: None,
            advice_id: None,
            advice_arguments: BTreeMap::new(),
            http_status: None,
            service_code: None,
            request_id: None,
            client_request_id: None,
            missing_permission: None,
            missing_role: None,
            line: None,
            password: None,
        }
    }

    /// Says what must be known of it.
    pub(crate) fn saying(mut self, sentence: Sentence) -> Self {
        self.message = Some(sentence.to_string());
        self.message_id = Some(sentence.id.to_owned());
        self.message_arguments = sentence.into_arguments();
        self
    }

    /// A record about a subject of a plan.
    pub(crate) fn about(subject: &Subject, change: Kind, outcome: Outcome, run_id: &str) -> Self {
        let mut record =
            Self::new(subject.user.clone(), subject.person_id().map(str::to_owned), change, outcome, run_id);
        record.display_name.clone_from(&subject.display_name);
        record
    }

    /// Takes over why it did not go well.
    pub(crate) fn because(mut self, error: &Error) -> Self {
        let facts = error.facts().clone();
        self.code = Some(facts.code);
        self.message = Some(facts.message);
        self.message_id = Some(facts.message_id);
        self.message_arguments = facts.message_arguments;
        self.advice = facts.advice;
        self.advice_id = facts.advice_id;
        self.advice_arguments = facts.advice_arguments;
        self.http_status = facts.http_status;
        self.service_code = facts.service_code;
        self.request_id = facts.request_id;
        self.client_request_id = facts.client_request_id.or(self.client_request_id);
        self.missing_permission = facts.missing_permission;
        self.missing_role = facts.missing_role;
        self.line = facts.line;
        self
    }
}
