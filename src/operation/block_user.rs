//! `Block-M365User`: block sign-in, read it back, revoke sessions, read that back.

use std::sync::Arc;

use serde::Deserialize;

use super::{Operation, request::Request};
use crate::{
    change::Wanted,
    error::Result,
    event::End,
    job::Reporter,
    run::{self, How, Order, Step},
    session::Connected,
    target::Who,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// Leave the sessions alone.
    keep_sessions: bool,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let Own { keep_sessions } = request.rest()?;
    let mut steps = vec![Step::new(Wanted::SignIn { allowed: false })];
    if !keep_sessions {
        // Ended before the block is confirmed, sessions could begin anew.
        steps.push(Step::after(Wanted::Sessions {}, 0));
    }
    let order = Order::new(Operation::BlockUser, who, how, steps);
    run::carry_out(order, session, reporter).await
}
