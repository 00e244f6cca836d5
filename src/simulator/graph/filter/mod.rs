//! `$filter`: read ([`parse`]), held against what each property can do ([`condition`]), applied.
//!
//! learn.microsoft.com/graph/filter-query-parameter, learn.microsoft.com/graph/aad-advanced-queries

mod condition;
mod parse;
mod token;

pub(super) use condition::Filter;

/// Whether `text` is `folded`, which is in lower case already.
pub(super) fn same(text: &str, folded: &str) -> bool {
    fold(text).eq(folded.chars())
}

/// Whether `text` begins with `folded`, which is in lower case already.
pub(super) fn begins(text: &str, folded: &str) -> bool {
    let mut characters = fold(text);
    folded.chars().all(|wanted| characters.next() == Some(wanted))
}

/// The directory compares without case.
pub(super) fn fold(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}
