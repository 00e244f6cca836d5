//! `Unblock-M365User`: allow sign-in again and read it back.

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
#[serde(deny_unknown_fields, default)]
struct Own {}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let Own {} = request.rest()?;
    let steps = vec![Step::new(Wanted::SignIn { allowed: true })];
    let order = Order::new(Operation::UnblockUser, who, how, steps);
    run::carry_out(order, session, reporter).await
}
