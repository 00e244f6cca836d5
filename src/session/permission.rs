//! Who may do what to whom: permissions of the token, and the directory roles that reach a target.
//!
//! One table, from which checks, help and messages follow. It warns before the first write; the service decides.
//! Rows: learn.microsoft.com/graph/api/resources/users ("who can perform sensitive actions", "who can reset passwords").

use std::collections::BTreeSet;

use crate::{
    error::{Code, Error},
    say,
};

/// Template id of the role that nobody may lose the last of.
pub(crate) const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

macro_rules! roles {
    ($($const:ident = $id:literal $name:literal,)+) => {
        $(const $const: &str = $id;)+
        /// Template id and name of the built-in roles that we know.
        pub(crate) const ROLES: &[(&str, &str)] = &[(GLOBAL_ADMINISTRATOR, "Global Administrator"), $(($const, $name),)+];
    };
}

roles! {
    PRIVILEGED_ROLE = "e8611ab8-c189-46e8-94e1-60213ab1f814" "Privileged Role Administrator",
    PRIVILEGED_AUTHENTICATION = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13" "Privileged Authentication Administrator",
    AUTHENTICATION = "c4e39bd9-1100-46d3-8c65-fb160da0071f" "Authentication Administrator",
    AUTHENTICATION_POLICY = "0526716b-113d-4c15-b2c8-68e3c22b9f80" "Authentication Policy Administrator",
    USER = "fe930be7-5e62-47db-91af-98c3a49a38b1" "User Administrator",
    HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8" "Helpdesk Administrator",
    PASSWORD = "966707d0-3269-4727-9be2-8c3a10f19b9d" "Password Administrator",
    SECURITY = "194ae4cb-b126-40b2-bd5b-6091b380977d" "Security Administrator",
    SECURITY_OPERATOR = "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f" "Security Operator",
    SECURITY_READER = "5d6b6bb7-de71-4623-b4af-96380a352509" "Security Reader",
    CONDITIONAL_ACCESS = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9" "Conditional Access Administrator",
    EXCHANGE = "29232cdf-9323-42fd-ade2-1d097af3e4de" "Exchange Administrator",
    EXCHANGE_RECIPIENT = "31392ffb-586c-42d1-9346-e59415a2cc4e" "Exchange Recipient Administrator",
    GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451" "Global Reader",
    GROUPS = "fdd7a751-b60b-444a-984c-02652fe8fa1c" "Groups Administrator",
    DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b" "Directory Readers",
    GUEST_INVITER = "95e79109-95c0-4d8e-aee3-d01accf2d47b" "Guest Inviter",
    MESSAGE_CENTER_READER = "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b" "Message Center Reader",
    REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf" "Reports Reader",
    USAGE_SUMMARY_READER = "75934031-6c7e-415a-99d7-48dbd49e875e" "Usage Summary Reports Reader",
    APPLICATION = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3" "Application Administrator",
    CLOUD_APPLICATION = "158c047a-c907-4556-b7ef-446551a6b5f7" "Cloud Application Administrator",
    HYBRID_IDENTITY = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2" "Hybrid Identity Administrator",
    DIRECTORY_WRITERS = "9360feb5-f418-4baa-8175-e2a00bac4301" "Directory Writers",
    PARTNER_TIER1 = "4ba39ca4-527c-499a-b93d-d9b492c50246" "Partner Tier1 Support",
    PARTNER_TIER2 = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8" "Partner Tier2 Support",
}

/// The name of a built-in role; other ids are given back as they are.
pub(crate) fn role_name(id: &str) -> &str {
    ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map_or(id, |(_, name)| name)
}

/// What is done to a person, as far as the tables tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Block and unblock.
    SignIn,
    /// End the sessions.
    Sessions,
    /// Reset the password.
    Password,
}

/// The two tables of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    /// "Who can perform sensitive actions".
    Sensitive,
    /// "Who can reset passwords", which is also that for invalidating refresh tokens.
    Reset,
}

impl Act {
    const fn table(self) -> Table {
        match self {
            Self::SignIn => Table::Sensitive,
            Self::Sessions | Self::Password => Table::Reset,
        }
    }

