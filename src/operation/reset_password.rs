//! `Reset-M365Password`: a given or a generated password, read back, then the sessions.

use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Operation, request::Request};
use crate::{
    change::Wanted,
    error::Result,
    event::End,
    job::Reporter,
    run::{self, How, Order, Secret, Step},
    session::Connected,
    target::Who,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// The same for everybody; without it each person gets a generated one.
    password: Option<SecretString>,
    /// Put it into the outcome.
    show_password: bool,
    /// It need not be changed at the next sign-in.
    no_change_at_next_sign_in: bool,
    /// Leave the sessions alone, as far as the reset itself does.
    keep_sessions: bool,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let own: Own = request.rest()?;
    let mut steps = vec![Step::new(Wanted::Password { change_at_next_sign_in: !own.no_change_at_next_sign_in })];
    if !own.keep_sessions {
        // Sessions that were not begun with the password outlive its reset.
        steps.push(Step::after(Wanted::Sessions {}, 0));
    }
    let secret = Secret { given: own.password, show: own.show_password };
    let order = Order::new(Operation::ResetPassword, who, how, steps).secret(secret);
    run::carry_out(order, session, reporter).await
}
