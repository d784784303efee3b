//! Campaigns: one text to a whole contact list, at once, at a time or in parts; and what can be done with a submission that has
//! been accepted.
//!
//! A campaign is priced exactly and its price is held before it is accepted; its contacts become messages behind that, step by
//! step (see `tasks::expansion`), so that the answer does not wait for a million of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sms::{Lane, Msisdn, Quote, Recipient, Refusal};
use store::campaigns::{Cancellation, Deletion, Expansion, Halt, NewExpansion, Step, Stepped};
use store::contacts::Contact;
use store::submissions::{NewMessage, Parts};
use store::{AccountId, ContactId, ListId, SubmissionId};

use crate::contacts::parse;
use crate::directory::RouteKinds;
use crate::pricing::{Approvals, Common, Pricing, ended_message};
use crate::report::Submission;
use crate::submit::new_submission;
use crate::{Accepted, Error, Gateway, Terms};

/// How many contacts are priced with one look-up of the store.
const PRICED_AT_ONCE: u32 = 10_000;

/// How many contacts become messages in one transaction: few enough for others to get their turn between.
const EXPANDED_AT_ONCE: u32 = 2_000;

/// Asks to send one template to all contacts of a list.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Who pays.
    pub account: AccountId,
    /// What is sent, and how. Placeholders are filled by position or by the names of the list's variables.
    pub terms: Terms,
    /// To whom: the contacts that the list has now.
    pub list: ListId,
    /// In which parts; all at once when `None`.
    pub parts: Option<Parts>,
    /// Where a copy goes with the first part, at no price and uncounted, so that somebody sees what recipients get.
    pub control: Option<String>,
}

/// Is what an expansion needs to know and the store does not look into.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Options {
    route_kinds: RouteKinds,
}

/// Holds a priced list.
struct Priced {
    quote: Quote,
    /// How many contacts there were.
    contacts: u32,
    /// The last of them.
    until: ContactId,
    unregistered: Vec<String>,
}

impl Gateway {
    /// Accepts a campaign: when this returns `Ok`, its price is on hold and nothing can keep it from going on. Refuses what
    /// [`Gateway::submit`] refuses, and a list that is unknown.
    pub async fn submit_campaign(&self, campaign: Campaign) -> Result<Accepted, Error> {
        let Campaign {
            account,
            terms,
            list,
            parts,
            control,
        } = campaign;
        loop {
            let common = self.common_of_list(account, &terms, list).await?;
            let originator = common.originator;
            let common = Arc::new(common);
            let priced = self.price_list(account, list, &common).await?;
            let missing = priced.unregistered;
            if !terms.test
                && self
                    .register_missing(account, originator.as_str(), missing)
                    .await?
            {
                continue;
            }
            let control = match &control {
                Some(number) => Some(self.control_copy(account, &common, number)?),
                None => None,
            };
            let options = Options {
                route_kinds: terms.route_kinds.clone(),
            };
            let mut new = new_submission(
                account,
                &terms,
                &common,
                self.limits(),
                Lane::Bulk,
                self.now(),
                vec![],
            );
            new.parts = parts.filter(|parts| parts.size > 0);
            new.control = control;
            new.expansion = Some(NewExpansion {
                list,
                until: priced.until,
                contacts: priced.contacts,
                price_micros: priced.quote.total().micros(),
                options: serde_json::to_string(&options)
                    .expect("plain data with text keys is JSON"),
            });
            let accepted = match self.store().accept(new).await {
                // The list has been removed, or a connector, since they were looked at.
                Err(error) if error.is_conflict() => {
                    self.reload().await?;
                    self.list(account, list).await?;
                    return Err(error.into());
                }
                accepted => accepted?,
            };
            let accepted = self.accepted(account, accepted, priced.quote.total())?;
            self.wake_expansion();
            self.wake_dispatch();
            return Ok(accepted);
        }
    }

    /// Prices a campaign without accepting it.
    pub async fn quote_campaign(
        &self,
        account: AccountId,
        terms: &Terms,
        list: ListId,
    ) -> Result<Quote, Error> {
        let common = Arc::new(self.common_of_list(account, terms, list).await?);
        Ok(self.price_list(account, list, &common).await?.quote)
    }

    /// Calls a submission back before anything of it has left. When this returns `Ok` nothing of it can leave any more, and what
    /// was held for it is, or will soon be, released.
    pub async fn cancel(&self, account: AccountId, submission: SubmissionId) -> Result<(), Error> {
        let cancelled = self.store().cancel(account, submission, self.now()).await?;
        self.wake_expansion();
        match cancelled {
            Cancellation::Cancelled => Ok(()),
            Cancellation::Unknown => Err(Refusal::UnknownSubmission.into()),
            Cancellation::Deleted => Err(Refusal::SubmissionDeleted.into()),
            Cancellation::Started => Err(Refusal::SubmissionStarted.into()),
        }
    }

