//! Who may administer what.

use uuid::Uuid;

/// A role held by a person, an app or a role-assignable group.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleAssignment {
    /// Id of the assignment.
    pub id: String,
    /// Who holds it.
    pub principal_id: Uuid,
    /// Template id of the role, or the id of a custom one.
    pub role_definition_id: Uuid,
    /// `/` for the tenant, `/administrativeUnits/{id}` otherwise.
    pub directory_scope_id: String,
}
