//! What an answer that is not a success means: a code of ours, a sentence, a way out, and the facts for a ticket.
//!
//! Decided by status first, then by the service's code; by its words only where it gives no code that would tell
//! (passwords that are refused and people who are mastered on-premises are both `Request_BadRequest`).
//! learn.microsoft.com/graph/errors

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

use super::{client::text, said::Said};
use crate::{
    error::{Code, Error},
    say,
    sentence::Sentence,
};

/// Longest wait that is believed; more is taken for a mistake of the service.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// The error that an answer of a service stands for, with the service's code and both request ids.
pub(crate) fn error(status: u16, headers: &HeaderMap, body: &[u8], client_request_id: Option<&str>) -> Error {
    let said = Said::read(body);
    // Exchange Online asks to slow down in plain text, with any status.
    let error = classify(if is_busy(body) { 429 } else { status }, headers, &said);
    error.with(|facts| {
        facts.http_status = Some(status);
        facts.service_code =
            said.code().map(str::to_owned).or_else(|| text(headers, "x-exceptiontype")).or(facts.service_code.take());
        facts.request_id = text(headers, "request-id")
            .or_else(|| text(headers, "x-ms-request-id"))
            .or_else(|| said.request_id.clone());
        facts.client_request_id = client_request_id
            .map(str::to_owned)
            .or_else(|| text(headers, "client-request-id"))
            .or_else(|| said.client_request_id.clone());
        facts.retry_after_seconds = retry_after(headers, Timestamp::now()).map(|wait| wait.as_secs_f64());
    })
}

fn classify(status: u16, headers: &HeaderMap, said: &Said) -> Error {
    let (code, sentence, advice) = by_words(status, headers, said)
        .map_or_else(|| by_status(status, said), |(code, sentence, advice)| (code, sentence, Some(advice)));
    let error = Error::new(code, sentence);
    match advice {
        Some(advice) => error.advise(advice),
        None => error,
    }
}

/// Where the status alone does not tell.
#[rustfmt::skip]
fn by_words(status: u16, headers: &HeaderMap, said: &Said) -> Option<(Code, Sentence, Sentence)> {
    let service_message = words(said, status);
    Some(match status {
        _ if said.speaks_of("on-premises mastered") => (Code::Synchronized,
            say!("service_synchronized", "this is mastered on-premises and cannot be written in the cloud: {service_message}", service_message = service_message),
            say!("change_on_premises", "change it in the on-premises directory; the next synchronisation brings it")),
        403 if claims_challenge(headers).is_some() || said.has("insufficient_claims") => (Code::Forbidden,
            say!("conditional_access", "a Conditional Access policy of the tenant stands in the way: {service_message}", service_message = service_message),
            say!("sign_in_as_policy_wants", "sign in in the way the policy asks for, or have the policy changed")),
        403 if said.has("Directory_QuotaExceeded") => return by_words(507, headers, said),
        507 => (Code::Rejected,
            say!("tenant_full", "a quota of the tenant is used up: {service_message}", service_message = service_message),
            say!("make_room", "delete what is not needed any more, deleted objects included, or have the quota raised")),
        400 if said.speaks_of("federated user") => (Code::Federated,
            say!("service_federated", "this person signs in at another identity provider, which keeps the password: {service_message}", service_message = service_message),
            say!("change_at_provider", "reset it there; blocking sign-in and revoking sessions work here")),
        400 if said.speaks_of("password") => (Code::Rejected,
            say!("password_refused", "the service refuses this password: {service_message}", service_message = service_message),
            say!("another_password", "give a longer, unusual password, or let one be generated")),
        _ => return None,
    })
}

#[rustfmt::skip]
fn by_status(status: u16, said: &Said) -> (Code, Sentence, Option<Sentence>) {
    let service_message = words(said, status);
    match status {
        401 => (Code::Unauthenticated,
            say!("token_refused", "the service does not accept our sign-in: {service_message}", service_message = service_message),
            Some(say!("connect_again", "connect again"))),
        403 => (Code::Forbidden,
            say!("service_forbids", "the service refuses: {service_message}", service_message = service_message),
            Some(say!("check_permission_and_role", "a permission of the app or a directory role of the account is missing for this person or this action"))),
        404 | 410 => (Code::NotFound,
            say!("service_knows_not", "the service does not know it: {service_message}", service_message = service_message),
            None),
        409 | 412 | 423 => (Code::Conflict,
            say!("service_conflict", "someone else is changing the same thing: {service_message}", service_message = service_message),
            Some(say!("try_again_soon", "try again in a moment"))),
        424 => (Code::Dependency,
            say!("service_dependency", "a request that this one depends on failed: {service_message}", service_message = service_message),
            None),
        429 | 509 => (Code::Throttled,
            say!("service_throttles", "the service asks to slow down, longer than we wait: {service_message}", service_message = service_message),
            Some(say!("try_later_fewer", "try again later, or with fewer people at once; other programs may use the same app"))),
        408 | 500..=599 => (Code::ServiceFault,
            say!("service_fault", "the service has a fault of its own: {service_message}", service_message = service_message),
            Some(say!("try_again_later", "try again later; with the request id Microsoft's support can look it up"))),
        400..=499 => (Code::Rejected,
            say!("service_rejects", "the service refuses these values: {service_message}", service_message = service_message),
            None),
        300..=399 => (Code::Decode,
            say!("service_redirects", "the service points to another address, which is not followed: {service_message}", service_message = service_message),
            Some(say!("check_endpoint", "check the endpoint's address and the proxy"))),
        _ => (Code::Decode,
            say!("service_answered", "the service answered {status}, which it does not document here", status = status),
            None),
    }
}

