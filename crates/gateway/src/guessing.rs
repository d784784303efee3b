//! Guessing of passwords: counted by login and network together, and by network, never by login alone, so that nobody can lock
//! an account's own programs out from elsewhere.
//!
//! A value that is told the time: what fails is told to it, and it tells who has to wait. What it keeps is of this process.

mod generations;

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use sms::Timestamp;

use crate::directory::Network;
use generations::Generations;

const MINUTE_MS: i64 = 60 * 1000;

/// How many wrong passwords for one login may come from one network.
const OF_PAIR: Rule = Rule {
    most: 10,
    within_ms: 10 * MINUTE_MS,
    waits_ms: 15 * MINUTE_MS,
};

/// How many may come from one network, whatever the logins.
const OF_NETWORK: Rule = Rule {
    most: 100,
    within_ms: 10 * MINUTE_MS,
    waits_ms: 60 * MINUTE_MS,
};

/// How long it counts that a login has been used from a network.
const KNOWN_MS: i64 = 30 * 24 * 60 * MINUTE_MS;

/// How many passwords a second are compared with those that are remembered, while a login that has been used from a network has to
/// wait there: enough for its programs to come back, and few enough to guess in vain.
const SPARED_PER_SECOND: u32 = 5;

/// The first failures that make somebody wait, within how long, and for how long.
struct Rule {
    most: usize,
    within_ms: i64,
    waits_ms: i64,
}

/// Is who has to wait after a wrong password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Whoever gives this login from this network.
    Pair,
    /// The whole network, but for those logins that have been used from there.
    Network,
}

/// A login, as a digest under a key of this process, and a network.
type Pair = (u64, Network);

/// Counts wrong passwords.
///
/// Its memory is bounded: of pairs and of networks that fail, and of pairs that succeed, the latest 50,000 to 100,000 are
/// remembered, each kind apart. Who has that many networks makes us forget those that fail, which lets through rather than
/// refuses; hashing, which takes turns, is then what slows them. Pairs that succeed are pushed out by pairs that succeed only.
#[derive(Default)]
pub(crate) struct Guessing {
    digests: RandomState,
    pairs: Generations<Pair, Failures>,
    networks: Generations<Network, Failures>,
    known: Generations<Pair, Timestamp>,
}

/// The latest wrong passwords, and until when their giver has to wait.
#[derive(Default)]
struct Failures {
    latest: VecDeque<(Timestamp, u64)>,
    waits_until: Option<Timestamp>,
    /// How many were spared the wait in which second.
    spared: (i64, u32),
}

impl Guessing {
    /// Tells whether a password for this login from this network is looked at now.
    pub(crate) fn admits(&mut self, login: &str, network: Network, now: Timestamp) -> bool {
        let pair = self.pair(login, network);
        let waits = |failures: Option<&mut Failures>| failures.is_some_and(|it| it.waits(now));
        if waits(self.pairs.get(&pair)) {
            return false;
        }
        !waits(self.networks.get(&network)) || self.knows(login, network, now)
    }

    /// Tells whether a password that has to wait is compared all the same with those that are remembered: the programs of an account
    /// share their network with whoever guesses there.
    pub(crate) fn spares(&mut self, login: &str, network: Network, now: Timestamp) -> bool {
        let pair = self.pair(login, network);
        self.knows(login, network, now)
            && self
                .pairs
                .get(&pair)
                .is_some_and(|failures| failures.spares(now))
    }

    /// Tells whether this login was used from this network in the last 30 days.
    pub(crate) fn knows(&mut self, login: &str, network: Network, now: Timestamp) -> bool {
        let pair = self.pair(login, network);
        let last = self.known.get(&pair);
        last.is_some_and(|last| last.plus_millis(KNOWN_MS) > now)
    }

    /// Tells whether this password, as a digest, was wrong lately for this login from this network: the same again is no guess. A
    /// program that has an old password must not make others on its network wait, which have the new one.
    pub(crate) fn was_wrong(
        &mut self,
        login: &str,
        network: Network,
        password: u64,
        now: Timestamp,
    ) -> bool {
        let pair = self.pair(login, network);
        self.pairs.get(&pair).is_some_and(|failures| {
            failures.forget(&OF_PAIR, now);
            failures.latest.iter().any(|(_, wrong)| *wrong == password)
        })
    }

    /// Counts a wrong password; tells who has to wait from now on because of it.
    pub(crate) fn failed(
        &mut self,
        login: &str,
        network: Network,
        password: u64,
        now: Timestamp,
    ) -> Option<Waits> {
        let pair = self.pair(login, network);
        let pair_waits = self.pairs.entry(pair).count(&OF_PAIR, password, now);
        let network_waits = self
            .networks
            .entry(network)
            .count(&OF_NETWORK, password, now);
        match (network_waits, pair_waits) {
            (true, _) => Some(Waits::Network),
            (false, true) => Some(Waits::Pair),
            (false, false) => None,
        }
    }

    /// Remembers that the password was right. What failed from the network before counts on: whoever has an account of its own
    /// must not guess at others' by that.
    pub(crate) fn succeeded(&mut self, login: &str, network: Network, now: Timestamp) {
        let pair = self.pair(login, network);
        // Who was spared the wait does not end it for whoever guesses.
        if !self
            .pairs
            .get(&pair)
            .is_some_and(|failures| failures.waits(now))
        {
            self.pairs.remove(&pair);
        }
        self.known.put(pair, now);
    }

    fn pair(&self, login: &str, network: Network) -> Pair {
        (self.digests.hash_one(login), network)
    }
}

impl Failures {
    fn waits(&self, now: Timestamp) -> bool {
        self.waits_until.is_some_and(|until| until > now)
    }

    fn spares(&mut self, now: Timestamp) -> bool {
        let second = now.as_millis() / 1000;
        if self.spared.0 != second {
            self.spared = (second, 0);
        }
        self.spared.1 += 1;
        self.spared.1 <= SPARED_PER_SECOND
    }

    fn forget(&mut self, rule: &Rule, now: Timestamp) {
        let since = now.plus_millis(-rule.within_ms);
        while self.latest.front().is_some_and(|(at, _)| *at <= since) {
            self.latest.pop_front();
        }
    }

    /// Counts a failure; tells whether it is the one too many. What was counted is then forgotten: after the wait it begins anew.
    fn count(&mut self, rule: &Rule, password: u64, now: Timestamp) -> bool {
        self.forget(rule, now);
        self.latest.push_back((now, password));
        let too_many = self.latest.len() >= rule.most;
        if too_many {
            self.latest = VecDeque::new();
            self.waits_until = Some(now.plus_millis(rule.waits_ms));
        }
        too_many
    }
}

#[cfg(test)]
mod tests;
