//! `PATCH users/{key}`: block, unblock, set a password, change a profile. All of it, or nothing.
//!
//! learn.microsoft.com/graph/api/user-update

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value};

use super::{
    password::{self, is_suitable},
    properties::User,
    writable::{ACCOUNT_ENABLED, USER_PRINCIPAL_NAME, WRITABLE, Writable},
};
use crate::simulator::{
    clock,
    graph::{
        call::{Answered, Call},
        failure::Failure,
        permission::{ENABLE_USERS, READ_ALL_USERS, WRITE_PASSWORDS},
        property::Resource,
        reach::{self, Act},
    },
    tenant::{Credentials, Profile, Tenant, User as Person},
    wire::Answer,
};

const PASSWORD_PROFILE: &str = "passwordProfile";

/// Changes a person.
pub(super) fn patch(call: &Call<'_>, key: &str) -> Answered {
    let change = Change::read(&call.body()?)?;
    change.permitted(call)?;
    let mut tenant = call.world.tenant_mut();
    let person = tenant.user(key).ok_or_else(|| Failure::no_resource(key))?;
    change.in_reach(call, &tenant, person)?;
    let (profile, credentials) = change.applied(&tenant, person)?;
    let id = person.id;
    let before = person.profile.latest().user_principal_name.to_lowercase();
    let after = profile.user_principal_name.to_lowercase();
    if before != after
        && let Some(index) = tenant.user_by_name.remove(&before)
    {
        tenant.user_by_name.insert(after, index);
    }
    if let Some(person) = tenant.user_mut(&id.to_string()) {
        if *person.profile.latest() != profile {
            person.profile.write(call.now, call.world.replication_delay(), profile);
        }
        person.credentials = credentials;
    }
    Ok(Answer::empty(204))
}

/// Now, as finely as the service tells time and never later than it is.
pub(super) fn now() -> Timestamp {
    let now = clock::now();
    now.round(TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc)).unwrap_or(now)
}

/// A new password is the end of what was wrong with the old one.
pub(in crate::simulator) fn set_password(profile: &mut Profile, credentials: &mut Credentials, password: String) {
    profile.last_password_change_date_time = now();
    credentials.previous_password = Some(std::mem::replace(&mut credentials.password, password));
    credentials.failed_attempts = 0;
    credentials.locked_until = None;
}

/// What a body asks for.
struct Change {
    properties: Vec<(&'static Writable, Value)>,
    password: Option<NewPassword>,
}

/// `passwordProfile`, as far as it was given.
struct NewPassword {
    password: Option<String>,
    must_change: Option<bool>,
}

impl Change {
    fn read(body: &Map<String, Value>) -> Result<Self, Failure> {
        let mut change = Self { properties: Vec::new(), password: None };
        for (name, value) in body.iter().filter(|(name, _)| !name.contains("@odata.")) {
            if name == PASSWORD_PROFILE {
                change.password = Some(NewPassword::read(value)?);
            } else if let Some(property) = WRITABLE.iter().find(|property| property.name == name) {
                change.properties.push((property, value.clone()));
            } else if let Some(known) = User::PROPERTIES.iter().find(|property| property.name == name) {
                return Err(
                    Failure::bad(format!("Property '{name}' is read-only and cannot be set.")).about(known.name)
                );
            } else {
                return Err(Failure::bad(format!(
                    "Property '{name}' does not exist as a declared property or extension property."
                )));
            }
        }
        if change.properties.is_empty() && change.password.is_none() {
            return Err(Failure::bad("Invalid object: the body names no property to update."));
        }
        Ok(change)
    }

    /// Each property has permissions of its own.
    fn permitted(&self, call: &Call<'_>) -> Result<(), Failure> {
        for (property, _) in &self.properties {
            let blocking = property.name == ACCOUNT_ENABLED
                && ENABLE_USERS.held_by(call.caller, None)
                && READ_ALL_USERS.held_by(call.caller, None);
            if !blocking {
                call.require(property.permissions)?;
            }
        }
        if self.password.is_some() { call.require(&WRITE_PASSWORDS) } else { Ok(()) }
    }

