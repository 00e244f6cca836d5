//! What a service says in the body of a refusal, whichever of its dialects it speaks.
//!
//! Graph: `error.code`, `error.message`, `error.innerError` (also `innererror`), any depth, codes that can be empty.
//! Exchange Online: the same, with `details[].message` as `|Type|text` and `internalException`; or plain text; or bytes
//! that are no text at all, falsely declared compressed. learn.microsoft.com/graph/errors

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Longest message of a service that we carry along.
const LONGEST_MESSAGE: usize = 400;

/// The parts of a refusal that are worth keeping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Codes from the outermost to the innermost, without the empty ones.
    pub(super) codes: Vec<String>,
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) client_request_id: Option<String>,
}

impl Said {
    /// Reads a body; anything is understood, if only as nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(document)) => Self::document(&document),
            Ok(Value::String(message)) => Self { message: tidy(&message), ..Self::default() },
            Ok(_) => Self::default(),
            // A page for browsers says nothing that an administrator could use.
            Err(_) if text.starts_with('<') || text.starts_with('{') => Self::default(),
            Err(_) => Self { message: tidy(text), ..Self::default() },
        }
    }

    fn document(document: &Map<String, Value>) -> Self {
        let error = match document.get("error").or_else(|| document.get("odata.error")) {
            Some(Value::Object(error)) => error,
            Some(Value::String(code)) => {
                let message = document.get("error_description").or_else(|| document.get("message"));
                return Self {
                    codes: vec![code.clone()],
                    message: message.and_then(Value::as_str).and_then(tidy),
                    ..Self::default()
                };
            }
            _ => document,
        };
        let mut said = Self { message: best_message(error), ..Self::default() };
        let mut layer = Some(error);
        while let Some(error) = layer {
            let code = error.get("code").and_then(Value::as_str).filter(|code| !code.trim().is_empty());
            said.codes.extend(code.map(str::to_owned));
            let of = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
            said.request_id = said.request_id.or_else(|| of("request-id"));
            said.client_request_id = said.client_request_id.or_else(|| of("client-request-id"));
            layer = inner(error);
        }
        said
    }

    /// The service's code: the outermost that says more than that there was an error.
    pub(super) fn code(&self) -> Option<&str> {
        let vague = |code: &&String| matches!(code.as_str(), "UnknownError" | "BadRequest" | "generalException");
        self.codes.iter().find(|code| !vague(code)).or_else(|| self.codes.first()).map(String::as_str)
    }

    /// Whether any layer has this code.
    pub(super) fn has(&self, code: &str) -> bool {
        self.codes.iter().any(|said| said.eq_ignore_ascii_case(code))
    }

    /// Whether the message has these words. Only where the services give no code that would tell.
    pub(super) fn speaks_of(&self, words: &str) -> bool {
        self.message.as_ref().is_some_and(|message| message.to_lowercase().contains(words))
    }
}

fn inner(error: &Map<String, Value>) -> Option<&Map<String, Value>> {
    error.get("innerError").or_else(|| error.get("innererror")).and_then(Value::as_object)
}

/// A detail says more than an inner exception, and that more than the whole.
fn best_message(error: &Map<String, Value>) -> Option<String> {
    let text = |error: &Map<String, Value>| match error.get("message") {
        Some(Value::String(message)) => tidy(message),
        // The older form wraps it in a language.
        Some(Value::Object(message)) => message.get("value").and_then(Value::as_str).and_then(tidy),
        _ => None,
    };
    let detail = || {
        let details = error.get("details")?.as_array()?;
        details.iter().filter_map(Value::as_object).find_map(text)
    };
    let exception = || inner(error)?.get("internalException")?.as_object().and_then(text);
    detail().or_else(exception).or_else(|| text(error)).or_else(|| inner(error).and_then(text))
}

