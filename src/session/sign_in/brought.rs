//! Tokens that the caller already has. They are checked before anything is sent, as far as they can be read; they
//! cannot be renewed.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
    session::{Service, Settings, claims::Claims, endpoint::Endpoints, token::Token},
};

/// A token for Graph, and perhaps one for Exchange Online.
#[derive(Debug)]
pub(in crate::session) struct Brought {
    graph: SecretString,
    exchange: Option<SecretString>,
    /// The tenant that they must be for, where the settings name it by its id.
    tenant: Option<Uuid>,
}

impl Brought {
    /// Takes over tokens that could be tokens.
    pub(in crate::session) fn new(settings: &Settings, graph: &SecretString) -> Result<Self> {
        let exchange = settings.exchange_token.as_ref();
        Ok(Self {
            tenant: settings.tenant_id.as_deref().and_then(|tenant| Uuid::try_parse(tenant).ok()),
            graph: well_formed("accessToken", graph)?,
            exchange: exchange.map(|token| well_formed("exchangeToken", token)).transpose()?,
        })
    }

    pub(super) fn token(&self, service: Service, endpoints: &Endpoints) -> Result<Token> {
        let (field, token) = match service {
            Service::Graph => ("accessToken", &self.graph),
            Service::Exchange => (
                "exchangeToken",
                self.exchange.as_ref().ok_or_else(|| {
                    Error::new(
                        Code::Unauthenticated,
                        say!("exchange_token_missing", "this needs a token for Exchange Online, and none was given"),
                    )
                    .on("exchangeToken")
                    .advise(say!("bring_exchange_token", "connect again with exchangeToken beside accessToken"))
                })?,
            ),
        };
        let claims = Claims::read(token.expose_secret()).unwrap_or_default();
        if let Some(audience) = claims.aud.as_ref().filter(|audience| !endpoints.accepts(service, audience)) {
            return Err(refused(
                field,
                say!(
                    "token_for_another",
                    "{field}: the token is for {audience}, not for {service}",
                    field = field,
                    audience = audience.chars().take(200).collect::<String>(),
                    service = endpoints.root(service).origin().ascii_serialization()
                ),
            ));
        }
        let other = |id: &Uuid| self.tenant.is_some_and(|tenant| tenant != *id);
        if let Some(id) = claims.tid.as_deref().and_then(|id| Uuid::try_parse(id).ok()).filter(other) {
            return Err(refused(
                field,
                say!(
                    "token_for_another_tenant",
                    "{field}: the token is for the tenant {tenant}, not for this one",
                    field = field,
                    tenant = id
                ),
            ));
        }
        let now = Timestamp::now();
        let lives = match claims.expires_at() {
            Some(end) if end <= now => {
                return Err(refused(
                    field,
                    say!("token_expired", "{field}: the token ended at {time}", field = field, time = end),
                ));
            }
            Some(end) => end.duration_since(now).try_into().ok(),
            None => None,
        };
        Ok(Token::new(token.clone(), Instant::now(), lives))
    }
}

/// Only the characters of a bearer token (RFC 6750): anything else could not be sent.
fn well_formed(field: &'static str, token: &SecretString) -> Result<SecretString> {
    let text = token.expose_secret().trim_matches(|c: char| c.is_ascii_whitespace());
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    if text.is_empty() {
        return Err(refused(field, say!("token_empty", "{field}: the token is empty", field = field)));
    }
    if !text.chars().all(fits) {
        return Err(refused(
            field,
            say!(
                "token_malformed",
                "{field}: this is no access token: it has blanks or other characters that a token cannot have",
                field = field
            ),
        ));
    }
    Ok(text.into())
}

fn refused(field: &'static str, sentence: Sentence) -> Error {
    Error::new(Code::Unauthenticated, sentence).on(field).advise(advice())
}

/// What to do about a brought token that is of no use.
pub(in crate::session) fn advice() -> Sentence {
    say!(
        "bring_new_token",
        "get a new access token for this service and connect again; the token itself, without 'Bearer'"
    )
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    const TENANT: &str = "11111111-1111-1111-1111-111111111111";

    fn jwt(claims: &str) -> String {
        format!("eyJhbGciOiJub25lIn0.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(claims))
    }

    fn token(text: &str) -> Result<Token> {
        let endpoints = Endpoints::of(&Settings::default()).unwrap();
        let settings = Settings { tenant_id: Some(TENANT.to_owned()), ..Settings::default() };
        Brought::new(&settings, &text.to_owned().into())?.token(Service::Graph, &endpoints)
    }

    #[test]
    fn what_cannot_be_a_token_is_refused_by_its_field() {
        for text in ["", "  \r\n", "a b", "Bearer eyJ.x.y", "a\u{0}b", "a\nb", "tökén", "\"quoted\""] {
            let error = token(text).unwrap_err();
            assert_eq!(error.code(), Code::Unauthenticated, "{text:?}");
            assert_eq!(error.facts().target.as_deref(), Some("accessToken"));
            assert!(error.facts().advice.is_some());
            assert!(text.len() < 3 || !format!("{error:?}").contains(text), "{text:?} comes back");
        }
    }

    #[tokio::test]
    async fn expired_and_foreign_tokens_are_refused_before_anything_is_sent() {
        let graph = "https://graph.microsoft.com";
        let expired = token(&jwt(&format!(r#"{{"aud":"{graph}","exp":1}}"#))).unwrap_err();
        assert_eq!(expired.facts().message_id, "token_expired");
        let foreign = token(&jwt(r#"{"aud":"https://outlook.office365.com","exp":9000000000}"#)).unwrap_err();
        assert_eq!(foreign.facts().message_id, "token_for_another");
        let astray = token(&jwt(r#"{"tid":"22222222-2222-2222-2222-222222222222"}"#)).unwrap_err();
        assert_eq!(astray.facts().message_id, "token_for_another_tenant");
        assert!(token(&jwt(&format!(r#"{{"aud":"{graph}","exp":9000000000,"tid":"{TENANT}"}}"#))).is_ok());
    }

    #[tokio::test]
    async fn a_token_that_cannot_be_read_is_sent_as_it_is() {
        assert_eq!(token(" opaque-token_1~/+== \n").unwrap().secret().expose_secret(), "opaque-token_1~/+==");
        assert!(token("a.b.c").is_ok());
    }

    #[tokio::test]
    async fn no_token_for_exchange_is_said_so() {
        let endpoints = Endpoints::of(&Settings::default()).unwrap();
        let brought = Brought::new(&Settings::default(), &"x".to_owned().into()).unwrap();
        let error = brought.token(Service::Exchange, &endpoints).unwrap_err();
        assert_eq!(error.facts().target.as_deref(), Some("exchangeToken"));
    }
}
