//! The state of a subject, as it was read.

use serde::{Deserialize, Serialize};

use super::{Accesses, mfa};
use crate::service::{
    exchange::organization_config::OrganizationConfig, method::Method, mfa_policy::MfaPolicy, user::Person,
};

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
