//! `Set-M365MfaPolicy`: service settings of multi-factor authentication, written to an undocumented address and read back.

use std::sync::Arc;

use serde::Deserialize;

use super::{Operation, request::Request};
use crate::{
    change::Wanted,
    error::{Code, Error, Result},
    event::End,
    job::Reporter,
    run::{self, How, Order, Step, Subjects},
    say,
    session::Connected,
};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Own {
    /// People may make app passwords.
    app_passwords_allowed: Option<bool>,
    /// Devices are remembered for so many days; 0 remembers none.
    remember_devices_days: Option<u16>,
}

/// The most days for which the service remembers a device:
/// learn.microsoft.com/entra/identity/authentication/howto-mfa-mfasettings
const MOST_DAYS: u16 = 365;

pub(super) async fn run(session: &Arc<Connected>, request: &str, reporter: &Reporter) -> Result<End> {
    let mut request = Request::read(request)?;
    let how: How = request.take()?;
    let Own { app_passwords_allowed, remember_devices_days } = request.rest()?;
    if app_passwords_allowed.is_none() && remember_devices_days.is_none() {
        return Err(Error::new(
            Code::Argument,
            say!(
                "nothing_named",
                "no setting is named, so nothing is done; name {fields}",
                fields = "appPasswordsAllowed, rememberDevicesDays"
            ),
        ));
    }
    if let Some(days) = remember_devices_days.filter(|days| *days > MOST_DAYS) {
        return Err(Error::new(
            Code::Argument,
            say!(
                "days_too_many",
                "a device is remembered for {most} days at most, not for {days}",
                most = MOST_DAYS,
                days = days
            ),
        )
        .on("rememberDevicesDays"));
    }
    let steps = vec![Step::new(Wanted::MfaPolicy { app_passwords_allowed, remember_devices_days })];
    run::carry_out(Order::new(Operation::SetMfaPolicy, Subjects::Tenant, how, steps), session, reporter).await
}
