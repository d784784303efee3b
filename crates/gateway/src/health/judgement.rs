//! Whether messages had better go another way than through one connector: decided slowly, so that a single error never does, and
//! taken back slowly, so that messages do not go to and fro.

use sms::Timestamp;

use super::recent::Recent;
use crate::directory::ConnectorSettings;

/// How often the time before a connector is taken again is doubled, when it does not stay well.
const DOUBLINGS: u32 = 5;

/// A connector that fails again within so many times its `back_after_ms` has not stayed well.
const PROBATION: i64 = 10;

/// Says how slowly it is decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long a connector must have been unwell without a break before it is passed over.
    pub(crate) away_after_ms: u32,
    /// How long it must have been well without a break before it is taken again; up to 32 times that when it has been taken back
    /// too early before.
    pub(crate) back_after_ms: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(&ConnectorSettings::to("", ""))
    }
}

impl Patience {
    pub(crate) fn of(settings: &ConnectorSettings) -> Self {
        Self {
            away_after_ms: settings.away_after_ms,
            back_after_ms: settings.back_after_ms,
        }
    }
}

/// Says what was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is passed over from now on.
    Away,
    /// Messages take it again.
    Back,
}

/// Judges one connector. It is unwell while it is down, or while its upstream puts off more than half of what it is given.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    recent: Recent,
    /// Whether it is well, and since when; nothing before it was looked at first.
    present: Option<(bool, Timestamp)>,
    is_passed_over: bool,
    /// Since when messages have taken it again.
    back_since: Option<Timestamp>,
    relapses: u32,
}

impl Judgement {
    pub(super) fn is_passed_over(&self) -> bool {
        self.is_passed_over
    }

    pub(super) fn answered(&mut self, now: Timestamp, dealt: u32, put_off: u32) {
        self.recent.add(now, dealt, put_off);
    }

