//! Accounts under accounts: a reseller's customers, each with a balance and credentials of its own.

use std::sync::Arc;

use sms::{Currency, Money, Timestamp};
use store::AccountId;
use store::ledger::Turnover;

use crate::directory::{Account, AccountSettings};
use crate::{Error, Gateway};

/// Describes an account about to be made under another.
#[derive(Clone, Debug)]
pub struct NewSubAccount {
    /// The account that makes it.
    pub parent: AccountId,
    /// Its login, which is its name too.
    pub login: String,
    /// Its password.
    pub password: String,
    /// The currency of its balance; its parent's when `None`.
    pub currency: Option<Currency>,
    /// Its settings.
    pub settings: AccountSettings,
}

/// Says what to change of an account under another; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SubAccountChange {
    /// A new login in place of the old one.
    pub login: Option<String>,
    /// A new password.
    pub password: Option<String>,
    /// New settings.
    pub settings: Option<AccountSettings>,
    /// Whether it may sign in and send.
    pub suspended: Option<bool>,
}

impl Gateway {
    /// Makes an account under another. Refuses with `AlreadyThere` when anybody has the login, with `InvalidName` when it is empty.
    pub async fn add_sub_account(&self, _new: NewSubAccount) -> Result<AccountId, Error> {
        Err(crate::not_built())
    }

    /// Lists the accounts directly under one, by number.
    pub fn sub_accounts(&self, _parent: AccountId) -> Vec<Arc<Account>> {
        Vec::new()
    }

    /// Looks up an account directly under one by its login; refuses with `UnknownSubAccount`.
    pub fn sub_account(&self, _parent: AccountId, _login: &str) -> Result<Arc<Account>, Error> {
        Err(crate::not_built())
    }

    /// Changes an account under another. Refuses with `UnknownSubAccount`, and with `AlreadyThere` when anybody has the new login.
    pub async fn change_sub_account(
        &self,
        _parent: AccountId,
        _login: &str,
        _change: SubAccountChange,
    ) -> Result<(), Error> {
        Err(crate::not_built())
    }

    /// Moves money from an account to one under it, or back when the amount is negative. Refuses with `InsufficientFunds` when
    /// whoever gives has less, with `UnknownCurrency` when their currencies differ, with `UnknownSubAccount`.
    pub async fn pay_sub_account(
        &self,
        _parent: AccountId,
        _login: &str,
        _amount: Money,
        _note: &str,
    ) -> Result<(), Error> {
        Err(crate::not_built())
    }

    /// Sums up what an account spent and was given from `from` on and before `until`.
    pub async fn turnover(
        &self,
        account: AccountId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Turnover, Error> {
        Ok(self.store().turnover(account, from, until).await?)
    }
}
