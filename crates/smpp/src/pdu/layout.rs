//! What every PDU structure shares: the table form of its layout, its errors, and the writing of
//! a header around a body.

use std::fmt;

use bytes::{BufMut, BytesMut};

use crate::command::CommandId;
use crate::frame::{HEADER_LENGTH, Header};
use crate::status::CommandStatus;
use crate::tlv::Tag;
use crate::wire::{Reader, show};

/// Says which PDU could not be read and what to answer; the session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{command_id} with sequence_number {sequence_number} cannot be read: {status}")]
pub struct DecodeError {
    /// The command of the PDU.
    pub command_id: CommandId,
    /// The `sequence_number` to answer with.
    pub sequence_number: u32,
    /// The status to answer with.
    pub status: CommandStatus,
}

/// Says why a value cannot stand in a PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A C-Octet String has a NUL before its end.
    #[error("a C-Octet String has a NUL inside")]
    NulInside,
    /// A `short_message` does not fit its length octet: it must go as `message_payload`.
    #[error("short_message has {length} octets, sm_length can tell 255")]
    ShortMessageTooLong {
        /// Its length in octets.
        length: usize,
    },
    /// The value of a TLV does not fit its length field.
    #[error("the value of {tag} has {length} octets, a TLV can hold 65535")]
    TlvTooLong {
        /// The parameter.
        tag: Tag,
        /// Its length in octets.
        length: usize,
    },
    /// A list has more entries than its count octet can tell.
    #[error("a list has more than 255 entries")]
    ListTooLong,
    /// The PDU is longer than `command_length` can tell.
    #[error("the PDU does not fit its command_length")]
    PduTooLong,
}

/// The longest number that networks take for a short code.
const SHORT_CODE_DIGITS: usize = 6;

/// An address with its type of number and numbering plan [smpp34 §5.2.5].
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Address<'a> {
    /// Type of number: 1 international, 3 network specific, 5 alphanumeric.
    pub ton: u8,
    /// Numbering plan: 1 for E.164, 0 for short codes and alphanumeric addresses.
    pub npi: u8,
    /// Digits or letters, as octets of the peer's own alphabet.
    pub address: &'a [u8],
}

impl<'a> Address<'a> {
    /// Addresses an international number in E.164 digits.
    pub const fn international(msisdn: &'a [u8]) -> Self {
        Self {
            ton: 1,
            npi: 1,
            address: msisdn,
        }
    }

    /// Addresses an alphanumeric originator.
    pub const fn alphanumeric(name: &'a [u8]) -> Self {
        Self {
            ton: 5,
            npi: 0,
            address: name,
        }
    }

    /// Addresses what a text looks like, as networks expect it: a short code (network specific) when it has at most six
    /// digits, an international number when it has more, a name otherwise [smpp34 §5.2.5, §5.2.6].
    pub fn of_text(text: &'a str) -> Self {
        let address = text.as_bytes();
        match address.len() {
            _ if !address.iter().all(u8::is_ascii_digit) => Self::alphanumeric(address),
            ..=SHORT_CODE_DIGITS => Self {
                ton: 3,
                npi: 0,
                address,
            },
            _ => Self::international(address),
        }
    }
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}.{}:{:?}",
            self.ton,
            self.npi,
            show::Octets(self.address)
        )
    }
}

/// A PDU structure as the octets behind a header.
pub(crate) trait Body<'a>: Sized + Default {
    fn read(reader: &mut Reader<'a>) -> Result<Self, CommandStatus>;

    /// Counts the octets that it is written in.
    fn length(&self) -> usize;

    fn write(&self, out: &mut impl BufMut) -> Result<(), EncodeError>;

    fn read_all(body: &'a [u8]) -> Result<Self, CommandStatus> {
        Self::read(&mut Reader::new(body))
    }

    /// Reads a response: error responses have no body [smpp34 §4.4.2], and some peers leave it
    /// out of good ones.
    fn read_or_default(body: &'a [u8]) -> Result<Self, CommandStatus> {
        if body.is_empty() {
            Ok(Self::default())
        } else {
            Self::read_all(body)
        }
    }
}