/// One line of bounded length; `|Type|text` is reduced to its text.
fn tidy(message: &str) -> Option<String> {
    let message = match message.strip_prefix('|').and_then(|rest| rest.split_once('|')) {
        Some((_, text)) => text,
        None => message,
    };
    let message: Cow<'_, str> = if message.chars().any(char::is_control) {
        message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into()
    } else {
        message.into()
    };
    let message = without_tokens(message.trim());
    let cut: String = message.chars().take(LONGEST_MESSAGE).collect();
    (!cut.is_empty()).then_some(if cut.len() < message.len() { cut + "..." } else { cut })
}

/// A service that repeats our token does not make us repeat it.
fn without_tokens(message: &str) -> Cow<'_, str> {
    if !message.contains("eyJ") {
        return message.into();
    }
    let of_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let without = |word| match word {
        word if str::starts_with(word, "eyJ") && word.len() > 40 => {
            format!("***{}", word.trim_start_matches(of_token)).into()
        }
        word => Cow::from(word),
    };
    message.split_inclusive(|c| !of_token(c)).map(without).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Option<String> {
        Said::read(body.as_bytes()).message
    }

    #[test]
    fn graph_bodies_are_read_in_both_spellings_and_at_any_depth() {
        let said = Said::read(
            br#"{"error":{"code":"","message":"Please retry","innerError":{"code":"429","request-id":"r1",
                "innererror":{"code":"TooManyRequests","client-request-id":"c1"}}}}"#,
        );
        assert_eq!(said.codes, ["429", "TooManyRequests"]);
        assert_eq!(said.code(), Some("429"));
        assert!(said.has("toomanyrequests"));
        assert_eq!((said.request_id.as_deref(), said.client_request_id.as_deref()), (Some("r1"), Some("c1")));
        let vague =
            Said::read(br#"{"error":{"code":"UnknownError","message":"","innerError":{"code":"accessDenied"}}}"#);
        assert_eq!((vague.code(), vague.message.as_deref()), (Some("accessDenied"), None));
    }

    #[test]
    fn exchange_bodies_give_their_most_telling_message() {
        let detail = r#"{"error":{"code":"NotFound","message":"Error executing cmdlet","details":[{"code":"Context",
            "message":"|Microsoft.Exchange.ManagementObjectNotFoundException|The operation couldn't be performed because object 'x' couldn't be found."}]}}"#;
        assert_eq!(
            message(detail).unwrap(),
            "The operation couldn't be performed because object 'x' couldn't be found."
        );
        let exception =
            r#"{"error":{"message":"outer","innererror":{"message":"middle","internalException":{"message":"core"}}}}"#;
        assert_eq!(message(exception).unwrap(), "core");
        assert_eq!(
            message(r#"{"odata.error":{"code":"a","message":{"lang":"en","value":"old form"}}}"#).unwrap(),
            "old form"
        );
    }

    #[test]
    fn what_is_no_document_is_read_tolerantly() {
        assert_eq!(Said::read(&[0; 40]), Said::default());
        assert_eq!(Said::read(b""), Said::default());
        assert_eq!(Said::read(b"<html>busy</html>"), Said::default());
        assert_eq!(Said::read(&[0xff, 0xfe, 0]).codes, Vec::<String>::new());
        assert_eq!(message("\u{feff}plain\r\ntext\0").unwrap(), "plain  text");
        assert_eq!(message(r#""quoted""#).unwrap(), "quoted");
        let token = format!("eyJ{}.eyJ{}.sig", "a".repeat(30), "b".repeat(30));
        assert_eq!(message(&format!("the token '{token}' is bad")).unwrap(), "the token '***' is bad");
        assert_eq!(message(&"x".repeat(5_000)).unwrap().len(), LONGEST_MESSAGE + 3);
        assert_eq!(
            Said::read(br#"{"error":"invalid_grant","error_description":"AADSTS1: no"}"#).codes,
            ["invalid_grant"]
        );
    }
}
