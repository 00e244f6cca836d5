//! The state of a simulated tenant: people, groups, roles, apps, sessions.
//!
//! Plain data behind one lock. What the directory answers may lag behind what was written ([`Replicated`]); what the
//! sign-in service decides never does.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use uuid::Uuid;

use super::method::Preference;

/// A value whose writes are seen by readers only after a while.
#[derive(Debug, Clone)]
pub struct Replicated<T> {
    latest: T,
    /// When the latest value becomes visible, if it was ever written.
    visible_at: Option<Instant>,
    /// Older values, oldest first.
    older: Vec<Older<T>>,
}

#[derive(Debug, Clone)]
struct Older<T> {
    value: T,
    /// When the next value becomes visible to a replica that does not lag.
    replaced_at: Instant,
    /// When every replica has left it behind.
    forgotten_at: Instant,
}

impl<T: Clone + Default> Default for Replicated<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Clone> Replicated<T> {
    /// A value that everybody sees.
    pub fn new(value: T) -> Self {
        Self { latest: value, visible_at: None, older: Vec::new() }
    }

    /// What was written last: the truth.
    pub fn latest(&self) -> &T {
        &self.latest
    }

    /// What a reader sees at `now`, when its replica lags `lag` behind the others.
    pub fn seen(&self, now: Instant, lag: Duration) -> &T {
        self.older.iter().find(|older| now < older.replaced_at + lag).map_or(&self.latest, |older| &older.value)
    }

    /// The moment at which readers see the last write; `None` if there was none.
    pub fn visible_at(&self) -> Option<Instant> {
        self.visible_at
    }

    /// Writes; readers see it `delay` later.
    pub fn write(&mut self, now: Instant, delay: Duration, value: T) {
        self.settle(now);
        let before = std::mem::replace(&mut self.latest, value);
        self.visible_at = Some(now + delay);
        if !delay.is_zero() {
            // The slowest replica lags as long again; a bit more does no harm.
            self.older.push(Older { value: before, replaced_at: now + delay, forgotten_at: now + delay * 4 });
        }
    }

    /// Forgets what no replica shows any more; true if nothing is left but the latest value.
    pub fn settle(&mut self, now: Instant) -> bool {
        self.older.retain(|older| now < older.forgotten_at);
        if self.older.is_empty() {
            self.older.shrink_to_fit();
        }
        self.older.is_empty()
    }
}

/// The whole tenant.
#[derive(Debug, Default)]
pub struct Tenant {
    /// Tenant id.
    pub id: Uuid,
    /// Name of the organisation.
    pub display_name: String,
    /// Domain in which people sign in, for example `fabrikam1.onmicrosoft.com`.
    pub domain: String,
    /// A verified domain that is federated.
    pub federated_domain: String,
    /// People, in the order in which the directory lists them.
    pub users: Vec<User>,
    /// Index into `users`.
    pub user_by_id: HashMap<Uuid, usize>,
    /// Index into `users` by user principal name in lower case.
    pub user_by_name: HashMap<String, usize>,
    /// Groups by id.
    pub groups: BTreeMap<Uuid, Group>,
    /// Active role assignments.
    pub role_assignments: Vec<RoleAssignment>,
    /// Eligible (not active) role assignments.
    pub role_eligibilities: Vec<RoleAssignment>,
    /// Roles of the tenant's own making: id to name.
    pub custom_roles: BTreeMap<Uuid, String>,
    /// Administrative units by id.
    pub administrative_units: BTreeMap<Uuid, AdministrativeUnit>,
    /// Password resets that run in the background, by id of the operation.
    pub password_operations: BTreeMap<Uuid, PasswordOperation>,
    /// Apps and the services whose permissions they hold, by object id.
    pub service_principals: BTreeMap<Uuid, ServicePrincipal>,
    /// Permissions granted to apps.
    pub app_role_assignments: Vec<AppRoleAssignment>,
    /// Security defaults are on.
    pub security_defaults: bool,
    /// Service settings of per-user MFA; a tenant may have none.
    pub mfa_service_policy: Option<Replicated<MfaServicePolicy>>,
    /// What Exchange Online keeps for the organisation as a whole.
    pub exchange: Replicated<ExchangeOrganization>,
    /// Indices of people who may still remember older values.
    pub(super) unsettled: VecDeque<usize>,
}

impl Tenant {
    /// A person by object id or user principal name, any case.
    pub fn user(&self, key: &str) -> Option<&User> {
        self.user_index(key).and_then(|index| self.users.get(index))
    }

    /// The same, to be changed.
    pub fn user_mut(&mut self, key: &str) -> Option<&mut User> {
        let index = self.user_index(key)?;
        self.settle(Instant::now());
        self.unsettled.push_back(index);
        self.users.get_mut(index)
    }

