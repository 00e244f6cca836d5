//! Registered authentication methods. Kinds and properties: learn.microsoft.com/graph/api/resources/authenticationmethods-overview

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{dice::Dice, names::Region};
use crate::simulator::{
    method::{ALTERNATE_MOBILE_ID, MOBILE_ID},
    tenant::Method,
};

/// Makes the methods of one person.
#[derive(Debug)]
pub(super) struct Registration<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) person: Uuid,
    pub(super) since: Timestamp,
    pub(super) region: &'static Region,
    pub(super) alias: &'a str,
}

impl Registration<'_> {
    /// What most people have: a phone, Authenticator, or both. The first is the default.
    pub(super) fn usual(&mut self) -> Vec<Method> {
        match self.dice.below(10) {
            0..3 => vec![self.mobile()],
            3..7 => vec![self.authenticator()],
            7 => vec![self.authenticator(), self.mobile(), self.windows_hello()],
            _ => vec![self.authenticator(), self.mobile()],
        }
    }

    /// One of everything that can be removed, the default first; the last three through beta only.
    pub(super) fn everything(&mut self) -> Vec<Method> {
        vec![
            self.mobile(),
            self.alternate_mobile(),
            self.authenticator(),
            self.fido2(),
            self.software_oath(),
            self.email(),
            self.windows_hello(),
            self.temporary_access_pass(),
            self.platform_credential(),
            self.external(),
            self.hardware_oath(),
            self.qr_code_pin(),
            self.passwordless(),
        ]
    }

    fn mobile(&mut self) -> Method {
        let number = self.number();
        method(
            MOBILE_ID,
            "phoneAuthenticationMethod",
            json!({ "phoneNumber": number, "phoneType": "mobile", "smsSignInState": "notAllowedByPolicy" }),
        )
    }

    fn alternate_mobile(&mut self) -> Method {
        let number = self.number();
        method(
            ALTERNATE_MOBILE_ID,
            "phoneAuthenticationMethod",
            json!({ "phoneNumber": number, "phoneType": "alternateMobile", "smsSignInState": "notSupported" }),
        )
    }

    fn authenticator(&mut self) -> Method {
        let device = self.dice.word("iPhone 13, iPhone 15, Pixel 8, SM-S911B, Nokia XR21");
        self.made(
            "microsoftAuthenticatorAuthenticationMethod",
            json!({ "displayName": device, "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.2408.5807" }),
        )
    }

    fn fido2(&mut self) -> Method {
        let key = Uuid::new_v5(&self.person, b"security key model");
        self.made(
            "fido2AuthenticationMethod",
            json!({ "displayName": "Security key", "aaGuid": key, "model": "Security key NFC", "attestationCertificates": [],
                "attestationLevel": "attested" }),
        )
    }

    fn software_oath(&mut self) -> Method {
        self.made("softwareOathAuthenticationMethod", json!({ "secretKey": null }))
    }

    fn email(&mut self) -> Method {
        let address = format!("{}@example.net", self.alias);
        self.made("emailAuthenticationMethod", json!({ "emailAddress": address }))
    }

    fn windows_hello(&mut self) -> Method {
        let device = format!("{}-{:05}", self.region.code, self.dice.below(100_000));
        self.made(
            "windowsHelloForBusinessAuthenticationMethod",
            json!({ "displayName": device, "createdDateTime": self.since, "keyStrength": "normal" }),
        )
    }

    fn temporary_access_pass(&mut self) -> Method {
        self.made(
            "temporaryAccessPassAuthenticationMethod",
            json!({ "temporaryAccessPass": null, "createdDateTime": self.since, "startDateTime": self.since,
                "lifetimeInMinutes": 60, "isUsableOnce": false, "isUsable": false, "methodUsabilityReason": "Expired" }),
        )
    }

    fn platform_credential(&mut self) -> Method {
        let device = format!("Mac-{:04}", self.dice.below(10_000));
        self.made(
            "platformCredentialAuthenticationMethod",
            json!({ "displayName": device, "createdDateTime": self.since, "keyStrength": "normal", "platform": "macOS" }),
        )
    }

    fn external(&mut self) -> Method {
        let configuration = Uuid::new_v5(&self.person, b"external provider");
        self.made(
            "externalAuthenticationMethod",
            json!({ "displayName": "Woodgrove Verify", "createdDateTime": self.since, "configurationId": configuration }),
        )
    }

    fn hardware_oath(&mut self) -> Method {
        self.made("hardwareOathAuthenticationMethod", json!({ "createdDateTime": self.since }))
    }

    fn qr_code_pin(&mut self) -> Method {
        self.made("qrCodePinAuthenticationMethod", json!({ "createdDateTime": self.since }))
    }

    fn passwordless(&mut self) -> Method {
        self.made(
            "passwordlessMicrosoftAuthenticatorAuthenticationMethod",
            json!({ "displayName": "Pixel 8", "createdDateTime": self.since }),
        )
    }

    fn number(&mut self) -> String {
        format!("{} 555{:07}", self.region.dialling, self.dice.below(10_000_000))
    }

    /// A method whose id is the person's own.
    fn made(&self, kind: &str, properties: Value) -> Method {
        method(&Uuid::new_v5(&self.person, kind.as_bytes()).to_string(), kind, properties)
    }
}

fn method(id: &str, kind: &str, properties: Value) -> Method {
    let properties = match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    };
    Method { id: id.to_owned(), kind: kind.to_owned(), properties }
}
