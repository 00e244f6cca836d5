//! Sentences that people read, each with a word of its own by which it can be said in another language.
//!
//! [`say!`](crate::say) makes one: a stable id, an English template with named places, and what stands in them. The
//! module's string tables have the same ids; a test collects every `say!` of the source and holds the tables to it.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The stable word, lower snake case; never reused for another meaning.
    pub id: &'static str,
    /// English, with places like `{user}`.
    pub template: &'static str,
    /// What stands in the places. A place in which a sentence stands (`why`) has that sentence's word beside it (`whyId`) and
    /// what stands in its places (`why.user`), so that it too can be said in another language.
    pub arguments: BTreeMap<Cow<'static, str>, String>,
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            let Some((name, tail)) = after.split_once('}') else { break };
            // A place that nothing stands in is shown as it is, which a test of the tables would find.
            match self.arguments.get(name) {
                Some(value) => f.write_str(value)?,
                None => write!(f, "{{{name}}}")?,
            }
            rest = tail;
        }
        f.write_str(rest)
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Sentence", 3)?;
        fields.serialize_field("message", &self.to_string())?;
        fields.serialize_field("messageId", self.id)?;
        fields.serialize_field("messageArguments", &self.arguments)?;
        fields.end()
    }
}

/// Bytes of foreign words (a name, a path, an answer) that are repeated to a person; what is longer helps nobody.
const REPEATED: usize = 4096;

/// Foreign words as they are repeated: cut, with dots to show it, when they are longer than anybody reads.
pub fn repeated(mut words: String) -> String {
    if words.len() > REPEATED {
        let end = (0..=REPEATED).rev().find(|end| words.is_char_boundary(*end));
        words.truncate(end.unwrap_or_default());
        words.push_str("...");
    }
    words
}

/// A [`Sentence`]: id, English template, and what stands in its places.
///
/// ```
/// let sentence = m365_access::say!("group_unknown", "there is no group '{group}' in this tenant", group = "Sales");
/// assert_eq!(sentence.to_string(), "there is no group 'Sales' in this tenant");
/// ```
#[macro_export]
macro_rules! say {
    ($id:literal, $template:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::sentence::Sentence {
            id: $id,
            template: $template,
            arguments: ::std::collections::BTreeMap::from([
                $((::std::borrow::Cow::Borrowed(stringify!($name)), $crate::sentence::repeated(::std::string::ToString::to_string(&$value))),)*
            ]),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_read_is_cut() {
        assert_eq!(repeated("anna".to_owned()), "anna");
        let cut = repeated("\u{e9}".repeat(REPEATED));
        assert_eq!(cut.len(), REPEATED + 3);
        assert!(cut.ends_with("\u{e9}..."));
    }
}
