//! Who may do what to whom: permissions of the token, and the directory roles that reach a target.
//!
//! One table, from which checks, `Test-M365Permission`, help and messages follow. It warns before the first write; the
//! service decides. Rows: learn.microsoft.com/graph/api/resources/users ("who can perform sensitive actions", "who can
//! reset passwords"), learn.microsoft.com/graph/permissions-reference.

use std::collections::BTreeSet;

use super::{
    Service,
    role::{
        AUTHENTICATION, AUTHENTICATION_POLICY, DIRECTORY_READERS, EXCHANGE, EXCHANGE_RECIPIENT, GLOBAL_ADMINISTRATOR,
        GLOBAL_READER, GROUPS, GUEST_INVITER, HELPDESK, MESSAGE_CENTER_READER, PASSWORD, PRIVILEGED_AUTHENTICATION,
        REPORTS_READER, SECURITY, SECURITY_READER, USAGE_SUMMARY_READER, USER, role_name,
    },
};
use crate::{
    error::{Code, Error},
    say,
};

/// What is asked of a service, as far as permissions and roles tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Read people, with whether they may sign in.
    ReadUsers,
    /// Read who holds directory roles.
    ReadRoles,
    /// Block and unblock.
    SignIn,
    /// End the sessions.
    Sessions,
    /// Reset the password.
    Password,
    /// Read the protocols of a mailbox.
    ReadMailboxAccess,
    /// Switch the protocols of a mailbox.
    MailboxAccess,
    /// Read whether modern authentication is on in the organisation.
    ReadModernAuthentication,
    /// Switch modern authentication in the organisation.
    ModernAuthentication,
    /// Read per-user MFA states, and the policies that make them beside the point.
    ReadMfa,
    /// Set per-user MFA states.
    Mfa,
    /// Read the report of registered methods.
    ReadRegistrations,
    /// List and delete registered methods.
    MfaMethods,
    /// Read the service settings of MFA.
    ReadMfaPolicy,
    /// Write the service settings of MFA.
    MfaPolicy,
}

/// Whom a caller's directory roles reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// "Who can perform sensitive actions".
    Sensitive,
    /// "Who can reset passwords", which is also that for invalidating refresh tokens.
    Reset,
    /// Of the roles that reset passwords, the one whose methods-pages name it:
    /// learn.microsoft.com/graph/api/authenticationmethods-overview, the table "roles" of each type.
    Methods,
    /// One of these, whoever the target is; the least first.
    AnyOf(&'static [&'static str]),
    /// No role is documented to be needed.
    Anybody,
}

impl Act {
    const fn reach(self) -> Reach {
        match self {
            Self::SignIn => Reach::Sensitive,
            Self::Sessions | Self::Password => Reach::Reset,
            Self::ReadMailboxAccess => Reach::AnyOf(&[
                GLOBAL_READER,
                SECURITY_READER,
                HELPDESK,
                SECURITY,
                EXCHANGE_RECIPIENT,
                EXCHANGE,
                GLOBAL_ADMINISTRATOR,
            ]),
            Self::MailboxAccess => Reach::AnyOf(&[EXCHANGE_RECIPIENT, EXCHANGE, GLOBAL_ADMINISTRATOR]),
            Self::ReadModernAuthentication => {
                Reach::AnyOf(&[GLOBAL_READER, SECURITY_READER, SECURITY, EXCHANGE, GLOBAL_ADMINISTRATOR])
            }
            Self::ModernAuthentication => Reach::AnyOf(&[EXCHANGE, GLOBAL_ADMINISTRATOR]),
            Self::Mfa | Self::MfaPolicy => Reach::AnyOf(&[AUTHENTICATION_POLICY, GLOBAL_ADMINISTRATOR]),
            Self::ReadMfa | Self::ReadMfaPolicy => {
                Reach::AnyOf(&[GLOBAL_READER, AUTHENTICATION_POLICY, GLOBAL_ADMINISTRATOR])
            }
            Self::ReadRegistrations => {
                Reach::AnyOf(&[REPORTS_READER, SECURITY_READER, GLOBAL_READER, GLOBAL_ADMINISTRATOR])
            }
            Self::MfaMethods => Reach::Methods,
            Self::ReadUsers | Self::ReadRoles => Reach::Anybody,
        }
    }

