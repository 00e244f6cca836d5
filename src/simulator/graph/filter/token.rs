//! The words of a filter.

/// One word and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) position: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    Comma,
    Colon,
    /// Between quotes; a doubled quote is one.
    Quoted(String),
    /// A date or a number.
    Literal(String),
    /// A property, an operator, a function; with `/` where one reaches into another.
    Name(String),
}

/// The words of `text`, or the position of what is none.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, usize> {
    let mut tokens = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((position, character)) = characters.next() {
        let kind = match character {
            ' ' | '\t' => continue,
            '(' => TokenKind::Open,
            ')' => TokenKind::Close,
            ',' => TokenKind::Comma,
            ':' => TokenKind::Colon,
            '\'' => {
                let mut quoted = String::new();
                loop {
                    match characters.next() {
                        None => return Err(position),
                        Some((_, '\'')) if characters.next_if(|(_, next)| *next == '\'').is_some() => quoted.push('\''),
                        Some((_, '\'')) => break,
                        Some((_, other)) => quoted.push(other),
                    }
                }
                TokenKind::Quoted(quoted)
            }
            first if first.is_ascii_digit() || first == '-' => {
                let mut literal = String::from(first);
                while let Some((_, next)) = characters
                    .next_if(|(_, next)| next.is_ascii_alphanumeric() || matches!(next, ':' | '.' | '-' | '+'))
                {
                    literal.push(next);
                }
                TokenKind::Literal(literal)
            }
            first if first.is_ascii_alphabetic() || first == '_' => {
                let mut name = String::from(first);
                while let Some((_, next)) = characters
                    .next_if(|(_, next)| next.is_ascii_alphanumeric() || matches!(next, '_' | '/' | '.' | '$'))
                {
                    name.push(next);
                }
                TokenKind::Name(name)
            }
            _ => return Err(position),
        };
        tokens.push(Token { kind, position });
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        tokens(text).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn quotes_dates_and_reaching_names_are_one_word_each() {
        assert_eq!(
            kinds("a/$count eq 'd''arc, (x)'"),
            [TokenKind::Name("a/$count".into()), TokenKind::Name("eq".into()), TokenKind::Quoted("d'arc, (x)".into()),]
        );
        assert_eq!(kinds("2026-01-02T03:04:05Z"), [TokenKind::Literal("2026-01-02T03:04:05Z".into())]);
        assert_eq!(kinds("m:m"), [TokenKind::Name("m".into()), TokenKind::Colon, TokenKind::Name("m".into())]);
    }

    #[test]
    fn what_is_no_word_is_refused_where_it_stands() {
        assert_eq!(tokens("a eq 'open"), Err(5));
        assert_eq!(tokens("a = 'b'"), Err(2));
    }
}
