//! People at the door: passwords, smart lockout, and whether an earlier sign-in still holds.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::simulator::{
    graph,
    tenant::{PerUserMfa, Tenant, User},
    world::World,
};

/// Failures in a row that lock an account (learn.microsoft.com/entra/identity/authentication/concept-sspr-policy).
const FAILURES: u32 = 10;
/// The first lock; each further failure doubles it. That it grows is documented, by how much is not.
const FIRST_LOCK: Duration = Duration::from_secs(60);
/// Doublings after which it grows no more.
const MOST_DOUBLINGS: u32 = 10;

/// Someone who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignIn {
    /// The person.
    pub(super) user_id: Uuid,
    /// Client id of the app through which it happened.
    pub(super) app_id: Uuid,
    /// When.
    pub(super) at: Timestamp,
    /// A second factor was given.
    pub(super) second_factor: bool,
}

/// Checks a name and a password, and counts. Each attempt is decided under the tenant's lock, so that it stands wholly
/// before or wholly after any change to the person.
pub(super) fn check_password(world: &World, name: &str, password: &str) -> Result<Uuid, Refusal> {
    check(world, &mut world.tenant_mut(), name, password)
}

/// The same, and someone whose password has expired gets in by setting a new one.
pub(super) fn change_password(world: &World, name: &str, password: &str, new: &str) -> Result<Uuid, Refusal> {
    let mut tenant = world.tenant_mut();
    match check(world, &mut tenant, name, password) {
        Err(Refusal::PasswordExpired) => {}
        other => return other,
    }
    let unknown = || Refusal::PersonUnknown(name.to_owned());
    let mut profile = tenant.user(name.trim()).ok_or_else(unknown)?.profile.latest().clone();
    // A person's own change is held against the last password, an administrator's is not.
    if new == password || !graph::is_suitable(new, &profile, &tenant) {
        return Err(Refusal::PasswordUnsuitable);
    }
    let user = tenant.user_mut(name.trim()).ok_or_else(unknown)?;
    graph::set_password(&mut profile, &mut user.credentials, new.to_owned());
    user.credentials.must_change_password = false;
    user.profile.write(Instant::now(), world.replication_delay(), profile);
    Ok(user.id)
}

fn check(world: &World, tenant: &mut Tenant, name: &str, password: &str) -> Result<Uuid, Refusal> {
    let name = name.trim();
    let unknown = || Refusal::PersonUnknown(name.to_owned());
    // People sign in by name; an object id is no name. Guests sign in at home: their password is not here.
    if !name.contains('@') || name.to_lowercase().contains("#ext#") {
        return Err(unknown());
    }
    let user = tenant.user_mut(name).ok_or_else(unknown)?;
    // Whether a disabled account is told apart before its password is looked at is not documented; so it is reported.
    if !user.profile.latest().account_enabled {
        return Err(Refusal::Disabled);
    }
    let credentials = &mut user.credentials;
    if credentials.federated {
        return Err(Refusal::PasswordElsewhere);
    }
    let now = Instant::now();
    if credentials.locked_until.is_some_and(|end| now < end) {
        return Err(Refusal::Locked);
    }
    if credentials.password != password {
        credentials.failed_attempts = credentials.failed_attempts.saturating_add(1);
        if let Some(beyond) = credentials.failed_attempts.checked_sub(FAILURES) {
            let lock = FIRST_LOCK * 2_u32.pow(beyond.min(MOST_DOUBLINGS));
            credentials.locked_until = Some(now + world.clock.scaled(lock));
        }
        return Err(Refusal::PasswordWrong);
    }
    credentials.failed_attempts = 0;
    credentials.locked_until = None;
    if credentials.must_change_password {
        return Err(Refusal::PasswordExpired);
    }
    Ok(user.id)
}

/// Whether per-user MFA asks this person for a second factor: enforced, or enabled and already registered. Someone who
/// is enabled and has nothing registered is asked to register in a browser, and gets in with the password until then
/// (learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates).
pub(super) fn needs_second_factor(user: &User) -> bool {
    let authentication = user.authentication.latest();
    match authentication.per_user_mfa {
        PerUserMfa::Enforced => true,
        PerUserMfa::Enabled => authentication.is_registered(),
        PerUserMfa::Disabled => false,
    }
}

/// Since when grants of this person are valid: the last revocation, or the last new password.
pub(super) fn valid_from(user: &User) -> Timestamp {
    let profile = user.profile.latest();
    profile.sign_in_sessions_valid_from_date_time.max(profile.last_password_change_date_time)
}

/// Whether what was granted at `issued` is still worth something.
pub(super) fn still_stands(user: &User, issued: Timestamp) -> Result<(), Refusal> {
    if !user.profile.latest().account_enabled {
        return Err(Refusal::Disabled);
    }
    let valid_from = valid_from(user);
    // The directory keeps microseconds. What happened in one and the same is taken for revoked.
    let revoked = issued.as_microsecond() <= valid_from.as_microsecond();
    if revoked { Err(Refusal::Revoked { issued, valid_from }) } else { Ok(()) }
}
