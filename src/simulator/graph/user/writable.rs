//! The properties of a person that can be written: by whom, where they are mastered, and what they must be.
//!
//! learn.microsoft.com/graph/api/user-update

use serde_json::Value;

use crate::simulator::{
    graph::{
        failure::Failure,
        permission::{Permissions, WRITE_MAILS, WRITE_PHONES, WRITE_USERS},
        reach::Act,
    },
    tenant::Profile,
};

/// A property that can be written.
pub(super) struct Writable {
    pub(super) name: &'static str,
    pub(super) permissions: &'static Permissions,
    /// The table that says whom it may be written for; `None` for the harmless ones.
    pub(super) act: Option<Act>,
    /// For synchronised people it is written on-premises only.
    pub(super) mastered: bool,
    /// Checks the value and writes it.
    pub(super) write: fn(&mut Profile, &Value) -> Result<(), Wrong>,
}

/// What is wrong with a value.
pub(super) enum Wrong {
    /// It is of another type than this one.
    Type(&'static str),
    /// It is not one that this property can have.
    Value,
}

impl Wrong {
    pub(super) fn of(self, name: &'static str) -> Failure {
        let message = match self {
            Self::Type(wanted) => {
                format!("Cannot convert the value of property '{name}' to the expected type '{wanted}'.")
            }
            Self::Value => format!("Invalid value specified for property '{name}' of resource 'User'."),
        };
        Failure::bad(message).about(name)
    }
}

const fn plain(name: &'static str, write: fn(&mut Profile, &Value) -> Result<(), Wrong>) -> Writable {
    Writable { name, permissions: &WRITE_USERS, act: None, mastered: true, write }
}

/// Everything but `passwordProfile`, which is not a property of the directory alone.
pub(super) const WRITABLE: &[Writable] = &[
    // A synchronised person can be blocked in the cloud; the next synchronisation may undo it.
    Writable {
        name: ACCOUNT_ENABLED,
        permissions: &WRITE_USERS,
        act: Some(Act::Sensitive),
        mastered: false,
        write: |profile, value| {
            profile.account_enabled = match value {
                Value::Bool(enabled) => *enabled,
                Value::Null => return Err(Wrong::Value),
                _ => return Err(Wrong::Type("Edm.Boolean")),
            };
            Ok(())
        },
    },
    plain("displayName", |profile, value| {
        profile.display_name = text(value, 256)?.filter(|name| !name.is_empty()).ok_or(Wrong::Value)?;
        Ok(())
    }),
    plain("givenName", |profile, value| set(&mut profile.given_name, text(value, 64))),
    plain("surname", |profile, value| set(&mut profile.surname, text(value, 64))),
    plain("jobTitle", |profile, value| set(&mut profile.job_title, text(value, 128))),
    plain("department", |profile, value| set(&mut profile.department, text(value, 64))),
    plain("companyName", |profile, value| set(&mut profile.company_name, text(value, 64))),
    plain("officeLocation", |profile, value| set(&mut profile.office_location, text(value, 128))),
    plain("city", |profile, value| set(&mut profile.city, text(value, 128))),
    plain("country", |profile, value| set(&mut profile.country, text(value, 128))),
    plain("employeeId", |profile, value| set(&mut profile.employee_id, text(value, 16))),
    plain("preferredLanguage", |profile, value| set(&mut profile.preferred_language, text(value, 64))),
    Writable {
        name: "usageLocation",
        permissions: &WRITE_USERS,
        act: None,
        mastered: false,
        write: |profile, value| {
            let place = text(value, 2)?;
            if place
                .as_deref()
                .is_some_and(|place| place.len() != 2 || !place.bytes().all(|byte| byte.is_ascii_uppercase()))
            {
                return Err(Wrong::Value);
            }
            profile.usage_location = place;
            Ok(())
        },
    },
    Writable {
        name: "passwordPolicies",
        permissions: &WRITE_USERS,
        act: None,
        mastered: false,
        write: |profile, value| {
            let policies = text(value, 128)?;
            let known =
                |word: &str| matches!(word.trim(), "None" | "DisableStrongPassword" | "DisablePasswordExpiration");
            if policies.as_deref().is_some_and(|policies| !policies.split(',').all(known)) {
                return Err(Wrong::Value);
            }
            profile.password_policies = policies;
            Ok(())
        },
    },
    Writable {
        name: "mobilePhone",
        permissions: &WRITE_PHONES,
        act: Some(Act::Reset),
        mastered: true,
        write: |profile, value| set(&mut profile.mobile_phone, text(value, 64)),
    },
    Writable {
        name: "businessPhones",
        permissions: &WRITE_PHONES,
        act: Some(Act::Reset),
        mastered: true,
        write: |profile, value| {
            let phones = texts(value)?;
            if phones.len() > 1 {
                return Err(Wrong::Value);
            }
            profile.business_phones = phones;
            Ok(())
        },
    },
    Writable {
        name: "otherMails",
        permissions: &WRITE_MAILS,
        act: Some(Act::Reset),
        mastered: false,
        write: |profile, value| {
            let mails = texts(value)?;
            if mails.iter().any(|mail| !mail.contains('@')) {
                return Err(Wrong::Value);
            }
            profile.other_mails = mails;
            Ok(())
        },
    },
    Writable {
        name: USER_PRINCIPAL_NAME,
        permissions: &WRITE_USERS,
        act: Some(Act::Sensitive),
        mastered: true,
        write: |profile, value| {
            profile.user_principal_name =
                text(value, 113)?.filter(|name| is_principal_name(name)).ok_or(Wrong::Value)?;
            Ok(())
        },
    },
    Writable {
        name: "onPremisesImmutableId",
        permissions: &WRITE_USERS,
        act: Some(Act::Sensitive),
        mastered: true,
        write: |profile, value| set(&mut profile.on_premises_immutable_id, text(value, 128)),
    },
];

pub(super) const ACCOUNT_ENABLED: &str = "accountEnabled";
pub(super) const USER_PRINCIPAL_NAME: &str = "userPrincipalName";

/// A text of a certain length at the most, or null.
fn text(value: &Value, longest: usize) -> Result<Option<String>, Wrong> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= longest => Ok(Some(text.clone())),
        Value::String(_) => Err(Wrong::Value),
        _ => Err(Wrong::Type("Edm.String")),
    }
}

fn texts(value: &Value) -> Result<Vec<String>, Wrong> {
    let Value::Array(values) = value else { return Err(Wrong::Type("Collection(Edm.String)")) };
    values.iter().map(|value| text(value, 256)?.ok_or(Wrong::Value)).collect()
}

fn set(place: &mut Option<String>, value: Result<Option<String>, Wrong>) -> Result<(), Wrong> {
    *place = value?;
    Ok(())
}

/// At most 64 characters, `@`, at most 48 more; no dot before the `@`.
/// learn.microsoft.com/entra/identity/authentication/concept-sspr-policy
fn is_principal_name(name: &str) -> bool {
    let Some((local, domain)) = name.split_once('@') else { return false };
    let legal = |character: char| character.is_ascii_alphanumeric() || "'.-_!#^~".contains(character);
    (1..=64).contains(&local.len())
        && (1..=48).contains(&domain.len())
        && local.chars().all(legal)
        && domain.chars().all(|character| character.is_ascii_alphanumeric() || ".-".contains(character))
        && !local.ends_with('.')
}