/// The service's own words, else its code and status.
fn words(said: &Said, status: u16) -> String {
    match (&said.message, said.code()) {
        (Some(message), _) => message.clone(),
        (None, Some(code)) => format!("HTTP {status} {code}"),
        (None, None) => format!("HTTP {status}"),
    }
}

/// How long the service wants us to wait: `Retry-After` in (decimal) seconds or as a date. A date is compared with the
/// service's own clock where the answer tells it, because ours may be off.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = value.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let now = headers.get(http::header::DATE).and_then(|date| http_date(date.to_str().ok()?)).unwrap_or(now);
        Duration::try_from(http_date(value)?.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    (wait <= LONGEST_WAIT).then_some(wait)
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

/// Statuses that pass by themselves: 408, 409 (concurrency), 429, 500, 502, 503, 504, 509.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500 | 502 | 503 | 504 | 509)
}

/// Whether an answer leaves open what became of a write.
pub(crate) fn effect_unknown(status: u16, headers: &HeaderMap) -> bool {
    match status {
        408 | 500 | 502 | 504 => true,
        503 => !headers.contains_key(http::header::RETRY_AFTER),
        _ => false,
    }
}

/// What is known of a write whose answer was lost once that it was sent again and answered so: nothing more, where this
/// answer was a refusal, which tells only about the second sending. Nothing where the answer stands.
pub(crate) fn still_lost(
    lost: &Error,
    status: u16,
    headers: &HeaderMap,
    refusal: impl FnOnce() -> Error,
) -> Option<Error> {
    match status {
        200..=299 => None,
        _ if effect_unknown(status, headers) => None,
        // Turned away at the door.
        401 | 409 | 429 | 503 | 509 => Some(lost.clone()),
        _ => Some(lost_then_refused(&refusal())),
    }
}

/// Why the second sending was refused is what an administrator can do something about.
fn lost_then_refused(refusal: &Error) -> Error {
    let facts = refusal.facts();
    Error::new(
        Code::AnswerLost,
        say!("lost_then_refused", "an answer was lost, and sent again the request was refused: {why}", why = refusal)
            .quoting("why", refusal),
    )
    .answered_as(refusal)
    .with(|lost| {
        lost.advice.clone_from(&facts.advice);
        lost.advice_id.clone_from(&facts.advice_id);
        lost.advice_arguments.clone_from(&facts.advice_arguments);
    })
}

/// The error of a write whose answer leaves open what became of it.
pub(crate) fn lost(status: u16, headers: &HeaderMap, body: &[u8], client_request_id: Option<&str>) -> Error {
    Error::new(
        Code::AnswerLost,
        say!(
            "effect_unknown",
            "the service broke off with {status}; whether the request took effect is not known",
            status = status
        ),
    )
    .answered_as(&error(status, headers, body, client_request_id))
}

/// Whether an answer asks to slow down. Exchange Online says so in plain text, with any status.
pub(super) fn is_throttled(status: u16, body: &[u8]) -> bool {
    matches!(status, 429 | 509) || (status >= 400 && is_busy(body))
}

fn is_busy(body: &[u8]) -> bool {
    body.starts_with(b"You have reached the maximum number of concurrent requests per tenant")
}

/// Whether a 409 is only about who came first.
pub(super) fn is_concurrency(body: &[u8]) -> bool {
    Said::read(body).has("Directory_ConcurrencyViolation")
}

/// The claims that an answer asks a new token for, still encoded: `WWW-Authenticate: Bearer ...,
/// error="insufficient_claims", claims="..."`. learn.microsoft.com/entra/identity-platform/claims-challenge
pub(crate) fn claims_challenge(headers: &HeaderMap) -> Option<String> {
    headers.get_all(http::header::WWW_AUTHENTICATE).iter().find_map(|value| {
        let value = value.to_str().ok()?;
        let scheme = value.get(..6)?;
        if !scheme.eq_ignore_ascii_case("bearer") || parameter(value, "error")? != "insufficient_claims" {
            return None;
        }
        parameter(value, "claims").map(str::to_owned)
    })
}

