//! What the promises are tried on: accounts with money, a way out, and short words for the usual steps.

use std::pin::Pin;
use std::task::Poll;

use sms::ledger::Book;
use sms::{Currency, Form, Lane, MessageState, Msisdn, Outcome, Reason, Timestamp};

use crate::accounts::NewAccount;
use crate::notices::Tells;
use crate::queue::{AcceptedSegment, Answer, Claim, Claimed, Rest};
use crate::receipts::{Match, NewReceipt};
use crate::submissions::{Acceptance, Message, NewMessage, NewSubmission};
use crate::{AccountId, ConnectorId, MessageId, Store, SubmissionId};

/// The price of one segment in every promise.
pub(super) const PRICE: i64 = 130_000;

/// More than any promise spends.
pub(super) const PLENTY: i64 = 1_000_000_000_000;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;

/// How long messages may wait to leave.
pub(super) const LIFETIME: i64 = 24 * HOUR;

/// The moment so many milliseconds after the promise began.
pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

/// One account with money and one connector.
pub(super) struct World<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) account: AccountId,
    pub(super) connector: ConnectorId,
}

impl<'a> World<'a> {
    pub(super) async fn new(store: &'a dyn Store, balance: i64) -> Self {
        let account = account(store, "payer", balance).await;
        let connector = store.put_connector("way", "{}", b"").await.unwrap();
        Self {
            store,
            account,
            connector,
        }
    }

    pub(super) fn submission(&self, messages: usize) -> NewSubmission {
        submission(self.account, self.connector, messages)
    }

    /// Accepts that many messages of one segment.
    pub(super) async fn accept(&self, messages: usize) -> SubmissionId {
        accept(self.store, self.submission(messages)).await
    }

    /// Accepts one message of so many segments and leases it.
    pub(super) async fn leased(&self, segments: u16) -> Sent<'_> {
        let submission = accept(self.store, long(self.submission(1), segments)).await;
        let claimed = self.claim(u32::from(segments)).await;
        assert_eq!(claimed.len(), 1, "one message waits");
        Sent {
            world: self,
            submission,
            message: claimed[0],
        }
    }

    pub(super) async fn claim(&self, max_segments: u32) -> Vec<MessageId> {
        self.claim_at(max_segments, at(0)).await
    }

    pub(super) async fn claim_at(&self, max_segments: u32, now: Timestamp) -> Vec<MessageId> {
        let claimed = claim(self.store, self.connector, max_segments, now).await;
        claimed.messages.iter().map(|message| message.id).collect()
    }

    pub(super) async fn messages(&self, submission: SubmissionId) -> Vec<Message> {
        let all = self
            .store
            .messages(self.account, submission, None, None, u32::MAX);
        all.await.unwrap()
    }

    pub(super) async fn book(&self) -> Book {
        self.store.book(self.account).await.unwrap().unwrap()
    }

    pub(super) async fn receipts(&self, receipts: Vec<NewReceipt>) -> Vec<Match> {
        self.store.record_receipts(receipts).await.unwrap()
    }
}

/// One message on its way.
pub(super) struct Sent<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) submission: SubmissionId,
    pub(super) message: MessageId,
}

impl Sent<'_> {
    /// Records an answer: the segments taken with their ids, and the rest.
    pub(super) async fn answer(&self, accepted: &[(u16, &str)], rest: Rest, now: Timestamp) {
        let answer = answer(self.world.connector, self.message, accepted, rest, now);
        self.world.store.record_answers(vec![answer]).await.unwrap();
    }

    pub(super) async fn receipt(&self, id: &str, outcome: Outcome, now: Timestamp) -> Match {
        let receipt = receipt(self.world.connector, &[id], Some(outcome), now);
        self.world.receipts(vec![receipt]).await[0]
    }

    pub(super) async fn now(&self) -> Message {
        let mut messages = self.world.messages(self.submission).await;
        assert_eq!(messages.len(), 1);
        messages.remove(0)
    }

    pub(super) async fn state(&self) -> (MessageState, Reason) {
        let message = self.now().await;
        (message.state, message.reason)
    }
}

