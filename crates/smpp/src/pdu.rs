//! The PDUs of SMPP 3.4 as structures that borrow from the frame, and the enum over all of them.

mod bind;
mod data;
mod deliver;
mod layout;
mod manage;
mod multi;
mod submit;

use bytes::BytesMut;

pub use bind::{Bind, BindResp, Outbind};
pub use data::{AlertNotification, DataSm, DataSmResp};
pub use deliver::{DeliverSm, DeliverSmResp};
pub use layout::{Address, DecodeError, EncodeError};
pub use manage::{CancelSm, QuerySm, QuerySmResp, ReplaceSm};
pub use multi::{
    Destination, DestinationBuffer, DestinationIter, Destinations, SubmitMulti, SubmitMultiResp,
    Unsuccessful, UnsuccessfulBuffer, UnsuccessfulIter, UnsuccessfulList,
};
pub use submit::{SubmitSm, SubmitSmResp};

use crate::command::{BindMode, CommandId};
use crate::frame::Header;
use crate::status::CommandStatus;
use layout::{Body, encode};

/// Any PDU of SMPP 3.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the PDU of its name, described at its structure"
)]
pub enum Pdu<'a> {
    Bind(BindMode, Bind<'a>),
    BindResp(BindMode, BindResp<'a>),
    Outbind(Outbind<'a>),
    Unbind,
    UnbindResp,
    SubmitSm(SubmitSm<'a>),
    SubmitSmResp(SubmitSmResp<'a>),
    SubmitMulti(SubmitMulti<'a>),
    SubmitMultiResp(SubmitMultiResp<'a>),
    DeliverSm(DeliverSm<'a>),
    DeliverSmResp(DeliverSmResp<'a>),
    DataSm(DataSm<'a>),
    DataSmResp(DataSmResp<'a>),
    QuerySm(QuerySm<'a>),
    QuerySmResp(QuerySmResp<'a>),
    CancelSm(CancelSm<'a>),
    CancelSmResp,
    ReplaceSm(ReplaceSm<'a>),
    ReplaceSmResp,
    EnquireLink,
    EnquireLinkResp,
    AlertNotification(AlertNotification<'a>),
    GenericNack,
}

impl<'a> Pdu<'a> {
    /// Reads one body, borrowing from it.
    ///
    /// Lengths of fields are not judged here ([`crate::Limits`] does that), a NUL may be missing
    /// at the end of the body, and a response may come without any body. Octets behind the last
    /// mandatory field are its TLVs, or are ignored where there are none. The error says what to
    /// answer; the stream stays in step.
    pub fn decode(header: &Header, body: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_body(header.command_id, body).map_err(|status| DecodeError {
            command_id: header.command_id,
            sequence_number: header.sequence_number,
            status,
        })
    }

    fn decode_body(id: CommandId, body: &'a [u8]) -> Result<Self, CommandStatus> {
        Ok(match id {
            CommandId::SUBMIT_SM => Self::SubmitSm(Body::read_all(body)?),
            CommandId::SUBMIT_SM_RESP => Self::SubmitSmResp(Body::read_or_default(body)?),
            CommandId::DELIVER_SM => Self::DeliverSm(Body::read_all(body)?),
            CommandId::DELIVER_SM_RESP => Self::DeliverSmResp(Body::read_or_default(body)?),
            CommandId::ENQUIRE_LINK => Self::EnquireLink,
            CommandId::ENQUIRE_LINK_RESP => Self::EnquireLinkResp,
            CommandId::DATA_SM => Self::DataSm(Body::read_all(body)?),
            CommandId::DATA_SM_RESP => Self::DataSmResp(Body::read_or_default(body)?),
            CommandId::SUBMIT_MULTI => Self::SubmitMulti(Body::read_all(body)?),
            CommandId::SUBMIT_MULTI_RESP => Self::SubmitMultiResp(Body::read_or_default(body)?),
            CommandId::QUERY_SM => Self::QuerySm(Body::read_all(body)?),
            CommandId::QUERY_SM_RESP => Self::QuerySmResp(Body::read_or_default(body)?),
            CommandId::CANCEL_SM => Self::CancelSm(Body::read_all(body)?),
            CommandId::CANCEL_SM_RESP => Self::CancelSmResp,
            CommandId::REPLACE_SM => Self::ReplaceSm(Body::read_all(body)?),
            CommandId::REPLACE_SM_RESP => Self::ReplaceSmResp,
            CommandId::BIND_TRANSMITTER => bind(BindMode::Transmitter, body)?,
            CommandId::BIND_RECEIVER => bind(BindMode::Receiver, body)?,
            CommandId::BIND_TRANSCEIVER => bind(BindMode::Transceiver, body)?,
            CommandId::BIND_TRANSMITTER_RESP => bind_resp(BindMode::Transmitter, body)?,
            CommandId::BIND_RECEIVER_RESP => bind_resp(BindMode::Receiver, body)?,
            CommandId::BIND_TRANSCEIVER_RESP => bind_resp(BindMode::Transceiver, body)?,
            CommandId::OUTBIND => Self::Outbind(Body::read_all(body)?),
            CommandId::UNBIND => Self::Unbind,
            CommandId::UNBIND_RESP => Self::UnbindResp,
            CommandId::ALERT_NOTIFICATION => Self::AlertNotification(Body::read_all(body)?),
            CommandId::GENERIC_NACK => Self::GenericNack,
            CommandId(_) => return Err(CommandStatus::RINVCMDID),
        })
    }

    /// Names the command.
    pub fn command_id(&self) -> CommandId {
        match self {
            Self::Bind(mode, _) => mode.command_id(),
            Self::BindResp(mode, _) => mode.command_id().response(),
            Self::Outbind(_) => CommandId::OUTBIND,
            Self::Unbind => CommandId::UNBIND,
            Self::UnbindResp => CommandId::UNBIND_RESP,
            Self::SubmitSm(_) => CommandId::SUBMIT_SM,
            Self::SubmitSmResp(_) => CommandId::SUBMIT_SM_RESP,
            Self::SubmitMulti(_) => CommandId::SUBMIT_MULTI,
            Self::SubmitMultiResp(_) => CommandId::SUBMIT_MULTI_RESP,
            Self::DeliverSm(_) => CommandId::DELIVER_SM,
            Self::DeliverSmResp(_) => CommandId::DELIVER_SM_RESP,
            Self::DataSm(_) => CommandId::DATA_SM,
            Self::DataSmResp(_) => CommandId::DATA_SM_RESP,
            Self::QuerySm(_) => CommandId::QUERY_SM,
            Self::QuerySmResp(_) => CommandId::QUERY_SM_RESP,
            Self::CancelSm(_) => CommandId::CANCEL_SM,
            Self::CancelSmResp => CommandId::CANCEL_SM_RESP,
            Self::ReplaceSm(_) => CommandId::REPLACE_SM,
            Self::ReplaceSmResp => CommandId::REPLACE_SM_RESP,
            Self::EnquireLink => CommandId::ENQUIRE_LINK,
            Self::EnquireLinkResp => CommandId::ENQUIRE_LINK_RESP,
            Self::AlertNotification(_) => CommandId::ALERT_NOTIFICATION,
            Self::GenericNack => CommandId::GENERIC_NACK,
        }
    }

    /// Appends the PDU; on an error the buffer is as it was.
    ///
    /// A request has the status `ROK`. A response is written with its body whatever the status;
    /// [`Header::encode`] writes one without.
    pub fn encode(
        &self,
        status: CommandStatus,
        sequence_number: u32,
        out: &mut BytesMut,
    ) -> Result<(), EncodeError> {
        let header = Header {
            command_id: self.command_id(),
            command_status: status,
            sequence_number,
        };
        match self {
            Self::Bind(_, body) => encode(header, body, out),
            Self::BindResp(_, body) => encode(header, body, out),
            Self::Outbind(body) => encode(header, body, out),
            Self::SubmitSm(body) => encode(header, body, out),
            Self::SubmitSmResp(body) => encode(header, body, out),
            Self::SubmitMulti(body) => encode(header, body, out),
            Self::SubmitMultiResp(body) => encode(header, body, out),
            Self::DeliverSm(body) => encode(header, body, out),
            Self::DeliverSmResp(body) => encode(header, body, out),
            Self::DataSm(body) => encode(header, body, out),
            Self::DataSmResp(body) => encode(header, body, out),
            Self::QuerySm(body) => encode(header, body, out),
            Self::QuerySmResp(body) => encode(header, body, out),
            Self::CancelSm(body) => encode(header, body, out),
            Self::ReplaceSm(body) => encode(header, body, out),
            Self::AlertNotification(body) => encode(header, body, out),
            Self::Unbind
            | Self::UnbindResp
            | Self::CancelSmResp
            | Self::ReplaceSmResp
            | Self::EnquireLink
            | Self::EnquireLinkResp
            | Self::GenericNack => {
                header.encode(out);
                Ok(())
            }
        }
    }

    /// Finds the `message_id` that a response carries; empty where there is none.
    pub fn response_message_id(&self) -> &'a [u8] {
        match self {
            Self::SubmitSmResp(response) => response.message_id,
            Self::SubmitMultiResp(response) => response.message_id,
            Self::DeliverSmResp(response) => response.message_id,
            Self::DataSmResp(response) => response.message_id,
            Self::QuerySmResp(response) => response.message_id,
            Self::Bind(..)
            | Self::BindResp(..)
            | Self::Outbind(_)
            | Self::Unbind
            | Self::UnbindResp
            | Self::SubmitSm(_)
            | Self::SubmitMulti(_)
            | Self::DeliverSm(_)
            | Self::DataSm(_)
            | Self::QuerySm(_)
            | Self::CancelSm(_)
            | Self::CancelSmResp
            | Self::ReplaceSm(_)
            | Self::ReplaceSmResp
            | Self::EnquireLink
            | Self::EnquireLinkResp
            | Self::AlertNotification(_)
            | Self::GenericNack => &[],
        }
    }
}

fn bind(mode: BindMode, body: &[u8]) -> Result<Pdu<'_>, CommandStatus> {
    Ok(Pdu::Bind(mode, Body::read_all(body)?))
}

fn bind_resp(mode: BindMode, body: &[u8]) -> Result<Pdu<'_>, CommandStatus> {
    Ok(Pdu::BindResp(mode, Body::read_or_default(body)?))
}
