//! What a caller learns of one change: the `Outcome` record.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    change::{Kind, Outcome},
    error::{Code, Error},
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
    pub(crate) before: Option<String>,
    pub(crate) wanted: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) code: Option<Code>,
    pub(crate) effective_by: Option<Timestamp>,
    pub(crate) run_id: String,
    pub(crate) at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) advice: Option<String>,
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

fn expose<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

impl Record {
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
            code: None,
            effective_by: None,
            run_id: run_id.to_owned(),
            at: Timestamp::now(),
            advice: None,
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

    /// Takes over why it did not go well.
    pub(crate) fn because(mut self, error: &Error) -> Self {
        let facts = error.facts().clone();
        self.code = Some(facts.code);
        self.message = Some(facts.message);
        self.advice = facts.advice;
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
