//! The documented Admin API: six endpoints, each with cmdlets of its own and no others. Mailbox protocols are in none.
//!
//! learn.microsoft.com/exchange/reference/admin-api-get-started. `Set-Mailbox` and the folder permissions are not played
//! here: their roles are held by nobody in this tenant.

use uuid::Uuid;

use super::{
    accepted_domain,
    cmdlet::{Call, MANAGE_RECIPIENTS, Run, VIEW_ORGANIZATION},
    command::Command,
    failure::Failure,
    group_member, mailbox, organization,
};
use crate::simulator::wire::Answer;

/// An endpoint: its cmdlets, and the roles that open it.
struct Endpoint {
    name: &'static str,
    roles: &'static [Uuid],
    cmdlets: &'static [(&'static str, Option<Run>)],
}

const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        name: "AcceptedDomain",
        roles: VIEW_ORGANIZATION,
        cmdlets: &[("Get-AcceptedDomain", Some(accepted_domain::get))],
    },
    Endpoint {
        name: "DistributionGroupMember",
        roles: MANAGE_RECIPIENTS,
        cmdlets: &[("Get-DistributionGroupMember", Some(group_member::get))],
    },
    Endpoint {
        name: "DynamicDistributionGroupMember",
        roles: MANAGE_RECIPIENTS,
        cmdlets: &[("Get-DynamicDistributionGroupMember", Some(group_member::get_dynamic))],
    },
    Endpoint {
        name: "Mailbox",
        roles: MANAGE_RECIPIENTS,
        cmdlets: &[("Get-Mailbox", Some(mailbox::get)), ("Set-Mailbox", None)],
    },
    Endpoint {
        name: "MailboxFolderPermission",
        roles: MANAGE_RECIPIENTS,
        cmdlets: &[
            ("Get-MailboxFolderPermission", None),
            ("Add-MailboxFolderPermission", None),
            ("Set-MailboxFolderPermission", None),
            ("Remove-MailboxFolderPermission", None),
        ],
    },
    Endpoint {
        name: "OrganizationConfig",
        roles: VIEW_ORGANIZATION,
        cmdlets: &[("Get-OrganizationConfig", Some(organization::get_core))],
    },
];

/// Answers at an endpoint.
pub(super) fn answer(call: &Call<'_>, name: &str) -> Result<Answer, Failure> {
    let endpoint =
        ENDPOINTS.iter().find(|endpoint| endpoint.name.eq_ignore_ascii_case(name)).ok_or_else(Failure::path)?;
    let Command { cmdlet, mut parameters } = Command::read(call.request)?;
    let (_, run) = endpoint.cmdlets.iter().find(|(known, _)| known.eq_ignore_ascii_case(&cmdlet)).ok_or_else(|| {
        Failure::bad(format!("The cmdlet '{cmdlet}' is not supported at the endpoint '{}'.", endpoint.name))
    })?;
    let run = run.filter(|_| call.holds(endpoint.roles)).ok_or_else(|| {
        Failure::forbidden(format!("The cmdlet '{cmdlet}' is in none of the roles that are assigned to you."))
    })?;
    Ok(call.answer(run(call, &mut parameters)?))
}
