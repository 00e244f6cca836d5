//! `Get-M365User`: people, and whether they can sign in.

use std::{pin::pin, sync::Arc};

use futures_util::{FutureExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::request::Request;
use crate::{
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    say,
    service::{directory::RoleHolders, graph::Graph, user::Person},
    session::{Connected, role::role_name},
    target::{self, Exclusions, Found, Who},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Only people whose sign-in is blocked. Without a selector: of everybody.
    blocked: bool,
    /// Only people whose sign-in is allowed. Without a selector: of everybody.
    allowed: bool,
}

impl Own {
    fn enabled(&self) -> Result<Option<bool>> {
        match (self.allowed, self.blocked) {
            (false, false) => Ok(None),
            (true, false) => Ok(Some(true)),
            (false, true) => Ok(Some(false)),
            (true, true) => Err(Error::new(
                Code::Argument,
                say!("blocked_and_allowed", "nobody is both blocked and allowed: give one of them, or neither"),
            )
            .on("blocked")),
        }
    }
}

/// One `User` record; keys are the properties of `M365Access.User` in lowerCamelCase.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    user: String,
    user_id: String,
    display_name: Option<String>,
    /// `Allowed`, `Blocked`, or `Unknown` where the permission reaches basic profiles only.
    sign_in: &'static str,
    sessions_valid_from: Option<Timestamp>,
    user_type: Option<String>,
    /// Mastered on-premises now.
    synchronized: bool,
    /// Names of directory roles; what is not active is marked as eligible.
    roles: Vec<String>,
}

impl Record {
    fn new(person: Person, holders: &RoleHolders) -> Self {
        let active = holders.active.get(&person.id).into_iter().flatten().map(|role| role_name(role).to_owned());
        let eligible = holders.eligible.get(&person.id).into_iter().flatten();
        let roles = active.chain(eligible.map(|role| format!("{} (eligible)", role_name(role)))).collect();
        Self {
            sign_in: match person.account_enabled {
                Some(true) => "Allowed",
                Some(false) => "Blocked",
                None => "Unknown",
            },
            synchronized: person.on_premises_sync_enabled == Some(true),
            roles,
            user: person.user_principal_name,
            user_id: person.id,
            display_name: person.display_name,
            sessions_valid_from: person.sign_in_sessions_valid_from_date_time,
            user_type: person.user_type,
        }
    }
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let mut who: Who = request.take()?;
    let enabled = request.rest::<Own>()?.enabled()?;
    // Whoever asks for the blocked ones and names nobody wants them all; reading changes nothing.
    who.all |= enabled.is_some() && !who.selects();
    who.check()?;

    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let (exclusions, holders) =
        target::before(Exclusions::resolve(&who, &graph).boxed(), graph.role_holders().boxed()).await?;
    let holders = known(holders, reporter).await?;

    let mut seen = Seen::default();
    let mut found = pin!(target::stream(&who, enabled, &graph, reporter).await?);
    while let Some(some) = found.try_next().await? {
        let mut records = Vec::with_capacity(some.len());
        for found in some {
            match found {
                Found::Missing(missing) => {
                    seen.missing += 1;
                    reporter.error(&missing.error).await;
                }
                Found::Person(selected) if exclusions.cover(&selected.person) => seen.excluded += 1,
                Found::Person(selected) => {
                    seen.basic |= selected.person.account_enabled.is_none();
                    // The service may have been unable to leave the others out.
                    if enabled.is_none() || selected.person.account_enabled == enabled {
                        records.push(Record::new(selected.person, &holders));
                    }
                }
            }
        }
        seen.people += records.len();
        reporter.records("User", &records).await?;
    }
    if seen.basic {
        reporter
            .note(
                Level::Warning,
                say!(
                    "sign_in_unread",
                    "whether these people may sign in was not shown: the permission {permission} is missing",
                    permission = "User.Read.All"
                ),
            )
            .await;
    }
    target::say_whom(seen.people, seen.missing, seen.excluded, reporter).await;
    let exit_code = u8::from(seen.missing > 0);
    Ok(End { exit_code, ..super::done() })
}

#[derive(Debug, Default)]
struct Seen {
    people: usize,
    missing: usize,
    excluded: usize,
    /// Somebody came without what only a full profile shows.
    basic: bool,
}

/// Role holders as far as they can be read; what cannot is said.
async fn known(holders: Result<RoleHolders>, reporter: &Reporter) -> Result<RoleHolders> {
    let (holders, unread) = match holders {
        Ok(holders) => {
            let unread = holders.eligible_unread.clone();
            (holders, unread)
        }
        Err(error) if error.code() == Code::Cancelled => return Err(error),
        Err(error) => (RoleHolders::default(), Some(error)),
    };
    if let Some(error) = unread {
        reporter
            .note(
                Level::Warning,
                say!("roles_unread", "directory roles could not all be read: {why}", why = error)
                    .quoting("why", &error),
            )
            .await;
    }
    Ok(holders)
}
