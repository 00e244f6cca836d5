//! What Exchange Online says when it says no: documents, plain text, and bytes that are nothing at all.

use bytes::Bytes;
use serde_json::json;

use crate::simulator::{
    sign_in::token::Unbelieved,
    wire::{Answer, Request},
    world::World,
};

/// Exchange Online's own client id.
const RESOURCE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// Bytes of the body that is none.
const NOTHING: usize = 64;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// A document: status, code, the server's exception, what it says.
    Said { status: u16, code: &'static str, exception: &'static str, message: String },
    /// The cmdlet is unknown or in none of the caller's roles, or the token has no permission for the endpoint: 403 with
    /// NUL bytes that are declared to be compressed.
    Denied,
    /// Too many at once, in plain text.
    Busy { status: u16 },
}

impl Failure {
    fn said(status: u16, code: &'static str, exception: &'static str, message: impl Into<String>) -> Self {
        Self::Said { status, code, exception, message: message.into() }
    }

    /// The request is not one that the endpoint takes.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::said(400, "BadRequest", "Microsoft.Exchange.Admin.InvalidRequestException", message)
    }

    /// A parameter does not fit, as PowerShell's own binding says it.
    pub(super) fn binding(message: impl Into<String>) -> Self {
        Self::said(400, "BadRequest", "System.Management.Automation.ParameterBindingException", message)
    }

    /// No such path, or not this tenant's.
    pub(super) fn path() -> Self {
        Self::said(404, "NotFound", "Microsoft.Exchange.Admin.ResourceNotFoundException", "No such resource.")
    }

    /// The path exists for POST only.
    pub(super) fn verb() -> Self {
        let message = "The requested resource does not support this HTTP method.";
        Self::said(405, "MethodNotAllowed", "Microsoft.Exchange.Admin.MethodNotAllowedException", message)
    }

    /// No such object on the domain controller that was asked.
    pub(super) fn missing(identity: &str, domain: &str) -> Self {
        Self::said(
            404,
            "NotFound",
            "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
            format!(
                "The operation couldn't be performed because object '{identity}' couldn't be found on 'DC01.{domain}'."
            ),
        )
    }

    /// More than one object fits.
    pub(super) fn ambiguous(identity: &str) -> Self {
        Self::said(
            400,
            "BadRequest",
            "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException",
            format!("The operation couldn't be performed because '{identity}' matches multiple entries."),
        )
    }

    /// A role is missing, where the documented interface says so.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::said(
            403,
            "Forbidden",
            "Microsoft.Exchange.Configuration.Authorization.CmdletAccessDeniedException",
            message,
        )
    }

    /// The answer that it is.
    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::Said { status, code, exception, message } => {
                let kind = exception.rsplit('.').next().unwrap_or(exception);
                let error = json!({
                    "code": code,
                    "message": "Error executing cmdlet.",
                    "details": [{ "code": "Context", "target": "", "message": format!("|{exception}|{message}") }],
                    "innererror": {
                        "message": "Error executing cmdlet.",
                        "type": exception,
                        "internalException": { "message": message, "type": exception },
                    },
                });
                let mut answer = Answer::json(*status, &json!({ "error": error }));
                answer.header("x-exceptiontype", kind);
                answer
            }
            Self::Denied => {
                let mut answer = Answer::empty(403);
                answer.body = Bytes::from_static(&[0; NOTHING]);
                answer.header("content-type", "application/json; charset=utf-8");
                answer.header("content-encoding", "gzip");
                answer
            }
            Self::Busy { status } => {
                let mut answer = Answer::empty(*status);
                answer.body = Bytes::from_static(
                    b"You have reached the maximum number of concurrent requests per tenant. Please wait and try again",
                );
                answer.header("content-type", "text/plain; charset=utf-8");
                answer
            }
        }
    }
}

/// 401: the header says what kind of token is wanted, the body is empty.
pub(in crate::simulator) fn refused(world: &World, unbelieved: &Unbelieved) -> Answer {
    let reason = match unbelieved {
        Unbelieved::Missing => String::new(),
        Unbelieved::Challenge(claims) => format!(r#", error="insufficient_claims", claims="{claims}""#),
        Unbelieved::Malformed | Unbelieved::Expired | Unbelieved::Audience => r#", error="invalid_token""#.to_owned(),
    };
    let authorize = format!("{}/common/oauth2/authorize", world.base);
    let mut answer = Answer::empty(401);
    answer.header(
        "www-authenticate",
        format!(r#"Bearer realm="", client_id="{RESOURCE}", authorization_uri="{authorize}"{reason}"#),
    );
    answer
}

/// A status that a plan of faults wants, in the words that belong to it.
pub(in crate::simulator) fn unavailable(_request: &Request, status: u16, retry_after: Option<&str>) -> Answer {
    let failure = match status {
        429 => Failure::Busy { status },
        403 => Failure::Denied,
        500 => Failure::said(
            status,
            "InternalServerError",
            "Microsoft.Exchange.Configuration.DualWrite.UnableToWriteToAadException",
            "Unable to write to the directory. The issue may be transient and please retry a couple of minutes later.",
        ),
        400..500 => Failure::said(
            status,
            "BadRequest",
            "Microsoft.Exchange.Admin.RequestException",
            "The request could not be served.",
        ),
        _ => Failure::said(
            status,
            "ServiceUnavailable",
            "Microsoft.Exchange.Admin.TransientException",
            "The service is not available.",
        ),
    };
    let mut answer = failure.answer();
    if let Some(seconds) = retry_after {
        answer.header("retry-after", seconds);
    }
    answer
}
