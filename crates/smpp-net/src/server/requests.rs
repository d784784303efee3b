//! What a bound customer asks for, and what it is answered when that is durable.
//!
//! | request | answer |
//! | --- | --- |
//! | `submit_sm`, `data_sm` | the number of the message, by which every other door knows it too; see [`super::message`] |
//! | `submit_multi` | the number of the first message, and whom it does not go to; see [`super::multi`] |
//! | `query_sm` | the state of any message of the account, whatever door it came by; the source address is not compared |
//! | `cancel_sm`, `replace_sm` | see [`super::change`] |
//!
//! Statuses are in [`super::status`].

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::{Account, Error, Gateway, Message, MessageId};
use smpp::session::{Request, SendError};
use smpp::time::{Absolute, Time};
use smpp::{
    CommandId, CommandStatus, DataSm, DataSmResp, Header, Pdu, QuerySm, QuerySmResp, Session,
    SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp, Tag, TlvBuffer,
};
use sms::Refusal;

use super::change;
use super::customer::Told;
use super::message::{Given, address};
use super::multi::{self, RefusedList};
use super::status::{message_state, network_error, status};

/// What a request is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// It was not done, and nothing of it is left.
    Refused(CommandStatus),
    /// The same, with words: only `data_sm_resp` has room for them where it is an error [smpp34 §4.7.2].
    RefusedData(CommandStatus, String),
    /// A message was accepted.
    Submitted(MessageId),
    /// A message of `data_sm` was accepted.
    SubmittedData(MessageId),
    /// Messages were accepted; the number is the first one's.
    SubmittedMulti(MessageId, RefusedList),
    /// A message was looked up.
    Queried(Box<Message>),
    /// What was asked for was cancelled.
    Cancelled,
    /// A message has another text.
    Replaced,
}

/// A request and its answer, when that is there.
pub(super) type Asked = BoxFuture<'static, Told>;

