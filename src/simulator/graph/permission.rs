//! Which permissions of a token allow which call, as the service's permissions reference lists them.
//!
//! learn.microsoft.com/graph/permissions-reference; kinds of access: learn.microsoft.com/graph/permissions-overview

use uuid::Uuid;

use crate::simulator::world::Caller;

/// Permissions of which any one allows a call.
pub(super) struct Permissions {
    /// In `scp` of a person's token.
    pub(super) delegated: &'static [&'static str],
    /// In `scp` of a person's token, on that person's own object.
    pub(super) own: &'static [&'static str],
    /// In `roles` of an app's token.
    pub(super) application: &'static [&'static str],
}

impl Permissions {
    /// Whether the caller's token has one of them, for an object if there is one.
    pub(super) fn held_by(&self, caller: &Caller, target: Option<Uuid>) -> bool {
        let any = |permissions: &[&str]| permissions.iter().any(|permission| caller.permissions.contains(*permission));
        match caller.user_id {
            None => any(self.application),
            Some(person) => any(self.delegated) || (target == Some(person) && any(self.own)),
        }
    }
}

/// How much of a person a token shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sight {
    /// [`BASIC_PROPERTIES`] only.
    Basic,
    /// Everything.
    Full,
}

/// What `User.ReadBasic.All` shows of a person. learn.microsoft.com/graph/api/resources/users
pub(super) const BASIC_PROPERTIES: &[&str] =
    &["displayName", "givenName", "id", "mail", "photo", "securityIdentifier", "surname", "userPrincipalName"];

/// How much of one person (or, with `None`, of all people) the token shows.
pub(super) fn sight(caller: &Caller, target: Option<Uuid>) -> Option<Sight> {
    if READ_USERS.held_by(caller, target) {
        Some(Sight::Full)
    } else {
        READ_USERS_BASIC.held_by(caller, target).then_some(Sight::Basic)
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident { delegated: $delegated:expr, own: $own:expr, application: $application:expr $(,)? })+) => {
        $($(#[$doc])* pub(super) const $name: Permissions =
            Permissions { delegated: &$delegated, own: &$own, application: &$application };)+
    };
}

