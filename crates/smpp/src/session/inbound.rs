//! What a session does with the requests of its peer, and with a stream that lost its step.

use bytes::Bytes;

use super::permissions::has_answer;
use super::{BindRequest, CloseReason, Event, Request, Role, SendError, Session, State};
use crate::command::{BindMode, CommandId};
use crate::frame::{FrameError, Header};
use crate::pdu::{BindResp, Pdu};
use crate::status::CommandStatus;
use crate::tlv::{Tag, TlvBuffer};

/// The version that this side speaks, as `interface_version` tells it [smpp34 §5.2.4].
const INTERFACE_VERSION: u8 = 0x34;

impl Session {
    /// Binds the ESME that asked (SMSC's side only).
    pub fn accept_bind(&mut self, now_ms: u64, system_id: &[u8]) -> Result<(), SendError> {
        let (mode, sequence_number) = self.pending_bind()?;
        let mut tlvs = TlvBuffer::new();
        tlvs.push_u8(Tag::SC_INTERFACE_VERSION, INTERFACE_VERSION);
        let response = Pdu::BindResp(
            mode,
            BindResp {
                system_id,
                tlvs: tlvs.tlvs(),
            },
        );
        response.encode(CommandStatus::ROK, sequence_number, &mut self.outbound)?;
        self.state = State::Bound { mode };
        self.last_activity_ms = now_ms;
        Ok(())
    }

    /// Refuses the ESME that asked (SMSC's side only); it may ask again until the session's start
    /// has taken too long, unless the user closes.
    pub fn refuse_bind(&mut self, status: CommandStatus) -> Result<(), SendError> {
        let (mode, sequence_number) = self.pending_bind()?;
        self.send_header(mode.command_id().response(), status, sequence_number);
        self.state = State::Open;
        Ok(())
    }

    pub(super) fn handle_pdu(&mut self, now_ms: u64, header: Header, body: Bytes) {
        // Any PDU proves life: under load the answer proper may stand behind many others.
        self.last_inbound_ms = now_ms;
        self.enquiry_deadline_ms = None;
        if header.command_id != CommandId::ENQUIRE_LINK_RESP {
            self.last_activity_ms = now_ms;
        }
        if header.command_id.is_response() {
            self.handle_response(header, body);
        } else {
            self.handle_request(now_ms, header, body);
        }
    }

    /// Ends the session because the start of the next PDU is unknown.
    pub(super) fn lose_step(&mut self, error: FrameError) {
        match error {
            FrameError::TooShort { .. } | FrameError::TooLong { .. } => {
                self.send_header(CommandId::GENERIC_NACK, CommandStatus::RINVCMDLEN, 0);
            }
            FrameError::NotSmpp { .. } => {}
        }
        self.finish(CloseReason::OutOfStep(error));
    }

    /// Answers with the request's own response, or with `generic_nack` where it has none.
    pub(super) fn answer_without_body(&mut self, request: &Header, status: CommandStatus) {
        let response = request.command_id.response();
        let known = response.name().is_some() && has_answer(request.command_id);
        let command_id = if known {
            response
        } else {
            CommandId::GENERIC_NACK
        };
        self.send_header(command_id, status, request.sequence_number);
    }

    /// Answers the peer's unbind once the peer's requests are answered, and ends the session.
    pub(super) fn answer_unbind_when_due(&mut self) {
        if let State::PeerUnbinding {
            sequence_number, ..
        } = self.state
            && self.unanswered == 0
        {
            self.send_header(CommandId::UNBIND_RESP, CommandStatus::ROK, sequence_number);
            self.finish(CloseReason::UnboundByPeer);
        }
    }

