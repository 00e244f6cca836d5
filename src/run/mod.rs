//! A plan being carried out: select, plan, guard, confirm, write down, execute, verify.
//!
//! Every operation that changes something comes through `carry_out`; what it wants is data (`Order`), and how each
//! kind of change is done stands in `change`. Nothing here knows a path or a property of a service.

mod confirm;
pub(crate) mod digest;
mod effect;
mod execute;
mod feed;
mod guard;
pub(crate) mod how;
pub(crate) mod journal;
pub(crate) mod outcome;
pub(crate) mod plan;
mod tally;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) use execute::Secret;
pub(crate) use how::How;
pub(crate) use plan::Step;

use self::{
    confirm::Consent,
    execute::{Execution, Seen},
    guard::{Candidate, Guard, Scope},
    journal::{ChangePlan, Journal, NewRun, RunHandle, Summary},
    outcome::Record,
    plan::Plan,
    tally::Tally,
};
use crate::{
    change::{Outcome, Subject},
    error::{Code, Error, Result},
    event::{Counts, End, EndState, Level},
    job::Reporter,
    operation::{Operation, done, failed},
    say,
    service::{Services, directory::RoleHolders, graph::Graph, identity, user},
    session::{Connected, identity::Identity, permission},
    target::{self, Selection, Who},
};

/// How long requests that are under way may take to come to an end after the caller wants to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What an operation wants done.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) operation: Operation,
    pub(crate) who: Who,
    pub(crate) how: How,
    /// What is done to each person, in order.
    pub(crate) steps: Vec<Step>,
    pub(crate) secret: Secret,
}

/// What is known before the first write.
struct Ground {
    identity: Arc<Identity>,
    holders: RoleHolders,
    emergency: BTreeSet<String>,
    selection: Selection,
    seen_at: Instant,
}

/// Carries out an order, from selecting people to the end of the run.
pub(crate) fn carry_out<'a>(
    order: Order,
    session: &'a Arc<Connected>,
    reporter: &'a Reporter,
) -> BoxFuture<'a, Result<End>> {
    // On the heap: it holds the whole plan between its steps.
    begin(order, session, reporter).boxed()
}

async fn begin(order: Order, session: &Arc<Connected>, reporter: &Reporter) -> Result<End> {
    order.how.check()?;
    let settings = session.settings()?;
    let rehearsal = order.how.what_if || order.how.plan_path.is_some();
    // A journal that cannot be written is found out before anything is sent.
    let journal = if rehearsal { None } else { Some(Journal::open(settings.journal_path.as_deref()).await?) };
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let ground = survey(&order, &graph, reporter).await?;
    if ground.selection.people.is_empty() && ground.selection.missing.is_empty() {
        // Selecting has said so.
        return Ok(done());
    }
    let guard = Guard { identity: &ground.identity, holders: &ground.holders, emergency: ground.emergency.clone() };
    let candidates: Vec<Candidate<'_>> = ground
        .selection
        .people
        .iter()
        .map(|selected| Candidate { person: &selected.person, singly: selected.singly })
        .collect();
    let protected = guard.protected(&candidates, &order.steps, &graph).await?;
    let touched: Vec<Candidate<'_>> =
        candidates.iter().copied().filter(|candidate| !protected.contains_key(&candidate.person.id)).collect();
    let plan = Plan::new(
        order.operation.cmdlet(),
        &ground.identity.tenant_id,
        &ground.identity.account,
        order.how.reason.clone(),
        candidates
            .iter()
            .map(|candidate| (Subject::from(candidate.person), protected.contains_key(&candidate.person.id))),
        &order.steps,
    )?;
    let work = Work { order: &order, ground: &ground, plan: &plan, protected: &protected, reporter };

    let scope = Scope { all: order.who.all, counted: false, tenant_size: ground.selection.tenant_size };
    let caps = guard.caps(&touched, &order.how, scope, &graph).await;
    let Some(journal) = journal else {
        if let Err(error) = caps {
            reporter.note(Level::Warning, refused_for_real(&error)).await;
        }
        return work.rehearse().await;
    };
    let (caps, counted) = match caps {
        // The one refusal that a number takes back: everybody, by an administrator who is there to answer.
        Err(error) if error.code() == Code::CapPercent && order.who.all && order.how.confirm => {
            if confirm::count(order.operation.cmdlet(), touched.len(), &order.steps, reporter).await? {
                let scope = Scope { counted: true, ..scope };
                (guard.caps(&touched, &order.how, scope, &graph).await, true)
            } else {
                (Err(error), false)
            }
        }
        caps => (caps, false),
    };
    if let Err(error) = caps {
        let mut end = failed(&error);
        let run = work.new_run();
        journal.refused(&run, &error, end.exit_code).await?;
        end.run_id = Some(run.id.to_string());
        return Ok(end);
    }
    let consent = if counted {
        Consent::all()
    } else {
        confirm::ask(order.operation.cmdlet(), &touched, &order.steps, &order.how, reporter).await?
    };
    let Consent::Without(declined) = consent else {
        reporter
            .note(Level::Information, say!("nothing_done", "nothing was done: the confirmation was answered with no"))
            .await;
        return Ok(done());
    };
    work.run(&journal, session, &declined).await
}

