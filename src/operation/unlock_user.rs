//! `Unlock-M365User`: a new password, then sign-in allowed, each read back.
//!
//! A lock by bad attempts cannot be read or lifted through any interface and ends by itself; what can be done is to give
//! the person a password that nobody else is guessing at, and to see that the account is not blocked.

use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Operation, request::Request};
use crate::{
    change::Wanted,
    error::Result,
    event::{End, Level},
    job::Reporter,
    run::{self, How, Order, Secret, Step},
    say,
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
    let mut steps = vec![
        Step::new(Wanted::Password { change_at_next_sign_in: !own.no_change_at_next_sign_in }),
        // Allowed with the old password, the account would be as open to whoever knows it as before.
        Step::after(Wanted::SignIn { allowed: true }, 0),
    ];
    if !own.keep_sessions {
        steps.push(Step::after(Wanted::Sessions {}, 0));
    }
    let sentence = say!(
        "smart_lockout",
        "a lock by bad attempts cannot be read or lifted through any interface: it ends by itself, after a minute at first, and after longer each further time; people can end it themselves by self-service password reset"
    );
    reporter.note(Level::Information, sentence).await;
    let secret = Secret { given: own.password, show: own.show_password };
    let order = Order::new(Operation::UnlockUser, who, how, steps).secret(secret);
    run::carry_out(order, session, reporter).await
}
