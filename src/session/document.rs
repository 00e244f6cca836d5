//! JSON documents of callers: read whole or refused, naming the field that is wrong and repeating none of its value.
//!
//! The value may be a secret in the wrong place, and the document may be as large as it likes: neither comes back.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{
    error::{Code, Error, Result},
    say,
};

/// Characters of a caller's own words (a misspelt field) that an error repeats.
const REPEATED: usize = 80;

/// Reads a JSON document, naming the field that is wrong.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T> {
    let faulty =
        |why: &str| Error::new(Code::Argument, say!("document_faulty", "{what}: {why}", what = what, why = why));
    // A derived structure would take a list too, value by value in the order of its fields.
    if !text.trim_start().starts_with('{') {
        return Err(faulty("it must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| field_fault(what, &error))?;
    deserializer.end().map_err(|error| faulty(&error.to_string()))?;
    Ok(value)
}

/// The error for a field of `what` that cannot be read.
pub(crate) fn field_fault(what: &str, fault: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let path = fault.path().to_string();
    let path = short(&path, REPEATED);
    let why = fault.inner().to_string();
    let why = without_value(&why);
    let error =
        Error::new(Code::Argument, say!("field_faulty", "{what}: {path}: {why}", what = what, path = path, why = why));
    if path == "." { error } else { error.on(path) }
}

/// What the reader says, without what it read: ``invalid type: integer `7`, expected a string`` loses the `7`.
fn without_value(why: &str) -> Cow<'_, str> {
    for kind in ["invalid type: ", "invalid value: "] {
        let Some((before, rest)) = why.split_once(kind) else { continue };
        let Some((value, expected)) = rest.rsplit_once(", expected ") else { continue };
        let value = value.split(['`', '"']).next().unwrap_or_default().trim_end();
        return format!("{before}{kind}{value}, expected {expected}").into();
    }
    // An unknown or repeated field is the caller's own word; what is expected instead stands behind it.
    match why.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?))) {
        Some((before, (word, after))) => format!("{before}`{}`{after}", short(word, REPEATED)).into(),
        None => short(why, 4 * REPEATED),
    }
}

/// At most so many characters.
fn short(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Form {
        secret: String,
        count: u32,
    }

    fn fault(text: &str) -> String {
        let error = parse::<Form>(text, "form").expect_err("it is faulty");
        assert_eq!(error.code(), Code::Argument);
        error.to_string()
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", "[\"a\",1]", "null", "1", "\"{}\"", "", " ", "\u{feff}{}"] {
            assert_eq!(fault(text), "form: it must be a JSON object", "{text:?}");
        }
        let form: Form = parse(" {\"secret\":\"s\",\"count\":1} ", "form").expect("an object");
        assert_eq!((form.secret.as_str(), form.count), ("s", 1));
    }

    #[test]
    fn a_fault_names_the_field_and_not_its_value() {
        for (text, expected) in [
            (r#"{"secret":271828}"#, "form: secret: invalid type: integer, expected a string"),
            (r#"{"secret":2.71828}"#, "form: secret: invalid type: floating point, expected a string"),
            (r#"{"secret":true}"#, "form: secret: invalid type: boolean, expected a string"),
            (r#"{"secret":["271828"]}"#, "form: secret: invalid type: sequence, expected a string"),
            (r#"{"count":"2718, expected \"28\""}"#, "form: count: invalid type: string, expected u32"),
            (r#"{"count":-271828}"#, "form: count: invalid value: integer, expected u32"),
        ] {
            let why = fault(text);
            assert!(why.starts_with(expected), "{why}");
            assert!(!why.contains("2718"), "{why}");
        }
    }

    #[test]
    fn an_unknown_field_comes_with_those_that_are_known() {
        let why = fault(r#"{"sercet":"x"}"#);
        assert!(why.contains("unknown field `sercet`, expected `secret` or `count`"), "{why}");
    }

    #[test]
    fn a_fault_is_short_however_large_the_document() {
        let huge = "x".repeat(1 << 20);
        for text in [
            format!("{{\"{huge}\":1}}"),
            format!("{{\"secret\":\"a\",\"count\":\"{huge}\"}}"),
            format!("{{\"secret\":\"{huge}\",\"secret\":\"\"}}"),
            format!("{{\"secret\":\"\\u12{huge}\"}}"),
        ] {
            assert!(fault(&text).len() < 400, "{}", fault(&text));
        }
    }
}
