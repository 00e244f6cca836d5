//! Passwords from the operating system's generator, within the service's rules.
//!
//! learn.microsoft.com/entra/identity/authentication/concept-sspr-policy

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Length of a generated password; the service takes 8 to 256.
const LENGTH: usize = 20;

// No characters that people mistake for each other, none that needs quoting in a shell or is far away on a keyboard.
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGIT: &[u8] = b"23456789";
const SYMBOL: &[u8] = b"-_!=+.:#";

/// A password from the operating system's generator, within the service's rules: four classes of four, no Unicode.
pub(crate) fn generate() -> Result<SecretString> {
    let all: Zeroizing<Vec<u8>> = Zeroizing::new([LOWER, UPPER, DIGIT, SYMBOL].concat());
    loop {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        while text.len() < LENGTH {
            text.push(char::from(pick(&all)?));
        }
        let has = |class: &[u8]| text.bytes().any(|byte| class.contains(&byte));
        if has(LOWER) && has(UPPER) && has(DIGIT) && has(SYMBOL) {
            return Ok(SecretString::from(text.as_str()));
        }
    }
}

/// One of `from`, each as likely as the other: bytes past the last whole multiple are thrown away.
fn pick(from: &[u8]) -> Result<u8> {
    let size = u8::try_from(from.len()).map_err(Error::internal)?;
    let limit = u8::MAX - u8::MAX % size;
    loop {
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte)
            .map_err(|error| Error::internal(format_args!("the system's generator gives no chance: {error}")))?;
        let [byte] = byte;
        if byte < limit {
            return from.get(usize::from(byte % size)).copied().ok_or_else(|| Error::internal("a pick out of range"));
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn generated_passwords_keep_the_service_rules_and_differ() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let password = generate().unwrap();
            let text = password.expose_secret();
            assert_eq!(text.len(), LENGTH);
            for class in [LOWER, UPPER, DIGIT, SYMBOL] {
                assert!(text.bytes().any(|byte| class.contains(&byte)), "a class is missing");
            }
            assert!(seen.insert(text.to_owned()));
        }
    }
}
