//! Accounts and their credentials.

use async_trait::async_trait;
use sms::{Currency, Timestamp};

use crate::{AccountId, Error};

/// Describes an account about to be created.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Name for people and the command line; unique.
    pub name: String,
    /// The account that it was made by and is paid for by; `None` for one that the operator of the gateway made.
    pub parent: Option<AccountId>,
    /// The currency of its balance and prices; never changes.
    pub currency: Currency,
    /// The gateway's settings of the account, as a JSON object the store does not look into.
    pub settings: String,
}

/// Describes an account as stored.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The account that it was made by; `None` for one that the operator of the gateway made.
    pub parent: Option<AccountId>,
    /// The currency of its balance and prices.
    pub currency: Currency,
    /// How far below zero the available balance may go, in micro-units; 0 for a prepaid account.
    pub credit_limit_micros: i64,
    /// Whether it may neither sign in nor send.
    pub suspended: bool,
    /// The gateway's settings, a JSON object.
    pub settings: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Describes a key, login or token of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose it is.
    pub account: AccountId,
    /// What kind it is, in the gateway's words (`key-pair`, `password`, `token`, …).
    pub kind: String,
    /// The part that is shown and looked up (public key, login, hash of a token); unique within its kind.
    pub name: String,
    /// The part to verify with: sealed or hashed by the gateway, never clear.
    pub secret: Vec<u8>,
}

/// Keeps accounts and credentials.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Creates an account with an empty book. Conflict when the name is taken, or there is no such parent.
    async fn add_account(&self, account: NewAccount, at: Timestamp) -> Result<AccountId, Error>;

    /// Creates an account with its first credential, or neither; it is named as the account is. Conflict as for
    /// [`Accounts::add_account`], and when another account has such a credential of this kind.
    async fn add_account_with_login(
        &self,
        account: NewAccount,
        kind: &str,
        secret: Vec<u8>,
        at: Timestamp,
    ) -> Result<AccountId, Error>;

    /// Renames an account together with its credential of that kind and its name: from then on both have the new name. The
    /// credential has the secret given, or keeps its own when `None`; then there is none where there was none. Conflict when
    /// another account has the name or such a credential, or there is no such account.
    async fn rename_account(
        &self,
        account: AccountId,
        kind: &str,
        name: &str,
        secret: Option<Vec<u8>>,
    ) -> Result<(), Error>;

    /// Changes settings, credit limit and suspension of an account. Conflict when there is no such account.
    async fn change_account(
        &self,
        account: AccountId,
        settings: String,
        credit_limit_micros: i64,
        suspended: bool,
    ) -> Result<(), Error>;

    /// Adds a credential, or replaces the secret of the same account's credential of that kind and name.
    /// Conflict when another account has it.
    async fn put_credential(&self, credential: Credential) -> Result<(), Error>;

    /// Removes a credential; tells whether it was there.
    async fn remove_credential(
        &self,
        account: AccountId,
        kind: &str,
        name: &str,
    ) -> Result<bool, Error>;
}
