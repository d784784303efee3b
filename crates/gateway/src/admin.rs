//! What the operator of the gateway does: accounts, credentials, money, tariffs, connectors, routes.
//!
//! Each of these works on the store alone, so an admin command may run beside a running gateway, which notices the new
//! revision, or without one.

mod ways;

pub use ways::Noted;

use sms::Currency;
use sms::ledger::Book;
use store::accounts::{Credential, NewAccount};
use store::configuration::{Connector, Directory, Rate, Route, Tariff};
use store::ledger::Audit;
use thiserror::Error as ThisError;

use crate::callback::check_url;
use crate::directory::{Account, AccountSettings, CredentialKind, Network, TariffSettings};
use crate::secrets::token_name;
use crate::{AccountId, ConnectorId, Gateway};

/// Says why an admin command was not carried out.
#[derive(Debug, ThisError)]
pub enum AdminError {
    /// What was asked contradicts what there is, or is not valid: nothing has changed.
    #[error("{0}")]
    Invalid(String),
    /// The store could not do it, or could not say that it has done it: look before repeating a top-up.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Gateway {
    /// Creates an account that is under no other.
    pub async fn add_account(
        &self,
        name: &str,
        currency: Currency,
        settings: &AccountSettings,
    ) -> Result<AccountId, AdminError> {
        self.add_account_under(None, name, currency, settings).await
    }

    /// Creates an account, under another when there is a parent. Without credentials nobody can sign in to it yet.
    pub async fn add_account_under(
        &self,
        parent: Option<AccountId>,
        name: &str,
        currency: Currency,
        settings: &AccountSettings,
    ) -> Result<AccountId, AdminError> {
        check_settings(settings)?;
        if name.trim().is_empty() {
            return Err(AdminError::Invalid("an account needs a name".into()));
        }
        let account = NewAccount {
            name: name.to_owned(),
            parent,
            currency,
            settings: json(settings),
        };
        let id = self.store().add_account(account, self.now()).await?;
        self.changed().await?;
        Ok(id)
    }

    /// Changes settings, credit limit and suspension. The accounts under a suspended one are suspended with it.
    pub async fn change_account(
        &self,
        account: AccountId,
        settings: &AccountSettings,
        credit_limit_micros: i64,
        suspended: bool,
    ) -> Result<(), AdminError> {
        check_settings(settings)?;
        let settings = json(settings);
        self.store()
            .change_account(account, settings, credit_limit_micros, suspended)
            .await?;
        self.changed().await
    }

