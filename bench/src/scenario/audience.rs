//! The contacts of the campaign: numbers of ten operators, names of different lengths, and what a text to all costs.

use serde_json::{Value, json};

use crate::contender::heliogram::CHEAP_PREFIX;

/// How many operators there are, in the order of their codes; each has a tenth of the contacts.
const OPERATORS: [u32; 10] = [50, 63, 66, 67, 68, 73, 93, 95, 96, 97];

const CHEAP_MICROS: i64 = 110_000;
const MICROS: i64 = 130_000;

/// The campaign's text, of one segment with every name.
pub(super) const TEXT: &str =
    "Hello %1%! Your parcel has arrived and waits for you at our branch in the city centre.";

/// As many contacts as are asked for, each known by its place in the order of the numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Audience {
    pub(super) contacts: u32,
}

impl Audience {
    /// Yields the contacts that one call adds, as the API takes them.
    pub(super) fn rows(self, from: u32, count: u32) -> Value {
        let last = self.contacts.min(from + count);
        let row = |index| {
            let place = self.place(index);
            json!([self.number(place), name(place)])
        };
        (from..last).map(row).collect()
    }

    /// Returns the price of the campaign's text to everybody, in micro-units.
    pub(super) fn price_micros(self) -> i64 {
        let cheap = i64::from(self.cheap());
        cheap * CHEAP_MICROS + (i64::from(self.contacts) - cheap) * MICROS
    }

    /// Counts the numbers that begin with the prefix that is searched for.
    pub(super) fn cheap(self) -> u32 {
        (0..self.contacts)
            .map(|place| u32::from(self.is_cheap(place)))
            .sum()
    }

    fn is_cheap(self, place: u32) -> bool {
        self.number(place).starts_with(CHEAP_PREFIX)
    }

    /// The contact that comes at this turn, as if drawn from a hat, the same in every run; each comes once.
    fn place(self, turn: u32) -> u32 {
        // Equal strides would meet the pages of an index one after another, which numbers from a hat do not.
        let mut place = self.scatter(turn);
        while place >= self.contacts {
            place = self.scatter(place);
        }
        place
    }

    /// Sends each number below the next power of two to another one below it.
    fn scatter(self, number: u32) -> u32 {
        let bits = self.contacts.next_power_of_two().trailing_zeros().max(2);
        let mask = (1 << bits) - 1;
        // Multiplying by an odd number and folding the upper bits onto the lower ones can both be undone, so no two meet.
        [0x9E37_79B1_u32, 0x85EB_CA77, 0xC2B2_AE3D]
            .into_iter()
            .fold(number, |number, odd| {
                let number = number.wrapping_mul(odd) & mask;
                number ^ (number >> (bits / 2))
            })
    }

    /// An ordinary number: its last digits mean nothing to the simulated phones.
    fn number(self, place: u32) -> String {
        let operator = u64::from(place) * OPERATORS.len() as u64 / u64::from(self.contacts);
        let operator = usize::try_from(operator).expect("it is below ten");
        format!("380{}{:05}9{}", OPERATORS[operator], place / 10, place % 10)
    }
}

fn name(place: u32) -> String {
    format!("Name{place}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_text_is_one_segment_with_the_longest_name() {
        let text = TEXT.replace("%1%", &name(999_999));
        assert!(text.is_ascii() && text.len() <= 160, "{text}");
    }

    #[test]
    fn every_contact_comes_once_and_in_no_order() {
        let audience = Audience { contacts: 1_000 };
        let turns = (0..1_000).map(|turn| audience.place(turn));
        assert_eq!(turns.collect::<BTreeSet<_>>(), (0..1_000).collect());
        let places: Vec<_> = (0..9).map(|turn| audience.place(turn)).collect();
        assert!(!places.is_sorted(), "{places:?}");
    }

    #[test]
    fn numbers_are_in_their_order_and_none_is_magic() {
        let audience = Audience {
            contacts: 1_000_000,
        };
        let numbers: Vec<_> = [0, 9, 10, 99_999, 100_000, 999_999]
            .map(|place| audience.number(place))
            .into();
        assert!(
            numbers.is_sorted_by(|before, after| before < after),
            "{numbers:?}"
        );
        assert!(numbers.iter().all(|number| number.len() == 12));
        let magic = |number: &String| number[number.len() - 4..].starts_with("000");
        assert!(!numbers.iter().any(magic), "{numbers:?}");
    }

    #[test]
    fn the_price_is_the_sum_of_all() {
        let audience = Audience { contacts: 10 };
        assert_eq!(audience.cheap(), 1);
        assert_eq!(audience.price_micros(), 9 * MICROS + CHEAP_MICROS);
    }
}