    /// The service whose token must carry the permission.
    pub(crate) const fn service(self) -> Service {
        match self {
            Self::ReadMailboxAccess
            | Self::MailboxAccess
            | Self::ReadModernAuthentication
            | Self::ModernAuthentication => Service::Exchange,
            _ => Service::Graph,
        }
    }

    /// Permissions any of which allow it, the least first. Some are another word for a person than for an app.
    pub(crate) const fn permissions(self, person: bool) -> &'static [&'static str] {
        match self {
            Self::ReadUsers => {
                &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]
            }
            Self::ReadRoles => &[
                "RoleManagement.Read.Directory",
                "RoleManagement.ReadWrite.Directory",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Self::SignIn => &["User.EnableDisableAccount.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
            Self::Sessions => &["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
            // A person has one way to reset passwords that an app has not.
            Self::Password if person => &[
                "User-PasswordProfile.ReadWrite.All",
                "User.ReadWrite.All",
                "Directory.ReadWrite.All",
                "UserAuthenticationMethod.ReadWrite.All",
                "UserAuthMethod-Password.ReadWrite.All",
            ],
            Self::Password => &["User-PasswordProfile.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
            // The delegated name for the command endpoint is not confirmed by any page: both that are in use pass.
            Self::ReadMailboxAccess
            | Self::MailboxAccess
            | Self::ReadModernAuthentication
            | Self::ModernAuthentication
                if person =>
            {
                &["Exchange.Manage", "AdminApi.AccessAsUser.All"]
            }
            Self::ReadMailboxAccess
            | Self::MailboxAccess
            | Self::ReadModernAuthentication
            | Self::ModernAuthentication => &["Exchange.ManageAsApp"],
            Self::ReadMfa | Self::ReadMfaPolicy => &["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"],
            Self::Mfa | Self::MfaPolicy => &["Policy.ReadWrite.AuthenticationMethod"],
            Self::ReadRegistrations => &["AuditLog.Read.All"],
            // One for all types, and one for each: what else is missing shows when a type is to be deleted.
            Self::MfaMethods => &[
                "UserAuthenticationMethod.ReadWrite.All",
                "UserAuthMethod-Phone.ReadWrite.All",
                "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
                "UserAuthMethod-Passkey.ReadWrite.All",
                "UserAuthMethod-SoftwareOATH.ReadWrite.All",
                "UserAuthMethod-HardwareOATH.ReadWrite.All",
                "UserAuthMethod-Email.ReadWrite.All",
                "UserAuthMethod-WindowsHello.ReadWrite.All",
                "UserAuthMethod-TAP.ReadWrite.All",
                "UserAuthMethod-PlatformCred.ReadWrite.All",
                "UserAuthMethod-External.ReadWrite.All",
                "UserAuthMethod-QR.ReadWrite.All",
            ],
        }
    }

    /// Whether an app without any role is documented to be refused even for people without a role. Where that is not
    /// documented, the service decides.
    const fn app_needs_role(self) -> bool {
        matches!(
            self,
            Self::Password
                | Self::ReadMailboxAccess
                | Self::MailboxAccess
                | Self::ReadModernAuthentication
                | Self::ModernAuthentication
        )
    }

    const fn reads(self) -> bool {
        matches!(
            self,
            Self::ReadUsers
                | Self::ReadRoles
                | Self::ReadMailboxAccess
                | Self::ReadModernAuthentication
                | Self::ReadMfa
                | Self::ReadRegistrations
                | Self::ReadMfaPolicy
        )
    }
}

/// The word by which an operation can do without an act (`-Skip`), if it can.
pub(crate) type LeftOut = fn(Act) -> Option<&'static str>;

/// What cannot be left out before what can; and of each what is written before what is read: where both are missing,
/// whoever is given what the writing needs may mostly read as well, and whoever is given what the reading needs is sent
/// away a second time.
pub(crate) fn weightiest_first(acts: &[Act], left_out: LeftOut) -> Vec<Act> {
    let mut acts = acts.to_vec();
    acts.sort_by_key(|act| (left_out(*act).is_some(), act.reads()));
    acts
}

impl Reach {
    /// Roles that reach a person without any role.
    const fn ordinary(self) -> &'static [&'static str] {
        match self {
            Self::Sensitive => &[USER, AUTHENTICATION],
            Self::Reset => &[PASSWORD, HELPDESK, AUTHENTICATION, USER],
            Self::Methods => &[AUTHENTICATION],
            Self::AnyOf(roles) => roles,
            Self::Anybody => &[],
        }
    }

    /// Lesser roles that reach a person who holds `target`; the two great ones reach everybody.
    #[allow(clippy::match_same_arms, reason = "the rows of different tables stand apart, as in the documentation")]
    fn over(self, target: &str) -> &'static [&'static str] {
        match (self, target) {
            (Self::AnyOf(roles), _) => roles,
            (_, AUTHENTICATION) => &[AUTHENTICATION],
            (
                Self::Sensitive,
                DIRECTORY_READERS
                | GUEST_INVITER
                | MESSAGE_CENTER_READER
                | PASSWORD
                | REPORTS_READER
                | USAGE_SUMMARY_READER,
            ) => &[USER, AUTHENTICATION],
            (Self::Sensitive, GROUPS | HELPDESK | USER) | (Self::Reset, GROUPS | USER) => &[USER],
            (Self::Reset, DIRECTORY_READERS | GUEST_INVITER | PASSWORD) => &[PASSWORD, HELPDESK, AUTHENTICATION, USER],
            (Self::Reset, MESSAGE_CENTER_READER | REPORTS_READER | USAGE_SUMMARY_READER) => {
                &[HELPDESK, AUTHENTICATION, USER]
            }
            (Self::Reset, HELPDESK) => &[HELPDESK, USER],
            (
                Self::Methods,
                DIRECTORY_READERS
                | GUEST_INVITER
                | MESSAGE_CENTER_READER
                | PASSWORD
                | REPORTS_READER
                | USAGE_SUMMARY_READER,
            ) => &[AUTHENTICATION],
            _ => &[],
        }
    }
}

