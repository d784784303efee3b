//! Putting the segments of a text together again, as a handset does.

use thiserror::Error;

use super::{Encoding, decode_gsm7, decode_ucs2, write_hex};

/// Says which part of which text a segment is.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Concatenation {
    /// Joins the parts of one text between one originator and one recipient.
    pub reference: u16,
    /// How many parts the text has; never 0.
    pub total: u8,
    /// Which part this is, from 1 to `total`.
    pub index: u8,
}

impl Concatenation {
    /// Finds the concatenation in a UDH that begins with its own length, with an 8-bit or a
    /// 16-bit reference [3GPP TS 23.040 §9.2.3.24]; `None` when there is none or it is broken.
    pub fn from_udh(udh: &[u8]) -> Option<Self> {
        let (&length, rest) = udh.split_first()?;
        let mut elements = rest.get(..usize::from(length))?;
        while let [identifier, length, rest @ ..] = elements {
            let (data, following) = rest.split_at_checked(usize::from(*length))?;
            let (reference, total, index) = match (identifier, data) {
                (0x00, &[reference, total, index]) => (u16::from(reference), total, index),
                (0x08, &[high, low, total, index]) => {
                    (u16::from_be_bytes([high, low]), total, index)
                }
                _ => {
                    elements = following;
                    continue;
                }
            };
            return (1..=total).contains(&index).then_some(Self {
                reference,
                total,
                index,
            });
        }
        None
    }
}

/// Says that a part does not belong to the text that is being put together.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Error)]
#[error("the part belongs to another text")]
pub struct ForeignPart;

/// Collects the parts of one text in any order.
#[derive(Clone, Debug)]
pub struct Reassembly {
    encoding: Encoding,
    reference: u16,
    parts: Vec<Option<Vec<u8>>>,
}

impl Reassembly {
    /// Begins with nothing but the knowledge of how many parts there will be.
    pub fn new(encoding: Encoding, reference: u16, total: u8) -> Self {
        Self {
            encoding,
            reference,
            parts: vec![None; usize::from(total)],
        }
    }

    /// Takes a part without its header and gives the text, or the hex of a binary, once all parts are there.
    ///
    /// A part that came before is replaced. The octets are joined before they are decoded, so
    /// that even a pair which another sender cut in two is read.
    pub fn add(
        &mut self,
        part: Concatenation,
        octets: &[u8],
    ) -> Result<Option<String>, ForeignPart> {
        let known = part.reference == self.reference && usize::from(part.total) == self.parts.len();
        let index = usize::from(part.index).checked_sub(1).filter(|_| known);
        let place = index
            .and_then(|index| self.parts.get_mut(index))
            .ok_or(ForeignPart)?;
        *place = Some(octets.to_vec());
        let whole: Option<Vec<&[u8]>> = self.parts.iter().map(Option::as_deref).collect();
        Ok(whole.map(|parts| match self.encoding {
            Encoding::Gsm7 => decode_gsm7(&parts.concat()),
            Encoding::Ucs2 => decode_ucs2(&parts.concat()),
            Encoding::Binary => write_hex(&parts.concat()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::split;
    use super::*;

    #[test]
    fn parts_in_any_order_give_the_text_when_whole() {
        let text = "Привіт 🙂 ".repeat(30);
        let segments = split(&text, 200);
        let total = u8::try_from(segments.len()).unwrap();
        let mut reassembly = Reassembly::new(Encoding::Ucs2, 200, total);
        let mut result = None;
        for segment in segments.iter().rev() {
            assert_eq!(result, None);
            let part = Concatenation::from_udh(segment.udh.as_ref().unwrap()).unwrap();
            result = reassembly.add(part, &segment.octets).unwrap();
        }
        assert_eq!(result, Some(text));
    }

    #[test]
    fn a_part_of_another_text_is_refused() {
        let mut reassembly = Reassembly::new(Encoding::Gsm7, 1, 2);
        for (reference, total, index) in [(2, 2, 1), (1, 3, 1), (1, 2, 0), (1, 2, 3)] {
            let part = Concatenation {
                reference,
                total,
                index,
            };
            assert_eq!(reassembly.add(part, b"x"), Err(ForeignPart), "{part:?}");
        }
        let part = Concatenation {
            reference: 1,
            total: 2,
            index: 2,
        };
        assert_eq!(reassembly.add(part, b"x"), Ok(None));
    }

    #[test]
    fn headers_are_read_with_either_reference_and_beside_other_elements() {
        let found = |reference, total, index| {
            Some(Concatenation {
                reference,
                total,
                index,
            })
        };
        for (udh, concatenation) in [
            (&[5, 0, 3, 7, 2, 1][..], found(7, 2, 1)),
            (&[6, 8, 4, 1, 2, 3, 3], found(0x102, 3, 3)),
            (&[11, 5, 4, 0x23, 0xf4, 0, 0, 0, 3, 7, 2, 2], found(7, 2, 2)),
            (&[5, 0, 3, 7, 2, 3], None),
            (&[5, 0, 3, 7, 0, 0], None),
            (&[5, 0, 9, 7, 2, 1], None),
            (&[9, 0, 3, 7, 2, 1], None),
            (&[0], None),
            (&[], None),
        ] {
            assert_eq!(Concatenation::from_udh(udh), concatenation, "{udh:?}");
        }
    }
}
