//! What a bound customer asks for, and what it is answered when that is durable.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::{Account, Error, Gateway, Message, MessageId};
use smpp::session::{Request, SendError};
use smpp::time::{Absolute, Time};
use smpp::{CommandStatus, Header, Pdu, QuerySmResp, Session, SubmitSmResp};
use sms::Refusal;

use super::message;
use super::status::{message_state, status};

/// What a request is answered.
pub(super) enum Answer {
    /// It was not done, and nothing of it is left.
    Refused(CommandStatus),
    /// A message was accepted.
    Submitted(MessageId),
    /// A message was looked up.
    Queried(Box<Message>),
}

/// Asks the gateway for what a request wants; the error is the status of a request that makes no sense.
///
/// Nothing has been done before the future ends, and everything that its answer says is durable then. It goes on to its end even
/// where nobody waits for the answer any more: whoever drops it leaves open what became of the request.
pub(super) fn ask(
    gateway: &Gateway,
    account: &Arc<Account>,
    request: &Request,
) -> Result<BoxFuture<'static, Answer>, CommandStatus> {
    match request.pdu() {
        Pdu::SubmitSm(submit) => {
            let submit = message::read(&submit, account.id, gateway.now())?;
            let gateway = gateway.clone();
            Ok(answered(async move {
                let accepted = gateway.submit(submit).await?;
                // A submit has one recipient, and so one message.
                Ok(Answer::Submitted(accepted.first_message))
            }))
        }
        Pdu::QuerySm(query) => {
            let id = message_id(query.message_id).ok_or(CommandStatus::RINVMSGID)?;
            let (gateway, account) = (gateway.clone(), account.id);
            Ok(answered(async move {
                let found = gateway.messages_by_id(account, vec![id]).await?;
                let sent = found.into_iter().next().ok_or(Refusal::UnknownMessage)?;
                Ok(Answer::Queried(Box::new(sent.message)))
            }))
        }
        Pdu::CancelSm(_) => Err(CommandStatus::RCANCELFAIL),
        Pdu::ReplaceSm(_) => Err(CommandStatus::RREPLACEFAIL),
        Pdu::Bind(..)
        | Pdu::BindResp(..)
        | Pdu::Outbind(_)
        | Pdu::Unbind
        | Pdu::UnbindResp
        | Pdu::SubmitSmResp(_)
        | Pdu::SubmitMulti(_)
        | Pdu::SubmitMultiResp(_)
        | Pdu::DeliverSm(_)
        | Pdu::DeliverSmResp(_)
        | Pdu::DataSm(_)
        | Pdu::DataSmResp(_)
        | Pdu::QuerySmResp(_)
        | Pdu::CancelSmResp
        | Pdu::ReplaceSmResp
        | Pdu::EnquireLink
        | Pdu::EnquireLinkResp
        | Pdu::AlertNotification(_)
        | Pdu::GenericNack => Err(CommandStatus::RINVCMDID),
    }
}

fn answered(
    asked: impl Future<Output = Result<Answer, Error>> + Send + 'static,
) -> BoxFuture<'static, Answer> {
    asked
        .map(|result| result.unwrap_or_else(|error| Answer::Refused(status(&error))))
        .boxed()
}

/// Messages are named by their number in decimal, as by every other front end that names them.
fn message_id(message_id: &[u8]) -> Option<MessageId> {
    let id = std::str::from_utf8(message_id).ok()?.parse().ok()?;
    Some(MessageId(id))
}

impl Answer {
    /// Answers the request with it; fails when the session is over.
    pub(super) fn send(&self, session: &mut Session, request: &Header) -> Result<(), SendError> {
        let mut respond =
            |pdu: &Pdu<'_>| session.respond(request.sequence_number, CommandStatus::ROK, pdu);
        match self {
            Self::Refused(status) => session.refuse(request, *status),
            Self::Submitted(id) => respond(&Pdu::SubmitSmResp(SubmitSmResp {
                message_id: id.0.to_string().as_bytes(),
                ..SubmitSmResp::default()
            })),
            Self::Queried(message) => {
                let final_date = message
                    .done_at
                    .and_then(|at| Absolute::from_unix_seconds(at.as_seconds(), 0))
                    .and_then(|at| Time::Absolute(at).format());
                respond(&Pdu::QuerySmResp(QuerySmResp {
                    message_id: message.id.0.to_string().as_bytes(),
                    final_date: final_date.as_ref().map_or(&[], |date| &date[..]),
                    message_state: message_state(message.state).message_state(),
                    error_code: 0,
                }))
            }
        }
    }
}
