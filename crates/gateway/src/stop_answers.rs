//! The answer to a handset that has asked to be left alone: that this has been done. One such message may still be sent, where the
//! law says how [47 CFR 64.1200(a)(12)]: soon, and with nothing else in it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sms::{Lane, Msisdn, Originator, Refusal};
use store::AccountId;
use store::inbound::{NewInbound, Wish};
use tokio::sync::Notify;

use crate::submit::{Occasion, Submit, Terms, To};
use crate::{Error, Gateway, Once};

/// How many answers may wait to be submitted; what comes beyond is not answered.
const MOST_WAITING: usize = 1_000;

/// For how long a handset has no second answer from the same account.
const ONE_WITHIN_MS: i64 = 60 * 60 * 1000;

/// Keeps the answers that wait to be submitted. They are not durable: what the handset asked for is, and a process that stops at
/// the wrong moment leaves it without being told so.
#[derive(Default)]
pub(crate) struct StopAnswers {
    waiting: Mutex<VecDeque<StopAnswer>>,
    pub(crate) rung: Notify,
}

/// Is an answer that is to be submitted.
pub(crate) struct StopAnswer {
    account: AccountId,
    /// The number that the handset wrote to.
    from: String,
    to: Msisdn,
}

impl StopAnswers {
    /// Takes the oldest.
    pub(crate) fn take(&self) -> Option<StopAnswer> {
        self.locked().pop_front()
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<StopAnswer>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gateway {
    /// Has a message answered that has stopped something, if its account wants that and its sender is a telephone of other people:
    /// what is sent by a number of ours would be answered by us for ever.
    pub(crate) fn owe_stop_answer(&self, message: NewInbound) {
        match message.wish {
            Some(Wish::Stop(_)) => {}
            Some(Wish::Start(_)) | None => return,
        }
        let directory = self.directory();
        let (Some(account), Ok(to)) = (message.account, Msisdn::parse(&message.from)) else {
            return;
        };
        let wants = directory
            .accounts
            .get(&account)
            .is_some_and(|account| account.settings.stop_answer.is_some());
        if !wants || directory.owners.has(to.as_str()) {
            return;
        }
        let answers = &self.0.stop_answers;
        let mut waiting = answers.locked();
        if waiting.len() >= MOST_WAITING {
            tracing::warn!(%account, "too many handsets wait to be told that they are left alone");
            return;
        }
        waiting.push_back(StopAnswer {
            account,
            from: message.to,
            to,
        });
        answers.rung.notify_one();
    }

    /// Submits an answer: charged to the account as any message, past the list that the handset is on from now on, and once in an
    /// hour to each handset.
    pub(crate) async fn submit_stop_answer(&self, answer: StopAnswer) {
        let StopAnswer { account, from, to } = answer;
        let settings = self
            .account(account)
            .map(|account| account.settings.clone());
        let Some(text) = settings.and_then(|settings| settings.stop_answer) else {
            return;
        };
        let once = Once::new("stop answer", &[to.as_str()], Some(ONE_WITHIN_MS));
        let submit = Submit {
            account,
            terms: Terms {
                originator: from,
                text,
                once: Some(once),
                ..Terms::default()
            },
            recipients: vec![To::number(to.as_str())],
            lane: Lane::Transactional,
            drop_repeats: false,
        };
        match self.submit_for(submit, Occasion::StopAnswer).await {
            Ok(_) | Err(Error::Refused(Refusal::Duplicate)) => {}
            Err(error) => tracing::warn!(
                %account, error = &error as &dyn std::error::Error,
                "a handset that is left alone from now on is not told so"
            ),
        }
    }
}

/// Reads the number that a handset wrote to as an originator: it need not be among those that the account may use, since whoever
/// wrote there expects the answer from there.
pub(crate) fn answering(given: &str) -> Result<Originator, Refusal> {
    Originator::parse(given).map_err(|_| Refusal::InvalidOriginator)
}
