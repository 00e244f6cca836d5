//! States in words, for records.

use serde::{Deserialize, Serialize};

/// A state in words: one, or a list of them (open protocols, kinds of methods).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Word {
    /// For example `Blocked`, or a time.
    One(String),
    /// For example the open protocols of a mailbox.
    Many(Vec<String>),
}

impl From<&str> for Word {
    fn from(word: &str) -> Self {
        Self::One(word.to_owned())
    }
}
