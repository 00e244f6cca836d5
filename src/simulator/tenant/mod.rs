//! The state of a simulated tenant: people, groups, roles, apps, sessions.
//!
//! Plain data behind one lock. What the directory answers may lag behind what was written ([`Replicated`]); what the
//! sign-in service decides never does.

mod app;
mod authentication;
mod exchange;
mod group;
mod preference;
mod replicated;
mod role;
mod user;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Instant,
};

use uuid::Uuid;

pub use self::{
    app::{AppRoleAssignment, Certificate, ServicePrincipal},
    authentication::{Authentication, Method, MfaServicePolicy, PerUserMfa, Reported},
    exchange::{ExchangeOrganization, Mailbox},
    group::{AdministrativeUnit, Group},
    preference::Preference,
    replicated::Replicated,
    role::RoleAssignment,
    user::{Credentials, PasswordOperation, Profile, User},
};

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::simulator::{Options, population::populate};

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
        let remembering = tenant.users.iter().filter(|user| !user.profile.is_settled()).count();
        assert!(remembering <= 2, "{remembering}");
        assert!(tenant.unsettled.len() <= 2);
    }
}
