//! `Test-M365Permission`: may we, and would it reach this person? The same table that every operation is held against.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Operation, done, request::Request};
use crate::{
    error::{Code, Error, Result},
    event::End,
    job::Reporter,
    say,
    service::{
        directory::{RoleHolders, Standing},
        graph::Graph,
        identity,
    },
    session::{Connected, identity::Identity, permission},
    target::{self, Who},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Cmdlets; without any, all of them.
    operation: Vec<String>,
}

/// One `Permission` record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    operation: &'static str,
    /// Whom it would be about; `null` for the caller's own means alone.
    user: Option<&'a str>,
    user_id: Option<&'a str>,
    /// `null` where neither token nor directory shows it; the service decides then.
    allowed: Option<bool>,
    missing_permission: Option<&'static str>,
    missing_role: Option<&'static str>,
    advice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice_arguments: Option<serde_json::Value>,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let who: Who = request.take()?;
    let own: Own = request.rest()?;
    let operations = operations(&own.operation)?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let identity = identity::identity(&graph).await?;
    let people = if who.selects() { Some(target::resolve(&who, &graph, reporter).await?) } else { None };
    for missing in people.iter().flat_map(|selection| &selection.missing) {
        reporter.error(&missing.error).await;
    }
    // Who we are shows our roles even where those of others may not be read.
    let holders = graph.role_holders().await.unwrap_or_else(|_| RoleHolders::of(&identity));
    let test = Test { session, identity: &identity, holders: &holders };
    let mut records = Vec::new();
    for cmdlet in operations {
        match &people {
            None => records.push(test.record(cmdlet, None).await?),
            Some(selection) => {
                for selected in &selection.people {
                    let person = &selected.person;
                    records.push(test.record(cmdlet, Some((&person.user_principal_name, &person.id))).await?);
                }
            }
        }
    }
    reporter.records("Permission", &records).await?;
    Ok(done())
}

/// Cmdlets that are another form of one.
const FORMS: &[(&str, Operation)] = &[
    ("Enable-M365Mfa", Operation::SetMfa),
    ("Disable-M365Mfa", Operation::SetMfa),
    ("Revoke-M365Session", Operation::RevokeSessions),
];

/// Some cmdlets, each with its operation.
fn operations(names: &[String]) -> Result<Vec<(&'static str, Operation)>> {
    let all = || Operation::ALL.iter().map(|operation| (operation.cmdlet(), *operation));
    if names.is_empty() {
        return Ok(all().filter(|(_, operation)| !operation.acts().is_empty()).collect());
    }
    let find = |name: &str| all().chain(FORMS.iter().copied()).find(|(cmdlet, _)| cmdlet.eq_ignore_ascii_case(name));
    let unknown = |name: &String| {
        Error::new(Code::NotFound, say!("cmdlet_unknown", "there is no cmdlet '{cmdlet}'", cmdlet = name))
            .on(name.as_str())
    };
    names.iter().map(|name| find(name).ok_or_else(|| unknown(name))).collect()
}

struct Test<'a> {
    session: &'a Connected,
    identity: &'a Identity,
    holders: &'a RoleHolders,
}

impl Test<'_> {
    async fn record<'p>(
        &self,
        (cmdlet, operation): (&'static str, Operation),
        target: Option<(&'p str, &'p str)>,
    ) -> Result<Record<'p>> {
        let (left_out, account) = (operation.left_out(), self.identity.account.as_str());
        let (mut missing_permission, mut missing_role, mut known) = (None, None, true);
        // What to do about the first thing that is in the way: what can be left out comes last.
        let mut advice: Option<Error> = None;
        for act in permission::weightiest_first(operation.acts(), left_out) {
            let any_of = act.permissions(self.identity.is_person);
            let missing = match identity::permissions(self.session, self.identity, act.service()).await {
                Ok(Some(held)) => permission::missing_permission(&held, any_of),
                Ok(None) => {
                    known = false;
                    None
                }
                Err(error) if error.code() == Code::Cancelled => return Err(error),
                // There is no token for that service.
                Err(_) => any_of.first().copied(),
            };
            if let Some(missing) = missing {
                missing_permission = missing_permission.or(Some(missing));
                let error = permission::permission_error(cmdlet, missing, account);
                advice = advice.or(Some(match left_out(act) {
                    Some(step) => permission::or_leave_out(error, step),
                    None => error,
                }));
            }
            match self.holders.standing(act, self.identity, target.map(|(_, id)| id)) {
                Standing::Enough => {}
                Standing::Lacks(role) => {
                    missing_role = missing_role.or(Some(role));
                    let user = target.map_or(account, |(user, _)| user);
                    advice = advice.or_else(|| Some(permission::role_error(role, user, account)));
                }
                Standing::Unknown => known = false,
            }
        }
        let refused = missing_permission.is_some() || missing_role.is_some();
        let facts = advice.as_ref().map(Error::facts);
        Ok(Record {
            operation: cmdlet,
            user: target.map(|(user, _)| user),
            user_id: target.map(|(_, id)| id),
            allowed: if refused { Some(false) } else { known.then_some(true) },
            missing_permission,
            missing_role,
            advice: facts.and_then(|facts| facts.advice.clone()),
            advice_id: facts.and_then(|facts| facts.advice_id.clone()),
            advice_arguments: facts.and_then(|facts| serde_json::to_value(&facts.advice_arguments).ok()),
        })
    }
}
