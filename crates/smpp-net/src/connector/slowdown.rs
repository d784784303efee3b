//! How many segments an operator that throttles is found to take in a second: cut fast, raised slowly.
//!
//! - A cut comes with the first throttling, and counts for what left before it and in the second after it. The new limit is what
//!   the operator took in the last second, but not more than 95 % of the present limit and not less than half of it. An
//!   operator that was sent something for less than a second cannot be measured so: then the limit falls to what it took in that
//!   time, at most 80 %. Without any limit before, the limit is what was measured.
//! - The limit rises only while it holds segments back: within seconds to 98 % of where throttling was met last, from there by a
//!   thousandth in each second, twice that after each ten seconds without throttling, and at most by a twentieth.
//! - It is never less than one segment in a second, and never more than was agreed.
//!
//! So an operator that takes `r` in a second is sent a little less than `r` nearly always and a little more now and then, and
//! one that has become faster is found out within a minute or two.

/// How many pieces a second is counted in.
const PIECES: usize = 10;

const PIECE_MS: u64 = 1_000 / PIECES as u64;

/// How long after a cut throttling says nothing new: the operator may still count the second before it.
const CUT_MS: u64 = 1_000;

/// How many of the last hundred answers must have been throttling, or how many in a row, for the operator to mean the rate: some
/// throttle a few submits whatever the rate is, and would be sent less and less.
const OF_A_HUNDRED: u32 = 5;
const IN_A_ROW: u32 = 3;
const HUNDRED: u32 = 100;

/// How long nothing must have left before what leaves next is a new beginning.
const REST_MS: u64 = 500;

/// The shortest time over which a rate is measured.
const SHORTEST_MS: u64 = 250;

/// The least limit.
const LEAST: f64 = 1.0;

/// How close to where throttling was met the limit rises at once.
const CLOSE: f64 = 0.98;

/// What part of the way to there it rises in a second.
const QUICKLY: f64 = 0.25;

/// How much it rises in a second from there, at first and at most.
const SLOWLY: f64 = 0.001;
const FASTEST: f64 = 0.05;

/// After how many seconds it rises twice as fast.
const DOUBLING: f64 = 10.0;

/// How far above the last throttling a limit that nobody agreed to is lifted.
const LIFTED: f64 = 4.0;

/// The law of one connector.
#[derive(Debug)]
pub(super) struct Slowdown {
    agreed: Option<f64>,
    /// The present limit; `None` when there is none.
    limit: Option<f64>,
    /// Where throttling was met last.
    ceiling: f64,
    /// What the operator took, what was sent to it, and what it throttled, in the last second.
    taken: Second,
    sent: Second,
    refused: Second,
    /// When segments began to leave, after a rest.
    began_ms: u64,
    last_left_ms: Option<u64>,
    /// How many have left since then that were not throttled, as far as is known.
    left: u32,
    cut_ms: Option<u64>,
    /// One bit for each of the last answers, the latest lowest, set when it was throttling.
    answers: u128,
    risen_ms: u64,
    /// Seconds since the limit came close to where throttling was met.
    quiet_seconds: f64,
    /// Whether segments were held back since the limit rose last.
    held_back: bool,
}

impl Slowdown {
    /// Begins with what was agreed; `None` for no limit.
    pub(super) fn new(agreed: Option<u32>) -> Self {
        let agreed = agreed.map(f64::from);
        Self {
            agreed,
            limit: agreed,
            ceiling: f64::INFINITY,
            taken: Second::default(),
            sent: Second::default(),
            refused: Second::default(),
            began_ms: 0,
            last_left_ms: None,
            left: 0,
            cut_ms: None,
            answers: 0,
            risen_ms: 0,
            quiet_seconds: 0.0,
            held_back: false,
        }
    }

    /// Goes on with another agreement; what was found out stays.
    pub(super) fn agree(&mut self, agreed: Option<u32>) {
        let agreed = agreed.map(f64::from);
        if self.agreed == agreed {
            return;
        }
        self.limit = match (self.slowed_to(), agreed) {
            (Some(limit), Some(agreed)) => Some(limit.min(agreed)),
            (Some(limit), None) => Some(limit),
            (None, agreed) => agreed,
        };
        self.agreed = agreed;
    }

    /// Gives the limit at this time; `None` for none.
    pub(super) fn limit(&mut self, now_ms: u64) -> Option<f64> {
        if now_ms >= self.risen_ms + 1_000 {
            self.risen_ms = now_ms;
            if std::mem::take(&mut self.held_back) {
                self.rise();
            }
        }
        self.limit
    }

    /// Gives the limit where throttling has made it less than agreed.
    pub(super) fn slowed_to(&self) -> Option<f64> {
        self.limit
            .filter(|limit| self.agreed.is_none_or(|agreed| *limit < agreed))
    }

