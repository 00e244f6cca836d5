//! The rules about order, tried with every order that chance comes up with, against a model of a few lines.

use proptest::prelude::*;

use super::*;
use crate::run::journal::{entry::Settled, lease::Owner, read::tally};

const CHANGES: u32 = 3;

#[derive(Debug, Clone)]
enum Step {
    Intend(u32),
    Settle(u32, Outcome),
    Add(Outcome),
    Take,
    End(State),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop::sample::select(vec![
        Outcome::Verified,
        Outcome::Accepted,
        Outcome::Unchanged,
        Outcome::Planned,
        Outcome::Skipped,
        Outcome::Refused,
        Outcome::Failed,
        Outcome::Unknown,
    ])
}

fn step() -> impl Strategy<Value = Step> {
    // One change more than there is.
    prop_oneof![
        6 => (0..=CHANGES).prop_map(Step::Intend),
        6 => (0..=CHANGES, outcome()).prop_map(|(sequence, outcome)| Step::Settle(sequence, outcome)),
        1 => outcome().prop_map(Step::Add),
        1 => Just(Step::Take),
        1 => prop::sample::select(vec![State::Completed, State::Cancelled, State::Interrupted]).prop_map(Step::End),
    ]
}

#[derive(Debug, Clone, Default)]
struct Model {
    changes: Vec<(u32, Option<Outcome>)>,
    added: Vec<Outcome>,
    ended: Option<State>,
}

const SENT: [Outcome; 3] = [Outcome::Verified, Outcome::Accepted, Outcome::Unknown];

impl Model {
    /// Carries out a step if the rules allow it, and says whether they do.
    fn allows(&mut self, step: &Step) -> bool {
        let planned = CHANGES as usize;
        match *step {
            Step::Take => match self.ended {
                Some(State::Cancelled | State::Interrupted) => {
                    self.ended = None;
                    true
                }
                _ => false,
            },
            _ if self.ended.is_some() => false,
            Step::Intend(sequence) => {
                let Some((attempts, outcome)) = self.changes.get_mut(sequence as usize) else { return false };
                if outcome.is_some_and(Outcome::holds) {
                    return false;
                }
                (*attempts, *outcome) = (*attempts + 1, None);
                true
            }
            Step::Settle(sequence, new) => {
                let Some((attempts, outcome)) = self.changes.get_mut(sequence as usize) else { return false };
                if outcome.is_some_and(Outcome::holds) || (SENT.contains(&new) && *attempts == 0) {
                    return false;
                }
                *outcome = Some(new);
                true
            }
            Step::Add(outcome) => {
                if SENT.contains(&outcome) || self.added.len() > planned {
                    return false;
                }
                self.added.push(outcome);
                self.changes.push((0, Some(outcome)));
                true
            }
            Step::End(State::Completed) if self.changes.iter().any(|(_, outcome)| outcome.is_none()) => false,
            Step::End(state) => {
                self.ended = Some(state);
                true
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_journal_takes_what_the_rules_allow_and_nothing_else(steps in prop::collection::vec(step(), 1..25)) {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let (run, mut owner, now) = (new_run(), Owner::new(), Timestamp::now());
        let id = run.id.to_string();
        write::begin(&connection, &run, &plans(CHANGES), &owner, Lease::default(), now).unwrap();
        let mut model = Model { changes: vec![(0, None); CHANGES as usize], ..Model::default() };

        for step in steps {
            let settled = |outcome| Settled::of(&record(run.id, 0, outcome)).unwrap();
            // The rest of a plan is not the rules' affair: keep the journal as small as the model.
            if matches!(step, Step::Add(_)) && model.added.len() > CHANGES as usize {
                continue;
            }
            let savepoint = connection.savepoint().unwrap();
            let taken = match &step {
                Step::Intend(sequence) => write::intend(&savepoint, &id, &owner, &[(*sequence, intent(*sequence))], now),
                Step::Settle(sequence, outcome) => write::settle(&savepoint, &id, &owner, &[(*sequence, settled(*outcome))]),
                Step::Add(outcome) => write::add(&savepoint, &id, &owner, &[settled(*outcome)]),
                Step::Take => {
                    let new = Owner::new();
                    let taken = lease::take(&savepoint, &id, &new, Lease::default(), now);
                    if taken.is_ok() {
                        owner = new;
                    }
                    taken
                }
                Step::End(state) => write::end(&savepoint, &id, &owner, &Summary { state: *state, ..completed() }, now),
            };
            let allowed = model.allows(&step);
            prop_assert_eq!(taken.is_ok(), allowed, "{:?} on {:?}: {:?}", step, model, taken);
            if allowed {
                savepoint.commit().unwrap();
            }
        }

        prop_assert_eq!(audit::verify(&connection, &id).unwrap(), []);
        let rows = read::changes(&connection, &id).unwrap();
        let outcomes: Vec<_> = rows.iter().map(|row| (u32::try_from(row.attempts.len()).unwrap(), row.outcome)).collect();
        prop_assert_eq!(&outcomes, &model.changes);
        let tally = tally(&connection, &id, State::Interrupted).unwrap();
        prop_assert_eq!(tally.unsettled, model.changes.iter().filter(|(_, outcome)| outcome.is_none()).count() as u64);
    }
}
