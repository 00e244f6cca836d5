//! The languages, and what a message is about.
//!
//! What is said of the pages of Microsoft stands at support.microsoft.com/account-billing (set up security info) and
//! learn.microsoft.com/entra/identity/authentication/howto-mfa-app-passwords; names of buttons are left out, because they
//! change.

mod dutch;
mod english;
mod swedish;

use jiff::civil::Date;

use super::document::Document;

/// Where people add and remove their ways of signing in.
const SECURITY_INFO: &str = "https://mysignins.microsoft.com/security-info";
/// The same, short enough to be typed.
const SHORT: &str = "https://aka.ms/mfasetup";

/// What a message is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    /// Whom it greets.
    pub(super) name: &'a str,
    /// The user principal name.
    pub(super) user: &'a str,
    /// The organisation, where it says its name.
    pub(super) tenant: Option<&'a str>,
    /// From which day it counts.
    pub(super) from: Date,
    /// People may make app passwords.
    pub(super) app_passwords: bool,
}

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Dutch,
    Swedish,
}

impl Language {
    pub(super) const ALL: &[Self] = &[Self::English, Self::Dutch, Self::Swedish];

    /// Its code of ISO 639-1.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
            Self::Swedish => "sv",
        }
    }

    /// The language of somebody who prefers `code` (`nl-BE`), or English.
    pub(super) fn preferred(code: Option<&str>) -> Self {
        let language = code.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|known| known.word().eq_ignore_ascii_case(language)).unwrap_or(Self::English)
    }

    /// The message in this language.
    pub(super) fn document(self, facts: &Facts<'_>) -> Document {
        match self {
            Self::English => english::document(facts),
            Self::Dutch => dutch::document(facts),
            Self::Swedish => swedish::document(facts),
        }
    }
}

/// A day in words: `24 November 2026`, which all three languages write in this order.
fn day(date: Date, months: &[&str; 12]) -> String {
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| months.get(month)).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::{
        super::document::{Block, Part},
        *,
    };

    fn facts(app_passwords: bool) -> Facts<'static> {
        Facts {
            name: "Anna de Vries",
            user: "anna@contoso.example",
            tenant: Some("Contoso"),
            from: Date::constant(2026, 3, 4),
            app_passwords,
        }
    }

    fn said(document: &Document) -> String {
        super::super::form::Format::Text.body(document, Language::English)
    }

    #[test]
    fn a_preference_is_a_language_with_or_without_a_country() {
        for (code, language) in [
            (Some("nl-BE"), Language::Dutch),
            (Some("SV"), Language::Swedish),
            (Some("sv_FI"), Language::Swedish),
            (Some("en-GB"), Language::English),
            (Some("fr-FR"), Language::English),
            (Some("nld"), Language::English),
            (Some(""), Language::English),
            (None, Language::English),
        ] {
            assert_eq!(Language::preferred(code), language, "{code:?}");
        }
    }

    #[test]
    fn every_language_says_the_same_things() {
        let form = |language: Language, app_passwords| -> Vec<(&'static str, usize, usize)> {
            let document = language.document(&facts(app_passwords));
            let addresses =
                |lines: &[Vec<Part>]| lines.iter().flatten().filter(|part| matches!(part, Part::Link(_))).count();
            document
                .blocks
                .iter()
                .map(|block| match block {
                    Block::Heading(_) => ("heading", 1, 0),
                    Block::Paragraph(text) => ("paragraph", 1, addresses(std::slice::from_ref(text))),
                    Block::Steps(lines) => ("steps", lines.len(), addresses(lines)),
                    Block::Points(lines) => ("points", lines.len(), addresses(lines)),
                })
                .collect()
        };
        for app_passwords in [false, true] {
            let english = form(Language::English, app_passwords);
            for language in Language::ALL {
                assert_eq!(form(*language, app_passwords), english, "{language:?}");
            }
        }
        assert!(form(Language::English, true).len() > form(Language::English, false).len());
    }

    #[test]
    fn a_message_has_its_facts() {
        for (language, date, app_password) in [
            (Language::English, "4 March 2026", "app password"),
            (Language::Dutch, "4 maart 2026", "app-wachtwoord"),
            (Language::Swedish, "4 mars 2026", "applösenord"),
        ] {
            let document = language.document(&facts(true));
            let text = said(&document);
            assert!(document.subject.contains(date) && text.contains(date), "{text}");
            for fact in ["Anna de Vries", "anna@contoso.example", "Contoso", SECURITY_INFO, SHORT, app_password] {
                assert!(text.contains(fact), "{language:?}: {fact} in {text}");
            }
            let without = language.document(&Facts { tenant: None, app_passwords: false, ..facts(true) });
            assert!(!said(&without).contains(app_password) && !said(&without).contains("Contoso"));
            assert!(!said(&without).contains("  "), "{}", said(&without));
        }
    }
}
