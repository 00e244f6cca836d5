//! Permissions that the services offer to apps, by id. learn.microsoft.com/graph/permissions-reference

use std::collections::BTreeMap;

use uuid::{Uuid, uuid};

/// Client id of Microsoft Graph.
pub const GRAPH: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
/// Client id of Exchange Online.
pub const EXCHANGE: Uuid = uuid!("00000002-0000-0ff1-ce00-000000000000");
/// Exchange's `Exchange.ManageAsApp`.
pub const EXCHANGE_MANAGE_AS_APP: Uuid = uuid!("dc50a0fb-09a3-484d-be87-e023b12c6440");

/// Exchange's `Exchange.ManageAsAppV2`. It is documented by name only; this id is the simulated tenants' own.
pub const EXCHANGE_MANAGE_AS_APP_V2: Uuid = uuid!("b0f1c7a2-7a3e-5d55-9a41-6c1f6f6f2b02");

/// What Graph offers to apps, as far as this tenant knows it.
const GRAPH_APP_ROLES: &[(Uuid, &str)] = &[
    (uuid!("df021288-bdef-4463-88db-98f22de89214"), "User.Read.All"),
    (uuid!("741f803b-c850-494e-b5df-cde7c675a1ca"), "User.ReadWrite.All"),
    (uuid!("3011c876-62b7-4ada-afa2-506cbbecc68c"), "User.EnableDisableAccount.All"),
    (uuid!("77f3a031-c388-4f99-b373-dc68676a979e"), "User.RevokeSessions.All"),
    (uuid!("cc117bb9-00cf-4eb8-b580-ea2a878fe8f7"), "User-PasswordProfile.ReadWrite.All"),
    (uuid!("38d9df27-64da-44fd-b7c5-a6fbac20248f"), "UserAuthenticationMethod.Read.All"),
    (uuid!("50483e42-d915-4231-9639-7fdb7fd190e5"), "UserAuthenticationMethod.ReadWrite.All"),
    (uuid!("246dd0d5-5bd0-4def-940b-0421030a5b68"), "Policy.Read.All"),
    (uuid!("29c18626-4985-4dcd-85c0-193eef327366"), "Policy.ReadWrite.AuthenticationMethod"),
    (uuid!("483bed4a-2ad3-4361-a73b-c83ccdbdc53c"), "RoleManagement.Read.Directory"),
    (uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6"), "Organization.Read.All"),
    (uuid!("b0afded3-3588-46d8-8b3d-9842eff778da"), "AuditLog.Read.All"),
    (uuid!("7ab1d382-f21e-4acd-a863-ba3e13f7da61"), "Directory.Read.All"),
    (uuid!("19dbc75e-c2e2-444c-a770-ec69d8559fc7"), "Directory.ReadWrite.All"),
    (uuid!("5b567255-7703-4780-807c-7be8301ae99b"), "Group.Read.All"),
    (uuid!("98830695-27a2-44f7-8c18-0c3ebc9698f6"), "GroupMember.Read.All"),
];

/// Exchange's app roles: id to name.
pub fn exchange_app_roles() -> BTreeMap<Uuid, String> {
    let roles =
        [(EXCHANGE_MANAGE_AS_APP, "Exchange.ManageAsApp"), (EXCHANGE_MANAGE_AS_APP_V2, "Exchange.ManageAsAppV2")];
    roles.into_iter().map(|(id, name)| (id, name.to_owned())).collect()
}

/// Graph's app roles: id to name.
pub fn graph_app_roles() -> BTreeMap<Uuid, String> {
    GRAPH_APP_ROLES.iter().map(|(id, name)| (*id, (*name).to_owned())).collect()
}
