//! When to kill: moments drawn from a seed, spread over accepting, submitting and receiving.

use std::time::Duration;

/// Kills of one run of the tests; `HELIOGRAM_KILLS` sets another number.
const KILLS: u32 = 4;

/// Where chance begins.
const SEED: u64 = 0x4845_4c49_4f47_5241;

/// One in so many kills happens while the group send is being accepted, the others while it is carried out.
const ACCEPTING: u32 = 4;

/// Each of those may leave one send more behind, and the simulated phones show so many messages only.
const ACCEPTING_AT_MOST: u32 = 3;

/// The longest that a request is let alone before the kill that is to meet it.
const IN_REQUEST: Duration = Duration::from_millis(500);

/// When the kills of one test happen.
pub(super) struct Moments {
    /// How long after a request began.
    pub(super) accepting: Vec<Duration>,
    /// After which part of the way, in millionths and in ascending order.
    pub(super) carrying_out: Vec<u64>,
}

/// The whole way of a send.
pub(super) const WHOLE: u64 = 1_000_000;

impl Moments {
    /// Draws the moments; another stream gives others.
    pub(super) fn draw(stream: u64) -> Self {
        let mut chance = Chance(SEED ^ stream);
        let kills = kills();
        let accepting = kills.div_ceil(ACCEPTING).min(ACCEPTING_AT_MOST);
        let carrying_out = u64::from(kills - accepting);
        let longest = u64::try_from(IN_REQUEST.as_micros()).unwrap();
        Self {
            accepting: (0..accepting)
                .map(|_| Duration::from_micros(chance.below(longest)))
                .collect(),
            // One anywhere in each part of the way, so that none is left out.
            carrying_out: (0..carrying_out)
                .map(|part| (part * WHOLE + chance.below(WHOLE)) / carrying_out)
                .collect(),
        }
    }

    /// How many they are.
    pub(super) fn count(&self) -> u64 {
        (self.accepting.len() + self.carrying_out.len()) as u64
    }
}

fn kills() -> u32 {
    match std::env::var("HELIOGRAM_KILLS") {
        Ok(number) => number.parse().expect("HELIOGRAM_KILLS is a number"),
        Err(_) => KILLS,
    }
}

/// The generator `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