    /// Lets people who were changed a while ago forget what they were. Two for each one who is changed now, so that what
    /// is kept stays in proportion to what still replicates, and nobody waits.
    fn settle(&mut self, now: Instant) {
        for _ in 0..2 {
            let Some(index) = self.unsettled.pop_front() else { return };
            if self.users.get_mut(index).is_some_and(|user| !user.settle(now)) {
                self.unsettled.push_back(index);
            }
        }
    }

    fn user_index(&self, key: &str) -> Option<usize> {
        match Uuid::try_parse(key) {
            Ok(id) => self.user_by_id.get(&id).copied(),
            Err(_) => self.user_by_name.get(&key.to_lowercase()).copied(),
        }
    }
}

/// A person: what the directory shows, and what only the sign-in service knows.
#[derive(Debug, Clone)]
pub struct User {
    /// Object id.
    pub id: Uuid,
    /// What the directory shows, with replication delay.
    pub profile: Replicated<Profile>,
    /// What is registered and required beside the password, shown with the same delay.
    pub authentication: Replicated<Authentication>,
    /// What the report of registrations still shows of a person who changed since it was made.
    pub reported: Option<Reported>,
    /// What only the sign-in service knows.
    pub credentials: Credentials,
    /// The mailbox in Exchange Online; guests and people without a licence have none.
    pub mailbox: Option<Replicated<Mailbox>>,
}

/// By which protocols a mailbox can be reached, named as the parameters of `Set-CASMailbox`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a parameter of the service's")]
#[allow(
    missing_docs,
    reason = "the names are the service's own: learn.microsoft.com/powershell/module/exchange/set-casmailbox"
)]
pub struct Mailbox {
    pub active_sync_enabled: bool,
    pub owa_enabled: bool,
    pub owa_for_devices_enabled: bool,
    pub mapi_enabled: bool,
    pub ews_enabled: bool,
    pub pop_enabled: bool,
    pub imap_enabled: bool,
    pub universal_outlook_enabled: bool,
    pub outlook_mobile_enabled: bool,
    pub one_win_native_outlook_enabled: bool,
    pub mac_outlook_enabled: bool,
    pub ecp_enabled: bool,
    /// Outlook for Mac as it was, on EWS; `None` where nobody decided.
    pub ews_allow_mac_outlook: Option<bool>,
    /// `None` follows the organisation.
    pub smtp_client_authentication_disabled: Option<bool>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            active_sync_enabled: true,
            owa_enabled: true,
            owa_for_devices_enabled: true,
            mapi_enabled: true,
            ews_enabled: true,
            pop_enabled: true,
            imap_enabled: true,
            universal_outlook_enabled: true,
            outlook_mobile_enabled: true,
            one_win_native_outlook_enabled: true,
            mac_outlook_enabled: true,
            ecp_enabled: true,
            ews_allow_mac_outlook: None,
            smtp_client_authentication_disabled: None,
        }
    }
}

/// Exchange Online's settings for the organisation, named as the parameters of `Set-OrganizationConfig` and
/// `Set-TransportConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the service's own")]
pub struct ExchangeOrganization {
    /// Modern authentication.
    pub oauth2_client_profile_enabled: bool,
    pub ews_enabled: Option<bool>,
    pub ews_allowed_app_ids: Option<String>,
    /// `true` for organisations that were made after January 2020.
    pub smtp_client_authentication_disabled: bool,
}

impl Default for ExchangeOrganization {
    fn default() -> Self {
        Self {
            oauth2_client_profile_enabled: true,
            ews_enabled: None,
            ews_allowed_app_ids: None,
            smtp_client_authentication_disabled: true,
        }
    }
}

impl User {
    /// Writes what stands below `authentication`; the report of registrations that was made last (its number is
    /// `report`) does not learn of it.
    pub fn write_authentication(&mut self, now: Instant, delay: Duration, report: u64, value: Authentication) {
        if self.reported.as_ref().is_none_or(|reported| reported.report != report) {
            self.reported = Some(Reported { report, authentication: self.authentication.latest().clone() });
        }
        self.authentication.write(now, delay, value);
    }

    /// What the report of this number shows.
    pub fn reported(&self, report: u64) -> &Authentication {
        match &self.reported {
            Some(reported) if reported.report == report => &reported.authentication,
            _ => self.authentication.latest(),
        }
    }

    /// Forgets what no replica shows any more; true if nothing is left but the latest values.
    fn settle(&mut self, now: Instant) -> bool {
        let profile = self.profile.settle(now);
        let mailbox = self.mailbox.as_mut().is_none_or(|mailbox| mailbox.settle(now));
        self.authentication.settle(now) && profile && mailbox
    }
}