/// Everything that must be known before the first write, read side by side.
async fn survey(order: &Order, graph: &Graph, reporter: &Reporter) -> Result<Ground> {
    let settings = graph.session().settings()?;
    let (identity, selection, holders, emergency) = tokio::join!(
        identity::identity(graph),
        target::resolve(&order.who, graph, reporter).boxed(),
        graph.role_holders(),
        guard::emergency_accounts(&settings.emergency_account, graph),
    );
    let identity = identity?;
    // What is missing for the operation itself is said before what its preparations stumbled over.
    if identity.permissions_known {
        for step in &order.steps {
            let any_of = step.wanted.act().permissions(identity.is_person);
            if let Some(missing) = permission::missing_permission(&identity.permissions, any_of) {
                return Err(permission::permission_error(order.operation.cmdlet(), missing, &identity.account));
            }
        }
    }
    let selection = selection?;
    let emergency = emergency?;
    let holders = match holders {
        Ok(holders) => holders,
        Err(error) if error.code() != Code::Forbidden => return Err(error),
        // Giving access back endangers nobody; taking it away without knowing who is an administrator might.
        Err(_) if !order.steps.iter().any(|step| step.wanted.takes_access()) => RoleHolders::default(),
        Err(error) => {
            return Err(error
                .advise(say!(
                    "grant_role_reading",
                    "grant RoleManagement.Read.Directory: without it nobody can tell who the administrators are, and nothing is done"
                ))
                .with(|facts| facts.missing_permission = Some("RoleManagement.Read.Directory".to_owned())));
        }
    };
    if let Some(error) = &holders.eligible_unread {
        let sentence = say!(
            "eligible_unread",
            "who is eligible for an administrator role could not be read, so such people are not recognised as administrators: {why}",
            why = error
        );
        reporter.note(Level::Warning, sentence).await;
    }
    Ok(Ground { identity, holders, emergency, selection, seen_at: Instant::now() })
}

fn refused_for_real(error: &Error) -> crate::sentence::Sentence {
    say!("would_be_refused", "this is a rehearsal; the run itself would be refused: {why}", why = error)
}

/// An order with everything that is known of it.
struct Work<'a> {
    order: &'a Order,
    ground: &'a Ground,
    plan: &'a Plan,
    /// Why each protected person must not be touched, by object id.
    protected: &'a BTreeMap<String, Error>,
    reporter: &'a Reporter,
}

