//! The phone's side of long texts: parts are put together whatever order and form they come in.

use std::collections::{HashMap, VecDeque};

use sms::text::{decode_gsm7, decode_ucs2, write_hex};

use crate::submission::Submission;

/// Begun texts that are remembered at once; the oldest is forgotten first.
const BEGUN_LIMIT: usize = 100_000;

/// Collects the segments of every text that is not whole yet.
#[derive(Debug, Default)]
pub(crate) struct Reassembly {
    begun: HashMap<Key, Parts>,
    order: VecDeque<Key>,
}

/// A text of which every segment is here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    /// The number under which its first segment to come was accepted.
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) flash: bool,
    pub(crate) binary: bool,
    pub(crate) segments: u16,
    /// The PDU of each segment in the text's order; empty when they are not recorded.
    pub(crate) raw: Vec<Vec<u8>>,
}

/// What a segment was good for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Added {
    Whole(Whole),
    /// Others are missing.
    Part,
    /// It was here before.
    Again,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    to: Box<[u8]>,
    from: Box<[u8]>,
    reference: u16,
    total: u8,
}

#[derive(Debug)]
struct Parts {
    number: u64,
    missing: u8,
    /// Octets and PDU of each part.
    places: Vec<Option<(Vec<u8>, Vec<u8>)>>,
}

impl Reassembly {
    /// Takes a segment and its PDU.
    pub(crate) fn add(&mut self, number: u64, submission: &Submission<'_>, raw: Vec<u8>) -> Added {
        let Some(part) = submission.concatenation else {
            return Added::Whole(Whole {
                number,
                text: shown(submission),
                flash: is_flash(submission.data_coding),
                binary: Alphabet::of(submission.data_coding) == Alphabet::Octets,
                segments: 1,
                raw: vec![raw],
            });
        };
        let key = Key {
            to: submission.destination.address.into(),
            from: submission.source.address.into(),
            reference: part.reference,
            total: part.total,
        };
        if !self.begun.contains_key(&key) {
            self.begin(&key, number);
        }
        let parts = self.begun.get_mut(&key).expect("it was begun if need be");
        let place = &mut parts.places[usize::from(part.index) - 1];
        let again = place.is_some();
        *place = Some((submission.octets.to_vec(), raw));
        if again {
            return Added::Again;
        }
        parts.missing -= 1;
        if parts.missing > 0 {
            return Added::Part;
        }
        let parts = self.begun.remove(&key).expect("it was found a moment ago");
        Added::Whole(parts.join(submission.data_coding))
    }

    fn begin(&mut self, key: &Key, number: u64) {
        // Finished texts stay in `order`, which only makes a begun one be forgotten sooner than
        // its due; the limit is far above what any test or sane sender leaves unfinished.
        self.order.push_back(key.clone());
        if self.order.len() > BEGUN_LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.begun.remove(&oldest);
        }
        let parts = Parts {
            number,
            missing: key.total,
            places: vec![None; usize::from(key.total)],
        };
        self.begun.insert(key.clone(), parts);
    }
}

impl Parts {
    /// Joins before decoding, so that a pair which the sender cut in two is read.
    fn join(self, data_coding: u8) -> Whole {
        let segments = u16::try_from(self.places.len()).expect("parts are counted in one octet");
        let (octets, raw): (Vec<_>, Vec<_>) = self.places.into_iter().flatten().unzip();
        Whole {
            number: self.number,
            text: Alphabet::of(data_coding).read(&octets.concat()),
            flash: is_flash(data_coding),
            binary: Alphabet::of(data_coding) == Alphabet::Octets,
            segments,
            raw,
        }
    }
}

