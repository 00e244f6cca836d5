//! A message to people: what is said, free of what it looks like.

use std::borrow::Cow;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) subject: String,
    pub(super) blocks: Vec<Block>,
}

/// What stands under each other in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Heading(&'static str),
    Paragraph(Line),
    /// To be done one after the other.
    Steps(Vec<Line>),
    /// In no order.
    Points(Vec<Line>),
}

/// Parts of a sentence, one after the other.
pub(super) type Line = Vec<Part>;

/// A part of a sentence. None of it is markup, whatever a name looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(Cow<'static, str>),
    Strong(String),
    Link(&'static str),
}

pub(super) fn text(text: impl Into<Cow<'static, str>>) -> Part {
    Part::Text(text.into())
}

/// Names are people's own: on one line, without anything that does not print.
pub(super) fn strong(name: &str) -> Part {
    Part::Strong(tidy(name))
}

pub(super) const fn link(address: &'static str) -> Part {
    Part::Link(address)
}

/// A name on one line.
pub(super) fn tidy(name: &str) -> String {
    let printing: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    printing.split_whitespace().collect::<Vec<_>>().join(" ")
}
