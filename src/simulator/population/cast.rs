//! Who plays which part: the first people of a tenant are the samples that tests and demonstrations ask for, a few more
//! make its administrators interesting; everybody else is drawn.

/// Something that is to be true of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    GlobalAdmin,
    /// Global Administrator too, but blocked where the tenant is to have a last one.
    SecondGlobalAdmin,
    UserAdmin,
    HelpdeskAdmin,
    EligibleAdmin,
    /// Ordinary in every way.
    User,
    /// Ordinary, for changes to the mailbox.
    Mailbox,
    Guest,
    Synced,
    Federated,
    Disabled,
    /// Per-user MFA is enabled and nothing is registered.
    MfaEnabled,
    /// Per-user MFA is enforced, with methods.
    MfaEnforced,
    ManyMethods,
    Apostrophe,
    NoMailbox,
    AuthenticationAdmin,
    PrivilegedAuthenticationAdmin,
    ExchangeAdmin,
    PasswordAdmin,
    DirectoryReader,
    /// Holds a custom role.
    CustomRole,
    /// User Administrator of one administrative unit.
    ScopedAdmin,
    /// Member of the role-assignable group, which holds a role.
    Operator,
    /// Owner of the role-assignable group.
    OperatorsOwner,
    /// In the restricted management administrative unit.
    Executive,
    /// Was synchronised once.
    OnceSynced,
}

/// A tenant so small that some people play two parts; none that would contradict another.
const TIGHT: &[&[Part]] = &[
    &[Part::GlobalAdmin],
    &[Part::SecondGlobalAdmin],
    &[Part::UserAdmin],
    &[Part::HelpdeskAdmin],
    &[Part::EligibleAdmin, Part::Apostrophe],
    &[Part::User, Part::Mailbox],
    &[Part::Guest],
    &[Part::Synced, Part::MfaEnforced, Part::ManyMethods],
    &[Part::Federated, Part::MfaEnabled],
    &[Part::Disabled, Part::NoMailbox],
];

/// One part a person.
const ROOMY: &[&[Part]] = &[
    &[Part::GlobalAdmin],
    &[Part::SecondGlobalAdmin],
    &[Part::UserAdmin],
    &[Part::HelpdeskAdmin],
    &[Part::EligibleAdmin],
    &[Part::User],
    &[Part::Mailbox],
    &[Part::Guest],
    &[Part::Synced],
    &[Part::Federated],
    &[Part::Disabled],
    &[Part::MfaEnabled],
    &[Part::MfaEnforced],
    &[Part::ManyMethods],
    &[Part::Apostrophe],
    &[Part::NoMailbox],
    &[Part::AuthenticationAdmin],
    &[Part::PrivilegedAuthenticationAdmin],
    &[Part::ExchangeAdmin],
    &[Part::PasswordAdmin],
    &[Part::DirectoryReader],
    &[Part::CustomRole],
    &[Part::ScopedAdmin],
    &[Part::Operator],
    &[Part::Operator],
    &[Part::OperatorsOwner],
    &[Part::Executive],
    &[Part::OnceSynced],
];

/// People from which on everybody plays one part only.
const ENOUGH: u32 = 40;

/// The parts of the person who was made as the `index`-th of `users`.
pub(super) fn parts(users: u32, index: u32) -> &'static [Part] {
    let cast = if users < ENOUGH { TIGHT } else { ROOMY };
    usize::try_from(index).ok().and_then(|index| cast.get(index)).copied().unwrap_or_default()
}