    /// Permissions any of which allow it, the least first. A person has one way to reset passwords that an app has not.
    pub(crate) const fn permissions(self, person: bool) -> &'static [&'static str] {
        match self {
            Self::Password if person => &[
                "User-PasswordProfile.ReadWrite.All",
                "User.ReadWrite.All",
                "Directory.ReadWrite.All",
                "UserAuthenticationMethod.ReadWrite.All",
                "UserAuthMethod-Password.ReadWrite.All",
            ],
            Self::SignIn => &["User.EnableDisableAccount.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
            Self::Sessions => &["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
            Self::Password => &["User-PasswordProfile.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
        }
    }

    /// Whether an app without any role is documented to be refused even for people without a role. Where that is not
    /// documented, the service decides.
    pub(crate) const fn app_needs_role(self) -> bool {
        matches!(self, Self::Password)
    }
}

impl Table {
    /// Roles that reach a person without any role.
    const fn reaches_ordinary(self) -> &'static [&'static str] {
        match self {
            Self::Sensitive => &[USER, AUTHENTICATION],
            Self::Reset => &[PASSWORD, HELPDESK, AUTHENTICATION, USER],
        }
    }

    /// Lesser roles that reach a person who holds `target`; the two great ones reach everybody.
    fn reaches(self, target: &str) -> &'static [&'static str] {
        match (self, target) {
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
            _ => &[],
        }
    }
}

/// The role that is missing for `act` on a person who holds `target_roles`, or nothing if the caller's roles reach.
pub(crate) fn missing_role<'a>(
    act: Act,
    caller_roles: &BTreeSet<String>,
    target_roles: impl Iterator<Item = &'a str>,
) -> Option<&'static str> {
    let holds = |role: &str| caller_roles.iter().any(|held| held.eq_ignore_ascii_case(role));
    if holds(GLOBAL_ADMINISTRATOR) || holds(PRIVILEGED_AUTHENTICATION) {
        return None;
    }
    let mut ordinary = true;
    for target in target_roles {
        ordinary = false;
        let enough = act.table().reaches(target);
        if !enough.iter().any(|role| holds(role)) {
            return Some(match enough {
                [least, ..] => role_name(least),
                [] => "Privileged Authentication Administrator",
            });
        }
    }
    let reaches = act.table().reaches_ordinary();
    (ordinary && !reaches.iter().any(|role| holds(role)))
        .then(|| reaches.first().map_or("User Administrator", |role| role_name(role)))
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
        assert_eq!(missing_role(Act::Password, &helpdesk, std::iter::empty()), None);
        assert_eq!(missing_role(Act::SignIn, &helpdesk, std::iter::empty()), Some("User Administrator"));
        assert_eq!(missing_role(Act::Password, &helpdesk, [USER].into_iter()), Some("User Administrator"));
        assert_eq!(missing_role(Act::Password, &helpdesk, [HELPDESK, PASSWORD].into_iter()), None);
    }

    #[test]
    fn administrators_outside_the_tables_need_the_great_roles() {
        let user = caller(&[USER]);
        assert_eq!(
            missing_role(Act::SignIn, &user, [EXCHANGE].into_iter()),
            Some("Privileged Authentication Administrator")
        );
        assert_eq!(
            missing_role(Act::SignIn, &user, [GLOBAL_ADMINISTRATOR].into_iter()),
            Some("Privileged Authentication Administrator")
        );
        assert_eq!(missing_role(Act::SignIn, &user, [USER, GROUPS].into_iter()), None);
        assert_eq!(
            missing_role(Act::SignIn, &caller(&[PRIVILEGED_AUTHENTICATION]), [GLOBAL_ADMINISTRATOR].into_iter()),
            None
        );
    }

    #[test]
    fn an_authentication_administrator_is_out_of_reach_of_a_user_administrator() {
        assert!(missing_role(Act::SignIn, &caller(&[USER]), [AUTHENTICATION].into_iter()).is_some());
        assert_eq!(missing_role(Act::SignIn, &caller(&[AUTHENTICATION]), [AUTHENTICATION].into_iter()), None);
    }
}