/// The directory's properties of a person, named as in the service's `user` resource.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names are the service's own: learn.microsoft.com/graph/api/resources/user")]
pub struct Profile {
    pub user_principal_name: String,
    pub display_name: String,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub mail: Option<String>,
    pub mail_nickname: String,
    pub other_mails: Vec<String>,
    pub proxy_addresses: Vec<String>,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub company_name: Option<String>,
    pub office_location: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub employee_id: Option<String>,
    pub usage_location: Option<String>,
    pub preferred_language: Option<String>,
    pub mobile_phone: Option<String>,
    pub business_phones: Vec<String>,
    pub account_enabled: bool,
    /// `Member` or `Guest`.
    pub user_type: String,
    pub created_date_time: Timestamp,
    pub last_password_change_date_time: Timestamp,
    pub sign_in_sessions_valid_from_date_time: Timestamp,
    pub password_policies: Option<String>,
    /// `true` mastered on-premises, `false` was once, `None` never.
    pub on_premises_sync_enabled: Option<bool>,
    pub on_premises_immutable_id: Option<String>,
    pub on_premises_sam_account_name: Option<String>,
    pub external_user_state: Option<String>,
    pub is_management_restricted: bool,
}

/// What the sign-in service knows of a person, without delay.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The password, in clear: this tenant is made of paper.
    pub password: String,
    /// The password before, which `resetPassword` of an administrator does not check but a person's own change does.
    pub previous_password: Option<String>,
    /// Must be changed at the next sign-in (AADSTS50055).
    pub must_change_password: bool,
    /// Signs in elsewhere (the domain is federated): a password here is not used.
    pub federated: bool,
    /// Bad attempts in a row since the last good one.
    pub failed_attempts: u32,
    /// Smart lockout until then.
    pub locked_until: Option<Instant>,
}

/// What stands below a person's `authentication`. learn.microsoft.com/graph/api/resources/authentication
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Authentication {
    /// Per-user MFA.
    pub per_user_mfa: PerUserMfa,
    /// Registered methods, without the password.
    pub methods: Vec<Method>,
    /// How the second factor is proved by default.
    pub preference: Option<Preference>,
    /// The service picks the strongest method instead of the preferred one.
    pub system_preferred: bool,
}

/// Whether signing in with a password alone is enough, as far as this old switch has a say.
/// learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PerUserMfa {
    /// It is.
    #[default]
    Disabled,
    /// It is until a method is registered.
    Enabled,
    /// It is not.
    Enforced,
}

impl PerUserMfa {
    /// The service's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Enforced => "enforced",
        }
    }

    /// By the service's word, any case.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Disabled, Self::Enabled, Self::Enforced]
            .into_iter()
            .find(|state| state.word().eq_ignore_ascii_case(word))
    }
}

/// What the report of registrations showed when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Which report, counted from the tenant's beginning.
    pub report: u64,
    /// What stood below `authentication` then.
    pub authentication: Authentication,
}

/// A registered authentication method.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// Id within the person.
    pub id: String,
    /// For example `phoneAuthenticationMethod`.
    pub kind: String,
    /// The method's own properties, by the service's names.
    pub properties: serde_json::Map<String, serde_json::Value>,
}

/// A group.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are the service's own: learn.microsoft.com/graph/api/resources/group")]
pub struct Group {
    pub id: Uuid,
    pub display_name: String,
    pub description: Option<String>,
    pub mail_nickname: String,
    pub mail_enabled: bool,
    pub security_enabled: bool,
    pub group_types: Vec<String>,
    pub is_assignable_to_role: Option<bool>,
    /// People and groups directly in it, by object id.
    pub members: BTreeSet<Uuid>,
    /// People who own it.
    pub owners: BTreeSet<Uuid>,
}

/// A role held by a person, an app or a role-assignable group.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleAssignment {
    /// Id of the assignment.
    pub id: String,
    /// Who holds it.
    pub principal_id: Uuid,
    /// Template id of the role, or the id of a custom one.
    pub role_definition_id: Uuid,
    /// `/` for the tenant, `/administrativeUnits/{id}` otherwise.
    pub directory_scope_id: String,
}

/// A part of the tenant with administrators of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct AdministrativeUnit {
    /// Object id.
    pub id: Uuid,
    /// Name.
    pub display_name: String,
    /// Only its own administrators and the two great roles may change its members.
    pub restricted: bool,
    /// People in it, by object id.
    pub members: BTreeSet<Uuid>,
}

