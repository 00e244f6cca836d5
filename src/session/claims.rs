//! What a token says of itself. Access tokens are opaque by contract: this is read for early warnings only, and a token
//! that cannot be read is as good as any other. learn.microsoft.com/entra/identity-platform/access-tokens

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);

/// The claims that we know what to do with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Claims {
    #[serde(deserialize_with = "text")]
    pub(crate) aud: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) tid: Option<String>,
    /// Object id of the person or of the app's service principal.
    #[serde(deserialize_with = "text")]
    pub(crate) oid: Option<String>,
    /// Client id, in tokens of version 1 and 2.
    #[serde(deserialize_with = "text")]
    appid: Option<String>,
    #[serde(deserialize_with = "text")]
    azp: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) app_displayname: Option<String>,
    /// `app` or `user`; an optional claim.
    #[serde(deserialize_with = "text")]
    idtyp: Option<String>,
    #[serde(deserialize_with = "text")]
    scp: Option<String>,
    #[serde(deserialize_with = "texts")]
    roles: Option<BTreeSet<String>>,
    /// Template ids of tenant-wide directory roles; may be missing or cut short.
    #[serde(deserialize_with = "texts")]
    pub(crate) wids: Option<BTreeSet<String>>,
    #[serde(deserialize_with = "text")]
    upn: Option<String>,
    #[serde(deserialize_with = "text")]
    preferred_username: Option<String>,
    #[serde(deserialize_with = "seconds")]
    exp: Option<i64>,
}

impl Claims {
    /// The claims of a token; nothing if it cannot be read.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let text = Zeroizing::new(BASE64_URL.decode(payload).ok()?);
        if parts.next().is_some() {
            return None;
        }
        serde_json::from_slice(&text).ok()
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.appid.as_deref().or(self.azp.as_deref())
    }

    pub(crate) fn user_principal_name(&self) -> Option<&str> {
        self.upn.as_deref().or(self.preferred_username.as_deref())
    }

    /// Whether a person signed in; nothing if the token does not tell.
    pub(crate) fn is_person(&self) -> Option<bool> {
        match self.idtyp.as_deref() {
            Some("app") => Some(false),
            Some("user") => Some(true),
            _ if self.scp.is_some() => Some(true),
            _ if self.roles.is_some() => Some(false),
            _ => None,
        }
    }

    /// Delegated scopes, or permissions of the app. One without any has no claim for them.
    pub(crate) fn permissions(&self) -> BTreeSet<String> {
        match &self.scp {
            Some(scopes) => scopes.split_ascii_whitespace().map(str::to_owned).collect(),
            None => self.roles.clone().unwrap_or_default(),
        }
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.exp.and_then(|exp| Timestamp::from_second(exp).ok())
    }
}

/// The claims of a challenge as the JSON text that a token request takes; nothing if they are no such thing.
pub(crate) fn challenge(encoded: &str) -> Option<String> {
    let bytes = BASE64_URL.decode(encoded).or_else(|_| BASE64.decode(encoded)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let document: serde_json::Value = serde_json::from_str(&text).ok()?;
    document.is_object().then_some(text)
}

// A claim of another type than documented is no reason to know nothing of the others.

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text),
        _ => None,
    })
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeSet<String>>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Array(items) => {
            Some(items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
        }
        _ => None,
    })
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Number(number) => number.as_i64(),
        serde_json::Value::String(text) => text.parse().ok(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn claims_of_people_and_apps_are_told_apart() {
        let person = Claims::read(&token(
            r#"{"aud":"https://graph.microsoft.com","scp":"User.Read User.Read.All","upn":"a@b.c","exp":1790000000}"#,
        ))
        .unwrap();
        assert_eq!(person.is_person(), Some(true));
        assert_eq!(person.permissions(), BTreeSet::from(["User.Read".into(), "User.Read.All".into()]));
        assert_eq!(person.user_principal_name(), Some("a@b.c"));
        assert_eq!(person.expires_at(), Timestamp::from_second(1_790_000_000).ok());
        let app = Claims::read(&token(r#"{"roles":["User.Read.All"],"azp":"x","idtyp":"app"}"#)).unwrap();
        assert_eq!((app.is_person(), app.client_id()), (Some(false), Some("x")));
        assert_eq!(Claims::read(&token("{}")).unwrap().is_person(), None);
    }

    #[test]
    fn odd_claims_do_not_hide_the_others_and_what_is_no_token_has_none() {
        let odd = Claims::read(&token(r#"{"aud":["a"],"exp":"17","roles":"x","wids":[1,"w"],"tid":null,"oid":"o"}"#))
            .unwrap();
        assert_eq!((odd.aud, odd.exp, odd.roles, odd.oid), (None, Some(17), None, Some("o".into())));
        assert_eq!(odd.wids, Some(BTreeSet::from(["w".into()])));
        for opaque in ["", "opaque", "a.b", "a.!.c", "a.e30.c.d", "a.bm90anNvbg.c"] {
            assert_eq!(Claims::read(opaque), None, "{opaque}");
        }
    }

    #[test]
    fn challenges_are_decoded_in_every_spelling() {
        let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1??>>>"}}}"#;
        for encoded in [
            base64::engine::general_purpose::URL_SAFE.encode(claims),
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims),
            base64::engine::general_purpose::STANDARD.encode(claims),
            base64::engine::general_purpose::STANDARD_NO_PAD.encode(claims),
        ] {
            assert_eq!(challenge(&encoded).as_deref(), Some(claims), "{encoded}");
        }
        assert_eq!(challenge("W10"), None);
        assert_eq!(challenge("***"), None);
    }
}
