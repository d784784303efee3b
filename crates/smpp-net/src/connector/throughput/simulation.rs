//! The law against operators of several makes, on a clock of the test's own: nothing here waits.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "milliseconds and counts of minutes fit anywhere"
)]

use std::collections::VecDeque;
use std::ops::Range;

use super::*;
use crate::connector::congestion::Congestion;

/// How an operator counts what it takes.
#[derive(Clone, Copy, Debug)]
enum Make {
    /// So many in each second of its own clock.
    Seconds,
    /// At an even pace, with a quarter of a second of room.
    Even,
    /// A bucket of tokens that holds a second's worth.
    Bucket,
    /// As many as come, but for every fiftieth or so, whatever the rate.
    AnyRate,
}

const MAKES: [Make; 3] = [Make::Seconds, Make::Even, Make::Bucket];

struct Operator {
    make: Make,
    per_second: f64,
    second: u64,
    /// What was taken in this second, or what is in the bucket.
    count: f64,
    at_ms: f64,
}

impl Operator {
    fn new(make: Make, per_second: u32) -> Self {
        Self {
            make,
            per_second: f64::from(per_second),
            second: 0,
            count: 0.0,
            at_ms: 0.0,
        }
    }

    fn takes(&mut self, now_ms: u64) -> bool {
        match self.make {
            Make::Seconds => {
                if self.second != (now_ms + 317) / 1_000 {
                    self.second = (now_ms + 317) / 1_000;
                    self.count = 0.0;
                }
                self.count += 1.0;
                self.count <= self.per_second
            }
            Make::AnyRate => {
                // Knuth's multiplier; the upper bits are the good ones.
                self.second = self
                    .second
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                !(self.second >> 33).is_multiple_of(50)
            }
            Make::Even | Make::Bucket => {
                let now = now_ms as f64;
                let room_ms = match self.make {
                    Make::Even => 250.0,
                    Make::Bucket | Make::Seconds | Make::AnyRate => 1_000.0,
                };
                if self.at_ms > now + room_ms {
                    return false;
                }
                self.at_ms = self.at_ms.max(now) + 1_000.0 / self.per_second;
                true
            }
        }
    }
}

struct Link {
    congestion: Congestion,
    /// When each segment left, and whether it was taken; in order of the answers.
    outstanding: VecDeque<(u64, bool)>,
    again_ms: u64,
}

#[derive(Debug, Default)]
struct Count {
    taken: u32,
    throttled: u32,
}

/// Has two links send all that they may in a span of seconds, and counts answers in each second.
fn run(
    mut throughput: Throughput,
    operator: &mut Operator,
    round_trip_ms: u64,
    window: usize,
    span: Range<u64>,
) -> (Vec<Count>, Throughput) {
    let mut links: Vec<_> = (0..2)
        .map(|_| Link {
            congestion: Congestion::new(),
            outstanding: VecDeque::new(),
            again_ms: 0,
        })
        .collect();
    let mut counts: Vec<_> = span.clone().map(|_| Count::default()).collect();
    for now_ms in span.start * 1_000..span.end * 1_000 {
        for link in &mut links {
            while let Some(&(left_ms, taken)) = link.outstanding.front()
                && left_ms + round_trip_ms <= now_ms
            {
                link.outstanding.pop_front();
                let count = &mut counts[(now_ms / 1_000 - span.start) as usize];
                if taken {
                    count.taken += 1;
                    link.congestion.flowing();
                    throughput.taken(now_ms);
                } else {
                    count.throttled += 1;
                    let is_the_rate = throughput.throttled(now_ms, left_ms);
                    link.congestion.throttled(now_ms, left_ms, is_the_rate);
                }
            }
            if let Some(until_ms) = link.congestion.paused_until_ms(now_ms) {
                link.again_ms = until_ms;
            }
            while now_ms >= link.again_ms && link.outstanding.len() < window {
                match throughput.take(now_ms, Lane::Bulk) {
                    Ok(()) => {
                        let taken = operator.takes(now_ms);
                        link.outstanding.push_back((now_ms, taken));
                    }
                    Err(again_ms) => link.again_ms = again_ms,
                }
            }
        }
    }
    (counts, throughput)
}

fn sum(counts: &[Count]) -> (f64, f64) {
    counts.iter().fold((0.0, 0.0), |(taken, throttled), count| {
        (
            taken + f64::from(count.taken),
            throttled + f64::from(count.throttled),
        )
    })
}

#[test]
fn an_operator_is_sent_nine_tenths_of_what_it_takes_and_throttles_less_than_a_twentieth() {
    let mut failures = vec![];
    for make in MAKES {
        for per_second in [1_u32, 3, 10, 50, 200] {
            for agreed in [0, per_second, per_second * 2, per_second * 10] {
                for (round_trip_ms, window) in [(1, 10), (50, 50), (300, 100)] {
                    let mut operator = Operator::new(make, per_second);
                    let begun = Throughput::new(agreed);
                    let (counts, _) = run(begun, &mut operator, round_trip_ms, window, 0..150);
                    let (taken, throttled) = sum(&counts[30..]);
                    let most = (window * 2) as f64 * 1_000.0 / round_trip_ms as f64;
                    let expected = f64::from(per_second).min(most) * 120.0;
                    if taken < expected * 0.9 || throttled > (taken + throttled) * 0.05 {
                        failures.push(format!(
                            "{make:?} {per_second}/s, {agreed} agreed, {round_trip_ms} ms: {:.3} taken, {:.3} throttled",
                            taken / expected,
                            throttled / (taken + throttled)
                        ));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn an_operator_that_becomes_slower_or_faster_is_followed() {
    for make in MAKES {
        let mut operator = Operator::new(make, 100);
        let (_, slow) = run(Throughput::new(100), &mut operator, 20, 20, 0..30);
        assert_eq!(slow.slowed_to_per_second(), None, "{make:?}");
        let mut operator = Operator::new(make, 10);
        let (counts, slow) = run(slow, &mut operator, 20, 20, 30..90);
        let (taken, throttled) = sum(&counts[30..]);
        assert!(
            taken >= 270.0 && throttled <= 15.0,
            "{make:?} {taken} {throttled}"
        );
        let mut operator = Operator::new(make, 100);
        let (counts, fast) = run(slow, &mut operator, 20, 20, 90..390);
        let (taken, _) = sum(&counts[240..]);
        assert!(taken >= 0.9 * 6_000.0, "{make:?} {taken} {fast:?}");
    }
}

#[test]
fn nobody_is_sent_more_than_agreed_nor_less_than_one_in_a_second() {
    let mut operator = Operator::new(Make::Seconds, 0);
    let (counts, throughput) = run(Throughput::new(50), &mut operator, 20, 20, 0..100);
    assert_eq!(throughput.slowed_to_per_second(), Some(1));
    let (taken, throttled) = sum(&counts);
    assert!(taken == 0.0 && throttled >= 3.0, "{throttled}");
    let mut operator = Operator::new(Make::Seconds, 1_000);
    let (counts, _) = run(Throughput::new(50), &mut operator, 20, 20, 0..100);
    assert!(counts.iter().all(|count| count.taken <= 51));
}

#[test]
fn an_operator_that_throttles_single_submits_at_any_rate_is_not_sent_less_and_less() {
    for window in [10, 100] {
        let mut operator = Operator::new(Make::AnyRate, 0);
        let (counts, _) = run(Throughput::new(0), &mut operator, 50, window, 0..300);
        let (taken, _) = sum(&counts[240..]);
        assert!(taken >= 60.0 * 60.0, "window {window}: {taken}");
    }
}
