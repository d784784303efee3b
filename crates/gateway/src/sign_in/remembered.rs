//! Sign-ins that were verified: a program that signs in with each request pays for the slow hash once.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secrets::{Secret, Vault};

/// How many sign-ins a generation has; two are kept, so at most twice as many are remembered.
const GENERATION: usize = 5_000;

/// A sign-in as it is remembered.
pub(super) type Mark = [u8; 32];

/// Remembers verified sign-ins as digests under a random key of this process. The digest is of the credential's stored secret, too:
/// once that changes, what was remembered of it fits nothing any more.
pub(crate) struct Remembered {
    key: Zeroizing<[u8; 32]>,
    generations: Mutex<Generations>,
}

/// What has not been asked for during a whole generation goes with it.
#[derive(Default)]
struct Generations {
    present: HashSet<Mark>,
    past: HashSet<Mark>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            key: Vault::new_key(),
            generations: Mutex::default(),
        }
    }
}

impl Remembered {
    /// Makes the mark of a login, what was given as its password and the credential's stored secret.
    pub(crate) fn mark(&self, login: &str, given: &Secret, stored: &[u8]) -> Mark {
        let mut digest = Sha256::new();
        digest.update(*self.key);
        for part in [login.as_bytes(), given.reveal().as_bytes(), stored] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    /// Tells whether this sign-in was verified.
    pub(crate) fn knows(&self, mark: &Mark) -> bool {
        let mut generations = self.locked();
        if generations.present.contains(mark) {
            return true;
        }
        let known = generations.past.contains(mark);
        if known {
            generations.keep(*mark);
        }
        known
    }

    /// Remembers a sign-in that has been verified.
    pub(crate) fn remember(&self, mark: Mark) {
        self.locked().keep(mark);
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn keep(&mut self, mark: Mark) {
        if self.present.len() >= GENERATION {
            self.past = mem::take(&mut self.present);
        }
        self.present.insert(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_told_apart_by_login_password_and_stored_secret() {
        let remembered = Remembered::default();
        let mark =
            |login, given, stored: &[u8]| remembered.mark(login, &Secret::new(given), stored);
        remembered.remember(mark("shop", "secret", b"hash"));
        assert!(remembered.knows(&mark("shop", "secret", b"hash")));
        for (login, given, stored) in [
            ("shop", "secret", b"new hash".as_slice()),
            ("shop", "secre", b"thash"),
            ("sho", "psecret", b"hash"),
            ("shop", "other", b"hash"),
            ("other", "secret", b"hash"),
        ] {
            assert!(
                !remembered.knows(&mark(login, given, stored)),
                "{login} {given}"
            );
        }
        let elsewhere = Remembered::default();
        let same = elsewhere.mark("shop", &Secret::new("secret"), b"hash");
        assert_ne!(same, mark("shop", "secret", b"hash"));
    }

    #[test]
    fn memory_is_bounded_and_keeps_what_is_asked_for() {
        let remembered = Remembered::default();
        let mark = |number: usize| remembered.mark(&number.to_string(), &Secret::new(""), b"");
        for number in 0..5 * GENERATION {
            remembered.remember(mark(number));
            assert!(remembered.knows(&mark(0)), "after {number}");
        }
        let generations = remembered.locked();
        assert!(generations.present.len() + generations.past.len() <= 2 * GENERATION);
        drop(generations);
        assert!(!remembered.knows(&mark(1)));
    }
}
