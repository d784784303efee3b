//! What was sent before the request, and what became of it.
//!
//! | fact | meaning |
//! | --- | --- |
//! | `sent to NUMBERS` | the account submitted `Testing SMS` from `Info` |
//! | `sent from SENDER to NUMBERS saying TEXT` | it submitted another text |
//! | `tested with NUMBERS`, `scheduled to NUMBERS` | it submitted `Testing SMS` as a test, or to start a minute later |
//! | `personal NUMBER with VARIABLES` | it submitted `Hi %1%` to a number with variables |
//! | `campaign to the book`, `campaign in parts of N` | it submitted `Testing SMS` to the book, at once or in parts ten minutes apart |
//! | `sent by another account` | another account did |
//! | `price becomes AMOUNT` | the tariff has changed |
//! | `taken` | the operator took what may leave and is silent; else all waits |
//! | `all taken` | the time of everything has come, and the operator took it |
//! | `settled` | it reported outcomes a minute later: numbers in `0001` are undelivered, `0002` rejected as spam, `0003` refused, others delivered |
//! | `taken for spam`, `paused`, `cancelled`, `deleted` | the last submission was: the first two by the operator of the gateway |
//! | `approved`, `denied` | every pending sender name was |
//! | `without money` | the last submission has come to wait for money |
//! | `message N STATE REASON` | the N-th message of the last submission is in a state, for a reason (`none` when it is not said) |

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gateway::clock::Clock as _;
use gateway::{
    AccountId, Campaign, Gateway, Halt, ListId, Running, SubmissionId, SubmissionParts, Submit,
    Terms, To,
};
use sms::{CampaignState, Lane, MessageState, Outcome, Reason, SenderStatus};
use testkit::TestClock;
use testkit::operator::{Fate, Operator};

const MINUTE_MS: i64 = 60_000;

/// More submissions than any file has.
const ALL: u32 = 100;

/// Says what happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Happened {
    Sent(Sent),
    Campaign {
        size: Option<u32>,
    },
    SentByAnother,
    PriceBecomes(String),
    Taken,
    AllTaken,
    Settled,
    Halted(Halt),
    Cancelled,
    Deleted,
    Decided(SenderStatus),
    WithoutMoney,
    Brought {
        position: i64,
        state: MessageState,
        reason: Reason,
    },
}

/// Says what was sent to whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sent {
    sender: String,
    text: String,
    numbers: Vec<String>,
    variables: Option<String>,
    test: bool,
    later: bool,
}

impl Happened {
    /// Reads a fact; `None` when it is none of these.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        let sent = |numbers: &[&str]| Sent {
            sender: "Info".into(),
            text: "Testing SMS".into(),
            numbers: numbers.iter().map(|number| (*number).into()).collect(),
            variables: None,
            test: false,
            later: false,
        };
        Some(match words {
            ["sent", "by", "another", "account"] => Self::SentByAnother,
            ["sent", "to", numbers @ ..] => Self::Sent(sent(numbers)),
            ["sent", "from", sender, "to", rest @ ..] => {
                let saying = rest.iter().position(|word| *word == "saying")?;
                Self::Sent(Sent {
                    sender: (*sender).into(),
                    text: rest[saying + 1..].join(" "),
                    ..sent(&rest[..saying])
                })
            }
            ["tested", "with", numbers @ ..] => Self::Sent(Sent {
                test: true,
                ..sent(numbers)
            }),
            ["scheduled", "to", numbers @ ..] => Self::Sent(Sent {
                later: true,
                ..sent(numbers)
            }),
            ["personal", number, "with", variables @ ..] => Self::Sent(Sent {
                text: "Hi %1%".into(),
                variables: Some(variables.join(" ")),
                ..sent(&[number])
            }),
            ["campaign", "to", "the", "book"] => Self::Campaign { size: None },
            ["campaign", "in", "parts", "of", size] => Self::Campaign {
                size: Some(size.parse().ok()?),
            },
            ["price", "becomes", amount] => Self::PriceBecomes((*amount).into()),
            ["taken"] => Self::Taken,
            ["all", "taken"] => Self::AllTaken,
            ["settled"] => Self::Settled,
            ["taken", "for", "spam"] => Self::Halted(Halt::Spam),
            ["paused"] => Self::Halted(Halt::Paused),
            ["cancelled"] => Self::Cancelled,
            ["deleted"] => Self::Deleted,
            ["approved"] => Self::Decided(SenderStatus::Approved),
            ["denied"] => Self::Decided(SenderStatus::Denied),
            ["without", "money"] => Self::WithoutMoney,
            ["message", position, state, reason @ ..] => Self::Brought {
                position: position.parse().ok()?,
                state: MessageState::from_name(state)?,
                reason: match reason {
                    [] => Reason::None,
                    [reason] => Reason::from_name(reason)?,
                    _ => return None,
                },
            },
            _ => return None,
        })
    }
}

