//! Knowing who calls: key pairs, passwords, keys and tokens.

mod remembered;
mod turns;

use std::net::IpAddr;
use std::sync::{Arc, MutexGuard, PoisonError};

use sms::Refusal;
use store::AccountId;

use crate::directory::{Account, CredentialKind, Network, Proof};
use crate::guessing::{Guessing, Waits};
use crate::secrets::{Given, Secret, hash_password, token_name, verify_password};
use crate::{Error, Gateway, apart};

use remembered::Mark;
pub(crate) use remembered::Remembered;
pub(crate) use turns::Turns;
use turns::{TooMany, Turn};

/// Is one try to sign in.
#[derive(Clone)]
struct Attempt {
    /// What it is remembered by.
    mark: Mark,
    login: String,
    /// Where it comes from; `None` for this process itself.
    network: Option<Network>,
}

impl Attempt {
    /// Returns what tells one password from another.
    fn guess(&self) -> u64 {
        let octets = self.mark.iter().take(8);
        octets.fold(0, |digest, octet| digest << 8 | u64::from(*octet))
    }
}

impl Gateway {
    /// Looks up the account and the private key that belong to a public key; a suspended account's too, so that the caller
    /// can verify the signature before it tells.
    pub fn key_pair(&self, public_key: &str) -> Option<(Arc<Account>, Secret)> {
        let directory = self.directory();
        let credential = directory
            .credentials
            .get(&(CredentialKind::KeyPair, public_key.to_owned()))?;
        let account = directory.accounts.get(&credential.account)?;
        match &credential.proof {
            Proof::Clear(secret) => Some((Arc::clone(account), secret.clone())),
            Proof::Hashed(_) => None,
        }
    }

