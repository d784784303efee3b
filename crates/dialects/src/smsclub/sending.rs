//! Sending, the same through every door: whom it reaches, who is left out and why.

use std::collections::HashSet;

use gateway::{Accepted, Account, Gateway, MessageId, Once, Submit, Terms, To};
use sha2::{Digest, Sha256};
use sms::{Lane, Msisdn, Originator, Refusal};

use super::faults::{Failure, Unsent};
use super::{Settings, numbers};

const MINUTE_MS: i64 = 60_000;

/// For how long the same text from the same sender to the same number is a repetition [smsclub "Error"].
const REPEATED_WITHIN_MS: i64 = 2 * MINUTE_MS;

/// How many characters of the referral id are kept.
const SOURCE_CHARACTERS: usize = 64;

/// Asks to send.
#[derive(Default)]
pub(super) struct Sending {
    pub(super) sender: String,
    /// The text for those who have none of their own.
    pub(super) text: String,
    pub(super) recipients: Vec<Addressee>,
    /// For how many minutes a message may wait; 0 for as long as the gateway lets it.
    pub(super) lifetime_minutes: u32,
    /// The id in the provider's referral system; kept, and nothing else.
    pub(super) source: Option<String>,
}

/// Names one to send to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Addressee {
    /// The number as the client wrote it.
    pub(super) given: String,
    pub(super) text: Option<String>,
}

impl Addressee {
    /// Names one who gets the text for all.
    pub(super) const fn new(given: String) -> Self {
        Self { given, text: None }
    }
}

/// Reads for how many minutes messages may wait; 0 when nothing is given.
pub(super) fn minutes(text: &str) -> Result<u32, Failure> {
    match text {
        "" => Ok(0),
        text => text
            .parse()
            .map_err(|_| Failure::Field("lifetime", "Wrong lifetime")),
    }
}

/// Tells what became of one recipient.
pub(super) struct Told {
    /// The number as the client wrote it.
    pub(super) given: String,
    pub(super) fate: Fate,
}

/// Is what became of one recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// The message is on its way to this number.
    Goes(MessageId, Msisdn),
    /// Nothing is sent. There may be a message all the same, which has ended.
    Kept(Option<MessageId>, Unsent),
}

/// Sends, and tells of each recipient in their order; of one that is given twice with the same text once. When this returns, what
/// goes is durable. Refused is only what concerns every recipient.
pub(super) async fn send(
    gateway: &Gateway,
    account: &Account,
    settings: &Settings,
    sending: Sending,
) -> Result<Vec<Told>, Failure> {
    let recipients = recipients(&sending, settings);
    // The gateway keeps back those on the stop list by itself: this only tells which they are. Of several it is asked before, so
    // that nothing can fail any more once the messages are accepted. One alone is accepted only if it is not on the list.
    let stopped_among = || {
        let valid = recipients.iter().filter_map(|recipient| recipient.number);
        gateway.stopped_among(account.id, &sending.sender, valid.collect())
    };
    let is_one = recipients.len() == 1;
    let mut stopped = HashSet::new();
    if !is_one {
        stopped = stopped_among().await?;
    }
    let submit = submit(account, &sending, &recipients);
    let (accepted, all_repeated) = match gateway.submit(submit).await {
        Ok(accepted) => (Some(accepted), false),
        Err(gateway::Error::Refused(Refusal::NoValidRecipients)) => (None, false),
        Err(gateway::Error::Refused(Refusal::Duplicate)) => (None, true),
        Err(error) => return Err(error.into()),
    };
    if is_one && all_repeated {
        // It may have been put on the list since: then that is told, and nothing has been accepted that this could fail for.
        stopped = stopped_among().await?;
    }
    let message = |position| accepted.as_ref()?.message(position);
    let is_repeated = |position| {
        let repeats = |accepted: &Accepted| accepted.repeated.binary_search(&position).is_ok();
        all_repeated || accepted.as_ref().is_some_and(repeats)
    };
    let told = recipients.into_iter().enumerate();
    Ok(told
        .map(|(position, recipient)| Told {
            fate: match (recipient.number, message(position)) {
                (None, message) => Fate::Kept(message, Unsent::NotANumber),
                (Some(number), message) if stopped.contains(&number) => {
                    Fate::Kept(message, Unsent::Stopped)
                }
                (Some(number), Some(message)) => Fate::Goes(message, number),
                (Some(_), None) if is_repeated(position) => Fate::Kept(None, Unsent::Repeated),
                // It has come onto the stop list meanwhile: of those that are numbers the gateway leaves out nobody else.
                (Some(_), None) => Fate::Kept(None, Unsent::Stopped),
            },
            given: recipient.given,
        })
        .collect())
}

/// Why nothing goes to anybody; `None` when something goes. That everything was sent before is what a client must learn first.
pub(super) fn nothing_goes(told: &[Told]) -> Option<Unsent> {
    let mut first = None;
    for recipient in told {
        match recipient.fate {
            Fate::Goes(..) => return None,
            Fate::Kept(_, Unsent::Repeated) => first = Some(Unsent::Repeated),
            Fate::Kept(_, unsent) => first = first.or(Some(unsent)),
        }
    }
    first
}

