//! Accounts under accounts: a reseller's customers, each with a balance and credentials of its own.
//!
//! Such an account is one like any other, but that another may change and pay it. When that one is suspended, it is too: whoever
//! answers for it may not send. Its login and its name are one word, which nobody else's account has.

use std::sync::Arc;

use sms::{Currency, Money, Refusal, Timestamp};
use store::AccountId;
use store::accounts::NewAccount;
use store::ledger::{Transferred, Turnover};

use crate::admin::json;
use crate::directory::{Account, AccountSettings, CredentialKind, Directory};
use crate::{Error, Gateway};

/// How many accounts may stand one above the other: each claim of a message asks all above its account.
const MOST_LEVELS: usize = 8;

/// The most characters of a login.
const LONGEST_LOGIN: usize = 64;

/// Describes an account about to be made under another. It has a password in it, and is not to be shown.
#[derive(Clone)]
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

/// Says what to change of an account under another; what is `None` stays. It has a password in it, and is not to be shown.
#[derive(Clone, Default)]
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

impl AccountSettings {
    /// Makes the settings with which an account under this one begins: its tariff, what it may be from, its time zone, what control
    /// copies cost, what a stop does, and how it may use SMPP, each bind and each second for itself. Numbers, what a stop is answered,
    /// addresses, and where its program is called back are its own.
    #[must_use]
    pub fn for_sub_account(&self) -> Self {
        Self {
            tariff: self.tariff.clone(),
            originators: self.originators.clone(),
            originator: self.originator.clone(),
            time_zone: self.time_zone.clone(),
            control_copies: self.control_copies,
            stop_scope: self.stop_scope,
            smpp: self.smpp.clone(),
            ..Self::default()
        }
    }
}

impl Gateway {
    /// Makes an account under another. Refuses with `AlreadyThere` when anybody has the login, and with `InvalidName` when it is
    /// empty, has more than 64 characters or any that cannot be seen, or when the password is empty; with `TooManySubAccounts` when
    /// it would be the ninth of accounts that stand one above the other, or when the one at the top has as many under it as the
    /// gateway's limits allow (a few more when they are made at once).
    pub async fn add_sub_account(&self, new: NewSubAccount) -> Result<AccountId, Error> {
        let directory = self.directory();
        let parent = account_of(&directory, new.parent)?;
        check_login(&new.login)?;
        if is_taken(&directory, &new.login, None) {
            return Err(Refusal::AlreadyThere.into());
        }
        check_room(&directory, parent, self.limits().sub_accounts)?;
        let secret = self.hash(&new.password).await?;
        let account = NewAccount {
            name: new.login,
            parent: Some(parent.id),
            currency: new.currency.unwrap_or(parent.currency),
            settings: json(&new.settings),
        };
        let kind = CredentialKind::Password.name();
        let added = self
            .store()
            .add_account_with_login(account, kind, secret, self.now())
            .await;
        let id = unless_taken(added)?;
        self.reload().await?;
        Ok(id)
    }

    /// Lists the accounts directly under one, by number.
    pub fn sub_accounts(&self, parent: AccountId) -> Vec<Arc<Account>> {
        let directory = self.directory();
        let mut below: Vec<_> = directory
            .accounts
            .values()
            .filter(|account| account.parent == Some(parent))
            .cloned()
            .collect();
        below.sort_by_key(|account| account.id);
        below
    }

    /// Looks up an account directly under one by its login; refuses with `UnknownSubAccount`.
    pub fn sub_account(&self, parent: AccountId, login: &str) -> Result<Arc<Account>, Error> {
        let directory = self.directory();
        let found = directory
            .accounts
            .values()
            .find(|account| account.parent == Some(parent) && account.name == login);
        Ok(Arc::clone(found.ok_or(Refusal::UnknownSubAccount)?))
    }

    /// Changes an account under another. Refuses with `UnknownSubAccount`, with `AlreadyThere` when anybody has the new login, and
    /// what [`Gateway::add_sub_account`] refuses. The login is changed before the rest, each durably.
    pub async fn change_sub_account(
        &self,
        parent: AccountId,
        login: &str,
        change: SubAccountChange,
    ) -> Result<(), Error> {
        let account = self.sub_account(parent, login)?;
        if change.login.is_some() || change.password.is_some() {
            self.change_login(&account, change.login, change.password)
                .await?;
        }
        if change.settings.is_some() || change.suspended.is_some() {
            // What the operator of the gateway has decided meanwhile, in another process, stays.
            self.reload().await?;
            let account = self.account(account.id);
            let account = account.ok_or(Refusal::UnknownSubAccount)?;
            let settings = change.settings.as_ref().unwrap_or(&account.settings);
            let suspended = change.suspended.unwrap_or(account.suspended_itself);
            let credit = account.credit_limit_micros;
            self.store()
                .change_account(account.id, json(settings), credit, suspended)
                .await?;
        }
        self.reload().await?;
        Ok(())
    }