    /// Verifies a login and its password: the clear one, or its MD5 or SHA-1 in hex. The same again costs microseconds; all
    /// else takes a slow hash, as long for an unknown login as for a wrong password. For callers of the gateway's own process:
    /// wrong passwords are not counted.
    ///
    /// Refuses with `WrongSecret` for either, so that logins cannot be found by trying, and with `AccountSuspended` only whoever
    /// has the password.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Arc<Account>, Error> {
        self.sign_in_from(login, password, None).await
    }

    /// Verifies a login and its password as [`Gateway::sign_in`] does, for a caller at this address.
    ///
    /// One that has guessed too often is refused with `RateLimited`, without a look at what it gives: for a quarter of an hour
    /// after ten wrong passwords for one login from one network, an address of IPv4 or a /64 of IPv6, within ten minutes; for an
    /// hour after a hundred for any logins, but for those that have been used from there in the last 30 days. The same wrong
    /// password again does not count, and is not hashed again. A program that has signed in from there with its password is let in all
    /// the same, five tries a second. From other networks the login can be used as ever.
    ///
    /// `Unavailable` when too many wait for a hash; whoever gives what was verified before does not wait. The counts are of this
    /// process. Behind a proxy that hides addresses everybody is on one network.
    pub async fn sign_in_from(
        &self,
        login: &str,
        password: &str,
        peer: Option<IpAddr>,
    ) -> Result<Arc<Account>, Error> {
        let directory = self.directory();
        let credential = directory
            .credentials
            .get(&(CredentialKind::Password, login.to_owned()));
        let known = credential.and_then(|credential| match &credential.proof {
            Proof::Hashed(secret) => Some((secret.clone(), credential.account)),
            Proof::Clear(_) => None,
        });
        let (secret, account) = match known {
            Some((secret, account)) => (secret, directory.accounts.get(&account)),
            None => (Vec::new(), None),
        };
        let given = Given::new(password);
        let attempt = Attempt {
            mark: self.0.signed_in.mark(login, given.clear(), &secret),
            login: login.to_owned(),
            network: peer.map(Network::of),
        };
        self.check_guessing(&attempt)?;
        if !self.0.signed_in.knows(&attempt.mark) {
            // Whom the account has named as its own is no stranger.
            let is_named = account.is_some_and(|account| {
                !account.settings.addresses.is_empty() && account.allows(peer)
            });
            self.verify(given, secret, attempt.clone(), is_named)
                .await?;
        }
        if let Some(network) = attempt.network {
            self.guessing().succeeded(login, network, self.now());
        }
        let account = account.ok_or(Refusal::WrongSecret)?;
        if account.suspended {
            return Err(Refusal::AccountSuspended.into());
        }
        Ok(Arc::clone(account))
    }

    /// Hashes what was given, on a thread of its own, and remembers it when it is right, and counts it when it is wrong, even when
    /// the caller has gone meanwhile.
    async fn verify(
        &self,
        given: Given,
        secret: Vec<u8>,
        attempt: Attempt,
        is_named: bool,
    ) -> Result<(), Error> {
        let now = self.now();
        let is_known = |network| self.guessing().knows(&attempt.login, network, now);
        let stranger = attempt
            .network
            .filter(|network| !is_named && !is_known(*network));
        let turn = self.turn_to_hash(stranger).await?;
        // Many requests of a program that has just begun wait here: the first of them has done it for all.
        if self.0.signed_in.knows(&attempt.mark) {
            return Ok(());
        }
        self.check_guessing(&attempt)?;
        let gateway = self.clone();
        let verified = apart::run(move || {
            let verified = verify_password(&given, &secret);
            if verified {
                gateway.0.signed_in.remember(attempt.mark);
            } else {
                gateway.count_wrong(&attempt);
            }
            drop(turn);
            verified
        });
        if verified.await {
            Ok(())
        } else {
            Err(Refusal::WrongSecret.into())
        }
    }

    /// Refuses who has to wait, and what was wrong a moment ago.
    fn check_guessing(&self, attempt: &Attempt) -> Result<(), Refusal> {
        let Some(network) = attempt.network else {
            return Ok(());
        };
        let (login, now) = (&attempt.login, self.now());
        let mut guessing = self.guessing();
        if !guessing.admits(login, network, now) {
            let is_spared = guessing.spares(login, network, now);
            if is_spared && self.0.signed_in.knows(&attempt.mark) {
                return Ok(());
            }
            return Err(Refusal::RateLimited);
        }
        if guessing.was_wrong(login, network, attempt.guess(), now) {
            return Err(Refusal::WrongSecret);
        }
        Ok(())
    }

    fn count_wrong(&self, attempt: &Attempt) {
        let Some(network) = attempt.network else {
            return;
        };
        let (login, guess, now) = (&attempt.login, attempt.guess(), self.now());
        let waits = self.guessing().failed(login, network, guess, now);
        match waits {
            Some(Waits::Pair) => {
                tracing::warn!(
                    %network,
                    ?login,
                    "so many wrong passwords that this login has to wait there"
                );
            }
            Some(Waits::Network) => {
                tracing::warn!(%network, "so many wrong passwords that this network has to wait");
            }
            None => {}
        }
    }

    fn guessing(&self) -> MutexGuard<'_, Guessing> {
        let guessing = self.0.guessing.lock();
        guessing.unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether a login is one of the account's, or the name of the account.
    pub fn is_login_of(&self, account: AccountId, login: &str) -> bool {
        let directory = self.directory();
        let key = (CredentialKind::Password, login.to_owned());
        let is_login = directory.credentials.get(&key);
        let account_of_name = directory.accounts.get(&account);
        is_login.is_some_and(|credential| credential.account == account)
            || account_of_name.is_some_and(|account| account.name == login)
    }

    /// Hashes a password, on a thread of its own; `Unavailable` when too many wait for that.
    pub(crate) async fn hashed(&self, password: &str) -> Result<Vec<u8>, store::Error> {
        let password = Secret::new(password);
        let turn = self.turn_to_hash(None).await?;
        let hashed = apart::run(move || {
            let hashed = hash_password(password.reveal());
            drop(turn);
            hashed
        });
        Ok(hashed.await)
    }

    async fn turn_to_hash(&self, stranger: Option<Network>) -> Result<Turn, store::Error> {
        let turn = self.0.hashing.take(stranger).await;
        let message = "too many wait for their turn to have a password hashed";
        turn.map_err(|TooMany| store::Error::unavailable(message, None))
    }

    /// Looks up the account of a bearer token or an API key; `None` when nobody has it. A suspended account's too: the caller
    /// tells.
    pub fn bearer(&self, kind: CredentialKind, token: &str) -> Option<Arc<Account>> {
        let directory = self.directory();
        let credential = directory.credentials.get(&(kind, token_name(token)))?;
        directory.accounts.get(&credential.account).cloned()
    }
}
