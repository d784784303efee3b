//! Submitting one text to many recipients [smpp34 §4.5], with lists read lazily from the frame.

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::layout::{Address, EncodeError, layout};
use crate::status::CommandStatus;
use crate::tlv::Tlvs;
use crate::wire::{Reader, Writer};

layout! {
    /// Submits one text to up to 254 recipients or lists [smpp34 §4.5.1].
    pub struct SubmitMulti<'a> {
        /// Application service, usually empty.
        service_type: &'a [u8] as c_octets,
        /// The originator.
        source: Address<'a> as address,
        /// The recipients.
        destinations: Destinations<'a> as destinations,
        /// Message mode, type and features.
        esm_class: u8 as octet,
        /// GSM protocol identifier.
        protocol_id: u8 as octet,
        /// 0 is the lowest of four.
        priority_flag: u8 as octet,
        /// When to deliver; empty for at once.
        schedule_delivery_time: &'a [u8] as c_octets,
        /// Until when to try; empty for the SMSC's default.
        validity_period: &'a [u8] as c_octets,
        /// Which receipts are wanted.
        registered_delivery: u8 as octet,
        /// Reserved: 0.
        replace_if_present_flag: u8 as octet,
        /// Alphabet of the text.
        data_coding: u8 as octet,
        /// Predefined message of the SMSC; 0 for none.
        sm_default_msg_id: u8 as octet,
        /// The text, with its UDH.
        short_message: &'a [u8] as short_message,
        /// Optional parameters.
        tlvs: Tlvs<'a> as tlvs,
    }
    request SUBMIT_MULTI
}

layout! {
    /// Answers `submit_multi` with the recipients that were refused [smpp34 §4.5.2].
    pub struct SubmitMultiResp<'a> {
        /// The SMSC's name for all the messages together.
        message_id: &'a [u8] as c_octets,
        /// The recipients refused, with the reasons.
        unsuccessful: UnsuccessfulList<'a> as unsuccessful,
        /// None in the specification; some SMSCs add their own.
        tlvs: Tlvs<'a> as tlvs,
    }
    response SUBMIT_MULTI_RESP
}

/// One destination of `submit_multi` [smpp34 §4.5.1.1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination<'a> {
    /// A recipient.
    Address(Address<'a>),
    /// The name of a distribution list kept by the SMSC.
    List(&'a [u8]),
}

/// One recipient that `submit_multi` did not reach [smpp34 §4.5.2.1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsuccessful<'a> {
    /// The recipient.
    pub destination: Address<'a>,
    /// Why it was refused.
    pub status: CommandStatus,
}

impl<'a> Reader<'a> {
    pub(crate) fn destination(&mut self) -> Result<Destination<'a>, CommandStatus> {
        match self.octet()? {
            1 => Ok(Destination::Address(self.address()?)),
            2 if !self.is_empty() => Ok(Destination::List(self.c_octets()?)),
            2 => Err(CommandStatus::RINVMSGLEN),
            _ => Err(CommandStatus::RINVDESTFLAG),
        }
    }

    pub(crate) fn unsuccessful_one(&mut self) -> Result<Unsuccessful<'a>, CommandStatus> {
        let destination = self.address()?;
        Ok(Unsuccessful {
            destination,
            status: CommandStatus(self.four_octets()?),
        })
    }
}

/// Declares a counted list that is walked when asked for, its iterator, and its builder.
macro_rules! counted_list {
    ($list:ident, $iter:ident, $buffer:ident, $item:ident, $read:ident, $what:literal) => {
        #[doc = concat!("The ", $what, " of one PDU, checked once and read when asked for.")]
        #[derive(Clone, Copy, PartialEq, Eq, Default)]
        pub struct $list<'a> {
            count: u8,
            octets: &'a [u8],
        }

        impl<'a> $list<'a> {
            pub(crate) const fn new(count: u8, octets: &'a [u8]) -> Self {
                Self { count, octets }
            }

            /// Tells how many there are.
            pub const fn count(self) -> u8 {
                self.count
            }

            pub(crate) const fn octets(self) -> &'a [u8] {
                self.octets
            }

            /// Walks over them in the order of the wire.
            pub fn iter(self) -> $iter<'a> {
                $iter { rest: self.octets }
            }
        }

        impl<'a> IntoIterator for $list<'a> {
            type Item = $item<'a>;
            type IntoIter = $iter<'a>;

            fn into_iter(self) -> $iter<'a> {
                self.iter()
            }
        }

        impl fmt::Debug for $list<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_list().entries(self.iter()).finish()
            }
        }

        #[doc = concat!("Walks over the ", $what, ".")]
        #[derive(Clone)]
        pub struct $iter<'a> {
            rest: &'a [u8],
        }

        impl<'a> Iterator for $iter<'a> {
            type Item = $item<'a>;

            fn next(&mut self) -> Option<$item<'a>> {
                let mut reader = Reader::new(self.rest);
                let item = reader.$read().ok()?;
                self.rest = reader.rest();
                Some(item)
            }
        }

        impl fmt::Debug for $iter<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_list().entries(self.clone()).finish()
            }
        }

        #[doc = concat!("The ", $what, " of one PDU under construction.")]
        #[derive(Clone, Default)]
        pub struct $buffer {
            count: u8,
            octets: BytesMut,
        }

        impl $buffer {
            /// Starts with an empty list.
            pub fn new() -> Self {
                Self::default()
            }

            /// Lends the list to a PDU.
            pub fn list(&self) -> $list<'_> {
                $list::new(self.count, &self.octets)
            }
        }

        impl fmt::Debug for $buffer {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.list().fmt(formatter)
            }
        }
    };
}

counted_list!(
    Destinations,
    DestinationIter,
    DestinationBuffer,
    Destination,
    destination,
    "destinations"
);
counted_list!(
    UnsuccessfulList,
    UnsuccessfulIter,
    UnsuccessfulBuffer,
    Unsuccessful,
    unsuccessful_one,
    "refused recipients"
);

impl DestinationBuffer {
    /// Appends a destination; on an error the list is as it was.
    pub fn push(&mut self, destination: Destination<'_>) -> Result<(), EncodeError> {
        push(&mut self.count, &mut self.octets, |out| match destination {
            Destination::Address(address) => {
                out.put_u8(1);
                out.address(address)
            }
            Destination::List(name) => {
                out.put_u8(2);
                out.c_octets(name)
            }
        })
    }
}

impl UnsuccessfulBuffer {
    /// Appends a refused recipient; on an error the list is as it was.
    pub fn push(&mut self, refused: Unsuccessful<'_>) -> Result<(), EncodeError> {
        push(&mut self.count, &mut self.octets, |out| {
            out.address(refused.destination)?;
            out.put_u32(refused.status.0);
            Ok(())
        })
    }
}

fn push(
    count: &mut u8,
    octets: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let grown = count.checked_add(1).ok_or(EncodeError::ListTooLong)?;
    let start = octets.len();
    match write(octets) {
        Ok(()) => {
            *count = grown;
            Ok(())
        }
        Err(error) => {
            octets.truncate(start);
            Err(error)
        }
    }
}
