//! `Get-Mailbox`, as far as it says whose a mailbox is.
//!
//! learn.microsoft.com/powershell/module/exchange/get-mailbox

use super::{
    cmdlet::Call,
    command::Parameters,
    failure::Failure,
    identity::Owner,
    listing::{self, Listed},
    object::{Object, Output},
};

pub(super) fn get(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    listing::list::<Whose>(call, parameters)
}

struct Whose;

impl Listed for Whose {
    const FILTERED: &'static [&'static str] =
        &["Alias", "DisplayName", "ExternalDirectoryObjectId", "Name", "PrimarySmtpAddress", "UserPrincipalName"];

    fn object(_: &Call<'_>, owner: Owner<'_>) -> Object {
        let profile = owner.user.profile.latest();
        Object::default()
            .text("Identity", profile.mail_nickname.as_str())
            .text("Name", profile.mail_nickname.as_str())
            .text("Alias", profile.mail_nickname.as_str())
            .text("DisplayName", profile.display_name.as_str())
            .text("UserPrincipalName", profile.user_principal_name.as_str())
            .text("PrimarySmtpAddress", owner.primary_address())
            .texts("EmailAddresses", &profile.proxy_addresses)
            .text("ExternalDirectoryObjectId", owner.user.id.to_string())
            .text("RecipientType", "UserMailbox")
            .text("RecipientTypeDetails", "UserMailbox")
            .flag("IsDirSynced", profile.on_premises_sync_enabled == Some(true))
            .flag("AccountDisabled", !profile.account_enabled)
            .id("Guid", owner.mailbox_id())
            .id("ExchangeGuid", owner.mailbox_id())
    }

    fn value(_: &Call<'_>, owner: Owner<'_>, property: &str) -> String {
        let profile = owner.user.profile.latest();
        match property {
            "DisplayName" => profile.display_name.clone(),
            "UserPrincipalName" => profile.user_principal_name.clone(),
            "PrimarySmtpAddress" => owner.primary_address().to_owned(),
            "ExternalDirectoryObjectId" => owner.user.id.to_string(),
            _ => profile.mail_nickname.clone(),
        }
    }
}
