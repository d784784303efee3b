//! The failures that SMPP programs met in the field, each provoked by its scenario file; docs/failure-cases.md lists them.

mod customers;
mod given;
mod ids;
mod line;
mod long;
mod pace;
mod receipts;
mod silence;

use gateway::{Message, SubmissionId};
use simulator::script::When;
use simulator::{Config, Counters, Script, Simulator};
use sms::{MessageState, Reason};

use crate::world::{LONG, World};

/// The price of a segment, in micro-units.
pub(crate) const PRICE: i64 = 100_000;

/// Starts a network that does what the file of a case says.
pub(crate) async fn provoked(case: &str) -> Simulator {
    hurried(case, 1).await
}

/// The same, with its steps and its late responses so many times as fast.
pub(crate) async fn hurried(case: &str, times: u64) -> Simulator {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../simulator/scenarios");
    let file: Script = format!("{folder}/{case}.toml").parse().unwrap();
    let Script {
        mut scenario,
        mut steps,
    } = file;
    if let Some(late) = &mut scenario.late {
        late.by_ms.min /= times;
        late.by_ms.max /= times;
    }
    for step in &mut steps {
        if let When::At(at_ms) = &mut step.when {
            *at_ms /= times;
        }
        for ms in [&mut step.every_ms, &mut step.for_ms].into_iter().flatten() {
            *ms /= times;
        }
    }
    let config = Config {
        scenario,
        steps,
        receipt_retry_ms: 50,
        ..Config::default()
    };
    Simulator::start(config).await.unwrap()
}

/// Waits until something is so of what a network has counted, and gives the counts.
pub(crate) async fn heard(simulator: &Simulator, so: impl Fn(&Counters) -> bool) -> Counters {
    simulator.inbox().wait_for(LONG, so).await
}

/// Numbers of phones that do as the scenario says.
pub(crate) fn plain(count: u32) -> Vec<String> {
    (0..count)
        .map(|n| format!("38050124{:04}", n + 1_000))
        .collect()
}

/// Numbers of phones with one of four ends in turn, and these ends: a receipt that is taken for another's is then seen.
pub(crate) fn mixed(count: u32) -> (Vec<String>, Vec<MessageState>) {
    use MessageState::{Delivered, Expired, Rejected, Undelivered};
    let ends = [Delivered, Undelivered, Expired, Rejected];
    (0..count)
        .zip(ends.into_iter().cycle())
        .map(|(n, end)| (format!("38050{:03}000{}", n / 4 + 100, n % 4), end))
        .unzip()
}

impl World {
    /// Submits one text to numbers.
    pub(crate) async fn submit_to(&self, text: &str, numbers: &[String]) -> SubmissionId {
        let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
        self.submit(text, &numbers).await
    }

    /// Sends to phones of every end, and waits until each message has that of its phone.
    pub(crate) async fn every_end_is_right(&self, text: &str, count: u32) {
        let (numbers, ends) = mixed(count);
        let submission = self.submit_to(text, &numbers).await;
        self.reaches(submission, &ends).await;
    }

    /// Sends to phones, and waits until all have their message.
    pub(crate) async fn all_are_delivered(&self, text: &str, count: u32) {
        let numbers = plain(count);
        let submission = self.submit_to(text, &numbers).await;
        let ends = vec![MessageState::Delivered; numbers.len()];
        self.reaches(submission, &ends).await;
    }

    pub(crate) async fn sent(&self, submission: SubmissionId) -> Vec<Message> {
        let messages = self
            .gateway
            .messages(self.account, submission, None, None, 10_000);
        messages.await.unwrap()
    }

    /// Waits until something is so of a submission's messages, and gives them.
    pub(crate) async fn wait_for(
        &self,
        submission: SubmissionId,
        so: impl Fn(&[Message]) -> bool,
    ) -> Vec<Message> {
        let mut last = vec![];
        let waiting = async {
            loop {
                last = self.sent(submission).await;
                if so(&last) {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let in_time = tokio::time::timeout(LONG, waiting).await.is_ok();
        assert!(in_time, "it did not come to be so: {last:?}");
        last
    }

    /// Waits until this is what handsets have said to the account's number, in any order.
    pub(crate) async fn has_heard(&self, mut expected: Vec<&str>) {
        expected.sort_unstable();
        let mut heard: Vec<String> = vec![];
        let listening = async {
            while heard != expected {
                let begin = sms::Timestamp::from_millis(0);
                let all = self.gateway.received(self.account, None, begin, None, 100);
                heard = all.await.unwrap().into_iter().map(|it| it.text).collect();
                heard.sort_unstable();
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let in_time = tokio::time::timeout(LONG, listening).await.is_ok();
        assert!(in_time, "{expected:?} were expected: {heard:?}");
    }

    /// Makes a number the account's.
    pub(crate) async fn owns(&self, number: &str) {
        let settings = gateway::AccountSettings {
            numbers: vec![number.into()],
            ..gateway::AccountSettings::default()
        };
        let changed = self
            .gateway
            .change_account(self.account, &settings, 0, false);
        changed.await.unwrap();
    }

    /// Asserts how many segments have been charged and how many have their price on hold, and that the books balance.
    pub(crate) async fn money(&self, held: i64, charged: i64) {
        let balance = self.gateway.balance(self.account).await.unwrap();
        let gone = 1_000_000_000 - balance.available.micros();
        assert_eq!(
            (balance.held.micros(), gone),
            (held * PRICE, (held + charged) * PRICE),
            "held, and held or charged"
        );
        let audit = self.gateway.audit().await.unwrap();
        assert_eq!(audit.violations, []);
    }
}

/// Counts messages by state and reason.
pub(crate) fn counted(messages: &[Message], state: MessageState, reason: Reason) -> usize {
    let alike = |it: &&Message| (it.state, it.reason) == (state, reason);
    messages.iter().filter(alike).count()
}