/// Appends header and body: room for both is made at once.
pub(crate) fn encode<'a>(
    header: Header,
    body: &impl Body<'a>,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    let length = HEADER_LENGTH + body.length();
    let told = u32::try_from(length).map_err(|_| EncodeError::PduTooLong)?;
    let start = out.len();
    out.resize(start + length, 0);
    let mut room = &mut out[start..];
    room.put_u32(told);
    header.put(&mut room);
    let written = body.write(&mut room);
    match written {
        Ok(()) => debug_assert!(room.is_empty(), "a body is as long as it said"),
        Err(_) => out.truncate(start),
    }
    written
}

/// Declares a PDU structure by the order and kinds of its fields; the kinds are the methods of
/// `wire::Reader` and `wire::Writer`. `request` and `response` add its own `encode`.
macro_rules! layout {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$life:lifetime> {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty as $kind:ident, )*
        }
        $($role:ident $command:ident)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name<$life> {
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl<$life> $crate::pdu::layout::Body<$life> for $name<$life> {
            fn read(
                reader: &mut $crate::wire::Reader<$life>,
            ) -> Result<Self, $crate::status::CommandStatus> {
                Ok(Self { $( $field: reader.$kind()?, )* })
            }

            fn length(&self) -> usize {
                0 $( + $crate::wire::length::$kind(self.$field) )*
            }

            fn write(
                &self,
                out: &mut impl bytes::BufMut,
            ) -> Result<(), $crate::pdu::EncodeError> {
                $( $crate::wire::Writer::$kind(out, self.$field)?; )*
                Ok(())
            }
        }

        impl std::fmt::Debug for $name<'_> {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .debug_struct(stringify!($name))
                    $( .field(stringify!($field), &$crate::wire::show::$kind(&self.$field)) )*
                    .finish()
            }
        }

        $( layout!(@$role $name $command); )?
    };
    (@request $name:ident $command:ident) => {
        impl $name<'_> {
            /// Appends the PDU; on an error the buffer is as it was.
            pub fn encode(
                &self,
                sequence_number: u32,
                out: &mut bytes::BytesMut,
            ) -> Result<(), $crate::pdu::EncodeError> {
                let header = $crate::frame::Header {
                    command_id: $crate::command::CommandId::$command,
                    command_status: $crate::status::CommandStatus::ROK,
                    sequence_number,
                };
                $crate::pdu::layout::encode(header, self, out)
            }
        }

        impl<'a> From<$name<'a>> for $crate::pdu::Pdu<'a> {
            fn from(body: $name<'a>) -> Self {
                Self::$name(body)
            }
        }
    };
    (@response $name:ident $command:ident) => {
        impl $name<'_> {
            /// Appends the PDU; on an error the buffer is as it was.
            pub fn encode(
                &self,
                status: $crate::status::CommandStatus,
                sequence_number: u32,
                out: &mut bytes::BytesMut,
            ) -> Result<(), $crate::pdu::EncodeError> {
                let header = $crate::frame::Header {
                    command_id: $crate::command::CommandId::$command,
                    command_status: status,
                    sequence_number,
                };
                $crate::pdu::layout::encode(header, self, out)
            }
        }

        impl<'a> From<$name<'a>> for $crate::pdu::Pdu<'a> {
            fn from(body: $name<'a>) -> Self {
                Self::$name(body)
            }
        }
    };
}

pub(crate) use layout;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_typed_by_what_they_look_like() {
        for (text, ton, npi) in [
            ("Shop", 5, 0),
            ("24x7", 5, 0),
            ("1", 3, 0),
            ("123456", 3, 0),
            ("1234567", 1, 1),
            ("380501234567", 1, 1),
        ] {
            let address = Address::of_text(text);
            assert_eq!((address.ton, address.npi), (ton, npi), "{text}");
            assert_eq!(address.address, text.as_bytes());
        }
    }
}
