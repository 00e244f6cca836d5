//! `Disable-M365MailboxAccess`: close the protocols by which programs reach mailboxes, and read it back.

use std::sync::Arc;

use super::{Operation, protocols::Protocols, request::Request};
use crate::{
    change::{Access, Protocol, Wanted},
    error::Result,
    event::End,
    job::Reporter,
    run::{self, How, Order, Step},
    session::Connected,
    target::Who,
};

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let protocols: Protocols = request.rest()?;
    let access = protocols.access(Access::Closed, Protocol::ALL.iter().copied())?;
    let steps = vec![Step::new(Wanted::MailboxAccess { access })];
    run::carry_out(Order::new(Operation::DisableMailboxAccess, who, how, steps), session, reporter).await
}
