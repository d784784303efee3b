//! Bounds on a document, kept before it is parsed: the parser takes memory for what the text looks like, and time by the square
//! of an element's attributes and of the namespaces in scope.

use memchr::{memchr, memchr2_iter, memmem};

use super::NotXml;

/// How many elements, texts and comments there may be: enough for 100,000 recipients with their texts.
pub(super) const MOST_NODES: u32 = 1_000_000;

/// How many `<` and `=` there may be: the parser takes memory for each before it looks.
const MOST_MARKS: usize = 2_000_000;

/// How many elements may be one within the other.
const DEEPEST: usize = 32;

/// How many attributes an element may have.
const MOST_ATTRIBUTES: usize = 32;

/// How many namespaces may be declared, which what writes XML does at the root if at all.
const MOST_NAMESPACES: usize = 16;

/// Refuses a document that exceeds a bound. Takes time by the length of the text; sees the tags where the parser will see them
/// as long as the text is well formed, and beyond that the parser does not go.
pub(super) fn check(text: &str) -> Result<(), NotXml> {
    let text = text.as_bytes();
    if memchr2_iter(b'<', b'=', text).count() > MOST_MARKS {
        return Err(NotXml::TooMuch);
    }
    let (mut rest, mut depth, mut namespaces) = (text, 0_usize, 0);
    while let Some(at) = memchr(b'<', rest) {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix(b"!--") {
            rest = after(comment, b"-->")?;
        } else if let Some(data) = rest.strip_prefix(b"![CDATA[") {
            rest = after(data, b"]]>")?;
        } else if rest.starts_with(b"!") {
            return Err(NotXml::Dtd);
        } else if let Some(instruction) = rest.strip_prefix(b"?") {
            rest = after(instruction, b"?>")?;
        } else if let Some(end) = rest.strip_prefix(b"/") {
            depth = depth.checked_sub(1).ok_or(NotXml::Malformed)?;
            rest = after(end, b">")?;
        } else {
            let tag = Tag::read(rest)?;
            depth += usize::from(!tag.is_empty);
            namespaces += tag.namespaces;
            if depth > DEEPEST || tag.attributes > MOST_ATTRIBUTES || namespaces > MOST_NAMESPACES {
                return Err(NotXml::TooMuch);
            }
            rest = &rest[tag.octets..];
        }
    }
    Ok(())
}

/// Returns what follows the first of these octets.
fn after<'a>(octets: &'a [u8], end: &[u8]) -> Result<&'a [u8], NotXml> {
    memmem::find(octets, end)
        .map(|at| &octets[at + end.len()..])
        .ok_or(NotXml::Malformed)
}

/// Is what must be known of a tag that opens an element.
struct Tag {
    /// Its length after its `<`, with its `>`.
    octets: usize,
    attributes: usize,
    namespaces: usize,
    /// Whether it closes its element, too.
    is_empty: bool,
}

impl Tag {
    /// Reads from behind the `<`.
    fn read(rest: &[u8]) -> Result<Self, NotXml> {
        let (mut attributes, mut quote, mut before) = (0, None, 0);
        for (at, &octet) in rest.iter().enumerate() {
            match octet {
                b'"' | b'\'' if quote == Some(octet) => quote = None,
                _ if quote.is_some() => {}
                b'"' | b'\'' => quote = Some(octet),
                b'=' => attributes += 1,
                b'>' => {
                    let namespaces = match attributes {
                        0 => 0,
                        _ => memmem::find_iter(&rest[..at], b"xmlns").count(),
                    };
                    return Ok(Self {
                        octets: at + 1,
                        attributes,
                        namespaces,
                        is_empty: before == b'/',
                    });
                }
                _ => {}
            }
            before = octet;
        }
        Err(NotXml::Malformed)
    }
}
