//! What a run amounts to: counts, its worst outcome, its exit code.

use super::outcome::Record;
use crate::{
    change::Outcome,
    error::Code,
    event::{Counts, End, EndState},
};

/// Outcomes so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    worst: Option<Outcome>,
    /// Failures for want of permission or sign-in.
    denied: u64,
    /// Changes whose request had not left when the run was stopped.
    stopped: u64,
}

impl Tally {
    /// Counts what became of a change.
    pub(super) fn count(&mut self, record: &Record) {
        // What failed half done is no case of nothing done.
        self.add(record.outcome, record.code.filter(|_| !record.is_partly_done()));
    }

    fn add(&mut self, outcome: Outcome, code: Option<Code>) {
        let count = match outcome {
            Outcome::Verified => &mut self.counts.verified,
            Outcome::Accepted => &mut self.counts.accepted,
            Outcome::Unchanged => &mut self.counts.unchanged,
            Outcome::Planned => &mut self.counts.planned,
            Outcome::Skipped => &mut self.counts.skipped,
            Outcome::Refused => &mut self.counts.refused,
            Outcome::Failed => &mut self.counts.failed,
            Outcome::Unknown => &mut self.counts.unknown,
        };
        *count += 1;
        if outcome == Outcome::Failed
            && matches!(code, Some(Code::Forbidden | Code::Unauthenticated | Code::Unreachable))
        {
            self.denied += 1;
        }
        if outcome == Outcome::Skipped && code == Some(Code::Cancelled) {
            self.stopped += 1;
        }
        if self.worst.is_none_or(|worst| worst.severity() < outcome.severity()) {
            self.worst = Some(outcome);
        }
    }

    /// Whether the run was stopped before something that it had begun: then it did not come to its own end.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped > 0
    }

    pub(crate) fn total(&self) -> u64 {
        let Counts { verified, accepted, unchanged, planned, skipped, refused, failed, unknown } = self.counts;
        verified + accepted + unchanged + planned + skipped + refused + failed + unknown
    }

    /// 0 all well, 1 some failed, 2 refused by the guard, 3 unknown outcomes, 4 nothing could be done for want of
    /// permission or sign-in.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.worst {
            Some(Outcome::Unknown) => 3,
            Some(Outcome::Failed) => {
                let done = self.counts.verified + self.counts.accepted + self.counts.unchanged;
                if done == 0 && self.denied == self.counts.failed { 4 } else { 1 }
            }
            Some(Outcome::Refused) => 2,
            _ => 0,
        }
    }

    /// The end of a run that came to its own end or was stopped between changes.
    pub(crate) fn end(&self, state: EndState, run_id: Option<String>) -> End {
        let exit_code = if state == EndState::Completed { self.exit_code() } else { 5 };
        End {
            state,
            exit_code,
            run_id,
            outcome: self.worst.map(|worst| worst.as_str().to_owned()),
            counts: self.counts,
            error: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(outcomes: &[(Outcome, Option<Code>)]) -> u8 {
        let mut tally = Tally::default();
        for (outcome, code) in outcomes {
            tally.add(*outcome, *code);
        }
        tally.exit_code()
    }

    #[test]
    fn a_run_is_as_good_as_its_worst_change() {
        assert_eq!(exit(&[]), 0);
        assert_eq!(exit(&[(Outcome::Verified, None), (Outcome::Unchanged, None), (Outcome::Skipped, None)]), 0);
        assert_eq!(exit(&[(Outcome::Verified, None), (Outcome::Refused, Some(Code::ProtectedCaller))]), 2);
        assert_eq!(exit(&[(Outcome::Refused, None), (Outcome::Failed, Some(Code::NotFound))]), 1);
        assert_eq!(exit(&[(Outcome::Failed, None), (Outcome::Unknown, None), (Outcome::Verified, None)]), 3);
    }

    #[test]
    fn want_of_permission_is_told_apart_only_when_nothing_was_done() {
        assert_eq!(exit(&[(Outcome::Failed, Some(Code::Forbidden)), (Outcome::Skipped, None)]), 4);
        assert_eq!(exit(&[(Outcome::Failed, Some(Code::Forbidden)), (Outcome::Verified, None)]), 1);
    }
}