/// A quoted parameter of a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = challenge;
    while let Some((before, after)) = rest.split_once('=') {
        let found = before.rsplit([' ', ',', '\t']).next().unwrap_or_default().eq_ignore_ascii_case(name);
        let (value, tail) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if found {
            return Some(value);
        }
        rest = tail;
    }
    None
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn code(status: u16, body: &str) -> Code {
        error(status, &HeaderMap::new(), body.as_bytes(), None).code()
    }

    #[test]
    fn statuses_come_first() {
        let refused = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}"#;
        for (status, body, expected) in [
            (401, r#"{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}"#, Code::Unauthenticated),
            (403, refused, Code::Forbidden),
            (403, "\0\0\0\0", Code::Forbidden),
            (403, "", Code::Forbidden),
            (
                404,
                r#"{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist"}}"#,
                Code::NotFound,
            ),
            (
                400,
                r#"{"error":{"code":"Request_BadRequest","message":"Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration."}}"#,
                Code::Synchronized,
            ),
            (
                400,
                r#"{"error":{"code":"Request_BadRequest","message":"The specified password does not comply with password complexity requirements. Please provide a different password."}}"#,
                Code::Rejected,
            ),
            (400, r#"{"error":{"code":"Request_UnsupportedQuery","message":"no"}}"#, Code::Rejected),
            (405, "", Code::Rejected),
            (409, r#"{"error":{"code":"Directory_ConcurrencyViolation","message":"busy"}}"#, Code::Conflict),
            (412, "", Code::Conflict),
            (424, "", Code::Dependency),
            (429, "", Code::Throttled),
            (
                500,
                "You have reached the maximum number of concurrent requests per tenant. Please wait and try again",
                Code::Throttled,
            ),
            (500, "", Code::ServiceFault),
            (503, "<html>", Code::ServiceFault),
            (302, "", Code::Decode),
            (100, "", Code::Decode),
        ] {
            assert_eq!(code(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_facts_of_an_answer_are_fields() {
        let headers = headers(&[("request-id", "r-1"), ("client-request-id", "c-1"), ("retry-after", "2.5")]);
        let body = br#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}"#;
        let error = error(403, &headers, body, Some("c-ours"));
        let facts = error.facts();
        assert_eq!(facts.http_status, Some(403));
        assert_eq!(facts.service_code.as_deref(), Some("Authorization_RequestDenied"));
        assert_eq!(facts.request_id.as_deref(), Some("r-1"));
        assert_eq!(facts.client_request_id.as_deref(), Some("c-ours"));
        assert_eq!(facts.retry_after_seconds, Some(2.5));
        assert_eq!(facts.message_arguments["service_message"], "Insufficient privileges");
        assert!(facts.message.ends_with("Insufficient privileges"));
    }

    #[test]
    fn an_exception_in_the_headers_is_the_code_where_the_body_has_none() {
        let headers = headers(&[("x-exceptiontype", "UnableToWriteToAadException")]);
        let error = error(500, &headers, &[0; 8], None);
        assert_eq!(error.facts().service_code.as_deref(), Some("UnableToWriteToAadException"));
        assert_eq!(error.facts().message_arguments["service_message"], "HTTP 500");
    }

    #[test]
    fn waits_are_read_in_every_form() {
        let now: Timestamp = "2026-11-24T16:00:00Z".parse().unwrap();
        let wait = |pairs: &[(&'static str, &'static str)]| retry_after(&headers(pairs), now);
        assert_eq!(wait(&[("retry-after", "0.25")]), Some(Duration::from_millis(250)));
        assert_eq!(wait(&[("retry-after", "12")]), Some(Duration::from_secs(12)));
        assert_eq!(wait(&[("retry-after", "Tue, 24 Nov 2026 16:00:30 GMT")]), Some(Duration::from_secs(30)));
        let skewed = [("retry-after", "Tue, 24 Nov 2026 17:00:30 GMT"), ("date", "Tue, 24 Nov 2026 17:00:00 GMT")];
        assert_eq!(wait(&skewed), Some(Duration::from_secs(30)), "the service's clock is an hour ahead");
        assert_eq!(wait(&[("retry-after", "Tue, 24 Nov 2026 15:00:00 GMT")]), Some(Duration::ZERO));
        for nonsense in ["-1", "NaN", "inf", "soon", "", "1e12"] {
            assert_eq!(wait(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_claims_challenge_is_found_among_other_parameters() {
        let challenge = |value| claims_challenge(&headers(&[("www-authenticate", value)]));
        let real = r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
        assert_eq!(challenge(real).as_deref(), Some("eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="));
        assert_eq!(challenge(r#"bearer claims="YQ", error="insufficient_claims""#).as_deref(), Some("YQ"));
        assert_eq!(challenge(r#"Bearer error="invalid_token", claims="YQ""#), None);
        assert_eq!(challenge("Basic realm=x"), None);
        assert_eq!(challenge("Bearer"), None);
    }
}
