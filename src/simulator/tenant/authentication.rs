//! What is registered and required beside the password: per-user MFA, methods, preference, and the tenant's settings of it.

use super::preference::Preference;

/// What stands below a person's `authentication`. learn.microsoft.com/graph/api/resources/authentication
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Authentication {
    /// Per-user MFA.
    pub per_user_mfa: PerUserMfa,
    /// Registered methods, without the password.
    pub methods: Vec<Method>,
    /// How the second factor is proved by default.
    pub preference: Option<Preference>,
    /// The service picks the strongest method instead of the preferred one.
    pub system_preferred: bool,
}

/// Whether signing in with a password alone is enough, as far as this old switch has a say.
/// learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PerUserMfa {
    /// It is.
    #[default]
    Disabled,
    /// It is until a method is registered.
    Enabled,
    /// It is not.
    Enforced,
}

impl PerUserMfa {
    /// The service's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Enforced => "enforced",
        }
    }

    /// By the service's word, any case.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Disabled, Self::Enabled, Self::Enforced]
            .into_iter()
            .find(|state| state.word().eq_ignore_ascii_case(word))
    }
}

/// What the report of registrations showed when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Which report, counted from the tenant's beginning.
    pub report: u64,
    /// What stood below `authentication` then.
    pub authentication: Authentication,
}

/// A registered authentication method.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// Id within the person.
    pub id: String,
    /// For example `phoneAuthenticationMethod`.
    pub kind: String,
    /// The method's own properties, by the service's names.
    pub properties: serde_json::Map<String, serde_json::Value>,
}

/// The old MFA portal's service settings, as far as they have been seen. Undocumented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaServicePolicy {
    /// People may make app passwords.
    pub allow_app_passwords: bool,
    /// Federated people are not asked where their own directory has asked.
    pub skip_mfa_for_federated_users: bool,
    /// Devices may be remembered.
    pub remember_devices: bool,
    /// For how many days.
    pub remember_days: i64,
}
