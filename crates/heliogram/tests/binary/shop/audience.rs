//! The shop's customers: whom it writes to, what each is to read, and what becomes of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How many contacts the book has.
pub(super) const CONTACTS: usize = 50_000;

/// How many contacts each part of the campaign has.
pub(super) const PART: usize = 10_000;

pub(super) const TEXT: &str = "Hello %1%! The autumn sale begins on Friday: with this message you get a tenth off everything in our shop.";

/// The price of a segment, in millionths of a hryvnia.
const PRICE_MICROS: i64 = 130_000;

/// A contact by its place in the book.
pub(super) fn number(place: usize) -> String {
    match place % 1_000 {
        // Phones that misbehave, in every part: one that is never reached, and one that the operator rejects by receipt.
        17 => format!("38067{:03}0001", place / 1_000),
        18 => format!("38067{:03}0003", place / 1_000),
        _ => format!("38050{:05}9{}", place / 10, place % 10),
    }
}

/// Every hundredth contact has a name that takes the text over the end of its first segment.
fn name(place: usize) -> String {
    if place % 100 == 5 {
        format!("dear customer and faithful friend of our house, number {place}")
    } else {
        format!("customer {place}")
    }
}

/// What the phone of a contact shows.
pub(super) fn text(place: usize) -> String {
    TEXT.replace("%1%", &name(place))
}

/// The price of the message to a contact, in millionths.
pub(super) fn price_micros(place: usize) -> i64 {
    let segments = if text(place).len() <= 160 { 1 } else { 2 };
    segments * PRICE_MICROS
}

/// Whether the message to a contact is delivered once it has left.
pub(super) fn is_delivered(place: usize) -> bool {
    !matches!(place % 1_000, 17 | 18)
}

/// The contacts of one call that adds them. Each call also repeats its first contact and brings one that is no number.
pub(super) fn rows(call: usize, size: usize) -> String {
    let row = |place| json!([number(place), name(place)]);
    let mut rows: Vec<Value> = (call * size..(call + 1) * size).map(row).collect();
    rows.insert(3, json!(["nobody"]));
    rows.push(row(call * size));
    json!(rows).to_string()
}

/// The texts of all phones that get one, by number.
pub(super) fn texts(places: impl Iterator<Item = usize>) -> BTreeMap<String, String> {
    places.map(|place| (number(place), text(place))).collect()
}
