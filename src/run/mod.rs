//! A plan being carried out: survey, plan, guard, rehearse or approve, conduct.
//!
//! Every operation that changes something comes through `carry_out`; what it wants is data (`Order`), and how each
//! kind of change is done stands in `change`. Nothing here knows a path or a property of a service.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `order`, `how` | what an operation wants, to whom, and within which limits |
//! | `survey` | what must be known before the first write |
//! | `guard` | who must not be touched, and how much may be touched at once |
//! | `settled` | who is as wanted already, and so not touched |
//! | `plan`, `digest` | the ordered changes, as data that can be signed for |
//! | `prepared` | an order with all of that; what follows works on it |
//! | `rehearse` | showing or saving the plan, sending nothing |
//! | `approve`, `confirm` | the guard's caps, and the administrator's word |
//! | `conduct` | a run from its beginning in the journal to its end there |
//! | `execute` | people side by side, each one's changes in order |
//! | `apply` | one change: intent on disk, write, read back, outcome |
//! | `outcome`, `feed`, `tally` | what is told of each change, when, and what it all amounts to |
//! | `effect` | waiting until what was done has taken hold |
//! | `journal` | what is on disk |

mod apply;
mod approve;
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
mod prepared;
mod rehearse;
mod settled;
mod survey;
mod tally;

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};

pub(crate) use how::How;
pub(crate) use order::{Order, Secret, Subjects, Summary};
pub(crate) use plan::{Step, Steps};

use self::{
    approve::Approval,
    guard::Guard,
    journal::{Journal, NewRun},
    plan::Plan,
    prepared::Prepared,
    survey::survey,
};
use crate::{
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    say,
    sentence::Sentence,
    service::graph::Graph,
    session::Connected,
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
    if !matches!(order.who, Subjects::Tenant) && ground.selection.is_empty() {
        // Selecting has said so.
        return Ok(End::done());
    }

    let guard = Guard { identity: &ground.identity, holders: &ground.holders, emergency: &ground.emergency };
    let protected = guard.protected(&ground.candidates(), &order.steps, &graph).await?;
    let plan = Plan::new(
        order.operation,
        &ground.identity.tenant_id,
        &ground.identity.account,
        order.how.reason.clone(),
        ground.subjects(&order.who, &protected),
        &order.steps,
    )?;
    let settled = settled::settled(&order, &ground, session, reporter).boxed().await?;
    let prepared =
        Prepared { order: &order, ground: &ground, plan: &plan, protected: &protected, settled: &settled, reporter };

    let Some(journal) = journal else {
        if let Err(error) = prepared.caps(&guard, false, &graph).await {
            reporter.note(Level::Warning, refused_for_real(&error)).await;
        }
        return prepared.rehearse(session).await;
    };
    match prepared.approve(&guard, &graph).await? {
        Approval::Without(declined) => prepared.conduct(&journal, session, &declined).await,
        Approval::Refused(error) => refused(&journal, &prepared.new_run(), &error).await,
        Approval::Declined => {
            let sentence = say!("nothing_done", "nothing was done: the confirmation was answered with no");
            reporter.note(Level::Information, sentence).await;
            Ok(End::done())
        }
    }
}

/// A run that an exclusion has stopped is written down like every other one that was refused.
async fn not_begun(order: &Order, error: Error, session: &Connected, journal: Option<&Journal>) -> Result<End> {
    let (Some(journal), Code::ExclusionNotFound) = (journal, error.code()) else { return Err(error) };
    let Some(identity) = session.known_identity() else { return Err(error) };
    refused(journal, &order.new_run(&identity, None), &error).await
}

/// Writes down that a run was refused; nothing was done.
async fn refused(journal: &Journal, run: &NewRun, error: &Error) -> Result<End> {
    let mut end = End::failed(error);
    journal.refused(run, error, end.exit_code).await?;
    end.run_id = Some(run.id.to_string());
    Ok(end)
}

fn refused_for_real(error: &Error) -> Sentence {
    say!("would_be_refused", "this is a rehearsal; the run itself would be refused: {why}", why = error)
        .quoting("why", error)
}