/// What a phone shows of a message of one segment: the header of a binary is a matter of the program that it is for.
fn shown(submission: &Submission<'_>) -> String {
    match Alphabet::of(submission.data_coding) {
        Alphabet::Octets => write_hex(&[submission.header, submission.octets].concat()),
        alphabet => alphabet.read(submission.octets),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Gsm7,
    Latin1,
    Ucs2,
    /// None: shown in hexadecimal.
    Octets,
}

impl Alphabet {
    /// Finds the alphabet of a `data_coding` [smpp34 §5.2.19, 3GPP TS 23.038 §4].
    const fn of(data_coding: u8) -> Self {
        match data_coding {
            0x01 | 0x03 => Self::Latin1,
            0x08 | 0xE0..=0xEF => Self::Ucs2,
            0x00 | 0xC0..=0xDF => Self::Gsm7,
            // General data coding groups: bits 3 and 2 name the alphabet.
            0x10..=0x7F => match (data_coding >> 2) & 0x03 {
                1 => Self::Octets,
                2 => Self::Ucs2,
                _ => Self::Gsm7,
            },
            // Data coding and message class: bit 2 says that it is octets.
            0xF0..=0xFF if data_coding & 0x04 == 0 => Self::Gsm7,
            _ => Self::Octets,
        }
    }

    fn read(self, octets: &[u8]) -> String {
        match self {
            Self::Gsm7 => decode_gsm7(octets),
            Self::Latin1 => octets.iter().copied().map(char::from).collect(),
            Self::Ucs2 => decode_ucs2(octets),
            Self::Octets => write_hex(octets),
        }
    }
}

/// Tells whether a `data_coding` has message class 0 [3GPP TS 23.038 §4].
const fn is_flash(data_coding: u8) -> bool {
    match data_coding {
        // General data coding groups with a class, and those of data coding and message class.
        0x10..=0x1F | 0x30..=0x3F | 0x50..=0x5F | 0x70..=0x7F | 0xF0..=0xFF => {
            matches!(data_coding & 0x03, 0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use smpp::Address;
    use sms::text::Concatenation;

    use super::*;

    fn segment(reference: u16, total: u8, index: u8, octets: &[u8]) -> Submission<'_> {
        Submission {
            source: Address::alphanumeric(b"SHOP"),
            destination: Address::international(b"380501234567"),
            registered_delivery: 1,
            data_coding: 8,
            concatenation: Some(Concatenation {
                reference,
                total,
                index,
            }),
            header: b"",
            octets,
        }
    }

    #[test]
    fn a_text_is_whole_with_its_last_part_in_any_order() {
        let mut reassembly = Reassembly::default();
        // A surrogate pair stands across the border of the parts.
        let (first, second) = (
            segment(9, 2, 1, b"\0A\xD8\x3D"),
            segment(9, 2, 2, b"\xDE\x42"),
        );
        assert_eq!(reassembly.add(11, &second, vec![2]), Added::Part);
        assert_eq!(reassembly.add(12, &second, vec![2]), Added::Again);
        let whole = Whole {
            number: 11,
            text: "A🙂".to_owned(),
            flash: false,
            binary: false,
            segments: 2,
            raw: vec![vec![1], vec![2]],
        };
        assert_eq!(reassembly.add(13, &first, vec![1]), Added::Whole(whole));
        assert!(reassembly.begun.is_empty());
    }

    #[test]
    fn texts_of_different_references_do_not_mix() {
        let mut reassembly = Reassembly::default();
        assert_eq!(
            reassembly.add(1, &segment(1, 2, 1, b"\0A"), vec![]),
            Added::Part
        );
        assert_eq!(
            reassembly.add(2, &segment(2, 2, 2, b"\0B"), vec![]),
            Added::Part
        );
        assert_eq!(reassembly.begun.len(), 2);
    }

    #[test]
    fn unfinished_texts_are_bounded() {
        let mut reassembly = Reassembly::default();
        for index in 0..=BEGUN_LIMIT {
            let number = index.to_string();
            let mut begun = segment(1, 2, 1, b"");
            begun.destination = Address::international(number.as_bytes());
            reassembly.add(1, &begun, Vec::new());
        }
        assert_eq!(reassembly.begun.len(), BEGUN_LIMIT);
    }

    #[test]
    fn each_data_coding_is_read_as_its_alphabet() {
        let rows: [(u8, &[u8], &str); 9] = [
            (0x00, b"\x00A", "@A"),
            (0x01, b"@A", "@A"),
            (0x03, b"\xE9", "é"),
            (0x08, b"\x04\x36", "ж"),
            (0x10, b"\x00", "@"),
            (0x18, b"\x04\x36", "ж"),
            (0xF0, b"\x00", "@"),
            (0xF5, b"\x00\xAB", "00AB"),
            (0x04, b"\xFF", "FF"),
        ];
        for (data_coding, octets, text) in rows {
            assert_eq!(
                Alphabet::of(data_coding).read(octets),
                text,
                "{data_coding:#04X}"
            );
        }
    }

    #[test]
    fn message_class_0_flashes() {
        let flashing = (0..=u8::MAX).filter(|coding| is_flash(*coding));
        let expected = [
            0x10, 0x14, 0x18, 0x1C, 0x30, 0x34, 0x38, 0x3C, 0x50, 0x54, 0x58, 0x5C, 0x70, 0x74,
            0x78, 0x7C, 0xF0, 0xF4, 0xF8, 0xFC,
        ];
        assert_eq!(flashing.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_binary_message_is_shown_with_its_own_header() {
        let mut reassembly = Reassembly::default();
        let binary = Submission {
            data_coding: 0x04,
            concatenation: None,
            header: b"\x04\x04\x02\x00\x01",
            ..segment(0, 1, 1, b"\xC0\xDE")
        };
        let Added::Whole(whole) = reassembly.add(1, &binary, vec![]) else {
            panic!("it is whole");
        };
        assert_eq!((&*whole.text, whole.binary), ("0404020001C0DE", true));
    }
}