/// The role that is missing for `act` on a person who holds `target_roles` (none: an ordinary person, or the tenant
/// itself), or nothing if the caller's roles reach or the documentation asks for none.
pub(crate) fn missing_role<'a>(
    act: Act,
    person: bool,
    caller_roles: &BTreeSet<String>,
    target_roles: impl Iterator<Item = &'a str>,
) -> Option<&'static str> {
    let reach = act.reach();
    let holds = |role: &str| caller_roles.iter().any(|held| held.eq_ignore_ascii_case(role));
    if reach == Reach::Anybody || holds(GLOBAL_ADMINISTRATOR) {
        return None;
    }
    // Where no table with apps in it ranks administrators, they are to an app what everybody is.
    if !matches!(reach, Reach::Sensitive | Reach::Reset) && !person && !act.app_needs_role() {
        return None;
    }
    if !matches!(reach, Reach::AnyOf(_)) && holds(PRIVILEGED_AUTHENTICATION) {
        return None;
    }
    let mut ordinary = true;
    for target in target_roles {
        ordinary = false;
        let enough = reach.over(target);
        if !enough.iter().any(|role| holds(role)) {
            return Some(match enough {
                [least, ..] => role_name(least),
                [] => role_name(PRIVILEGED_AUTHENTICATION),
            });
        }
    }
    if !ordinary || !person && !act.app_needs_role() || reach.ordinary().iter().any(|role| holds(role)) {
        return None;
    }
    reach.ordinary().first().map(|role| role_name(role))
}

