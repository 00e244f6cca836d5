//! Whom a change is about.

use serde::{Deserialize, Serialize};

use crate::{service::user::Person, session::identity::Identity};

/// Whom a change is about: a person, or the tenant itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// User principal name at the time of planning, for people to read; the tenant's name where it is about the tenant.
    pub user: String,
    /// The immutable object id, by which everything is addressed; the tenant's id where it is about the tenant.
    pub user_id: String,
    /// Display name at the time of planning.
    pub display_name: Option<String>,
    /// It is about the tenant itself and about nobody in particular.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_tenant: bool,
}

impl Subject {
    /// The tenant that somebody is signed in to.
    pub(crate) fn tenant(identity: &Identity) -> Self {
        Self {
            user: identity.tenant_name.clone().unwrap_or_else(|| identity.tenant_id.clone()),
            user_id: identity.tenant_id.clone(),
            display_name: None,
            is_tenant: true,
        }
    }

    /// The person's object id; nothing where it is about the tenant.
    pub(crate) fn person_id(&self) -> Option<&str> {
        (!self.is_tenant).then_some(self.user_id.as_str())
    }
}

impl From<&Person> for Subject {
    fn from(person: &Person) -> Self {
        Self {
            user: person.user_principal_name.clone(),
            user_id: person.id.clone(),
            display_name: person.display_name.clone(),
            is_tenant: false,
        }
    }
}
