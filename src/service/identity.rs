//! Who we are in this tenant: account or app, permissions, directory roles, expiry.
//!
//! What we may not read is unknown, and no failure: signing in worked, and the service decides about every single call.
//! A service that cannot be reached or does not accept the token is a failure.
//!
//! learn.microsoft.com/graph/api/user-get, learn.microsoft.com/graph/api/organization-get,
//! learn.microsoft.com/graph/api/user-list-transitivememberof,
//! learn.microsoft.com/graph/api/rbacapplication-list-roleassignments

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, de::DeserializeOwned};

use super::graph::{Call, Graph};
use crate::{
    error::{Code, Error, Result},
    session::{
        Connected, Service, Token,
        identity::Identity,
        permission::{self, Act, LeftOut},
    },
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    id: String,
    #[serde(default)]
    user_principal_name: Option<String>,
}

/// The tenant, or an app in it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActiveRole {
    #[serde(default)]
    role_template_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    role_definition_id: String,
}

/// A person or an app, as far as the directory lets us see.
#[derive(Debug, Default)]
struct Account {
    name: Option<String>,
    id: Option<String>,
    roles: Option<BTreeSet<String>>,
}

/// Who this session is; read once.
pub(crate) async fn identity(graph: &Graph) -> Result<Arc<Identity>> {
    match graph.session().known_identity() {
        Some(identity) => Ok(identity),
        None => graph.read_identity().await,
    }
}

/// Permissions that the token for a service carries; nothing where it cannot be read.
pub(crate) async fn permissions<'a>(
    session: &Connected,
    identity: &'a Identity,
    service: Service,
) -> Result<Option<Cow<'a, BTreeSet<String>>>> {
    match service {
        Service::Graph => Ok(identity.permissions_known.then_some(Cow::Borrowed(&identity.permissions))),
        Service::Exchange => {
            let token = session.token(service).await?;
            Ok(token.claims().map(|claims| Cow::Owned(claims.permissions())))
        }
    }
}

/// Refuses what the token for the service certainly has no permission for; where the token does not tell, the service
/// decides.
pub(crate) async fn require(
    session: &Connected,
    identity: &Identity,
    cmdlet: &str,
    acts: &[Act],
    left_out: LeftOut,
) -> Result<()> {
    for act in permission::weightiest_first(acts, left_out) {
        let missing = match permissions(session, identity, act.service()).await {
            Ok(None) => continue,
            Ok(Some(held)) => permission::missing_permission(&held, act.permissions(identity.is_person))
                .map(|missing| permission::permission_error(cmdlet, missing, &identity.account)),
            Err(error) => Some(error),
        };
        match (missing, left_out(act)) {
            (None, _) => {}
            (Some(error), Some(step)) if error.code() != Code::Cancelled => {
                return Err(permission::or_leave_out(error, step));
            }
            (Some(error), _) => return Err(error),
        }
    }
    Ok(())
}

impl Graph {
    /// Who this session is, read anew.
    pub(crate) async fn read_identity(&self) -> Result<Arc<Identity>> {
        let token = self.token().await?;
        let sign_in = self.session().sign_in().await?;
        let known = token.claims();
        let claims = known.cloned().unwrap_or_default();
        let client_id = claims.client_id().or(sign_in.client_id);
        // A token that does not tell whose it is: only a person's opens `me`.
        let (is_person, me) = if let Some(is_person) = sign_in.is_person.or_else(|| claims.is_person()) {
            (is_person, None)
        } else {
            let me: Option<Me> = self.readable(me()).await?;
            (me.is_some(), me)
        };
        // What does not depend on each other is asked side by side, and so in one round trip.
        let (tenant, account) = if is_person {
            tokio::join!(self.tenant(), self.person(me))
        } else {
            tokio::join!(self.tenant(), self.app(client_id, claims.oid.as_deref()))
        };
        let (tenant, account) = (tenant?, account?);

        let settings = self.session().settings()?;
        let name_in_token =
            if is_person { claims.user_principal_name() } else { claims.app_displayname.as_deref().or(client_id) };
        let account_id = account.id.or_else(|| claims.oid.clone());
        let name = account.name.or_else(|| name_in_token.map(str::to_owned)).or_else(|| account_id.clone());
        // What the token lists may be cut short; it is better than nothing.
        let roles = account.roles.or_else(|| claims.wids.clone());
        let tenant_id = claims.tid.clone().or_else(|| tenant.as_ref().map(|tenant| tenant.id.clone()));
        Ok(self.session().know_identity(Identity {
            tenant_id: tenant_id.or_else(|| settings.tenant_id.clone()).unwrap_or_default(),
            tenant_name: tenant.and_then(|tenant| tenant.display_name),
            account: name.unwrap_or_default(),
            account_id,
            is_person,
            permissions_known: known.is_some(),
            permissions: claims.permissions(),
            roles_known: roles.is_some(),
            roles: roles.unwrap_or_default(),
            expires_at: token.expires_at(),
        }))
    }

