//! Optional parameters (TLVs): read lazily from the end of a body, kept whole, built in a buffer.

mod tag;

use std::fmt;

use crate::pdu::EncodeError;
use crate::wire::show::Hidden;

pub use tag::Tag;

/// One optional parameter as it stands in a PDU.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// What it is.
    pub tag: Tag,
    /// Its octets, of whatever length the peer gave them.
    pub value: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// Reads a value of exactly one octet.
    pub fn as_u8(self) -> Option<u8> {
        self.value
            .first_chunk::<1>()
            .filter(|_| self.value.len() == 1)
            .map(|octets| octets[0])
    }

    /// Reads a value of exactly two octets.
    pub fn as_u16(self) -> Option<u16> {
        self.value.try_into().ok().map(u16::from_be_bytes)
    }

    /// Reads a C-Octet String; the NUL may be missing, what follows it is dropped.
    pub fn as_c_octets(self) -> &'a [u8] {
        let end = self.value.iter().position(|octet| *octet == 0);
        &self.value[..end.unwrap_or(self.value.len())]
    }
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A value may be the text of a message.
        write!(formatter, "{}: {:?}", self.tag, Hidden(self.value.len()))
    }
}

/// The optional parameters of one PDU, unparsed until asked for.
///
/// Walking stops at the first one that does not fit the body: a peer's stray NUL or cut tail
/// costs nothing but itself. [`Tlvs::is_well_formed`] is there for a stricter policy.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Tlvs<'a> {
    octets: &'a [u8],
}

impl<'a> Tlvs<'a> {
    /// Takes the octets behind the mandatory fields.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { octets }
    }

    /// Gives the octets back, with a malformed tail if there is one.
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// Walks over the parameters in the order of the wire; unknown ones are among them.
    pub const fn iter(self) -> Iter<'a> {
        Iter { rest: self.octets }
    }

    /// Finds the first parameter of a tag.
    pub fn get(self, tag: Tag) -> Option<Tlv<'a>> {
        self.iter().find(|tlv| tlv.tag == tag)
    }

    /// Tells whether the octets are parameters to the last one.
    pub fn is_well_formed(self) -> bool {
        let mut iter = self.iter();
        iter.by_ref().for_each(drop);
        iter.rest.is_empty()
    }
}

impl<'a> IntoIterator for Tlvs<'a> {
    type Item = Tlv<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// Walks over optional parameters.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        let (head, rest) = self.rest.split_first_chunk::<4>()?;
        let [tag_high, tag_low, length_high, length_low] = *head;
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        let (value, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Tlv {
            tag: Tag(u16::from_be_bytes([tag_high, tag_low])),
            value,
        })
    }
}

/// Optional parameters under construction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlvBuffer {
    octets: Vec<u8>,
}

impl TlvBuffer {
    /// Starts without a parameter.
    pub const fn new() -> Self {
        Self { octets: Vec::new() }
    }

    /// Appends a parameter; fails when the value is longer than its length field can tell.
    pub fn push(&mut self, tag: Tag, value: &[u8]) -> Result<(), EncodeError> {
        let length = u16::try_from(value.len()).map_err(|_| EncodeError::TlvTooLong {
            tag,
            length: value.len(),
        })?;
        self.put(tag, length, value);
        Ok(())
    }

    /// Appends a parameter that is a C-Octet String; the NUL at its end is put there.
    pub fn push_c_octets(&mut self, tag: Tag, value: &[u8]) -> Result<(), EncodeError> {
        let length = value.len() + 1;
        let told = u16::try_from(length).map_err(|_| EncodeError::TlvTooLong { tag, length })?;
        self.put(tag, told, value);
        self.octets.push(0);
        Ok(())
    }

    /// Appends a parameter of one octet.
    pub fn push_u8(&mut self, tag: Tag, value: u8) {
        self.put(tag, 1, &[value]);
    }

    /// Appends a parameter of two octets.
    pub fn push_u16(&mut self, tag: Tag, value: u16) {
        self.put(tag, 2, &value.to_be_bytes());
    }

