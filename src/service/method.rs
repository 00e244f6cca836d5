//! Registered authentication methods, and how people prefer to be asked.
//!
//! learn.microsoft.com/graph/api/resources/authenticationmethods-overview. A list holds the types that its version
//! supports: beta has them all. An unknown type is kept by its own name and never guessed at.
//! Deleting: learn.microsoft.com/graph/api/phoneauthenticationmethod-delete and its siblings, one page a type.

use http::Method as Verb;
use percent_encoding::utf8_percent_encode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    graph::{Call, Graph},
    user,
};
use crate::error::{Code, Result};

macro_rules! kinds {
    ($($kind:ident = $type:literal $segment:literal,)+) => {
        /// A type of method, as far as an administrator tells them apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the words are those of the cmdlets")]
        pub enum Kind { $($kind,)+ }

        impl Kind {
            /// Every type.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The word for records.
            const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind),)+ }
            }

            /// `@odata.type` without its namespace.
            const fn type_name(self) -> &'static str {
                match self { $(Self::$kind => $type,)+ }
            }

            /// The collection below `authentication` from which it is deleted.
            const fn segment(self) -> &'static str {
                match self { $(Self::$kind => $segment,)+ }
            }
        }
    };
}

kinds! {
    Phone = "phoneAuthenticationMethod" "phoneMethods",
    Authenticator = "microsoftAuthenticatorAuthenticationMethod" "microsoftAuthenticatorMethods",
    PasswordlessAuthenticator = "passwordlessMicrosoftAuthenticatorAuthenticationMethod" "passwordlessMicrosoftAuthenticatorMethods",
    Fido2 = "fido2AuthenticationMethod" "fido2Methods",
    SoftwareOath = "softwareOathAuthenticationMethod" "softwareOathMethods",
    HardwareOath = "hardwareOathAuthenticationMethod" "hardwareOathMethods",
    Email = "emailAuthenticationMethod" "emailMethods",
    WindowsHello = "windowsHelloForBusinessAuthenticationMethod" "windowsHelloForBusinessMethods",
    TemporaryAccessPass = "temporaryAccessPassAuthenticationMethod" "temporaryAccessPassMethods",
    PlatformCredential = "platformCredentialAuthenticationMethod" "platformCredentialMethods",
    External = "externalAuthenticationMethod" "externalAuthenticationMethods",
    QrCodePin = "qrCodePinAuthenticationMethod" "qrCodePinMethod",
    Password = "passwordAuthenticationMethod" "passwordMethods",
}

impl Kind {
    /// The word by which administrators know it: the passwordless Authenticator is the Authenticator too.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::PasswordlessAuthenticator => Self::Authenticator.as_str(),
            other => other.as_str(),
        }
    }

    /// Types that v1.0 does not know.
    const fn is_beta_only(self) -> bool {
        matches!(self, Self::PasswordlessAuthenticator | Self::HardwareOath | Self::QrCodePin)
    }
}

/// A registered method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Method {
    #[serde(rename = "@odata.type")]
    type_name: String,
    pub(crate) id: String,
    /// `mobile`, `alternateMobile` or `office`, of a phone.
    #[serde(rename = "phoneType", skip_serializing_if = "Option::is_none", default)]
    pub(crate) phone_type: Option<String>,
}

impl Method {
    /// Its type; nothing for one that is not known here.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let name = self.bare_type();
        Kind::ALL.iter().copied().find(|kind| kind.type_name() == name)
    }

    /// The word for records: of an unknown type the service's own.
    pub(crate) fn word(&self) -> &str {
        match self.kind() {
            Some(kind) => kind.word(),
            None => self.bare_type(),
        }
    }

    /// The call that deletes it; nothing for the password, which cannot be deleted, and for what is not known here.
    /// Deleting is absolute: what is gone is gone.
    pub(crate) fn delete(&self, user_id: &str) -> Option<Call> {
        let kind = self.kind().filter(|kind| *kind != Kind::Password)?;
        let mut path = format!("{}/authentication/{}", user::path(user_id), kind.segment());
        // Of this one there is one at most.
        if kind != Kind::QrCodePin {
            path.push('/');
            path.extend(utf8_percent_encode(&self.id, user::SEGMENT));
        }
        let call = Call::new(Verb::DELETE, path);
        Some(if kind.is_beta_only() { call.beta() } else { call })
    }

    /// The preference that makes it the default; nothing for a type that cannot be.
    pub(crate) fn preference(&self) -> Option<&'static str> {
        match (self.kind()?, self.phone_type.as_deref()) {
            (Kind::Authenticator, _) => Some("push"),
            (Kind::SoftwareOath | Kind::HardwareOath, _) => Some("oath"),
            (Kind::Phone, Some("mobile")) => Some("sms"),
            (Kind::Phone, Some("alternateMobile")) => Some("voiceAlternateMobile"),
            (Kind::Phone, Some("office")) => Some("voiceOffice"),
            _ => None,
        }
    }

    /// Whether it serves a preference.
    pub(crate) fn serves(&self, preference: &str) -> bool {
        let also = match preference {
            "voiceMobile" => "sms",
            // The codes of the app are codes.
            "oath" if self.kind() == Some(Kind::Authenticator) => "push",
            other => other,
        };
        self.preference() == Some(also)
    }

    fn bare_type(&self) -> &str {
        self.type_name.strip_prefix("#microsoft.graph.").unwrap_or(&self.type_name)
    }

    /// Whether it proves more than a password does: an email address serves the reset of a password only.
    pub(crate) fn is_second_factor(&self) -> bool {
        !matches!(self.kind(), Some(Kind::Password | Kind::Email))
    }
}

