//! By which protocols programs reach a person's mailbox: the switches of `Set-CASMailbox`.
//!
//! Only what differs is written, and the state before is kept switch by switch: sending by SMTP knows a third state, in
//! which the organisation decides, and whoever restores "open" instead gives more than there was.
//! learn.microsoft.com/powershell/module/exchange/set-casmailbox

use super::{Outcome, Subject, Verdict, Word};
use crate::{
    error::{Code, Error, Result},
    say,
    service::{
        Services,
        exchange::protocol::{Access, Accesses, Protocol},
    },
};

/// The switches that are not yet as wanted.
fn differing(wanted: &Accesses, now: &Accesses) -> Accesses {
    wanted.iter().filter(|(protocol, access)| now.get(protocol) != Some(access)).map(|(p, a)| (*p, *a)).collect()
}

pub(super) async fn read(subject: &Subject, services: &Services) -> Result<Option<Accesses>> {
    services.exchange.mailbox(&subject.user_id, &subject.user).await
}

pub(super) fn already(wanted: &Accesses, before: Option<&Accesses>) -> bool {
    before.is_some_and(|before| differing(wanted, before).is_empty())
}

/// Guests and people without a licence have no mailbox: there is nothing to be closed.
pub(super) fn impossible(subject_has: Option<&Accesses>) -> Option<(Outcome, Error)> {
    if subject_has.is_some() {
        return None;
    }
    Some((Outcome::Skipped, no_mailbox()))
}

/// The reason why somebody is left alone.
pub(crate) fn no_mailbox() -> Error {
    Error::new(Code::NoMailbox, say!("no_mailbox", "this person has no mailbox in Exchange Online"))
}

pub(super) async fn apply(
    wanted: &Accesses,
    subject: &Subject,
    before: Option<&Accesses>,
    services: &Services,
) -> Result<Option<jiff::Timestamp>> {
    let missing = match before {
        Some(before) => differing(wanted, before),
        None => return Err(no_mailbox()),
    };
    services.exchange.set_mailbox(&subject.user_id, &subject.user, &missing).await
}

pub(super) fn judge(wanted: &Accesses, now: Option<&Accesses>) -> Verdict {
    if already(wanted, now) { Verdict::Reached } else { Verdict::NotYet }
}

/// The open protocols as a list. Where the organisation decides, nobody opened anything.
pub(super) fn word(accesses: &Accesses) -> Word {
    let open = accesses.iter().filter(|(_, access)| **access == Access::Open);
    Word::Many(open.map(|(protocol, _)| protocol.as_str().to_owned()).collect())
}

/// What will be open when the wanted switches are as wanted and the others as they were.
pub(super) fn word_given(wanted: &Accesses, before: &Accesses) -> Word {
    let mut then = before.clone();
    then.extend(wanted.iter().map(|(protocol, access)| (*protocol, *access)));
    word(&then)
}

pub(super) fn action(wanted: &Accesses) -> &'static str {
    if wanted.values().all(|access| *access == Access::Closed) {
        "close mailbox protocols"
    } else if wanted.values().all(|access| *access == Access::Open) {
        "open mailbox protocols"
    } else {
        "set mailbox protocols"
    }
}

/// What brings back the switches that were changed, each to the state that it had.
pub(super) fn restoring(wanted: &Accesses, before: &Accesses) -> Accesses {
    let changed = |protocol: &Protocol| wanted.contains_key(protocol);
    before.iter().filter(|(protocol, _)| changed(protocol)).map(|(p, a)| (*p, *a)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{
        change::{State, Wanted},
        service::{
            exchange::Exchange,
            graph::Graph,
            identity,
            user::{self, Person},
        },
        session::Connected,
    };

    fn accesses(of: &[(Protocol, Access)]) -> Accesses {
        of.iter().copied().collect()
    }

    #[test]
    fn what_the_organisation_decides_is_neither_open_nor_closed_and_comes_back_as_it_was() {
        let before = accesses(&[(Protocol::Pop, Access::Open), (Protocol::SmtpAuth, Access::Inherited)]);
        let wanted = accesses(&[(Protocol::SmtpAuth, Access::Closed)]);
        assert_eq!(word(&before), Word::Many(vec!["POP".into()]));
        assert_eq!(word_given(&wanted, &before), Word::Many(vec!["POP".into()]));
        assert!(!already(&wanted, Some(&before)));
        assert_eq!(restoring(&wanted, &before), accesses(&[(Protocol::SmtpAuth, Access::Inherited)]));
    }

    #[tokio::test]
    async fn closed_and_undone_sending_by_smtp_is_the_organisations_affair_again() {
        let session = Arc::new(Connected::open(r#"{"simulated":true,"simulatedUsers":20}"#));
        let (graph, cancel) = (Graph::new(Arc::clone(&session), CancellationToken::new()), CancellationToken::new());
        let identity = identity::identity(&graph).await.unwrap();
        let name = session.sign_in().await.unwrap().simulator.unwrap().samples.mailbox.clone();
        let person: Person = graph.read(user::read(&name)).await.unwrap().json().unwrap();
        let subject = Subject::from(&person);
        let exchange = Exchange::new(session, cancel, Arc::clone(&identity));
        let services = Services { graph, exchange, identity };

        let closed = Wanted::MailboxAccess { access: Protocol::ALL.iter().map(|one| (*one, Access::Closed)).collect() };
        let before = closed.read(&subject, &services).await.unwrap();
        let undone = closed.undone(&before).unwrap();
        let mut state = before.clone();
        for wanted in [&closed, &undone] {
            wanted.apply(&subject, &state, None, &services).await.unwrap();
            while !wanted.already(&state) {
                state = wanted.read(&subject, &services).await.unwrap();
            }
        }
        assert_eq!(state, before);
        let State::Mailbox(Some(accesses)) = state else { panic!("{state:?}") };
        assert_eq!(accesses[&Protocol::SmtpAuth], Access::Inherited);
    }

    #[test]
    fn only_what_differs_is_written() {
        let before = accesses(&[(Protocol::Pop, Access::Closed), (Protocol::Imap, Access::Open)]);
        let wanted = accesses(&[(Protocol::Pop, Access::Closed), (Protocol::Imap, Access::Closed)]);
        assert_eq!(differing(&wanted, &before), accesses(&[(Protocol::Imap, Access::Closed)]));
        assert_eq!(judge(&wanted, Some(&before)), Verdict::NotYet);
        assert_eq!(judge(&wanted, None), Verdict::NotYet);
    }
}
