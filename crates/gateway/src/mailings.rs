//! Mailings: plans that are sent once, at a time, or again and again.
//!
//! A mailing makes a submission each time it is due, through [`Gateway::submit`] and under a key of its own run, so that a run is
//! never sent twice. A run that the balance does not cover waits for money; one that is refused for anything else counts as made.

use serde::{Deserialize, Serialize};
use sms::{Money, Quote, Tally, Timestamp};
use store::{AccountId, ListId, MailingId, SubmissionId};

use crate::{Error, Gateway};

/// Says how often a mailing is repeated, in its own time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Not by itself.
    #[default]
    Never,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Monday to Friday.
    Workdays,
    /// Saturday and Sunday.
    Weekends,
    /// Every week.
    Weekly,
    /// Every month, on its last day where it has fewer.
    Monthly,
    /// Every year, on 28 February where there is no 29th.
    Yearly,
}

/// Says what a mailing sends, to whom and how often. Stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Who it is from; checked again at each run.
    pub originator: String,
    /// The text.
    pub text: String,
    /// How it travels and shows: the code of [`sms::Form`].
    pub form: u8,
    /// The recipients' numbers, as given, each with a text of its own where it has one.
    pub recipients: Vec<(String, Option<String>)>,
    /// Contact lists whose contacts it is for as well, as they are at each run.
    pub lists: Vec<i64>,
    /// How long its messages may wait to leave, in milliseconds; the gateway's default when `None`.
    pub lifetime_ms: Option<i64>,
    /// Spread each run over so many milliseconds, a part each `interval_ms`; at once when `None`.
    pub spread: Option<Spread>,
    /// How often.
    pub repeat: Repeat,
    /// How many times in all; without end when `None`.
    pub times: Option<u32>,
    /// The time zone of its repetition: minutes east of UTC.
    pub zone_minutes: i32,
    /// What the front end wants to remember of it: the gateway does not look into it.
    pub remembered: serde_json::Value,
}

/// Spreads a run over some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Over how long.
    pub over_ms: i64,
    /// How long after one part the next one starts.
    pub interval_ms: i64,
}

/// Describes a mailing as it is now.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// Its number.
    pub id: MailingId,
    /// The account's own id for it.
    pub reference: Option<String>,
    /// Its name.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// When its next run is due.
    pub next_at: Option<Timestamp>,
    /// When it ran last.
    pub ran_at: Option<Timestamp>,
    /// How many times it has run.
    pub runs: u32,
    /// The submission of its last run.
    pub last: Option<SubmissionId>,
    /// Whether somebody has disabled it.
    pub disabled: bool,
}

/// Sums up the runs of a mailing.
#[derive(Clone, Debug)]
pub struct MailingProgress {
    /// Where its messages are.
    pub tally: Tally,
    /// The price of all of them.
    pub price: Money,
}

/// Names a mailing: by the account's own id, or by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailingKey {
    /// By its number.
    Id(MailingId),
    /// By the account's own id for it; of several the latest.
    Reference(String),
}

impl Gateway {
    /// Makes a mailing that is first due at `start_at` (at once when that has passed, by itself never when `None`); answers its
    /// number, and its price as of now. Refuses what [`Gateway::quote`] refuses. One that is due at once has been submitted when
    /// this returns, unless it waits for money.
    pub async fn add_mailing(
        &self,
        _account: AccountId,
        _reference: Option<String>,
        _name: &str,
        _plan: Plan,
        _start_at: Option<Timestamp>,
    ) -> Result<(MailingId, Quote), Error> {
        Err(crate::not_built())
    }

    /// Changes name, plan and next run of a mailing; refuses with `UnknownMailing`.
    pub async fn change_mailing(
        &self,
        _account: AccountId,
        _mailing: &MailingKey,
        _name: &str,
        _plan: Plan,
        _start_at: Option<Timestamp>,
    ) -> Result<Quote, Error> {
        Err(crate::not_built())
    }

    /// Lets a mailing run no more, and cancels what of its last run has not left; refuses with `UnknownMailing`.
    pub async fn disable_mailing(
        &self,
        _account: AccountId,
        _mailing: &MailingKey,
    ) -> Result<(), Error> {
        Err(crate::not_built())
    }

    /// Removes a mailing; what it has submitted stays and goes on. Refuses with `UnknownMailing`.
    pub async fn remove_mailing(
        &self,
        _account: AccountId,
        _mailing: &MailingKey,
    ) -> Result<(), Error> {
        Err(crate::not_built())
    }

    /// Looks at a mailing; refuses with `UnknownMailing`.
    pub async fn mailing(
        &self,
        _account: AccountId,
        _mailing: &MailingKey,
    ) -> Result<Mailing, Error> {
        Err(crate::not_built())
    }

    /// Lists the account's mailings made from `from` on and before `until`, by number: those after `after`, at most `limit`.
    pub async fn mailings(
        &self,
        _account: AccountId,
        _from: Timestamp,
        _until: Timestamp,
        _after: Option<MailingId>,
        _limit: u32,
    ) -> Result<Vec<Mailing>, Error> {
        Err(crate::not_built())
    }

    /// Sums up the runs of a mailing.
    pub async fn mailing_progress(
        &self,
        _account: AccountId,
        _mailing: MailingId,
    ) -> Result<MailingProgress, Error> {
        Err(crate::not_built())
    }

    /// Returns the numbers of the contacts of a list that are not on the stop list, in their order; refuses with `UnknownList`,
    /// and with `TooManyRecipients` beyond what one submission may have.
    pub async fn numbers_of_list(
        &self,
        _account: AccountId,
        _list: ListId,
    ) -> Result<Vec<String>, Error> {
        Err(crate::not_built())
    }
}
