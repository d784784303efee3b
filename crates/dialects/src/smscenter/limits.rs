//! How much an account may ask for at a time and within a minute, and how many bad requests an address may send.
//!
//! All of it is kept in memory and of this process alone; that the same message is not sent twice is kept durably, see `send`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use gateway::AccountId;
use gateway::directory::Network;
use sha2::{Digest, Sha256};
use sms::Timestamp;

use super::faults::Failure;
use super::parameters::Parameters;
use super::settings::Settings;
use crate::at_once::{AtOnce, GoingOn};
use crate::wire::frequency::Frequency;

const MINUTE_MS: i64 = 60 * 1000;

/// How many blocked addresses are remembered.
const BLOCKED_ADDRESSES: usize = 100_000;

/// Names what was asked for.
pub(super) type Key = [u8; 32];

/// Says what makes two calls of one address the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Alike {
    /// Nothing has to be: all of them are.
    Any,
    /// These parameters are; the others do not matter.
    In(&'static [&'static str]),
    /// All parameters are, but for credentials, format and character set.
    Whole,
}

/// Names a call of an account.
pub(super) fn key(
    account: AccountId,
    endpoint: &str,
    alike: Alike,
    parameters: &Parameters,
) -> Key {
    let matters = |name: &[u8]| match alike {
        Alike::Any => false,
        Alike::In(names) => names.iter().any(|wanted| wanted.as_bytes() == name),
        Alike::Whole => !matches!(name, b"login" | b"psw" | b"apikey" | b"fmt" | b"charset"),
    };
    let mut digest = Sha256::new();
    digest.update(account.0.to_be_bytes());
    digest.update([match alike {
        Alike::Any => 0,
        Alike::In(_) => 1,
        Alike::Whole => 2,
    }]);
    digest.update(endpoint.as_bytes());
    digest.update(parameters.digest(matters));
    digest.finalize().into()
}

/// Counts what is limited.
pub(super) struct Limits {
    under_way: AtOnce,
    calls: Frequency<Key>,
    bad_per_minute: u32,
    bad: Frequency<Network>,
    blocked_ms: i64,
    /// Until when each address is blocked.
    blocked: Mutex<HashMap<Network, Timestamp>>,
}

impl Limits {
    /// Begins with nothing counted.
    pub(super) fn new(settings: &Settings) -> Self {
        // The setting is how many are too many.
        let most = match settings.concurrent_requests {
            0 => usize::MAX,
            too_many => usize::try_from(too_many).unwrap_or(usize::MAX) - 1,
        };
        Self {
            under_way: AtOnce::new(most),
            calls: Frequency::new(MINUTE_MS),
            bad_per_minute: settings.bad_requests_per_minute,
            bad: Frequency::new(MINUTE_MS),
            blocked_ms: i64::from(settings.blocked_seconds) * 1000,
            blocked: Mutex::default(),
        }
    }

    /// Refuses a request from a blocked address.
    pub(super) fn check_address(
        &self,
        peer: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let Some(peer) = peer.filter(|_| self.bad_per_minute > 0) else {
            return Ok(());
        };
        let blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        match blocked.get(&Network::of(peer)) {
            Some(until) if *until > now => Err(Failure::Blocked),
            _ => Ok(()),
        }
    }

    /// Counts a bad request; one too many within a minute blocks the address that it came from.
    pub(super) fn note_bad(&self, peer: Option<IpAddr>, now: Timestamp) {
        let Some(peer) = peer.filter(|_| self.bad_per_minute > 0) else {
            return;
        };
        let peer = Network::of(peer);
        let most = usize::try_from(self.bad_per_minute).unwrap_or(usize::MAX);
        if self.bad.allow(peer, most, now).is_ok() {
            return;
        }
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        if blocked.len() >= BLOCKED_ADDRESSES {
            blocked.retain(|_, until| *until > now);
            if blocked.len() >= BLOCKED_ADDRESSES {
                blocked.clear();
            }
        }
        blocked.insert(peer, now.plus_millis(self.blocked_ms));
    }

    /// Begins a request of an account; refused where it would be one too many at a time. It counts until what is returned goes.
    ///
    /// Counted are requests whose credentials are right: nobody can use up another's.
    pub(super) fn begin(&self, account: AccountId) -> Result<GoingOn, Failure> {
        self.under_way.begin(account).ok_or(Failure::TooManyAtOnce)
    }

    /// Counts a call; refused when it has been made `most` times within the last minute. Never refused with 0.
    pub(super) fn count(&self, key: Key, most: u32, now: Timestamp) -> Result<(), Failure> {
        if most == 0 {
            return Ok(());
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.calls
            .allow(key, most, now)
            .map_err(|_| Failure::TooOften)
    }

    /// Forgets a call that was counted.
    pub(super) fn take_back(&self, key: Key) {
        self.calls.take_back(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn limits(settings: Settings) -> Limits {
        Limits::new(&settings)
    }

    #[test]
    fn the_fifteenth_request_at_a_time_is_one_too_many() {
        let limits = limits(Settings::default());
        let begin = |account| limits.begin(AccountId(account));
        let mut fourteen: Vec<_> = (0..14).map(|_| begin(1).unwrap()).collect();
        assert!(matches!(begin(1), Err(Failure::TooManyAtOnce)));
        assert!(begin(2).is_ok());
        fourteen.pop();
        assert!(begin(1).is_ok());
    }

    #[test]
    fn an_address_is_blocked_for_a_while_after_too_many_bad_requests() {
        let limits = limits(Settings {
            bad_requests_per_minute: 2,
            blocked_seconds: 300,
            ..Settings::default()
        });
        let peer = |text: &str| Some(text.parse().unwrap());
        for seconds in [0, 1] {
            limits.note_bad(peer("2001:db8::1"), at(seconds));
            assert!(
                limits
                    .check_address(peer("2001:db8::1"), at(seconds))
                    .is_ok()
            );
        }
        limits.note_bad(peer("2001:db8::2"), at(2));
        let check = |address, seconds| limits.check_address(peer(address), at(seconds));
        assert!(matches!(check("2001:db8::3", 301), Err(Failure::Blocked)));
        assert!(check("2001:db8::3", 302).is_ok());
        assert!(check("2001:db8:0:1::3", 3).is_ok());
        assert!(check("192.0.2.1", 3).is_ok());
    }

    #[test]
    fn limits_of_nothing_do_not_limit() {
        let limits = limits(Settings {
            concurrent_requests: 0,
            bad_requests_per_minute: 0,
            ..Settings::default()
        });
        let begun: Vec<_> = (0..100)
            .map(|_| limits.begin(AccountId(1)).unwrap())
            .collect();
        assert_eq!(begun.len(), 100);
        for _ in 0..100 {
            limits.note_bad(Some([192, 0, 2, 1].into()), at(0));
            assert!(limits.count([0; 32], 0, at(0)).is_ok());
        }
        assert!(
            limits
                .check_address(Some([192, 0, 2, 1].into()), at(0))
                .is_ok()
        );
    }

    #[test]
    fn a_call_counts_until_it_is_taken_back() {
        let limits = limits(Settings::default());
        assert!(limits.count([1; 32], 1, at(0)).is_ok());
        assert!(limits.count([1; 32], 1, at(59)).is_err());
        assert!(limits.count([2; 32], 1, at(59)).is_ok());
        limits.take_back([1; 32]);
        assert!(limits.count([1; 32], 1, at(59)).is_ok());
    }
}
