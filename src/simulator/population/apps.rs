//! The apps of a tenant, and the services whose permissions they hold.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Place, secret::client_secret};
use crate::simulator::{
    permission::{self, EXCHANGE, GRAPH},
    role,
    tenant::{AppRoleAssignment, RoleAssignment, ServicePrincipal, Tenant},
};

/// Everything that the product asks Graph for, with the least permission for each.
pub(super) const PRODUCT: &[&str] = &[
    "User.Read.All",
    "User.ReadWrite.All",
    "User.EnableDisableAccount.All",
    "User.RevokeSessions.All",
    "User-PasswordProfile.ReadWrite.All",
    "Directory.Read.All",
    "Group.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "Organization.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "AuditLog.Read.All",
];

/// Roles that together reach everybody and everything the product changes, without being Global Administrator.
const PRODUCT_ROLES: &[Uuid] = &[
    role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
    role::USER_ADMINISTRATOR,
    role::EXCHANGE_ADMINISTRATOR,
    role::AUTHENTICATION_POLICY_ADMINISTRATOR,
];

/// An app that may do everything the product does, and one that may only read people.
#[derive(Debug)]
pub(super) struct Apps {
    pub(super) full: (Uuid, String),
    pub(super) weak: (Uuid, String),
}

/// Registers the services and both apps.
pub(super) fn register(tenant: &mut Tenant, place: &Place) -> Apps {
    let graph = service(tenant, place, GRAPH, "Microsoft Graph", permission::graph_app_roles());
    let exchange = service(tenant, place, EXCHANGE, "Office 365 Exchange Online", permission::exchange_app_roles());

    let delegated = [PRODUCT, &["Exchange.Manage", "Exchange.ManageV2"]].concat();
    let full = app(tenant, place, "M365 Access", true, &delegated);
    grant(tenant, full.0, graph, PRODUCT);
    grant(tenant, full.0, exchange, &["Exchange.ManageAsApp", "Exchange.ManageAsAppV2"]);
    for role in PRODUCT_ROLES {
        let id = Uuid::new_v5(&full.0, role.as_bytes()).simple().to_string();
        tenant.role_assignments.push(RoleAssignment {
            id,
            principal_id: full.0,
            role_definition_id: *role,
            directory_scope_id: "/".to_owned(),
        });
    }
    let weak = app(tenant, place, "People Reader", false, &["User.Read.All"]);
    grant(tenant, weak.0, graph, &["User.Read.All"]);
    Apps { full: (full.1, full.2), weak: (weak.1, weak.2) }
}

fn service(tenant: &mut Tenant, place: &Place, app_id: Uuid, name: &str, app_roles: BTreeMap<Uuid, String>) -> Uuid {
    let id = Uuid::new_v5(&place.tenant_id, app_id.as_bytes());
    tenant.service_principals.insert(
        id,
        ServicePrincipal {
            id,
            app_id,
            display_name: name.to_owned(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
            public_client: false,
            delegated_scopes: BTreeSet::new(),
            app_roles,
        },
    );
    id
}

/// Object id, client id and secret of a new app.
fn app(tenant: &mut Tenant, place: &Place, name: &str, public_client: bool, scopes: &[&str]) -> (Uuid, Uuid, String) {
    let app_id = Uuid::new_v5(&place.tenant_id, format!("app {name}").as_bytes());
    let id = Uuid::new_v5(&place.tenant_id, app_id.as_bytes());
    let secret = client_secret(place.seed, u64::from(public_client));
    tenant.service_principals.insert(
        id,
        ServicePrincipal {
            id,
            app_id,
            display_name: name.to_owned(),
            secrets: vec![(secret.clone(), FAR_AWAY)],
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
            public_client,
            delegated_scopes: scopes.iter().chain(&["User.Read"]).map(|scope| (*scope).to_owned()).collect(),
            app_roles: BTreeMap::new(),
        },
    );
    (id, app_id, secret)
}

/// Secrets of the simulated tenant do not run out by themselves.
const FAR_AWAY: Timestamp = Timestamp::MAX;

fn grant(tenant: &mut Tenant, app: Uuid, service: Uuid, permissions: &[&str]) {
    let offered: Vec<Uuid> = tenant
        .service_principals
        .get(&service)
        .into_iter()
        .flat_map(|service| &service.app_roles)
        .filter(|(_, name)| permissions.contains(&name.as_str()))
        .map(|(id, _)| *id)
        .collect();
    for app_role_id in offered {
        tenant.app_role_assignments.push(AppRoleAssignment {
            id: Uuid::new_v5(&app, app_role_id.as_bytes()).simple().to_string(),
            principal_id: app,
            resource_id: service,
            app_role_id,
        });
    }
}
