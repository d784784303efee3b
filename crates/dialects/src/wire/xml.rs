//! XML as strangers write it, read so that it cannot be made to expand, to fetch or to recurse; and texts made fit for it.
//!
//! A document is elements and their texts. Attributes are passed over, prefixes of names too; comments and sections of
//! CDATA are as XML has them. There are no entities but the five of XML itself and those of numbers, since there is no DTD.
//! `bounds` looks at every tag before the parser does.

mod bounds;

use std::borrow::Cow;

use roxmltree::{Node, ParsingOptions};
use thiserror::Error;

use super::charset::{BYTE_ORDER_MARK, Charset};

/// How many octets a declaration may have.
const LONGEST_DECLARATION: usize = 256;

/// Says why octets are no document that we read. Nothing of the document is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub(crate) enum NotXml {
    /// The declaration names a character set that we do not know, or the octets are not text in the one that it names.
    #[error("the octets are not text in the document's encoding")]
    Encoding,
    /// There is a DTD, or what looks like one.
    #[error("the document has a DTD")]
    Dtd,
    /// There are too many tags, elements within elements, or attributes.
    #[error("the document is too large or too deep")]
    TooMuch,
    /// It is not well formed.
    #[error("the document is not well formed")]
    Malformed,
}

/// Is a document that is well formed.
pub(crate) struct Document<'a>(roxmltree::Document<'a>);

/// Is an element of a document.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a>(Node<'a, 'a>);

/// Decodes a document by its declaration, and returns what follows that.
///
/// Blanks and byte order marks before the declaration are passed over. Without a declaration, or an encoding in it, a document
/// is UTF-8; so is one that says UTF-16 in a declaration that is not: .NET writes such, and sends them as UTF-8.
pub(crate) fn decode(octets: &[u8]) -> Result<String, NotXml> {
    let (marked, octets) = without_blanks(octets);
    let (label, octets) = without_declaration(octets)?;
    let charset = match label.map(str::to_ascii_lowercase).as_deref() {
        None => Charset::Utf8,
        Some(_) if marked || octets.is_ascii() => Charset::Utf8,
        Some(label) if label.starts_with("utf-16") => Charset::Utf8,
        Some(label) => Charset::labelled(label).ok_or(NotXml::Encoding)?,
    };
    charset.decode(octets).map_err(|_| NotXml::Encoding)
}

/// Passes over blanks and byte order marks; tells whether there was one of these.
fn without_blanks(octets: &[u8]) -> (bool, &[u8]) {
    let (mut marked, mut rest) = (false, octets.trim_ascii_start());
    while let Some(after) = rest.strip_prefix(BYTE_ORDER_MARK) {
        (marked, rest) = (true, after.trim_ascii_start());
    }
    (marked, rest)
}

/// Takes a declaration off the front, and returns the encoding that it names.
fn without_declaration(octets: &[u8]) -> Result<(Option<&str>, &[u8]), NotXml> {
    let Some(declaration) = octets.strip_prefix(b"<?xml") else {
        return Ok((None, octets));
    };
    if !declaration.first().is_some_and(u8::is_ascii_whitespace) {
        return Ok((None, octets));
    }
    let searched = &declaration[..declaration.len().min(LONGEST_DECLARATION)];
    let end = searched.windows(2).position(|two| two == b"?>");
    let (declaration, rest) = declaration.split_at(end.ok_or(NotXml::Malformed)?);
    let declaration = std::str::from_utf8(declaration).map_err(|_| NotXml::Encoding)?;
    Ok((encoding(declaration), &rest[b"?>".len()..]))
}

/// Finds the encoding in a declaration, between quotes of either kind.
fn encoding(declaration: &str) -> Option<&str> {
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|first| "'\"".contains(*first))?;
    rest[1..].split(quote).next()
}

impl<'a> Document<'a> {
    /// Reads what [`decode`] returned.
    pub(crate) fn parse(text: &'a str) -> Result<Self, NotXml> {
        bounds::check(text)?;
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: bounds::MOST_NODES,
            ..ParsingOptions::default()
        };
        match roxmltree::Document::parse_with_options(text, options) {
            Ok(document) => Ok(Self(document)),
            Err(roxmltree::Error::DtdDetected) => Err(NotXml::Dtd),
            Err(roxmltree::Error::NodesLimitReached) => Err(NotXml::TooMuch),
            Err(_) => Err(NotXml::Malformed),
        }
    }

    /// Returns the element around all others.
    pub(crate) fn root(&self) -> Element<'_> {
        Element(self.0.root_element())
    }
}

impl<'a> Element<'a> {
    /// Returns the name without a prefix.
    pub(crate) fn name(self) -> &'a str {
        self.0.tag_name().name()
    }

    /// Returns the elements in this one, in their order.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        self.0.children().filter(Node::is_element).map(Self)
    }

    /// Returns the first element of this name in this one.
    pub(crate) fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// Returns its own text as it stands, blanks and all; the texts of elements in it are not part of that.
    pub(crate) fn text(self) -> Cow<'a, str> {
        let mut texts = self.0.children().filter(Node::is_text);
        let mut next = || texts.next().and_then(|node| node.text());
        let Some(first) = next() else {
            return Cow::Borrowed("");
        };
        let Some(second) = next() else {
            return Cow::Borrowed(first);
        };
        let mut whole = [first, second].concat();
        while let Some(more) = next() {
            whole.push_str(more);
        }
        Cow::Owned(whole)
    }

    /// Returns its own text without the blanks around it.
    pub(crate) fn trimmed(self) -> Cow<'a, str> {
        match self.text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }
}

/// Appends a text so that it is read as it is; a character that XML cannot have becomes a question mark.
pub(crate) fn push_escaped(xml: &mut String, text: &str) {
    let mut plain = 0;
    for (at, character) in text.char_indices() {
        let instead = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&apos;",
            '\r' => "&#13;",
            '\n' | '\t' => continue,
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => "?",
            _ => continue,
        };
        xml.push_str(&text[plain..at]);
        xml.push_str(instead);
        plain = at + character.len_utf8();
    }
    xml.push_str(&text[plain..]);
}

#[cfg(test)]
mod tests;
