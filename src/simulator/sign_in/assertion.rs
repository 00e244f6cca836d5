//! Client assertions: a JWT signed with a registered certificate, or a token of an issuer that the app trusts.
//!
//! learn.microsoft.com/entra/identity-platform/certificate-credentials and
//! learn.microsoft.com/entra/workload-id/workload-identity-federation.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT},
};
use jiff::Timestamp;
use ring::{
    digest,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    address::below_base,
    key::Compact,
    refusal::Refusal,
    request::{Asked, Authority, authority},
};
use crate::simulator::tenant::{Certificate, ServicePrincipal, Tenant};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far the clocks of client and service may differ, in seconds. Clocks are real, so this is not scaled.
const SKEW: f64 = 300.0;

/// Whom an assertion speaks for, before anything of it is believed.
pub(super) fn subject(assertion: &str) -> Option<String> {
    Some(Compact::read(assertion)?.text("sub").to_owned()).filter(|subject| !subject.is_empty())
}

/// Whether the assertion shows that its sender is `app`.
pub(super) fn check(
    asked: &Asked<'_>,
    tenant: &Tenant,
    app: &ServicePrincipal,
    assertion: &str,
) -> Result<(), Refusal> {
    if asked.form.required("client_assertion_type")? != TYPE {
        return Err(Refusal::Malformed("client_assertion_type"));
    }
    let assertion = Compact::read(assertion).ok_or(Refusal::AssertionInvalid("it is not a signed JSON web token"))?;
    let names_app = |claim| Uuid::try_parse(assertion.text(claim)).is_ok_and(|id| id == app.app_id);
    match (names_app("iss"), names_app("sub")) {
        (true, true) => check_certificate(asked, tenant, app, &assertion),
        (false, false) => check_federated(asked, app, &assertion),
        _ => Err(Refusal::AssertionSubject),
    }
}

fn check_certificate(
    asked: &Asked<'_>,
    tenant: &Tenant,
    app: &ServicePrincipal,
    assertion: &Compact<'_>,
) -> Result<(), Refusal> {
    let certificate = certificate(app, assertion).ok_or(Refusal::AssertionFailed(
        "the certificate that its header names by thumbprint is not registered with the application",
    ))?;
    let algorithm = match assertion.header.get("alg").and_then(Value::as_str) {
        Some("PS256") => &RSA_PSS_2048_8192_SHA256,
        Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(Refusal::AssertionFailed("its algorithm is neither PS256 nor RS256")),
    };
    UnparsedPublicKey::new(algorithm, &certificate.public_key)
        .verify(assertion.signed.as_bytes(), &assertion.signature)
        .map_err(|_| Refusal::AssertionFailed("the signature is wrong"))?;
    check_time(assertion, asked.now)?;
    if !audiences(assertion).any(|audience| is_ours(asked, tenant, audience)) {
        return Err(Refusal::AssertionInvalid("its audience is not the token endpoint of this tenant"));
    }
    Ok(())
}

/// The registered certificate that the header names: `x5t#S256`, or for RS256 also the older `x5t`.
fn certificate<'a>(app: &'a ServicePrincipal, assertion: &Compact<'_>) -> Option<&'a Certificate> {
    let named = |field| assertion.header.get(field).and_then(Value::as_str).and_then(decode);
    let (algorithm, thumbprint) = match named("x5t#S256") {
        Some(thumbprint) => (&digest::SHA256, thumbprint),
        None if assertion.header.get("alg").and_then(Value::as_str) == Some("RS256") => {
            (&digest::SHA1_FOR_LEGACY_USE_ONLY, named("x5t")?)
        }
        None => return None,
    };
    app.certificates.iter().find(|known| digest::digest(algorithm, &known.der).as_ref() == thumbprint)
}

/// Base64 of either alphabet: published clients disagree about `x5t`.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_PAD_INDIFFERENT.decode(text).or_else(|_| STANDARD_PAD_INDIFFERENT.decode(text)).ok()
}

/// A token of another issuer. The service would fetch that issuer's keys and check the signature; a tenant without a
/// network cannot, so here whoever knows issuer, subject and audience is believed.
fn check_federated(asked: &Asked<'_>, app: &ServicePrincipal, assertion: &Compact<'_>) -> Result<(), Refusal> {
    let matches = app.federated_credentials.iter().any(|(issuer, subject, audience)| {
        assertion.text("iss") == issuer
            && assertion.text("sub") == subject
            && audiences(assertion).any(|named| named == audience)
    });
    if !matches {
        return Err(Refusal::FederationUnknown);
    }
    check_time(assertion, asked.now)
}

fn check_time(assertion: &Compact<'_>, now: Timestamp) -> Result<(), Refusal> {
    let now = now.as_duration().as_secs_f64();
    let end = assertion.time("exp").ok_or(Refusal::AssertionInvalid("it has no 'exp'"))?;
    if now > end + SKEW {
        return Err(Refusal::AssertionFailed("it has expired; compare the clocks"));
    }
    if assertion.time("nbf").is_some_and(|start| now < start - SKEW) {
        return Err(Refusal::AssertionFailed("it is not valid yet; compare the clocks"));
    }
    Ok(())
}

/// `aud` is one text or a list of them.
fn audiences<'a>(assertion: &'a Compact<'_>) -> impl Iterator<Item = &'a str> {
    let (one, many) = match assertion.claims.get("aud") {
        Some(Value::String(audience)) => (Some(audience.as_str()), None),
        Some(Value::Array(audiences)) => (None, Some(audiences)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_str))
}

/// A token endpoint of this tenant, of either version, or its issuer.
fn is_ours(asked: &Asked<'_>, tenant: &Tenant, audience: &str) -> bool {
    let Some(below) = below_base(asked.world, audience) else { return false };
    let Some((segment, rest)) = below.trim_start_matches('/').split_once('/') else { return false };
    matches!(rest, "oauth2/v2.0/token" | "oauth2/token" | "v2.0") && authority(tenant, segment) == Ok(Authority::Tenant)
}
