//! The facts that golden files are given, one or more in each `given:` line.
//!
//! | fact | meaning | without it |
//! | --- | --- | --- |
//! | `keys PUBLIC PRIVATE` | the account's pair of keys | `public_key private_key` |
//! | `balance AMOUNT CURRENCY` | what the account has | `100 UAH` |
//! | `price AMOUNT` | of a segment to Ukraine and Russia, in the account's currency | `0.5` |
//! | `rate CURRENCY RATE` | what one unit of the account's currency is worth | no other currency |
//! | `zone NAME` | the account's time zone | `UTC` |
//! | `originators A B` | those it may use | any |
//! | `suspended` | the account may not do anything | |
//! | `now DATE TIME` | in UTC | `2012-04-01 12:00:00` |
//! | `next submission ID` | | 1 |
//! | `sent to NUMBERS`, `tested with NUMBER`, `scheduled to NUMBER` | the account submitted `Testing SMS` | |
//! | `sent by another account` | another account did | |
//! | `taken` | the operator took the messages and is silent | they wait |
//! | `settled` | it reported outcomes a minute later: numbers in `0001` are undelivered, `0003` refused, others delivered | |

use std::collections::HashMap;

use gateway::AccountSettings;
use gateway::directory::Originators;
use sms::{Currency, Money, Timestamp};

/// Holds what a file says of its world.
pub(crate) struct Facts {
    pub(crate) keys: (String, String),
    pub(crate) balance: Money,
    pub(crate) price: String,
    pub(crate) rates: Vec<(Currency, i64)>,
    pub(crate) settings: AccountSettings,
    pub(crate) suspended: bool,
    pub(crate) now: Timestamp,
    pub(crate) next_submission: i64,
    pub(crate) events: Vec<Event>,
}

/// Says what happened before the request.
#[derive(PartialEq, Eq)]
pub(crate) enum Event {
    Sent(Vec<String>),
    Tested(Vec<String>),
    Scheduled(Vec<String>),
    SentByAnother,
    Taken,
    Settled,
}

impl Facts {
    /// Reads the facts; gives back one that it does not know.
    pub(crate) fn read(given: &[String]) -> Result<Self, &str> {
        let mut facts = Self {
            keys: ("public_key".into(), "private_key".into()),
            balance: Money::parse_decimal("100", Currency::UAH).unwrap(),
            price: "0.5".into(),
            rates: Vec::new(),
            settings: AccountSettings::default(),
            suspended: false,
            now: moment("2012-04-01 12:00:00").unwrap(),
            next_submission: 1,
            events: Vec::new(),
        };
        for fact in given {
            facts.learn(fact).ok_or(fact.as_str())?;
        }
        Ok(facts)
    }

    fn learn(&mut self, fact: &str) -> Option<()> {
        let words: Vec<&str> = fact.split_whitespace().collect();
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match words[..] {
            ["keys", public, private] => self.keys = (public.into(), private.into()),
            ["balance", amount, currency] => {
                let currency = Currency::parse(currency).ok()?;
                self.balance = Money::parse_decimal(amount, currency).ok()?;
            }
            ["price", amount] => self.price = amount.into(),
            ["rate", currency, rate] => {
                let currency = Currency::parse(currency).ok()?;
                let rate = Money::parse_decimal(rate, currency).ok()?.micros();
                self.rates.push((currency, rate));
            }
            ["zone", zone] => self.settings.time_zone = zone.into(),
            ["originators", ref names @ ..] => {
                self.settings.originators = Originators::Only(owned(names));
            }
            ["suspended"] => self.suspended = true,
            ["now", date, time] => self.now = moment(&format!("{date} {time}"))?,
            ["next", "submission", id] => self.next_submission = id.parse().ok()?,
            ["sent", "by", "another", "account"] => self.events.push(Event::SentByAnother),
            ["sent", "to", ref numbers @ ..] => self.events.push(Event::Sent(owned(numbers))),
            ["tested", "with", ref numbers @ ..] => self.events.push(Event::Tested(owned(numbers))),
            ["scheduled", "to", ref numbers @ ..] => {
                self.events.push(Event::Scheduled(owned(numbers)));
            }
            ["taken"] => self.events.push(Event::Taken),
            ["settled"] => self.events.push(Event::Settled),
            _ => return None,
        }
        Some(())
    }

    /// Returns the rates, as a gateway wants them.
    pub(crate) fn exchange(&self) -> HashMap<(Currency, Currency), i64> {
        let from = self.balance.currency();
        self.rates
            .iter()
            .map(|&(to, rate)| ((from, to), rate))
            .collect()
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let moment = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_millis(moment.as_millisecond()))
}
