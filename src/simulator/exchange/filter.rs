//! Filters of `Get-CASMailbox` and `Get-Mailbox`: comparisons with `-eq`, `-ne`, `-like` and `-notlike`, joined by `-and`
//! and `-or`, turned round by `-not`, in parentheses. Others are refused.
//!
//! learn.microsoft.com/powershell/exchange/recipient-filters

use super::failure::Failure;

/// How deep parentheses and negations may nest.
const DEEPEST: usize = 32;

/// A condition on an object.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    /// Whether a property is, or resembles, a value.
    Is {
        property: &'static str,
        alike: bool,
        value: String,
    },
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(Condition);

impl Default for Filter {
    /// Everything fits.
    fn default() -> Self {
        Self(Condition::All(Vec::new()))
    }
}

impl Filter {
    /// Reads a filter; `properties` are those that can stand in one.
    pub(super) fn read(text: &str, properties: &[&'static str]) -> Result<Self, Failure> {
        let inner = text.trim();
        let inner = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(inner);
        let mut reader = Reader { tokens: tokens(inner), properties };
        reader.tokens.reverse();
        let condition = reader.any(0).filter(|_| reader.tokens.is_empty());
        condition.map(Self).ok_or_else(|| {
            Failure::binding(format!("Cannot bind parameter 'Filter' to the target. \"{text}\" is not understood."))
        })
    }

    /// Whether an object fits, whose properties `value` gives as text.
    pub(super) fn fits(&self, value: impl Fn(&str) -> String) -> bool {
        self.0.holds(&value)
    }
}

impl Condition {
    fn holds(&self, value: &impl Fn(&str) -> String) -> bool {
        match self {
            Self::Is { property, alike: false, value: wanted } => value(property).eq_ignore_ascii_case(wanted),
            Self::Is { property, alike: true, value: pattern } => {
                resembles(&value(property).to_lowercase(), &pattern.to_lowercase())
            }
            Self::Not(condition) => !condition.holds(value),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(value)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(value)),
        }
    }
}

/// Whether a text is what a pattern says, `*` in it being anything.
fn resembles(text: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(last)
}

/// Reads conditions off the end of the tokens, which are turned round.
struct Reader<'a> {
    tokens: Vec<Token>,
    properties: &'a [&'static str],
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Option<Condition> {
        let mut conditions = vec![self.all(depth)?];
        while self.takes("-or") {
            conditions.push(self.all(depth)?);
        }
        Some(if conditions.len() == 1 { conditions.remove(0) } else { Condition::Any(conditions) })
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut conditions = vec![self.one(depth)?];
        while self.takes("-and") {
            conditions.push(self.one(depth)?);
        }
        Some(if conditions.len() == 1 { conditions.remove(0) } else { Condition::All(conditions) })
    }

    fn one(&mut self, depth: usize) -> Option<Condition> {
        let depth = Some(depth + 1).filter(|depth| *depth <= DEEPEST)?;
        if self.takes("-not") {
            return Some(Condition::Not(Box::new(self.one(depth)?)));
        }
        match self.tokens.pop()? {
            Token::Open => {
                let condition = self.any(depth)?;
                matches!(self.tokens.pop()?, Token::Close).then_some(condition)
            }
            Token::Word(name) => self.comparison(&name),
            Token::Text(_) | Token::Close => None,
        }
    }

    fn comparison(&mut self, name: &str) -> Option<Condition> {
        let property = self.properties.iter().copied().find(|known| known.eq_ignore_ascii_case(name))?;
        let Token::Word(operator) = self.tokens.pop()? else { return None };
        let (alike, holds) = match operator.to_ascii_lowercase().as_str() {
            "-eq" => (false, true),
            "-ne" => (false, false),
            "-like" => (true, true),
            "-notlike" => (true, false),
            _ => return None,
        };
        let value = match self.tokens.pop()? {
            // `$true`, `$false`, `$null`
            Token::Word(word) => word.strip_prefix('$').unwrap_or(&word).to_owned(),
            Token::Text(text) => text,
            Token::Open | Token::Close => return None,
        };
        let condition = Condition::Is { property, alike, value };
        Some(if holds { condition } else { Condition::Not(Box::new(condition)) })
    }

    fn takes(&mut self, operator: &str) -> bool {
        let next = matches!(self.tokens.last(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(operator));
        next && self.tokens.pop().is_some()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
    /// In quotes, where blanks and parentheses mean nothing and a quote is doubled.
    Text(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(first) = characters.next() {
        match first {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            '\'' | '"' => {
                let mut word = String::new();
                while let Some(character) = characters.next() {
                    if character != first || characters.next_if_eq(&first).is_some() {
                        word.push(character);
                    } else {
                        break;
                    }
                }
                tokens.push(Token::Text(word));
            }
            blank if blank.is_whitespace() => {}
            _ => {
                let mut word = String::from(first);
                while let Some(character) = characters.next_if(|next| !next.is_whitespace() && !"()".contains(*next)) {
                    word.push(character);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_joined_and_others_are_refused() {
        let known = ["PopEnabled", "Name"];
        let fits = |text: &str| {
            Filter::read(text, &known).unwrap().fits(|name| if name == "Name" { "o'neil b" } else { "True" }.to_owned())
        };
        assert!(fits("PopEnabled -eq $true"));
        assert!(fits("{ popenabled -EQ $True -and Name -eq 'o''neil b' }"));
        assert!(!fits("PopEnabled -ne $true"));
        assert!(fits("Name -like 'O*il*' -and -not (PopEnabled -eq $false)"));
        assert!(fits("Name -eq 'x' -or (Name -like '*b' -and Name -notlike 'o''neil')"));
        assert!(!fits("Name -like 'neil*'"));
        assert!(!fits("Name -eq 'x' -and PopEnabled -eq $true -or PopEnabled -eq $false"));
        for refused in [
            "",
            "PopEnabled",
            "PopEnabled -gt 1",
            "Other -eq 1",
            "PopEnabled -eq 1 -or",
            "(PopEnabled -eq 1",
            "PopEnabled -eq 1)",
            "'Name' -eq 1",
            &format!("{0}Name -eq 1{1}", "(".repeat(40), ")".repeat(40)),
            &"-not ".repeat(10_000),
        ] {
            assert!(Filter::read(refused, &known).is_err(), "{refused}");
        }
    }
}