    /// Deletes a submission in any state: what waits is cancelled, what has left stays charged and in the books.
    pub async fn delete(&self, account: AccountId, submission: SubmissionId) -> Result<(), Error> {
        let deleted = self.store().delete(account, submission, self.now()).await?;
        self.wake_expansion();
        match deleted {
            Deletion::Deleted => Ok(()),
            Deletion::Unknown => Err(Refusal::UnknownSubmission.into()),
            Deletion::Already => Err(Refusal::SubmissionDeleted.into()),
        }
    }

    /// Reads a page of the account's submissions by number: those after `after` that it has not deleted. An empty page is the
    /// end.
    pub async fn submissions(
        &self,
        account: AccountId,
        after: Option<SubmissionId>,
        limit: u32,
    ) -> Result<Vec<Submission>, Error> {
        let currency = self
            .account(account)
            .ok_or(Refusal::UnknownCredential)?
            .currency;
        let found = self.store().submissions(account, after, limit).await?;
        Ok(found
            .into_iter()
            .map(|found| Submission::read(found, currency))
            .collect())
    }

    /// Reads submissions of the account in the order asked for, deleted ones too; others are left out.
    pub async fn submissions_by_id(
        &self,
        account: AccountId,
        submissions: Vec<SubmissionId>,
    ) -> Result<Vec<Submission>, Error> {
        let currency = self
            .account(account)
            .ok_or(Refusal::UnknownCredential)?
            .currency;
        let found = self.store().submissions_by_id(account, submissions).await?;
        Ok(found
            .into_iter()
            .map(|found| Submission::read(found, currency))
            .collect())
    }

    /// Reads the latest submissions to more than one recipient of all accounts, for the operator of the gateway.
    pub async fn latest_campaigns(
        &self,
        limit: u32,
    ) -> Result<Vec<(AccountId, Submission)>, Error> {
        let found = self.store().latest_campaigns(limit).await?;
        let directory = self.directory();
        Ok(found
            .into_iter()
            .filter_map(|found| {
                let account = directory.accounts.get(&found.account)?;
                Some((account.id, Submission::read(found, account.currency)))
            })
            .collect())
    }

    /// Halts a submission, for the operator of the gateway; tells whether anything of it waited.
    pub async fn halt(&self, submission: SubmissionId, halt: Halt) -> Result<bool, Error> {
        Ok(self.store().halt(submission, halt, self.now()).await?)
    }

    /// Lets a paused submission go on, for the operator of the gateway; tells whether it was paused.
    pub async fn resume(&self, submission: SubmissionId) -> Result<bool, Error> {
        Ok(self.store().resume(submission, self.now()).await?)
    }

