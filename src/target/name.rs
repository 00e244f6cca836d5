//! How people are named: by user principal name or object id.

use uuid::Uuid;

use crate::{
    error::{Code, Error},
    say,
    sentence::{Sentence, repeated},
};

/// What somebody was called, and what to ask the directory for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As it was written, without surrounding blanks, and cut where it is too long to be repeated.
    pub(crate) text: String,
    /// What to ask for: equal keys name the same person.
    pub(crate) key: Option<String>,
}

/// Longer than any name in a directory; the service's own limit for user principal names is 113 characters.
const LONGEST: usize = 1024;

impl Name {
    /// Understands a name.
    pub(crate) fn new(text: &str) -> Self {
        let text = text.trim();
        let key = match Uuid::try_parse(text) {
            Ok(id) => Some(id.to_string()),
            // What has no `@` names no person, but may well name something else below `users/`, for example `delta`.
            Err(_) if text.contains('@') && text.len() <= LONGEST && !text.contains(char::is_control) => {
                Some(text.to_ascii_lowercase())
            }
            Err(_) => None,
        };
        Self { text: repeated(text.to_owned()), key }
    }

    /// Nobody has this name.
    pub(crate) fn unknown(&self) -> Error {
        Error::new(Code::NotFound, say!("user_unknown", "there is no person '{user}' in this tenant", user = self.text))
            .on(self.text.as_str())
            .advise(self.advice())
    }

    /// What to do when nobody has this name.
    pub(super) fn advice(&self) -> Sentence {
        if self.key.is_some() {
            say!("check_user", "check the spelling, and that the person has not been deleted")
        } else {
            say!("name_user", "give the user principal name (name@domain) or the object id")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<String> {
        Name::new(text).key
    }

    #[test]
    fn case_blanks_and_braces_do_not_matter() {
        assert_eq!(key(" Anna@Contoso.com "), key("anna@contoso.COM"));
        let id = "3f0a4b2c-1111-4222-8333-444455556666";
        assert_eq!(key(&id.to_uppercase()).as_deref(), Some(id));
        assert_eq!(key(&format!("{{{id}}}")).as_deref(), Some(id));
    }

    #[test]
    fn guests_and_odd_characters_are_names() {
        for name in ["ann_fabrikam.com#EXT#@contoso.com", "d'arc@contoso.com", "$cash@contoso.com", "josé@contoso.com"]
        {
            assert!(key(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_can_be_nobody_is_never_asked_for() {
        for name in ["delta", "$count", "anna", "", "a@b\n", &format!("{}@x", "a".repeat(2000))] {
            // A line break within, not around, a name.
            let name = name.replace('\n', "\nc");
            assert_eq!(key(&name), None, "{name}");
            assert_eq!(Name::new(&name).unknown().code(), Code::NotFound);
        }
    }
}