    /// Moves money from an account to one under it, or back when the amount is negative. Refuses with `InsufficientFunds` when
    /// whoever gives has less, its credit included, with `UnknownCurrency` when their currencies or the amount's differ, with
    /// `UnknownSubAccount`.
    pub async fn pay_sub_account(
        &self,
        parent: AccountId,
        login: &str,
        amount: Money,
        note: &str,
    ) -> Result<(), Error> {
        self.check_length(note)?;
        let below = self.sub_account(parent, login)?;
        let above = self.account(parent).ok_or(Refusal::UnknownCredential)?;
        let currency = amount.currency();
        if [above.currency, below.currency] != [currency; 2] {
            return Err(Refusal::UnknownCurrency.into());
        }
        let (from, to) = match amount.micros() {
            0 => return Ok(()),
            ..0 => (below.id, above.id),
            1.. => (above.id, below.id),
        };
        let micros = amount.micros().saturating_abs();
        let transferred = self
            .store()
            .transfer(from, to, micros, note, self.now())
            .await?;
        match transferred {
            Transferred::Done => Ok(()),
            Transferred::Insufficient { available_micros } => Err(Refusal::InsufficientFunds {
                needed: Money::new(micros, currency),
                available: Money::new(available_micros, currency),
            }
            .into()),
        }
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

    /// Gives an account another login, another password or both, in one go: there is no moment without any.
    async fn change_login(
        &self,
        account: &Account,
        login: Option<String>,
        password: Option<String>,
    ) -> Result<(), Error> {
        let directory = self.directory();
        let login = login.unwrap_or_else(|| account.name.clone());
        check_login(&login)?;
        if is_taken(&directory, &login, Some(account.id)) {
            return Err(Refusal::AlreadyThere.into());
        }
        let secret = match password {
            Some(password) => Some(self.hash(&password).await?),
            None => None,
        };
        let kind = CredentialKind::Password.name();
        let renamed = self
            .store()
            .rename_account(account.id, kind, &login, secret);
        unless_taken(renamed.await)
    }

    /// Hashes a password; refuses an empty one.
    async fn hash(&self, password: &str) -> Result<Vec<u8>, Error> {
        if password.is_empty() {
            return Err(Refusal::InvalidName.into());
        }
        Ok(self.hashed(password).await?)
    }
}

fn account_of(directory: &Directory, id: AccountId) -> Result<&Account, Refusal> {
    let account = directory.accounts.get(&id);
    account
        .map(|account| &**account)
        .ok_or(Refusal::UnknownCredential)
}

/// Refuses one account more under `parent` when there are as many as may be.
fn check_room(directory: &Directory, parent: &Account, most: usize) -> Result<(), Refusal> {
    let (top, above) = top_of(directory, parent);
    let accounts = directory.accounts.values();
    let under_top = accounts.filter(|account| top_of(directory, account).0 == top);
    // The one at the top is not under itself.
    if above + 2 > MOST_LEVELS || under_top.count() > most {
        return Err(Refusal::TooManySubAccounts);
    }
    Ok(())
}

/// Finds the account at the top of those that stand above one, and how many these are.
fn top_of(directory: &Directory, account: &Account) -> (AccountId, usize) {
    let (mut top, mut above) = (account, 0);
    while let Some(next) = top.parent.and_then(|id| directory.accounts.get(&id)) {
        (top, above) = (next, above + 1);
    }
    (top.id, above)
}

fn check_login(login: &str) -> Result<(), Refusal> {
    let fits = !login.trim().is_empty()
        && login.chars().count() <= LONGEST_LOGIN
        && !login.chars().any(char::is_control);
    fits.then_some(()).ok_or(Refusal::InvalidName)
}

/// Tells whether another account than this one has the name, or signs in with it.
fn is_taken(directory: &Directory, login: &str, but: Option<AccountId>) -> bool {
    let is_another = |id| but != Some(id);
    let named = directory
        .accounts
        .values()
        .any(|account| account.name == login && is_another(account.id));
    let key = (CredentialKind::Password, login.to_owned());
    let signs_in = directory.credentials.get(&key);
    named || signs_in.is_some_and(|credential| is_another(credential.account))
}

/// Somebody else, perhaps another process, may have taken the login meanwhile.
fn unless_taken<T>(done: Result<T, store::Error>) -> Result<T, Error> {
    match done {
        Err(error) if error.is_conflict() => Err(Refusal::AlreadyThere.into()),
        done => Ok(done?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{SmppSettings, StopScope};

    #[test]
    fn an_account_begins_with_what_the_one_above_it_follows_and_with_nothing_of_its_own() {
        let above = AccountSettings {
            tariff: "resellers".into(),
            originator: Some("Shop".into()),
            time_zone: "Europe/Kyiv".into(),
            addresses: vec!["192.0.2.1".into()],
            requests_per_second: Some(7),
            callback_url: Some("https://shop.example/".into()),
            numbers: vec!["7700".into()],
            stop_scope: StopScope::Number,
            stop_answer: Some("No more.".into()),
            smpp: SmppSettings {
                window: Some(3),
                ..SmppSettings::default()
            },
            ..AccountSettings::default()
        };
        let below = above.for_sub_account();
        assert_eq!(below.tariff, above.tariff);
        assert_eq!(below.originator, above.originator);
        assert_eq!(below.time_zone, above.time_zone);
        assert_eq!(below.stop_scope, above.stop_scope);
        assert_eq!(below.smpp, above.smpp);
        assert!(below.numbers.is_empty() && below.addresses.is_empty());
        assert_eq!((below.callback_url, below.stop_answer), (None, None));
        assert_eq!(below.requests_per_second, None);
    }
}
