//! Which passwords the service takes.
//!
//! learn.microsoft.com/entra/identity/authentication/concept-sspr-policy: length, characters, three classes of four.
//! Words that are never accepted alone are counted as one character each, and so are all others; fewer than
//! [`ENOUGH`] are too few. That count is public knowledge but not confirmed by a page that was read for this tenant.

use crate::simulator::tenant::{Profile, Tenant};

/// What the service says of an unsuitable password, whatever is wrong with it.
pub(super) const REFUSAL: &str = "The specified password does not comply with password complexity requirements. \
                                  Please provide a different password.";

/// Characters that must be left when every banned word counts as one.
const ENOUGH: usize = 5;
/// Names that are shorter may well occur in a good password.
const SHORTEST_NAME: usize = 4;

/// Words that everybody tries first.
const BANNED: &[&str] = &[
    "password",
    "passwort",
    "wachtwoord",
    "losenord",
    "welcome",
    "welkom",
    "letmein",
    "qwerty",
    "abc123",
    "iloveyou",
    "admin",
    "secret",
    "monkey",
    "dragon",
    "summer",
    "winter",
    "spring",
    "autumn",
    "microsoft",
    "office",
    "changeme",
];

/// Whether the service takes this password for this person.
pub(in crate::simulator) fn is_suitable(password: &str, person: &Profile, tenant: &Tenant) -> bool {
    let strong = person.password_policies.as_deref().is_none_or(|policies| !policies.contains("DisableStrongPassword"));
    (8..=256).contains(&password.chars().count())
        && password.chars().all(|character| character.is_ascii_graphic() || character == ' ')
        && (!strong || classes(password) >= 3)
        && !is_banned(password, person, tenant)
}

/// Lower case, upper case, digits, symbols: how many of the four occur.
fn classes(password: &str) -> usize {
    let occurs = |class: fn(char) -> bool| usize::from(password.chars().any(class));
    occurs(|character| character.is_ascii_lowercase())
        + occurs(|character| character.is_ascii_uppercase())
        + occurs(|character| character.is_ascii_digit())
        + occurs(|character| !character.is_ascii_alphanumeric())
}

fn is_banned(password: &str, person: &Profile, tenant: &Tenant) -> bool {
    let mut plain = normalized(password);
    let local = person.user_principal_name.split('@').next().unwrap_or_default();
    let names = [person.display_name.as_str(), local, tenant.display_name.as_str()];
    let is_name = names
        .iter()
        .flat_map(|name| name.split(|character: char| !character.is_alphabetic()))
        .filter(|fragment| fragment.chars().count() >= SHORTEST_NAME)
        .any(|fragment| plain.contains(&normalized(fragment)));
    if is_name {
        return true;
    }
    for word in BANNED {
        plain = plain.replace(&normalized(word), "\u{0}");
    }
    plain.chars().count() < ENOUGH
}

/// Lower case, with the usual replacements undone.
fn normalized(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|character| match character {
            '0' => 'o',
            '1' => 'l',
            '$' => 's',
            '@' => 'a',
            other => other,
        })
        .collect()
}

/// A password of the service's own making: suitable for everybody.
pub(super) fn generate(person: &Profile, tenant: &Tenant) -> Option<String> {
    const CONSONANTS: &[u8] = b"bcdfghjkmnpqrstvwxz";
    const VOWELS: &[u8] = b"aeuo";
    // Three letters, of which the first is large, and four digits, twice; names are avoided by trying again.
    for _ in 0..16 {
        let mut chance = [0_u8; 14];
        getrandom::fill(&mut chance).ok()?;
        let password: String = chance
            .iter()
            .enumerate()
            .filter_map(|(place, byte)| {
                let pick = |from: &[u8]| from.get(usize::from(*byte) % from.len()).map(|byte| char::from(*byte));
                match place % 7 {
                    0 => pick(CONSONANTS).map(|letter| letter.to_ascii_uppercase()),
                    1 => pick(VOWELS),
                    2 => pick(CONSONANTS),
                    _ => pick(b"23456789"),
                }
            })
            .collect();
        if is_suitable(&password, person, tenant) {
            return Some(password);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::graph::bench::Bench;

    fn suitable(password: &str) -> bool {
        let bench = Bench::new();
        let tenant = bench.world.tenant();
        let mut person = bench.ordinary().profile.latest().clone();
        person.display_name = "Märta O'Connor-Li".to_owned();
        person.user_principal_name = "m.oconnor@x.com".to_owned();
        is_suitable(password, &person, &tenant)
    }

    #[test]
    fn length_classes_and_characters() {
        assert!(suitable("Zx7-kq2Lw"));
        assert!(suitable("blank and Digit 1"));
        assert!(!suitable("Zx7-kq2"), "seven characters");
        assert!(!suitable(&"Zx7-".repeat(65)), "260 characters");
        assert!(!suitable("zx7kq2lwm3"), "two classes");
        assert!(!suitable("Zx7-kq2Lwé"), "not ASCII");
        assert!(!suitable("Zx7-kq2\tLw"), "not printable");
    }

    #[test]
    fn names_and_words_that_everybody_tries() {
        assert!(!suitable("P@ssw0rd!1"));
        assert!(!suitable("Welcome123"));
        assert!(!suitable("Connor-7723x"), "a name of the person");
        assert!(!suitable("Fabr1kam-7723x") || suitable("Fabrlkam-7723x"), "l stands for 1");
        assert!(!suitable("Fabrikam-7723x"), "the name of the organisation");
        assert!(suitable("Li-77234xKw"), "a name too short to matter");
        assert!(suitable("NewPassw0rd!2026"), "enough beside the word");
    }

    #[test]
    fn the_class_rule_can_be_switched_off_for_a_person() {
        let bench = Bench::new();
        let tenant = bench.world.tenant();
        let mut person = bench.ordinary().profile.latest().clone();
        assert!(!is_suitable("zx7kq2lwm3", &person, &tenant));
        person.password_policies = Some("DisablePasswordExpiration, DisableStrongPassword".to_owned());
        assert!(is_suitable("zx7kq2lwm3", &person, &tenant));
    }

    #[test]
    fn generated_passwords_are_suitable_and_differ() {
        let bench = Bench::new();
        let tenant = bench.world.tenant();
        let person = bench.ordinary().profile.latest().clone();
        let (one, other) = (generate(&person, &tenant).unwrap(), generate(&person, &tenant).unwrap());
        assert!(is_suitable(&one, &person, &tenant));
        assert_ne!(one, other);
    }
}