/// A password reset that was accepted and ends later. learn.microsoft.com/graph/api/resources/longrunningoperation
#[derive(Debug, Clone, PartialEq)]
pub struct PasswordOperation {
    /// Whose password.
    pub user_id: Uuid,
    /// When it was accepted.
    pub created: Timestamp,
    /// The same, on the clock that does not jump.
    pub started: Instant,
    /// Why it will fail; `None` if it will succeed.
    pub refusal: Option<String>,
}

/// The old MFA portal's service settings, as far as they have been seen. Undocumented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaServicePolicy {
    /// People may make app passwords.
    pub allow_app_passwords: bool,
    /// Federated people are not asked where their own directory has asked.
    pub skip_mfa_for_federated_users: bool,
    /// Devices may be remembered.
    pub remember_devices: bool,
    /// For how many days.
    pub remember_days: i64,
}

/// An app in this tenant, or a service whose permissions apps hold.
#[derive(Debug, Clone)]
pub struct ServicePrincipal {
    /// Object id.
    pub id: Uuid,
    /// Client id.
    pub app_id: Uuid,
    /// Name.
    pub display_name: String,
    /// Secrets that are accepted, each with its end.
    pub secrets: Vec<(String, Timestamp)>,
    /// Certificates whose assertions are accepted.
    pub certificates: Vec<Certificate>,
    /// Federated credentials that are accepted: issuer, subject, audience.
    pub federated_credentials: Vec<(String, String, String)>,
    /// Device code and resource owner password are allowed without a secret.
    pub public_client: bool,
    /// Delegated permissions that people have consented to.
    pub delegated_scopes: BTreeSet<String>,
    /// Permissions that this service offers to apps: id to name.
    pub app_roles: BTreeMap<Uuid, String>,
}

/// A certificate by which an app signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate as DER; assertions name it by a digest of these bytes.
    pub der: Vec<u8>,
    /// Its RSA public key as DER (`RSAPublicKey` of PKCS #1).
    pub public_key: Vec<u8>,
}

/// A permission of a service, granted to an app.
#[derive(Debug, Clone, PartialEq)]
pub struct AppRoleAssignment {
    /// Id of the grant.
    pub id: String,
    /// The app.
    pub principal_id: Uuid,
    /// The service.
    pub resource_id: Uuid,
    /// The permission, an id in the service's `app_roles`.
    pub app_role_id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{Options, population::populate};

    const DELAY: Duration = Duration::from_secs(10);

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_write_is_seen_after_the_delay_and_later_by_a_replica_that_lags() {
        let start = Instant::now();
        let mut value = Replicated::new(1);
        value.write(start, DELAY, 2);
        value.write(after(start, 4), DELAY, 3);
        assert_eq!(*value.latest(), 3);
        let seen = |seconds, lag| *value.seen(after(start, seconds), lag);
        assert_eq!([9, 10, 13, 14].map(|second| seen(second, Duration::ZERO)), [1, 2, 2, 3]);
        assert_eq!([19, 20, 23, 24].map(|second| seen(second, DELAY)), [1, 2, 2, 3]);
    }

    #[test]
    fn without_a_delay_a_write_is_seen_at_once_and_nothing_is_kept() {
        let start = Instant::now();
        let mut value = Replicated::new(1);
        value.write(start, Duration::ZERO, 2);
        assert_eq!(*value.seen(start, Duration::ZERO), 2);
        assert!(value.settle(start));
    }

    #[test]
    fn older_values_are_forgotten_when_no_replica_shows_them() {
        let start = Instant::now();
        let mut value = Replicated::new(1);
        value.write(start, DELAY, 2);
        assert!(!value.settle(after(start, 20)), "the slowest replica shows it until then");
        assert!(value.settle(after(start, 40)));
        assert_eq!(*value.seen(start, DELAY), 2, "nothing older is left to be seen");
    }

    #[test]
    fn a_tenant_that_is_written_to_keeps_no_more_than_still_replicates() {
        let mut tenant = populate(&Options { users: 100, ..Options::default() }).tenant;
        let names: Vec<Uuid> = tenant.users.iter().map(|user| user.id).collect();
        // Long enough ago that each write but the last few has been forgotten by the time the next ones come.
        let then = Instant::now();
        for id in &names {
            let user = tenant.user_mut(&id.to_string()).unwrap();
            let profile = user.profile.latest().clone();
            user.profile.write(then, Duration::from_nanos(1), profile);
        }
        let remembering = tenant.users.iter().filter(|user| !user.profile.older.is_empty()).count();
        assert!(remembering <= 2, "{remembering}");
        assert!(tenant.unsettled.len() <= 2);
    }
}
