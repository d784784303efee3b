//! What the demonstration found, as a table, and whether it adds up.

use std::time::Duration;

use anyhow::Context;
use gateway::{AccountId, Gateway, SubmissionId};
use serde_json::Value;
use sms::{MessageState, Money, Tally};

use super::audience;
use crate::dev::World;
use crate::output;

/// How many messages are read at once.
const PAGE: u32 = 10_000;

/// Holds every number of the table.
pub(super) struct Outcome {
    accepted: u64,
    tally: Tally,
    segments: u64,
    /// The sum of the prices in the answers to the sends.
    price: Money,
    before: Money,
    after: Money,
    held: Money,
    /// Sent, delivered, not delivered: as the API reports them.
    reported: [u64; 3],
    /// Whole messages that the phones show.
    on_phones: u64,
    submitted_by: (u64, Duration),
    done_after: Duration,
}

impl Outcome {
    #[expect(clippy::too_many_arguments, reason = "each is one number of the table")]
    pub(super) async fn gather(
        world: &World,
        submissions: &[(SubmissionId, Value)],
        tally: Tally,
        before: Value,
        after: Value,
        reported: &[Value],
        submitted_by: (u64, Duration),
        done_after: Duration,
    ) -> anyhow::Result<Self> {
        let account = world.account()?.id;
        let balance = world.gateway().balance(account).await?;
        let currency = balance.available.currency();
        let money = |value: &Value| {
            Money::parse_decimal(&value.to_string(), currency)
                .with_context(|| format!("{value} is not an amount"))
        };
        let mut price = Money::zero(currency);
        let mut segments = 0;
        for (id, answered) in submissions {
            price = price
                .checked_add(money(answered)?)
                .context("the prices overflow")?;
            segments += segments_of(world.gateway(), account, *id).await?;
        }
        let sum = |member: &str| {
            reported
                .iter()
                .filter_map(|info| info[member].as_u64())
                .sum()
        };
        Ok(Self {
            accepted: tally.total(),
            tally,
            segments,
            price,
            before: money(&before)?,
            after: money(&after)?,
            held: balance.held,
            reported: [sum("sent"), sum("delivered"), sum("not_delivered")],
            on_phones: world.on_phones(),
            submitted_by,
            done_after,
        })
    }

    /// Prints the table and answers what does not add up.
    pub(super) fn print(&self) -> anyhow::Result<Vec<String>> {
        let count = |state| self.tally.count(state);
        let submitted = self.tally.left();
        let (number, time) = self.submitted_by;
        let rate = per_second(number, time);
        let rows = [
            ("accepted", self.accepted.to_string()),
            ("segments", self.segments.to_string()),
            ("price", self.price.to_string()),
            ("submitted", submitted.to_string()),
            ("delivered", count(MessageState::Delivered).to_string()),
            ("undelivered", count(MessageState::Undelivered).to_string()),
            ("expired", count(MessageState::Expired).to_string()),
            ("rejected", count(MessageState::Rejected).to_string()),
            ("balance before", self.before.to_string()),
            ("balance after", self.after.to_string()),
            ("messages/s to the operator", rate),
            (
                "last receipt after",
                format!("{} ms", self.done_after.as_millis()),
            ),
        ];
        output::line("")?;
        for (name, value) in rows {
            output::line(format_args!("  {name:<28}{value:>14}"))?;
        }
        output::line("")?;
        Ok(self.contradictions())
    }