    /// Takes note of a segment that left.
    pub(super) fn left(&mut self, now_ms: u64) {
        let rested = self
            .last_left_ms
            .is_none_or(|at_ms| at_ms + REST_MS <= now_ms);
        if rested {
            self.began_ms = now_ms;
            self.left = 0;
        }
        self.left += 1;
        self.sent.add(now_ms);
        self.last_left_ms = Some(now_ms);
    }

    /// Takes note of a segment that the limit holds back.
    pub(super) fn held_back(&mut self) {
        self.held_back = true;
    }

    /// Takes note of a segment that the operator took, or looked at and refused: either way it was not too much.
    pub(super) fn taken(&mut self, now_ms: u64) {
        self.remember(false);
        self.taken.add(now_ms);
    }

    /// Takes note of throttling, which answers a segment that left at `left_ms`; tells whether it is about the rate.
    pub(super) fn throttled(&mut self, now_ms: u64, left_ms: u64) -> bool {
        self.remember(true);
        self.left = self.left.saturating_sub(1);
        self.refused.add(now_ms);
        let is_the_rate = self.is_the_rate(now_ms);
        if is_the_rate && self.cut_ms.is_none_or(|at_ms| left_ms >= at_ms + CUT_MS) {
            self.cut(now_ms);
        }
        is_the_rate
    }

    fn cut(&mut self, now_ms: u64) {
        self.cut_ms = Some(now_ms);
        let sending_ms = now_ms.saturating_sub(self.began_ms);
        let measured = self.measured(now_ms);
        let quick = sending_ms < 1_000;
        let limit = match self.limit {
            // Nothing is known yet, and some operators throttle sooner than they take: what is on the wire may be taken all the same.
            None if quick => self.hoped_for(sending_ms).max(measured),
            None => measured,
            Some(limit) if quick => measured.clamp(limit * 0.5, limit * 0.8),
            Some(limit) => measured.clamp(limit * 0.5, limit * 0.95),
        };
        self.limit = Some(self.within(limit));
        self.ceiling = limit.max(LEAST);
        self.quiet_seconds = 0.0;
        self.risen_ms = now_ms;
        self.held_back = false;
    }

    fn remember(&mut self, throttled: bool) {
        self.answers = (self.answers << 1 | u128::from(throttled)) & ((1 << HUNDRED) - 1);
    }

    /// Tells whether throttling is about the rate, and not about single submits; of those that left together, too: some operators
    /// throttle sooner than they take.
    fn is_the_rate(&self, now_ms: u64) -> bool {
        let many =
            self.answers.trailing_ones() >= IN_A_ROW || self.answers.count_ones() >= OF_A_HUNDRED;
        let (refused, sent) = (self.refused.sum(now_ms), self.sent.sum(now_ms));
        many && refused * HUNDRED >= sent * OF_A_HUNDRED
    }

    /// How many segments the operator took in the last second, or would have at the rate since segments began to leave.
    fn measured(&self, now_ms: u64) -> f64 {
        let taken = self.taken.sum(now_ms);
        let sending_ms = now_ms.saturating_sub(self.began_ms);
        // One more, because the time seldom ends with a segment: of three in a second it may show two.
        per_second(taken + 1, sending_ms)
    }

    /// How many segments the operator takes in a second if it takes all that it has not throttled.
    fn hoped_for(&self, sending_ms: u64) -> f64 {
        per_second(self.left, sending_ms)
    }

    fn rise(&mut self) {
        let Some(limit) = self.limit else {
            return;
        };
        let close = self.ceiling * CLOSE;
        let slowly = (SLOWLY * (self.quiet_seconds / DOUBLING).exp2()).min(FASTEST);
        let risen = if limit < close {
            limit + ((close - limit) * QUICKLY).max(limit * SLOWLY)
        } else {
            self.quiet_seconds += 1.0;
            limit * (1.0 + slowly)
        };
        let lifted = self.agreed.is_none() && risen > self.ceiling * LIFTED;
        self.limit = (!lifted).then(|| self.within(risen));
    }

    fn within(&self, limit: f64) -> f64 {
        limit.min(self.agreed.unwrap_or(f64::INFINITY)).max(LEAST)
    }
}

fn per_second(segments: u32, over_ms: u64) -> f64 {
    let over_ms = u32::try_from(over_ms.clamp(SHORTEST_MS, 1_000)).unwrap_or(1_000);
    f64::from(segments) * 1_000.0 / f64::from(over_ms)
}

/// Counts what happened in the last second, by tenths.
#[derive(Debug, Default)]
struct Second([(u64, u32); PIECES]);

impl Second {
    fn add(&mut self, now_ms: u64) {
        let piece = now_ms / PIECE_MS;
        let place = usize::try_from(piece % PIECES as u64).unwrap_or(0);
        let (of, count) = &mut self.0[place];
        if *of != piece {
            (*of, *count) = (piece, 0);
        }
        *count += 1;
    }

    fn sum(&self, now_ms: u64) -> u32 {
        let piece = now_ms / PIECE_MS;
        let recent = self.0.iter().filter(|(of, _)| of + PIECES as u64 > piece);
        recent.map(|(_, count)| count).sum()
    }
}
