//! One step of an expansion: the next contacts of a list become messages of a campaign.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sms::{Lane, MessageState, Reason, Refusal};
use store::SubmissionId;
use store::campaigns::{Expansion, Step, Stepped};
use store::contacts::Contact;
use store::notices::Tells;
use store::submissions::NewMessage;

use crate::directory::RouteKinds;
use crate::pricing::{Approvals, Common, Own, Pricing, ended_message};
use crate::{Error, Gateway, apart};

/// How many contacts become messages in one transaction: few enough for others to get their turn between.
pub(super) const EXPANDED_AT_ONCE: u32 = 2_000;

/// Is what an expansion needs to know and the store does not look into.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Options {
    pub(super) route_kinds: RouteKinds,
}

impl Options {
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data with text keys is JSON")
    }

    /// Reads what [`Options::to_json`] wrote; what another version wrote may not be readable.
    fn read(json: &str) -> Result<Self, store::Error> {
        serde_json::from_str(json).map_err(|error| {
            store::Error::other("a campaign's options cannot be read", Some(error.into()))
        })
    }
}

impl Gateway {
    /// Expands a campaign that one step is enough for, so that whoever asks about it next finds its messages. When this does not
    /// succeed the task will.
    pub(super) async fn expand_now(&self, submission: SubmissionId) {
        let before = SubmissionId(submission.0 - 1);
        let expanded = async {
            let expansions = self.store().expansions(Some(before), 1).await?;
            match expansions.first() {
                Some(expansion) if expansion.submission == submission => {
                    self.expand(expansion).await
                }
                _ => Ok(false),
            }
        };
        if let Err(error) = expanded.await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(%submission, error, "a campaign is not expanded at once");
        }
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
            .contacts_to_expand(expansion.submission, EXPANDED_AT_ONCE)
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
                if !expansion.waits_for_money {
                    tracing::warn!(submission = %expansion.submission, account = %account.name,
                        "prices have risen since a campaign was accepted: it waits for money");
                }
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
        let (over, contacts) = self.part_from_those_over(expansion, contacts);
        if contacts.is_empty() {
            return Ok(over);
        }
        loop {
            let common = self.common_of(expansion).await?;
            let (directory, limits) = (self.directory(), *self.limits());
            let (account, contacts) = (expansion.account, contacts.clone());
            let priced = apart::run(move || {
                let mut pricing =
                    Pricing::new(&directory, &limits, account, &common)?.of_accepted();
                let messages = contacts
                    .into_iter()
                    .map(|contact| {
                        let own = Own::variables(&contact.variables);
                        pricing.message_to(contact.number, contact.given, own)
                    })
                    .collect::<Result<Vec<_>, Refusal>>()?;
                Ok::<_, Refusal>((messages, pricing.unregistered))
            })
            .await;
            let (priced, missing) = priced?;
            if expansion.test || !self.register_missing(expansion.account, missing).await? {
                return Ok(over.into_iter().chain(priced).collect());
            }
        }
    }

    /// Makes expired messages of the contacts whose part should have left by now, as after a long wait for money; gives back the
    /// others.
    fn part_from_those_over(
        &self,
        expansion: &Expansion,
        mut contacts: Vec<Contact>,
    ) -> (Vec<NewMessage>, Vec<Contact>) {
        let now = self.now();
        let expires_at = |position: u32| {
            let delay = expansion.parts.map_or(0, |parts| {
                let part = i64::from(position / parts.size.max(1));
                part.saturating_mul(parts.interval_ms)
            });
            expansion.expires_at.plus_millis(delay)
        };
        let too_late = (expansion.written..)
            .zip(&contacts)
            .take_while(|(position, _)| expires_at(*position) <= now)
            .count();
        let rest = contacts.split_off(too_late);
        let ended = |contact: Contact| {
            ended_message(
                Some(contact.number),
                contact.given,
                Some(contact.variables),
                (MessageState::Expired, Reason::LifetimeOver),
            )
        };
        (contacts.into_iter().map(ended).collect(), rest)
    }

    /// Finds again what an expansion's messages have in common.
    async fn common_of(&self, expansion: &Expansion) -> Result<Common, Error> {
        let options = Options::read(&expansion.options)?;
        let parse =
            |name: &str| sms::Originator::parse(name).map_err(|_| Refusal::InvalidOriginator);
        let mut common = Common {
            originator: parse(&expansion.originator)?,
            alternative: expansion.alternative.as_deref().map(parse).transpose()?,
            own_originators: HashMap::new(),
            text: expansion.text.clone(),
            form: expansion.form,
            variable_names: expansion.variable_names.clone(),
            lane: Lane::Bulk,
            route_kinds: options.route_kinds,
            passed_over: self.0.health.passed_over(),
            test: expansion.test,
            // The store knows it.
            tells: Tells::default(),
            approvals: Approvals::default(),
        };
        self.look_up_approvals(expansion.account, &mut common)
            .await?;
        Ok(common)
    }
}
