//! `submit_multi`: one text to many.
//!
//! What is accepted is one submission, and the id in the answer is its first message's. A number given twice gets one message. Whom
//! it does not go to stands in the answer's list:
//!
//! | destination | status in the list |
//! | --- | --- |
//! | not a number; a number without a price or a route | `ESME_RINVDSTADR` |
//! | on the stop list; a duplicate by the account's rule | `ESME_RSUBMITFAIL` |
//! | a country in which the originator may not be used | `ESME_RINVSRCADR` |
//! | the name of a distribution list, of which there are none | `ESME_RCNTSUBDL` |
//!
//! When it goes to nobody, that is the status of the answer, and nothing is left of it.

use gateway::{Accepted, Error, Gateway, Message, Submit};
use smpp::{
    Address, CommandStatus, Destination, Destinations, Unsuccessful, UnsuccessfulBuffer,
    UnsuccessfulList,
};
use sms::{MessageState, Msisdn, Reason};

use super::message::address;
use super::requests::Answer;

/// The most destinations of one request [smpp34 §5.2.24].
const MOST: u8 = 254;

/// To whom a request goes.
pub(super) struct Found {
    to: Vec<(Owned, String)>,
    refused: RefusedList,
}

/// An address as the request has it.
#[derive(Debug)]
struct Owned {
    ton: u8,
    npi: u8,
    address: Box<[u8]>,
}

/// Whom a request does not go to, and why.
#[derive(Debug, Default)]
pub(super) struct RefusedList(UnsuccessfulBuffer);

/// Reads the destinations; the error is the status to answer with.
pub(super) fn read(destinations: Destinations<'_>) -> Result<Found, CommandStatus> {
    if !(1..=MOST).contains(&destinations.count()) {
        return Err(CommandStatus::RINVNUMDESTS);
    }
    let (mut to, mut refused) = (vec![], RefusedList::default());
    let mut first_status = None;
    for destination in destinations {
        let (given, status) = match destination {
            Destination::Address(given) => match address::recipient(&given) {
                Ok(number) if Msisdn::parse(&number).is_ok() => {
                    to.push((Owned::from(given), number));
                    continue;
                }
                Ok(_) | Err(_) => (given, CommandStatus::RINVDSTADR),
            },
            Destination::List(address) => {
                let name = Address {
                    address,
                    ..Address::default()
                };
                (name, CommandStatus::RCNTSUBDL)
            }
        };
        first_status.get_or_insert(status);
        refused.push(given, status);
    }
    match first_status {
        Some(status) if to.is_empty() => Err(status),
        Some(_) | None => Ok(Found { to, refused }),
    }
}

impl Found {
    /// Returns the numbers to submit to, in order.
    pub(super) fn numbers(&self) -> Vec<String> {
        self.to.iter().map(|(_, number)| number.clone()).collect()
    }
}

/// Submits to the numbers found, and tells whom it does not go to.
pub(super) async fn submit(
    gateway: &Gateway,
    submit: Submit,
    mut found: Found,
) -> Result<Answer, Error> {
    let account = submit.account;
    let accepted = gateway.submit(submit).await?;
    let messages = gateway
        .messages(account, accepted.submission, None, None, u32::from(MOST))
        .await
        .unwrap_or_else(|error| {
            // It is accepted and has to be answered so; receipts tell what the list would.
            tracing::error!(?error, submission = %accepted.submission, "cannot look at what was accepted");
            vec![]
        });
    for (position, (given, _)) in found.to.iter().enumerate() {
        if let Some(status) = refused(&accepted, position, &messages) {
            found.refused.push(given.address(), status);
        }
    }
    Ok(Answer::SubmittedMulti(
        accepted.first_message,
        found.refused,
    ))
}

/// Says why nothing goes to the destination at a position; `None` when something does.
fn refused(accepted: &Accepted, position: usize, messages: &[Message]) -> Option<CommandStatus> {
    let Some(id) = accepted.message(position) else {
        let repeats = accepted.repeated.binary_search(&position).is_ok();
        return repeats.then_some(CommandStatus::RSUBMITFAIL);
    };
    let message = messages.iter().find(|message| message.id == id)?;
    match (message.state, message.reason) {
        (MessageState::InvalidNumber, _)
        | (MessageState::Failed, Reason::NoPrice | Reason::NoRoute) => {
            Some(CommandStatus::RINVDSTADR)
        }
        (MessageState::Failed, Reason::OriginatorNotApproved) => Some(CommandStatus::RINVSRCADR),
        (MessageState::Suppressed, _) => Some(CommandStatus::RSUBMITFAIL),
        // Whatever else has become of it meanwhile, it was on its way.
        _ => None,
    }
}

impl RefusedList {
    /// Lends it to a response.
    pub(super) fn list(&self) -> UnsuccessfulList<'_> {
        self.0.list()
    }

    fn push(&mut self, destination: Address<'_>, status: CommandStatus) {
        let refused = Unsuccessful {
            destination,
            status,
        };
        // There are no more than the request had, and each was in it.
        if let Err(error) = self.0.push(refused) {
            tracing::debug!(%error, "a refused destination is not told");
        }
    }
}

impl Owned {
    fn address(&self) -> Address<'_> {
        Address {
            ton: self.ton,
            npi: self.npi,
            address: &self.address,
        }
    }
}

impl From<Address<'_>> for Owned {
    fn from(given: Address<'_>) -> Self {
        Self {
            ton: given.ton,
            npi: given.npi,
            address: given.address.into(),
        }
    }
}
