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

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) use execute::{Secret, Summary};
pub(crate) use how::How;
pub(crate) use plan::{Step, Steps};

use self::{
    confirm::Consent,
    execute::{Execution, Seen},
    feed::Shown,
    guard::{Candidate, Guard, Scope},
    journal::{ChangePlan, Journal, NewRun, RunHandle},
    outcome::Record,
    plan::Plan,
    tally::Tally,
};
use crate::{
    change::{Change, Outcome, State, Subject, Wanted},
    error::{Code, Error, Result},
    event::{Counts, End, EndState, Level},
    job::Reporter,
    say,
    service::{Services, directory::RoleHolders, exchange::Exchange, graph::Graph, identity, user},
    session::{Connected, identity::Identity},
    target::{self, Selection, Who},
};

/// States that a rehearsal reads at once.
const REHEARSED_AT_ONCE: usize = 256;
/// How long requests that are under way may take to come to an end after the caller wants to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What an operation wants done.
#[derive(Debug)]
pub(crate) struct Order {
    /// The cmdlet.
    pub(crate) operation: &'static str,
    pub(crate) who: Subjects,
    pub(crate) how: How,
    /// What is done to each of them, in order.
    pub(crate) steps: Steps,
    pub(crate) secret: Secret,
    /// What a person's outcomes amount to, if the caller wants to know.
    pub(crate) summary: Option<Summary>,
}

impl Order {
    pub(crate) fn new(
        operation: impl Into<&'static str>,
        who: impl Into<Subjects>,
        how: How,
        steps: impl Into<Steps>,
    ) -> Self {
        Self {
            operation: operation.into(),
            who: who.into(),
            how,
            steps: steps.into(),
            secret: Secret::default(),
            summary: None,
        }
    }

    /// With passwords that the caller gives or wants to see.
    pub(crate) fn secret(self, secret: Secret) -> Self {
        Self { secret, ..self }
    }

    /// With a record of what each person's outcomes amount to.
    pub(crate) fn summary(self, summary: Summary) -> Self {
        Self { summary: Some(summary), ..self }
    }
}

/// Whom an order is about.
#[derive(Debug)]
pub(crate) enum Subjects {
    /// People, who are selected first.
    People(Who),
    /// People who have been selected already.
    Selected(Selection),
    /// The tenant itself: nobody is selected, and there is nobody to be protected from it.
    Tenant,
}

impl From<Who> for Subjects {
    fn from(who: Who) -> Self {
        Self::People(who)
    }
}

impl From<Selection> for Subjects {
    fn from(selection: Selection) -> Self {
        Self::Selected(selection)
    }
}

impl Subjects {
    /// Whether everybody in the tenant was selected.
    fn all(&self) -> bool {
        matches!(self, Self::People(who) if who.all)
    }

    /// The people; those who have been selected already can be had once.
    async fn select(&mut self, graph: &Graph, reporter: &Reporter) -> Result<Selection> {
        match self {
            Self::People(who) => target::resolve(who, graph, reporter).boxed().await,
            Self::Selected(selection) => Ok(std::mem::take(selection)),
            Self::Tenant => Ok(Selection::default()),
        }
    }
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
    let touched: Vec<Candidate<'_>> =
        candidates.iter().copied().filter(|candidate| !protected.contains_key(&candidate.person.id)).collect();
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
    let work = Work { order: &order, ground: &ground, plan: &plan, protected: &protected, reporter };