/// Lets things happen in a world.
pub(crate) struct History<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) clock: &'a TestClock,
    /// The database, for states that no call brings about.
    pub(crate) file: &'a Path,
    pub(crate) account: AccountId,
    pub(crate) another: AccountId,
    /// Whose campaigns follow.
    pub(crate) owner: AccountId,
    /// The book to which they go.
    pub(crate) book: Option<ListId>,
}

impl History<'_> {
    /// Makes a fact true, but for the price, which is the world's.
    pub(crate) async fn happen(&self, happened: &Happened) {
        match happened {
            Happened::Sent(sent) => self.submit(self.account, sent).await,
            Happened::SentByAnother => {
                let Some(Happened::Sent(sent)) = Happened::read(&["sent", "to", "380972920383"])
                else {
                    unreachable!("it is in the table");
                };
                self.submit(self.another, &sent).await;
            }
            Happened::Campaign { size } => self.start(*size).await,
            Happened::PriceBecomes(_) => {}
            Happened::Taken => self.run(|_| Fate::Taken, has_left).await,
            Happened::AllTaken => {
                let rests = |submission: &gateway::Submission| submission.tally.waiting() == 0;
                self.run(|_| Fate::Taken, rests).await;
            }
            Happened::Settled => {
                self.clock.advance_ms(MINUTE_MS);
                self.run(settle, has_ended).await;
            }
            Happened::Halted(halt) => {
                let halted = self.gateway.halt(self.last().await, *halt).await.unwrap();
                assert!(halted, "something of it waits");
            }
            Happened::Cancelled => {
                let last = self.last().await;
                self.gateway.cancel(self.owner, last).await.unwrap();
            }
            Happened::Deleted => {
                let last = self.last().await;
                self.gateway.delete(self.owner, last).await.unwrap();
            }
            Happened::Decided(status) => {
                for sender in self.gateway.senders(None, None, ALL).await.unwrap() {
                    if sender.status == SenderStatus::Pending {
                        self.gateway
                            .decide_sender(sender.id, *status, "")
                            .await
                            .unwrap();
                    }
                }
                self.run(|_| Fate::Taken, has_left).await;
            }
            Happened::WithoutMoney => {
                let waits =
                    |submission: &gateway::Submission| submission.state == CampaignState::NoMoney;
                self.run(|_| Fate::Taken, waits).await;
            }
            Happened::Brought {
                position,
                state,
                reason,
            } => self.bring(self.last().await, *position, *state, *reason),
        }
    }

    /// Writes a state into a message's row: no operator brings about each state for each reason.
    fn bring(&self, submission: SubmissionId, position: i64, state: MessageState, reason: Reason) {
        let connection = rusqlite::Connection::open(self.file).unwrap();
        let first = "SELECT first_message_id FROM submission WHERE id = ?1";
        let first: i64 = connection
            .query_row(first, [submission.0], |row| row.get(0))
            .unwrap();
        let id = first + position - 1;
        let now = self.clock.now().as_millis();
        let taken = match state {
            MessageState::Submitted
            | MessageState::InDoubt
            | MessageState::Delivered
            | MessageState::Undelivered
            | MessageState::Expired => Some(now),
            MessageState::Held
            | MessageState::Queued
            | MessageState::Rejected
            | MessageState::InvalidNumber
            | MessageState::Suppressed
            | MessageState::Cancelled
            | MessageState::Failed => None,
        };
        let done = state.is_final().then_some(now);
        let update = "UPDATE message SET state = ?2, reason = ?3, submitted_at = coalesce(submitted_at, ?4), done_at = ?5, \
                      changed_at = ?6 WHERE id = ?1";
        let values = (id, state.as_u8(), reason.as_u8(), taken, done, now);
        assert_eq!(
            connection.execute(update, values).unwrap(),
            1,
            "message {position}"
        );
        if state != MessageState::Queued {
            for table in ["queue", "deferred", "lease"] {
                let delete = format!("DELETE FROM {table} WHERE message_id = ?1");
                connection.execute(&delete, [id]).unwrap();
            }
        }
    }

    async fn submit(&self, account: AccountId, sent: &Sent) {
        let to = |number: &String| To {
            variables: sent.variables.clone(),
            ..To::number(number)
        };
        let start_at = self.gateway.now().plus_millis(MINUTE_MS);
        let submit = Submit {
            account,
            terms: Terms {
                originator: sent.sender.clone(),
                text: sent.text.clone(),
                start_at: sent.later.then_some(start_at),
                test: sent.test,
                ..Terms::default()
            },
            recipients: sent.numbers.iter().map(to).collect(),
            lane: Lane::Bulk,
            drop_repeats: false,
        };
        self.gateway.submit(submit).await.unwrap();
    }

    async fn start(&self, size: Option<u32>) {
        let parts = |size| SubmissionParts {
            size,
            interval_ms: 10 * MINUTE_MS,
        };
        let campaign = Campaign {
            account: self.owner,
            terms: Terms {
                originator: "Info".into(),
                text: "Testing SMS".into(),
                ..Terms::default()
            },
            list: self.book.expect("a book before its campaign"),
            parts: size.map(parts),
            control: None,
        };
        self.gateway.submit_campaign(campaign).await.unwrap();
    }

    /// Returns the last submission that has not been deleted.
    pub(crate) async fn last(&self) -> SubmissionId {
        let all = self
            .gateway
            .submissions(self.owner, None, ALL)
            .await
            .unwrap();
        all.last().expect("something was submitted").id
    }

    /// Lets the tasks run until every submission of the account rests.
    pub(crate) async fn run(
        &self,
        fate: impl Fn(&str) -> Fate + Send + Sync + 'static,
        rests: impl Fn(&gateway::Submission) -> bool,
    ) {
        let operator = Operator::new(move |attempt| fate(attempt.recipient.as_str()));
        let running = Running::start(self.gateway.clone(), Arc::new(operator), None).await;
        let settled = async {
            loop {
                let all = self
                    .gateway
                    .submissions(self.account, None, ALL)
                    .await
                    .unwrap();
                if all.iter().all(&rests) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(20), settled).await;
        in_time.expect("the messages come to rest");
        running.stop().await;
    }
}

/// Tells whether nothing is about to leave: what is held waits for a time or for money.
fn has_left(submission: &gateway::Submission) -> bool {
    let tally = &submission.tally;
    tally.count(MessageState::Queued) == 0 && tally.held_by(Reason::Moderation) == 0
}

fn has_ended(submission: &gateway::Submission) -> bool {
    let on_the_way = [MessageState::Submitted, MessageState::InDoubt];
    has_left(submission)
        && on_the_way
            .iter()
            .all(|state| submission.tally.count(*state) == 0)
}

fn settle(recipient: &str) -> Fate {
    match &recipient[recipient.len() - 4..] {
        "0001" => Fate::Reported(Outcome::Undelivered(Reason::AbsentSubscriber)),
        "0002" => Fate::Refused(Reason::Spam),
        "0003" => Fate::Refused(Reason::DestinationRefused),
        _ => Fate::Reported(Outcome::Delivered),
    }
}
