//! Which part of which text a segment is.

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

#[cfg(test)]
mod tests {
    use super::*;

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
