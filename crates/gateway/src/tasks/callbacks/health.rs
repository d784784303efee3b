//! Which accounts' programs fail at the moment. One that fails is left in peace for a while, and then asked one thing at a time:
//! thousands of callbacks for a program that is down must not become thousands of attempts.

use std::collections::HashMap;

use sms::Timestamp;
use store::AccountId;

/// How long a program is left in peace after its first failure; doubled with each further one.
const FIRST_REST_MS: i64 = 1_000;

/// How long at the most: as long as the pause after the first attempt of a callback.
const LONGEST_REST_MS: i64 = 60_000;

/// Remembers the programs that fail.
#[derive(Default)]
pub(super) struct Health(HashMap<AccountId, Failing>);

struct Failing {
    /// How often in a row.
    failures: u32,
    /// Until when it is left in peace.
    until: Timestamp,
}

impl Health {
    /// Tells whether the last thing that the program was told it did not take.
    pub(super) fn is_failing(&self, account: AccountId) -> bool {
        self.0.contains_key(&account)
    }

    /// Lists those that fail.
    pub(super) fn failing(&self) -> impl Iterator<Item = AccountId> {
        self.0.keys().copied()
    }

    /// Tells whether the program is left in peace for now.
    pub(super) fn rests(&self, account: AccountId, now: Timestamp) -> bool {
        self.0.get(&account).is_some_and(|failing| {
            // A clock that was set back must not make it longer.
            let left = failing.until.as_millis().saturating_sub(now.as_millis());
            (1..=LONGEST_REST_MS).contains(&left)
        })
    }

    /// Notes that a program took what it was told; tells whether it had failed before.
    pub(super) fn note_success(&mut self, account: AccountId) -> bool {
        self.0.remove(&account).is_some()
    }

    /// Notes that a program could not be told; tells whether that is new. What was under way when it began to fail counts once.
    pub(super) fn note_failure(&mut self, account: AccountId, now: Timestamp) -> bool {
        if self.rests(account, now) {
            return false;
        }
        let known = self.0.get(&account);
        let failures = known.map_or(0, |failing| failing.failures);
        let rest = (FIRST_REST_MS << failures.min(10)).min(LONGEST_REST_MS);
        let failing = Failing {
            failures: failures.saturating_add(1),
            until: now.plus_millis(rest),
        };
        self.0.insert(account, failing).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: AccountId = AccountId(1);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_program_that_fails_is_left_in_peace_longer_and_longer() {
        let mut health = Health::default();
        let mut now = 0;
        for rest in [1, 2, 4, 8, 16, 32, 60, 60] {
            health.note_failure(SHOP, at(now));
            assert!(health.rests(SHOP, at(now + rest * 1_000 - 1)), "{rest}");
            now += rest * 1_000;
            assert!(!health.rests(SHOP, at(now)), "{rest}");
        }
        for _ in 0..100 {
            health.note_failure(SHOP, at(now));
        }
        assert!(!health.rests(SHOP, at(now + 60_000)));
    }

    #[test]
    fn only_the_first_failure_and_the_first_success_are_news() {
        let mut health = Health::default();
        assert!(!health.note_success(SHOP));
        assert!(health.note_failure(SHOP, at(0)));
        for _ in 0..7 {
            assert!(!health.note_failure(SHOP, at(5)));
        }
        assert!(!health.rests(SHOP, at(1_000)), "they failed together");
        assert!(health.is_failing(SHOP) && !health.is_failing(AccountId(2)));
        assert!(health.note_success(SHOP));
        assert!(!health.note_success(SHOP) && !health.is_failing(SHOP));
        assert!(health.note_failure(SHOP, at(9)));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_a_program_waiting() {
        let mut health = Health::default();
        health.note_failure(SHOP, at(10_000_000));
        assert!(!health.rests(SHOP, at(0)));
    }
}
