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
//! | `approval in COUNTRIES` | where originators need approval | nowhere |
//! | `approved at once` | sender names are, as they are registered | somebody decides |
//! | `setting NAME VALUE` | of the dialect | as documented |
//! | `suspended` | the account may not do anything | |
//! | `now DATE TIME` | in UTC | `2012-04-01 12:00:00` |
//! | `next submission ID` | | 1 |
//!
//! What happened before the request, in this order:
//!
//! | fact | meaning |
//! | --- | --- |
//! | `at DATE TIME` | the time of what follows, and of the request |
//!
//! and what the account keeps, for which see [`crate::kept`], and what it sent, for which see [`crate::history`].

use gateway::directory::Originators;
use gateway::{AccountSettings, Exchange, SenderRules};
use serde_json::{Map, Value};
use sms::{Country, Currency, Money, Timestamp};

use crate::history::Happened;
use crate::kept::Kept;

/// Holds what a file says of its world.
pub(crate) struct Facts {
    pub(crate) keys: (String, String),
    pub(crate) balance: Money,
    pub(crate) price: String,
    pub(crate) rates: Vec<(Currency, i64)>,
    pub(crate) settings: AccountSettings,
    pub(crate) sender_rules: SenderRules,
    /// The settings of the dialect that are not as documented.
    pub(crate) dialect: Map<String, Value>,
    pub(crate) suspended: bool,
    pub(crate) now: Timestamp,
    pub(crate) next_submission: i64,
    pub(crate) events: Vec<Event>,
}

/// Says what happened before the request.
#[derive(PartialEq, Eq)]
pub(crate) enum Event {
    At(Timestamp),
    Keeps(Kept),
    Happened(Happened),
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
            sender_rules: SenderRules::default(),
            dialect: Map::new(),
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
            ["approval", "in", ref countries @ ..] => {
                let countries = countries.iter().map(|code| Country::parse(code).ok());
                self.sender_rules.approval_required = countries.collect::<Option<_>>()?;
            }
            ["approved", "at", "once"] => self.sender_rules.approve_at_once = true,
            ["setting", name, value] => {
                let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
                self.dialect.insert(name.into(), value);
            }
            ["suspended"] => self.suspended = true,
            ["now", date, time] => self.now = moment(&format!("{date} {time}"))?,
            ["next", "submission", id] => self.next_submission = id.parse().ok()?,
            _ => self.events.push(event(&words)?),
        }
        Some(())
    }

    /// Returns the exchange table, as a gateway wants it.
    pub(crate) fn exchange(&self) -> Exchange {
        Exchange::new(self.balance.currency(), self.rates.iter().copied())
    }
}

fn event(words: &[&str]) -> Option<Event> {
    Some(match words {
        ["at", date, time] => Event::At(moment(&format!("{date} {time}"))?),
        words => match Happened::read(words) {
            Some(happened) => Event::Happened(happened),
            None => Event::Keeps(Kept::read(words)?),
        },
    })
}

fn moment(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let moment = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_millis(moment.as_millisecond()))
}
