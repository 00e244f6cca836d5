//! Chance that is the same everywhere: one generator a subject, so that adding people changes nobody else.

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// A seeded generator.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of `subject` in the tenant of `seed`; `turn` tells its parts from each other.
    pub(super) fn new(seed: u64, subject: &str, turn: u64) -> Self {
        let mut key = [0; 32];
        key.iter_mut().zip(seed.to_le_bytes().into_iter().chain(subject.bytes())).for_each(|(to, from)| *to = from);
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(turn);
        Self(generator)
    }

    /// True `percent` times in a hundred.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A number from 0 to `end`, without `end`; 0 if that is 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// A word of a list whose words are separated by `, `.
    pub(super) fn word(&mut self, from: &'static str) -> &'static str {
        let count = u32::try_from(from.split(", ").count()).unwrap_or_default();
        let turn = self.below(count);
        (0..=turn).zip(from.split(", ")).last().map_or(from, |(_, word)| word)
    }

    /// An element of a list.
    pub(super) fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.choose(&mut self.0)
    }

    /// `length` characters of an alphabet of ASCII.
    pub(super) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).filter_map(|_| alphabet.choose(&mut self.0).copied().map(char::from)).collect()
    }

    /// 16 bytes.
    pub(super) fn bytes(&mut self) -> [u8; 16] {
        self.0.random()
    }
}
