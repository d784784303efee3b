//! Chance that repeats itself: the same seed and the same order of questions give the same answers.

/// A `SplitMix64` generator: small, fast, and good enough to choose which messages suffer.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    /// Begins a sequence of its own for each seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Tells whether one of a share (0 to 1) is meant; asks for no number where it cannot matter.
    pub(crate) fn falls_in(&mut self, share: f64) -> bool {
        if share <= 0.0 {
            return false;
        }
        let half = u32::try_from(self.next() >> 32).expect("32 bits are left");
        f64::from(half) < share * 4_294_967_296.0
    }

    /// Picks a number between two limits, both included; the lower one when they are reversed.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        match most.checked_sub(least) {
            None | Some(0) => least,
            Some(width) => match width.checked_add(1) {
                Some(count) => least + self.next() % count,
                None => self.next(),
            },
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scatter(self.state)
    }
}

/// Spreads a number over 64 bits so that no pattern of it can be seen; one to one.
pub(crate) const fn scatter(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_met_and_the_same_seed_repeats_it() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (0..10_000)
                .map(|_| chance.falls_in(0.25))
                .collect::<Vec<_>>()
        };
        let hits = draw(7).iter().filter(|hit| **hit).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn certain_shares_are_certain() {
        let mut chance = Chance::new(0);
        assert!((0..1000).all(|_| chance.falls_in(1.0) && !chance.falls_in(0.0)));
    }

    #[test]
    fn numbers_stay_between_their_limits() {
        let mut chance = Chance::new(1);
        let drawn: Vec<u64> = (0..1000).map(|_| chance.between(3, 5)).collect();
        for number in 3..=5 {
            assert!(drawn.contains(&number));
        }
        assert!(drawn.iter().all(|number| (3..=5).contains(number)));
        assert_eq!(chance.between(9, 2), 9);
    }
}
