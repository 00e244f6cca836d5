//! Patterns of paths.

/// A pattern: `*` stands for any characters within a segment, `**` for any characters at all; one that ends with `/`
/// matches everything below. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Segment,
    Anything,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text.to_lowercase();
        if rest.ends_with('/') {
            rest.push_str("**");
        }
        let mut pieces = rest.split('*').peekable();
        let mut stars = 0;
        while let Some(piece) = pieces.next() {
            if !piece.is_empty() {
                parts.push(Part::Text(piece.to_owned()));
                stars = 0;
            }
            if pieces.peek().is_some() {
                stars += 1;
                // A second star in a row widens the one before it.
                match parts.last_mut() {
                    Some(last) if stars > 1 => *last = Part::Anything,
                    _ => parts.push(Part::Segment),
                }
            }
        }
        Self(parts)
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        matches(&self.0, &path.to_lowercase())
    }
}

fn matches(parts: &[Part], path: &str) -> bool {
    let Some((part, rest)) = parts.split_first() else { return path.is_empty() };
    match part {
        Part::Text(text) => path.strip_prefix(text.as_str()).is_some_and(|path| matches(rest, path)),
        Part::Segment | Part::Anything => {
            let end = if *part == Part::Segment { path.find('/').unwrap_or(path.len()) } else { path.len() };
            let mut ends = path.char_indices().map(|(at, _)| at).chain([path.len()]).take_while(|at| *at <= end);
            ends.any(|at| path.get(at..).is_some_and(|path| matches(rest, path)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_segment_and_two_do_not() {
        for (pattern, path, expected) in [
            ("/v1.0/users/*", "/v1.0/users/adele", true),
            ("/v1.0/users/*", "/v1.0/Users/ADELE", true),
            ("/v1.0/users/*", "/v1.0/users/adele/revokeSignInSessions", false),
            ("/v1.0/users/*", "/v1.0/users", false),
            ("/*/users/*/revokeSignInSessions", "/beta/users/7/revokesigninsessions", true),
            ("/v1.0/**", "/v1.0/users/adele/x", true),
            ("**/token", "/contoso/oauth2/v2.0/token", true),
            ("**/token", "/contoso/oauth2/v2.0/devicecode", false),
            ("/v1.0/", "/v1.0/users/adele/x", true),
            ("/v1.0/", "/v1.0", false),
            ("/v1.0/users", "/v1.0/users", true),
            ("/v1.0/users", "/v1.0/users/x", false),
            ("/v1.0/us*s", "/v1.0/users", true),
            ("", "/v1.0", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(path), expected, "{pattern} on {path}");
        }
    }
}
