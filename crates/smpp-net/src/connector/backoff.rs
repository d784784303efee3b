//! How long a link waits before it connects again.

/// What ended a session, or kept it from beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// The connection could not be made, or was lost.
    Lost,
    /// The operator believes that an earlier session still lives: it needs time to notice.
    AlreadyBound,
    /// The operator refused the login: it may lock an account that tries often, and only a person can help.
    Refused,
}

/// Counts what went wrong in a row. Each wait is twice the one before and up to a quarter longer by chance, so that links do
/// not come back all at once.
#[derive(Debug)]
pub(super) struct Backoff {
    first_ms: u64,
    longest_ms: u64,
    last: Setback,
    in_a_row: u32,
}

impl Backoff {
    /// Begins with the configured waits for lost connections.
    pub(super) fn new(first_ms: u32, longest_ms: u32) -> Self {
        let mut new = Self {
            first_ms: 0,
            longest_ms: 0,
            last: Setback::Lost,
            in_a_row: 0,
        };
        new.change(first_ms, longest_ms);
        new
    }

    /// Goes on with other waits for lost connections.
    pub(super) fn change(&mut self, first_ms: u32, longest_ms: u32) {
        self.first_ms = u64::from(first_ms.max(1));
        self.longest_ms = u64::from(longest_ms.max(first_ms));
    }

    /// Forgets what went wrong: a session has done useful work.
    pub(super) fn reset(&mut self) {
        self.in_a_row = 0;
    }

    /// Says how long to wait after this setback; `random` is any number.
    pub(super) fn wait_ms(&mut self, setback: Setback, random: u64) -> u64 {
        if setback != self.last {
            self.last = setback;
            self.in_a_row = 0;
        }
        let (first_ms, longest_ms) = match setback {
            Setback::Lost => (self.first_ms, self.longest_ms),
            Setback::AlreadyBound => (10_000, 60_000),
            Setback::Refused => (30_000, 600_000),
        };
        let wait_ms = first_ms
            .saturating_mul(1 << self.in_a_row.min(20))
            .min(longest_ms);
        self.in_a_row += 1;
        wait_ms + random % (wait_ms / 4 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        for (setback, expected) in [
            (Setback::Lost, [500, 1_000, 2_000, 4_000, 5_000, 5_000]),
            (
                Setback::AlreadyBound,
                [10_000, 20_000, 40_000, 60_000, 60_000, 60_000],
            ),
            (
                Setback::Refused,
                [30_000, 60_000, 120_000, 240_000, 480_000, 600_000],
            ),
        ] {
            let mut backoff = Backoff::new(500, 5_000);
            assert_eq!([0; 6].map(|_| backoff.wait_ms(setback, 0)), expected);
            backoff.reset();
            assert_eq!(backoff.wait_ms(setback, 0), expected[0]);
        }
    }

    #[test]
    fn chance_adds_at_most_a_quarter() {
        for random in [0, 1, 250, u64::MAX] {
            let wait_ms = Backoff::new(1_000, 1_000).wait_ms(Setback::Lost, random);
            assert!((1_000..=1_250).contains(&wait_ms), "{wait_ms}");
        }
    }

    #[test]
    fn another_kind_of_setback_begins_anew() {
        let mut backoff = Backoff::new(500, 60_000);
        backoff.wait_ms(Setback::Lost, 0);
        backoff.wait_ms(Setback::Refused, 0);
        assert_eq!(backoff.wait_ms(Setback::Lost, 0), 500);
    }
}
