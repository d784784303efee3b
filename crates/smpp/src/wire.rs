//! Reading and writing the kinds of field that PDU bodies are made of [smpp34 §3.1].

use std::fmt;

use bytes::BufMut;

use crate::pdu::{Address, Destinations, EncodeError, UnsuccessfulList};
use crate::status::CommandStatus;
use crate::tlv::Tlvs;

/// Walks over one body; each method takes one field off the front and fails with the status
/// that the peer should be told.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn octet(&mut self) -> Result<u8, CommandStatus> {
        let (first, rest) = self.rest.split_first().ok_or(CommandStatus::RINVMSGLEN)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(crate) fn four_octets(&mut self) -> Result<u32, CommandStatus> {
        let (first, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(CommandStatus::RINVMSGLEN)?;
        self.rest = rest;
        Ok(u32::from_be_bytes(*first))
    }

    /// Takes a C-Octet String of any length. Peers leave out the NUL at the end of a body, so the
    /// end of the body ends the field as well.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every kind of field has one signature"
    )]
    pub(crate) fn c_octets(&mut self) -> Result<&'a [u8], CommandStatus> {
        let length = self
            .rest
            .iter()
            .position(|octet| *octet == 0)
            .unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(length);
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(value)
    }

    pub(crate) fn password(&mut self) -> Result<&'a [u8], CommandStatus> {
        self.c_octets()
    }

    /// Takes `sm_length` and as many octets.
    pub(crate) fn short_message(&mut self) -> Result<&'a [u8], CommandStatus> {
        let length = usize::from(self.octet()?);
        let (value, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CommandStatus::RINVMSGLEN)?;
        self.rest = rest;
        Ok(value)
    }

    pub(crate) fn address(&mut self) -> Result<Address<'a>, CommandStatus> {
        Ok(Address {
            ton: self.octet()?,
            npi: self.octet()?,
            address: self.c_octets()?,
        })
    }

    pub(crate) fn destinations(&mut self) -> Result<Destinations<'a>, CommandStatus> {
        let count = self.octet()?;
        let start = self.rest;
        for _ in 0..count {
            self.destination()?;
        }
        Ok(Destinations::new(
            count,
            &start[..start.len() - self.rest.len()],
        ))
    }

    pub(crate) fn unsuccessful(&mut self) -> Result<UnsuccessfulList<'a>, CommandStatus> {
        let count = self.octet()?;
        let start = self.rest;
        for _ in 0..count {
            self.unsuccessful_one()?;
        }
        Ok(UnsuccessfulList::new(
            count,
            &start[..start.len() - self.rest.len()],
        ))
    }

    /// Takes all that is left; the TLVs are looked at when somebody asks for one.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every kind of field has one signature"
    )]
    pub(crate) fn tlvs(&mut self) -> Result<Tlvs<'a>, CommandStatus> {
        Ok(Tlvs::new(std::mem::take(&mut self.rest)))
    }
}

