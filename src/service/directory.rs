//! Directory roles: who holds which, actively or eligibly.
//!
//! learn.microsoft.com/graph/api/rbacapplication-list-roleassignments

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde::Deserialize;

use super::graph::{Call, Graph};
use crate::{
    error::{Code, Error, Result},
    session::{
        identity::Identity,
        permission::{self, Act},
        role::GLOBAL_ADMINISTRATOR,
    },
};

/// An active or eligible assignment.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    principal_id: String,
    role_definition_id: String,
    #[serde(default)]
    directory_scope_id: Option<String>,
    #[serde(default)]
    principal: Option<Principal>,
}

#[derive(Debug, Clone, Deserialize)]
struct Principal {
    #[serde(rename = "@odata.type", default)]
    odata_type: Option<String>,
}

/// Who holds roles in this tenant, by object id of the person.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoleHolders {
    /// People's active roles (template ids), however they are held and whatever their scope.
    pub(crate) active: BTreeMap<String, BTreeSet<String>>,
    /// Eligible roles that are not active.
    pub(crate) eligible: BTreeMap<String, BTreeSet<String>>,
    /// Roles of apps, by object id of the service principal.
    pub(crate) apps: BTreeMap<String, BTreeSet<String>>,
    /// Who holds a role over an administrative unit only: whom that reaches cannot be told from here.
    pub(crate) scoped: BTreeSet<String>,
    /// People who are Global Administrators of the whole tenant now.
    pub(crate) global_administrators: BTreeSet<String>,
    /// Why eligible roles could not be read, if so.
    pub(crate) eligible_unread: Option<Error>,
}

/// How the caller's roles stand to an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They reach, or none is documented to be needed.
    Enough,
    /// This role, or a higher one, is missing.
    Lacks(&'static str),
    /// It cannot be told from here; the service decides.
    Unknown,
}

impl RoleHolders {
    pub(crate) fn is_privileged(&self, user_id: &str) -> bool {
        self.active.contains_key(user_id) || self.eligible.contains_key(user_id)
    }

    /// What we know of ourselves alone, where the roles of others may not be read.
    pub(crate) fn of(identity: &Identity) -> Self {
        let mut holders = Self::default();
        if let Some(account) = &identity.account_id {
            if identity.roles_known {
                let into = if identity.is_person { &mut holders.active } else { &mut holders.apps };
                into.insert(account.clone(), identity.roles.clone());
            } else {
                holders.scoped.insert(account.clone());
            }
        }
        holders
    }

    /// How the caller's roles stand to an act on a person, or on the tenant itself.
    pub(crate) fn standing(&self, act: Act, identity: &Identity, target: Option<&str>) -> Standing {
        let Some(account) = &identity.account_id else { return Standing::Unknown };
        if self.scoped.contains(account) {
            return Standing::Unknown;
        }
        let none = BTreeSet::new();
        let of = if identity.is_person { &self.active } else { &self.apps };
        let targets = target.into_iter().flat_map(|id| self.active_roles(id));
        let held = of.get(account).unwrap_or(&none);
        match permission::missing_role(act, identity.is_person, held, targets) {
            None => Standing::Enough,
            Some(role) => Standing::Lacks(role),
        }
    }

    /// Active roles of a person.
    pub(crate) fn active_roles(&self, user_id: &str) -> impl Iterator<Item = &str> {
        self.active.get(user_id).into_iter().flatten().map(String::as_str)
    }
}

fn assignments() -> Call {
    Call::new(Method::GET, "roleManagement/directory/roleAssignments?$expand=principal")
}

fn eligibilities() -> Call {
    Call::new(Method::GET, "roleManagement/directory/roleEligibilitySchedules?$expand=principal")
}

impl Graph {
    /// Reads all role holders of the tenant. Assignments to groups count for the people in them.
    pub(crate) async fn role_holders(&self) -> Result<RoleHolders> {
        // Asked side by side, so that both lists come in one round trip.
        let (active, eligible) = tokio::join!(self.all(assignments()), self.all(eligibilities()));
        let mut holders = RoleHolders::default();
        self.collect(active?, &mut holders, true).await?;
        match eligible {
            Ok(assignments) => self.collect(assignments, &mut holders, false).await?,
            // Eligibility needs a licence and a permission of its own; without them nobody can be eligible, or we
            // cannot know, which the caller must hear.
            Err(error) if error.code() == Code::Cancelled => return Err(error),
            Err(error) => holders.eligible_unread = Some(error),
        }
        Ok(holders)
    }

    async fn collect(&self, assignments: Vec<Assignment>, holders: &mut RoleHolders, active: bool) -> Result<()> {
        let mut groups: BTreeMap<String, Vec<Assignment>> = BTreeMap::new();
        for assignment in assignments {
            let kind = assignment.principal.as_ref().and_then(|principal| principal.odata_type.as_deref());
            match kind {
                Some("#microsoft.graph.servicePrincipal") if active => {
                    if !assignment.is_tenant_wide() {
                        holders.scoped.insert(assignment.principal_id.clone());
                    }
                    holders.apps.entry(assignment.principal_id).or_default().insert(assignment.role_definition_id);
                }
                Some("#microsoft.graph.servicePrincipal") => {}
                Some("#microsoft.graph.group") => {
                    groups.entry(assignment.principal_id.clone()).or_default().push(assignment);
                }
                _ => holders.add(assignment.principal_id.clone(), &assignment, active),
            }
        }
        for (id, assignments) in groups {
            let group = super::group::Group { id };
            for person in self.people_in(&group).await? {
                for assignment in &assignments {
                    holders.add(person.clone(), assignment, active);
                }
            }
        }
        Ok(())
    }
}

impl Assignment {
    fn is_tenant_wide(&self) -> bool {
        self.directory_scope_id.as_deref().is_none_or(|scope| scope == "/")
    }
}

impl RoleHolders {
    fn add(&mut self, person: String, assignment: &Assignment, active: bool) {
        // A role over an administrative unit is privileged as well, but makes nobody a Global Administrator.
        if !assignment.is_tenant_wide() {
            self.scoped.insert(person.clone());
        } else if active && assignment.role_definition_id == GLOBAL_ADMINISTRATOR {
            self.global_administrators.insert(person.clone());
        }
        let into = if active { &mut self.active } else { &mut self.eligible };
        into.entry(person).or_default().insert(assignment.role_definition_id.clone());
    }
}
