//! How a person prefers to prove the second factor.

use super::authentication::Method;

/// How a person prefers to prove the second factor: `userPreferredMethodForSecondaryAuthentication`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the names are the service's own: learn.microsoft.com/graph/api/resources/signinpreferences"
)]
pub enum Preference {
    Push,
    Oath,
    VoiceMobile,
    VoiceAlternateMobile,
    VoiceOffice,
    Sms,
}

impl Preference {
    const ALL: [Self; 6] =
        [Self::Push, Self::Oath, Self::VoiceMobile, Self::VoiceAlternateMobile, Self::VoiceOffice, Self::Sms];

    /// The service's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Oath => "oath",
            Self::VoiceMobile => "voiceMobile",
            Self::VoiceAlternateMobile => "voiceAlternateMobile",
            Self::VoiceOffice => "voiceOffice",
            Self::Sms => "sms",
        }
    }

    /// By the service's word, any case.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preference| preference.word().eq_ignore_ascii_case(word))
    }

    /// Whether a method can do what is preferred.
    pub fn is_served_by(self, method: &Method) -> bool {
        let phone = |wanted: &str| method.kind == "phoneAuthenticationMethod" && method.phone_type() == Some(wanted);
        match self {
            Self::Push => method.kind == "microsoftAuthenticatorAuthenticationMethod",
            Self::Oath => matches!(
                method.kind.as_str(),
                "softwareOathAuthenticationMethod"
                    | "hardwareOathAuthenticationMethod"
                    | "microsoftAuthenticatorAuthenticationMethod"
            ),
            Self::VoiceMobile | Self::Sms => phone("mobile"),
            Self::VoiceAlternateMobile => phone("alternateMobile"),
            Self::VoiceOffice => phone("office"),
        }
    }

    /// What somebody prefers who registered this method first.
    pub fn of(method: &Method) -> Option<Self> {
        [Self::Push, Self::Sms, Self::VoiceAlternateMobile, Self::VoiceOffice, Self::Oath]
            .into_iter()
            .find(|preference| preference.is_served_by(method))
    }
}
