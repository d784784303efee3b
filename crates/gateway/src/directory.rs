//! Everything configured, as the hot paths see it: one immutable snapshot in memory, replaced whole when the store's
//! revision has grown.

mod account;
mod connector;
mod network;
mod operators;
mod route;
mod tariff;

use std::collections::HashMap;
use std::sync::Arc;

use store::{AccountId, ConnectorId};

pub use account::{
    Account, AccountSettings, ControlCopies, CredentialKind, DataCoding, Originators,
    ReceiptParameters, SmppSettings, StopScope,
};
pub use connector::{
    BindMode, ConnectorSettings, ConnectorSpec, DoubtPolicy, SpecError, StatusMeaning, Tls,
};
pub use network::Network;
pub use operators::OperatorSettings;
pub(crate) use operators::Operators;
pub use route::{Feature, Route, RouteKinds, RouteSettings, Tiers, Ways, Weighted};
pub(crate) use route::{Features, choose};
pub use tariff::{TariffRule, TariffSettings};

use crate::exchange::Exchange;
use crate::keywords::Owners;
use crate::secrets::{Secret, Vault};

/// Holds one revision of the configuration.
#[derive(Default)]
pub(crate) struct Directory {
    pub(crate) revision: i64,
    pub(crate) accounts: foldhash::HashMap<AccountId, Arc<Account>>,
    /// Which account has which number.
    pub(crate) owners: Owners,
    /// Whether any of them has a program that is called back.
    pub(crate) calls_back: bool,
    /// By kind and name: public keys, logins, hashes of tokens, numbers of accounts for what they sign callbacks with.
    pub(crate) credentials: HashMap<(CredentialKind, String), Credential>,
    pub(crate) tariffs: foldhash::HashMap<String, Arc<sms::Tariff>>,
    pub(crate) connectors: Vec<ConnectorSpec>,
    /// Those that cannot be read, by their names: they do not run, and messages may wait for them.
    pub(crate) unreadable: Vec<(ConnectorId, String)>,
    /// In the order in which they are tried.
    pub(crate) routes: Vec<Route>,
    /// Whose numbers are whose.
    pub(crate) operators: Operators,
    /// What is configured, and over it what was set by command.
    pub(crate) exchange: Exchange,
}

pub(crate) struct Credential {
    pub(crate) account: AccountId,
    pub(crate) proof: Proof,
}

/// What a credential is verified with.
pub(crate) enum Proof {
    /// The clear secret, for checksums that are computed from it.
    Clear(Secret),
    /// A hash.
    Hashed(Vec<u8>),
}

impl Directory {
    /// Reads a stored directory. What cannot be read (sealed with another key, settings of a newer version) is left out
    /// and reported: one broken row must not stop the rest.
    pub(crate) fn build(
        stored: store::configuration::Directory,
        vault: &Vault,
        exchange: &Exchange,
    ) -> Self {
        let mut directory = Self {
            revision: stored.revision,
            exchange: exchange.clone(),
            ..Self::default()
        };
        directory.take_rates(stored.rates);
        directory.take_accounts(stored.accounts);
        for tariff in stored.tariffs {
            let read =
                TariffSettings::parse(&tariff.settings).and_then(|settings| settings.build());
            keep(&format!("tariff {}", tariff.name), read, |built| {
                directory
                    .tariffs
                    .insert(tariff.name.clone(), Arc::new(built));
            });
        }
        for connector in stored.connectors {
            let (id, name) = (connector.id, connector.name.clone());
            match ConnectorSpec::read(connector, vault) {
                Ok(spec) => directory.connectors.push(spec),
                Err(error) => {
                    tracing::error!("connector {name} is left out: {error}");
                    directory.unreadable.push((id, name));
                }
            }
        }
        for route in stored.routes {
            let name = route.name.clone();
            keep(&format!("route {name}"), Route::read(route), |route| {
                directory.routes.push(route);
            });
        }
        for operator in stored.operators {
            let read = serde_json::from_str(&operator.settings);
            keep(&format!("operator {}", operator.name), read, |settings| {
                directory.operators.add(&operator.name, settings);
            });
        }
        directory
            .routes
            .sort_by(|a, b| (a.settings.rank, &a.name).cmp(&(b.settings.rank, &b.name)));
        for credential in stored.credentials {
            let label = format!("credential {} {}", credential.kind, credential.name);
            keep(
                &label,
                read_credential(credential, vault),
                |(key, credential)| {
                    directory.credentials.insert(key, credential);
                },
            );
        }
        directory
    }

    fn take_rates(&mut self, rates: Vec<store::configuration::Rate>) {
        for rate in rates {
            let (currency, base) = (rate.currency, rate.base);
            if self.exchange.base() == Some(base) {
                self.exchange.set(currency, rate.worth_micros);
            } else {
                tracing::warn!(
                    "the rate of {currency} is left out: it was set for the base {base}, which is not the table's"
                );
            }
        }
    }

    fn take_accounts(&mut self, accounts: Vec<store::accounts::Account>) {
        for account in accounts {
            let what = format!("account {}", account.name);
            keep(&what, Account::read(account), |account| {
                self.calls_back |= account.settings.callback_url.is_some();
                self.accounts.insert(account.id, Arc::new(account));
            });
        }
        self.suspend_below();
        self.owners = Owners::of(&self.accounts);
    }

    /// Suspends the accounts under suspended ones.
    fn suspend_below(&mut self) {
        let mut ids: Vec<_> = self.accounts.keys().copied().collect();
        // An account has a greater number than the one that it is under: what is above has been decided before.
        ids.sort_unstable();
        for id in ids {
            let parent = self.accounts[&id].parent;
            let above = parent.and_then(|parent| self.accounts.get(&parent));
            if above.is_some_and(|above| above.suspended)
                && let Some(account) = self.accounts.get_mut(&id)
            {
                Arc::make_mut(account).suspended = true;
            }
        }
    }

    /// Lists all connectors with their names, those that cannot be read too.
    pub(crate) fn all_connectors(&self) -> impl Iterator<Item = (ConnectorId, &str)> {
        let readable = self.connectors.iter().map(|spec| (spec.id, &*spec.name));
        let unreadable = self.unreadable.iter().map(|(id, name)| (*id, &**name));
        readable.chain(unreadable)
    }

    pub(crate) fn connector(&self, id: ConnectorId) -> Option<&ConnectorSpec> {
        self.connectors.iter().find(|spec| spec.id == id)
    }
}

fn read_credential(
    stored: store::accounts::Credential,
    vault: &Vault,
) -> Result<((CredentialKind, String), Credential), String> {
    let kind = CredentialKind::from_name(&stored.kind)
        .ok_or_else(|| format!("the kind {} is unknown", stored.kind))?;
    let proof = match kind {
        CredentialKind::KeyPair | CredentialKind::CallbackSecret => Proof::Clear(
            vault
                .open(&kind.purpose(&stored.name), &stored.secret)
                .map_err(|error| error.to_string())?,
        ),
        CredentialKind::Password | CredentialKind::ApiKey | CredentialKind::Token => {
            Proof::Hashed(stored.secret)
        }
    };
    Ok((
        (kind, stored.name),
        Credential {
            account: stored.account,
            proof,
        },
    ))
}

fn keep<T, E: std::fmt::Display>(what: &str, read: Result<T, E>, then: impl FnOnce(T)) {
    match read {
        Ok(value) => then(value),
        Err(error) => tracing::error!("{what} is left out: {error}"),
    }
}
