//! Which protocols of a mailbox a request is about.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IntoDeserializer, SeqAccess, Visitor},
};

use crate::{
    change::{Access, Accesses, Protocol},
    error::{Code, Error, Result},
    say,
};

/// What the older form of these commands was about.
const CLASSIC: &[Protocol] = &[Protocol::ActiveSync, Protocol::OwaForDevices, Protocol::Owa];

/// The fields that say which.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Protocols {
    /// By name.
    #[serde(deserialize_with = "one_or_many")]
    protocol: Option<Vec<Protocol>>,
    /// The three of the older form.
    classic: bool,
}

impl Protocols {
    /// These, each as `access` says; `otherwise` where the request names none.
    pub(super) fn access(self, access: Access, otherwise: impl Iterator<Item = Protocol>) -> Result<Accesses> {
        let protocols: Vec<Protocol> = match (self.protocol, self.classic) {
            (Some(_), true) => {
                let sentence = say!(
                    "classic_and_protocol",
                    "protocol and classic contradict each other: name the protocols, or take the three of the older form"
                );
                return Err(Error::new(Code::Argument, sentence).on("classic"));
            }
            (Some(named), false) if named.is_empty() => {
                return Err(Error::new(Code::Argument, say!("field_blank", "{field} is empty", field = "protocol"))
                    .on("protocol"));
            }
            (Some(named), false) => named,
            (None, true) => CLASSIC.to_vec(),
            (None, false) => otherwise.collect(),
        };
        Ok(protocols.into_iter().map(|protocol| (protocol, access)).collect())
    }
}

/// A name is a list of one.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Protocol>>, D::Error> {
    struct OneOrMany;
    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Option<Vec<Protocol>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a protocol or a list of protocols")
        }

        fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Protocol::deserialize(one.into_deserializer()).map(|protocol| Some(vec![protocol]))
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut many: A) -> Result<Self::Value, A::Error> {
            let mut protocols = Vec::new();
            while let Some(protocol) = many.next_element()? {
                protocols.push(protocol);
            }
            Ok(Some(protocols))
        }
    }
    deserializer.deserialize_any(OneOrMany)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(request: &str) -> Result<Vec<&'static str>> {
        let protocols: Protocols = crate::operation::request::Request::read(request)?.rest()?;
        let access = protocols.access(Access::Closed, Protocol::ALL.iter().copied())?;
        Ok(access.keys().map(|protocol| protocol.as_str()).collect())
    }

    #[test]
    fn protocols_are_named_or_the_older_three_or_all() {
        assert_eq!(closed(r#"{"protocol":"pop"}"#).unwrap(), ["POP"]);
        assert_eq!(closed(r#"{"protocol":["SmtpAuth","IMAP","imap"]}"#).unwrap(), ["IMAP", "SmtpAuth"]);
        assert_eq!(closed(r#"{"classic":true}"#).unwrap(), ["ActiveSync", "OWA", "OWAforDevices"]);
        assert_eq!(closed("{}").unwrap().len(), Protocol::ALL.len());
    }

    #[test]
    fn what_is_no_protocol_is_refused_by_name() {
        for (request, part) in [
            (r#"{"protocol":["POP","POP3"]}"#, "POP3"),
            (r#"{"protocol":"x"}"#, "ActiveSync"),
            (r#"{"protocol":[]}"#, "protocol is empty"),
            (r#"{"protocol":["POP"],"classic":true}"#, "contradict"),
            (r#"{"protocols":["POP"]}"#, "protocols"),
        ] {
            let error = closed(request).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{request}");
            assert!(error.to_string().contains(part), "{request}: {error}");
        }
    }
}
