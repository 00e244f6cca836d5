//! Who may read and change what stands below `authentication`.
//!
//! Permissions: learn.microsoft.com/graph/permissions-reference. Roles of people who act on others:
//! learn.microsoft.com/graph/api/authentication-update (per-user MFA),
//! learn.microsoft.com/graph/api/authentication-list-methods and phoneauthenticationmethod-delete (methods). For per-user
//! MFA no order of ranks among administrators is documented, and there is none here; whom an Authentication Administrator
//! reaches with methods is what learn.microsoft.com/graph/api/resources/users has for passwords. No page speaks of roles
//! of apps for these calls: an app needs its permission alone.

use crate::simulator::{
    graph::{call::Call, failure::Failure, permission, reach},
    method::Kind,
    role,
    tenant::{Tenant, User},
};

/// What is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    ReadRequirements,
    WriteRequirements,
    /// Methods of every type, and the preferred one.
    ReadMethods,
    WritePreferences,
    /// Methods of one type.
    Read(&'static Kind),
    Delete(&'static Kind),
}

/// The person, if the caller may do it to them. Whoever may do it to nobody does not learn who exists.
pub(super) fn person<'a>(call: &Call<'_>, tenant: &'a Tenant, key: &str, act: Act) -> Result<&'a User, Failure> {
    let found = tenant.user(key);
    let own = found.is_some_and(|person| call.caller.user_id == Some(person.id));
    if !act.is_permitted(call, own) {
        return Err(Failure::denied());
    }
    let person = found.ok_or_else(|| Failure::no_resource(key))?;
    act.check_roles(call, tenant, person, own)?;
    Ok(person)
}

impl Act {
    fn is_permitted(self, call: &Call<'_>, own: bool) -> bool {
        let target = call.caller.user_id.filter(|_| own);
        let scoped = |scope: &str, may_write: bool| {
            let words: &[&str] = if may_write { &["ReadWrite"] } else { &["Read", "ReadWrite"] };
            words.iter().any(|word| {
                let all = format!("{scope}.{word}.All");
                let mine = format!("{scope}.{word}");
                call.caller.permissions.contains(&all) || (own && call.caller.permissions.contains(&mine))
            })
        };
        let of_kind = |kind: &Kind, may_write: bool| {
            scoped("UserAuthenticationMethod", may_write)
                || scoped(&format!("UserAuthMethod-{}", kind.scope), may_write)
        };
        match self {
            Self::ReadRequirements => permission::READ_REQUIREMENTS.held_by(call.caller, target),
            Self::WriteRequirements => permission::WRITE_REQUIREMENTS.held_by(call.caller, target),
            Self::ReadMethods => scoped("UserAuthenticationMethod", false),
            Self::WritePreferences => scoped("UserAuthenticationMethod", true),
            Self::Read(kind) => of_kind(kind, false),
            Self::Delete(kind) => of_kind(kind, true),
        }
    }

    /// One's own may be read without a role, and one's own methods changed; but nobody lets themselves off MFA.
    fn check_roles(self, call: &Call<'_>, tenant: &Tenant, person: &User, own: bool) -> Result<(), Failure> {
        if call.caller.user_id.is_none() || (own && !matches!(self, Self::WriteRequirements)) {
            return Ok(());
        }
        let roles = reach::roles_over(tenant, call.caller, person.id);
        let has_any = |wanted: &[uuid::Uuid]| roles.iter().any(|role| wanted.contains(role));
        let allowed = match self {
            Self::ReadRequirements => {
                has_any(&[role::GLOBAL_READER, role::AUTHENTICATION_POLICY_ADMINISTRATOR, role::GLOBAL_ADMINISTRATOR])
            }
            Self::WriteRequirements => {
                has_any(&[role::AUTHENTICATION_POLICY_ADMINISTRATOR, role::GLOBAL_ADMINISTRATOR])
            }
            Self::ReadMethods | Self::Read(_) => {
                has_any(SEEING_NUMBERS) || has_any(&[role::AUTHENTICATION_ADMINISTRATOR])
            }
            Self::WritePreferences | Self::Delete(_) => {
                return reach::check(tenant, call.caller, reach::Act::Methods, person);
            }
        };
        if allowed { Ok(()) } else { Err(Failure::denied()) }
    }
}

/// Roles that see whole phone numbers.
const SEEING_NUMBERS: &[uuid::Uuid] =
    &[role::GLOBAL_READER, role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, role::GLOBAL_ADMINISTRATOR];

/// Whether the caller sees phone numbers as they are: an Authentication Administrator does not.
/// learn.microsoft.com/graph/api/authentication-list-methods
pub(super) fn sees_numbers(call: &Call<'_>, tenant: &Tenant, person: &User) -> bool {
    call.caller.user_id.is_none()
        || call.caller.user_id == Some(person.id)
        || reach::roles_over(tenant, call.caller, person.id).iter().any(|role| SEEING_NUMBERS.contains(role))
}
