//! A plan being carried out: select, plan, guard, confirm, write down, execute, verify.
//!
//! Every operation that changes something comes through `carry_out`; what it wants is data (`Order`), and how each
//! kind of change is done stands in `change`. Nothing here knows a path or a property of a service.

mod conduct;
mod confirm;
pub(crate) mod digest;
mod effect;
mod execute;
mod feed;
mod guard;
pub(crate) mod how;
pub(crate) mod journal;
mod order;
pub(crate) mod outcome;
pub(crate) mod plan;
mod rehearse;
mod settled;
mod survey;
mod tally;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use tokio_util::sync::CancellationToken;

pub(crate) use execute::{Secret, Summary};
pub(crate) use how::How;
pub(crate) use order::{Order, Subjects};
pub(crate) use plan::{Step, Steps};

use self::{
    confirm::Consent,
    guard::{Candidate, Guard, Scope},
    journal::{Journal, NewRun},
    outcome::Record,
    plan::Plan,
    survey::{Ground, survey},
};
use crate::{
    change::{Outcome, State, Subject},
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    say,
    sentence::Sentence,
    service::{Services, exchange::Exchange, graph::Graph},
    session::{Connected, identity::Identity},
};

/// Carries out an order, from selecting people to the end of the run.
pub(crate) fn carry_out<'a>(
    order: Order,
    session: &'a Arc<Connected>,
    reporter: &'a Reporter,
) -> BoxFuture<'a, Result<End>> {
    // On the heap: it holds the whole plan between its steps.
    begin(order, session, reporter).boxed()
}

async fn begin(mut order: Order, session: &Arc<Connected>, reporter: &Reporter) -> Result<End> {
    order.how.check()?;
    let settings = session.settings()?;
    let rehearsal = order.how.what_if || order.how.plan_path.is_some();
    // A journal that cannot be written is found out before anything is sent.
    let journal = if rehearsal { None } else { Some(Journal::open(settings.journal_path.as_deref()).await?) };
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let ground = match survey(&mut order, &graph, reporter).boxed().await {
        Ok(ground) => ground,
        Err(error) => return not_begun(&order, error, session, journal.as_deref()).await,
    };
    let people = !matches!(order.who, Subjects::Tenant);
    if people && ground.selection.people.is_empty() && ground.selection.missing.is_empty() {
        // Selecting has said so.
        return Ok(End::done());
    }
    let guard = Guard { identity: &ground.identity, holders: &ground.holders, emergency: ground.emergency.clone() };
    let candidates: Vec<Candidate<'_>> = ground
        .selection
        .people
        .iter()
        .map(|selected| Candidate { person: &selected.person, singly: selected.singly })
        .collect();
    let protected = guard.protected(&candidates, &order.steps, &graph).await?;
    let settled = settled::settled(&order, &ground, session, reporter).boxed().await?;
    let untouched = |id: &String| protected.contains_key(id) || settled.contains_key(id);
    let touched: Vec<Candidate<'_>> =
        candidates.iter().copied().filter(|candidate| !untouched(&candidate.person.id)).collect();
    let tenant = (!people).then(|| (Subject::tenant(&ground.identity), false));
    let plan = Plan::new(
        order.operation,
        &ground.identity.tenant_id,
        &ground.identity.account,
        order.how.reason.clone(),
        candidates
            .iter()
            .map(|candidate| (Subject::from(candidate.person), protected.contains_key(&candidate.person.id)))
            .chain(tenant),
        &order.steps,
    )?;
    let prepared =
        Prepared { order: &order, ground: &ground, plan: &plan, protected: &protected, settled: &settled, reporter };

    let scope = Scope { all: order.who.all(), counted: false, tenant_size: ground.selection.tenant_size };
    let caps = guard.caps(&touched, &order.how, scope, &graph).await;
    let Some(journal) = journal else {
        if let Err(error) = caps {
            reporter.note(Level::Warning, refused_for_real(&error)).await;
        }
        return prepared.rehearse(session).await;
    };
    let (caps, counted) = match caps {
        // The one refusal that a number takes back: everybody, by an administrator who is there to answer.
        Err(error) if error.code() == Code::CapPercent && order.who.all() && order.how.confirm => {
            if confirm::count(order.operation, touched.len(), &order.steps, reporter).await? {
                let scope = Scope { counted: true, ..scope };
                (guard.caps(&touched, &order.how, scope, &graph).await, true)
            } else {
                (Err(error), false)
            }
        }
        caps => (caps, false),
    };
    if let Err(error) = caps {
        let mut end = End::failed(&error);
        let run = prepared.new_run();
        journal.refused(&run, &error, end.exit_code).await?;
        end.run_id = Some(run.id.to_string());
        return Ok(end);
    }
    let consent = if counted {
        Consent::all()
    } else if people {
        confirm::ask(order.operation, &touched, &order.steps, &order.how, reporter).await?
    } else {
        confirm::ask_about(&Subject::tenant(&ground.identity), &order, reporter).await?
    };
    let Consent::Without(declined) = consent else {
        reporter
            .note(Level::Information, say!("nothing_done", "nothing was done: the confirmation was answered with no"))
            .await;
        return Ok(End::done());
    };
    prepared.conduct(&journal, session, &declined).await
}