    /// Lends the parameters to a PDU.
    pub fn tlvs(&self) -> Tlvs<'_> {
        Tlvs::new(&self.octets)
    }

    /// Forgets the parameters and keeps the memory.
    pub fn clear(&mut self) {
        self.octets.clear();
    }

    fn put(&mut self, tag: Tag, length: u16, value: &[u8]) {
        // One growth for the few that most PDUs have.
        self.octets.reserve(value.len() + 32);
        let [tag, length] = [tag.0, length].map(u16::to_be_bytes);
        let head = [tag[0], tag[1], length[0], length[1]];
        self.octets.extend_from_slice(&head);
        self.octets.extend_from_slice(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(octets: &[u8]) -> Vec<(u16, &[u8])> {
        Tlvs::new(octets)
            .iter()
            .map(|tlv| (tlv.tag.0, tlv.value))
            .collect()
    }

    #[test]
    fn what_is_pushed_is_read_back_in_order() {
        let mut buffer = TlvBuffer::new();
        buffer.push_u16(Tag::SAR_MSG_REF_NUM, 0x1234);
        buffer.push(Tag(0x1401), b"vendor").unwrap();
        buffer.push_u8(Tag::MESSAGE_STATE, 2);
        let tlvs = buffer.tlvs();
        assert!(tlvs.is_well_formed());
        assert_eq!(
            tlvs.get(Tag::SAR_MSG_REF_NUM).and_then(Tlv::as_u16),
            Some(0x1234)
        );
        assert_eq!(
            tlvs.get(Tag(0x1401)).map(|tlv| tlv.value),
            Some(&b"vendor"[..])
        );
        assert_eq!(tlvs.get(Tag::MESSAGE_STATE).and_then(Tlv::as_u8), Some(2));
        assert_eq!(tlvs.get(Tag::USSD_SERVICE_OP), None);
    }

    #[test]
    fn a_c_octet_string_is_pushed_with_the_nul_that_ends_it() {
        let mut buffer = TlvBuffer::new();
        buffer
            .push_c_octets(Tag::RECEIPTED_MESSAGE_ID, b"7f")
            .unwrap();
        let id = buffer.tlvs().get(Tag::RECEIPTED_MESSAGE_ID).unwrap();
        assert_eq!((id.value, id.as_c_octets()), (&b"7f\0"[..], &b"7f"[..]));
        let long = vec![b'7'; 65_535];
        let refused = buffer.push_c_octets(Tag::RECEIPTED_MESSAGE_ID, &long);
        assert!(refused.is_err());
    }

    #[test]
    fn a_bad_tail_costs_nothing_but_itself() {
        let good = b"\x02\x0C\0\x02\0\x07";
        let tails: [&[u8]; 4] = [b"\0", b"\x14\x01\0", b"\x14\x01\0\x05ab", b"\0\0\0"];
        for tail in tails {
            let octets = [&good[..], tail].concat();
            assert_eq!(values(&octets), [(0x020C, &b"\0\x07"[..])]);
            assert!(!Tlvs::new(&octets).is_well_formed());
        }
    }

    #[test]
    fn a_value_of_the_wrong_length_is_kept_but_not_read_as_a_number() {
        let tlv = Tlvs::new(b"\x04\x27\0\x03\0\0\x02")
            .get(Tag::MESSAGE_STATE)
            .unwrap();
        assert_eq!((tlv.as_u8(), tlv.as_u16()), (None, None));
        assert_eq!(tlv.value, b"\0\0\x02");
    }

    #[test]
    fn a_value_beyond_its_length_field_is_refused() {
        let mut buffer = TlvBuffer::new();
        let error = EncodeError::TlvTooLong {
            tag: Tag::MESSAGE_PAYLOAD,
            length: 65_536,
        };
        assert_eq!(
            buffer.push(Tag::MESSAGE_PAYLOAD, &vec![0; 65_536]),
            Err(error)
        );
        assert_eq!(buffer, TlvBuffer::new());
    }
}
