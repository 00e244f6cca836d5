//! What the sign-in service refuses: its numbers, what they mean, and the way out.
//!
//! learn.microsoft.com/entra/identity-platform/reference-error-codes

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error},
    http::{Response, fault},
    say,
    sentence::Sentence,
};

/// Longest text of the service that we carry along.
const LONGEST_TEXT: usize = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: String,
    error_description: String,
    error_codes: Vec<u64>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

impl Body {
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The number that we know best. Decided by the numbers; the text is asked only where they are missing.
    fn number(&self) -> Option<u64> {
        let known = self.error_codes.iter().find(|number| meaning(**number, "").is_some());
        known.or(self.error_codes.first()).copied().or_else(|| {
            let digits = self.error_description.strip_prefix("AADSTS")?;
            digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        })
    }
}

/// Numbers that pass by themselves, although their status says otherwise.
pub(super) fn is_passing(answer: &Response) -> bool {
    answer.status != 200 && matches!(Body::read(&answer.body).number(), Some(50033 | 50087))
}

/// The error for an answer that is not 200. `secrets` are kept out of it, should the service repeat them.
pub(super) fn error(answer: &Response, secrets: &[SecretString]) -> Error {
    let body = Body::read(&answer.body);
    let number = body.number();
    if number.is_none() && body.error.is_empty() {
        // No answer of the sign-in service: a proxy, a gateway, another program at this address.
        return fault::error(answer.status, &answer.headers, &[], Some(&answer.client_request_id));
    }
    // Cut only afterwards: half a secret would not be found.
    let said: String = without(secrets, text(&body)).chars().take(LONGEST_TEXT).collect();
    let (code, sentence, advice) = match number.and_then(|number| meaning(number, &said)) {
        Some((code, sentence, advice)) => (code, sentence, Some(advice)),
        None => (by_status(answer.status), refused(&said), None),
    };
    let error = Error::new(code, sentence).with(|facts| {
        facts.http_status = Some(answer.status);
        facts.service_code = Some(number.map_or_else(|| body.error.clone(), |number| format!("AADSTS{number}")));
        facts.request_id = body.trace_id;
        facts.client_request_id = body.correlation_id.or_else(|| Some(answer.client_request_id.clone()));
        facts.retry_after_seconds =
            fault::retry_after(&answer.headers, jiff::Timestamp::now()).map(|wait| wait.as_secs_f64());
    });
    match advice {
        Some(advice) => error.advise(advice),
        None => error,
    }
}

fn by_status(status: u16) -> Code {
    match status {
        429 => Code::Throttled,
        500..=599 => Code::ServiceFault,
        _ => Code::Unauthenticated,
    }
}

/// The first line, without the ids that follow it: those are fields.
fn text(body: &Body) -> String {
    let text = if body.error_description.is_empty() { &body.error } else { &body.error_description };
    let line = text.lines().next().unwrap_or_default();
    let line = line.split(" Trace ID:").next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).collect()
}

fn without(secrets: &[SecretString], text: String) -> String {
    secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty()).fold(text, |text, secret| {
        // As it is, and as it travelled.
        let encoded: Zeroizing<String> = Zeroizing::new(byte_serialize(secret.as_bytes()).collect());
        text.replace(secret, "***").replace(&*encoded, "***")
    })
}

fn refused(service_message: &str) -> Sentence {
    say!("sign_in_refused", "the sign-in service refuses: {service_message}", service_message = service_message)
}

