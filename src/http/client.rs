//! Sending one request, once, and saying honestly what became of it.
//!
//! Three things can happen: an answer came (whatever its status), the request never left
//! ([`Code::Unreachable`]), or it left and its answer was lost ([`Code::AnswerLost`]). Whether to send it again is
//! decided in [`super::retry`].

use std::{error::Error as StdError, io, path::Path, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, AUTHORIZATION},
};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Request, Response, tls};
use crate::{
    error::{Code, Error, Result},
    say,
    sentence::Sentence,
};

/// Time to reach a host: name, connection, TLS.
const CONNECT: Duration = Duration::from_secs(20);
/// Longest silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(60);
/// By which the services' logs know a request of ours.
const CLIENT_REQUEST_ID: &str = "client-request-id";
/// The word of the sentence about a certificate.
const UNTRUSTED: &str = "host_untrusted";
/// Largest answer that is read; the services' pages stay far below.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Which proxy requests go through. Loopback is always reached directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// What the system says: environment variables, the settings of Windows or macOS.
    System,
    /// None.
    Direct,
    /// This one.
    Through(Url),
}

/// An HTTP client for one session.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    direct: reqwest::Client,
    outward: reqwest::Client,
    timeout: Duration,
    tls: rustls::ClientConfig,
    proxy: Proxy,
}

impl Client {
    /// `timeout` is for one request in all, from the first byte sent to the last byte read.
    pub(crate) fn new(timeout: Duration, proxy: &Proxy, ca_certificate_path: Option<&Path>) -> Result<Self> {
        Self::with(tls::configuration(ca_certificate_path)?, proxy, timeout, SILENCE.min(timeout))
    }

    /// The same for a service that may say nothing until it is done.
    pub(crate) fn patient(&self, timeout: Duration) -> Result<Self> {
        Self::with(self.tls.clone(), &self.proxy, timeout, timeout)
    }

    fn with(tls: rustls::ClientConfig, proxy: &Proxy, timeout: Duration, silence: Duration) -> Result<Self> {
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .user_agent(concat!("m365-access/", env!("CARGO_PKG_VERSION")))
                // The token is for one host; an answer that points elsewhere is judged like any other answer.
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                // What may be repeated is decided by what the request does, in one place.
                .retry(reqwest::retry::never())
                .connect_timeout(CONNECT.min(timeout))
                .read_timeout(silence)
                .timeout(timeout)
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| Error::internal(format_args!("the HTTP client: {}", cause(&error))))
        };
        let direct = build(builder().no_proxy())?;
        let outward = match proxy {
            Proxy::Direct => direct.clone(),
            Proxy::System => build(builder())?,
            Proxy::Through(address) => {
                let proxy = reqwest::Proxy::all(address.as_str()).map_err(|error| {
                    Error::new(
                        Code::Argument,
                        say!("proxy_faulty", "this proxy cannot be used: {why}", why = cause(&error)),
                    )
                    .on("proxy")
                })?;
                build(builder().proxy(proxy))?
            }
        };
        Ok(Self { direct, outward, timeout, tls, proxy: proxy.clone() })
    }

    /// Sends a request once. A new `client-request-id` goes with it, unless it has one already.
    pub(crate) async fn send(&self, request: &Request, bearer: Option<&SecretString>) -> Result<Response> {
        let client_request_id = text(&request.headers, CLIENT_REQUEST_ID).unwrap_or_else(|| Uuid::new_v4().to_string());
        let outgoing = outgoing(request, bearer, &client_request_id)?;
        let client = if is_loopback(&request.url) { &self.direct } else { &self.outward };
        let host = request.url.host_str().unwrap_or_default();
        let named = |error: Error| error.with(|facts| facts.client_request_id = Some(client_request_id.clone()));
        let mut answer = client.execute(outgoing).await.map_err(|error| named(failure(&error, host, self.timeout)))?;
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        let body = match body(&mut answer).await {
            Ok(body) => body,
            // The status is what counts of a refusal; some come with a body that is not what its headers say.
            Err((partial, _)) if !status.is_success() => partial,
            Err((_, Unread::TooLarge)) => {
                return Err(named(Error::new(
                    Code::Decode,
                    say!("answer_too_large", "{host} answered with more than anything it documents", host = host),
                )));
            }
            Err((_, Unread::Broken(error))) => {
                return Err(named(failure(&error, host, self.timeout)).with(|facts| {
                    facts.http_status = Some(status.as_u16());
                    facts.request_id = text(&headers, "request-id");
                }));
            }
        };
        Ok(Response { status: status.as_u16(), headers, body, client_request_id })
    }
}

