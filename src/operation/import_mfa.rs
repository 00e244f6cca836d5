//! `Import-M365Mfa`: per-user MFA states from a list, as the old portal took them.
//!
//! The list is checked as a whole before the first write, against itself and against the directory; its people are never
//! created.

use std::{fmt, sync::Arc};

use serde::Deserialize;

use super::{Operation, done, request::Request, set_mfa::beside_the_point};
use crate::{
    change::{Kind, Wanted},
    error::Result,
    event::{End, Level},
    job::Reporter,
    run::{self, How, Order, Step, Steps},
    say,
    service::{graph::Graph, mfa::MfaState},
    session::Connected,
    target::{self, Assigned, Column, Who},
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Check the list, and do nothing with it.
    validate_only: bool,
}

/// What is wanted of somebody on the list.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Listed(MfaState);

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// The column of the old portal's file, and as `Get-M365Mfa` exports it.
const STATUS: Column<Listed> = Column {
    names: &["MFA Status", "MFAStatus", "MFA State", "MfaState"],
    words: "Enabled, Enforced, Disabled",
    read: |word| MfaState::named(word).map(Listed),
};

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let Own { validate_only } = request.rest()?;
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    let Assigned { selection, wanted } = target::assign(&who, &STATUS, &graph, reporter).await?;
    if validate_only {
        for missing in &selection.missing {
            reporter.error(&missing.error).await;
        }
        let sentence = say!(
            "list_checked",
            "the list was checked and nothing was done; people on it: {people}, faulty lines: {faults}",
            people = selection.people.len(),
            faults = selection.missing.len()
        );
        reporter.note(Level::Information, sentence).await;
        return Ok(End { exit_code: u8::from(!selection.missing.is_empty()), ..done() });
    }
    beside_the_point(session, reporter).await?;
    let steps = wanted.into_iter().map(|(id, Listed(state))| (id, vec![Step::new(Wanted::Mfa { state })])).collect();
    let order = Order::new(Operation::ImportMfa, selection, how, Steps::Own(Kind::Mfa, steps));
    run::carry_out(order, session, reporter).await
}
