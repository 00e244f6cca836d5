//! Client protocols of a mailbox: the words of our cmdlets, and the service's properties behind them.
//!
//! learn.microsoft.com/powershell/module/exchange/set-casmailbox

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

macro_rules! protocols {
    ($($(#[$doc:meta])* $name:ident = $word:literal $key:literal $property:literal,)+) => {
        /// A way by which programs reach a mailbox.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum Protocol { $($(#[$doc])* #[serde(rename = $word)] $name,)+ }

        impl Protocol {
            /// Every protocol, in the order in which people see them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
            /// Their words.
            const WORDS: &[&str] = &[$($word,)+];

            /// The word, as it stands in requests and records.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The key of its property in records.
            pub(crate) const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            /// The service's property and parameter.
            pub(crate) const fn property(self) -> &'static str {
                match self { $(Self::$name => $property,)+ }
            }
        }
    };
}

protocols! {
    /// Exchange ActiveSync.
    ActiveSync = "ActiveSync" "activeSync" "ActiveSyncEnabled",
    /// Outlook on the web, and with it the new Outlook for Windows.
    Owa = "OWA" "owa" "OWAEnabled",
    /// The older OWA app on iOS and Android.
    OwaForDevices = "OWAforDevices" "owaForDevices" "OWAforDevicesEnabled",
    /// MAPI clients: classic Outlook.
    Mapi = "MAPI" "mapi" "MAPIEnabled",
    /// Exchange Web Services; meaningful only while the organisation's own switch is not off.
    Ews = "EWS" "ews" "EwsEnabled",
    /// POP3.
    Pop = "POP" "pop" "PopEnabled",
    /// IMAP4.
    Imap = "IMAP" "imap" "ImapEnabled",
    /// Mail and Calendar of Windows 10.
    UniversalOutlook = "UniversalOutlook" "universalOutlook" "UniversalOutlookEnabled",
    /// Outlook for iOS and Android.
    OutlookMobile = "OutlookMobile" "outlookMobile" "OutlookMobileEnabled",
    /// The new Outlook for Windows.
    OneWinNativeOutlook = "OneWinNativeOutlook" "oneWinNativeOutlook" "OneWinNativeOutlookEnabled",
    /// Outlook for Mac.
    MacOutlook = "MacOutlook" "macOutlook" "MacOutlookEnabled",
    /// Sending by SMTP with a password; the only one with three states.
    SmtpAuth = "SmtpAuth" "smtpAuth" "SmtpClientAuthenticationDisabled",
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let found = Self::ALL.iter().find(|protocol| protocol.as_str().eq_ignore_ascii_case(word.trim()));
        found.copied().ok_or_else(|| serde::de::Error::unknown_variant(&word, Self::WORDS))
    }
}

/// How a protocol stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Access {
    /// It can be used.
    Open,
    /// It can not.
    Closed,
    /// As the organisation has it; of [`Protocol::SmtpAuth`] only.
    Inherited,
}

/// How some protocols stand, or are to stand.
pub type Accesses = BTreeMap<Protocol, Access>;

impl Access {
    /// What the service's property says; nothing if that is no state of this protocol.
    pub(crate) fn read(protocol: Protocol, value: Option<&Value>) -> Option<Self> {
        let inverted = protocol == Protocol::SmtpAuth;
        match value {
            Some(Value::Bool(on)) if *on != inverted => Some(Self::Open),
            Some(Value::Bool(_)) => Some(Self::Closed),
            Some(Value::Null) | None if inverted => Some(Self::Inherited),
            _ => None,
        }
    }

    /// What the service's parameter must say; nothing if the protocol has no such state.
    pub(crate) fn value(self, protocol: Protocol) -> Option<Value> {
        let inverted = protocol == Protocol::SmtpAuth;
        match self {
            Self::Open => Some(Value::Bool(!inverted)),
            Self::Closed => Some(Value::Bool(inverted)),
            Self::Inherited => inverted.then_some(Value::Null),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smtp_is_the_other_way_round_and_has_three_states() {
        for (protocol, access, value) in [
            (Protocol::Pop, Access::Open, Value::Bool(true)),
            (Protocol::Pop, Access::Closed, Value::Bool(false)),
            (Protocol::SmtpAuth, Access::Open, Value::Bool(false)),
            (Protocol::SmtpAuth, Access::Closed, Value::Bool(true)),
            (Protocol::SmtpAuth, Access::Inherited, Value::Null),
        ] {
            assert_eq!(access.value(protocol), Some(value.clone()), "{protocol}");
            assert_eq!(Access::read(protocol, Some(&value)), Some(access), "{protocol}");
        }
        assert_eq!(Access::Inherited.value(Protocol::Imap), None);
        assert_eq!(Access::read(Protocol::SmtpAuth, None), Some(Access::Inherited));
        for nonsense in [None, Some(&Value::Null), Some(&Value::from("True")), Some(&Value::from(1))] {
            assert_eq!(Access::read(Protocol::Imap, nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn words_are_read_in_any_case_and_others_are_refused_with_the_list() {
        let read = |text: &str| serde_json::from_str::<Protocol>(text);
        assert_eq!(read("\"owafordevices\"").unwrap(), Protocol::OwaForDevices);
        assert!(read("\"POP3\"").unwrap_err().to_string().contains("expected one of `ActiveSync`"));
        for protocol in Protocol::ALL {
            assert_eq!(read(&serde_json::to_string(protocol).unwrap()).unwrap(), *protocol);
        }
    }
}