    fn contradictions(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut expect = |what: &str, found: u64, should_be: u64| {
            if found != should_be {
                wrong.push(format!("{what}: {found}, should be {should_be}"));
            }
        };
        let count = |state| self.tally.count(state);
        let bad = [
            (
                "undelivered",
                MessageState::Undelivered,
                audience::UNDELIVERED.len(),
            ),
            ("expired", MessageState::Expired, audience::EXPIRED.len()),
            ("rejected", MessageState::Rejected, audience::REJECTED.len()),
        ];
        let not_delivered: u64 = bad.iter().map(|(_, _, number)| *number as u64).sum();
        for (what, state, number) in bad {
            expect(what, count(state), number as u64);
        }
        let delivered = self.accepted.saturating_sub(not_delivered);
        expect("delivered", count(MessageState::Delivered), delivered);
        expect("messages on the phones", self.on_phones, self.accepted);
        expect("reported as sent", self.reported[0], self.accepted);
        expect("reported as delivered", self.reported[1], delivered);
        expect("reported as not delivered", self.reported[2], not_delivered);
        let spent = self.before.checked_sub(self.after);
        if spent != Some(self.price) || self.held.micros() != 0 {
            wrong.push(format!(
                "the price is {}, the balance went from {} to {}, {} is still held",
                self.price, self.before, self.after, self.held
            ));
        }
        wrong
    }
}

/// Counts the segments of a submission's messages, page by page.
async fn segments_of(
    gateway: &Gateway,
    account: AccountId,
    submission: SubmissionId,
) -> anyhow::Result<u64> {
    let (mut segments, mut after) = (0, None);
    loop {
        let page = gateway
            .messages(account, submission, None, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(segments);
        };
        after = Some(last.id);
        let each = page.iter().map(|message| u64::from(message.segments));
        segments += each.sum::<u64>();
    }
}

fn per_second(number: u64, time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    (number * 1_000 / millis).to_string()
}

#[cfg(test)]
mod tests {
    use sms::{Currency, Reason};

    use super::*;

    /// What 21 messages come to when nothing goes wrong, at 0.10 each.
    fn sound() -> Outcome {
        let mut tally = Tally::new();
        for (state, number) in [
            (MessageState::Undelivered, audience::UNDELIVERED.len()),
            (MessageState::Expired, audience::EXPIRED.len()),
            (MessageState::Rejected, audience::REJECTED.len()),
            (MessageState::Delivered, 16),
        ] {
            tally.add(state, Reason::None, number as u64);
        }
        let money = |micros| Money::new(micros, Currency::UAH);
        Outcome {
            accepted: 21,
            tally,
            segments: 21,
            price: money(2_100_000),
            before: money(1_000_000_000),
            after: money(997_900_000),
            held: money(0),
            reported: [21, 16, 5],
            on_phones: 21,
            submitted_by: (21, Duration::from_millis(10)),
            done_after: Duration::from_millis(20),
        }
    }

    #[test]
    fn a_sound_outcome_has_no_contradictions() {
        assert_eq!(sound().contradictions(), Vec::<String>::new());
    }

    type Spoil = fn(&mut Outcome);

    #[test]
    fn each_number_that_does_not_fit_is_told() {
        let spoilt: [(&str, Spoil); 8] = [
            ("messages on the phones: 20", |it| it.on_phones = 20),
            ("messages on the phones: 22", |it| it.on_phones = 22),
            ("reported as sent: 20", |it| it.reported[0] = 20),
            ("reported as delivered: 17", |it| it.reported[1] = 17),
            ("reported as not delivered: 0", |it| it.reported[2] = 0),
            ("the balance went", |it| it.after = it.before),
            ("is still held", |it| it.held = it.price),
            ("delivered: 16, should be 0", |it| it.accepted = 0),
        ];
        for (expected, spoil) in spoilt {
            let mut outcome = sound();
            spoil(&mut outcome);
            let told = outcome.contradictions();
            let named = told.iter().any(|line| line.contains(expected));
            assert!(named, "{expected}: {told:?}");
        }
    }

    #[test]
    fn a_message_that_ended_otherwise_is_told() {
        let mut outcome = sound();
        outcome.tally.add(MessageState::Expired, Reason::None, 1);
        let told = outcome.contradictions();
        assert_eq!(told, ["expired: 3, should be 2"]);
    }
}
