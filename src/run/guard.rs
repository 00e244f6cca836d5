//! Who must not be touched, and how much may be touched at once.
//!
//! The guard is computed, not configured: the caller, the last enabled Global Administrator, listed emergency accounts,
//! administrators who were not named singly, caps on numbers. What it needs to know is read before the first write; what
//! cannot be read counts against the run.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{how::How, plan::Steps};
use crate::{
    change::Wanted,
    error::{Code, Error, Result},
    say,
    service::{
        directory::RoleHolders,
        graph::Graph,
        user::{self, Person},
    },
    session::identity::Identity,
    target,
};

/// People who may be touched at once unless the caller says otherwise.
const MAXIMUM_USERS: usize = 100;
/// Share of the tenant, in percent, unless the caller says otherwise.
const MAXIMUM_PERCENT: f64 = 10.0;
/// From more people than this on, the share counts.
const SHARE_FROM: usize = 20;
/// Names in one sentence; the rest is a number.
const NAMES: usize = 5;

/// One person of a plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub(crate) person: &'a Person,
    /// Named by itself, not by a list, a group, a filter or `all`.
    pub(crate) singly: bool,
}

/// What the guard knows of the tenant.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) holders: &'a RoleHolders,
    /// Object ids of the emergency accounts.
    pub(crate) emergency: &'a BTreeSet<String>,
}

/// How the people were selected, as far as caps care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `all` was the selector.
    pub(crate) all: bool,
    /// The administrator has confirmed this very number of people.
    pub(crate) counted: bool,
    /// People in the tenant, where selecting has shown it.
    pub(crate) tenant_size: Option<u64>,
}

/// Object ids of the emergency accounts; one that does not resolve stops the run.
pub(crate) async fn emergency_accounts(names: &[String], graph: &Graph) -> Result<BTreeSet<String>> {
    let reads = names.iter().map(|name| async move {
        match target::look_up(graph, name).await? {
            Ok(person) => Ok(person.id),
            Err(error) if error.code() == Code::NotFound => Err(Error::new(
                Code::ExclusionNotFound,
                say!(
                    "emergency_unknown",
                    "the emergency account '{user}' does not exist in this tenant; nothing was done",
                    user = name
                ),
            )
            .on(name.as_str())
            .advise(say!("mend_emergency", "correct the list of emergency accounts of this connection"))),
            Err(error) => Err(error),
        }
    });
    futures_util::future::try_join_all(reads).await.map(BTreeSet::from_iter)
}

impl Guard<'_> {
    /// Why each protected person must not be touched, by object id.
    pub(crate) async fn protected(
        &self,
        people: &[Candidate<'_>],
        steps: &Steps,
        graph: &Graph,
    ) -> Result<BTreeMap<String, Error>> {
        let mut protected = BTreeMap::new();
        let any =
            |person: &Person, what: fn(&Wanted) -> bool| steps.of(&person.id).iter().any(|step| what(&step.wanted));
        let unknown = self.identity.is_person && self.identity.account_id.is_none();
        if unknown && people.iter().any(|candidate| any(candidate.person, Wanted::takes_access)) {
            return Err(caller_unknown(&self.identity.account));
        }
        for Candidate { person, .. } in people {
            let caller = self.identity.is_person && self.identity.account_id.as_ref() == Some(&person.id);
            if caller && any(person, Wanted::takes_access) {
                protected.insert(person.id.clone(), caller_error(person));
            } else if self.emergency.contains(&person.id) && any(person, Wanted::hinders) {
                protected.insert(person.id.clone(), emergency_error(person));
            }
        }
        let locked_out: Vec<&Person> =
            people.iter().map(|candidate| candidate.person).filter(|person| any(person, Wanted::locks_out)).collect();
        if let Some(person) = self.last_administrator(&locked_out, &protected, graph).await? {
            protected.insert(person.id.clone(), last_admin_error(person));
        }
        Ok(protected)
    }

    /// The Global Administrator of the plan who must stay, if the plan would leave none who can sign in.
    async fn last_administrator<'p>(
        &self,
        people: &[&'p Person],
        protected: &BTreeMap<String, Error>,
        graph: &Graph,
    ) -> Result<Option<&'p Person>> {
        let administrators = &self.holders.global_administrators;
        let touched: Vec<&Person> = people
            .iter()
            .copied()
            .filter(|person| administrators.contains(&person.id) && !protected.contains_key(&person.id))
            .collect();
        if touched.is_empty() {
            return Ok(None);
        }
        let others = administrators.iter().filter(|id| !touched.iter().any(|person| person.id == **id));
        let reads = others.map(|id| async move {
            let reply = graph.call(user::read(id)).await?;
            // A holder who has just been deleted keeps nobody in.
            if reply.status == 404 {
                return Ok(false);
            }
            Ok::<_, Error>(reply.success()?.json::<Person>()?.account_enabled == Some(true))
        });
        if futures_util::future::try_join_all(reads).await?.contains(&true) {
            return Ok(None);
        }
        // Of those who can sign in now, the one whom nobody else can take away is the best to keep: an account of the
        // cloud rather than one that is mastered elsewhere.
        let enabled = touched.iter().filter(|person| person.account_enabled == Some(true));
        Ok(enabled.min_by_key(|person| (person.is_guest(), person.on_premises_sync_enabled == Some(true))).copied())
    }

    /// Refuses a run that touches too much. `people` are those who would be touched.
    pub(crate) async fn caps(&self, people: &[Candidate<'_>], how: &How, scope: Scope, graph: &Graph) -> Result<()> {
        if !how.allow_privileged {
            let unnamed: Vec<&Person> = people
                .iter()
                .filter(|candidate| !candidate.singly && self.holders.is_privileged(&candidate.person.id))
                .map(|candidate| candidate.person)
                .collect();
            if !unnamed.is_empty() {
                return Err(privileged_error(&unnamed));
            }
        }
        let whole = how.maximum_percent.is_some_and(|percent| percent >= 100.0) || scope.counted;
        if scope.all && !whole {
            return Err(all_error(people.len()));
        }
        let maximum = match how.maximum_users {
            Some(maximum) => Some(usize::try_from(maximum).unwrap_or(usize::MAX)),
            // Whoever said that the whole tenant may be touched, or named the number, has said how many.
            None if whole && scope.all || scope.counted => None,
            None => Some(MAXIMUM_USERS),
        };
        if let Some(maximum) = maximum.filter(|maximum| people.len() > *maximum) {
            return Err(users_error(people.len(), maximum));
        }
        let percent = how.maximum_percent.unwrap_or(MAXIMUM_PERCENT);
        if people.len() > SHARE_FROM && !whole {
            let size = match scope.tenant_size {
                Some(size) => size,
                None => tenant_size(graph).await?,
            };
            let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
            let of = u32::try_from(size).unwrap_or(u32::MAX);
            if f64::from(count) * 100.0 > percent * f64::from(of) {
                return Err(percent_error(people.len(), size, percent));
            }
        }
        Ok(())
    }
}

