//! Knowing who calls: key pairs, passwords, keys and tokens.

use std::sync::Arc;

use sms::Refusal;

use crate::directory::{Account, CredentialKind, Proof};
use crate::secrets::{Secret, hash_password, token_name, verify_password};
use crate::{Error, Gateway};

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

    /// Verifies a login and its password; takes about as long for an unknown login as for a wrong password.
    ///
    /// Refuses with `WrongSecret` for either, so that logins cannot be found by trying.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Arc<Account>, Error> {
        let directory = self.directory();
        let credential = directory
            .credentials
            .get(&(CredentialKind::Password, login.to_owned()));
        let known = credential.and_then(|credential| match &credential.proof {
            Proof::Hashed(hash) => Some((hash.clone(), credential.account)),
            Proof::Clear(_) => None,
        });
        let password = Secret::new(password);
        let _turn = self
            .0
            .hashing
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let verified = tokio::task::spawn_blocking(move || {
            if let Some((hash, account)) = known {
                verify_password(password.reveal(), &hash).then_some(account)
            } else {
                hash_password(password.reveal());
                None
            }
        })
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        let account = verified
            .and_then(|account| directory.accounts.get(&account))
            .ok_or(Refusal::WrongSecret)?;
        if account.suspended {
            return Err(Refusal::AccountSuspended.into());
        }
        Ok(Arc::clone(account))
    }

    /// Looks up the account of a bearer token or an API key; `None` when nobody has it.
    pub fn bearer(&self, kind: CredentialKind, token: &str) -> Option<Arc<Account>> {
        let directory = self.directory();
        let credential = directory.credentials.get(&(kind, token_name(token)))?;
        directory.accounts.get(&credential.account).cloned()
    }
}
