//! Answers: what each method has for a result, and the three members of an error.

use std::borrow::Cow;

use gateway::{Message, SubmissionId};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::value::RawValue;
use sms::{Money, Timestamp};

use super::faults::Fault;
use super::states;
use super::style::{JsonStyle, write};
use crate::wire::local_time;

/// What stands for a time that has not come.
const NEVER: &str = "0000-00-00 00:00:00";

/// Holds the result of a call, its members in the order of the documents.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Reply {
    /// [atompark-en "Checking the balance"]
    Balance {
        currency: String,
        balance_currency: Box<RawValue>,
    },
    /// [atompark-en "Sending a single the text message to a particular phone number"]
    Sent { id: i64, price: Box<RawValue> },
    /// [atompark-en "Send SMS to a group"]
    SentToGroup {
        id: i64,
        price: Box<RawValue>,
        currency: String,
    },
    /// [atompark-en "Get campaigns price"]
    GroupPrice {
        price: Box<RawValue>,
        currency: String,
    },
    /// [atompark-en "Getting information over the campaign results"]
    Campaign {
        sent: u64,
        delivered: u64,
        not_delivered: u64,
        price: Box<RawValue>,
        status: u8,
    },
    /// Arrays of equal length, an entry in each for each phone [atompark-en "Getting the sms delivery statuses"].
    Deliveries {
        phone: Vec<String>,
        sentdate: Vec<Cow<'static, str>>,
        donedate: Vec<Cow<'static, str>>,
        status: Vec<&'static str>,
    },
}

impl Reply {
    /// Tells a balance; the currency is spelt as the caller asked for it.
    pub(super) fn balance(currency: String, balance: Money) -> Self {
        Self::Balance {
            currency,
            balance_currency: number(balance.rounded_down(4), 1),
        }
    }

    /// Tells what a single message costs.
    pub(super) fn sent(id: SubmissionId, price: Money) -> Self {
        Self::Sent {
            id: id.0,
            price: number(price, 0),
        }
    }

    /// Tells what the messages to a group cost together.
    pub(super) fn sent_to_group(id: SubmissionId, price: Money) -> Self {
        Self::SentToGroup {
            id: id.0,
            price: number(price, 0),
            currency: currency(price),
        }
    }

    /// Tells what the messages to a group would cost.
    pub(super) fn group_price(price: Money) -> Self {
        Self::GroupPrice {
            price: number(price, 0),
            currency: currency(price),
        }
    }

    /// Tells how a campaign stands.
    pub(super) fn campaign(campaign: &gateway::Submission) -> Self {
        let states::Counters {
            sent,
            delivered,
            not_delivered,
        } = states::counters(&campaign.tally);
        let price = number(campaign.price, 0);
        Self::Campaign {
            sent,
            delivered,
            not_delivered,
            price,
            status: states::campaign(campaign.state),
        }
    }

    /// Tells how each message of a campaign stands; `None` when none of them is listed.
    pub(super) fn deliveries(messages: Vec<Message>, zone: &TimeZone) -> Option<Self> {
        let (mut phone, mut sentdate, mut donedate, mut status) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for message in messages {
            let Some(word) = states::message(message.state, message.reason) else {
                continue;
            };
            phone.push(message.given.unwrap_or(message.recipient));
            sentdate.push(date(message.submitted_at, zone));
            donedate.push(date(message.done_at, zone));
            status.push(word);
        }
        (!phone.is_empty()).then_some(Self::Deliveries {
            phone,
            sentdate,
            donedate,
            status,
        })
    }
}

/// Writes a result.
pub(super) fn success(reply: &Reply, style: JsonStyle) -> Vec<u8> {
    #[derive(Serialize)]
    struct Success<'a> {
        result: &'a Reply,
    }
    write(&Success { result: reply }, style)
}

/// Writes an error: three texts, the code among them [atompark-en "Error response example"].
pub(super) fn failure(fault: Fault, style: JsonStyle) -> Vec<u8> {
    #[derive(Serialize)]
    struct Triple {
        error: &'static str,
        code: String,
        result: &'static str,
    }
    write(
        &Triple {
            error: fault.text,
            code: fault.code.to_string(),
            result: "false",
        },
        style,
    )
}

/// Writes an amount as a number in its shortest form with four decimals at most, and at least so many.
fn number(money: Money, least_places: usize) -> Box<RawValue> {
    let full = money.decimal_rounded(4);
    let (units, fraction) = full.split_once('.').unwrap_or((&full, ""));
    let shortest = fraction
        .trim_end_matches('0')
        .len()
        .max(least_places)
        .min(fraction.len());
    let point = if shortest == 0 { "" } else { "." };
    let text = format!("{units}{point}{}", &fraction[..shortest]);
    RawValue::from_string(text).expect("a decimal number is JSON")
}

fn currency(money: Money) -> String {
    money.currency().code().to_owned()
}

fn date(moment: Option<Timestamp>, zone: &TimeZone) -> Cow<'static, str> {
    match moment {
        Some(moment) => Cow::Owned(local_time::format(moment, zone)),
        None => Cow::Borrowed(NEVER),
    }
}

#[cfg(test)]
mod tests {
    use sms::Currency;

    use super::*;

    #[test]
    fn amounts_are_the_shortest_numbers_with_four_decimals_at_most() {
        for (micros, least_places, expected) in [
            (130_000, 0, "0.13"),
            (403_440_000, 0, "403.44"),
            (559_200, 0, "0.5592"),
            (100_000_000, 0, "100"),
            (100_000_000, 1, "100.0"),
            (2_500_000, 1, "2.5"),
            (0, 0, "0"),
            (0, 1, "0.0"),
            (-500_000, 0, "-0.5"),
            (123_456, 0, "0.1235"),
            (i64::MAX, 0, "9223372036854.7758"),
        ] {
            let amount = number(Money::new(micros, Currency::UAH), least_places);
            assert_eq!(amount.get(), expected, "{micros}");
        }
    }

    #[test]
    fn an_error_has_three_texts() {
        let fault = Fault {
            code: -1,
            text: "Wrong public key.",
        };
        let written = failure(fault, JsonStyle::Compact);
        assert_eq!(
            written,
            br#"{"error":"Wrong public key.","code":"-1","result":"false"}"#
        );
    }
}