fn outgoing(request: &Request, bearer: Option<&SecretString>, client_request_id: &str) -> Result<reqwest::Request> {
    let mut outgoing = reqwest::Request::new(request.method.clone(), request.url.clone());
    let headers = outgoing.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.extend(request.headers.clone());
    headers.insert(
        HeaderName::from_static(CLIENT_REQUEST_ID),
        HeaderValue::from_str(client_request_id).map_err(Error::internal)?,
    );
    if let Some(token) = bearer {
        headers.insert(AUTHORIZATION, authorization(token)?);
    }
    if let Some(body) = &request.body {
        *outgoing.body_mut() = Some(body.clone().into());
    }
    Ok(outgoing)
}

/// The header of a token, in memory that is wiped with the last request that carries it.
fn authorization(token: &SecretString) -> Result<HeaderValue> {
    let mut line = Zeroizing::new(Vec::with_capacity("Bearer ".len() + token.expose_secret().len()));
    line.extend_from_slice(b"Bearer ");
    line.extend_from_slice(token.expose_secret().as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(line))
        .map_err(|_| Error::internal("a token that cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

enum Unread {
    TooLarge,
    Broken(reqwest::Error),
}

/// The body, in memory that is wiped: answers hold tokens, new passwords and personal data. What could be read comes
/// with the error.
async fn body(answer: &mut reqwest::Response) -> Result<Bytes, (Bytes, Unread)> {
    let expected = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut body = Zeroizing::new(Vec::with_capacity(expected.min(LARGEST_ANSWER)));
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_ANSWER => {
                return Err((Bytes::new(), Unread::TooLarge));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(Bytes::from_owner(body)),
            Err(error) => return Err((Bytes::from_owner(body), Unread::Broken(error))),
        }
    }
}

/// What a failed exchange means: never sent, or sent and lost.
fn failure(error: &reqwest::Error, host: &str, timeout: Duration) -> Error {
    if error.is_builder() {
        return Error::internal(format_args!("a request that cannot be sent: {}", cause(error)));
    }
    if !error.is_connect() {
        let why = if error.is_timeout() {
            return Error::new(
                Code::AnswerLost,
                say!(
                    "answer_late",
                    "{host} did not answer within {seconds} seconds; what became of the request is not known",
                    host = host,
                    seconds = timeout.as_secs()
                ),
            );
        } else {
            cause(error)
        };
        return Error::new(
            Code::AnswerLost,
            say!(
                "answer_lost",
                "the request was sent to {host}, and its answer was lost: {why}",
                host = host,
                why = why
            ),
        );
    }
    let (message, advice) = if let Some(why) = untrusted(error) {
        (
            say!("host_untrusted", "the certificate of {host} is not to be trusted: {why}", host = host, why = why),
            say!(
                "trust_authority",
                "where a proxy or a private authority stands in between, give its certificate with caCertificatePath"
            ),
        )
    } else if error.is_timeout() {
        (say!("host_silent", "{host} cannot be reached: no connection in time", host = host), advice_network())
    } else {
        (say!("host_unreachable", "{host} cannot be reached: {why}", host = host, why = cause(error)), advice_network())
    };
    Error::new(Code::Unreachable, message).advise(advice)
}

fn advice_network() -> Sentence {
    say!("check_network", "check the network, the proxy and the address; nothing was sent")
}

/// The innermost reason. Outer ones repeat themselves, and the client's own carries the address, whose query can hold
/// names of people.
fn cause(error: &reqwest::Error) -> String {
    let mut reason = None;
    let mut source = error.source();
    while let Some(inner) = source {
        if !inner.is::<reqwest::Error>() {
            reason = Some(inner.to_string());
        }
        source = inner.source();
    }
    reason.unwrap_or_else(|| "the exchange broke off".to_owned()).chars().take(300).collect()
}

/// Why a certificate was refused, if that is what happened. Errors of the system wrap others in a way that does not
/// show in the chain of sources.
fn untrusted(error: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(tls @ (rustls::Error::InvalidCertificate(_) | rustls::Error::General(_))) = error.downcast_ref() {
        return Some(tls.to_string());
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.and_then(|inner| untrusted(inner)).or_else(|| error.source().and_then(untrusted))
}

/// Whether a request that was never sent may be sent after a while. A certificate that is not to be trusted stays so.
pub(super) fn can_pass(error: &Error) -> bool {
    error.code() == Code::Unreachable && error.facts().message_id != UNTRUSTED
}

/// Whether an address is this very machine: `127.0.0.0/8`, `::1`, `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// A header as text.
pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_names_that_look_like_it() {
        for (address, expected) in [
            ("http://127.0.0.1:1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:2/", true),
            ("http://LOCALHOST/", true),
            ("http://localhost.example.com/", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://128.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(address).unwrap()), expected, "{address}");
        }
    }
}