/// How many people the tenant has.
async fn tenant_size(graph: &Graph) -> Result<u64> {
    #[derive(Deserialize)]
    struct Counted {
        #[serde(rename = "@odata.count")]
        count: Option<u64>,
    }
    let count = graph.read(user::count()).await?.json::<Counted>()?.count.ok_or_else(|| {
        Error::new(
            Code::Decode,
            say!("size_unknown", "the service did not say how many people the tenant has; nothing was done"),
        )
    })?;
    // The quota of the tenant depends on its size.
    graph.session().budgets().set_tenant_size(count);
    Ok(count)
}

/// Whoever cannot be recognised cannot be spared.
fn caller_unknown(account: &str) -> Error {
    Error::new(
        Code::Forbidden,
        say!("caller_unknown", "it could not be read which account you are signed in with; nothing was done"),
    )
    .on(account)
    .advise(say!("grant_user_read", "grant User.Read, so that your own account can be recognised and spared"))
    .with(|facts| facts.missing_permission = Some("User.Read".to_owned()))
}

fn caller_error(person: &Person) -> Error {
    Error::new(
        Code::ProtectedCaller,
        say!(
            "protected_caller",
            "{user} is the account that you are signed in with",
            user = person.user_principal_name
        ),
    )
    .on(person.user_principal_name.clone())
    .advise(say!("ask_another_admin", "let another administrator do this"))
}

fn emergency_error(person: &Person) -> Error {
    Error::new(
        Code::ProtectedEmergency,
        say!(
            "protected_emergency",
            "{user} is an emergency account of this connection",
            user = person.user_principal_name
        ),
    )
    .on(person.user_principal_name.clone())
    .advise(say!(
        "connect_without_emergency",
        "connect without listing it as an emergency account if it really must be touched"
    ))
}

fn last_admin_error(person: &Person) -> Error {
    Error::new(
        Code::ProtectedLastAdmin,
        say!(
            "protected_last_admin",
            "{user} would be the last Global Administrator who can sign in",
            user = person.user_principal_name
        ),
    )
    .on(person.user_principal_name.clone())
    .advise(say!("make_another_admin", "make another person Global Administrator first"))
}

fn privileged_error(people: &[&Person]) -> Error {
    let names: Vec<&str> = people.iter().take(NAMES).map(|person| person.user_principal_name.as_str()).collect();
    let more = people.len().saturating_sub(NAMES);
    let sentence = if more == 0 {
        say!(
            "cap_privileged",
            "administrators are among people who were not named singly: {users}; nothing was done",
            users = names.join(", ")
        )
    } else {
        say!(
            "cap_privileged_more",
            "administrators are among people who were not named singly: {users} and {more} more; nothing was done",
            users = names.join(", "),
            more = more
        )
    };
    let error = Error::new(Code::CapPrivileged, sentence).advise(say!(
        "spare_privileged",
        "spare them with -Except, name them singly with -User, or say -AllowPrivileged"
    ));
    match people {
        [one] => error.on(one.user_principal_name.clone()),
        _ => error,
    }
}

fn all_error(count: usize) -> Error {
    Error::new(
        Code::CapPercent,
        say!(
            "cap_all",
            "{count} people are everybody in the tenant who is not excluded; nothing was done",
            count = count
        ),
    )
    .advise(say!("say_all", "say -MaximumPercent 100, or answer the confirmation with the number of people"))
}

fn users_error(count: usize, maximum: usize) -> Error {
    Error::new(
        Code::CapUsers,
        say!(
            "cap_users",
            "{count} people are more than the {maximum} who may be touched in one run; nothing was done",
            count = count,
            maximum = maximum
        ),
    )
    .advise(say!(
        "raise_maximum_users",
        "look at the plan with -WhatIf, then say -MaximumUsers {count}",
        count = count
    ))
}

fn percent_error(count: usize, size: u64, percent: f64) -> Error {
    Error::new(
        Code::CapPercent,
        say!(
            "cap_percent",
            "{count} people are more than {percent} % of the {size} people in the tenant; nothing was done",
            count = count,
            percent = percent,
            size = size
        ),
    )
    .advise(say!(
        "raise_maximum_percent",
        "look at the plan with -WhatIf, then say -MaximumPercent with a larger number"
    ))
}