impl Work<'_> {
    fn new_run(&self) -> NewRun {
        let Ground { identity, .. } = self.ground;
        NewRun {
            id: journal::new_id(),
            operation: self.plan.operation.clone(),
            reason: self.plan.reason.clone(),
            tenant_id: identity.tenant_id.clone(),
            tenant_name: identity.tenant_name.clone(),
            by: identity.account.clone(),
            by_id: identity.account_id.clone(),
            plan_digest: Some(self.plan.digest.clone()),
            options: serde_json::Value::Null,
        }
    }

    /// People who were named and do not exist: a failed outcome each.
    fn missing(&self, run_id: &str) -> impl Iterator<Item = Record> {
        let kind = self.order.steps.first().map(|step| step.wanted.kind());
        self.ground.selection.missing.iter().zip(std::iter::repeat(kind)).filter_map(move |(missing, kind)| {
            let record = Record::new(missing.name.clone(), None, kind?, Outcome::Failed, run_id);
            Some(record.because(&missing.error))
        })
    }

    /// Shows the plan, or writes it to a file; nothing is sent.
    async fn rehearse(&self) -> Result<End> {
        let mut tally = Tally::default();
        let mut records: Vec<Record> = self.missing("").collect();
        let people: BTreeMap<&str, &user::Person> = self
            .ground
            .selection
            .people
            .iter()
            .map(|selected| (selected.person.id.as_str(), &selected.person))
            .collect();
        for change in &self.plan.changes {
            let subject = &change.subject;
            let state = people.get(subject.user_id.as_str()).and_then(|person| change.wanted.known(person));
            let mut record = Record::new(
                subject.user.clone(),
                Some(subject.user_id.clone()),
                change.wanted.kind(),
                Outcome::Planned,
                "",
            );
            record.display_name.clone_from(&subject.display_name);
            record.wanted = change.wanted.word();
            record.before = state.as_ref().and_then(|state| change.wanted.state_word(state));
            if let Some(error) = self.protected.get(&subject.user_id).filter(|_| change.wanted.takes_access()) {
                record.outcome = Outcome::Refused;
                record = record.because(error);
            } else if let Some((_, error)) =
                state.as_ref().and_then(|state| change.wanted.impossible(state, &self.ground.identity))
            {
                record = record.because(&error);
            } else if let Some(caveat) = state.as_ref().and_then(|state| change.wanted.caveat(state)) {
                record = record.saying(caveat);
            }
            records.push(record);
        }
        for record in &records {
            tally.add(record.outcome, record.code);
        }
        if let Some(path) = &self.order.how.plan_path {
            self.save(path)?;
        }
        self.reporter.records("Outcome", &records).await?;
        Ok(tally.end(EndState::Completed, None))
    }

    /// Writes the plan without those who must not be touched.
    fn save(&self, path: &Path) -> Result<()> {
        let mut plan = self.plan.clone();
        plan.changes.retain(|change| !self.protected.contains_key(&change.subject.user_id));
        plan.digest = plan.digest()?;
        let text = serde_json::to_string_pretty(&plan).map_err(Error::internal)?;
        std::fs::write(path, text).map_err(|error| {
            let name = path.display();
            Error::new(
                Code::File,
                say!("plan_unwritable", "the plan cannot be written to {path}: {why}", path = name, why = error),
            )
            .on(name.to_string())
        })
    }

    async fn run(&self, journal: &Arc<Journal>, session: &Arc<Connected>, declined: &BTreeSet<String>) -> Result<End> {
        let changes = self.plan.changes.iter().map(ChangePlan::of).collect::<Result<Vec<_>>>()?;
        let run = self.new_run();
        let run_id = run.id.to_string();
        let handle = journal.begin(&run, &changes).await?;
        let stop = self.reporter.cancelled().child_token();
        let _timer = self.order.how.time_limit().map(|limit| cancel_after(&stop, limit));
        // Requests that are under way when the caller wants to stop are given time to come to an end.
        let hard = CancellationToken::new();
        let _sweeper = sweep(&stop, &hard);
        let graph = Graph::new(Arc::clone(session), hard.clone());
        let services = Services { graph, identity: Arc::clone(&self.ground.identity) };
        let result = self.execute(&services, &handle, &run_id, &stop, declined).await;
        let (tally, outcome) = match result {
            Ok(tally) => (tally, None),
            Err((tally, error)) => (tally, Some(error)),
        };
        let state = if let Some(error) = &outcome {
            self.reporter.error(error).await;
            EndState::Interrupted
        } else if self.reporter.cancelled().is_cancelled() {
            EndState::Cancelled
        } else if tally.total() < self.total() {
            EndState::Interrupted
        } else {
            EndState::Completed
        };
        let mut end = tally.end(state, Some(run_id));
        end.error = outcome.map(|error| error.facts().clone());
        if state == EndState::Interrupted && end.error.is_none() {
            let sentence =
                say!("time_limit", "the time limit has passed; what was not begun can be done by resuming the run");
            end.error = Some(Error::new(Code::TimeLimit, sentence).facts().clone());
        }
        handle.end(Summary { state: end.state.into(), exit_code: end.exit_code, error: end.error.clone() }).await?;
        if self.order.how.wait_until_effective && state == EndState::Completed && tally.counts != Counts::default() {
            effect::wait(self.plan, session.time_scale(), self.reporter).await;
        }
        Ok(end)
    }

    fn total(&self) -> u64 {
        u64::try_from(self.plan.changes.len() + self.ground.selection.missing.len()).unwrap_or(u64::MAX)
    }

    async fn execute(
        &self,
        services: &Services,
        handle: &RunHandle,
        run_id: &str,
        stop: &CancellationToken,
        declined: &BTreeSet<String>,
    ) -> Result<Tally, (Tally, Error)> {
        let (sink, feed) = feed::open();
        let people = self
            .ground
            .selection
            .people
            .iter()
            .map(|selected| (selected.person.id.clone(), Seen::from(selected)))
            .collect();
        let execution = Execution {
            plan: self.plan,
            services,
            journal: handle,
            run_id,
            identity: &self.ground.identity,
            holders: &self.ground.holders,
            people: &people,
            seen_at: self.ground.seen_at,
            protected: self.protected,
            declined,
            secret: &self.order.secret,
            stop,
            broken: Mutex::new(None),
        };
        let missing: Vec<Record> = self.missing(run_id).collect();
        let work = async {
            if !missing.is_empty() {
                handle.add(&missing).await?;
            }
            for record in missing {
                // The feed outlives the work; a record that it no longer takes is in the journal.
                if sink.send(record).await.is_err() {
                    return Ok(());
                }
            }
            execution.run(sink).await
        };
        let session = Arc::clone(services.graph.session());
        let show = feed.show(self.reporter, self.total(), || {
            session
                .budgets()
                .waiting()
                .map(|wait| say!("throttled", "the service asks to wait {seconds} s", seconds = wait.as_secs().max(1)))
        });
        let (worked, shown) = tokio::join!(work.boxed(), show);
        let tally = match shown {
            Ok(tally) => tally,
            Err(error) => return Err((Tally::default(), error)),
        };
        match worked {
            Ok(()) => Ok(tally),
            Err(error) => Err((tally, error)),
        }
    }
}

/// Cancels after a while, unless the guard is dropped before.
fn cancel_after(token: &CancellationToken, after: Duration) -> tokio_util::task::AbortOnDropHandle<()> {
    let token = token.clone();
    tokio_util::task::AbortOnDropHandle::new(tokio::spawn(async move {
        tokio::time::sleep(after).await;
        token.cancel();
    }))
}

/// Cancels `hard` a while after `soft`.
fn sweep(soft: &CancellationToken, hard: &CancellationToken) -> tokio_util::task::AbortOnDropHandle<()> {
    let (soft, hard) = (soft.clone(), hard.clone());
    tokio_util::task::AbortOnDropHandle::new(tokio::spawn(async move {
        soft.cancelled().await;
        tokio::time::sleep(GRACE).await;
        hard.cancel();
    }))
}
