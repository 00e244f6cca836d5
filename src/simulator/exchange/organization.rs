//! `Get-OrganizationConfig`, `Set-OrganizationConfig`, `Get-TransportConfig`: settings of the organisation as a whole.
//!
//! learn.microsoft.com/powershell/module/exchange/set-organizationconfig

use std::time::Duration;

use super::{
    cmdlet::Call,
    command::Parameters,
    failure::Failure,
    object::{Object, Output},
};
use crate::simulator::tenant::ExchangeOrganization;

pub(super) fn get(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    parameters.finish()?;
    let settings = seen(call);
    Ok(Output::one(
        core(call)
            .flag("OAuth2ClientProfileEnabled", settings.oauth2_client_profile_enabled)
            .nullable("EwsEnabled", settings.ews_enabled)
            .optional("EwsAllowedAppIDs", settings.ews_allowed_app_ids.as_deref()),
    ))
}

/// What the documented interface shows: MailTips and what names the organisation.
/// learn.microsoft.com/exchange/reference/admin-api-endpoints-organization-config
pub(super) fn get_core(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    parameters.finish()?;
    Ok(Output::one(core(call)))
}

fn core(call: &Call<'_>) -> Object {
    let tenant = call.world.tenant();
    Object::default()
        .text("Name", tenant.domain.as_str())
        .text("Identity", tenant.domain.as_str())
        .text("Id", tenant.domain.as_str())
        .id("Guid", tenant.id)
        .flag("MailTipsAllTipsEnabled", true)
        .flag("MailTipsExternalRecipientsTipsEnabled", false)
        .number("MailTipsLargeAudienceThreshold", 25)
}

pub(super) fn get_transport(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    parameters.finish()?;
    let settings = seen(call);
    let object = Object::default().text("Name", "Transport Settings").text("Identity", "Transport Settings");
    Ok(Output::one(object.flag("SmtpClientAuthenticationDisabled", settings.smtp_client_authentication_disabled)))
}

pub(super) fn set(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    let modern = parameters.flag("OAuth2ClientProfileEnabled")?;
    let ews = parameters.nullable("EwsEnabled")?;
    let apps = parameters.list("EwsAllowedAppIDs")?;
    let rehearsal = parameters.finish()?;
    let mut tenant = call.world.tenant_mut();
    let mut settings = tenant.exchange.latest().clone();
    if let Some(modern) = modern {
        settings.oauth2_client_profile_enabled = modern;
    }
    ews.set(&mut settings.ews_enabled);
    apps.set(&mut settings.ews_allowed_app_ids);
    if settings == *tenant.exchange.latest() {
        let name = &tenant.domain;
        return Ok(Output::warning(format!(
            "The command completed successfully but no settings of '{name}' have been modified."
        )));
    }
    if !rehearsal {
        tenant.exchange.write(call.now, call.world.replication_delay(), settings);
    }
    Ok(Output::default())
}

fn seen(call: &Call<'_>) -> ExchangeOrganization {
    call.world.tenant().exchange.seen(call.now, Duration::ZERO).clone()
}
