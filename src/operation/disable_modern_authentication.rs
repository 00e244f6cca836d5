//! `Disable-M365ModernAuthentication`: turn modern authentication off in the organisation, and read it back.

use std::sync::Arc;

use serde::Deserialize;

use super::{Operation, request::Request};
use crate::{
    change::Wanted,
    error::Result,
    event::End,
    job::Reporter,
    run::{self, How, Order, Step, Subjects},
    session::Connected,
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Own {}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let how: How = request.take()?;
    let Own {} = request.rest()?;
    let steps = vec![Step::new(Wanted::ModernAuthentication { on: false })];
    let order = Order::new(Operation::DisableModernAuthentication, Subjects::Tenant, how, steps);
    run::carry_out(order, session, reporter).await
}
