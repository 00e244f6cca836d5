//! What a message looks like: plain text, Markdown, or a page that mail programs show as it was meant.

use super::{
    document::{Block, Document, Line, Part},
    words::Language,
};

/// The forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    Text,
    Html,
    Markdown,
}

impl Format {
    pub(super) const ALL: &[Self] = &[Self::Text, Self::Html, Self::Markdown];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Html => "Html",
            Self::Markdown => "Markdown",
        }
    }

    /// The message in this form.
    pub(super) fn body(self, document: &Document, language: Language) -> String {
        match self {
            Self::Text => plain(document),
            Self::Html => page(document, language),
            Self::Markdown => markdown(document),
        }
    }
}

/// Blocks apart by an empty line; each is rendered by `block`.
fn blocks(document: &Document, block: impl Fn(&Block) -> String) -> String {
    let mut body = document.blocks.iter().map(block).collect::<Vec<_>>().join("\n\n");
    body.push('\n');
    body
}

fn line(line: &Line, part: impl Fn(&Part) -> String) -> String {
    line.iter().map(part).collect()
}

/// Lines with a mark before each, those of their later lines under their first.
fn items(lines: &[Line], mark: impl Fn(usize) -> String, part: impl Fn(&Part) -> String + Copy) -> String {
    let items = lines.iter().enumerate().map(|(at, item)| format!("{}{}", mark(at), line(item, part)));
    items.collect::<Vec<_>>().join("\n")
}

fn plain(document: &Document) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.to_string(),
        Part::Strong(text) => text.clone(),
        Part::Link(address) => (*address).to_owned(),
    };
    blocks(document, |block| match block {
        Block::Heading(heading) => format!("{heading}\n{}", "-".repeat(heading.chars().count())),
        Block::Paragraph(paragraph) => line(paragraph, part),
        Block::Steps(steps) => items(steps, |at| format!("{}. ", at + 1), part),
        Block::Points(points) => items(points, |_| "- ".to_owned(), part),
    })
}

fn markdown(document: &Document) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => marked(text),
        Part::Strong(text) => format!("**{}**", marked(text)),
        Part::Link(address) => format!("<{address}>"),
    };
    blocks(document, |block| match block {
        Block::Heading(heading) => format!("## {}", marked(heading)),
        Block::Paragraph(paragraph) => line(paragraph, part),
        Block::Steps(steps) => items(steps, |at| format!("{}. ", at + 1), part),
        Block::Points(points) => items(points, |_| "- ".to_owned(), part),
    })
}

/// Text in which nothing is taken for a mark of Markdown.
fn marked(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\`*_[]<>#|~&".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

// Mail programs drop style sheets, scripts and what is loaded from elsewhere: every element carries its own style.
const TEXT: &str = "margin:0 0 16px";
const HEADING: &str = "margin:28px 0 8px;font-size:18px;line-height:1.3";
const LIST: &str = "margin:0 0 16px;padding:0 0 0 26px";
const ITEM: &str = "margin:0 0 8px";
const LINK: &str = "color:#0b5cad";
const BODY: &str = "margin:0;padding:24px;background:#ffffff";
/// A user principal name is one long word, which would run out of a phone's narrow window: it may break.
const COLUMN: &str = "max-width:600px;margin:0 auto;font-family:'Segoe UI',Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;color:#242424;word-break:break-word;overflow-wrap:break-word";

fn page(document: &Document, language: Language) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => escaped(text),
        Part::Strong(text) => format!("<strong>{}</strong>", escaped(text)),
        Part::Link(address) => {
            let address = escaped(address);
            format!(r#"<a href="{address}" style="{LINK}">{address}</a>"#)
        }
    };
    let list = |element: &str, lines: &[Line]| {
        let items = lines.iter().map(|item| format!("<li style=\"{ITEM}\">{}</li>\n", line(item, part)));
        format!("<{element} style=\"{LIST}\">\n{}</{element}>\n", items.collect::<String>())
    };
    let blocks: String = document
        .blocks
        .iter()
        .map(|block| match block {
            Block::Heading(heading) => format!("<h2 style=\"{HEADING}\">{}</h2>\n", escaped(heading)),
            Block::Paragraph(paragraph) => format!("<p style=\"{TEXT}\">{}</p>\n", line(paragraph, part)),
            Block::Steps(steps) => list("ol", steps),
            Block::Points(points) => list("ul", points),
        })
        .collect();
    format!(
        r#"<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body style="{BODY}">
<div style="{COLUMN}">
{blocks}</div>
</body>
</html>
"#,
        language = language.word(),
        title = escaped(&document.subject),
    )
}

/// Text in which nothing is taken for a mark of HTML, within quotes neither.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::get_mfa_instruction::document::{link, strong, text};

    fn document() -> Document {
        Document {
            subject: "A & B".to_owned(),
            blocks: vec![
                Block::Heading("First"),
                Block::Paragraph(vec![
                    text("For "),
                    strong("Anna <b>\"X\"</b>\n d'Arc_*"),
                    text(" at "),
                    link("https://a.example/?b&c"),
                ]),
                Block::Steps(vec![vec![text("one")], vec![text("two #")]]),
                Block::Points(vec![vec![text("three")]]),
            ],
        }
    }

    #[test]
    fn text_is_only_text() {
        assert_eq!(
            Format::Text.body(&document(), Language::English),
            "First\n-----\n\nFor Anna <b>\"X\"</b> d'Arc_* at https://a.example/?b&c\n\n1. one\n2. two #\n\n- three\n"
        );
    }

    #[test]
    fn markdown_takes_no_name_for_a_mark() {
        assert_eq!(
            Format::Markdown.body(&document(), Language::English),
            "## First\n\nFor **Anna \\<b\\>\"X\"\\</b\\> d'Arc\\_\\*** at <https://a.example/?b&c>\n\n1. one\n2. two \\#\n\n- three\n"
        );
    }

    #[test]
    fn a_page_takes_no_name_for_a_mark_and_needs_nothing_from_elsewhere() {
        let page = Format::Html.body(&document(), Language::Swedish);
        assert!(page.contains("<strong>Anna &lt;b&gt;&quot;X&quot;&lt;/b&gt; d&#39;Arc_*</strong>"), "{page}");
        assert!(page.contains("<title>A &amp; B</title>") && page.contains("<html lang=\"sv\">"), "{page}");
        assert!(page.contains("<a href=\"https://a.example/?b&amp;c\" style="), "{page}");
        for foreign in ["<link", "<script", "<img", "<style", "<table", "class="] {
            assert!(!page.contains(foreign), "{foreign} in {page}");
        }
        let (opened, closed) =
            (page.matches("<p ").count() + page.matches("<li ").count(), page.matches("</p>").count());
        assert_eq!(opened, closed + page.matches("</li>").count());
    }
}
