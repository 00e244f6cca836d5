//! Which cmdlets there are, and in whose roles they stand.
//!
//! Roles: learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2. Which of them suffices for which cmdlet is
//! nowhere listed; here recipients' settings take the two Exchange roles, the organisation's the greater of them.

use std::time::Instant;

use uuid::Uuid;

use super::{
    accepted_domain, cas_mailbox,
    command::{Command, Parameters},
    failure::Failure,
    group_member, mailbox,
    object::Output,
    organization, role,
};
use crate::simulator::{
    graph::assignments_of,
    wire::{Answer, Request},
    world::{Caller, World},
};

/// What a cmdlet needs to know.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) world: &'a World,
    pub(super) caller: &'a Caller,
    pub(super) request: &'a Request,
    /// The moment of the request: everything in one answer is seen at the same time.
    pub(super) now: Instant,
}

impl<'a> Call<'a> {
    pub(super) fn new(world: &'a World, caller: &'a Caller, request: &'a Request) -> Self {
        Self { world, caller, request, now: Instant::now() }
    }

    /// Whether the caller holds one of these roles over the whole tenant.
    pub(super) fn holds(&self, roles: &[Uuid]) -> bool {
        let principal = self.caller.user_id.unwrap_or(self.caller.service_principal_id);
        let tenant = self.world.tenant();
        let held = assignments_of(&tenant, principal);
        held.iter().any(|held| held.directory_scope_id == "/" && roles.contains(&held.role_definition_id))
    }

    /// The answer with what a cmdlet gave.
    pub(super) fn answer(&self, output: Output) -> Answer {
        Answer::json(200, &output.body(&self.world.base, self.request))
    }
}

/// What a cmdlet does with its parameters.
pub(super) type Run = fn(&Call<'_>, &mut Parameters) -> Result<Output, Failure>;

/// A cmdlet.
pub(super) struct Cmdlet {
    pub(super) name: &'static str,
    /// Any of these lets the caller run it.
    pub(super) roles: &'static [Uuid],
    pub(super) run: Run,
}

/// Who sees recipients.
const VIEW_RECIPIENTS: &[Uuid] = &[
    role::GLOBAL_ADMINISTRATOR,
    role::EXCHANGE_ADMINISTRATOR,
    role::EXCHANGE_RECIPIENT_ADMINISTRATOR,
    role::HELPDESK_ADMINISTRATOR,
    role::SECURITY_ADMINISTRATOR,
    role::GLOBAL_READER,
    role::SECURITY_READER,
];
/// Who changes recipients.
pub(super) const MANAGE_RECIPIENTS: &[Uuid] =
    &[role::GLOBAL_ADMINISTRATOR, role::EXCHANGE_ADMINISTRATOR, role::EXCHANGE_RECIPIENT_ADMINISTRATOR];
/// Who sees the organisation's settings.
pub(super) const VIEW_ORGANIZATION: &[Uuid] = &[
    role::GLOBAL_ADMINISTRATOR,
    role::EXCHANGE_ADMINISTRATOR,
    role::SECURITY_ADMINISTRATOR,
    role::GLOBAL_READER,
    role::SECURITY_READER,
];
/// Who changes them.
const MANAGE_ORGANIZATION: &[Uuid] = &[role::GLOBAL_ADMINISTRATOR, role::EXCHANGE_ADMINISTRATOR];

/// Every cmdlet of the command endpoint.
const CMDLETS: &[Cmdlet] = &[
    Cmdlet { name: "Get-CASMailbox", roles: VIEW_RECIPIENTS, run: cas_mailbox::get },
    Cmdlet { name: "Set-CASMailbox", roles: MANAGE_RECIPIENTS, run: cas_mailbox::set },
    Cmdlet { name: "Get-Mailbox", roles: VIEW_RECIPIENTS, run: mailbox::get },
    Cmdlet { name: "Get-DistributionGroupMember", roles: VIEW_RECIPIENTS, run: group_member::get },
    Cmdlet { name: "Get-OrganizationConfig", roles: VIEW_ORGANIZATION, run: organization::get },
    Cmdlet { name: "Set-OrganizationConfig", roles: MANAGE_ORGANIZATION, run: organization::set },
    Cmdlet { name: "Get-TransportConfig", roles: VIEW_ORGANIZATION, run: organization::get_transport },
    Cmdlet { name: "Get-AcceptedDomain", roles: VIEW_ORGANIZATION, run: accepted_domain::get },
];

/// Runs the command of a request.
pub(super) fn run(call: &Call<'_>) -> Result<Answer, Failure> {
    let Command { cmdlet, mut parameters } = Command::read(call.request)?;
    let known = CMDLETS.iter().find(|known| known.name.eq_ignore_ascii_case(&cmdlet));
    let cmdlet = known.filter(|known| call.holds(known.roles)).ok_or(Failure::Denied)?;
    Ok(call.answer((cmdlet.run)(call, &mut parameters)?))
}
