//! `Enable-M365MailboxAccess`: open the protocols by which programs reach mailboxes, and read it back.

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
    // Sending by SMTP with a password is the one that nobody gets by default: it is opened when it is named.
    let usual = Protocol::ALL.iter().copied().filter(|protocol| *protocol != Protocol::SmtpAuth);
    let access = protocols.access(Access::Open, usual)?;
    let steps = vec![Step::new(Wanted::MailboxAccess { access })];
    run::carry_out(Order::new(Operation::EnableMailboxAccess, who, how, steps), session, reporter).await
}
