//! Directory roles: who holds which, actively or eligibly.
//!
//! learn.microsoft.com/graph/api/rbacapplication-list-roleassignments

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde::Deserialize;

use super::graph::{Call, Graph};
use crate::{
    error::{Code, Error, Result},
    session::permission::GLOBAL_ADMINISTRATOR,
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
    /// Active roles (template ids), however they are held and whatever their scope.
    pub(crate) active: BTreeMap<String, BTreeSet<String>>,
    /// Eligible roles that are not active.
    pub(crate) eligible: BTreeMap<String, BTreeSet<String>>,
    /// Why eligible roles could not be read, if so.
    pub(crate) eligible_unread: Option<Error>,
}

impl RoleHolders {
    pub(crate) fn is_privileged(&self, user_id: &str) -> bool {
        self.active.contains_key(user_id) || self.eligible.contains_key(user_id)
    }

    /// Roles that a person holds, active ones first.
    pub(crate) fn roles(&self, user_id: &str) -> impl Iterator<Item = &str> {
        self.active
            .get(user_id)
            .into_iter()
            .chain(self.eligible.get(user_id))
            .flat_map(|roles| roles.iter().map(String::as_str))
    }

    /// People who are Global Administrators now.
    pub(crate) fn global_administrators(&self) -> BTreeSet<String> {
        self.active.iter().filter(|(_, roles)| roles.contains(GLOBAL_ADMINISTRATOR)).map(|(id, _)| id.clone()).collect()
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
        let (first, second) = (assignments(), eligibilities());
        // Asked side by side, so that both lists come in one round trip.
        let (active, eligible) = tokio::join!(self.all(&first), self.all(&second));
        let mut holders = RoleHolders::default();
        self.collect(active?, &mut holders.active).await?;
        match eligible {
            Ok(assignments) => self.collect(assignments, &mut holders.eligible).await?,
            // Eligibility needs a licence and a permission of its own; without them nobody can be eligible, or we
            // cannot know, which the caller must hear.
            Err(error) if error.code() == Code::Cancelled => return Err(error),
            Err(error) => holders.eligible_unread = Some(error),
        }
        Ok(holders)
    }

    async fn collect(&self, assignments: Vec<Assignment>, into: &mut BTreeMap<String, BTreeSet<String>>) -> Result<()> {
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for assignment in assignments {
            let kind = assignment.principal.as_ref().and_then(|principal| principal.odata_type.as_deref());
            // A role over an administrative unit is privileged as well, but makes nobody a Global Administrator.
            let tenant_wide = assignment.directory_scope_id.as_deref().is_none_or(|scope| scope == "/");
            if !tenant_wide && assignment.role_definition_id == GLOBAL_ADMINISTRATOR {
                continue;
            }
            match kind {
                Some("#microsoft.graph.servicePrincipal") => {}
                Some("#microsoft.graph.group") => {
                    groups.entry(assignment.principal_id).or_default().insert(assignment.role_definition_id);
                }
                _ => {
                    into.entry(assignment.principal_id).or_default().insert(assignment.role_definition_id);
                }
            }
        }
        for (group, roles) in groups {
            let group = super::group::Group { id: group, display_name: None };
            for person in self.people_in(&group).await? {
                into.entry(person).or_default().extend(roles.iter().cloned());
            }
        }
        Ok(())
    }
}
