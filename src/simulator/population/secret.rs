//! Passwords and client secrets, from the seed.

use super::dice::Dice;

const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
/// Symbols that need no escaping in a shell, a form, a query or JSON: people will paste this password everywhere.
const SYMBOLS: &[u8] = b"-_.";

/// Everybody's first password: all four classes of characters, no letter that is mistaken for another.
pub(super) fn password(seed: u64) -> String {
    let mut dice = Dice::new(seed, "password", 0);
    let mut blocks = Vec::new();
    for _ in 0..4 {
        blocks.push(format!("{}{}{}", dice.text(UPPER, 1), dice.text(LOWER, 3), dice.text(DIGITS, 1)));
    }
    blocks.join(&dice.text(SYMBOLS, 1))
}

/// A client secret of the length and alphabet that the service gives out.
pub(super) fn client_secret(seed: u64, app: u64) -> String {
    let alphabet = [LOWER, UPPER, DIGITS, b"~-_."].concat();
    Dice::new(seed, "client secret", app).text(&alphabet, 40)
}
