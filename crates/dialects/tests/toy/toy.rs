//! Toy SMS, the smallest dialect that is whole: the example of docs/adding-a-dialect.md. No provider speaks it.
//!
//! Its document, all of it; everything is in the query:
//!
//! | call | parameters | answer |
//! | --- | --- | --- |
//! | `/toy/send` | `token`, `from`, `to`, `text` | `OK` and the number of the message |
//! | `/toy/state` | `token`, `id` | `waiting`, `sent`, `arrived` or `failed` |
//! | `/toy/balance` | `token` | an amount and its currency |
//!
//! Whatever is wrong is answered `ERROR` and why, with status 200 like everything.

use std::sync::Arc;

use async_trait::async_trait;
use dialects::{Answer, Dialect, Request};
use gateway::directory::CredentialKind;
use gateway::{Account, Error, Gateway, MessageId, Submit, Terms, To};
use percent_encoding::percent_decode_str;
use sms::{Lane, MessageState, Refusal};

/// Speaks Toy SMS.
pub(crate) struct Toy;

#[async_trait]
impl Dialect for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn claims(&self, path: &str) -> bool {
        path.starts_with("/toy/")
    }

    async fn answer(&self, gateway: &Gateway, request: Request) -> Answer {
        let text = match call(gateway, &request).await {
            Ok(text) => text,
            Err(Error::Refused(refusal)) => format!("ERROR {}", words(&refusal)),
            Err(Error::Unavailable(error)) => {
                tracing::error!(?error, "a request cannot be answered");
                "ERROR try later".to_owned()
            }
        };
        Answer::whole(200, "text/plain; charset=utf-8", text)
    }
}

async fn call(gateway: &Gateway, request: &Request) -> Result<String, Error> {
    let account = sign_in(gateway, request)?;
    match request.path.as_str() {
        "/toy/send" => send(gateway, &account, request).await,
        "/toy/state" => state(gateway, &account, request).await,
        "/toy/balance" => {
            let available = gateway.balance(account.id).await?.available;
            Ok(available.to_string())
        }
        _ => Ok("ERROR no such call".to_owned()),
    }
}

fn sign_in(gateway: &Gateway, request: &Request) -> Result<Arc<Account>, Refusal> {
    let account = gateway
        .bearer(CredentialKind::Token, &parameter(request, "token"))
        .ok_or(Refusal::WrongSecret)?;
    account.admits(request.peer)?;
    Ok(account)
}

async fn send(gateway: &Gateway, account: &Account, request: &Request) -> Result<String, Error> {
    let accepted = gateway
        .submit(Submit {
            account: account.id,
            terms: Terms {
                originator: parameter(request, "from"),
                text: parameter(request, "text"),
                ..Terms::default()
            },
            recipients: vec![To::number(parameter(request, "to"))],
            lane: Lane::Transactional,
            drop_repeats: false,
        })
        .await?;
    // It is durable by now: only then it may be said.
    Ok(format!("OK {}", accepted.first_message))
}

async fn state(gateway: &Gateway, account: &Account, request: &Request) -> Result<String, Error> {
    // What is no number is no message's.
    let id = MessageId(parameter(request, "id").parse().unwrap_or(0));
    let found = gateway.messages_by_id(account.id, vec![id]).await?;
    let sent = found.first().ok_or(Refusal::UnknownMessage)?;
    let word = match sent.message.state {
        MessageState::Held | MessageState::Queued => "waiting",
        MessageState::Submitted | MessageState::InDoubt => "sent",
        MessageState::Delivered => "arrived",
        MessageState::Undelivered
        | MessageState::Expired
        | MessageState::Rejected
        | MessageState::InvalidNumber
        | MessageState::Suppressed
        | MessageState::Cancelled
        | MessageState::Failed => "failed",
    };
    Ok(word.to_owned())
}

/// Returns a parameter of the query; empty when it was not sent.
fn parameter(request: &Request, name: &str) -> String {
    let mut pairs = request
        .query
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let value = pairs
        .find(|(sent, _)| *sent == name)
        .map_or("", |(_, value)| value);
    let spaced = value.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// Says a refusal in the words of this provider: a new one does not compile until it has some.
#[rustfmt::skip]
fn words(refusal: &Refusal) -> &'static str {
    use Refusal as R;
    match refusal {
        R::UnknownCredential | R::WrongSecret => "wrong token",
        R::AccountSuspended | R::AddressNotAllowed => "not allowed",
        R::EmptyOriginator | R::InvalidOriginator | R::OriginatorNotAllowed => "wrong sender",
        R::EmptyText | R::TextTooLong { .. } | R::InvalidBinary => "wrong text",
        R::NoValidRecipients | R::InvalidNumber | R::NoPrice | R::NoRoute => "wrong recipient",
        R::InsufficientFunds { .. } => "no money",
        R::RateLimited | R::Duplicate => "too often",
        R::UnknownMessage | R::UnknownSubmission | R::SubmissionDeleted => "unknown message",
        // Nothing that this dialect asks for is refused so.
        R::TooManyRecipients { .. } | R::UnknownCurrency | R::SubmissionStarted | R::UnknownList
        | R::UnknownContact | R::UnknownVariable | R::AlreadyThere | R::UnknownStop
        | R::UnknownSenderName | R::UnknownCountry | R::InvalidName | R::FieldTooLong { .. } | R::TooManySubAccounts
        | R::InvalidTime | R::UnknownMailing | R::UnknownTemplate | R::UnknownSubAccount => "wrong",
    }
}
