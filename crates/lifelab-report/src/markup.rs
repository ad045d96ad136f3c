//! HTML and SVG as a tree, so that nothing is forgotten to be escaped or closed.

use std::fmt::{self, Display, Write};

use lifelab::core::printable;

/// An element with its attributes and children.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Element(Element),
    Text(String),
    /// Style sheets and scripts, which are ours.
    Raw(&'static str),
}

impl Element {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new() }
    }

    /// A group of SVG elements.
    pub(crate) fn group() -> Self {
        Self::new("g")
    }

    pub(crate) fn set(mut self, name: &'static str, value: impl Display) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// Lengths of a drawing, to a tenth of a pixel.
    pub(crate) fn at<const N: usize>(mut self, lengths: [(&'static str, f64); N]) -> Self {
        let lengths = lengths.map(|(name, length)| (name, px(length)));
        self.attributes.extend(lengths);
        self
    }

    pub(crate) fn class(self, class: impl Display) -> Self {
        self.set("class", class)
    }

    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    pub(crate) fn raw(mut self, raw: &'static str) -> Self {
        self.children.push(Node::Raw(raw));
        self
    }

    /// What is shown when the mark is pointed at.
    pub(crate) fn tooltip(self, text: impl Into<String>) -> Self {
        self.with(Self::new("title").text(text))
    }

    pub(crate) fn with(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    pub(crate) fn all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    pub(crate) fn push(&mut self, child: Self) {
        self.children.push(Node::Element(child));
    }
}

/// A length in a drawing.
pub(crate) fn px(length: f64) -> String {
    let rounded = (length * 10.0).round() / 10.0;
    // No negative zero.
    format!("{}", rounded + 0.0)
}

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "br", "hr"];

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"")?;
            escape(value, f)?;
            f.write_char('"')?;
        }
        f.write_char('>')?;
        if VOID.contains(&self.name) {
            return Ok(());
        }
        for child in &self.children {
            match child {
                Node::Element(element) => element.fmt(f)?,
                Node::Text(text) => escape(text, f)?,
                Node::Raw(raw) => f.write_str(raw)?,
            }
        }
        write!(f, "</{}>", self.name)
    }
}

/// Text that is text wherever it stands, without characters that no document may have.
fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for c in text.chars() {
        match c {
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '"' => f.write_str("&quot;")?,
            '\'' => f.write_str("&#39;")?,
            '\n' | '\t' => f.write_char(c)?,
            c if printable::is_hidden(c) => f.write_char(char::REPLACEMENT_CHARACTER)?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let element = Element::new("p").set("title", "\"a\" & 'b'").text("</p><script>\u{1b}[0m");
        assert_eq!(
            element.to_string(),
            "<p title=\"&quot;a&quot; &amp; &#39;b&#39;\">&lt;/p&gt;&lt;script&gt;\u{fffd}[0m</p>"
        );
    }

    #[test]
    fn lengths_are_short() {
        assert_eq!([px(1.0), px(0.04), px(-0.01), px(12.345)], ["1", "0", "0", "12.3"]);
    }
}