    /// Looks at the connector, and answers what has been decided by that.
    pub(super) fn observe(
        &mut self,
        now: Timestamp,
        is_up: bool,
        patience: Patience,
    ) -> Option<Turn> {
        let is_well = is_up && !self.recent.refuses(now);
        let since = match self.present {
            // A clock that was put back begins anew.
            Some((was_well, since)) if was_well == is_well => since.min(now),
            _ => now,
        };
        self.present = Some((is_well, since));
        let lasts_ms = now.as_millis() - since.as_millis();
        let back_after_ms = i64::from(patience.back_after_ms);
        if !is_well && !self.is_passed_over && lasts_ms >= i64::from(patience.away_after_ms) {
            self.is_passed_over = true;
            let on_probation = self.back_since.is_some_and(|back| {
                since.as_millis() - back.as_millis() < back_after_ms.saturating_mul(PROBATION)
            });
            self.relapses = if on_probation {
                (self.relapses + 1).min(DOUBLINGS)
            } else {
                0
            };
            return Some(Turn::Away);
        }
        if is_well && self.is_passed_over && lasts_ms >= back_after_ms << self.relapses {
            self.is_passed_over = false;
            self.back_since = Some(now);
            return Some(Turn::Back);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Patience = Patience {
        away_after_ms: 10_000,
        back_after_ms: 30_000,
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + millis)
    }

    /// Looks every 100 ms at a link that is up or not, and lists what was decided and when.
    fn turns(until_ms: i64, is_up: impl Fn(i64) -> bool) -> Vec<(i64, Turn)> {
        let mut judgement = Judgement::default();
        let looks = (0..until_ms).step_by(100);
        looks
            .filter_map(|now| Some((now, judgement.observe(at(now), is_up(now), PATIENCE)?)))
            .collect()
    }

    #[test]
    fn a_link_that_stays_down_is_passed_over_and_taken_again_when_it_stays_up() {
        let turns = turns(100_000, |now| !(20_000..50_000).contains(&now));
        assert_eq!(turns, [(30_000, Turn::Away), (80_000, Turn::Back)]);
    }

    #[test]
    fn a_link_that_flaps_faster_than_the_patience_changes_nothing() {
        assert_eq!(turns(600_000, |now| now % 10_000 >= 9_000), []);
    }

    #[test]
    fn a_link_that_flaps_while_it_is_passed_over_stays_so() {
        // Down for a minute, then up for 29 seconds and down for one, for ten minutes.
        let is_up = |now: i64| now >= 60_000 && (now - 60_000) % 30_000 < 29_000;
        assert_eq!(turns(660_000, is_up), [(10_000, Turn::Away)]);
    }

    #[test]
    fn a_link_that_fails_again_and_again_is_trusted_later_and_later() {
        // Up for as long as it is watched, and down as soon as messages take it.
        let mut judgement = Judgement::default();
        let (mut away, mut changes) = (false, Vec::new());
        for now in (0..4_000_000).step_by(1_000) {
            if let Some(turn) = judgement.observe(at(now), away, PATIENCE) {
                away = turn == Turn::Away;
                changes.push(now);
            }
        }
        let gaps: Vec<_> = changes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let away_for: Vec<_> = gaps.iter().step_by(2).copied().collect();
        assert_eq!(away_for[..3], [31_000, 61_000, 121_000], "{gaps:?}");
        assert_eq!(away_for[5..7], [961_000, 961_000], "{gaps:?}");
    }

    #[test]
    fn an_upstream_that_puts_off_most_is_passed_over_and_taken_again() {
        let mut judgement = Judgement::default();
        let mut changes = Vec::new();
        for now in (0..200_000).step_by(500) {
            if now < 20_000 && !judgement.is_passed_over() {
                judgement.answered(at(now), 1, 2);
            }
            if let Some(turn) = judgement.observe(at(now), true, PATIENCE) {
                changes.push((now, turn));
            }
        }
        // Enough answers after 1.5 s, ten seconds of them, and nearly a minute until too few of them count.
        assert_eq!(changes, [(11_500, Turn::Away), (100_500, Turn::Back)]);
    }

    #[test]
    fn a_clock_that_is_put_back_decides_nothing() {
        let mut judgement = Judgement::default();
        assert_eq!(judgement.observe(at(0), false, PATIENCE), None);
        assert_eq!(judgement.observe(at(-3_600_000), false, PATIENCE), None);
        assert_eq!(judgement.observe(at(-3_595_000), false, PATIENCE), None);
        let turn = judgement.observe(at(-3_590_000), false, PATIENCE);
        assert_eq!(turn, Some(Turn::Away));
    }

    proptest! {
        /// Whatever happens: nobody is passed over who was not unwell all the time for so long, nor taken again who was not well.
        #[test]
        fn every_turn_has_had_its_time(
            steps in prop::collection::vec((1_i64..4_000, any::<bool>(), 0_u32..3, 0_u32..3), 1..400),
        ) {
            let mut judgement = Judgement::default();
            let (mut now, mut unwell_since, mut well_since) = (0, None, None);
            for (passed, is_up, dealt, put_off) in steps {
                now += passed;
                judgement.answered(at(now), dealt, put_off);
                let is_well = is_up && !judgement.recent.refuses(at(now));
                let turn = judgement.observe(at(now), is_up, PATIENCE);
                if is_well {
                    unwell_since = None;
                    well_since.get_or_insert(now);
                } else {
                    well_since = None;
                    unwell_since.get_or_insert(now);
                }
                match turn {
                    Some(Turn::Away) => prop_assert!(now - unwell_since.unwrap() >= 10_000),
                    Some(Turn::Back) => prop_assert!(now - well_since.unwrap() >= 30_000),
                    None => {}
                }
            }
        }

        /// Fewer than half of the answers, or fewer than six, never do it, however they come.
        #[test]
        fn single_errors_never_switch(
            errors in prop::collection::vec(0_i64..600_000, 0..6),
        ) {
            let mut judgement = Judgement::default();
            for now in (0..600_000).step_by(500) {
                let put_off = errors.iter().filter(|at| **at / 500 == now / 500).count();
                judgement.answered(at(now), 0, u32::try_from(put_off).unwrap());
                prop_assert_eq!(judgement.observe(at(now), true, PATIENCE), None);
            }
        }
    }
}