/// How a person prefers to prove the second factor. learn.microsoft.com/graph/api/resources/signinpreferences
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Preferences {
    pub(crate) user_preferred_method_for_secondary_authentication: Option<String>,
}

fn list(user_id: &str) -> Call {
    Call::new(Verb::GET, format!("{}/authentication/methods", user::path(user_id)))
}

/// Makes a registered method the default. learn.microsoft.com/graph/api/authentication-update
pub(crate) fn prefer(user_id: &str, preference: &str) -> Call {
    Call::new(Verb::PATCH, format!("{}/authentication/signInPreferences", user::path(user_id)))
        .beta()
        .body(json!({ "userPreferredMethodForSecondaryAuthentication": preference }))
}

impl Graph {
    /// Everything that a person has registered, the password among it. Where a tenant's beta does not answer, what v1.0
    /// knows.
    pub(crate) async fn methods(&self, user_id: &str) -> Result<Vec<Method>> {
        match self.all(list(user_id).beta()).await {
            Err(error) if matches!(error.code(), Code::Rejected | Code::NotFound) => self.all(list(user_id)).await,
            methods => methods,
        }
    }

    /// How a person prefers to be asked for the second factor, in the service's word; nothing if nothing is registered.
    pub(crate) async fn preferred_method(&self, user_id: &str) -> Result<Option<String>> {
        let call = Call::new(Verb::GET, format!("{}/authentication/signInPreferences", user::path(user_id))).beta();
        let preferences: Preferences = self.read(call).await?.json()?;
        let preferred = preferences.user_preferred_method_for_secondary_authentication;
        Ok(preferred.filter(|word| !none_preferred(word)))
    }
}

/// What stands where nothing is preferred: an empty text is in the service's own samples.
pub(crate) fn none_preferred(word: &str) -> bool {
    matches!(word, "" | "none" | "unknownFutureValue")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::graph::call::Version;

    fn method(type_name: &str) -> Method {
        let text = format!(r##"{{"@odata.type":"#microsoft.graph.{type_name}","id":"1","phoneType":null}}"##);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn types_have_words_and_unknown_ones_keep_theirs() {
        assert_eq!(method("phoneAuthenticationMethod").word(), "Phone");
        assert_eq!(method("passwordlessMicrosoftAuthenticatorAuthenticationMethod").word(), "Authenticator");
        assert_eq!(method("palmAuthenticationMethod").word(), "palmAuthenticationMethod");
        assert_eq!(method("palmAuthenticationMethod").kind(), None);
    }

    #[test]
    fn a_method_is_deleted_where_its_type_lives() {
        let path = |type_name: &str| method(type_name).delete("u").map(|call| (call.version, call.path));
        let at = |version, segment: &str| Some((version, format!("users/u/authentication/{segment}")));
        assert_eq!(path("fido2AuthenticationMethod"), at(Version::V1, "fido2Methods/1"));
        assert_eq!(path("hardwareOathAuthenticationMethod"), at(Version::Beta, "hardwareOathMethods/1"));
        assert_eq!(path("qrCodePinAuthenticationMethod"), at(Version::Beta, "qrCodePinMethod"));
        assert_eq!(path("passwordAuthenticationMethod"), None);
        assert_eq!(path("palmAuthenticationMethod"), None);
    }

    #[test]
    fn passwords_and_mail_are_no_second_factor() {
        assert!(!method("passwordAuthenticationMethod").is_second_factor());
        assert!(!method("emailAuthenticationMethod").is_second_factor());
        assert!(method("fido2AuthenticationMethod").is_second_factor());
        assert!(method("palmAuthenticationMethod").is_second_factor());
    }
}
