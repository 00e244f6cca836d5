//! Filters of `Get-CASMailbox` and `Get-Mailbox`: comparisons with `-eq` and `-ne`, joined by `-and`. Others are refused.

use super::failure::Failure;

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparison {
    property: String,
    equal: bool,
    value: String,
}

/// All of these must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<Comparison>);

impl Filter {
    /// Reads a filter; `properties` are those that can stand in one.
    pub(super) fn read(text: &str, properties: &[&str]) -> Result<Self, Failure> {
        let malformed =
            || Failure::binding(format!("Cannot bind parameter 'Filter' to the target. \"{text}\" is not understood."));
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        let mut comparisons = Vec::new();
        let mut words = words(text).into_iter().peekable();
        loop {
            let (property, operator, value) = (
                words.next().ok_or_else(malformed)?,
                words.next().ok_or_else(malformed)?,
                words.next().ok_or_else(malformed)?,
            );
            let property =
                properties.iter().find(|known| known.eq_ignore_ascii_case(&property)).ok_or_else(malformed)?;
            let equal = match operator.to_ascii_lowercase().as_str() {
                "-eq" => true,
                "-ne" => false,
                _ => return Err(malformed()),
            };
            let value = value.strip_prefix('$').unwrap_or(&value).to_owned();
            comparisons.push(Comparison { property: (*property).to_owned(), equal, value });
            match words.next() {
                None => return Ok(Self(comparisons)),
                Some(word) if word.eq_ignore_ascii_case("-and") => {}
                Some(_) => return Err(malformed()),
            }
        }
    }

    /// Whether an object fits, whose properties `value` gives as text.
    pub(super) fn fits(&self, value: impl Fn(&str) -> String) -> bool {
        self.0.iter().all(|one| value(&one.property).eq_ignore_ascii_case(&one.value) == one.equal)
    }
}

/// Words, of which those in quotes may hold blanks; a quote within is doubled.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let mut word = String::new();
            let mut characters = rest.char_indices().skip(1).peekable();
            let mut end = rest.len();
            while let Some((at, character)) = characters.next() {
                if character != first {
                    word.push(character);
                } else if characters.next_if(|(_, next)| *next == first).is_some() {
                    word.push(first);
                } else {
                    end = at + 1;
                    break;
                }
            }
            words.push(word);
            rest = rest.get(end..).unwrap_or_default().trim_start();
        } else {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            words.push(word.to_owned());
            rest = after.trim_start();
        }
    }
    words
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
        for refused in ["", "PopEnabled", "PopEnabled -like x", "Other -eq 1", "PopEnabled -eq 1 -or Name -eq 2"] {
            assert!(Filter::read(refused, &known).is_err(), "{refused}");
        }
    }
}
