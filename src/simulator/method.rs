//! The types of authentication methods: how the interface names and reaches each, and what it is good for.
//!
//! learn.microsoft.com/graph/api/resources/authenticationmethods-overview. Each version of the interface lists the types
//! that it supports and no others: learn.microsoft.com/graph/api/resources/authenticationmethod

use super::tenant::{Authentication, Method};

/// Id of everybody's password, as a method.
pub const PASSWORD_ID: &str = "28c10230-6103-485e-b985-444c60001490";
/// Ids that are the same for everybody: learn.microsoft.com/graph/api/phoneauthenticationmethod-delete
pub const MOBILE_ID: &str = "3179e48a-750b-4051-897c-87b9720928f7";
/// A second mobile phone, which only somebody with a first one has.
pub const ALTERNATE_MOBILE_ID: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";

/// A type of method.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Name of the type, without its namespace.
    pub name: &'static str,
    /// The collection below `authentication` in which it is found.
    pub segment: &'static str,
    /// What stands for it in the names of permissions, for example in `UserAuthMethod-Phone.Read.All`.
    pub scope: &'static str,
    /// In v1.0 as well as in beta.
    pub v1: bool,
    /// There is one at most, at the segment itself and without an id.
    pub single: bool,
    /// It proves more than a password does. An email address serves the reset of a password only.
    pub second_factor: bool,
}

const fn kind(name: &'static str, segment: &'static str, scope: &'static str) -> Kind {
    Kind { name, segment, scope, v1: true, single: false, second_factor: true }
}

/// Everybody's password, which can be read about and not deleted.
pub const PASSWORD: Kind =
    Kind { second_factor: false, ..kind("passwordAuthenticationMethod", "passwordMethods", "Password") };

/// Every type that can be registered and deleted.
pub const KINDS: &[Kind] = &[
    kind("phoneAuthenticationMethod", "phoneMethods", "Phone"),
    kind("microsoftAuthenticatorAuthenticationMethod", "microsoftAuthenticatorMethods", "MicrosoftAuthApp"),
    kind("fido2AuthenticationMethod", "fido2Methods", "Passkey"),
    kind("softwareOathAuthenticationMethod", "softwareOathMethods", "SoftwareOATH"),
    Kind { second_factor: false, ..kind("emailAuthenticationMethod", "emailMethods", "Email") },
    kind("windowsHelloForBusinessAuthenticationMethod", "windowsHelloForBusinessMethods", "WindowsHello"),
    kind("temporaryAccessPassAuthenticationMethod", "temporaryAccessPassMethods", "TAP"),
    kind("platformCredentialAuthenticationMethod", "platformCredentialMethods", "PlatformCred"),
    kind("externalAuthenticationMethod", "externalAuthenticationMethods", "External"),
    Kind { v1: false, ..kind("hardwareOathAuthenticationMethod", "hardwareOathMethods", "HardwareOATH") },
    Kind { v1: false, single: true, ..kind("qrCodePinAuthenticationMethod", "qrCodePinMethod", "QR") },
    Kind {
        v1: false,
        ..kind(
            "passwordlessMicrosoftAuthenticatorAuthenticationMethod",
            "passwordlessMicrosoftAuthenticatorMethods",
            "MicrosoftAuthApp",
        )
    },
];

impl Method {
    /// Its type; nothing for one that no version knows.
    pub fn kind(&self) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == self.kind)
    }

    /// `phoneType` of a phone.
    pub fn phone_type(&self) -> Option<&str> {
        self.properties.get("phoneType").and_then(|value| value.as_str())
    }
}

impl Authentication {
    /// Something is registered that proves more than a password does.
    pub fn is_registered(&self) -> bool {
        self.methods.iter().any(|method| method.kind().is_some_and(|kind| kind.second_factor))
    }

    /// Whether this method is the default: it serves the preference, and no other one does.
    pub fn is_default(&self, method: &Method) -> bool {
        self.preference.is_some_and(|preference| {
            preference.is_served_by(method)
                && !self.methods.iter().any(|other| other.id != method.id && preference.is_served_by(other))
        })
    }
}