/// Asks the gateway for what a request wants; the error is the status of a request that makes no sense. `latin1` says that on
/// this bind `data_coding` 0 is Latin-1.
///
/// Nothing has been done before the future ends, and everything that its answer says is durable then. It may be dropped only where
/// nobody is left to be answered: what became of the request is open then.
pub(super) fn ask(
    gateway: &Gateway,
    account: &Arc<Account>,
    latin1: bool,
    request: &Request,
) -> Result<Asked, CommandStatus> {
    let caller = Caller {
        gateway: gateway.clone(),
        account: Arc::clone(account),
        latin1,
        request: *request.header(),
    };
    match request.pdu() {
        Pdu::SubmitSm(submit) => caller.submit(&submit),
        Pdu::DataSm(submit) => caller.submit_data(&submit),
        Pdu::SubmitMulti(submit) => caller.submit_multi(&submit),
        Pdu::QuerySm(query) => caller.query(&query),
        Pdu::CancelSm(cancel) => {
            let cancel = change::read_cancel(&cancel, &caller.account)?;
            let request = caller.request;
            Ok(answered(request, CommandStatus::RCANCELFAIL, async move {
                change::cancel(&caller.gateway, caller.account.id, cancel).await
            }))
        }
        Pdu::ReplaceSm(replace) => {
            let replace = change::read_replace(&replace)?;
            let request = caller.request;
            Ok(answered(request, CommandStatus::RREPLACEFAIL, async move {
                change::replace(&caller.gateway, &caller.account, latin1, replace).await
            }))
        }
        Pdu::Bind(..)
        | Pdu::BindResp(..)
        | Pdu::Outbind(_)
        | Pdu::Unbind
        | Pdu::UnbindResp
        | Pdu::SubmitSmResp(_)
        | Pdu::SubmitMultiResp(_)
        | Pdu::DeliverSm(_)
        | Pdu::DeliverSmResp(_)
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

/// Counts the messages that a request submits: what an account's throughput is counted in.
pub(super) fn messages(request: &Request) -> u32 {
    match request.header().command_id {
        CommandId::SUBMIT_SM | CommandId::DATA_SM => 1,
        CommandId::SUBMIT_MULTI if let Pdu::SubmitMulti(submit) = request.pdu() => {
            u32::from(submit.destinations.count())
        }
        _ => 0,
    }
}

/// Who asks, and whom.
struct Caller {
    gateway: Gateway,
    account: Arc<Account>,
    latin1: bool,
    /// What is to be answered.
    request: Header,
}

impl Caller {
    fn submit(self, submit: &SubmitSm<'_>) -> Result<Asked, CommandStatus> {
        let to = vec![address::recipient(&submit.destination)?];
        let now = self.gateway.now();
        let submit = Given::from(submit).submit(&self.account, self.latin1, now, to)?;
        Ok(answered(
            self.request,
            CommandStatus::RSUBMITFAIL,
            async move {
                // One recipient, and so one message.
                let accepted = self.gateway.submit(submit).await?;
                Ok(Answer::Submitted(accepted.first_message))
            },
        ))
    }

    fn submit_data(self, submit: &DataSm<'_>) -> Result<Asked, CommandStatus> {
        let to = vec![address::recipient(&submit.destination)?];
        let now = self.gateway.now();
        let submit = Given::from(submit).submit(&self.account, self.latin1, now, to)?;
        let asked = async move {
            let answer = match self.gateway.submit(submit).await {
                Ok(accepted) => Answer::SubmittedData(accepted.first_message),
                Err(error) => {
                    let why = match &error {
                        Error::Refused(refusal) => refusal.to_string(),
                        Error::Unavailable(_) => "try again later".to_owned(),
                    };
                    Answer::RefusedData(status(&error, CommandStatus::RSUBMITFAIL), why)
                }
            };
            Told::Answered(self.request, answer)
        };
        Ok(asked.boxed())
    }

    fn submit_multi(self, submit: &SubmitMulti<'_>) -> Result<Asked, CommandStatus> {
        let destinations = multi::read(submit.destinations)?;
        let to = destinations.numbers();
        let now = self.gateway.now();
        let submit = Given::from(submit).submit(&self.account, self.latin1, now, to)?;
        Ok(answered(
            self.request,
            CommandStatus::RSUBMITFAIL,
            async move { multi::submit(&self.gateway, submit, destinations).await },
        ))
    }

    fn query(self, query: &QuerySm<'_>) -> Result<Asked, CommandStatus> {
        let id = message_id(query.message_id)?;
        Ok(answered(
            self.request,
            CommandStatus::RQUERYFAIL,
            async move {
                let found = self.gateway.messages_by_id(self.account.id, vec![id]);
                let sent = found.await?.into_iter().next();
                let message = sent.ok_or(Refusal::UnknownMessage)?.message;
                Ok(Answer::Queried(Box::new(message)))
            },
        ))
    }
}

/// Waits for an answer; `failed` is the status of what the request could not do for a reason that has none of its own.
fn answered(
    request: Header,
    failed: CommandStatus,
    asked: impl Future<Output = Result<Answer, Error>> + Send + 'static,
) -> Asked {
    let told = move |result: Result<_, _>| {
        let answer = result.unwrap_or_else(|error| Answer::Refused(status(&error, failed)));
        Told::Answered(request, answer)
    };
    asked.map(told).boxed()
}

/// Messages are named by their number in decimal, as by every other front end that names them; the error is the status of what
/// names none.
pub(super) fn message_id(message_id: &[u8]) -> Result<MessageId, CommandStatus> {
    std::str::from_utf8(message_id)
        .ok()
        .and_then(|id| id.parse().ok())
        .map(MessageId)
        .ok_or(CommandStatus::RINVMSGID)
}

impl Answer {
    /// Answers the request with it; fails when the session is over.
    pub(super) fn send(&self, session: &mut Session, request: &Header) -> Result<(), SendError> {
        let number = request.sequence_number;
        let mut done = |pdu: &Pdu<'_>| session.respond(number, CommandStatus::ROK, pdu);
        match self {
            Self::Refused(status) => session.refuse(request, *status),
            Self::RefusedData(status, why) => {
                let mut tlvs = TlvBuffer::new();
                let tag = Tag::ADDITIONAL_STATUS_INFO_TEXT;
                if tlvs.push(tag, format!("{why}\0").as_bytes()).is_err() {
                    return session.refuse(request, *status);
                }
                let response = DataSmResp {
                    tlvs: tlvs.tlvs(),
                    ..DataSmResp::default()
                };
                session.respond(number, *status, &response.into())
            }
            Self::Submitted(id) => done(&Pdu::SubmitSmResp(SubmitSmResp {
                message_id: id.0.to_string().as_bytes(),
                ..SubmitSmResp::default()
            })),
            Self::SubmittedData(id) => done(&Pdu::DataSmResp(DataSmResp {
                message_id: id.0.to_string().as_bytes(),
                ..DataSmResp::default()
            })),
            Self::SubmittedMulti(id, refused) => done(&Pdu::SubmitMultiResp(SubmitMultiResp {
                message_id: id.0.to_string().as_bytes(),
                unsuccessful: refused.list(),
                ..SubmitMultiResp::default()
            })),
            Self::Queried(message) => {
                let final_date = message
                    .done_at
                    .and_then(|at| Absolute::from_unix_seconds(at.as_seconds(), 0))
                    .and_then(|at| Time::Absolute(at).format());
                done(&Pdu::QuerySmResp(QuerySmResp {
                    message_id: message.id.0.to_string().as_bytes(),
                    final_date: final_date.as_ref().map_or(&[], |date| &date[..]),
                    message_state: message_state(message.state).message_state(),
                    error_code: network_error(message.reason).unwrap_or(0),
                }))
            }
            Self::Cancelled => done(&Pdu::CancelSmResp),
            Self::Replaced => done(&Pdu::ReplaceSmResp),
        }
    }
}
