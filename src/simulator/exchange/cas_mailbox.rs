//! `Get-CASMailbox` and `Set-CASMailbox`: by which protocols mailboxes can be reached.
//!
//! learn.microsoft.com/powershell/module/exchange/get-casmailbox,
//! learn.microsoft.com/powershell/module/exchange/set-casmailbox

use std::time::Duration;

use super::{
    cmdlet::Call,
    command::Parameters,
    failure::Failure,
    identity::{self, Owner},
    listing::{self, Listed},
    object::{Object, Output},
};
use crate::simulator::tenant::Mailbox;

/// A switch: the parameter, and where it is kept.
struct Switch {
    name: &'static str,
    read: fn(&Mailbox) -> bool,
    place: fn(&mut Mailbox) -> &mut bool,
}

macro_rules! switches {
    ($($name:literal $field:ident,)+) => {
        /// Every switch that is on or off.
        const SWITCHES: &[Switch] =
            &[$(Switch { name: $name, read: |mailbox| mailbox.$field, place: |mailbox| &mut mailbox.$field },)+];
        /// What a filter can name.
        const FILTERED: &[&str] = &[
            "Name", "DisplayName", "PrimarySmtpAddress", "ExternalDirectoryObjectId",
            SMTP, MAC, $($name,)+
        ];
    };
}

switches! {
    "ActiveSyncEnabled" active_sync_enabled,
    "OWAEnabled" owa_enabled,
    "OWAforDevicesEnabled" owa_for_devices_enabled,
    "MAPIEnabled" mapi_enabled,
    "EwsEnabled" ews_enabled,
    "PopEnabled" pop_enabled,
    "ImapEnabled" imap_enabled,
    "UniversalOutlookEnabled" universal_outlook_enabled,
    "OutlookMobileEnabled" outlook_mobile_enabled,
    "OneWinNativeOutlookEnabled" one_win_native_outlook_enabled,
    "MacOutlookEnabled" mac_outlook_enabled,
    "ECPEnabled" ecp_enabled,
}

/// Those with three states. Null follows the organisation, or says that nobody decided.
const SMTP: &str = "SmtpClientAuthenticationDisabled";
const MAC: &str = "EwsAllowMacOutlook";

pub(super) fn get(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    // Adds the names and ports of mail servers to the answer; this tenant has none to name.
    parameters.flag("ProtocolSettings")?;
    listing::list::<CasMailbox>(call, parameters)
}

struct CasMailbox;

impl Listed for CasMailbox {
    const FILTERED: &'static [&'static str] = FILTERED;

    fn object(call: &Call<'_>, owner: Owner<'_>) -> Object {
        let profile = owner.user.profile.latest();
        let mailbox = owner.mailbox.seen(call.now, Duration::ZERO);
        let object = Object::default()
            .text("Identity", profile.mail_nickname.as_str())
            .text("Name", profile.mail_nickname.as_str())
            .text("DisplayName", profile.display_name.as_str())
            .text("PrimarySmtpAddress", owner.primary_address())
            .texts("EmailAddresses", &profile.proxy_addresses)
            .text("ExternalDirectoryObjectId", owner.user.id.to_string())
            .id("Guid", owner.mailbox_id());
        let object = SWITCHES.iter().fold(object, |object, switch| object.flag(switch.name, (switch.read)(mailbox)));
        object.nullable(SMTP, mailbox.smtp_client_authentication_disabled).nullable(MAC, mailbox.ews_allow_mac_outlook)
    }

    fn value(call: &Call<'_>, owner: Owner<'_>, property: &str) -> String {
        let profile = owner.user.profile.latest();
        let mailbox = owner.mailbox.seen(call.now, Duration::ZERO);
        match property {
            "Name" => profile.mail_nickname.clone(),
            "DisplayName" => profile.display_name.clone(),
            "PrimarySmtpAddress" => owner.primary_address().to_owned(),
            "ExternalDirectoryObjectId" => owner.user.id.to_string(),
            SMTP => nullable(mailbox.smtp_client_authentication_disabled),
            MAC => nullable(mailbox.ews_allow_mac_outlook),
            _ => {
                let switch = SWITCHES.iter().find(|switch| switch.name == property);
                switch.map(|switch| (switch.read)(mailbox).to_string()).unwrap_or_default()
            }
        }
    }
}

fn nullable(flag: Option<bool>) -> String {
    flag.map_or_else(|| "null".to_owned(), |flag| flag.to_string())
}

pub(super) fn set(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    let key = parameters.mandatory("Identity")?;
    let mut wanted = Vec::new();
    for switch in SWITCHES {
        wanted.push((switch, parameters.flag(switch.name)?));
    }
    let (smtp, mac) = (parameters.nullable(SMTP)?, parameters.nullable(MAC)?);
    let rehearsal = parameters.finish()?;

    let mut tenant = call.world.tenant_mut();
    let owner = identity::find(&tenant, &key)?;
    let (id, name) = (owner.user.id.to_string(), owner.user.profile.latest().mail_nickname.clone());
    let mut mailbox = owner.mailbox.latest().clone();
    for (switch, wanted) in wanted {
        if let Some(wanted) = wanted {
            *(switch.place)(&mut mailbox) = wanted;
        }
    }
    smtp.set(&mut mailbox.smtp_client_authentication_disabled);
    mac.set(&mut mailbox.ews_allow_mac_outlook);
    if mailbox == *owner.mailbox.latest() {
        return Ok(Output::warning(format!(
            "The command completed successfully but no settings of '{name}' have been modified."
        )));
    }
    if !rehearsal && let Some(kept) = tenant.user_mut(&id).and_then(|user| user.mailbox.as_mut()) {
        kept.write(call.now, call.world.replication_delay(), mailbox);
    }
    Ok(Output::default())
}