pub(super) async fn account(store: &dyn Store, name: &str, balance: i64) -> AccountId {
    let account = NewAccount {
        name: name.into(),
        parent: None,
        currency: Currency::UAH,
        settings: "{}".into(),
    };
    let id = store.add_account(account, at(0)).await.unwrap();
    if balance != 0 {
        store.top_up(id, balance, "begin", at(0)).await.unwrap();
    }
    id
}

pub(super) fn submission(
    account: AccountId,
    connector: ConnectorId,
    messages: usize,
) -> NewSubmission {
    let message = |index| NewMessage {
        recipient: Some(Msisdn::parse(&format!("{}", 380_670_000_000_u64 + index)).unwrap()),
        given: None,
        variables: None,
        text: None,
        originator: None,
        once: None,
        segments: 1,
        price_micros: PRICE,
        connector: Some(connector),
        state: MessageState::Queued,
        reason: Reason::None,
        alternative: false,
        awaits: None,
    };
    NewSubmission {
        account,
        originator: "Info".into(),
        alternative: None,
        form: Form::default(),
        variable_names: Vec::new(),
        reference: None,
        once: None,
        mailing: None,
        tells: Tells::default(),
        passes_stops: false,
        text: "text".into(),
        lane: Lane::Transactional,
        source: None,
        test: false,
        created_at: at(0),
        start_at: None,
        expires_at: at(LIFETIME),
        parts: None,
        control: None,
        expansion: None,
        messages: (0..messages as u64).map(message).collect(),
    }
}

/// Makes every message so many segments long, at their price.
pub(super) fn long(mut submission: NewSubmission, segments: u16) -> NewSubmission {
    for message in &mut submission.messages {
        message.segments = segments;
        message.price_micros = PRICE * i64::from(segments);
    }
    submission
}

/// Holds every message until `start_at`.
pub(super) fn scheduled(mut submission: NewSubmission, start_at: Timestamp) -> NewSubmission {
    submission.start_at = Some(start_at);
    for message in &mut submission.messages {
        message.state = MessageState::Held;
        message.reason = Reason::Scheduled;
    }
    submission
}

pub(super) async fn accept(store: &dyn Store, submission: NewSubmission) -> SubmissionId {
    match store.accept(submission).await.unwrap() {
        Acceptance::Accepted { submission, .. } => submission,
        Acceptance::Insufficient { available_micros } => panic!("only {available_micros} there"),
        Acceptance::NobodyLeft => panic!("every number is on the stop list"),
        Acceptance::Repeated { submission } => panic!("it repeats {submission}"),
    }
}

pub(super) async fn claim(
    store: &dyn Store,
    connector: ConnectorId,
    max_segments: u32,
    now: Timestamp,
) -> Claimed {
    let turns = [AccountId(0); Lane::ALL.len()];
    let claim = Claim {
        connector,
        max_segments,
        max_otp_segments: 0,
        turns,
        now,
    };
    store.claim(claim).await.unwrap()
}

pub(super) fn answer(
    connector: ConnectorId,
    message: MessageId,
    accepted: &[(u16, &str)],
    rest: Rest,
    now: Timestamp,
) -> Answer {
    let segment = |&(index, id): &(u16, &str)| AcceptedSegment {
        index,
        upstream_id: id.as_bytes().to_vec(),
        verbatim: None,
    };
    Answer {
        message,
        connector,
        accepted: accepted.iter().map(segment).collect(),
        rest,
        at: now,
    }
}

pub(super) fn receipt(
    connector: ConnectorId,
    candidates: &[&str],
    outcome: Option<Outcome>,
    now: Timestamp,
) -> NewReceipt {
    let octets = |candidate: &&str| candidate.as_bytes().to_vec();
    NewReceipt {
        connector,
        candidates: candidates.iter().map(octets).collect(),
        numbers: [None; 2],
        outcome,
        at: now,
    }
}

/// Asserts that the books balance.
pub(super) async fn sound(store: &dyn Store) {
    let audit = store.audit().await.unwrap();
    assert!(audit.violations.is_empty(), "{:?}", audit.violations);
}

/// Runs all futures at once on this task; answers in their order.
pub(super) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if outputs.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    outputs
        .into_iter()
        .map(|output| output.expect("every future has ended"))
        .collect()
}
