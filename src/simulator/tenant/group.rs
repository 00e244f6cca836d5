//! What people are gathered in: groups and administrative units.

use std::collections::BTreeSet;

use uuid::Uuid;

/// A group.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are the service's own: learn.microsoft.com/graph/api/resources/group")]
pub struct Group {
    pub id: Uuid,
    pub display_name: String,
    pub description: Option<String>,
    pub mail_nickname: String,
    pub mail_enabled: bool,
    pub security_enabled: bool,
    pub group_types: Vec<String>,
    pub is_assignable_to_role: Option<bool>,
    /// People and groups directly in it, by object id.
    pub members: BTreeSet<Uuid>,
    /// People who own it.
    pub owners: BTreeSet<Uuid>,
}

/// A part of the tenant with administrators of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct AdministrativeUnit {
    /// Object id.
    pub id: Uuid,
    /// Name.
    pub display_name: String,
    /// Only its own administrators and the two great roles may change its members.
    pub restricted: bool,
    /// People in it, by object id.
    pub members: BTreeSet<Uuid>,
}