/// Appends fields; the counterpart of [`Reader`], method by method.
pub(crate) trait Writer {
    fn octet(&mut self, value: u8) -> Result<(), EncodeError>;
    fn c_octets(&mut self, value: &[u8]) -> Result<(), EncodeError>;
    fn password(&mut self, value: &[u8]) -> Result<(), EncodeError>;
    fn short_message(&mut self, value: &[u8]) -> Result<(), EncodeError>;
    fn address(&mut self, value: Address<'_>) -> Result<(), EncodeError>;
    fn destinations(&mut self, value: Destinations<'_>) -> Result<(), EncodeError>;
    fn unsuccessful(&mut self, value: UnsuccessfulList<'_>) -> Result<(), EncodeError>;
    fn tlvs(&mut self, value: Tlvs<'_>) -> Result<(), EncodeError>;
}

impl<B: BufMut> Writer for B {
    fn octet(&mut self, value: u8) -> Result<(), EncodeError> {
        self.put_u8(value);
        Ok(())
    }

    /// Refuses a NUL inside: it would shift every field behind it.
    fn c_octets(&mut self, value: &[u8]) -> Result<(), EncodeError> {
        if value.contains(&0) {
            return Err(EncodeError::NulInside);
        }
        self.put_slice(value);
        self.put_u8(0);
        Ok(())
    }

    fn password(&mut self, value: &[u8]) -> Result<(), EncodeError> {
        self.c_octets(value)
    }

    fn short_message(&mut self, value: &[u8]) -> Result<(), EncodeError> {
        let length = u8::try_from(value.len()).map_err(|_| EncodeError::ShortMessageTooLong {
            length: value.len(),
        })?;
        self.put_u8(length);
        self.put_slice(value);
        Ok(())
    }

    fn address(&mut self, value: Address<'_>) -> Result<(), EncodeError> {
        self.put_u8(value.ton);
        self.put_u8(value.npi);
        self.c_octets(value.address)
    }

    fn destinations(&mut self, value: Destinations<'_>) -> Result<(), EncodeError> {
        self.put_u8(value.count());
        self.put_slice(value.octets());
        Ok(())
    }

    fn unsuccessful(&mut self, value: UnsuccessfulList<'_>) -> Result<(), EncodeError> {
        self.put_u8(value.count());
        self.put_slice(value.octets());
        Ok(())
    }

    fn tlvs(&mut self, value: Tlvs<'_>) -> Result<(), EncodeError> {
        self.put_slice(value.octets());
        Ok(())
    }
}

/// How many octets each kind of field takes; the counterpart of [`Writer`], function by function.
pub(crate) mod length {
    use super::{Address, Destinations, Tlvs, UnsuccessfulList};

    pub(crate) const fn octet(_: u8) -> usize {
        1
    }

    pub(crate) const fn c_octets(value: &[u8]) -> usize {
        value.len() + 1
    }

    pub(crate) const fn password(value: &[u8]) -> usize {
        c_octets(value)
    }

    pub(crate) const fn short_message(value: &[u8]) -> usize {
        1 + value.len()
    }

    pub(crate) const fn address(value: Address<'_>) -> usize {
        2 + c_octets(value.address)
    }

    pub(crate) const fn destinations(value: Destinations<'_>) -> usize {
        1 + value.octets().len()
    }

    pub(crate) const fn unsuccessful(value: UnsuccessfulList<'_>) -> usize {
        1 + value.octets().len()
    }

    pub(crate) const fn tlvs(value: Tlvs<'_>) -> usize {
        value.octets().len()
    }
}

/// How each kind of field appears in `Debug`: no password and no text may reach a log.
pub(crate) mod show {
    use super::{Address, Destinations, Tlvs, UnsuccessfulList, fmt};

    /// Octets as an escaped string.
    pub(crate) struct Octets<'a>(pub(crate) &'a [u8]);

    impl fmt::Debug for Octets<'_> {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "\"{}\"", self.0.escape_ascii())
        }
    }

    /// Octets that only show how many they are.
    pub(crate) struct Hidden(pub(crate) usize);

    impl fmt::Debug for Hidden {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "[{} octets]", self.0)
        }
    }

    pub(crate) fn octet(value: &u8) -> &u8 {
        value
    }

    pub(crate) fn c_octets<'a>(value: &&'a [u8]) -> Octets<'a> {
        Octets(value)
    }

    pub(crate) fn password(_: &&[u8]) -> Hidden {
        Hidden(0)
    }

    pub(crate) fn short_message(value: &&[u8]) -> Hidden {
        Hidden(value.len())
    }

    pub(crate) fn address<'r, 'a>(value: &'r Address<'a>) -> &'r Address<'a> {
        value
    }

    pub(crate) fn destinations<'r, 'a>(value: &'r Destinations<'a>) -> &'r Destinations<'a> {
        value
    }

    pub(crate) fn unsuccessful<'r, 'a>(
        value: &'r UnsuccessfulList<'a>,
    ) -> &'r UnsuccessfulList<'a> {
        value
    }

    pub(crate) fn tlvs<'r, 'a>(value: &'r Tlvs<'a>) -> &'r Tlvs<'a> {
        value
    }
}
