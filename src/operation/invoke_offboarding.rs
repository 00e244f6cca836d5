//! `Invoke-M365Offboarding`: a person has left. Everything that takes access away, in the order that leaves no gap.
//!
//! Block, read back, password, revoke, mailbox: sessions are never revoked before the block is confirmed, and what does
//! not depend on a step that failed is done all the same.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, request::Request};
use crate::{
    change::{Access, Outcome, Protocol, Wanted},
    error::{Code, Result},
    event::End,
    job::Reporter,
    run::{self, How, Order, Secret, Step, Summary, outcome::Record},
    session::{Connected, permission::Act},
    target::Who,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Steps to leave out.
    skip: BTreeSet<Skip>,
    /// The same for everybody; without it each person gets a generated one.
    password: Option<SecretString>,
    /// Put it into the outcome.
    show_password: bool,
    /// It need not be changed at the next sign-in.
    no_change_at_next_sign_in: bool,
    /// Delete what is registered to prove the second factor, too.
    reset_mfa_methods: bool,
}

/// A step that can be left out. The block cannot: everything else leans on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Skip {
    Password,
    Sessions,
    Mailbox,
    MfaMethods,
}

/// The word by which a step can be left out.
pub(super) const fn left_out(act: Act) -> Option<&'static str> {
    match act {
        Act::Password => Some("Password"),
        Act::Sessions => Some("Sessions"),
        Act::MailboxAccess => Some("Mailbox"),
        Act::MfaMethods => Some("MfaMethods"),
        _ => None,
    }
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let own: Own = request.rest()?;
    let mut steps = vec![Step::new(Wanted::SignIn { allowed: false })];
    if !own.skip.contains(&Skip::Password) {
        steps.push(Step::new(Wanted::Password { change_at_next_sign_in: !own.no_change_at_next_sign_in }));
    }
    if !own.skip.contains(&Skip::Sessions) {
        steps.push(Step::after(Wanted::Sessions {}, 0));
    }
    if !own.skip.contains(&Skip::Mailbox) {
        let access = Protocol::ALL.iter().map(|protocol| (*protocol, Access::Closed)).collect();
        steps.push(Step::new(Wanted::MailboxAccess { access }));
    }
    if own.reset_mfa_methods && !own.skip.contains(&Skip::MfaMethods) {
        // Last, because the service lets few of these calls through; and never for somebody who can still sign in, whom
        // it would leave with a password alone.
        steps.push(Step::after(Wanted::MfaMethods { keep: BTreeSet::new() }, 0));
    }
    let secret = Secret { given: own.password, show: own.show_password };
    let summary = Summary { record_type: "Offboarding", of: summarise };
    let order =
        Order::new(Operation::InvokeOffboarding, who, how, steps).secret(secret).summary(summary).left_out(left_out);
    run::carry_out(order, session, reporter).await
}

/// What a person's outcomes amount to: the worst of them, and by when the good ones have taken hold.
fn summarise(records: &[Record]) -> Value {
    let first = records.first();
    // Who has no mailbox has none to be closed.
    let counting = records.iter().filter(|record| record.code != Some(Code::NoMailbox));
    let worst = counting.map(|record| record.outcome).max_by_key(|outcome| outcome.severity());
    let holding: Vec<&Record> = records.iter().filter(|record| record.outcome.holds()).collect();
    // Of what is done some holds at once, some when the last token has ended, some when a client asks again.
    let within = |more_than: SignedDuration, at_most: SignedDuration| -> Vec<&str> {
        let holding = holding.iter().filter(|record| {
            // Of what no page says when it holds, nothing is promised.
            let wait = record.effective_by.map(|by| by.duration_since(record.at));
            wait.is_some_and(|wait| wait > more_than && wait <= at_most)
        });
        holding.map(|record| record.change.as_str()).collect()
    };
    let (hour, day) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24));
    let effective_by: Option<Timestamp> = holding.iter().filter_map(|record| record.effective_by).max();
    json!({
        "user": first.map(|record| &record.user),
        "userId": first.and_then(|record| record.user_id.as_ref()),
        "displayName": first.and_then(|record| record.display_name.as_ref()),
        "outcome": worst.map(Outcome::as_str),
        "steps": records
            .iter()
            .map(|record| json!({ "change": record.change, "outcome": record.outcome, "code": record.code }))
            .collect::<Vec<_>>(),
        "atOnce": within(SignedDuration::MIN, SignedDuration::ZERO),
        "withinHour": within(SignedDuration::ZERO, hour),
        "withinDay": within(hour, day),
        "effectiveBy": effective_by,
        "runId": first.map(|record| &record.run_id),
    })
}
