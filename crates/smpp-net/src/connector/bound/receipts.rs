//! What the operator sends: receipts go to the gateway, and are answered when it has them.

use std::collections::VecDeque;

use gateway::connector::{Receipt, Ticket};
use smpp::session::{Request, SendError};
use smpp::{
    Address, CommandId, CommandStatus, DataSmResp, DeliverSmResp, Header, Pdu, Session, Tag,
    receipt,
};
use sms::Msisdn;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::Bound;
use crate::connector::inbound::Part;
use crate::connector::outcome::outcome;

/// How often is offered again what the gateway had no room for.
const OFFER_AGAIN_MS: u64 = 10;

impl Bound<'_> {
    pub(super) fn request(&mut self, session: &mut Session, request: &Request, now_ms: u64) {
        let header = *request.header();
        let sent = match request.pdu() {
            Pdu::DeliverSm(deliver) if receipt::is_receipt(&deliver) => {
                let numbers = [deliver.source, deliver.destination].map(number);
                self.receipt(header, &receipt::Receipt::read(&deliver), numbers, now_ms);
                Ok(())
            }
            Pdu::DataSm(data)
                if data.esm_class & 0x3C != 0
                    || data.tlvs.get(Tag::RECEIPTED_MESSAGE_ID).is_some() =>
            {
                let numbers = [data.source, data.destination].map(number);
                self.receipt(header, &receipt::Receipt::read_data(&data), numbers, now_ms);
                Ok(())
            }
            Pdu::DeliverSm(deliver) => {
                self.inbound(header, Part::of_deliver(&deliver), now_ms);
                Ok(())
            }
            Pdu::DataSm(data) => {
                self.inbound(header, Part::of_data(&data), now_ms);
                Ok(())
            }
            // Neither has an answer, and neither is of use here.
            Pdu::Outbind(_) | Pdu::AlertNotification(_) => Ok(()),
            Pdu::Bind(..)
            | Pdu::BindResp(..)
            | Pdu::Unbind
            | Pdu::UnbindResp
            | Pdu::SubmitSm(_)
            | Pdu::SubmitSmResp(_)
            | Pdu::SubmitMulti(_)
            | Pdu::SubmitMultiResp(_)
            | Pdu::DeliverSmResp(_)
            | Pdu::DataSmResp(_)
            | Pdu::QuerySm(_)
            | Pdu::QuerySmResp(_)
            | Pdu::CancelSm(_)
            | Pdu::CancelSmResp
            | Pdu::ReplaceSm(_)
            | Pdu::ReplaceSmResp
            | Pdu::EnquireLink
            | Pdu::EnquireLinkResp
            | Pdu::GenericNack => session.refuse(&header, CommandStatus::RINVCMDID),
        };
        self.log_unsent(sent);
    }

    fn receipt(
        &mut self,
        header: Header,
        read: &receipt::Receipt<'_>,
        numbers: [Option<Msisdn>; 2],
        now_ms: u64,
    ) {
        self.useful = true;
        let ticket = self.ticket(header);
        let candidates = if read.message_id.is_empty() {
            tracing::warn!(
                connector = self.plan.name,
                "a receipt without an id is of no use"
            );
            vec![]
        } else {
            self.plan.candidates(read.message_id)
        };
        self.held.push_back(Receipt {
            ticket: Some(ticket),
            id: read.message_id.to_vec(),
            candidates,
            numbers,
            outcome: outcome(read),
        });
        self.offer(now_ms);
    }

    /// Gives the gateway as many receipts and messages from handsets as it has room for.
    pub(super) fn offer(&mut self, now_ms: u64) {
        let inbox = &self.plan.inbox;
        let receipts = offer_each(&mut self.held, &inbox.receipts);
        let inbound = offer_each(&mut self.heard, &inbox.inbound);
        let all = receipts && inbound;
        self.offer_again_ms = (!all).then_some(now_ms + OFFER_AGAIN_MS);
    }

    pub(super) fn acknowledge(&mut self, session: &mut Session, tickets: &[Ticket], taken: bool) {
        for ticket in tickets {
            if ticket.session != self.session {
                continue;
            }
            if let Some(header) = self.tickets.close(ticket.number) {
                let sent = if taken {
                    respond(session, &header)
                } else {
                    session.refuse(&header, CommandStatus::RX_T_APPN)
                };
                self.log_unsent(sent);
            }
        }
    }
}

/// Sends on what there is room for; tells whether that was everything.
fn offer_each<T>(held: &mut VecDeque<T>, room: &Sender<T>) -> bool {
    while let Some(next) = held.pop_front() {
        if let Err(TrySendError::Full(next) | TrySendError::Closed(next)) = room.try_send(next) {
            held.push_front(next);
            return false;
        }
    }
    true
}

/// Reads an address as a number; `None` for a name, and for what is too short to tell phones apart.
fn number(address: Address<'_>) -> Option<Msisdn> {
    Msisdn::parse(std::str::from_utf8(address.address).ok()?)
        .ok()
        .filter(|number| number.as_str().len() >= 7)
}

fn respond(session: &mut Session, request: &Header) -> Result<(), SendError> {
    let response = if request.command_id == CommandId::DATA_SM {
        Pdu::DataSmResp(DataSmResp::default())
    } else {
        Pdu::DeliverSmResp(DeliverSmResp::default())
    };
    session.respond(request.sequence_number, CommandStatus::ROK, &response)
}
