//! Whose mailbox is meant.

use uuid::Uuid;

use super::failure::Failure;
use crate::simulator::tenant::{Mailbox, Replicated, Tenant, User};

/// A person with a mailbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) user: &'a User,
    pub(super) mailbox: &'a Replicated<Mailbox>,
}

impl<'a> Owner<'a> {
    pub(super) fn of(user: &'a User) -> Option<Self> {
        Some(Self { user, mailbox: user.mailbox.as_ref()? })
    }

    /// The mailbox's own id, which is not the person's.
    pub(super) fn mailbox_id(self) -> Uuid {
        Uuid::new_v5(&self.user.id, b"mailbox")
    }

    /// The address that mail comes from.
    pub(super) fn primary_address(self) -> &'a str {
        let profile = self.user.profile.latest();
        let primary = profile.proxy_addresses.iter().find_map(|address| address.strip_prefix("SMTP:"));
        primary.or(profile.mail.as_deref()).unwrap_or(&profile.user_principal_name)
    }

    /// Whether this is the one by an address, an alias, the name or the mailbox's id.
    fn answers_to(self, identity: &str) -> bool {
        let profile = self.user.profile.latest();
        let addresses = profile.proxy_addresses.iter().filter_map(|address| address.split_once(':'));
        let mut names = addresses.map(|(_, address)| address).chain([profile.mail_nickname.as_str()]);
        names.any(|name| name.eq_ignore_ascii_case(identity))
            || Uuid::try_parse(identity).is_ok_and(|id| id == self.mailbox_id())
    }
}

/// All mailboxes, in the order in which they are listed.
pub(super) fn owners(tenant: &Tenant) -> impl Iterator<Item = Owner<'_>> {
    tenant.users.iter().filter_map(Owner::of)
}

/// The mailbox by its owner's id or user principal name, by any address, by alias, or by its own id.
pub(super) fn find<'a>(tenant: &'a Tenant, identity: &str) -> Result<Owner<'a>, Failure> {
    if let Some(owner) = tenant.user(identity).and_then(Owner::of) {
        return Ok(owner);
    }
    let mut found = owners(tenant).filter(|owner| owner.answers_to(identity));
    match (found.next(), found.next()) {
        (Some(owner), None) => Ok(owner),
        (None, _) => Err(Failure::missing(identity, &tenant.domain)),
        (Some(_), Some(_)) => Err(Failure::ambiguous(identity)),
    }
}
