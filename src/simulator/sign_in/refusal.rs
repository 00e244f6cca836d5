//! Why the sign-in service refuses, and how it says so.
//!
//! Numbers are those of learn.microsoft.com/entra/identity-platform/reference-error-codes; which number a case gets,
//! where that page leaves it open, is said at the case. The sentences are ours: clients must branch on numbers.

use http::{HeaderMap, Method};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::request::Asked;
use crate::simulator::wire::Answer;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The endpoint takes another method alone.
    Method {
        /// The one it takes.
        accepted: Method,
        /// The one that came.
        came: Method,
    },
    /// A field of the form is missing, or the body is no form at all: the service then sees no field either.
    Missing(&'static str),
    /// A field is there that cannot be read.
    Malformed(&'static str),
    /// `resource` was sent to the v2 endpoint.
    ResourceOnV2,
    /// A flow that this endpoint does not know.
    Grant(String),
    /// No tenant of that id or domain.
    TenantUnknown(String),
    /// Neither an id nor a domain.
    TenantMalformed(String),
    /// An app that signs in for itself must name its tenant.
    TenantNotNamed,
    /// Passwords are not taken at `/common`.
    CommonNotServed,
    /// No such app in the tenant.
    AppUnknown(String),
    /// None of the app's secrets is this one.
    SecretWrong(String),
    /// The secret was right until its end.
    SecretExpired(String),
    /// A confidential client without secret or assertion. The service has been seen to answer an app that signs in for
    /// itself with another number (7000216); the published list has this one alone.
    CredentialMissing,
    /// A public client with one.
    CredentialUnwanted,
    /// The assertion is not believed: unknown certificate, wrong signature, out of its time.
    AssertionFailed(&'static str),
    /// The assertion is no JWT, or is for somebody else.
    AssertionInvalid(&'static str),
    /// Its subject is not its issuer.
    AssertionSubject,
    /// No federated credential of the app matches issuer, subject and audience.
    FederationUnknown,
    /// A scope that is none, or scopes of more than one service.
    Scope(String),
    /// No such service in the tenant.
    ResourceUnknown(String),
    /// Nobody has consented to what is asked for.
    ConsentMissing(String),
    /// No such person here. Guests have their password at home.
    PersonUnknown(String),
    /// The password is wrong.
    PasswordWrong,
    /// There is no password here: the person signs in elsewhere. That federated people get this very number from the
    /// token endpoint is unconfirmed; it is the one whose documented meaning fits.
    PasswordElsewhere,
    /// The password must be changed first.
    PasswordExpired,
    /// The new one is too weak, or the old one.
    PasswordUnsuitable,
    /// Smart lockout.
    Locked,
    /// The account is disabled.
    Disabled,
    /// A second factor is needed for this service.
    SecondFactor(String),
    /// The sign-in behind a grant is older than a revocation or a new password.
    Revoked {
        /// When the grant was issued.
        issued: Timestamp,
        /// Since when grants are valid.
        valid_from: Timestamp,
    },
    /// A refresh token that nobody used for too long.
    RefreshExpired,
    /// No refresh token of ours, or another client's. Which number the latter gets is unconfirmed.
    RefreshInvalid,
    /// The person has not decided yet.
    DevicePending,
    /// The same, and the client asks too often. The page of the flow does not name `slow_down`; RFC 8628 does, and
    /// MSAL expects it. It carries the number of a pending code.
    DeviceTooFast,
    /// The person said no. The contract has one number for this and for a bad code.
    DeviceDeclined,
    /// Too late.
    DeviceExpired,
    /// No such code.
    DeviceUnknown,
    /// A code on which somebody has decided already.
    DeviceDecided,
    /// Our own fault: the signing key cannot be used.
    Unavailable,
}

/// How a refusal is told: status, error, number, sub-error.
type Kind = (u16, &'static str, u32, Option<&'static str>);

impl Refusal {
    fn kind(&self) -> Kind {
        match self {
            Self::Method { .. } => (400, "invalid_request", 900_561, None),
            Self::Missing(_) => (400, "invalid_request", 900_144, None),
            Self::Malformed(_) => (400, "invalid_request", 9_002_313, None),
            Self::ResourceOnV2 => (400, "invalid_request", 901_002, None),
            Self::Grant(_) => (400, "unsupported_grant_type", 70_003, None),
            Self::TenantUnknown(_) => (400, "invalid_request", 90_002, None),
            Self::TenantMalformed(_) => (400, "invalid_request", 900_023, None),
            Self::TenantNotNamed => (400, "invalid_request", 50_059, None),
            Self::CommonNotServed => (400, "invalid_request", 9_001_023, None),
            Self::AppUnknown(_) => (400, "unauthorized_client", 700_016, None),
            Self::SecretWrong(_) => (401, "invalid_client", 7_000_215, None),
            Self::SecretExpired(_) => (401, "invalid_client", 7_000_222, None),
            Self::CredentialMissing => (401, "invalid_client", 7_000_218, None),
            Self::CredentialUnwanted => (401, "invalid_client", 700_025, None),
            Self::AssertionFailed(_) => (401, "invalid_client", 700_027, None),
            Self::AssertionInvalid(_) => (401, "invalid_client", 50_012, None),
            Self::AssertionSubject => (401, "invalid_client", 50_048, None),
            Self::FederationUnknown => (401, "invalid_client", 700_213, None),
            Self::Scope(_) => (400, "invalid_scope", 70_011, None),
            Self::ResourceUnknown(_) => (400, "invalid_resource", 500_011, None),
            Self::ConsentMissing(_) => (400, "invalid_grant", 65_001, Some("consent_required")),
            Self::PersonUnknown(_) => (400, "invalid_grant", 50_034, None),
            Self::PasswordWrong => (400, "invalid_grant", 50_126, None),
            Self::PasswordElsewhere => (400, "invalid_grant", 50_056, None),
            Self::PasswordExpired => (400, "invalid_grant", 50_055, None),
            Self::PasswordUnsuitable => (400, "invalid_grant", 120_002, None),
            Self::Locked => (400, "invalid_grant", 50_053, None),
            Self::Disabled => (400, "invalid_grant", 50_057, None),
            Self::SecondFactor(_) => (400, "invalid_grant", 50_076, Some("basic_action")),
            Self::Revoked { .. } => (400, "invalid_grant", 50_173, Some("bad_token")),
            Self::RefreshExpired => (400, "invalid_grant", 700_082, Some("bad_token")),
            Self::RefreshInvalid => (400, "invalid_grant", 70_000, None),
            Self::DevicePending => (400, "authorization_pending", 70_016, None),
            Self::DeviceTooFast => (400, "slow_down", 70_016, None),
            Self::DeviceDeclined => (400, "authorization_declined", 70_018, None),
            Self::DeviceExpired => (400, "expired_token", 70_019, None),
            Self::DeviceUnknown => (400, "bad_verification_code", 70_018, None),
            Self::DeviceDecided => (400, "invalid_request", 90_120, None),
            Self::Unavailable => (500, "server_error", 50_033, None),
        }
    }

    /// HTTP status.
    pub(super) fn status(&self) -> u16 {
        self.kind().0
    }

    /// The number, without `AADSTS`.
    pub(super) fn number(&self) -> u32 {
        self.kind().2
    }

    /// What a person may read, without number and ids.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Method { accepted, came } => {
                format!("This endpoint accepts {accepted} requests only. Received a {came} request.")
            }
            Self::Missing(name) => format!("The request body must contain the parameter '{name}', form-encoded."),
            Self::Malformed(name) => format!("The parameter '{name}' cannot be read."),
            Self::ResourceOnV2 => "The parameter 'resource' is not supported here; use 'scope'.".to_owned(),
            Self::Grant(grant) => format!("The grant type '{grant}' is not supported."),
            Self::TenantUnknown(tenant) => {
                format!("Tenant '{tenant}' was not found. Check the tenant id and the cloud.")
            }
            Self::TenantMalformed(tenant) => {
                format!("The tenant identifier '{tenant}' is neither a tenant id nor a domain name.")
            }
            Self::TenantNotNamed => {
                "Neither the request nor its credentials name a tenant; use the tenant's own endpoint.".to_owned()
            }
            Self::CommonNotServed => {
                "The grant type is not supported at /common; use /organizations or the tenant's own endpoint."
                    .to_owned()
            }
            Self::AppUnknown(app) => format!("Application '{app}' was not found in this tenant."),
            Self::SecretWrong(app) => format!("The client secret is not valid for application '{app}'."),
            Self::SecretExpired(app) => format!("The client secret of application '{app}' has expired."),
            Self::CredentialMissing => {
                "The request body must contain 'client_assertion' or 'client_secret'.".to_owned()
            }
            Self::CredentialUnwanted => {
                "The client is public: it must send neither 'client_assertion' nor 'client_secret'.".to_owned()
            }
            Self::AssertionFailed(why) => format!("The client assertion failed its check: {why}."),
            Self::AssertionInvalid(why) => format!("The client assertion is not valid: {why}."),
            Self::AssertionSubject => "Subject and issuer of the client assertion differ.".to_owned(),
            Self::FederationUnknown => {
                "No federated credential of the application matches the assertion's issuer, subject and audience."
                    .to_owned()
            }
            Self::Scope(scope) => format!("The scope '{scope}' is not valid."),
            Self::ResourceUnknown(resource) => format!("The resource '{resource}' was not found in this tenant."),
            Self::ConsentMissing(app) => {
                format!("Neither the person nor an administrator has consented to what application '{app}' asks for.")
            }
            Self::PersonUnknown(name) => format!("The account '{name}' does not exist in this directory."),
            Self::PasswordWrong => "The user name or the password is wrong.".to_owned(),
            Self::PasswordElsewhere => "There is no password in this directory for this account.".to_owned(),
            Self::PasswordExpired => "The password has expired and must be changed.".to_owned(),
            Self::PasswordUnsuitable => "The new password is too weak, or is the old one.".to_owned(),
            Self::Locked => "The account is locked after too many attempts with a wrong password.".to_owned(),
            Self::Disabled => "The account is disabled.".to_owned(),
            Self::SecondFactor(resource) => format!("A second factor is needed to use '{resource}'."),
            Self::Revoked { issued, valid_from } => format!(
                "The grant was issued at {issued} and has been revoked: grants are valid from {valid_from} on. The \
                 password may have been changed or reset."
            ),
            Self::RefreshExpired => "The refresh token has expired, unused for too long.".to_owned(),
            Self::RefreshInvalid => "The refresh token is not valid.".to_owned(),
            Self::DevicePending => "Authorization is pending. Continue polling.".to_owned(),
            Self::DeviceTooFast => "Authorization is pending. Poll at the interval given, not faster.".to_owned(),
            Self::DeviceDeclined => "The person declined the request.".to_owned(),
            Self::DeviceExpired => "The code has expired. Start again.".to_owned(),
            Self::DeviceUnknown => "The code is not known.".to_owned(),
            Self::DeviceDecided => "The request was already approved or declined.".to_owned(),
            Self::Unavailable => "The service cannot sign tokens at the moment.".to_owned(),
        }
    }

    /// The answer of an endpoint.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> Answer {
        let (status, error, number, sub_error) = self.kind();
        let timestamp = asked.now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let (trace, correlation) = (asked.trace_id, asked.correlation_id);
        let mut body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{number}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
                self.sentence()
            ),
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        });
        if let (Some(sub_error), Value::Object(fields)) = (sub_error, &mut body) {
            fields.insert("suberror".to_owned(), sub_error.into());
        }
        let mut answer = Answer::json(status, &body);
        asked.mark(&mut answer);
        // RFC 6749 section 5.2: a client that tried HTTP Basic is answered in kind.
        if status == 401 && has_basic(asked.headers) {
            answer.header("www-authenticate", "Basic");
        }
        answer
    }
}

fn has_basic(headers: &HeaderMap) -> bool {
    headers
        .get(http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic ")))
}
