//! The key that signs tokens, and JSON web tokens in their compact form.

use std::sync::LazyLock;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    digest,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// An RSA key of 2048 bits in PKCS #8. It guards nothing: every simulated tenant of every installation signs with it,
/// and no service believes what it signs. It lies here because the cryptography that TLS needs anyway can use RSA keys
/// but not make them.
static KEY: &[u8] = include_bytes!("signing_key.der");
/// A self-signed certificate of that key, as the service publishes one with each of its keys.
static CERTIFICATE: &[u8] = include_bytes!("signing_certificate.der");

static PAIR: LazyLock<Option<RsaKeyPair>> = LazyLock::new(|| RsaKeyPair::from_pkcs8(KEY).ok());
static THUMBPRINT: LazyLock<String> =
    LazyLock::new(|| encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, CERTIFICATE)));

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A signed token with these claims.
pub(super) fn sign(claims: &Map<String, Value>) -> Result<String, Refusal> {
    let pair = PAIR.as_ref().ok_or(Refusal::Unavailable)?;
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": *THUMBPRINT, "kid": *THUMBPRINT });
    let mut token = format!("{}.{}", encode(header.to_string()), encode(Value::Object(claims.clone()).to_string()));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
        .map_err(|_| Refusal::Unavailable)?;
    token.push('.');
    token.push_str(&encode(signature));
    Ok(token)
}

/// The claims of a token that this key has signed.
pub(super) fn verified(token: &str) -> Option<Map<String, Value>> {
    let token = Compact::read(token)?;
    let pair = PAIR.as_ref()?;
    if token.header.get("alg")?.as_str()? != "RS256" {
        return None;
    }
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref())
        .verify(token.signed.as_bytes(), &token.signature)
        .ok()?;
    Some(token.claims)
}

/// The keys as a JSON web key set.
pub(super) fn set(issuer: &str) -> Value {
    let Some(pair) = PAIR.as_ref() else { return json!({ "keys": [] }) };
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    json!({ "keys": [{
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": *THUMBPRINT,
        "x5t": *THUMBPRINT,
        "n": encode(public.n),
        "e": encode(public.e),
        "x5c": [STANDARD.encode(CERTIFICATE)],
        "issuer": issuer,
    }] })
}

/// A token taken apart; nothing is believed yet.
pub(super) struct Compact<'a> {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
    /// What the signature is over.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    pub(super) fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: part(header)?,
            claims: part(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// A text claim; empty if it is not there.
    pub(super) fn text(&self, claim: &str) -> &str {
        self.claims.get(claim).and_then(Value::as_str).unwrap_or_default()
    }

    /// A time claim, in seconds since 1970.
    pub(super) fn time(&self, claim: &str) -> Option<f64> {
        self.claims.get(claim).and_then(Value::as_f64)
    }
}

fn part(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_can_sign_and_its_certificate_is_its_own() {
        let claims = json!({ "sub": "x" }).as_object().cloned().unwrap();
        let token = sign(&claims).unwrap();
        assert_eq!(verified(&token), Some(claims));
        // The certificate holds the public key's bytes.
        let public = PAIR.as_ref().unwrap().public().as_ref();
        assert!(CERTIFICATE.windows(public.len()).any(|window| window == public));
    }

    #[test]
    fn a_changed_token_is_not_believed() {
        let token = sign(json!({ "sub": "x" }).as_object().unwrap()).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let other = encode(r#"{"sub":"y"}"#);
        assert_eq!(verified(&format!("{header}.{other}.{signature}")), None);
        let unsigned = encode(r#"{"alg":"none"}"#);
        assert_eq!(verified(&format!("{unsigned}.{other}.")), None);
        assert_eq!(verified("x.y.z"), None);
        assert_eq!(verified(""), None);
    }
}