    let scope = Scope { all: order.who.all(), counted: false, tenant_size: ground.selection.tenant_size };
    let caps = guard.caps(&touched, &order.how, scope, &graph).await;
    let Some(journal) = journal else {
        if let Err(error) = caps {
            reporter.note(Level::Warning, refused_for_real(&error)).await;
        }
        return work.rehearse(session).await;
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
        let run = work.new_run();
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
    work.run(&journal, session, &declined).await
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

/// Everything that must be known before the first write, read side by side.
async fn survey(order: &mut Order, graph: &Graph, reporter: &Reporter) -> Result<Ground> {
    let settings = graph.session().settings()?;
    let emergency_accounts: &[String] = match order.who {
        Subjects::People(_) | Subjects::Selected(_) => &settings.emergency_account,
        Subjects::Tenant => &[],
    };
    let (identity, selection, holders, emergency) = tokio::join!(
        identity::identity(graph),
        order.who.select(graph, reporter),
        graph.role_holders(),
        guard::emergency_accounts(emergency_accounts, graph),
    );
    let identity = identity?;
    // What is missing for the operation itself is said before what its preparations stumbled over.
    identity::require(graph.session(), &identity, order.operation, &order.steps.acts()).await?;
    let selection = selection?;
    let emergency = emergency?;
    let holders = match holders {
        Ok(holders) => holders,
        Err(error) if error.code() != Code::Forbidden => return Err(error),
        // Giving access back endangers nobody; taking it away without knowing who is an administrator might.
        Err(_) if !order.steps.every().any(Wanted::takes_access) => RoleHolders::default(),
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
        new_run(self.order, &self.ground.identity, Some(self.plan.digest.clone()))
    }

    /// People who were named and do not exist: a failed outcome each.
    fn missing(&self, run_id: &str) -> impl Iterator<Item = Record> {
        let kind = self.order.steps.every().next().map(Wanted::kind);
        self.ground.selection.missing.iter().zip(std::iter::repeat(kind)).filter_map(move |(missing, kind)| {
            let record = Record::new(missing.name.clone(), None, kind?, Outcome::Failed, run_id);
            Some(record.because(&missing.error))
        })
    }

    /// Shows the plan, or writes it to a file; nothing is sent.
    async fn rehearse(&self, session: &Arc<Connected>) -> Result<End> {
        let mut tally = Tally::default();
        let mut records: Vec<Record> = self.missing("").collect();
        let cancelled = self.reporter.cancelled();
        let services = self.services(session, cancelled, cancelled);
        let changes: Vec<_> =
            self.known().into_iter().map(|(change, state)| self.rehearsed(change, state, &services).boxed()).collect();
        let mut rehearsed = stream::iter(changes).buffered(REHEARSED_AT_ONCE);
        while let Some(record) = rehearsed.next().await {
            self.reporter.check()?;
            records.push(record);
        }
        drop(rehearsed);
        for record in &records {
            tally.add(record.outcome, record.code);
        }
        if let Some(path) = &self.order.how.plan_path {
            self.save(path)?;
        }
        self.reporter.records("Outcome", &records).await?;
        Ok(tally.end(EndState::Completed, None))
    }

    /// Each change, with the state before as far as selecting has shown it.
    fn known(&self) -> Vec<(&Change, Option<State>)> {
        let people: BTreeMap<&str, &user::Person> = self
            .ground
            .selection
            .people
            .iter()
            .map(|selected| (selected.person.id.as_str(), &selected.person))
            .collect();
        let known = |change: &Change| change.wanted.known(people.get(change.subject.user_id.as_str())?);
        self.plan.changes.iter().map(|change| (change, known(change))).collect()
    }

    /// What would become of a change.
    async fn rehearsed(&self, change: &Change, known: Option<State>, services: &Services) -> Record {
        let mut record = Record::about(&change.subject, change.wanted.kind(), Outcome::Planned, "");
        record.wanted = change.wanted.word();
        let protected = self.protected.get(&change.subject.user_id).filter(|_| change.wanted.hinders());
        let state = match known {
            Some(state) => Some(Ok(state)),
            None if protected.is_some() => None,
            None => Some(change.wanted.read_before(&change.subject, services).await),
        };
        let state = match state.transpose() {
            Ok(state) => state,
            Err(error) => return record.because(&error),
        };
        if let Some(state) = &state {
            record.before = change.wanted.state_word(state);
            record.wanted = change.wanted.word_given(state);
        }
        if let Some(error) = protected {
            record.outcome = Outcome::Refused;
            return record.because(error);
        }
        let Some(state) = &state else { return record };
        if let Some((_, error)) = change.wanted.impossible(state, &self.ground.identity) {
            return record.because(&error);
        }
        match change.wanted.caveat(state) {
            Some(caveat) => record.saying(caveat),
            None => record,
        }
    }

    /// The services, for as long as `cancel` is not cancelled; once `stop` is, no write to Graph leaves any more.
    fn services(&self, session: &Arc<Connected>, cancel: &CancellationToken, stop: &CancellationToken) -> Services {
        let graph = Graph::stopping(Arc::clone(session), cancel.clone(), stop.clone());
        let identity = Arc::clone(&self.ground.identity);
        let exchange = Exchange::new(Arc::clone(session), cancel.clone(), Arc::clone(&identity));
        Services { graph, exchange, identity }
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
        let services = self.services(session, &hard, &stop);
        let result = self.execute(&services, &handle, &run_id, &stop, declined).await;
        let (tally, outcome) = match result {
            Ok(tally) => (tally, None),
            Err((tally, error)) => (tally, Some(error)),
        };
        let state = if let Some(error) = &outcome {
            self.reporter.error(error).await;
            EndState::Interrupted
        } else if tally.total() >= self.total() && !tally.stopped() {
            EndState::Completed
        } else if self.reporter.cancelled().is_cancelled() {
            EndState::Cancelled
        } else {
            EndState::Interrupted
        };
        let mut end = tally.end(state, Some(run_id));
        end.error = outcome.map(|error| error.facts().clone());
        if state == EndState::Interrupted && end.error.is_none() {
            let sentence =
                say!("time_limit", "the time limit has passed; what was not begun can be done by resuming the run");
            end.error = Some(Error::new(Code::TimeLimit, sentence).facts().clone());
        }
        handle
            .end(journal::Summary { state: end.state.into(), exit_code: end.exit_code, error: end.error.clone() })
            .await?;
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
            summary: self.order.summary,
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
                if sink.send(Shown::Outcome(Box::new(record))).await.is_err() {
                    return Ok(());
                }
            }
            execution.run(sink).await
        };
        let session = Arc::clone(services.graph.session());
        let show = feed.show(self.reporter, self.total(), || {
            session
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
