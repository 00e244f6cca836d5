//! Mailboxes, as far as it concerns by which protocols they can be reached.
//!
//! learn.microsoft.com/powershell/module/exchange/get-casmailbox,
//! learn.microsoft.com/powershell/module/exchange/set-casmailbox

use std::collections::BTreeMap;

use futures_util::{TryStreamExt, pin_mut};
use jiff::Timestamp;

use super::{
    Command, Exchange, Object,
    protocol::{Access, Accesses, Protocol},
    undecodable,
};
use crate::{
    error::{Error, Result},
    session::permission::Act,
};

/// The property with the owner's object id.
const OWNER: &str = "ExternalDirectoryObjectId";

fn properties() -> impl Iterator<Item = &'static str> {
    Protocol::ALL.iter().map(|protocol| protocol.property()).chain([OWNER])
}

impl Exchange {
    /// How the protocols of a person's mailbox stand; nothing if there is no mailbox.
    pub(crate) async fn mailbox(&self, user_id: &str, user_principal_name: &str) -> Result<Option<Accesses>> {
        let command = Command::new("Get-CASMailbox", Act::MailboxAccess)
            .with("Identity", user_id)
            .select(properties())
            .near(user_principal_name);
        self.one(&command).await?.map(|object| accesses(&object)).transpose()
    }

    /// The same of all mailboxes of the tenant, by their owners' object ids.
    pub(crate) async fn mailboxes(&self) -> Result<BTreeMap<String, Accesses>> {
        let command =
            Command::new("Get-CASMailbox", Act::MailboxAccess).with("ResultSize", "Unlimited").select(properties());
        let pages = self.all(command);
        pin_mut!(pages);
        let mut mailboxes = BTreeMap::new();
        while let Some(objects) = pages.try_next().await? {
            for object in objects {
                // Mailboxes without an owner in the directory are nobody's.
                if let Some(owner) =
                    object.get(OWNER).and_then(|owner| owner.as_str()).filter(|owner| !owner.is_empty())
                {
                    mailboxes.insert(owner.to_ascii_lowercase(), accesses(&object)?);
                }
            }
        }
        Ok(mailboxes)
    }

    /// Sets protocols and leaves the others as they are. Gives the service's time of its answer.
    pub(crate) async fn set_mailbox(
        &self,
        user_id: &str,
        user_principal_name: &str,
        wanted: &Accesses,
    ) -> Result<Option<Timestamp>> {
        let mut command =
            Command::new("Set-CASMailbox", Act::MailboxAccess).with("Identity", user_id).near(user_principal_name);
        for (protocol, access) in wanted {
            let value = access
                .value(*protocol)
                .ok_or_else(|| Error::internal(format_args!("{protocol} cannot be {access:?}")))?;
            command = command.with(protocol.property(), value);
        }
        self.execute(&command.with("Confirm", false)).await
    }
}

fn accesses(object: &Object) -> Result<Accesses> {
    Protocol::ALL
        .iter()
        .map(|protocol| {
            let property = protocol.property();
            let access = Access::read(*protocol, object.get(property));
            access.map(|access| (*protocol, access)).ok_or_else(|| undecodable(property))
        })
        .collect()
}
