//! Refresh tokens: learn.microsoft.com/entra/identity-platform/refresh-tokens.
//!
//! Each use gives a new one and leaves the old one valid. They are bound to a person and a client, not to a service.

use super::{
    super::{client, refusal::Refusal, request::Asked, scope},
    give,
};
use crate::simulator::wire::Answer;

pub(super) fn answer(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let tenant = asked.world.tenant();
    let client = client::any(asked, &tenant)?;
    let token = asked.form.required("refresh_token")?;
    let known = asked.world.sign_in.refresh(token).ok_or(Refusal::RefreshInvalid)?;
    if known.sign_in.app_id != client.app.app_id {
        return Err(Refusal::RefreshInvalid);
    }
    if known.end <= asked.now {
        return Err(Refusal::RefreshExpired);
    }
    // What is not asked for anew is what was given last; and a client that has a refresh token gets the next one.
    let mut wanted = scope::wanted(asked, &tenant)?.unwrap_or(known.wanted);
    wanted.offline = true;
    give(asked, &tenant, &client, &known.sign_in, known.issued, &wanted)
}
