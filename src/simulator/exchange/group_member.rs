//! `Get-DistributionGroupMember` and its sister for dynamic groups, of which this tenant has none.
//!
//! learn.microsoft.com/exchange/reference/admin-api-endpoints-distribution-group-member

use uuid::Uuid;

use super::{
    cmdlet::Call,
    command::Parameters,
    failure::Failure,
    identity::Owner,
    object::{Object, Output},
};

pub(super) fn get(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    let identity = parameters.mandatory("Identity")?;
    let size = parameters.size("ResultSize")?.or(Some(1000)).unwrap_or(u64::MAX);
    parameters.finish()?;
    let tenant = call.world.tenant();
    let id = Uuid::try_parse(&identity).ok();
    let mut groups = tenant.groups.values().filter(|group| group.mail_enabled);
    let group = groups
        .find(|group| {
            id == Some(group.id)
                || group.display_name.eq_ignore_ascii_case(&identity)
                || group.mail_nickname.eq_ignore_ascii_case(&identity)
        })
        .ok_or_else(|| Failure::missing(&identity, &tenant.domain))?;
    let members = group.members.iter().filter_map(|member| tenant.user(&member.to_string()));
    let objects = members
        .take(usize::try_from(size).unwrap_or(usize::MAX))
        .map(|user| {
            let profile = user.profile.latest();
            let kind = if user.mailbox.is_some() { "UserMailbox" } else { "MailUser" };
            Object::default()
                .text("Identity", profile.mail_nickname.as_str())
                .text("Name", profile.mail_nickname.as_str())
                .text("DisplayName", profile.display_name.as_str())
                .optional("PrimarySmtpAddress", Owner::of(user).map(Owner::primary_address).or(profile.mail.as_deref()))
                .text("RecipientType", kind)
                .text("ExternalDirectoryObjectId", user.id.to_string())
        })
        .collect();
    Ok(Output { objects, ..Output::default() })
}

/// No group of this tenant is dynamic.
pub(super) fn get_dynamic(call: &Call<'_>, parameters: &mut Parameters) -> Result<Output, Failure> {
    let identity = parameters.mandatory("Identity")?;
    parameters.size("ResultSize")?;
    parameters.finish()?;
    Err(Failure::missing(&identity, &call.world.tenant().domain))
}