/// A run that an exclusion has stopped is written down like every other one that was refused.
async fn not_begun(order: &Order, error: Error, session: &Connected, journal: Option<&Journal>) -> Result<End> {
    let (Some(journal), Code::ExclusionNotFound) = (journal, error.code()) else { return Err(error) };
    let Some(identity) = session.known_identity() else { return Err(error) };
    let mut end = End::failed(&error);
    let run = new_run(order, &identity, None);
    journal.refused(&run, &error, end.exit_code).await?;
    end.run_id = Some(run.id.to_string());
    Ok(end)
}

/// What the journal must know of a run from its beginning.
fn new_run(order: &Order, identity: &Identity, plan_digest: Option<String>) -> NewRun {
    NewRun {
        id: journal::new_id(),
        operation: order.operation.to_owned(),
        reason: order.how.reason.clone(),
        tenant_id: identity.tenant_id.clone(),
        tenant_name: identity.tenant_name.clone(),
        by: identity.account.clone(),
        by_id: identity.account_id.clone(),
        plan_digest,
        options: serde_json::to_value(&order.how).unwrap_or_default(),
    }
}

fn refused_for_real(error: &Error) -> Sentence {
    say!("would_be_refused", "this is a rehearsal; the run itself would be refused: {why}", why = error)
        .quoting("why", error)
}

/// An order with everything that is known of it.
struct Prepared<'a> {
    order: &'a Order,
    ground: &'a Ground,
    plan: &'a Plan,
    /// Why each protected person must not be touched, by object id.
    protected: &'a BTreeMap<String, Error>,
    /// The states of those who are as wanted already, by object id.
    settled: &'a BTreeMap<String, State>,
    reporter: &'a Reporter,
}

impl Prepared<'_> {
    fn new_run(&self) -> NewRun {
        new_run(self.order, &self.ground.identity, Some(self.plan.digest.clone()))
    }

    /// People who were named and do not exist: a failed outcome each.
    fn missing(&self, run_id: &str) -> impl Iterator<Item = Record> {
        let kind = self.order.steps.kind();
        self.ground.selection.missing.iter().zip(std::iter::repeat(kind)).filter_map(move |(missing, kind)| {
            let record = Record::new(missing.name.clone(), None, kind?, Outcome::Failed, run_id);
            Some(record.because(&missing.error))
        })
    }

    /// The services, for as long as `cancel` is not cancelled; once `stop` is, no write to Graph leaves any more.
    fn services(&self, session: &Arc<Connected>, cancel: &CancellationToken, stop: &CancellationToken) -> Services {
        let graph = Graph::stopping(Arc::clone(session), cancel.clone(), stop.clone());
        let identity = Arc::clone(&self.ground.identity);
        let exchange = Exchange::stopping(Arc::clone(session), cancel.clone(), stop.clone(), Arc::clone(&identity));
        Services { graph, exchange, identity }
    }
}