    /// Lists accounts by number.
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts: Vec<_> = self
            .directory()
            .accounts
            .values()
            .map(|account| (**account).clone())
            .collect();
        accounts.sort_by_key(|account| account.id);
        accounts
    }

    /// Adds to an account's balance, or takes from it when negative.
    pub async fn top_up(
        &self,
        account: AccountId,
        amount_micros: i64,
        note: &str,
    ) -> Result<Book, AdminError> {
        Ok(self
            .store()
            .top_up(account, amount_micros, note, self.now())
            .await?)
    }

    /// Reads an account's sums, in micro-units; `None` when there is no such account.
    pub async fn book(&self, account: AccountId) -> Result<Option<Book>, AdminError> {
        Ok(self.store().book(account).await?)
    }

    /// Gives an account a credential, or a new secret for one it has. For a key pair and a login, `name` is the public part;
    /// for API keys and tokens the secret is everything, and `name` is not used.
    pub async fn put_credential(
        &self,
        account: AccountId,
        kind: CredentialKind,
        name: &str,
        secret: &str,
    ) -> Result<(), AdminError> {
        if secret.is_empty() {
            return Err(AdminError::Invalid("a secret must not be empty".into()));
        }
        let (name, secret) = match kind {
            CredentialKind::KeyPair => (
                name.to_owned(),
                self.0.vault.seal(&kind.purpose(name), secret),
            ),
            CredentialKind::CallbackSecret => {
                let name = account.to_string();
                let sealed = self.0.vault.seal(&kind.purpose(&name), secret);
                (name, sealed)
            }
            CredentialKind::Password => (name.to_owned(), self.hashed(secret).await?),
            CredentialKind::ApiKey | CredentialKind::Token => (token_name(secret), Vec::new()),
        };
        let kind = kind.name().to_owned();
        self.store()
            .put_credential(Credential {
                account,
                kind,
                name,
                secret,
            })
            .await?;
        self.changed().await
    }

    /// Takes a credential away; tells whether the account had it.
    pub async fn remove_credential(
        &self,
        account: AccountId,
        kind: CredentialKind,
        name: &str,
    ) -> Result<bool, AdminError> {
        let removed = self
            .store()
            .remove_credential(account, kind.name(), name)
            .await?;
        self.changed().await?;
        Ok(removed)
    }

    /// Adds or replaces a tariff.
    pub async fn put_tariff(&self, name: &str, tariff: &TariffSettings) -> Result<(), AdminError> {
        tariff.build().map_err(AdminError::Invalid)?;
        let unlike = self.accounts().into_iter().find(|account| {
            account.settings.tariff == name && account.currency.code() != tariff.currency
        });
        if let Some(Account {
            name: user,
            currency,
            ..
        }) = unlike
        {
            let given = &tariff.currency;
            return Err(AdminError::Invalid(format!(
                "account {user} uses tariff {name} and has {}, not {given}",
                currency.code()
            )));
        }
        self.store()
            .put_tariff(Tariff {
                name: name.to_owned(),
                settings: json(tariff),
            })
            .await?;
        self.changed().await
    }

    /// Removes a tariff; tells whether it was there. Refuses while an account uses it.
    pub async fn remove_tariff(&self, name: &str) -> Result<bool, AdminError> {
        if let Some(user) = self
            .accounts()
            .into_iter()
            .find(|account| account.settings.tariff == name)
        {
            let account = user.name;
            return Err(AdminError::Invalid(format!(
                "account {account} uses tariff {name}"
            )));
        }
        let removed = self.store().remove_tariff(name).await?;
        self.changed().await?;
        Ok(removed)
    }

    /// Sets what one unit of the exchange table's base is worth in a currency, above zero.
    pub async fn put_rate(&self, currency: Currency, worth_micros: i64) -> Result<(), AdminError> {
        let Some(base) = self.exchange().base() else {
            return Err(AdminError::Invalid(
                "there is no exchange table: set exchange.base in the configuration first".into(),
            ));
        };
        if currency == base || worth_micros <= 0 {
            let code = currency.code();
            return Err(AdminError::Invalid(format!(
                "a rate is above zero and of another currency than the base: not {code}"
            )));
        }
        let rate = Rate {
            currency,
            base,
            worth_micros,
        };
        self.store().put_rate(rate).await?;
        self.changed().await
    }

    /// Removes a rate that was set by [`Gateway::put_rate`], so that the configured one counts again, if there is one; tells
    /// whether it was there.
    pub async fn remove_rate(&self, currency: Currency) -> Result<bool, AdminError> {
        let removed = self.store().remove_rate(currency).await?;
        self.changed().await?;
        Ok(removed)
    }

    /// Reads tariffs, connectors and routes as they are stored, secrets sealed.
    pub async fn stored(&self) -> Result<(Vec<Tariff>, Vec<Connector>, Vec<Route>), AdminError> {
        let Directory {
            tariffs,
            connectors,
            routes,
            ..
        } = self.store().directory().await?;
        Ok((tariffs, connectors, routes))
    }

    /// Checks the books.
    pub async fn audit(&self) -> Result<Audit, AdminError> {
        Ok(self.store().audit().await?)
    }

    /// Counts all messages of all accounts by state; looks at every one of them.
    pub async fn tally(&self) -> Result<sms::Tally, AdminError> {
        Ok(self.store().tally().await?)
    }

    /// Counts what waits for a connector, by lane, up to `limit` in each.
    pub async fn waiting(
        &self,
        connector: ConnectorId,
        limit: u32,
    ) -> Result<[u32; sms::Lane::ALL.len()], AdminError> {
        Ok(self.store().waiting(connector, limit).await?)
    }

    async fn changed(&self) -> Result<(), AdminError> {
        self.reload().await?;
        Ok(())
    }
}

/// Refuses what the operator would not notice until nobody can use the account.
fn check_settings(settings: &AccountSettings) -> Result<(), AdminError> {
    let unlike = |text: &&String| Network::parse(text).is_none();
    if let Some(text) = settings.addresses.iter().find(unlike) {
        return Err(AdminError::Invalid(format!(
            "{text:?} is no address or network such as 192.0.2.1 or 2001:db8::/32"
        )));
    }
    match settings.callback_url.as_deref().map(check_url) {
        None | Some(Ok(())) => Ok(()),
        Some(Err(wrong)) => Err(AdminError::Invalid(wrong.to_string())),
    }
}

pub(crate) fn json(settings: &impl serde::Serialize) -> String {
    serde_json::to_string(settings).expect("settings are plain data with text keys")
}
