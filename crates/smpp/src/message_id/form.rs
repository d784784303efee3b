//! How the ids in an SMSC's receipts differ from those in its answers: compared one by one, and learned.

use std::fmt;

use super::{convert, key, trim};

/// How many receipts in one base settle it.
const SETTLED: u32 = 5;

/// How many receipts in a row, each in another base than the settled one, unsettle it: one by itself is an accident of the digits.
const UNSETTLED: u32 = 3;

/// In which base an SMSC writes the ids of receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// In that of its answers, whichever that is.
    Same,
    /// In decimal what its answers have in hexadecimal.
    DecimalOfHexadecimal,
    /// In hexadecimal what its answers have in decimal.
    HexadecimalOfDecimal,
}

/// How the id of a receipt differs from that of the answer; [`fmt::Display`] says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdForm {
    /// The base.
    pub base: Base,
    /// Which of [`DIFFERENCES`] there are, by bit.
    differences: u8,
}

const ZEROS: u8 = 1;
const CASE: u8 = 1 << 1;
const DASHES: u8 = 1 << 2;
const PREFIX: u8 = 1 << 3;

const DIFFERENCES: [(u8, &str); 4] = [
    (ZEROS, "other leading zeros"),
    (CASE, "letters in another case"),
    (DASHES, "other dashes"),
    (PREFIX, "another prefix"),
];

impl IdForm {
    /// Compares an id as an answer has it with the same one as its receipt has it; `None` when they are not the same, or are too
    /// short to tell one base from another.
    pub fn between(answered: &[u8], reported: &[u8]) -> Option<Self> {
        let (one, other) = (key(answered), key(reported));
        if matches!(&one[..], [] | [b'0'..=b'9']) {
            return None;
        }
        if one == other {
            return Some(Self {
                base: Base::Same,
                differences: differences(trim(answered), trim(reported)),
            });
        }
        let base = if convert::<16, 10>(&one).as_ref() == Some(&other) {
            Base::DecimalOfHexadecimal
        } else if convert::<10, 16>(&one).as_ref() == Some(&other) {
            Base::HexadecimalOfDecimal
        } else {
            return None;
        };
        Some(Self {
            base,
            differences: 0,
        })
    }
}

impl fmt::Display for IdForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.base {
            Base::Same if self.differences == 0 => "as in answers",
            Base::Same => "as in answers, but with ",
            Base::DecimalOfHexadecimal => "in decimal, where answers have them in hexadecimal",
            Base::HexadecimalOfDecimal => "in hexadecimal, where answers have them in decimal",
        })?;
        let there = DIFFERENCES
            .iter()
            .filter(|(bit, _)| self.differences & bit != 0);
        for (place, (_, words)) in there.enumerate() {
            formatter.write_str(if place == 0 { "" } else { ", " })?;
            formatter.write_str(words)?;
        }
        Ok(())
    }
}

/// Undoes the differences one after the other, and sees which of them made the two ids more alike.
fn differences(answered: &[u8], reported: &[u8]) -> u8 {
    let mut found = 0;
    let mut pair = [answered.to_vec(), reported.to_vec()];
    for (bit, undo) in [
        (CASE, <[u8]>::to_ascii_lowercase as fn(&[u8]) -> Vec<u8>),
        (DASHES, without_dashes),
        (PREFIX, without_prefix),
        (ZEROS, |id| super::without_leading_zeros(id).to_vec()),
    ] {
        let undone = pair.each_ref().map(|id| undo(id));
        let changed = |place: usize| undone[place] != pair[place];
        // Case shows only where the letters are the same but for it; the others show where one of the two has what the other lacks.
        let differs = match bit {
            CASE => letters(&pair[0]) != letters(&pair[1]),
            DASHES => dashes(&pair[0]) != dashes(&pair[1]),
            ZEROS => pair[0] != pair[1],
            _ => changed(0) != changed(1),
        };
        if differs {
            found |= bit;
        }
        pair = undone;
    }
    found
}

fn letters(id: &[u8]) -> Vec<u8> {
    let mut letters = without_prefix(id);
    letters.retain(u8::is_ascii_alphabetic);
    letters
}

fn dashes(id: &[u8]) -> usize {
    id.len() - without_dashes(id).len()
}

fn without_dashes(id: &[u8]) -> Vec<u8> {
    id.iter().copied().filter(|octet| *octet != b'-').collect()
}

fn without_prefix(id: &[u8]) -> Vec<u8> {
    let rest = match id {
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => rest,
        _ => id,
    };
    rest.to_vec()
}

/// What is known of the form in which one SMSC writes the ids of receipts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Learned {
    form: Option<IdForm>,
    /// How many receipts agreed, up to those that settle it.
    agreed: u32,
    /// How many in a row had another base.
    disagreed: u32,
}

impl Learned {
    /// Takes note of an id in both forms; gives the new form when one that was settled has become another.
    pub fn learn(&mut self, answered: &[u8], reported: &[u8]) -> Option<IdForm> {
        let seen = IdForm::between(answered, reported)?;
        let Some(known) = self.form else {
            *self = Self {
                form: Some(seen),
                agreed: 1,
                disagreed: 0,
            };
            return None;
        };
        let was_settled = self.agreed >= SETTLED;
        if seen.base == known.base {
            self.disagreed = 0;
            self.agreed = (self.agreed + 1).min(SETTLED);
            let form = IdForm {
                differences: known.differences | seen.differences,
                ..known
            };
            self.form = Some(form);
            return (was_settled && form != known).then_some(form);
        }
        self.disagreed += 1;
        if was_settled && self.disagreed < UNSETTLED {
            return None;
        }
        *self = Self {
            form: Some(seen),
            agreed: self.disagreed,
            disagreed: 0,
        };
        was_settled.then_some(seen)
    }

