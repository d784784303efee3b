//! Mailings: plans that are sent once, at a time, or again and again.
//!
//! A mailing makes a submission each time it is due, through [`Gateway::submit`] and under a key of its own run, so that a run is
//! never sent twice. A run that the balance does not cover waits for money; one that is refused for anything else counts as made.
//! Of runs that were missed because the gateway did not run, one is made.

mod plan;
mod repeat;
mod run;
mod stored;

use sms::{Money, Quote, Refusal, Tally, Timestamp};
use store::campaigns::Halt;
use store::mailings::NewMailing;
use store::{AccountId, ContactId, ListId, MailingId, SubmissionId};

use crate::{Error, Gateway, Once};
pub use plan::{Plan, Repeat, Spread};
use stored::Stored;

/// How many runs a mailing's progress is summed up of, the last ones.
const SUMMED_UP: u32 = 1_000;

/// How many submissions are looked at in one question to the store.
const AT_ONCE: usize = 100;

/// How many contacts are read in one question to the store.
const PAGE: u32 = 5_000;

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
    /// The last submission that a run has made.
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
    /// number, and the price of a run as of now. Refuses what [`Gateway::quote`] refuses, `UnknownList`, `FieldTooLong` when name,
    /// reference or plan are, `InvalidTime` when there is no such time zone, and `Duplicate` when `once` was accepted before. One
    /// that is due at once has been submitted when this returns, unless it waits for money.
    pub async fn add_mailing(
        &self,
        account: AccountId,
        reference: Option<String>,
        name: &str,
        plan: Plan,
        start_at: Option<Timestamp>,
        once: Option<Once>,
    ) -> Result<(MailingId, Quote), Error> {
        if let Some(reference) = &reference {
            self.check_length(reference)?;
        }
        let (stored, quote) = self.check_plan(account, name, plan, start_at, 0).await?;
        let now = self.now();
        let new = NewMailing {
            account,
            reference,
            once: once.map(|once| once.from(now)),
            name: name.to_owned(),
            plan: stored,
            created_at: now,
            next_at: start_at.map(|start| start.max(now)),
        };
        let added = self.store().add_mailing(new).await?;
        let id = added.ok_or(Refusal::Duplicate)?;
        self.run_if_due(account, id).await;
        Ok((id, quote))
    }

    /// Changes name, plan and next run of a mailing: from then on it is like one that has just been made, but for the runs that it
    /// has had. A disabled one stays disabled. Refuses what [`Gateway::add_mailing`] refuses, and with `UnknownMailing`.
    pub async fn change_mailing(
        &self,
        account: AccountId,
        mailing: &MailingKey,
        name: &str,
        plan: Plan,
        start_at: Option<Timestamp>,
    ) -> Result<Quote, Error> {
        let found = self.stored_mailing(account, mailing).await?;
        let (stored, quote) = self
            .check_plan(account, name, plan, start_at, found.runs)
            .await?;
        let now = self.now();
        let next_at = start_at.map(|start| start.max(now));
        let changed =
            self.store()
                .change_mailing(account, found.id, name.to_owned(), stored, next_at, now);
        known(changed.await?)?;
        self.run_if_due(account, found.id).await;
        Ok(quote)
    }

    /// Lets a mailing run no more, and cancels what of its last run has not left; refuses with `UnknownMailing`.
    pub async fn disable_mailing(
        &self,
        account: AccountId,
        mailing: &MailingKey,
    ) -> Result<(), Error> {
        let id = self.stored_mailing(account, mailing).await?.id;
        let now = self.now();
        known(self.store().disable_mailing(account, id, now).await?)?;
        let made = self.store().mailing_submissions(account, id, 1).await?;
        for submission in made {
            self.store().halt(submission, Halt::Cancelled, now).await?;
            self.wake_campaigns();
        }
        Ok(())
    }

    /// Removes a mailing; what it has submitted stays and goes on. Refuses with `UnknownMailing`.
    pub async fn remove_mailing(
        &self,
        account: AccountId,
        mailing: &MailingKey,
    ) -> Result<(), Error> {
        let id = self.stored_mailing(account, mailing).await?.id;
        known(self.store().remove_mailing(account, id).await?)
    }

    /// Looks at a mailing; refuses with `UnknownMailing`.
    pub async fn mailing(
        &self,
        account: AccountId,
        mailing: &MailingKey,
    ) -> Result<Mailing, Error> {
        stored::read(self.stored_mailing(account, mailing).await?).await
    }

    /// Lists the account's mailings made from `from` on and before `until`, by number: those after `after`, at most `limit`, and
    /// fewer when their plans are long; an empty page is the end.
    pub async fn mailings(
        &self,
        account: AccountId,
        from: Timestamp,
        until: Timestamp,
        after: Option<MailingId>,
        limit: u32,
    ) -> Result<Vec<Mailing>, Error> {
        let found = self.store().mailings(account, from, until, after, limit);
        let mut mailings = Vec::new();
        for found in found.await? {
            mailings.push(stored::read(found).await?);
        }
        Ok(mailings)
    }

    /// Sums up the runs of a mailing, the last 1,000 of them; those of a mailing that was removed too. Nothing of one that never
    /// was.
    pub async fn mailing_progress(
        &self,
        account: AccountId,
        mailing: MailingId,
    ) -> Result<MailingProgress, Error> {
        let currency = self.currency_of(account)?;
        let mut tally = Tally::new();
        let mut price_micros: i64 = 0;
        let made = self
            .store()
            .mailing_submissions(account, mailing, SUMMED_UP)
            .await?;
        for some in made.chunks(AT_ONCE) {
            let found = self.store().submissions_by_id(account, some.to_vec());
            for submission in found.await? {
                tally.merge(&submission.tally);
                price_micros = price_micros.saturating_add(submission.price_micros);
            }
        }
        Ok(MailingProgress {
            tally,
            price: Money::new(price_micros, currency),
        })
    }

    /// Returns the numbers of the contacts of a list that are not on the stop list, in their order; refuses with `UnknownList`,
    /// and with `TooManyRecipients` beyond what one submission may have.
    pub async fn numbers_of_list(
        &self,
        account: AccountId,
        list: ListId,
    ) -> Result<Vec<String>, Error> {
        self.list(account, list).await?;
        let most = self.limits().recipients;
        let mut numbers = Vec::new();
        let (mut after, end) = (ContactId(0), ContactId(i64::MAX));
        loop {
            let page = self.store().contacts_of(account, list, after, end, PAGE);
            let page = page.await?;
            let Some(end_of_page) = page.last() else {
                return Ok(numbers);
            };
            after = end_of_page.id;
            let reachable = page.iter().filter(|contact| !contact.stopped);
            numbers.extend(reachable.map(|contact| contact.number.as_str().to_owned()));
            if numbers.len() > most {
                let limit = u32::try_from(most).unwrap_or(u32::MAX);
                return Err(Refusal::TooManyRecipients { limit }.into());
            }
        }
    }

    /// Checks a plan, prices a run of it, and writes it down as it is stored.
    async fn check_plan(
        &self,
        account: AccountId,
        name: &str,
        plan: Plan,
        start_at: Option<Timestamp>,
        runs_before: u32,
    ) -> Result<(String, Quote), Error> {
        self.check_length(name)?;
        if repeat::zone(plan.zone_minutes).is_none() {
            return Err(Refusal::InvalidTime.into());
        }
        let run = self.run_of(account, &plan, plan.lists.clone()).await?;
        let quote = self.quote(run).await?;
        let stored = Stored {
            plan,
            first_at_ms: start_at.map(Timestamp::as_millis),
            runs_before,
        };
        Ok((stored.to_json()?, quote))
    }

    async fn stored_mailing(
        &self,
        account: AccountId,
        key: &MailingKey,
    ) -> Result<store::mailings::Mailing, Error> {
        let found = match key {
            MailingKey::Id(id) => self.store().mailing(account, *id).await?,
            MailingKey::Reference(reference) => {
                let store = self.store();
                store.mailing_by_reference(account, reference).await?
            }
        };
        Ok(found.ok_or(Refusal::UnknownMailing)?)
    }
}

fn known(known: bool) -> Result<(), Error> {
    if known {
        Ok(())
    } else {
        Err(Refusal::UnknownMailing.into())
    }
}
