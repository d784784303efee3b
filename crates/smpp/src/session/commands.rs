//! What the user of a session may ask it to send.

use super::{CloseReason, Role, SendError, Session, State};
use crate::command::{BindMode, CommandId};
use crate::frame::Header;
use crate::pdu::{Bind, DeliverSm, Pdu, SubmitSm};
use crate::session::permissions::has_answer;
use crate::status::CommandStatus;

impl Session {
    /// Asks the SMSC to bind. [`super::Event::Bound`] or [`super::Event::Closed`] follows.
    pub fn bind(&mut self, now_ms: u64, mode: BindMode, bind: &Bind<'_>) -> Result<(), SendError> {
        if self.role != Role::Esme || self.state != State::Open {
            return Err(SendError::NotAllowed);
        }
        let sequence_number = self.outstanding.next_sequence_number();
        let pdu = Pdu::Bind(mode, *bind);
        pdu.encode(CommandStatus::ROK, sequence_number, &mut self.outbound)?;
        self.state = State::Binding {
            mode,
            sequence_number,
        };
        self.last_activity_ms = now_ms;
        Ok(())
    }

    /// Submits a message; `token` comes back with its outcome.
    pub fn submit(
        &mut self,
        now_ms: u64,
        token: u64,
        submit: &SubmitSm<'_>,
    ) -> Result<(), SendError> {
        let sequence_number = self.sequence_for(CommandId::SUBMIT_SM)?;
        submit.encode(sequence_number, &mut self.outbound)?;
        self.await_answer(now_ms, token, CommandId::SUBMIT_SM, sequence_number);
        Ok(())
    }

    /// Delivers a message or a receipt; `token` comes back with its outcome.
    pub fn deliver(
        &mut self,
        now_ms: u64,
        token: u64,
        deliver: &DeliverSm<'_>,
    ) -> Result<(), SendError> {
        let sequence_number = self.sequence_for(CommandId::DELIVER_SM)?;
        deliver.encode(sequence_number, &mut self.outbound)?;
        self.await_answer(now_ms, token, CommandId::DELIVER_SM, sequence_number);
        Ok(())
    }

    /// Sends any request about messages that has an answer; `token` comes back with its outcome.
    pub fn request(&mut self, now_ms: u64, token: u64, pdu: &Pdu<'_>) -> Result<(), SendError> {
        let command_id = pdu.command_id();
        if command_id.is_response() || !has_answer(command_id) {
            return Err(SendError::WrongDirection);
        }
        let sequence_number = self.sequence_for(command_id)?;
        pdu.encode(CommandStatus::ROK, sequence_number, &mut self.outbound)?;
        self.await_answer(now_ms, token, command_id, sequence_number);
        Ok(())
    }

    /// Answers a request of the peer with a body; `pdu` is its response.
    ///
    /// After the peer's unbind the last answer ends the session.
    pub fn respond(
        &mut self,
        sequence_number: u32,
        status: CommandStatus,
        pdu: &Pdu<'_>,
    ) -> Result<(), SendError> {
        if self.is_closed() {
            return Err(SendError::NotAllowed);
        }
        if !pdu.command_id().is_response() {
            return Err(SendError::WrongDirection);
        }
        pdu.encode(status, sequence_number, &mut self.outbound)?;
        self.answered();
        Ok(())
    }

    /// Answers a request of the peer with an error and without a body [smpp34 §4.4.2].
    pub fn refuse(&mut self, request: &Header, status: CommandStatus) -> Result<(), SendError> {
        if self.is_closed() {
            return Err(SendError::NotAllowed);
        }
        if request.command_id.is_response() {
            return Err(SendError::WrongDirection);
        }
        self.answer_without_body(request, status);
        self.answered();
        Ok(())
    }

    /// Asks for a sign of life now; one question at a time.
    pub fn enquire(&mut self, now_ms: u64) -> Result<(), SendError> {
        if self.bound().is_none() {
            return Err(SendError::NotAllowed);
        }
        if self.enquiry_deadline_ms.is_none() {
            let sequence_number = self.outstanding.next_sequence_number();
            self.send_header(CommandId::ENQUIRE_LINK, CommandStatus::ROK, sequence_number);
            let deadline_ms = now_ms.saturating_add(self.config.enquire_link_response_ms);
            self.enquiry_deadline_ms = Some(deadline_ms);
        }
        Ok(())
    }

    /// Asks the peer to end the session; answers still come until it agrees.
    pub fn unbind(&mut self, now_ms: u64) -> Result<(), SendError> {
        let mode = self.bound().ok_or(SendError::NotAllowed)?;
        let sequence_number = self.outstanding.next_sequence_number();
        self.send_header(CommandId::UNBIND, CommandStatus::ROK, sequence_number);
        let deadline_ms = now_ms.saturating_add(self.config.response_ms);
        self.state = State::Unbinding {
            mode,
            sequence_number,
            deadline_ms,
        };
        self.enquiry_deadline_ms = None;
        Ok(())
    }

    /// Ends the session at once; the driver drops the connection after the last octets.
    pub fn close(&mut self) {
        self.finish(CloseReason::Closed);
    }

    pub(super) fn send_header(
        &mut self,
        command_id: CommandId,
        command_status: CommandStatus,
        sequence_number: u32,
    ) {
        Header {
            command_id,
            command_status,
            sequence_number,
        }
        .encode(&mut self.outbound);
    }

    fn sequence_for(&mut self, command_id: CommandId) -> Result<u32, SendError> {
        let mode = self.bound().ok_or(SendError::NotAllowed)?;
        if !self.role.may_send(command_id, mode) {
            return Err(SendError::NotAllowed);
        }
        if self.outstanding.len() >= self.config.window {
            return Err(SendError::WindowFull);
        }
        Ok(self.outstanding.next_sequence_number())
    }

    fn await_answer(&mut self, now_ms: u64, token: u64, command_id: CommandId, sequence: u32) {
        let deadline_ms = now_ms.saturating_add(self.config.response_ms);
        self.outstanding
            .insert(sequence, command_id, token, deadline_ms);
        self.last_activity_ms = now_ms;
    }

    fn answered(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
        self.answer_unbind_when_due();
    }
}
