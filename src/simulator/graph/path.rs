//! Paths: segments, keys in parentheses, percent-encoding.
//!
//! `users/{key}` and `users('{key}')` are the same thing written twice; here both become the segments `users`, `{key}`.
//! In parentheses a quote is doubled, and only there may a key begin with `$`.

use percent_encoding::percent_decode_str;

use super::failure::Failure;

/// The segments of `below`, the part of a path after the version.
pub(super) fn segments(below: &str) -> Result<Vec<String>, Failure> {
    let mut segments = Vec::new();
    for raw in below.split('/').filter(|raw| !raw.is_empty()) {
        let text = decode(raw).ok_or_else(|| Failure::bad("Invalid URI: the path is not UTF-8."))?;
        match parenthesised(&text) {
            Some((name, "")) => segments.push(name.to_owned()),
            Some((name, key)) => {
                segments.push(name.to_owned());
                segments.push(unquoted(key).ok_or_else(|| Failure::segment(&text))?);
            }
            // `$count` and `$ref` are the service's own words, so that a key in this place cannot begin with `$`.
            None if text.starts_with('$') && !matches!(text.to_ascii_lowercase().as_str(), "$count" | "$batch") => {
                return Err(Failure::segment(&text));
            }
            None => segments.push(text),
        }
    }
    Ok(segments)
}

/// Undoes percent-encoding.
pub(super) fn decode(raw: &str) -> Option<String> {
    percent_decode_str(raw).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

fn parenthesised(segment: &str) -> Option<(&str, &str)> {
    let (name, rest) = segment.split_once('(')?;
    // A user principal name has no parentheses, so that whatever ends in one is a call or a key.
    rest.strip_suffix(')').map(|key| (name, key))
}

/// `'a''b'` is `a'b`, and `name='a'` is `name=a`, which is also how an alternate key looks in a segment of its own.
fn unquoted(key: &str) -> Option<String> {
    let (name, value) = match key.split_once("='") {
        Some((name, _)) if name.chars().all(char::is_alphanumeric) => key.split_at(name.len() + 1),
        _ => ("", key),
    };
    let value = match value.strip_prefix('\'') {
        Some(open) => {
            let inner = open.strip_suffix('\'')?;
            if inner.replace("''", "").contains('\'') {
                return None;
            }
            inner.replace("''", "'")
        }
        None => value.to_owned(),
    };
    Some(format!("{name}{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(below: &str) -> Vec<String> {
        segments(below).unwrap()
    }

    #[test]
    fn both_forms_of_a_key_are_the_same() {
        assert_eq!(of("/users/d%27arc@c.com"), ["users", "d'arc@c.com"]);
        assert_eq!(of("/users/d'arc@c.com"), ["users", "d'arc@c.com"]);
        assert_eq!(of("/users('d''arc@c.com')"), ["users", "d'arc@c.com"]);
        assert_eq!(of("/users('d%27%27arc@c.com')/memberOf"), ["users", "d'arc@c.com", "memberOf"]);
        assert_eq!(of("/users/a_b.com%23EXT%23@c.com"), ["users", "a_b.com#EXT#@c.com"]);
    }

    #[test]
    fn a_leading_dollar_stands_only_in_parentheses() {
        assert_eq!(of("/users('%24cash@c.com')"), ["users", "$cash@c.com"]);
        assert_eq!(of("/users('$cash@c.com')"), ["users", "$cash@c.com"]);
        assert_eq!(segments("/users/$cash@c.com").unwrap_err().code(), (400, "BadRequest"));
        assert_eq!(of("/users/$count"), ["users", "$count"]);
    }

    #[test]
    fn alternate_keys_and_calls_are_segments_too() {
        assert_eq!(
            of("/directoryRoles(roleTemplateId='x')/members"),
            ["directoryRoles", "roleTemplateId=x", "members"]
        );
        assert_eq!(of("/directoryRoles/roleTemplateId=x"), ["directoryRoles", "roleTemplateId=x"]);
        assert_eq!(of("/users/microsoft.graph.delta()"), ["users", "microsoft.graph.delta"]);
        assert_eq!(of("/users/a=b'c@x.com"), ["users", "a=b'c@x.com"]);
    }

    #[test]
    fn a_quote_that_is_not_doubled_is_refused() {
        assert!(segments("/users('d'arc@c.com')").is_err());
        assert!(segments("/users('d)").is_err());
        assert!(segments("/users/%FF").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_key_survives_both_forms(key in "[^$\u{0}][^\u{0}]{0,30}") {
            use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
            let slashed = format!("/users/{}/x", utf8_percent_encode(&key, NON_ALPHANUMERIC));
            let quoted = key.replace('\'', "''");
            let called = format!("/users('{}')/x", utf8_percent_encode(&quoted, NON_ALPHANUMERIC));
            proptest::prop_assert_eq!(&of(&called), &["users", key.as_str(), "x"]);
            // What looks like a call or a key in parentheses is one, encoded or not.
            if !key.ends_with(')') {
                proptest::prop_assert_eq!(&of(&slashed), &["users", key.as_str(), "x"]);
            }
        }

        #[test]
        fn whatever_is_sent_is_taken_apart_or_refused(below in ".{0,60}") {
            let _either = segments(&below);
        }
    }

    #[test]
    fn an_encoded_slash_stays_within_its_segment() {
        assert_eq!(of("/users/a%2Fb@c.com/memberOf"), ["users", "a/b@c.com", "memberOf"]);
    }
}
