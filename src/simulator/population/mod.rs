//! The people, groups, roles and apps of a simulated tenant, from a seed.
//!
//! The same seed gives the same ids, names and secrets, whatever the machine and the day; in a larger tenant of the same
//! seed everybody keeps the place in which they were drawn. What samples are promised to be is decided in `cast`.

mod apps;
mod cast;
mod dice;
mod groups;
mod methods;
mod names;
mod people;
mod secret;
#[cfg(test)]
mod tests;

use uuid::{Uuid, uuid};

use self::{cast::Part, groups::Face, people::People};
use super::{
    Description, Options, Samples, role,
    tenant::{MfaServicePolicy, Replicated, RoleAssignment, Tenant, User},
};

/// All ids of simulated tenants are made below this one.
const NAMESPACE: Uuid = uuid!("5f0f9d3c-3a5b-5d4e-9a63-6d333635a0cc");

/// Where people are made: what they have in common.
#[derive(Debug)]
struct Place {
    seed: u64,
    tenant_id: Uuid,
    domain: String,
    federated_domain: String,
    company: String,
    password: String,
    /// Only one Global Administrator can sign in.
    last_admin: bool,
}

impl Place {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            tenant_id: Uuid::new_v5(&NAMESPACE, format!("tenant {seed}").as_bytes()),
            domain: format!("fabrikam{seed}.onmicrosoft.com"),
            federated_domain: format!("fabrikam{seed}.example"),
            company: format!("Fabrikam {seed}"),
            password: secret::password(seed),
            last_admin: has_last_admin(seed),
        }
    }
}

/// Whether the tenant of this seed has one enabled Global Administrator only (the other one is blocked): every tenth has.
pub fn has_last_admin(seed: u64) -> bool {
    seed % 10 == 9
}

/// Whether security defaults are on in the tenant of this seed: in every tenth they are.
pub fn has_security_defaults(seed: u64) -> bool {
    seed % 10 == 7
}

/// A populated tenant and what may be said of it to those who test against it.
#[derive(Debug)]
pub struct Population {
    /// The tenant.
    pub tenant: Tenant,
    /// Ids, secrets and samples; the addresses are still empty.
    pub description: Description,
}

/// Fills a tenant of `options.users` people.
pub fn populate(options: &Options) -> Population {
    let place = Place::new(options.seed);
    let mut tenant = Tenant {
        id: place.tenant_id,
        display_name: place.company.clone(),
        domain: place.domain.clone(),
        federated_domain: place.federated_domain.clone(),
        security_defaults: has_security_defaults(options.seed),
        // As a tenant begins: app passwords are off (learn.microsoft.com/entra/identity/authentication/howto-mfa-app-passwords).
        mfa_service_policy: Some(Replicated::new(MfaServicePolicy {
            allow_app_passwords: false,
            skip_mfa_for_federated_users: false,
            remember_devices: false,
            remember_days: 90,
        })),
        ..Tenant::default()
    };
    let mut people = People::new(&place);
    let mut samples = Samples::default();
    let mut faces = Vec::new();
    for index in 0..options.users {
        let parts = cast::parts(options.users, index);
        let user = people.make(index, parts);
        name_samples(&mut samples, parts, &user, place.last_admin);
        assign_roles(&mut tenant, &place, parts, user.id);
        let profile = user.profile.latest();
        faces.push(Face {
            id: user.id,
            parts,
            guest: profile.user_type == "Guest",
            country: profile.country.clone(),
            department: profile.department.clone(),
        });
        tenant.users.push(user);
    }
    groups::found(&mut tenant, &place, &faces);
    let apps = apps::register(&mut tenant, &place);
    index(&mut tenant);
    let description = Description {
        graph_endpoint: String::new(),
        login_endpoint: String::new(),
        exchange_endpoint: String::new(),
        tenant_id: place.tenant_id.to_string(),
        tenant_domain: place.domain,
        client_id: apps.full.0.to_string(),
        client_secret: apps.full.1,
        weak_client_id: apps.weak.0.to_string(),
        weak_client_secret: apps.weak.1,
        ca_certificate_path: None,
        admin_password: place.password,
        samples,
    };
    Population { tenant, description }
}

/// The directory lists people by id, so that the samples are not all on its first page.
fn index(tenant: &mut Tenant) {
    tenant.users.sort_by_key(|user| user.id);
    for (index, user) in tenant.users.iter().enumerate() {
        tenant.user_by_id.insert(user.id, index);
        tenant.user_by_name.insert(user.profile.latest().user_principal_name.to_lowercase(), index);
    }
}

fn name_samples(samples: &mut Samples, parts: &[Part], user: &User, last_admin: bool) {
    let name = &user.profile.latest().user_principal_name;
    for part in parts {
        let sample = match part {
            Part::GlobalAdmin => {
                samples.last_global_admin = last_admin.then(|| name.clone());
                &mut samples.global_admin
            }
            Part::UserAdmin => &mut samples.user_admin,
            Part::HelpdeskAdmin => &mut samples.helpdesk_admin,
            Part::EligibleAdmin => &mut samples.eligible_admin,
            Part::User => &mut samples.user,
            Part::Mailbox => &mut samples.mailbox,
            Part::Guest => &mut samples.guest,
            Part::Synced => &mut samples.synced,
            Part::Federated => &mut samples.federated,
            Part::Disabled => &mut samples.disabled,
            Part::MfaEnabled => &mut samples.mfa_enabled,
            Part::MfaEnforced => &mut samples.mfa_enforced,
            Part::ManyMethods => &mut samples.many_methods,
            Part::Apostrophe => &mut samples.apostrophe,
            Part::NoMailbox => &mut samples.no_mailbox,
            _ => continue,
        };
        sample.clone_from(name);
    }
}

fn assign_roles(tenant: &mut Tenant, place: &Place, parts: &[Part], person: Uuid) {
    let assignment = |role: Uuid| RoleAssignment {
        id: Uuid::new_v5(&person, role.as_bytes()).simple().to_string(),
        principal_id: person,
        role_definition_id: role,
        directory_scope_id: "/".to_owned(),
    };
    for part in parts {
        let role = match part {
            Part::GlobalAdmin | Part::SecondGlobalAdmin => role::GLOBAL_ADMINISTRATOR,
            Part::UserAdmin => role::USER_ADMINISTRATOR,
            Part::HelpdeskAdmin => role::HELPDESK_ADMINISTRATOR,
            Part::AuthenticationAdmin => role::AUTHENTICATION_ADMINISTRATOR,
            Part::PrivilegedAuthenticationAdmin => role::PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
            Part::ExchangeAdmin => role::EXCHANGE_ADMINISTRATOR,
            Part::PasswordAdmin => role::PASSWORD_ADMINISTRATOR,
            Part::DirectoryReader => role::DIRECTORY_READERS,
            Part::CustomRole => {
                let id = Uuid::new_v5(&place.tenant_id, b"custom role");
                tenant.custom_roles.insert(id, "Regional Sign-in Support".to_owned());
                id
            }
            Part::EligibleAdmin => {
                tenant.role_eligibilities.push(assignment(role::GLOBAL_ADMINISTRATOR));
                continue;
            }
            _ => continue,
        };
        tenant.role_assignments.push(assignment(role));
    }
}