/// What a number means, and the way out. The service's own text stands behind ours.
#[rustfmt::skip]
fn meaning(number: u64, service_message: &str) -> Option<(Code, Sentence, Sentence)> {
    Some(match number {
        7_000_215 => (Code::Unauthenticated,
            say!("secret_wrong", "the client secret is wrong: {service_message}", service_message = service_message),
            say!("secret_value", "give the secret's value, not its id, as it was shown when the secret was made; make a new one if it is lost")),
        7_000_222 => (Code::Unauthenticated,
            say!("secret_expired", "the client secret has expired: {service_message}", service_message = service_message),
            say!("secret_new", "make a new secret for the app and connect with it")),
        50_012 | 50_048 | 700_027 => (Code::Unauthenticated,
            say!("assertion_refused", "the app's proof of identity is not accepted: {service_message}", service_message = service_message),
            say!("assertion_check", "check that the certificate is registered with the app and that this computer's clock is right")),
        700_213 => (Code::Unauthenticated,
            say!("federation_unmatched", "no federated credential of the app fits this token: {service_message}", service_message = service_message),
            say!("federation_check", "compare issuer, subject and audience of the app's federated credential with the token's")),
        700_025 => (Code::Unauthenticated,
            say!("client_kind_wrong", "this app signs in without a secret, or only with one: {service_message}", service_message = service_message),
            say!("client_kind_check", "check in the app's registration whether it is a public client")),
        700_016 => (Code::Unauthenticated,
            say!("app_unknown", "this tenant does not know the app: {service_message}", service_message = service_message),
            say!("app_check", "check clientId, tenantId and the environment, and that the app was added to the tenant")),
        90_002 | 900_023 => (Code::Unauthenticated,
            say!("tenant_unknown", "there is no such tenant: {service_message}", service_message = service_message),
            say!("tenant_check", "check tenantId (an id or a verified domain) and the environment")),
        500_011 => (Code::Unauthenticated,
            say!("service_not_in_tenant", "the tenant does not know the service: {service_message}", service_message = service_message),
            say!("environment_check", "check the environment and the endpoints: tokens of one cloud are no use in another")),
        70_011 => (Code::Unauthenticated,
            say!("scope_invalid", "the sign-in service does not know what is asked for: {service_message}", service_message = service_message),
            say!("environment_check", "check the environment and the endpoints: tokens of one cloud are no use in another")),
        65_001 => (Code::Forbidden,
            say!("consent_missing", "nobody has consented to the app's permissions: {service_message}", service_message = service_message),
            say!("consent_give", "an administrator must grant the app's permissions for the tenant")),
        50_105 => (Code::Forbidden,
            say!("assignment_missing", "the app is only for those who are assigned to it: {service_message}", service_message = service_message),
            say!("assignment_give", "an administrator must assign the account to the app")),
        53_003 => (Code::Forbidden,
            say!("policy_blocks", "a Conditional Access policy blocks this sign-in: {service_message}", service_message = service_message),
            say!("policy_check", "look at the tenant's sign-in log for the policy, and meet or change it")),
        50_057 => (Code::Unauthenticated,
            say!("account_disabled", "the account that signs in is blocked: {service_message}", service_message = service_message),
            say!("account_other", "sign in as another administrator, or have the account unblocked")),
        50_034 => (Code::Unauthenticated,
            say!("account_unknown", "the tenant does not know the account: {service_message}", service_message = service_message),
            say!("account_check", "check the user principal name and the tenant")),
        50_053 => (Code::Unauthenticated,
            say!("account_locked", "the account or this address is locked after bad attempts: {service_message}", service_message = service_message),
            say!("account_wait", "wait a while; the lock ends by itself")),
        50_055 => (Code::Unauthenticated,
            say!("password_expired", "the account's password has expired or must be changed: {service_message}", service_message = service_message),
            say!("password_change", "change the password in a browser, then connect again")),
        50_056 | 50_126 => (Code::Unauthenticated,
            say!("password_wrong", "the user name or the password is wrong: {service_message}", service_message = service_message),
            say!("password_check", "check both; repeated bad attempts lock the account")),
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 => (Code::Unauthenticated,
            say!("second_factor_needed", "the account needs a second factor: {service_message}", service_message = service_message),
            say!("second_factor_way", "sign in in a way that can ask for it, or bring an access token")),
        50_173 => (Code::Unauthenticated,
            say!("grant_revoked", "the sign-in was revoked, or the password changed since: {service_message}", service_message = service_message),
            say!("sign_in_again", "sign in again")),
        70_008 | 700_082 => (Code::Unauthenticated,
            say!("grant_expired", "the sign-in is too old: {service_message}", service_message = service_message),
            say!("sign_in_again", "sign in again")),
        50_033 | 50_087 => (Code::ServiceFault,
            say!("sign_in_busy", "the sign-in service has a passing fault: {service_message}", service_message = service_message),
            say!("try_again_later", "try again later; with the request id Microsoft's support can look it up")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec().into(),
            client_request_id: "ours".to_owned(),
        }
    }

    #[test]
    fn a_wrong_secret_is_told_with_its_number_ids_and_way_out() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-11-24 16:00:00Z","error_codes":[7000215],"timestamp":"2026-11-24 16:00:00Z","trace_id":"t-1","correlation_id":"c-1"}"#;
        let error = error(&answer(401, body), &[]);
        let facts = error.facts();
        assert_eq!(facts.code, Code::Unauthenticated);
        assert_eq!(facts.service_code.as_deref(), Some("AADSTS7000215"));
        assert_eq!((facts.request_id.as_deref(), facts.client_request_id.as_deref()), (Some("t-1"), Some("c-1")));
        assert_eq!((facts.http_status, facts.message_id.as_str()), (Some(401), "secret_wrong"));
        assert_eq!(facts.message_arguments["service_message"], "AADSTS7000215: Invalid client secret provided.");
        assert!(facts.advice.is_some());
    }

    #[test]
    fn the_number_decides_and_not_the_text() {
        let body = r#"{"error":"invalid_grant","error_description":"AADSTS7000215: x","error_codes":[90100,50057]}"#;
        assert_eq!(error(&answer(400, body), &[]).facts().message_id, "account_disabled");
        let textual = r#"{"error":"invalid_request","error_description":"AADSTS90002: Tenant 'x' not found."}"#;
        assert_eq!(error(&answer(400, textual), &[]).facts().message_id, "tenant_unknown");
        let unknown = r#"{"error":"invalid_grant","error_description":"AADSTS999: new","error_codes":[999]}"#;
        let error = error(&answer(400, unknown), &[]);
        assert_eq!(error.facts().service_code.as_deref(), Some("AADSTS999"));
        assert_eq!((error.code(), error.facts().message_id.as_str()), (Code::Unauthenticated, "sign_in_refused"));
    }

    #[test]
    fn a_secret_that_is_repeated_by_the_service_stays_inside() {
        let body =
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: 'planted~1' is wrong, a=planted%7E1"}"#;
        let error = error(&answer(401, body), &["planted~1".to_owned().into()]);
        assert!(!format!("{error:?}").contains("planted"));
    }

    #[test]
    fn what_is_no_answer_of_the_sign_in_service_is_judged_by_its_status() {
        assert_eq!(error(&answer(502, "<html>"), &[]).code(), Code::ServiceFault);
        assert_eq!(error(&answer(404, ""), &[]).code(), Code::NotFound);
        assert_eq!(error(&answer(429, r#"{"error":"temporarily_unavailable"}"#), &[]).code(), Code::Throttled);
    }

    #[test]
    fn passing_numbers_are_repeated() {
        assert!(is_passing(&answer(400, r#"{"error":"x","error_codes":[50033]}"#)));
        assert!(!is_passing(&answer(400, r#"{"error":"x","error_codes":[50034]}"#)));
    }
}