    async fn token(&self) -> Result<Arc<Token>> {
        tokio::select! {
            () = self.cancelled().cancelled() => Err(Error::cancelled()),
            token = self.session().token(Service::Graph) => token,
        }
    }

    async fn tenant(&self) -> Result<Option<Named>> {
        let call = Call::new(Method::GET, "organization?$select=id,displayName");
        Ok(self.readable_all(call).await?.and_then(|found| found.into_iter().next()))
    }

    async fn person(&self, me_already: Option<Me>) -> Result<Account> {
        let call = Call::new(
            Method::GET,
            "me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,roleTemplateId",
        )
        .eventual();
        let read_me = async {
            match me_already {
                Some(me) => Ok(Some(me)),
                None => self.readable(me()).await,
            }
        };
        let (me, roles) = tokio::join!(read_me, self.readable_all::<ActiveRole>(call));
        let (name, id) = me?.map_or((None, None), |me| (me.user_principal_name, Some(me.id)));
        let roles = roles?.map(|roles| roles.into_iter().filter_map(|role| role.role_template_id).collect());
        Ok(Account { name, id, roles })
    }

    async fn app(&self, client_id: Option<&str>, object_id: Option<&str>) -> Result<Account> {
        let read_app = async {
            let Some(client_id) = client_id else { return Ok(None) };
            let client_id = utf8_percent_encode(client_id, NON_ALPHANUMERIC);
            let path = format!("servicePrincipals(appId='{client_id}')?$select=id,displayName");
            self.readable::<Named>(Call::new(Method::GET, path)).await
        };
        let (app, roles) = if let Some(id) = object_id {
            let (app, roles) = tokio::join!(read_app, self.roles_of(id));
            (app?, roles?)
        } else {
            let app = read_app.await?;
            let roles = match &app {
                Some(app) => self.roles_of(&app.id).await?,
                None => None,
            };
            (app, roles)
        };
        let (name, id) = app.map_or((None, None), |app| (app.display_name, Some(app.id)));
        Ok(Account { name, id, roles })
    }

    async fn roles_of(&self, object_id: &str) -> Result<Option<BTreeSet<String>>> {
        let filter = format!("principalId eq '{}'", object_id.replace('\'', "''"));
        let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
        let call = Call::new(Method::GET, format!("roleManagement/directory/roleAssignments?$filter={filter}"));
        let assignments: Option<Vec<Assignment>> = self.readable_all(call).await?;
        Ok(assignments.map(|found| found.into_iter().map(|assignment| assignment.role_definition_id).collect()))
    }

    /// What a read gives; nothing if we may not.
    async fn readable<T: DeserializeOwned>(&self, call: Call) -> Result<Option<T>> {
        match self.read(call).await {
            Ok(reply) => reply.json().map(Some),
            Err(error) => unreadable(error),
        }
    }

    async fn readable_all<T: DeserializeOwned>(&self, call: Call) -> Result<Option<Vec<T>>> {
        self.all(call).await.map_or_else(unreadable, |items| Ok(Some(items)))
    }
}

fn me() -> Call {
    Call::new(Method::GET, "me?$select=id,userPrincipalName")
}

fn unreadable<T>(error: Error) -> Result<Option<T>> {
    match error.code() {
        Code::Forbidden | Code::NotFound | Code::Rejected => Ok(None),
        _ => Err(error),
    }
}
