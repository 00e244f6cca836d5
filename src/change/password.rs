//! A person's password, proved by `lastPasswordChangeDateTime`.
//!
//! learn.microsoft.com/graph/api/user-update, learn.microsoft.com/graph/api/authenticationmethod-resetpassword

use http::Method;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Outcome, Verdict, Written};
use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
    service::{
        Services,
        graph::Call,
        password_method,
        user::{self, Person},
    },
    session::{
        identity::Identity,
        permission::{self, Act},
    },
};

/// The clocks of the service's machines differ a little.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// How a person's password is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The person's `passwordProfile`: for accounts of the cloud.
    Profile,
    /// The method's `resetPassword`: by people only, written back to on-premises, always to be changed at next sign-in.
    Method,
}

/// Permissions for [`Way::Method`], the least first.
const METHOD: &[&str] = &["UserAuthMethod-Password.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All"];

fn way(person: &Person, identity: &Identity) -> Way {
    let profile = !identity.permissions_known
        || permission::missing_permission(&identity.permissions, Act::Password.permissions(false)).is_none();
    if identity.is_person && (person.on_premises_sync_enabled == Some(true) || !profile) {
        Way::Method
    } else {
        Way::Profile
    }
}

pub(super) async fn apply(
    person: &Person,
    secret: &SecretString,
    change_at_next_sign_in: bool,
    services: &Services,
) -> Result<Option<Timestamp>> {
    match way(person, &services.identity) {
        Way::Profile => {
            let call = Call::new(Method::PATCH, user::path(&person.id)).secret_body(json!({
                "passwordProfile": {
                    "password": secret.expose_secret(),
                    "forceChangePasswordNextSignIn": change_at_next_sign_in,
                }
            }));
            Ok(services.graph.call(call).await?.success()?.date)
        }
        Way::Method => password_method::reset(&person.id, secret, &services.graph).await,
    }
}

pub(super) fn judge(before: &Person, now: &Person, written: &Written) -> Verdict {
    let Some(changed) = now.last_password_change_date_time else { return Verdict::NotYet };
    // However late it is: what has not moved since before the write is an earlier reset, of the same second maybe.
    let moved = before.last_password_change_date_time.is_none_or(|old| changed > old);
    let ours = written.at.or(written.begun).is_none_or(|since| changed >= since - SKEW);
    if moved && ours { Verdict::Reached } else { Verdict::NotYet }
}

/// Why this person's password cannot be reset by this caller, known before anything is sent.
pub(super) fn impossible(person: &Person, identity: &Identity) -> Option<(Outcome, Error)> {
    if person.on_premises_sync_enabled != Some(true) {
        return None;
    }
    if !identity.is_person {
        let error = Error::new(
            Code::Synchronized,
            say!(
                "password_synchronized",
                "the password of a person who is synchronised from on-premises cannot be written in the cloud by an app; nothing was sent"
            ),
        )
        .on(person.user_principal_name.clone())
        .advise(say!(
            "reset_on_premises",
            "reset it in the on-premises directory, or connect as a person: then it is written back, where password writeback is on"
        ));
        return Some((Outcome::Failed, error));
    }
    if identity.permissions_known
        && let Some(missing) = permission::missing_permission(&identity.permissions, METHOD)
    {
        let error = permission::permission_error("Reset-M365Password", missing, &identity.account);
        return Some((Outcome::Failed, error.on(person.user_principal_name.clone())));
    }
    None
}

/// What the way of a synchronised person does that was not asked for.
pub(super) fn caveat(person: &Person, change_at_next_sign_in: bool) -> Option<Sentence> {
    (person.on_premises_sync_enabled == Some(true)).then(|| {
        if change_at_next_sign_in {
            say!("password_written_back", "written back to the on-premises directory")
        } else {
            say!(
                "password_written_back_to_change",
                "written back to the on-premises directory; it must be changed at the next sign-in, because this way knows no other"
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(changed: &str) -> Person {
        Person { last_password_change_date_time: Some(changed.parse().unwrap()), ..Person::default() }
    }

    fn identity(is_person: bool, permissions: &[&str]) -> Identity {
        Identity {
            tenant_id: String::new(),
            tenant_name: None,
            account: "admin@contoso.example".to_owned(),
            account_id: None,
            is_person,
            permissions: permissions.iter().map(|permission| (*permission).to_owned()).collect(),
            permissions_known: true,
            roles: std::collections::BTreeSet::new(),
            roles_known: true,
            expires_at: None,
        }
    }

    fn synchronised(synchronised: Option<bool>) -> Person {
        Person { on_premises_sync_enabled: synchronised, ..Person::default() }
    }

    #[test]
    fn whoever_was_synchronised_once_is_of_the_cloud_now() {
        let app = identity(false, &["User-PasswordProfile.ReadWrite.All"]);
        for (person, refused) in [(None, false), (Some(false), false), (Some(true), true)] {
            assert_eq!(impossible(&synchronised(person), &app).is_some(), refused, "{person:?}");
            assert_eq!(way(&synchronised(person), &app), Way::Profile, "an app has no other way");
        }
    }

    #[test]
    fn a_person_takes_the_way_that_the_permissions_open() {
        let (profile, method) = (&["User-PasswordProfile.ReadWrite.All"], &["UserAuthMethod-Password.ReadWrite.All"]);
        assert_eq!(way(&synchronised(None), &identity(true, profile)), Way::Profile);
        assert_eq!(way(&synchronised(None), &identity(true, method)), Way::Method);
        assert_eq!(way(&synchronised(Some(true)), &identity(true, profile)), Way::Method);
        let (_, error) = impossible(&synchronised(Some(true)), &identity(true, profile)).unwrap();
        assert_eq!(error.facts().missing_permission.as_deref(), Some("UserAuthMethod-Password.ReadWrite.All"));
        assert!(impossible(&synchronised(Some(true)), &identity(true, method)).is_none());
    }

    #[test]
    fn a_reset_of_the_same_second_does_not_prove_the_next_one() {
        let before = person("2026-01-02T00:00:10.1Z");
        let written = Written { at: Some("2026-01-02T00:00:10Z".parse().unwrap()), ..Written::default() };
        assert_eq!(judge(&before, &before, &written), Verdict::NotYet);
        assert_eq!(judge(&before, &person("2026-01-02T00:00:10.6Z"), &written), Verdict::Reached);
        assert_eq!(judge(&before, &person("2026-01-02T00:00:04Z"), &written), Verdict::NotYet, "somebody else's");
    }
}