    fn handle_request(&mut self, now_ms: u64, header: Header, body: Bytes) {
        let pdu = match Pdu::decode(&header, &body) {
            Ok(pdu) => pdu,
            Err(error) => return self.answer_without_body(&header, error.status),
        };
        if let Err(violation) = self.config.limits.check(&pdu) {
            return self.answer_without_body(&header, violation.status);
        }
        match header.command_id {
            CommandId::ENQUIRE_LINK => self.answer_without_body(&header, CommandStatus::ROK),
            CommandId::UNBIND => self.handle_unbind(now_ms, &header),
            CommandId::BIND_TRANSMITTER => self.handle_bind(BindMode::Transmitter, header, body),
            CommandId::BIND_RECEIVER => self.handle_bind(BindMode::Receiver, header, body),
            CommandId::BIND_TRANSCEIVER => self.handle_bind(BindMode::Transceiver, header, body),
            CommandId::OUTBIND => self.handle_outbind(header, body),
            _ => self.handle_message(header, body),
        }
    }

    fn handle_bind(&mut self, mode: BindMode, header: Header, body: Bytes) {
        match (self.role, self.state) {
            (Role::Smsc, State::Open) => {
                let sequence_number = header.sequence_number;
                self.state = State::Binding {
                    mode,
                    sequence_number,
                };
                self.events
                    .push_back(Event::BindRequest(BindRequest { mode, header, body }));
            }
            (Role::Smsc, State::Binding { .. } | State::Bound { .. }) => {
                self.answer_without_body(&header, CommandStatus::RALYBND);
            }
            (Role::Smsc | Role::Esme, _) => {
                self.answer_without_body(&header, CommandStatus::RINVBNDSTS);
            }
        }
    }

    /// Passes an `outbind` on while it can mean something; it has no answer to refuse it with.
    fn handle_outbind(&mut self, header: Header, body: Bytes) {
        if self.role == Role::Esme && self.state == State::Open {
            self.events
                .push_back(Event::Request(Request::new(header, body)));
        }
    }

    fn handle_unbind(&mut self, now_ms: u64, header: &Header) {
        match self.state {
            State::Bound { .. } => {
                let deadline_ms = now_ms.saturating_add(self.config.response_ms);
                let sequence_number = header.sequence_number;
                self.state = State::PeerUnbinding {
                    sequence_number,
                    deadline_ms,
                };
                self.events.push_back(Event::Unbound);
                self.answer_unbind_when_due();
            }
            // Both sides asked at once: each answer ends the other's waiting.
            State::Unbinding { .. } => self.answer_without_body(header, CommandStatus::ROK),
            // Nothing is bound, yet both want the same end.
            State::Open | State::Binding { .. } => {
                self.answer_without_body(header, CommandStatus::ROK);
                self.finish(CloseReason::UnboundByPeer);
            }
            State::PeerUnbinding { .. } | State::Closed => {
                self.answer_without_body(header, CommandStatus::RINVBNDSTS);
            }
        }
    }

    fn handle_message(&mut self, header: Header, body: Bytes) {
        let mode = match (self.role, self.state) {
            // Some SMSCs deliver before their bind response.
            (_, State::Bound { mode } | State::Unbinding { mode, .. })
            | (Role::Esme, State::Binding { mode, .. }) => Some(mode),
            _ => None,
        };
        let allowed = mode.is_some_and(|mode| self.role.peer().may_send(header.command_id, mode));
        if !has_answer(header.command_id) {
            if allowed {
                self.events
                    .push_back(Event::Request(Request::new(header, body)));
            }
        } else if !allowed {
            self.answer_without_body(&header, CommandStatus::RINVBNDSTS);
        } else if self.unanswered >= self.config.peer_window {
            self.answer_without_body(&header, CommandStatus::RTHROTTLED);
        } else {
            self.unanswered += 1;
            self.events
                .push_back(Event::Request(Request::new(header, body)));
        }
    }

    fn pending_bind(&self) -> Result<(BindMode, u32), SendError> {
        match (self.role, self.state) {
            (
                Role::Smsc,
                State::Binding {
                    mode,
                    sequence_number,
                },
            ) => Ok((mode, sequence_number)),
            _ => Err(SendError::NotAllowed),
        }
    }
}
