//! Asks upstreams what became of segments for which no receipt has come.

use std::collections::HashMap;

use sms::Timestamp;
use store::receipts::{Place, Unreported, UnreportedPage};
use store::{ConnectorId, MessageId};
use tokio_util::sync::CancellationToken;

use super::active::{ActiveConnector, Actives};
use super::ticks::Ticks;
use crate::Gateway;

/// How many segments are asked for at one tick: queries take of the throughput that messages need.
const AT_ONCE: usize = 10;

/// How many segments are looked at in one tick.
const LOOKED_AT: u32 = 500;

/// How many segments of one connector are remembered as asked for; further ones have their turn when these are reported or ended.
const REMEMBERED: usize = 20_000;

pub(crate) async fn run(gateway: Gateway, actives: Actives, stop: CancellationToken) {
    let mut ticks = Ticks::every(gateway.0.tempo.conditions_ms);
    let mut rounds: HashMap<ConnectorId, Round> = HashMap::new();
    while ticks.next(&stop).await {
        let running = actives.all();
        rounds.retain(|id, _| running.iter().any(|active| active.id == *id));
        for active in running {
            let after_ms = active.settings().query_after_ms;
            if after_ms == 0 || !active.connector.is_up() {
                continue;
            }
            let round = rounds.entry(active.id).or_default();
            if let Err(error) = ask(&gateway, &active, round, after_ms).await {
                let connector = &active.name;
                tracing::error!(
                    connector,
                    ?error,
                    "cannot look for segments without a receipt"
                );
            }
        }
    }
}

/// Asks for some of the segments that are due, from where the round has come to.
async fn ask(
    gateway: &Gateway,
    active: &ActiveConnector,
    round: &mut Round,
    after_ms: u32,
) -> Result<(), store::Error> {
    let now = gateway.now();
    let before = now.plus_millis(-i64::from(after_ms));
    let page = gateway
        .store()
        .unreported(active.id, before, round.after.clone(), LOOKED_AT)
        .await?;
    let due = round.due(page, now, i64::from(after_ms));
    if !due.is_empty() {
        active.connector.query(due);
    }
    Ok(())
}

/// One way through all segments of a connector that are not reported, and what was asked before.
#[derive(Default)]
struct Round {
    after: Option<Place>,
    number: u64,
    asked: HashMap<(MessageId, u16), Asked>,
}

/// When a segment was asked for last.
struct Asked {
    again_at: Timestamp,
    /// The pause before that; doubled each time, since what is not known now is hardly known in a moment.
    pause_ms: i64,
    /// The round that has seen it last: what a whole round has not seen is reported, or has ended.
    seen: u64,
}

impl Round {
    /// Picks those of a page that are to be asked for now, and goes on behind the last one looked at.
    fn due(&mut self, page: UnreportedPage, now: Timestamp, pause_ms: i64) -> Vec<Unreported> {
        let mut due = Vec::new();
        for segment in page.segments {
            if due.len() == AT_ONCE {
                return due;
            }
            let key = (segment.message, segment.segment);
            self.after = Some(segment.place());
            let is_full = self.asked.len() >= REMEMBERED;
            match self.asked.get_mut(&key) {
                Some(asked) if asked.again_at > now => asked.seen = self.number,
                Some(asked) => {
                    asked.seen = self.number;
                    asked.pause_ms = asked.pause_ms.saturating_mul(2);
                    asked.again_at = now.plus_millis(asked.pause_ms);
                    due.push(segment);
                }
                None if is_full => {}
                None => {
                    let first = Asked {
                        again_at: now.plus_millis(pause_ms),
                        pause_ms,
                        seen: self.number,
                    };
                    self.asked.insert(key, first);
                    due.push(segment);
                }
            }
        }
        self.after = page.next;
        if self.after.is_none() {
            let number = self.number;
            self.asked.retain(|_, asked| asked.seen == number);
            self.number += 1;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use sms::Msisdn;

    use super::*;

    fn page(numbers: std::ops::Range<i64>) -> UnreportedPage {
        UnreportedPage {
            segments: segments(numbers),
            next: None,
        }
    }

    fn segments(numbers: std::ops::Range<i64>) -> Vec<Unreported> {
        let segment = |number| Unreported {
            message: MessageId(number),
            segment: 0,
            upstream_id: vec![1],
            key: vec![1],
            originator: "Shop".into(),
            recipient: Msisdn::parse("380501234567").unwrap(),
            taken_at: at(0),
        };
        numbers.map(segment).collect()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_segment_is_asked_for_again_after_twice_the_time() {
        let mut round = Round::default();
        let asked: Vec<_> = (0..200_000)
            .step_by(1_000)
            .filter(|now| !round.due(page(1..2), at(*now), 10_000).is_empty())
            .collect();
        assert_eq!(asked, [0, 10_000, 30_000, 70_000, 150_000]);
    }

    #[test]
    fn many_are_asked_for_some_at_a_time_and_every_one_once() {
        let mut round = Round::default();
        let mut asked = Vec::new();
        for _ in 0..4 {
            let after = round.after.as_ref().map_or(0, |after| after.message.0);
            asked.extend(round.due(page(after + 1..36), at(0), 10_000));
        }
        assert_eq!(asked, segments(1..36));
        assert_eq!(round.after, None, "the next round begins");
    }

    #[test]
    fn what_is_reported_is_forgotten() {
        let mut round = Round::default();
        for _ in 0..4 {
            round.due(page(1..11), at(0), 10_000);
        }
        assert_eq!(round.asked.len(), 10);
        round.due(page(1..4), at(0), 10_000);
        assert_eq!(round.asked.len(), 3);
    }
}
