//! The facts that golden files are given, one or more in each `given:` line.
//!
//! | fact | meaning | without it |
//! | --- | --- | --- |
//! | `keys PUBLIC PRIVATE` | the account's pair of keys, of Atompark's API | `public_key private_key` |
//! | `login NAME PASSWORD`, `api key KEY`, `token TOKEN`, `callback secret SECRET` | another credential of the account | none |
//! | `another login NAME PASSWORD`, and so on | one of the other account | none |
//! | `balance AMOUNT CURRENCY` | what the account has; an own unit is a currency, too: `234 UNT` | `100 UAH` |
//! | `credit AMOUNT` | how far below zero it may go | `0` |
//! | `price AMOUNT` | of a segment to Ukraine, Russia, Azerbaijan and Kazakhstan, in the account's currency | `0.5` |
//! | `rate CURRENCY RATE` | what one unit of the account's currency is worth | no other currency |
//! | `zone NAME` | the account's time zone | `UTC` |
//! | `originators A B` | those it may use | any |
//! | `originator NAME` | who its messages are from where a request may leave it out | nobody |
//! | `addresses NET NET` | addresses and networks from which it may be used | any |
//! | `requests per second N` | how many it may make | the dialect's own |
//! | `callback url URL` | where its program is called back | nowhere |
//! | `number N` | one that messages from handsets reach it by | none |
//! | `peer ADDRESS` | where the requests come from | not known |
//! | `approval in COUNTRIES` | where originators need approval | nowhere |
//! | `approved at once` | sender names are, as they are registered | somebody decides |
//! | `setting NAME VALUE` | of the dialect that the file's folder names | as documented |
//! | `suspended` | the account may not do anything | |
//! | `now DATE TIME` | in UTC | `2012-04-01 12:00:00` |
//! | `next submission ID` | | 1 |
//!
//! What happened before the request, in this order; these may stand above a later request of a file, too:
//!
//! | fact | meaning |
//! | --- | --- |
//! | `at DATE TIME` | the time of what follows, and of the request |
//! | `later 119 s` | so much time passes, in `ms`, `s`, `min` or `h` |
//!
//! and what the account keeps, for which see [`crate::kept`], and what it sent, for which see [`crate::history`].

use std::net::IpAddr;

use gateway::directory::{CredentialKind, Originators};
use gateway::{AccountSettings, Exchange, SenderRules};
use serde_json::{Map, Value};
use sms::{Country, Currency, Money, Timestamp};

use crate::history::Happened;
use crate::kept::Kept;

/// Holds what a file says of its world.
pub(crate) struct Facts {
    pub(crate) keys: (String, String),
    /// Further credentials.
    pub(crate) credentials: Vec<Credential>,
    pub(crate) balance: Money,
    pub(crate) credit: String,
    pub(crate) price: String,
    pub(crate) rates: Vec<(Currency, i64)>,
    pub(crate) settings: AccountSettings,
    pub(crate) sender_rules: SenderRules,
    /// The settings of the dialect that are not as documented.
    pub(crate) dialect: Map<String, Value>,
    pub(crate) suspended: bool,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) now: Timestamp,
    pub(crate) next_submission: i64,
    pub(crate) events: Vec<Event>,
}

/// Holds a credential as a fact tells it.
pub(crate) struct Credential {
    pub(crate) kind: CredentialKind,
    /// A login; empty where the secret is everything.
    pub(crate) name: String,
    pub(crate) secret: String,
    /// Whether it is the other account's.
    pub(crate) of_another: bool,
}

/// Says what happened before the request.
#[derive(PartialEq, Eq)]
pub(crate) enum Event {
    At(Timestamp),
    Later(i64),
    Keeps(Kept),
    Happened(Happened),
}

impl Facts {
    /// Reads the facts; gives back one that it does not know.
    pub(crate) fn read(given: &[String]) -> Result<Self, &str> {
        let mut facts = Self {
            keys: ("public_key".into(), "private_key".into()),
            credentials: Vec::new(),
            balance: Money::parse_decimal("100", Currency::UAH).unwrap(),
            credit: "0".into(),
            price: "0.5".into(),
            rates: Vec::new(),
            settings: AccountSettings::default(),
            sender_rules: SenderRules::default(),
            dialect: Map::new(),
            suspended: false,
            peer: None,
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
            ["credit", amount] => self.credit = amount.into(),
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
            ["originator", name] => self.settings.originator = Some(name.into()),
            ["addresses", ref networks @ ..] => self.settings.addresses = owned(networks),
            ["requests", "per", "second", count] => {
                self.settings.requests_per_second = Some(count.parse().ok()?);
            }
            ["callback", "url", url] => self.settings.callback_url = Some(url.into()),
            ["number", number] => self.settings.numbers.push(number.into()),
            ["peer", address] => self.peer = Some(address.parse().ok()?),
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
            ["another", ref words @ ..] => self.credentials.push(credential(words, true)?),
            _ => match credential(&words, false) {
                Some(credential) => self.credentials.push(credential),
                None => self.events.push(Event::read(&words)?),
            },
        }
        Some(())
    }

    /// Returns the exchange table, as a gateway wants it.
    pub(crate) fn exchange(&self) -> Exchange {
        Exchange::new(self.balance.currency(), self.rates.iter().copied())
    }
}

impl Event {
    /// Reads a fact; `None` when it is not of something that happened.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["at", date, time] => Self::At(moment(&format!("{date} {time}"))?),
            ["later", count, unit] => Self::Later(count.parse::<i64>().ok()? * millis(unit)?),
            words => match Happened::read(words) {
                Some(happened) => Self::Happened(happened),
                None => Self::Keeps(Kept::read(words)?),
            },
        })
    }
}

fn credential(words: &[&str], of_another: bool) -> Option<Credential> {
    let (kind, name, secret) = match words {
        ["login", name, password] => (CredentialKind::Password, *name, password),
        ["api", "key", key] => (CredentialKind::ApiKey, "", key),
        ["token", token] => (CredentialKind::Token, "", token),
        ["callback", "secret", secret] => (CredentialKind::CallbackSecret, "", secret),
        _ => return None,
    };
    Some(Credential {
        kind,
        name: name.to_owned(),
        secret: (*secret).to_owned(),
        of_another,
    })
}

fn millis(unit: &str) -> Option<i64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    })
}

fn moment(text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let moment = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_millis(moment.as_millisecond()))
}
