//! Resource owner password: learn.microsoft.com/entra/identity-platform/v2-oauth-ropc.

use jiff::Timestamp;

use super::{
    super::{
        client,
        person::{self, SignIn},
        refusal::Refusal,
        request::{Asked, Authority},
        scope,
    },
    give,
};
use crate::simulator::wire::Answer;

pub(super) fn answer(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let (app_id, wanted) = {
        let tenant = asked.world.tenant();
        if asked.authority(&tenant)? == Authority::Common {
            return Err(Refusal::CommonNotServed);
        }
        (client::any(asked, &tenant)?.app.app_id, scope::required(asked, &tenant)?)
    };
    let (name, password) = (asked.form.required("username")?, asked.form.required("password")?);
    let user_id = person::check_password(asked.world, name, password)?;
    let at = Timestamp::now();
    // The password was checked under a lock of its own: whoever is disabled, or loses all sessions, in between is
    // refused here.
    let tenant = asked.world.tenant();
    let sign_in = SignIn { user_id, app_id, at, second_factor: false };
    give(asked, &tenant, &client::any(asked, &tenant)?, &sign_in, at, &wanted)
}
