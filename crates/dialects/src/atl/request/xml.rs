//! A request as XML: `request`, in it one `head` and a `body` for each recipient.

use super::{Asked, Head, NoRequest, Row};
use crate::wire::xml::{Document, Element, decode};

/// Reads a request, and no more rows of it than these.
pub(super) fn read(octets: &[u8], most_rows: usize) -> Result<Asked, NoRequest> {
    let text = decode(octets).map_err(|_| NoRequest)?;
    let document = Document::parse(&text).map_err(|_| NoRequest)?;
    let request = document.root();
    if request.name() != "request" {
        return Err(NoRequest);
    }
    let mut head = Head::default();
    for field in request
        .child("head")
        .into_iter()
        .flat_map(Element::children)
    {
        head.set(field.name(), field.text());
    }
    let bodies = request.children().filter(|child| child.name() == "body");
    let row = |body: Element<'_>| {
        let mut row = Row::default();
        for field in body.children() {
            row.set(field.name(), field.text());
        }
        row
    };
    let rows = bodies.take(most_rows).map(row).collect();
    Ok(Asked { head, rows })
}