/// Returns the ids of the recipients that have a message, in their order; fails when nothing goes to anybody.
pub(super) fn ids(told: &[Told]) -> Result<impl Iterator<Item = MessageId>, Failure> {
    if let Some(unsent) = nothing_goes(told) {
        return Err(Failure::NothingGoes(unsent));
    }
    Ok(told.iter().filter_map(|recipient| match recipient.fate {
        Fate::Goes(id, _) => Some(id),
        Fate::Kept(id, _) => id,
    }))
}

/// A recipient whose number has been read.
struct Recipient<'a> {
    given: String,
    number: Option<Msisdn>,
    text: Option<&'a str>,
}

/// Reads the numbers; of a number that is there twice with the same text the first one counts.
fn recipients<'a>(sending: &'a Sending, settings: &Settings) -> Vec<Recipient<'a>> {
    let mut seen = HashSet::new();
    let read = sending.recipients.iter().map(|addressee| Recipient {
        given: addressee.given.clone(),
        number: numbers::international(&addressee.given, &settings.default_country_prefix),
        text: addressee.text.as_deref(),
    });
    read.filter(|recipient| {
        let number = recipient.number;
        let number = number.map_or_else(|| recipient.given.clone(), |number| number.to_string());
        seen.insert((number, recipient.text))
    })
    .collect()
}

fn submit(account: &Account, sending: &Sending, recipients: &[Recipient<'_>]) -> Submit {
    // However the sender is written, the handset shows the same one.
    let sender = Originator::parse(&sending.sender).ok();
    let sender = sender.as_ref().map_or(&*sending.sender, Originator::as_str);
    let text_of_all = digest(&sending.text);
    let to = |recipient: &Recipient<'_>| {
        let own = recipient.text.map(digest);
        let text = own.as_deref().unwrap_or(&text_of_all);
        let once = |number: Msisdn| {
            let texts = [sender, number.as_str(), text];
            Once::new("smsclub message", &texts, Some(REPEATED_WITHIN_MS))
        };
        To {
            text: recipient.text.map(str::to_owned),
            once: recipient.number.map(once),
            ..To::number(
                recipient
                    .number
                    .map_or_else(|| recipient.given.clone(), |number| number.to_string()),
            )
        }
    };
    let lifetime_ms = i64::from(sending.lifetime_minutes) * MINUTE_MS;
    let source = sending.source.as_deref();
    Submit {
        account: account.id,
        terms: Terms {
            originator: sending.sender.clone(),
            text: sending.text.clone(),
            lifetime_ms: (lifetime_ms > 0).then_some(lifetime_ms),
            source: source.map(|source| source.chars().take(SOURCE_CHARACTERS).collect()),
            ..Terms::default()
        },
        recipients: recipients.iter().map(to).collect(),
        lane: if recipients.len() > 1 {
            Lane::Bulk
        } else {
            Lane::Transactional
        },
        drop_repeats: false,
    }
}

/// Stands for a text, so that a long one to many numbers is not read again for each.
fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(given: &str, text: Option<&str>) -> Addressee {
        Addressee {
            given: given.into(),
            text: text.map(str::to_owned),
        }
    }

    #[test]
    fn a_recipient_is_there_once_for_each_text() {
        let sending = Sending {
            recipients: vec![
                to("380989361131", Some("one")),
                to("0989361131", Some("one")),
                to("0989361131", Some("two")),
                to("nobody", None),
                to("nobody", None),
            ],
            ..Sending::default()
        };
        let kept = recipients(&sending, &Settings::default());
        let kept: Vec<_> = kept
            .iter()
            .map(|kept| (kept.given.as_str(), kept.text))
            .collect();
        let expected = [
            ("380989361131", Some("one")),
            ("0989361131", Some("two")),
            ("nobody", None),
        ];
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_lifetime_is_whole_minutes() {
        for (text, expected) in [
            ("", Some(0)),
            ("0", Some(0)),
            ("60", Some(60)),
            ("-1", None),
            ("1.5", None),
            ("day", None),
            ("99999999999", None),
        ] {
            assert_eq!(minutes(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn that_all_was_sent_before_is_told_before_anything_else() {
        let kept = |unsent| Told {
            given: String::new(),
            fate: Fate::Kept(None, unsent),
        };
        let goes = || Told {
            given: String::new(),
            fate: Fate::Goes(MessageId(1), Msisdn::parse("380989361131").unwrap()),
        };
        let nothing = |told: &[Told]| nothing_goes(told);
        assert_eq!(nothing(&[]), None);
        assert_eq!(nothing(&[kept(Unsent::Repeated), goes()]), None);
        let told = [kept(Unsent::NotANumber), kept(Unsent::Repeated)];
        assert_eq!(nothing(&told), Some(Unsent::Repeated));
        let told = [kept(Unsent::Stopped), kept(Unsent::NotANumber)];
        assert_eq!(nothing(&told), Some(Unsent::Stopped));
    }
}
