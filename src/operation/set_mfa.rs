//! `Set-M365Mfa`: the per-user MFA state of people, read back.

use std::sync::Arc;

use serde::Deserialize;

use super::{Operation, request::Request};
use crate::{
    change::Wanted,
    error::{Code, Error, Result},
    event::{End, Level},
    job::Reporter,
    run::{self, How, Order, Step},
    say,
    service::{graph::Graph, mfa::MfaState},
    session::Connected,
    target::Who,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    /// `Enabled`, `Enforced` or `Disabled`.
    state: String,
}

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let (who, how): (Who, How) = (request.take()?, request.take()?);
    let state = named(&request.rest::<Own>()?.state)?;
    who.check()?;
    beside_the_point(session, reporter).await?;
    let order = Order::new(Operation::SetMfa, who, how, vec![Step::new(Wanted::Mfa { state })]);
    run::carry_out(order, session, reporter).await
}

/// The state that a word names.
fn named(word: &str) -> Result<MfaState> {
    MfaState::named(word).ok_or_else(|| {
        let sentence = say!(
            "mfa_word_unknown",
            "'{word}' is no MFA state: Enabled, Enforced or Disabled is expected",
            word = word
        );
        Error::new(Code::Argument, sentence).on("state")
    })
}

/// Says so where security defaults leave per-user MFA without a say. Whoever may set states need not be allowed to read
/// that policy; then nothing is said.
pub(super) async fn beside_the_point(session: &Arc<Connected>, reporter: &Reporter) -> Result<()> {
    let graph = Graph::new(Arc::clone(session), reporter.cancelled().clone());
    match graph.security_defaults().await {
        Ok(true) => reporter.note(Level::Warning, security_defaults_on()).await,
        Err(error) if error.code() == Code::Cancelled => return Err(error),
        Ok(false) | Err(_) => {}
    }
    Ok(())
}

/// learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
pub(super) fn security_defaults_on() -> crate::sentence::Sentence {
    say!(
        "security_defaults_on",
        "security defaults are on in this tenant: they decide about MFA, whatever the per-user state says"
    )
}
