//! Knowing who calls: key pairs, passwords, keys and tokens.

mod remembered;

use std::net::IpAddr;
use std::sync::Arc;

use sms::Refusal;
use store::AccountId;
use tokio::sync::SemaphorePermit;

use crate::directory::{Account, CredentialKind, Proof};
use crate::secrets::{Given, Secret, hash_password, token_name, verify_password};
use crate::{Error, Gateway, apart};

use remembered::Mark;
pub(crate) use remembered::Remembered;

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
    /// else takes a slow hash, as long for an unknown login as for a wrong password.
    ///
    /// Refuses with `WrongSecret` for either, so that logins cannot be found by trying, and with `AccountSuspended` only whoever
    /// has the password.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Arc<Account>, Error> {
        let directory = self.directory();
        let credential = directory
            .credentials
            .get(&(CredentialKind::Password, login.to_owned()));
        let known = credential.and_then(|credential| match &credential.proof {
            Proof::Hashed(secret) => Some((secret.clone(), credential.account)),
            Proof::Clear(_) => None,
        });
        let (secret, account) = match known {
            Some((secret, account)) => (secret, Some(account)),
            None => (Vec::new(), None),
        };
        let given = Given::new(password);
        let mark = self.0.signed_in.mark(login, given.clear(), &secret);
        if !self.0.signed_in.knows(&mark) && !self.verified(given, secret, mark).await {
            return Err(Refusal::WrongSecret.into());
        }
        let account = account
            .and_then(|account| directory.accounts.get(&account))
            .ok_or(Refusal::WrongSecret)?;
        if account.suspended {
            return Err(Refusal::AccountSuspended.into());
        }
        Ok(Arc::clone(account))
    }

    /// Verifies a login and its password as [`Gateway::sign_in`] does, for a caller at this address: one that has guessed too often
    /// is refused with `RateLimited`, without a look at what it gives.
    pub async fn sign_in_from(
        &self,
        login: &str,
        password: &str,
        _peer: Option<IpAddr>,
    ) -> Result<Arc<Account>, Error> {
        self.sign_in(login, password).await
    }

    /// Hashes what was given, on a thread of its own, and remembers it when it is right.
    async fn verified(&self, given: Given, secret: Vec<u8>, mark: Mark) -> bool {
        let signed_in = &self.0.signed_in;
        let _turn = self.turn_to_hash().await;
        // Many requests of a program that has just begun wait here: the first of them has done it for all.
        if signed_in.knows(&mark) {
            return true;
        }
        let verified = apart::run(move || verify_password(&given, &secret)).await;
        if verified {
            signed_in.remember(mark);
        }
        verified
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

    /// Hashes a password, on a thread of its own.
    pub(crate) async fn hashed(&self, password: &str) -> Vec<u8> {
        let password = Secret::new(password);
        let _turn = self.turn_to_hash().await;
        apart::run(move || hash_password(password.reveal())).await
    }

    async fn turn_to_hash(&self) -> SemaphorePermit<'_> {
        let turn = self.0.hashing.acquire().await;
        turn.expect("the semaphore is never closed")
    }

    /// Looks up the account of a bearer token or an API key; `None` when nobody has it. A suspended account's too: the caller
    /// tells.
    pub fn bearer(&self, kind: CredentialKind, token: &str) -> Option<Arc<Account>> {
        let directory = self.directory();
        let credential = directory.credentials.get(&(kind, token_name(token)))?;
        directory.accounts.get(&credential.account).cloned()
    }
}
