//! Cutting a stream into PDUs: the header, and nothing but `command_length` decides where one ends.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::command::CommandId;
use crate::status::CommandStatus;

/// The length of a header, and so the smallest `command_length`, in octets.
pub const HEADER_LENGTH: usize = 16;

/// The largest `command_length` taken unless configured otherwise, in octets.
pub const DEFAULT_MAXIMUM_LENGTH: usize = 64 * 1024;

/// The fixed part of a PDU without its `command_length`, which the body's length tells
/// [smpp34 §3.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the PDU is.
    pub command_id: CommandId,
    /// How the request ended; zero in requests.
    pub command_status: CommandStatus,
    /// What pairs a response with its request.
    pub sequence_number: u32,
}

impl Header {
    /// Appends a PDU that consists of this header alone.
    pub fn encode(&self, out: &mut BytesMut) {
        out.reserve(HEADER_LENGTH);
        out.put_u32(0x10);
        self.put(out);
    }

    /// Appends the header without its `command_length`.
    pub(crate) fn put(&self, out: &mut impl BufMut) {
        out.put_u32(self.command_id.0);
        out.put_u32(self.command_status.0);
        out.put_u32(self.sequence_number);
    }
}

/// Why a stream cannot be followed any further: where the next PDU starts is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A header alone is longer than the PDU claims to be.
    #[error("command_length {length} is below 16")]
    TooShort {
        /// The `command_length` received.
        length: u32,
    },
    /// The PDU claims more than this side takes.
    #[error("command_length {length} is above the maximum of {maximum}")]
    TooLong {
        /// The `command_length` received.
        length: u32,
        /// The largest `command_length` taken.
        maximum: usize,
    },
    /// The octets belong to another protocol: a port scanner, or a wrong address.
    #[error("the peer speaks {protocol} instead of SMPP")]
    NotSmpp {
        /// The protocol recognised.
        protocol: &'static str,
    },
}

/// Takes the first whole PDU off the buffer: its header and its body.
///
/// `None` asks for more octets. Exactly `command_length` octets are consumed, whatever the body
/// holds, so one bad PDU never costs the next one. The length is judged as soon as its four
/// octets are there; after an error nothing is consumed and the stream is lost.
pub fn frame(
    buffer: &mut BytesMut,
    maximum_length: usize,
) -> Result<Option<(Header, Bytes)>, FrameError> {
    let Some(start) = buffer.first_chunk::<4>().copied() else {
        return Ok(None);
    };
    let length = checked_length(start, maximum_length)?;
    if buffer.len() < length {
        return Ok(None);
    }
    let mut pdu = buffer.split_to(length).freeze();
    pdu.advance(4);
    let header = Header {
        command_id: CommandId(pdu.get_u32()),
        command_status: CommandStatus(pdu.get_u32()),
        sequence_number: pdu.get_u32(),
    };
    Ok(Some((header, pdu)))
}

fn checked_length(start: [u8; 4], maximum: usize) -> Result<usize, FrameError> {
    let length = u32::from_be_bytes(start);
    let octets = usize::try_from(length).unwrap_or(usize::MAX);
    if octets < HEADER_LENGTH {
        Err(FrameError::TooShort { length })
    } else if octets <= maximum {
        Ok(octets)
    } else if let Some((_, protocol)) = FOREIGN.iter().find(|(sign, _)| start.starts_with(sign)) {
        Err(FrameError::NotSmpp { protocol })
    } else if start
        .iter()
        .all(|octet| octet.is_ascii_graphic() || *octet == b' ')
    {
        Err(FrameError::NotSmpp {
            protocol: "a text protocol",
        })
    } else {
        Err(FrameError::TooLong { length, maximum })
    }
}

/// First octets of what knocks on an open port. Read as lengths they are tens of megabytes.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"GET ", "HTTP"),
    (b"POST", "HTTP"),
    (b"HEAD", "HTTP"),
    (b"OPTI", "HTTP"),
    (b"CONN", "HTTP"),
    (b"HTTP", "HTTP"),
    (b"PRI ", "HTTP/2"),
    (b"AMQP", "AMQP"),
    (b"SSH-", "SSH"),
    (b"\x16\x03", "TLS"),
    (b"\x03\x00", "remote desktop"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn first(octets: &[u8]) -> Result<Option<(Header, Bytes)>, FrameError> {
        frame(&mut BytesMut::from(octets), DEFAULT_MAXIMUM_LENGTH)
    }

    #[test]
    fn a_header_alone_is_a_whole_pdu() {
        let header = Header {
            command_id: CommandId::ENQUIRE_LINK,
            command_status: CommandStatus::ROK,
            sequence_number: 7,
        };
        let mut buffer = BytesMut::new();
        header.encode(&mut buffer);
        assert_eq!(frame(&mut buffer, 16), Ok(Some((header, Bytes::new()))));
        assert!(buffer.is_empty());
    }

    #[test]
    fn waits_for_the_last_octet_and_leaves_the_next_pdu_alone() {
        let whole = b"\0\0\0\x12\0\0\0\x15\0\0\0\0\0\0\0\x01ab\0\0\0";
        for end in 0..18 {
            assert_eq!(first(&whole[..end]), Ok(None), "{end} octets");
        }
        let mut buffer = BytesMut::from(&whole[..]);
        let (_, body) = frame(&mut buffer, 64).unwrap().unwrap();
        assert_eq!(&body[..], b"ab");
        assert_eq!(&buffer[..], b"\0\0\0");
    }

    #[test]
    fn a_length_outside_its_limits_is_known_from_four_octets() {
        assert_eq!(
            first(b"\0\0\0\x0F"),
            Err(FrameError::TooShort { length: 15 })
        );
        assert_eq!(first(b"\0\0\0\0"), Err(FrameError::TooShort { length: 0 }));
        let long = FrameError::TooLong {
            length: 65_537,
            maximum: 65_536,
        };
        assert_eq!(first(b"\0\x01\0\x01"), Err(long));
        assert_eq!(first(b"\0\x01\0\0"), Ok(None));
    }

    #[test]
    fn other_protocols_are_called_by_their_names() {
        let rows: [(&[u8], &str); 6] = [
            (b"HTTP/1.1 400", "HTTP"),
            (b"GET / HTTP/1.1", "HTTP"),
            (b"AMQP\0\0\x09\x01", "AMQP"),
            (b"\x16\x03\x01\x02\0", "TLS"),
            (b"\x03\0\0\x2F\x2A", "remote desktop"),
            (b"EHLO me", "a text protocol"),
        ];
        for (octets, protocol) in rows {
            assert_eq!(first(octets), Err(FrameError::NotSmpp { protocol }));
        }
    }
}
