//! Running: what a mailing that is due submits, and what becomes of the run.

use std::collections::BTreeSet;

use sms::{Form, Lane, Refusal, Timestamp};
use store::campaigns::Halt;
use store::mailings::{Mailing, Run};
use store::{AccountId, ListId, MailingId, SubmissionId};

use super::Plan;
use super::stored::Stored;
use crate::submit::Occasion;
use crate::{Error, Gateway, Once, Submit, Terms, To};

/// How long a run is put off that waits for money, or that an error kept from being made.
const PUT_OFF_MS: i64 = 60_000;

/// The most contact lists of one plan.
const MOST_LISTS: usize = 1_000;

/// What came of an attempt to run.
enum Outcome {
    /// It has been submitted, now or by somebody else before.
    Submitted(SubmissionId),
    /// It cannot be submitted now or later.
    Refused(Refusal),
    /// The balance does not cover it.
    WaitsForMoney,
}

impl Gateway {
    /// Runs a mailing that is due, and notes that it ran; nothing is sent twice, whoever else runs it at the same time, and when
    /// it was run before without that having been noted. After an error it is due again, now or in a while: one that always fails
    /// must not keep the others waiting.
    pub(crate) async fn run_mailing(&self, due: Mailing) -> Result<(), Error> {
        let run = Run {
            mailing: due.id,
            before: due.runs,
            changed_at: due.changed_at,
        };
        let stored = match Stored::read(due.plan.clone()).await {
            Ok(stored) => stored,
            Err(error) => {
                // Written by a later version: nobody can run it, and it must not keep the others waiting.
                tracing::error!(mailing = %due.id, %error, "a mailing's plan cannot be read");
                self.store()
                    .mailing_ran(run, None, None, self.now())
                    .await?;
                return Ok(());
            }
        };
        let made = match self.try_run(&due, &stored.plan).await {
            Ok(Outcome::Submitted(submission)) => Some(submission),
            Ok(Outcome::Refused(refusal)) => {
                tracing::warn!(mailing = %due.id, account = %due.account, %refusal, "a mailing's run is refused");
                None
            }
            Ok(Outcome::WaitsForMoney) => return self.put_off(run).await,
            Err(error) => {
                self.put_off(run).await?;
                return Err(error);
            }
        };
        let now = self.now();
        let next_at = stored.next(due.runs.saturating_add(1), due.next_at, now);
        self.store().mailing_ran(run, made, next_at, now).await?;
        if let Some(submission) = made {
            self.halt_if_disabled(due.account, due.id, submission, now)
                .await?;
        }
        Ok(())
    }

    /// Runs a mailing that has just been made or changed, when it is due now. What cannot be done now is done by the task.
    pub(super) async fn run_if_due(&self, account: AccountId, mailing: MailingId) {
        let found = match self.store().mailing(account, mailing).await {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%mailing, ?error, "cannot look whether a mailing is due");
                return;
            }
        };
        let is_due = |found: &Mailing| found.next_at.is_some_and(|next| next <= self.now());
        if let Some(due) = found.filter(is_due)
            && let Err(error) = self.run_mailing(due).await
        {
            tracing::error!(
                %mailing, error = &error as &dyn std::error::Error,
                "cannot run a mailing"
            );
        }
    }

    /// Makes what a run of a plan submits, to these of its lists.
    pub(super) async fn run_of(
        &self,
        account: AccountId,
        plan: &Plan,
        lists: Vec<i64>,
    ) -> Result<Submit, Error> {
        let most = self.limits().recipients;
        let too_many = || Refusal::TooManyRecipients {
            limit: u32::try_from(most).unwrap_or(u32::MAX),
        };
        let to = |(number, text): &(String, Option<String>)| To {
            text: text.clone(),
            ..To::number(number)
        };
        let mut recipients: Vec<To> = plan.recipients.iter().map(to).collect();
        let lists: BTreeSet<i64> = lists.into_iter().collect();
        if lists.len() > MOST_LISTS {
            return Err(too_many().into());
        }
        for list in lists {
            if recipients.len() > most {
                return Err(too_many().into());
            }
            let numbers = self.numbers_of_list(account, ListId(list)).await?;
            recipients.extend(numbers.into_iter().map(To::number));
        }
        Ok(Submit {
            account,
            terms: Terms {
                originator: plan.originator.clone(),
                text: plan.text.clone(),
                form: Form::from_u8(plan.form).unwrap_or_default(),
                lifetime_ms: plan.lifetime_ms,
                parts: plan
                    .spread
                    .and_then(|spread| spread.parts(recipients.len())),
                ..Terms::default()
            },
            recipients,
            lane: Lane::Bulk,
            drop_repeats: true,
        })
    }

    async fn try_run(&self, due: &Mailing, plan: &Plan) -> Result<Outcome, Error> {
        match self.submit_run(due, plan).await {
            Ok(submission) => Ok(Outcome::Submitted(submission)),
            Err(Error::Refused(refusal)) => {
                // It may have been submitted before, and not been noted, whatever it is refused for now.
                let made = self
                    .store()
                    .mailing_submissions(due.account, due.id, 1)
                    .await?;
                let newer = made.into_iter().find(|made| Some(*made) > due.last);
                Ok(match (newer, refusal) {
                    (Some(submission), _) => Outcome::Submitted(submission),
                    (None, Refusal::InsufficientFunds { .. }) => Outcome::WaitsForMoney,
                    (None, refusal) => Outcome::Refused(refusal),
                })
            }
            Err(error) => Err(error),
        }
    }

    async fn submit_run(&self, due: &Mailing, plan: &Plan) -> Result<SubmissionId, Error> {
        let mut lists = Vec::new();
        for &list in &plan.lists {
            // One that was removed since has nobody any more.
            if self
                .store()
                .list(due.account, ListId(list))
                .await?
                .is_some()
            {
                lists.push(list);
            }
        }
        let mut submit = self.run_of(due.account, plan, lists).await?;
        let id = due.id.to_string();
        let (run, version) = (due.runs.to_string(), due.changed_at.as_millis().to_string());
        submit.terms.once = Some(Once::new("mailing", &[&id, &run, &version], None));
        submit.terms.reference = Some(due.reference.clone().unwrap_or(id));
        let accepted = self.submit_for(submit, Occasion::Run(due.id)).await?;
        Ok(accepted.submission)
    }

    async fn put_off(&self, run: Run) -> Result<(), Error> {
        let later = self.now().plus_millis(PUT_OFF_MS);
        Ok(self.store().put_off_mailing(run, later).await?)
    }

    /// Whoever disables a mailing while it runs means that run, too.
    async fn halt_if_disabled(
        &self,
        account: AccountId,
        mailing: MailingId,
        submission: SubmissionId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let found = self.store().mailing(account, mailing).await?;
        if found.is_some_and(|found| found.disabled) {
            self.store().halt(submission, Halt::Cancelled, now).await?;
            self.wake_campaigns();
        }
        Ok(())
    }
}
