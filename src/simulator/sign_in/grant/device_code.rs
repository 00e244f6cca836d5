//! The client of a device code asks whether the person has decided:
//! learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code.

use super::{
    super::{client, device::Decision, refusal::Refusal, request::Asked},
    give,
};
use crate::simulator::wire::Answer;

pub(super) fn answer(asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let tenant = asked.world.tenant();
    let client = client::any(asked, &tenant)?;
    let code = asked.form.required("device_code")?;
    let devices = &asked.world.sign_in.devices;
    let device = devices.polled(code, client.app.app_id, asked.world, asked.now)?;
    match device.decision {
        Decision::Pending => Err(Refusal::DevicePending),
        Decision::Declined => Err(Refusal::DeviceDeclined),
        Decision::Approved(sign_in) => {
            let answer = give(asked, &tenant, &client, &sign_in, sign_in.at, &device.wanted)?;
            // A code gives tokens once.
            devices.forget(code);
            Ok(answer)
        }
    }
}
