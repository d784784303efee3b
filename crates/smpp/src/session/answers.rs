//! What a session does with the responses of its peer.

use bytes::Bytes;

use super::outstanding::Match;
use super::{Answer, Bound, CloseReason, Event, Role, Session, State};
use crate::command::{BindMode, CommandId};
use crate::frame::Header;
use crate::pdu::{BindResp, Pdu};
use crate::tlv::{Tag, Tlv};

impl Session {
    pub(super) fn handle_response(&mut self, header: Header, body: Bytes) {
        match header.command_id {
            // Its arrival was all that it had to say.
            CommandId::ENQUIRE_LINK_RESP => {}
            CommandId::UNBIND_RESP => self.handle_unbind_resp(header),
            CommandId::BIND_TRANSMITTER_RESP
            | CommandId::BIND_RECEIVER_RESP
            | CommandId::BIND_TRANSCEIVER_RESP => self.handle_bind_resp(header, &body),
            CommandId::GENERIC_NACK => self.handle_generic_nack(header, body),
            _ => self.handle_answer(header, body),
        }
    }

    fn handle_bind_resp(&mut self, header: Header, body: &Bytes) {
        match (self.role, self.state) {
            (
                Role::Esme,
                State::Binding {
                    mode,
                    sequence_number,
                },
            ) if sequence_number == header.sequence_number => {
                if header.command_status.is_ok() {
                    self.state = State::Bound { mode };
                    self.events
                        .push_back(Event::Bound(bound(mode, header, body)));
                } else {
                    self.finish(CloseReason::BindRefused(header.command_status));
                }
            }
            _ => self.events.push_back(Event::Unmatched(header)),
        }
    }

    fn handle_unbind_resp(&mut self, header: Header) {
        match self.state {
            State::Unbinding { .. } => self.finish(CloseReason::Unbound),
            State::Open
            | State::Binding { .. }
            | State::Bound { .. }
            | State::PeerUnbinding { .. }
            | State::Closed => self.events.push_back(Event::Unmatched(header)),
        }
    }

    /// A `generic_nack` answers the request that it names. While binding there is only one that
    /// it can mean, even when it names none; otherwise number 0 fails nothing.
    fn handle_generic_nack(&mut self, header: Header, body: Bytes) {
        match (self.role, self.state) {
            (
                Role::Esme,
                State::Binding {
                    sequence_number, ..
                },
            ) if [0, sequence_number].contains(&header.sequence_number) => {
                self.finish(CloseReason::BindRefused(header.command_status));
            }
            (
                _,
                State::Unbinding {
                    sequence_number, ..
                },
            ) if header.sequence_number == sequence_number => {
                self.finish(CloseReason::Unbound);
            }
            _ => self.handle_answer(header, body),
        }
    }

    fn handle_answer(&mut self, header: Header, body: Bytes) {
        let event = match self
            .outstanding
            .take(header.command_id, header.sequence_number)
        {
            Match::InTime(token) => Event::Answered(Answer {
                token,
                header,
                body,
            }),
            Match::Late(token) => Event::AnsweredLate(Answer {
                token,
                header,
                body,
            }),
            Match::None => Event::Unmatched(header),
        };
        self.events.push_back(event);
    }
}

/// Reads what a bind response adds to its status; a body that makes no sense adds nothing.
fn bound(mode: BindMode, header: Header, body: &Bytes) -> Bound {
    let response = match Pdu::decode(&header, body) {
        Ok(Pdu::BindResp(_, response)) => response,
        _ => BindResp::default(),
    };
    Bound {
        mode,
        system_id: body.slice(..response.system_id.len()),
        interface_version: response
            .tlvs
            .get(Tag::SC_INTERFACE_VERSION)
            .and_then(Tlv::as_u8),
    }
}