    /// Tells the form as far as it is known; `None` before the first receipt.
    pub const fn form(&self) -> Option<IdForm> {
        self.form
    }

    /// Lists the keys under which the id of a receipt may have been given, the likeliest by what was learned first; otherwise as
    /// [`super::candidates`] does.
    pub fn candidates(&self, id: &[u8]) -> Vec<Vec<u8>> {
        let mut keys = super::candidates(id);
        let likeliest = match self.form.map(|form| form.base) {
            None | Some(Base::Same) => None,
            Some(Base::DecimalOfHexadecimal) => convert::<10, 16>(&key(id)),
            Some(Base::HexadecimalOfDecimal) => convert::<16, 10>(&key(id)),
        };
        if let Some(place) =
            likeliest.and_then(|likeliest| keys.iter().position(|key| *key == likeliest))
        {
            keys[..=place].rotate_right(1);
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(answered: &str, reported: &str) -> Option<String> {
        IdForm::between(answered.as_bytes(), reported.as_bytes()).map(|form| form.to_string())
    }

    #[test]
    fn each_form_is_told_in_words() {
        for (answered, reported, expected) in [
            ("4711", "4711", "as in answers"),
            ("f47ac10b-58cc", "f47ac10b-58cc", "as in answers"),
            (
                "00B8BE19",
                "B8BE19",
                "as in answers, but with other leading zeros",
            ),
            (
                "b8be19",
                "00B8BE19",
                "as in answers, but with other leading zeros, letters in another case",
            ),
            (
                "f47ac10b-58cc",
                "F47AC10B58CC",
                "as in answers, but with letters in another case, other dashes",
            ),
            (
                "b8be19",
                "0xb8be19",
                "as in answers, but with another prefix",
            ),
            (
                "812FC7470000001B",
                "9308878062554710043",
                "in decimal, where answers have them in hexadecimal",
            ),
            (
                "12107289",
                "00B8BE19",
                "in hexadecimal, where answers have them in decimal",
            ),
        ] {
            assert_eq!(
                words(answered, reported).as_deref(),
                Some(expected),
                "{answered}"
            );
        }
    }

    #[test]
    fn what_tells_nothing_is_not_learned() {
        for (answered, reported) in [("4711", "4712"), ("7", "7"), ("007", "7"), ("", "")] {
            assert_eq!(words(answered, reported), None, "{answered} {reported}");
        }
    }

    #[test]
    fn a_settled_form_changes_only_when_several_receipts_say_so_and_then_it_is_told() {
        let mut learned = Learned::default();
        let decimal = |learned: &mut Learned| learned.learn(b"B8BE19", b"12107289");
        let same = |learned: &mut Learned| learned.learn(b"B8BE19", b"B8BE19");
        for _ in 0..10 {
            assert_eq!(decimal(&mut learned), None);
        }
        assert_eq!((same(&mut learned), same(&mut learned)), (None, None));
        assert_eq!(decimal(&mut learned), None);
        assert_eq!((same(&mut learned), same(&mut learned)), (None, None));
        let changed = same(&mut learned).unwrap();
        assert_eq!(changed.to_string(), "as in answers");
        assert_eq!(learned.form(), Some(changed));
    }

    #[test]
    fn a_settled_form_that_gains_a_difference_is_told_once() {
        let mut learned = Learned::default();
        for _ in 0..SETTLED {
            assert_eq!(learned.learn(b"B8BE19", b"B8BE19"), None);
        }
        assert!(learned.learn(b"00B8BE", b"B8BE").is_some());
        assert_eq!(learned.learn(b"00B8BF", b"B8BF"), None);
    }

    #[test]
    fn the_likeliest_candidate_leads_and_none_is_lost() {
        let mut learned = Learned::default();
        let keys = |learned: &Learned| learned.candidates(b"13");
        assert_eq!(keys(&learned), [&b"13"[..], b"19", b"d"]);
        learned.learn(b"B8BE19", b"12107289");
        assert_eq!(keys(&learned), [&b"d"[..], b"13", b"19"]);
        let mut learned = Learned::default();
        learned.learn(b"12107289", b"B8BE19");
        assert_eq!(keys(&learned), [&b"19"[..], b"13", b"d"]);
        assert_eq!(learned.candidates(b"zx-1"), [b"zx1"]);
    }

    proptest! {
        #[test]
        fn any_octets_are_compared_and_what_was_learned_leads_to_the_answer(
            number in 10_u128..,
            answered in proptest::collection::vec(any::<u8>(), 0..70),
            reported in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            let _ = IdForm::between(&answered, &reported);
            let (hexadecimal, decimal) = (format!("{number:X}"), number.to_string());
            for (answered, reported) in
                [(&hexadecimal, &decimal), (&decimal, &hexadecimal), (&decimal, &decimal)]
            {
                let mut learned = Learned::default();
                learned.learn(answered.as_bytes(), reported.as_bytes());
                let candidates = learned.candidates(reported.as_bytes());
                prop_assert_eq!(&candidates[0], &key(answered.as_bytes()));
            }
        }
    }
}
