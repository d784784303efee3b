//! What a link says besides a response, or instead of it; and what it tears off.

use bytes::BytesMut;
use smpp::frame::HEADER_LENGTH;
use smpp::{CommandId, CommandStatus, Header};

use crate::scenario::{Ending, Oddity, Tear, Torn};

/// A sequence number that no ESME comes to: the last there is.
const NOBODYS: u32 = 0x7FFF_FFFF;

/// Makes of a response what is said, its oddity with it.
pub(super) fn with_oddity(odd: Option<Oddity>, response: &[u8]) -> BytesMut {
    let mut said = BytesMut::with_capacity(response.len() * 2);
    let renumbered = |number: u32| {
        let mut copy = response.to_vec();
        copy[12..16].copy_from_slice(&number.to_be_bytes());
        copy
    };
    match odd {
        None | Some(Oddity::Nack) => said.extend_from_slice(response),
        Some(Oddity::UnknownSequence) => {
            said.extend_from_slice(&renumbered(NOBODYS));
            said.extend_from_slice(response);
        }
        Some(Oddity::ZeroSequence) => {
            said.extend_from_slice(&renumbered(0));
            said.extend_from_slice(response);
        }
        Some(Oddity::Twice) => {
            said.extend_from_slice(response);
            said.extend_from_slice(response);
        }
        Some(Oddity::WrongCommand) => {
            let other = Header {
                command_id: CommandId::CANCEL_SM_RESP,
                command_status: CommandStatus::ROK,
                sequence_number: u32::from_be_bytes([
                    response[12],
                    response[13],
                    response[14],
                    response[15],
                ]),
            };
            other.encode(&mut said);
            said.extend_from_slice(response);
        }
        Some(Oddity::NackOfNothing) => {
            let nack = Header {
                command_id: CommandId::GENERIC_NACK,
                command_status: CommandStatus::RINVCMDLEN,
                sequence_number: 0,
            };
            nack.encode(&mut said);
            said.extend_from_slice(response);
        }
        Some(Oddity::WithoutBody) => {
            said.extend_from_slice(&response[..HEADER_LENGTH]);
            said[..4].copy_from_slice(&[0, 0, 0, 0x10]);
        }
    }
    said
}

/// Counts the PDUs of one link that may be torn off.
#[derive(Debug, Default)]
pub(super) struct Tears {
    responses: u32,
    deliveries: u32,
    binds: u32,
}

impl Tears {
    /// Counts a PDU; when it is one to be torn, cuts what was appended to the buffer since `start` and tells how the link ends.
    pub(super) fn cut(
        &mut self,
        tear: Option<Tear>,
        of: Torn,
        out: &mut BytesMut,
        start: usize,
    ) -> Option<Ending> {
        let count = match of {
            Torn::Response => &mut self.responses,
            Torn::Delivery => &mut self.deliveries,
            Torn::Bind => &mut self.binds,
        };
        *count = count.wrapping_add(1);
        let tear = tear.filter(|tear| tear.of == of && count.is_multiple_of(tear.every.max(1)))?;
        let kept = usize::try_from(tear.octet).unwrap_or(usize::MAX);
        out.truncate(start.saturating_add(kept));
        Some(tear.ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: &[u8] = b"\0\0\0\x12\x80\0\0\x04\0\0\0\0\0\0\0\x097\0";

    fn numbers(odd: Oddity) -> Vec<(CommandId, u32)> {
        let mut said = with_oddity(Some(odd), RESPONSE);
        let pdus = std::iter::from_fn(|| smpp::frame(&mut said, 100).unwrap());
        pdus.map(|(header, _)| (header.command_id, header.sequence_number))
            .collect()
    }

    #[test]
    fn the_response_itself_always_comes_but_where_its_body_is_missing() {
        let right = (CommandId::SUBMIT_SM_RESP, 9);
        for (odd, besides) in [
            (
                Oddity::UnknownSequence,
                (CommandId::SUBMIT_SM_RESP, NOBODYS),
            ),
            (Oddity::ZeroSequence, (CommandId::SUBMIT_SM_RESP, 0)),
            (Oddity::Twice, right),
            (Oddity::WrongCommand, (CommandId::CANCEL_SM_RESP, 9)),
            (Oddity::NackOfNothing, (CommandId::GENERIC_NACK, 0)),
        ] {
            assert_eq!(numbers(odd), [besides, right], "{odd:?}");
        }
        assert_eq!(numbers(Oddity::WithoutBody), [right]);
    }

    #[test]
    fn each_so_many_of_a_kind_is_torn_at_its_octet() {
        let tear = Some(Tear {
            every: 2,
            octet: 5,
            of: Torn::Delivery,
            ending: Ending::Close,
        });
        let mut tears = Tears::default();
        let mut out = BytesMut::from(&b"before"[..]);
        let mut cut = |of| {
            let start = out.len();
            out.extend_from_slice(RESPONSE);
            let ending = tears.cut(tear, of, &mut out, start);
            (ending, out.len() - start)
        };
        assert_eq!(cut(Torn::Delivery), (None, RESPONSE.len()));
        assert_eq!(cut(Torn::Response), (None, RESPONSE.len()));
        assert_eq!(cut(Torn::Delivery), (Some(Ending::Close), 5));
    }
}