    /// Each property has a table of its own.
    fn in_reach(&self, call: &Call<'_>, tenant: &Tenant, person: &Person) -> Result<(), Failure> {
        for (property, _) in &self.properties {
            match property.act {
                Some(act) => reach::check(tenant, call.caller, act, person)?,
                None => reach::check_profile(tenant, call.caller, person)?,
            }
        }
        if self.password.is_some() { reach::check(tenant, call.caller, Act::Password, person) } else { Ok(()) }
    }

    /// The person afterwards.
    fn applied(&self, tenant: &Tenant, person: &Person) -> Result<(Profile, Credentials), Failure> {
        let mut profile = person.profile.latest().clone();
        let mut credentials = person.credentials.clone();
        let synchronized = profile.on_premises_sync_enabled == Some(true);
        for (property, value) in &self.properties {
            if synchronized && property.mastered {
                return Err(mastered(property.name));
            }
            (property.write)(&mut profile, value).map_err(|wrong| wrong.of(property.name))?;
            if property.name == USER_PRINCIPAL_NAME {
                renamed(tenant, person, &profile, &mut credentials)?;
            }
        }
        if let Some(new) = &self.password {
            if synchronized {
                return Err(mastered(PASSWORD_PROFILE));
            }
            new.apply(tenant, &mut profile, &mut credentials)?;
        }
        Ok((profile, credentials))
    }
}

impl NewPassword {
    fn read(value: &Value) -> Result<Self, Failure> {
        let error = |what: &str| {
            Failure::bad(format!("Invalid value specified for property '{what}'.")).about(PASSWORD_PROFILE)
        };
        let Value::Object(members) = value else { return Err(error(PASSWORD_PROFILE)) };
        let mut new = Self { password: None, must_change: None };
        for (name, value) in members.iter().filter(|(name, _)| !name.contains("@odata.")) {
            match (name.as_str(), value) {
                ("password", Value::String(password)) => new.password = Some(password.clone()),
                ("forceChangePasswordNextSignIn" | "forceChangePasswordNextSignInWithMfa", Value::Bool(force)) => {
                    new.must_change = Some(new.must_change.unwrap_or(false) || *force);
                }
                (
                    "password" | "forceChangePasswordNextSignIn" | "forceChangePasswordNextSignInWithMfa",
                    Value::Null,
                ) => {}
                _ => return Err(error(name)),
            }
        }
        if new.password.is_none() && new.must_change.is_none() {
            return Err(error(PASSWORD_PROFILE));
        }
        Ok(new)
    }

    fn apply(&self, tenant: &Tenant, profile: &mut Profile, credentials: &mut Credentials) -> Result<(), Failure> {
        if credentials.federated {
            let message = "Unable to update the password profile of a federated user.";
            return Err(Failure::bad(message).about(PASSWORD_PROFILE));
        }
        if let Some(password) = &self.password {
            if !is_suitable(password, profile, tenant) {
                return Err(Failure::bad(password::REFUSAL).about(PASSWORD_PROFILE));
            }
            set_password(profile, credentials, password.clone());
        }
        // What is not given stays as it is.
        credentials.must_change_password = self.must_change.unwrap_or(credentials.must_change_password);
        Ok(())
    }
}

/// The new name must be free and in a domain of ours; the domain decides where the person signs in.
fn renamed(tenant: &Tenant, person: &Person, profile: &Profile, credentials: &mut Credentials) -> Result<(), Failure> {
    let name = &profile.user_principal_name;
    let domain = name.rsplit_once('@').map_or("", |(_, domain)| domain);
    if ![&tenant.domain, &tenant.federated_domain].iter().any(|ours| ours.eq_ignore_ascii_case(domain)) {
        let message = "The domain portion of the userPrincipalName property is invalid. \
                       You must use one of the verified domain names in your organization.";
        return Err(Failure::bad(message).about(USER_PRINCIPAL_NAME));
    }
    if tenant.user(name).is_some_and(|other| other.id != person.id) {
        let message = "Another object with the same value for property userPrincipalName already exists.";
        return Err(Failure::bad(message).about(USER_PRINCIPAL_NAME));
    }
    credentials.federated = tenant.federated_domain.eq_ignore_ascii_case(domain);
    Ok(())
}

fn mastered(property: &'static str) -> Failure {
    Failure::bad(
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently \
         undergoing migration.",
    )
    .about(property)
}
