//! Methods that send, and those that tell what sending would cost [atompark-en "Bulk sms operations"].

use gateway::{Accepted, Account, Campaign, Gateway, SubmissionParts, Submit, Terms, To};
use serde::Serialize;
use serde_json::value::RawValue;
use sms::{Lane, Quote, Refusal};

use super::answer::{Reply, currency, number};
use super::faults::Failure;
use super::request::Arguments;
use super::{Profile, phones};

const MINUTE_MS: i64 = 60 * 1000;

/// The longest time between two parts, a year: the start of the last of a million parts is still a date.
const MOST_MINUTES: u32 = 366 * 24 * 60;

/// Says that something is on its way, and what it costs.
#[derive(Serialize)]
struct Sent {
    id: i64,
    price: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
}

/// Tells what sending would cost.
#[derive(Serialize)]
struct Quoted {
    price: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phones: Option<u32>,
}

/// Answers `createCampaign` [atompark-en "Creating a campaign"].
pub(super) async fn create(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let campaign = Campaign {
        account: account.id,
        terms: arguments.terms(account)?,
        list: arguments.audience()?,
        parts: parts(arguments)?,
        control: arguments.text("control_phone")?.map(str::to_owned),
    };
    let accepted = gateway.submit_campaign(campaign).await?;
    Ok(sent(&accepted, is_live(arguments)))
}

/// Answers `sendSMS` [atompark-en "Sending a single the text message to a particular phone number"].
pub(super) async fn send(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let accepted = gateway.submit(single(account, arguments)?).await?;
    Ok(sent(&accepted, is_live(arguments)))
}

/// Answers `sendsmsgroup` [atompark-en "Send SMS to a group"].
pub(super) async fn send_to_group(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let terms = arguments.terms(account)?;
    let accepted = gateway
        .submit(group(account, terms, arguments).await?)
        .await?;
    Ok(sent(&accepted, true))
}

/// Answers `checkCampaignPrice`
/// [atompark-en "Checking the campaign price according to the specified text message and the list"].
pub(super) async fn price(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let terms = arguments.terms_of_price()?;
    let list = arguments.audience()?;
    let quote = gateway.quote_campaign(account.id, &terms, list).await?;
    let live = is_live(arguments);
    Ok(priced(&quote, live, live))
}

/// Answers `checkCampaignPriceGroup` [atompark-en "Get campaigns price"].
pub(super) async fn price_of_group(
    gateway: &Gateway,
    account: &Account,
    arguments: Arguments<'_>,
) -> Result<Reply, Failure> {
    let terms = arguments.terms_of_price()?;
    let quote = gateway
        .quote(group(account, terms, arguments).await?)
        .await?;
    Ok(priced(&quote, true, false))
}

/// Reads `sendSMS`.
fn single(account: &Account, arguments: Arguments<'_>) -> Result<Submit, Failure> {
    let terms = arguments.terms(account)?;
    let number = arguments.text("phone")?.ok_or(Refusal::NoValidRecipients)?;
    Ok(Submit {
        account: account.id,
        terms,
        recipients: vec![To::number(number)],
        lane: Lane::Transactional,
        drop_repeats: false,
    })
}

/// Reads the phones of a group.
async fn group(
    account: &Account,
    terms: Terms,
    arguments: Arguments<'_>,
) -> Result<Submit, Failure> {
    let phones = arguments
        .value("phones")
        .ok_or(Refusal::NoValidRecipients)?;
    let mut recipients = phones::read(phones).await?;
    if terms.text.contains('%') {
        // A phone without variables has empty ones: its placeholders disappear.
        for to in &mut recipients {
            to.variables.get_or_insert_default();
        }
    }
    Ok(Submit {
        account: account.id,
        terms,
        recipients,
        lane: Lane::Bulk,
        drop_repeats: true,
    })
}

/// Reads in which parts a campaign goes: `batch` phones, then the next ones `batchinterval` minutes later. With either absent or
/// zero it goes at once.
fn parts(arguments: Arguments<'_>) -> Result<Option<SubmissionParts>, Failure> {
    let size = arguments.count("batch")?;
    let minutes = arguments.count("batchinterval")?.min(MOST_MINUTES);
    let interval_ms = i64::from(minutes) * MINUTE_MS;
    Ok((size > 0 && interval_ms > 0).then_some(SubmissionParts { size, interval_ms }))
}

fn is_live(arguments: Arguments<'_>) -> bool {
    arguments.settings.profile == Profile::Live
}

fn sent(accepted: &Accepted, with_currency: bool) -> Reply {
    Reply::of(Sent {
        id: accepted.submission.0,
        price: number(accepted.price, 0),
        currency: with_currency.then(|| currency(accepted.price)),
    })
}

fn priced(quote: &Quote, with_currency: bool, with_phones: bool) -> Reply {
    let total = quote.total();
    Reply::of(Quoted {
        price: number(total, 0),
        currency: with_currency.then(|| currency(total)),
        phones: with_phones.then(|| quote.messages()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atompark::Settings;
    use crate::atompark::request::Parameters;
    use crate::wire::{form, php};

    fn reading<T>(
        query: &str,
        read_it: impl FnOnce(Arguments<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let parameters = Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap());
        read_it(Arguments::new(&parameters, &Settings::default()))
    }

    #[test]
    fn a_campaign_goes_in_parts_only_with_a_size_and_an_interval() {
        for (query, expected) in [
            ("", None),
            ("batch=0&batchinterval=0", None),
            ("batch=100&batchinterval=0", None),
            ("batch=0&batchinterval=10", None),
            ("batch=100&batchinterval=10", Some((100, 600_000))),
            (
                "batch=1&batchinterval=99999999999",
                Some((1, 366 * 86_400_000)),
            ),
        ] {
            let parts = reading(query, parts).unwrap();
            let parts = parts.map(|parts| (parts.size, parts.interval_ms));
            assert_eq!(parts, expected, "{query}");
        }
        assert!(matches!(
            reading("batch=-1", parts),
            Err(Failure::Malformed)
        ));
    }
}
