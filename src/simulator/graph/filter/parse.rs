//! From words to an expression: `or` binds loosest, then `and`, then `not`, then comparisons and calls.

use jiff::Timestamp;

use super::token::{Token, TokenKind, tokens};
use crate::simulator::graph::failure::Failure;

/// Parentheses and `not` within each other at the most: a request must not be able to exhaust the stack.
const DEEPEST: usize = 32;

/// A filter before anybody has asked whether its properties exist.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Compare(String, Comparison, Literal),
    In(String, Vec<Literal>),
    Starts(String, String),
    Ends(String, String),
    /// Property, name of the element, what must hold for one of them.
    Any(String, String, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Flag(bool),
    Text(String),
    Time(Timestamp),
    Number(i64),
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Expression, Failure> {
    let error = |position: usize| {
        Failure::bad(format!("Invalid filter clause: Syntax error at position {position} in '{text}'."))
    };
    let tokens = tokens(text).map_err(error)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, end: text.len() };
    let expression = parser.either().map_err(error)?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(error(parser.position())),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    end: usize,
}

/// The position of what is wrong.
type Parsed<T> = Result<T, usize>;

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a TokenKind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.position)
    }

    fn take(&mut self) -> Parsed<&'a TokenKind> {
        let token = self.peek().ok_or(self.end)?;
        self.next += 1;
        Ok(token)
    }

    fn expect(&mut self, wanted: &TokenKind) -> Parsed<()> {
        let position = self.position();
        if self.take()? == wanted { Ok(()) } else { Err(position) }
    }

    /// Takes a word of the language, any case.
    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(TokenKind::Name(name)) if name.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            return Err(self.position());
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn either(&mut self) -> Parsed<Expression> {
        let first = self.both()?;
        let mut all = vec![first];
        while self.word("or") {
            all.push(self.both()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Expression::Or(all) })
    }

    fn both(&mut self) -> Parsed<Expression> {
        let first = self.negated()?;
        let mut all = vec![first];
        while self.word("and") {
            all.push(self.negated()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Expression::And(all) })
    }

    fn negated(&mut self) -> Parsed<Expression> {
        if self.word("not") {
            return self.deeper(|parser| Ok(Expression::Not(Box::new(parser.negated()?))));
        }
        if self.peek() == Some(&TokenKind::Open) {
            self.next += 1;
            let inner = self.deeper(Self::either)?;
            self.expect(&TokenKind::Close)?;
            return Ok(inner);
        }
        self.single()
    }

    /// One comparison or call.
    fn single(&mut self) -> Parsed<Expression> {
        let position = self.position();
        let TokenKind::Name(name) = self.take()? else { return Err(position) };
        if self.peek() == Some(&TokenKind::Open) {
            self.next += 1;
            return self.call(name, position);
        }
        if self.word("in") {
            return self.listed(name);
        }
        let position = self.position();
        let TokenKind::Name(operator) = self.take()? else { return Err(position) };
        let comparison = match operator.to_ascii_lowercase().as_str() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::Different,
            "lt" => Comparison::Less,
            "le" => Comparison::LessOrEqual,
            "gt" => Comparison::Greater,
            "ge" => Comparison::GreaterOrEqual,
            _ => return Err(position),
        };
        Ok(Expression::Compare(name.clone(), comparison, self.literal()?))
    }

    fn listed(&mut self, name: &str) -> Parsed<Expression> {
        self.expect(&TokenKind::Open)?;
        let mut literals = vec![self.literal()?];
        while self.peek() == Some(&TokenKind::Comma) {
            self.next += 1;
            literals.push(self.literal()?);
        }
        self.expect(&TokenKind::Close)?;
        Ok(Expression::In(name.to_owned(), literals))
    }

    /// What stands after `name(`.
    fn call(&mut self, name: &str, position: usize) -> Parsed<Expression> {
        let expression = if let Some((property, "any")) = name.rsplit_once('/') {
            let at = self.position();
            let TokenKind::Name(variable) = self.take()? else { return Err(at) };
            self.expect(&TokenKind::Colon)?;
            let body = self.deeper(Self::either)?;
            Expression::Any(property.to_owned(), variable.clone(), Box::new(body))
        } else {
            let at = self.position();
            let TokenKind::Name(property) = self.take()? else { return Err(at) };
            self.expect(&TokenKind::Comma)?;
            let at = self.position();
            let TokenKind::Quoted(text) = self.take()? else { return Err(at) };
            match name.to_ascii_lowercase().as_str() {
                "startswith" => Expression::Starts(property.clone(), text.clone()),
                "endswith" => Expression::Ends(property.clone(), text.clone()),
                _ => return Err(position),
            }
        };
        self.expect(&TokenKind::Close)?;
        Ok(expression)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let position = self.position();
        match self.take()? {
            TokenKind::Quoted(text) => Ok(Literal::Text(text.clone())),
            TokenKind::Literal(text) => text
                .parse()
                .map(Literal::Number)
                .or_else(|_| text.parse().map(Literal::Time))
                .map_err(|_: jiff::Error| position),
            TokenKind::Name(name) if name.eq_ignore_ascii_case("null") => Ok(Literal::Null),
            TokenKind::Name(name) if name.eq_ignore_ascii_case("true") => Ok(Literal::Flag(true)),
            TokenKind::Name(name) if name.eq_ignore_ascii_case("false") => Ok(Literal::Flag(false)),
            _ => Err(position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(name: &str, value: bool) -> Expression {
        Expression::Compare(name.into(), Comparison::Equal, Literal::Flag(value))
    }

    #[test]
    fn and_binds_tighter_than_or_and_not_tighter_than_both() {
        assert_eq!(
            parse("a eq true or not (b eq true) and c eq false").unwrap(),
            Expression::Or(vec![
                equal("a", true),
                Expression::And(vec![Expression::Not(Box::new(equal("b", true))), equal("c", false)]),
            ])
        );
    }

    #[test]
    fn parentheses_gather() {
        assert_eq!(
            parse("(a eq true OR b eq true) AND c eq false").unwrap(),
            Expression::And(vec![Expression::Or(vec![equal("a", true), equal("b", true)]), equal("c", false)])
        );
    }

    #[test]
    fn lists_calls_and_elements_are_read() {
        assert_eq!(
            parse("x in ('a','b')").unwrap(),
            Expression::In("x".into(), vec![Literal::Text("a".into()), Literal::Text("b".into())])
        );
        assert_eq!(parse("startsWith(x,'d''a')").unwrap(), Expression::Starts("x".into(), "d'a".into()));
        assert_eq!(
            parse("x/any(m:endswith(m,'b'))").unwrap(),
            Expression::Any("x".into(), "m".into(), Box::new(Expression::Ends("m".into(), "b".into())))
        );
        assert_eq!(
            parse("x ge 2026-01-02T03:04:05Z").unwrap(),
            Expression::Compare(
                "x".into(),
                Comparison::GreaterOrEqual,
                Literal::Time("2026-01-02T03:04:05Z".parse().unwrap())
            )
        );
    }

    #[test]
    fn nonsense_is_refused_and_says_where() {
        for text in [
            "",
            "a",
            "a eq",
            "a eq 'b' and",
            "(a eq true",
            "a eq true)",
            "a like 'b'",
            "contains(a,'b')",
            "eq 'b'",
            "a in ()",
            "a eq 'b' c eq 'd'",
            "a eq 12-34",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_is_read_or_refused(text in ".{0,80}") {
            let _either = parse(&text);
        }

        #[test]
        fn any_text_can_stand_between_quotes(text in ".{0,40}") {
            let filter = format!("x eq '{}'", text.replace('\'', "''"));
            let expected = Expression::Compare("x".into(), Comparison::Equal, Literal::Text(text));
            proptest::prop_assert_eq!(parse(&filter).unwrap(), expected);
        }

        #[test]
        fn words_in_any_order_are_read_or_refused(words in proptest::collection::vec(
            proptest::sample::select(vec!["a", "eq", "'b'", "and", "or", "not", "(", ")", "in", ",", "true", "null", "x/any(", "m:m", "startsWith("]),
            0..24,
        )) {
            let _either = parse(&words.join(" "));
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}a eq true{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(parse(&deep).is_err());
        assert!(parse(&format!("{}(a eq true)", "not ".repeat(10_000))).is_err());
        let allowed = format!("{}a eq true{}", "(".repeat(DEEPEST), ")".repeat(DEEPEST));
        assert!(parse(&allowed).is_ok());
    }
}
