//! Apps, by which credentials they sign in, and the permissions that they were granted.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

/// An app in this tenant, or a service whose permissions apps hold.
#[derive(Debug, Clone)]
pub struct ServicePrincipal {
    /// Object id.
    pub id: Uuid,
    /// Client id.
    pub app_id: Uuid,
    /// Name.
    pub display_name: String,
    /// Secrets that are accepted, each with its end.
    pub secrets: Vec<(String, Timestamp)>,
    /// Certificates whose assertions are accepted.
    pub certificates: Vec<Certificate>,
    /// Federated credentials that are accepted: issuer, subject, audience.
    pub federated_credentials: Vec<(String, String, String)>,
    /// Device code and resource owner password are allowed without a secret.
    pub public_client: bool,
    /// Delegated permissions that people have consented to.
    pub delegated_scopes: BTreeSet<String>,
    /// Permissions that this service offers to apps: id to name.
    pub app_roles: BTreeMap<Uuid, String>,
}

/// A certificate by which an app signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate as DER; assertions name it by a digest of these bytes.
    pub der: Vec<u8>,
    /// Its RSA public key as DER (`RSAPublicKey` of PKCS #1).
    pub public_key: Vec<u8>,
}

/// A permission of a service, granted to an app.
#[derive(Debug, Clone, PartialEq)]
pub struct AppRoleAssignment {
    /// Id of the grant.
    pub id: String,
    /// The app.
    pub principal_id: Uuid,
    /// The service.
    pub resource_id: Uuid,
    /// The permission, an id in the service's `app_roles`.
    pub app_role_id: Uuid,
}
