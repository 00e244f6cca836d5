//! Who a session is in its tenant.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// Who we are, as the services say. Read by `service::identity`, kept by the session.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    pub(crate) tenant_id: String,
    pub(crate) tenant_name: Option<String>,
    /// User principal name of the person, or name (else client id) of the app.
    pub(crate) account: String,
    /// Object id of the person or of the app's service principal, where it could be learned.
    pub(crate) account_id: Option<String>,
    /// Whether a person signed in (delegated), or the app alone.
    pub(crate) is_person: bool,
    /// `scp` or `roles` of the token; empty where the token cannot be read.
    pub(crate) permissions: BTreeSet<String>,
    /// Whether the permissions are known at all: a token is opaque by contract.
    pub(crate) permissions_known: bool,
    /// Template ids of the active directory roles of the account; for an app those of its service principal.
    pub(crate) roles: BTreeSet<String>,
    /// Whether the roles are known at all.
    pub(crate) roles_known: bool,
    /// When the access token ends.
    pub(crate) expires_at: Option<Timestamp>,
}