permissions! {
    /// All properties of people.
    READ_USERS {
        delegated: [
            "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
            "AgentIdUser.ReadWrite.All", "AgentIdUser.ReadWrite.IdentityParentedBy",
            "DeviceManagementApps.Read.All", "DeviceManagementApps.ReadWrite.All",
            "DeviceManagementConfiguration.Read.All", "DeviceManagementConfiguration.ReadWrite.All",
            "DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All",
            "DeviceManagementServiceConfig.Read.All", "DeviceManagementServiceConfig.ReadWrite.All",
        ],
        own: ["User.Read", "User.ReadWrite"],
        application: [
            "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
            "User.ReadWrite.CrossCloud", "AgentIdUser.ReadWrite.All", "AgentIdUser.ReadWrite.IdentityParentedBy",
            "DeviceManagementApps.Read.All", "DeviceManagementApps.ReadWrite.All",
            "DeviceManagementConfiguration.Read.All", "DeviceManagementConfiguration.ReadWrite.All",
            "DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All",
            "DeviceManagementServiceConfig.Read.All", "DeviceManagementServiceConfig.ReadWrite.All",
        ],
    }
    /// The basic properties of people.
    READ_USERS_BASIC {
        delegated: ["User.ReadBasic.All", "User-PasswordProfile.ReadWrite.All"],
        own: [],
        application: ["User.ReadBasic.All", "User-PasswordProfile.ReadWrite.All"],
    }
    /// Groups and roles that a person is directly in.
    READ_MEMBERSHIP {
        delegated: [
            "Directory.Read.All", "Directory.ReadWrite.All", "Group.ReadBasic.All", "GroupMember.Read.All",
            "GroupMember.ReadBasic.All",
        ],
        own: ["User.Read"],
        application: ["Directory.Read.All", "Directory.ReadWrite.All", "Group.ReadBasic.All", "GroupMember.ReadBasic.All"],
    }
    /// Groups and roles that a person is in, however deep.
    READ_TRANSITIVE_MEMBERSHIP {
        delegated: [
            "Directory.Read.All", "Directory.ReadWrite.All", "Group.Read.All", "Group.ReadBasic.All",
            "GroupMember.Read.All", "GroupMember.ReadBasic.All", "User.Read.All",
        ],
        own: ["User.Read"],
        application: [
            "Directory.Read.All", "Directory.ReadWrite.All", "Group.Read.All", "Group.ReadBasic.All",
            "GroupMember.Read.All", "GroupMember.ReadBasic.All", "User.Read.All",
        ],
    }
    /// Ids of everything that a person is in.
    READ_MEMBER_OBJECTS {
        delegated: ["Directory.Read.All", "Directory.ReadWrite.All", "User.Read.All", "User.ReadWrite.All"],
        own: ["User.Read"],
        application: ["Directory.Read.All", "Directory.ReadWrite.All", "User.Read.All", "User.ReadWrite.All"],
    }
    /// Groups.
    READ_GROUPS {
        delegated: [
            "GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
            "Directory.Read.All", "Directory.ReadWrite.All",
        ],
        own: [],
        application: [
            "GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
            "Directory.Read.All", "Directory.ReadWrite.All",
        ],
    }
    /// Directory roles, their definitions and assignments.
    READ_ROLES {
        delegated: [
            "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "RoleManagement.Read.All",
            "Directory.Read.All", "Directory.ReadWrite.All",
        ],
        own: [],
        application: [
            "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "RoleManagement.Read.All",
            "Directory.Read.All", "Directory.ReadWrite.All",
        ],
    }
    /// Roles that people may activate.
    READ_ELIGIBILITY {
        delegated: [
            "RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
            "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "RoleManagement.Read.All",
        ],
        own: [],
        application: [
            "RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
            "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "RoleManagement.Read.All",
        ],
    }
    /// The organisation.
    READ_ORGANIZATION {
        delegated: [
            "User.Read", "User.Read.All", "Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All",
            "Directory.ReadWrite.All", "DeviceManagementConfiguration.Read.All",
            "DeviceManagementConfiguration.ReadWrite.All", "DeviceManagementServiceConfig.Read.All",
            "DeviceManagementServiceConfig.ReadWrite.All",
        ],
        own: [],
        application: [
            "User.Read.All", "Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All",
            "Directory.ReadWrite.All", "DeviceManagementConfiguration.Read.All",
            "DeviceManagementConfiguration.ReadWrite.All", "DeviceManagementServiceConfig.Read.All",
            "DeviceManagementServiceConfig.ReadWrite.All",
        ],
    }
    /// Apps in this tenant and what they hold.
    READ_APPLICATIONS {
        delegated: ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
        own: [],
        application: ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    }
    /// Objects of any type by id.
    READ_DIRECTORY {
        delegated: ["Directory.Read.All", "Directory.ReadWrite.All"],
        own: [],
        application: ["Directory.Read.All", "Directory.ReadWrite.All"],
    }
    /// Ending the sessions of people.
    REVOKE_SESSIONS {
        delegated: [
            "User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All", "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
        ],
        own: [],
        application: [
            "User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All", "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
        ],
    }
    /// The older way of ending the sessions of people.
    INVALIDATE_TOKENS {
        delegated: ["User.RevokeSessions.All", "Directory.ReadWrite.All"],
        own: ["User.ReadWrite"],
        application: ["User.RevokeSessions.All"],
    }
    /// Any property of people.
    WRITE_USERS {
        delegated: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
        own: [],
        application: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    }
    /// Blocking and unblocking people; only together with [`READ_ALL_USERS`].
    ENABLE_USERS {
        delegated: ["User.EnableDisableAccount.All"],
        own: [],
        application: ["User.EnableDisableAccount.All"],
    }
    /// What must accompany [`ENABLE_USERS`].
    READ_ALL_USERS {
        delegated: ["User.Read.All"],
        own: [],
        application: ["User.Read.All"],
    }
    /// Passwords of people.
    WRITE_PASSWORDS {
        delegated: ["User-PasswordProfile.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
        own: [],
        application: ["User-PasswordProfile.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    }
    /// Phones of people.
    WRITE_PHONES {
        delegated: ["User-Phone.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
        own: [],
        application: ["User-Phone.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    }
    /// Further mail addresses of people.
    WRITE_MAILS {
        delegated: ["User-Mail.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
        own: [],
        application: ["User-Mail.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    }
    /// Resetting a password in the background; no app may.
    RESET_PASSWORD {
        delegated: ["UserAuthenticationMethod.ReadWrite.All", "UserAuthMethod-Password.ReadWrite.All"],
        own: [],
        application: [],
    }
    /// Per-user MFA read.
    READ_REQUIREMENTS {
        delegated: ["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"],
        own: [],
        application: ["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"],
    }
    /// Per-user MFA changed.
    WRITE_REQUIREMENTS {
        delegated: ["Policy.ReadWrite.AuthenticationMethod"],
        own: [],
        application: ["Policy.ReadWrite.AuthenticationMethod"],
    }
    /// Policies of the tenant.
    READ_POLICIES {
        delegated: ["Policy.Read.All"],
        own: [],
        application: ["Policy.Read.All"],
    }
    /// Whether security defaults are on.
    READ_SECURITY_DEFAULTS {
        delegated: ["Policy.Read.All", "Policy.ReadWrite.SecurityDefaults"],
        own: [],
        application: ["Policy.Read.All", "Policy.ReadWrite.SecurityDefaults"],
    }
    /// Reports of what people have registered.
    READ_REPORTS {
        delegated: ["AuditLog.Read.All"],
        own: [],
        application: ["AuditLog.Read.All"],
    }
    /// Watching a reset; no app may.
    READ_OPERATIONS {
        delegated: ["UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"],
        own: ["UserAuthenticationMethod.Read", "UserAuthenticationMethod.ReadWrite"],
        application: [],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(user_id: Option<Uuid>, permission: &str) -> Caller {
        Caller {
            app_id: Uuid::nil(),
            service_principal_id: Uuid::nil(),
            user_id,
            permissions: [permission.to_owned()].into(),
            answered_challenge: false,
        }
    }

    #[test]
    fn an_app_has_no_own_object_and_a_person_has_one() {
        let me = Uuid::from_u128(7);
        assert_eq!(sight(&caller(None, "User.Read"), Some(me)), None);
        assert_eq!(sight(&caller(Some(me), "User.Read"), Some(me)), Some(Sight::Full));
        assert_eq!(sight(&caller(Some(me), "User.Read"), Some(Uuid::nil())), None);
        assert_eq!(sight(&caller(Some(me), "User.Read"), None), None);
    }

    #[test]
    fn basic_reading_is_less_than_full_reading() {
        assert_eq!(sight(&caller(None, "User.ReadBasic.All"), None), Some(Sight::Basic));
        assert_eq!(sight(&caller(None, "User.Read.All"), None), Some(Sight::Full));
        assert!(Sight::Basic < Sight::Full);
    }

    #[test]
    fn no_app_resets_in_the_background() {
        assert!(!RESET_PASSWORD.held_by(&caller(None, "UserAuthenticationMethod.ReadWrite.All"), None));
    }
}