/// The permission that is missing, if the token is known to carry none of `any_of`.
pub(crate) fn missing_permission(held: &BTreeSet<String>, any_of: &[&'static str]) -> Option<&'static str> {
    let has = any_of.iter().any(|permission| held.iter().any(|held| held.eq_ignore_ascii_case(permission)));
    if has { None } else { any_of.first().copied() }
}

/// The error for a missing permission.
pub(crate) fn permission_error(operation: &str, permission: &str, account: &str) -> Error {
    Error::new(
        Code::Forbidden,
        say!(
            "permission_missing",
            "{operation} needs the permission {permission}, which {account} does not have",
            operation = operation,
            permission = permission,
            account = account
        ),
    )
    .on(account)
    .advise(say!(
        "grant_permission",
        "grant {permission} to the app and consent to it, then connect again",
        permission = permission
    ))
    .with(|facts| facts.missing_permission = Some(permission.to_owned()))
}

/// The same, where the step that lacks it can be left out by a word of the cmdlet's `-Skip`.
pub(crate) fn or_leave_out(error: Error, step: &str) -> Error {
    match error.facts().missing_permission.clone() {
        Some(permission) => error.advise(say!(
            "grant_permission_or_skip",
            "grant {permission} to the app and consent to it, then connect again; or leave this step out with -Skip {step}",
            permission = permission,
            step = step
        )),
        None => error.advise(say!("skip_step", "leave this step out with -Skip {step}", step = step)),
    }
}

/// The error for a role that does not reach a person.
pub(crate) fn role_error(role: &str, user: &str, account: &str) -> Error {
    Error::new(
        Code::Forbidden,
        say!(
            "role_missing",
            "the directory roles of {account} do not reach {user}; nothing was sent",
            account = account,
            user = user
        ),
    )
    .on(user)
    .advise(say!(
        "assign_role",
        "assign the role {role} (or a higher one) to {account}, or let someone who holds it do this",
        role = role,
        account = account
    ))
    .with(|facts| facts.missing_role = Some(role.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(roles: &[&str]) -> BTreeSet<String> {
        roles.iter().map(|role| (*role).to_owned()).collect()
    }

    #[test]
    fn helpdesk_resets_but_never_blocks() {
        let helpdesk = caller(&[HELPDESK]);
        assert_eq!(missing_role(Act::Password, true, &helpdesk, std::iter::empty()), None);
        assert_eq!(missing_role(Act::SignIn, true, &helpdesk, std::iter::empty()), Some("User Administrator"));
        assert_eq!(missing_role(Act::Password, true, &helpdesk, [USER].into_iter()), Some("User Administrator"));
        assert_eq!(missing_role(Act::Password, true, &helpdesk, [HELPDESK, PASSWORD].into_iter()), None);
    }

    #[test]
    fn administrators_outside_the_tables_need_the_great_roles() {
        let user = caller(&[USER]);
        assert_eq!(
            missing_role(Act::SignIn, true, &user, [EXCHANGE].into_iter()),
            Some("Privileged Authentication Administrator")
        );
        assert_eq!(
            missing_role(Act::SignIn, true, &user, [GLOBAL_ADMINISTRATOR].into_iter()),
            Some("Privileged Authentication Administrator")
        );
        assert_eq!(missing_role(Act::SignIn, true, &user, [USER, GROUPS].into_iter()), None);
        assert_eq!(
            missing_role(Act::SignIn, true, &caller(&[PRIVILEGED_AUTHENTICATION]), [GLOBAL_ADMINISTRATOR].into_iter()),
            None
        );
    }

    #[test]
    fn an_authentication_administrator_is_out_of_reach_of_a_user_administrator() {
        assert!(missing_role(Act::SignIn, true, &caller(&[USER]), [AUTHENTICATION].into_iter()).is_some());
        assert_eq!(missing_role(Act::SignIn, true, &caller(&[AUTHENTICATION]), [AUTHENTICATION].into_iter()), None);
    }

    /// Both tables of learn.microsoft.com/graph/api/resources/users, row by row: who holds one of these roles is reached by
    /// those lesser roles, and by the two great ones.
    #[test]
    fn each_row_of_the_documented_tables_holds() {
        const READERS: &[&str] = &[MESSAGE_CENTER_READER, REPORTS_READER, USAGE_SUMMARY_READER];
        const GREAT: &[&str] = &[GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION];
        const LESSER: &[&str] = &[PASSWORD, HELPDESK, AUTHENTICATION, USER];
        let block: &[(&[&str], &[&str])] = &[
            (&[], &[AUTHENTICATION, USER]),
            (&[AUTHENTICATION], &[AUTHENTICATION]),
            (&[DIRECTORY_READERS], &[AUTHENTICATION, USER]),
            (&[GUEST_INVITER], &[AUTHENTICATION, USER]),
            (&[PASSWORD], &[AUTHENTICATION, USER]),
            (READERS, &[AUTHENTICATION, USER]),
            (&[GROUPS], &[USER]),
            (&[HELPDESK], &[USER]),
            (&[USER], &[USER]),
            (&[GLOBAL_ADMINISTRATOR], &[]),
            (&[PRIVILEGED_AUTHENTICATION], &[]),
            (&[EXCHANGE], &[]),
            (&["a-custom-role"], &[]),
        ];
        let reset: &[(&[&str], &[&str])] = &[
            (&[], LESSER),
            (&[AUTHENTICATION], &[AUTHENTICATION]),
            (&[DIRECTORY_READERS], LESSER),
            (&[GUEST_INVITER], LESSER),
            (&[PASSWORD], LESSER),
            (READERS, &[HELPDESK, AUTHENTICATION, USER]),
            (&[HELPDESK], &[HELPDESK, USER]),
            (&[GROUPS], &[USER]),
            (&[USER], &[USER]),
            (&[GLOBAL_ADMINISTRATOR], &[]),
            (&[PRIVILEGED_AUTHENTICATION], &[]),
            (&[EXCHANGE], &[]),
            (&["a-custom-role"], &[]),
        ];
        for (act, table) in [(Act::SignIn, block), (Act::Password, reset), (Act::Sessions, reset)] {
            for (targets, reaching) in table {
                for role in LESSER.iter().chain(GREAT) {
                    let missing = missing_role(act, true, &caller(&[role]), targets.iter().copied());
                    let reaches = reaching.contains(role) || GREAT.contains(role);
                    assert_eq!(missing.is_none(), reaches, "{act:?} by {} on {targets:?}", role_name(role));
                }
            }
        }
    }

    #[test]
    fn the_great_role_over_authentication_is_no_key_to_policies_and_mailboxes() {
        let great = caller(&[PRIVILEGED_AUTHENTICATION]);
        for (act, missing) in [
            (Act::Mfa, "Authentication Policy Administrator"),
            (Act::MfaPolicy, "Authentication Policy Administrator"),
            (Act::MailboxAccess, "Exchange Recipient Administrator"),
            (Act::ModernAuthentication, "Exchange Administrator"),
        ] {
            assert_eq!(missing_role(act, true, &great, std::iter::empty()), Some(missing), "{act:?}");
        }
    }

    #[test]
    fn an_app_without_a_role_is_known_to_be_refused_only_where_that_is_documented() {
        let missing = |act| missing_role(act, false, &caller(&[]), std::iter::empty());
        assert_eq!(missing(Act::Password), Some("Password Administrator"));
        assert_eq!(missing(Act::MailboxAccess), Some("Exchange Recipient Administrator"));
        for act in [Act::SignIn, Act::Sessions, Act::Mfa, Act::MfaMethods, Act::MfaPolicy] {
            assert_eq!(missing(act), None, "{act:?}");
        }
    }

    #[test]
    fn what_is_written_is_asked_about_first() {
        let order = weightiest_first(&[Act::ReadUsers, Act::ReadMfa, Act::Mfa], |_| None);
        assert_eq!(order, [Act::Mfa, Act::ReadUsers, Act::ReadMfa]);
        let left_out = |act| (act == Act::Mfa).then_some("Mfa");
        let order = weightiest_first(&[Act::Mfa, Act::ReadUsers, Act::SignIn], left_out);
        assert_eq!(
            order,
            [Act::SignIn, Act::ReadUsers, Act::Mfa],
            "what can be left out is no reason to be sent away twice"
        );
    }

    #[test]
    fn a_mailbox_is_shown_to_more_than_may_change_it() {
        let helpdesk = caller(&[HELPDESK]);
        assert_eq!(missing_role(Act::ReadMailboxAccess, true, &helpdesk, std::iter::empty()), None);
        let missing = Some("Exchange Recipient Administrator");
        assert_eq!(missing_role(Act::MailboxAccess, true, &helpdesk, std::iter::empty()), missing);
        assert_eq!(
            missing_role(Act::ReadModernAuthentication, true, &helpdesk, std::iter::empty()),
            Some("Global Reader")
        );
        assert_eq!(
            missing_role(Act::ReadMailboxAccess, false, &caller(&[]), std::iter::empty()),
            Some("Global Reader")
        );
    }

    #[test]
    fn methods_of_administrators_are_for_the_great_roles_and_an_app_needs_none() {
        let admin = caller(&[AUTHENTICATION]);
        assert_eq!(missing_role(Act::MfaMethods, true, &admin, std::iter::empty()), None);
        assert_eq!(missing_role(Act::MfaMethods, true, &admin, [GUEST_INVITER].into_iter()), None);
        let missing = Some("Privileged Authentication Administrator");
        assert_eq!(missing_role(Act::MfaMethods, true, &admin, [USER].into_iter()), missing);
        let missing = Some("Authentication Administrator");
        assert_eq!(missing_role(Act::MfaMethods, true, &caller(&[USER]), std::iter::empty()), missing);
        assert_eq!(missing_role(Act::MfaMethods, false, &caller(&[]), [USER].into_iter()), None);
    }
}