    /// Makes messages of the next contacts of an expansion; tells whether it has come further.
    pub(crate) async fn expand(&self, expansion: &Expansion) -> Result<bool, Error> {
        let Some(account) = self
            .account(expansion.account)
            .filter(|account| !account.suspended)
        else {
            // It goes on when the account may send again.
            return Ok(false);
        };
        let contacts = self
            .store()
            .contacts_of(
                account.id,
                expansion.list,
                expansion.after,
                expansion.until,
                EXPANDED_AT_ONCE,
            )
            .await?;
        let reached = contacts
            .last()
            .map_or(expansion.until, |contact| contact.id);
        let last = contacts.len() < EXPANDED_AT_ONCE as usize || reached >= expansion.until;
        let messages = self.messages_of(expansion, contacts).await?;
        let step = Step {
            submission: expansion.submission,
            after: expansion.after,
            reached,
            last,
            messages,
            at: self.now(),
        };
        match self.store().expand(step).await {
            Ok(Stepped::Written) => {
                self.wake_dispatch();
                Ok(true)
            }
            Ok(Stepped::NoMoney) => {
                tracing::warn!(submission = %expansion.submission, account = %account.name,
                    "prices have risen since a campaign was accepted: it waits for money");
                Ok(false)
            }
            Ok(Stepped::Outdated) => Ok(false),
            Err(error) if error.is_conflict() => {
                self.reload().await?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn messages_of(
        &self,
        expansion: &Expansion,
        contacts: Vec<Contact>,
    ) -> Result<Vec<NewMessage>, Error> {
        if contacts.is_empty() {
            return Ok(vec![]);
        }
        if expansion.expires_at <= self.now() {
            let over = (sms::MessageState::Expired, sms::Reason::LifetimeOver);
            let ended = |contact: Contact| {
                ended_message(
                    Some(contact.number),
                    contact.given,
                    Some(contact.variables),
                    over,
                )
            };
            return Ok(contacts.into_iter().map(ended).collect());
        }
        loop {
            let common = self.common_of(expansion).await?;
            let (directory, limits) = (self.directory(), *self.limits());
            let (account, contacts) = (expansion.account, contacts.clone());
            let originator = common.originator;
            let priced = tokio::task::spawn_blocking(move || {
                let account = directory
                    .accounts
                    .get(&account)
                    .ok_or(Refusal::UnknownCredential)?;
                let mut pricing = Pricing::new(&directory, &limits, account, &common);
                let messages = contacts
                    .into_iter()
                    .map(|contact| {
                        pricing.message_to(contact.number, contact.given, Some(contact.variables))
                    })
                    .collect::<Result<Vec<_>, Refusal>>()?;
                Ok::<_, Refusal>((messages, pricing.unregistered))
            })
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
            let (messages, missing) = priced?;
            if expansion.test
                || !self
                    .register_missing(expansion.account, originator.as_str(), missing)
                    .await?
            {
                return Ok(messages);
            }
        }
    }

    /// Finds again what an expansion's messages have in common.
    async fn common_of(&self, expansion: &Expansion) -> Result<Common, Error> {
        let options: Options = serde_json::from_str(&expansion.options).unwrap_or_default();
        let parse =
            |name: &str| sms::Originator::parse(name).map_err(|_| Refusal::InvalidOriginator);
        let mut common = Common {
            originator: parse(&expansion.originator)?,
            alternative: expansion.alternative.as_deref().map(parse).transpose()?,
            text: expansion.text.clone(),
            variable_names: expansion.variable_names.clone(),
            route_kinds: options.route_kinds,
            test: expansion.test,
            approvals: Approvals::default(),
        };
        self.look_up_approvals(expansion.account, &mut common)
            .await?;
        Ok(common)
    }

    async fn common_of_list(
        &self,
        account: AccountId,
        terms: &Terms,
        list: ListId,
    ) -> Result<Common, Error> {
        // What is wrong with sender or text is told before what is wrong with the list.
        let mut common = self.common(account, terms, vec![]).await?;
        let variables = self.variables(account, list).await?;
        let end = variables
            .iter()
            .map(|variable| variable.position as usize + 1)
            .max();
        common.variable_names = vec![String::new(); end.unwrap_or(0)];
        for variable in variables {
            common.variable_names[variable.position as usize] = variable.name;
        }
        Ok(common)
    }

    /// Prices all contacts of a list but those on the stop list: one page is read while the one before is priced.
    async fn price_list(
        &self,
        account: AccountId,
        list: ListId,
        common: &Arc<Common>,
    ) -> Result<Priced, Error> {
        let read = |after| {
            let all = ContactId(i64::MAX);
            self.store()
                .contacts_of(account, list, after, all, PRICED_AT_ONCE)
        };
        let directory = self.directory();
        let limits = *self.limits();
        let known = directory
            .accounts
            .get(&account)
            .ok_or(Refusal::UnknownCredential)?;
        let mut total = Priced {
            quote: Quote::new(known.currency),
            contacts: 0,
            until: ContactId(0),
            unregistered: vec![],
        };
        let mut first_refusal = None;
        let mut page = read(ContactId(0)).await?;
        while let Some(last) = page.last() {
            total.until = last.id;
            total.contacts += u32::try_from(page.len()).unwrap_or(u32::MAX);
            let (directory, common, quote) =
                (Arc::clone(&directory), Arc::clone(common), total.quote);
            let priced = tokio::task::spawn_blocking(move || {
                let account = directory
                    .accounts
                    .get(&account)
                    .ok_or(Refusal::UnknownCredential)?;
                let mut pricing = Pricing::new(&directory, &limits, account, &common);
                pricing.quote = quote;
                for contact in page.iter().filter(|contact| !contact.stopped) {
                    pricing.add(&contact.number, Some(&contact.variables))?;
                }
                Ok::<_, Refusal>((pricing.quote, pricing.unregistered, pricing.first_refusal))
            });
            let (priced, next) = tokio::join!(priced, read(total.until));
            let priced =
                priced.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
            let (quote, unregistered, refusal) = priced?;
            total.quote = quote;
            first_refusal = first_refusal.or(refusal);
            total.unregistered.extend(unregistered);
            page = next?;
        }
        if total.quote.messages() == 0 {
            // An unknown list has no contacts either.
            self.list(account, list).await?;
            return Err(first_refusal.unwrap_or(Refusal::NoValidRecipients).into());
        }
        total.unregistered.sort_unstable();
        total.unregistered.dedup();
        Ok(total)
    }

    /// Makes the copy that shows somebody what recipients get: routed like theirs, at no price.
    fn control_copy(
        &self,
        account: AccountId,
        common: &Common,
        number: &str,
    ) -> Result<NewMessage, Error> {
        let (number, given): (Msisdn, _) = parse(number).ok_or(Refusal::InvalidNumber)?;
        let directory = self.directory();
        let account = directory
            .accounts
            .get(&account)
            .ok_or(Refusal::UnknownCredential)?;
        let mut pricing = Pricing::new(&directory, self.limits(), account, common);
        let recipient = Recipient::new(given.as_deref().unwrap_or(number.as_str()));
        let mut copy = pricing.message(recipient, Some(String::new()))?;
        copy.price_micros = 0;
        Ok(copy)
    }
}
