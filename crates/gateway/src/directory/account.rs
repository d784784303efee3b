//! An account as the use cases see it, and the kinds of its credentials.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sms::{Currency, Originator, Refusal};
use store::AccountId;

use super::Network;

/// Describes an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The account that it is under; `None` for one that is under the operator of the gateway alone.
    pub parent: Option<AccountId>,
    /// The currency of its balance and prices.
    pub currency: Currency,
    /// How far below zero its available balance may go.
    pub credit_limit_micros: i64,
    /// Whether it may neither sign in nor send: it is suspended itself, or an account above it is.
    pub suspended: bool,
    /// Whether it is suspended itself.
    pub suspended_itself: bool,
    /// What can be changed at any time.
    pub settings: AccountSettings,
}

/// Sets what can be changed of an account at any time. Stored as JSON; an absent field has its default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSettings {
    /// The tariff that prices its messages.
    pub tariff: String,
    /// The originators it may use.
    pub originators: Originators,
    /// Who its messages are from where a door lets a request leave that out; such a request is refused when `None`.
    pub originator: Option<String>,
    /// The IANA time zone of dates without one in its requests, and of dates in answers.
    pub time_zone: String,
    /// Whether the control copies of its campaigns cost anything.
    pub control_copies: ControlCopies,
    /// The addresses and networks from which it may be used, such as `192.0.2.1` or `2001:db8::/32`; any when empty. What
    /// [`Network::parse`] cannot read allows nothing.
    pub addresses: Vec<String>,
    /// How many requests it may make in a second, where a door has such a limit; the door's own when `None`.
    pub requests_per_second: Option<u32>,
    /// Where its program is called back, `http` or `https`; nothing is told when `None`.
    pub callback_url: Option<String>,
    /// The numbers that are its own, each alone or with a keyword after a blank: messages from handsets to them are its, with a
    /// keyword those that begin with it.
    pub numbers: Vec<String>,
    /// What a handset that asks to be left alone has stopped.
    pub stop_scope: StopScope,
    /// What such a handset is answered; nothing when `None`.
    pub stop_answer: Option<String>,
    /// How its programs may use SMPP.
    pub smpp: SmppSettings,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            tariff: "default".into(),
            originators: Originators::Any,
            originator: None,
            time_zone: "UTC".into(),
            control_copies: ControlCopies::Free,
            addresses: Vec::new(),
            requests_per_second: None,
            callback_url: None,
            numbers: Vec::new(),
            stop_scope: StopScope::default(),
            stop_answer: None,
            smpp: SmppSettings::default(),
        }
    }
}

/// Says what is stopped when a handset answers with a word such as STOP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopScope {
    /// Everything that the account sends to it.
    #[default]
    Account,
    /// What the account sends to it from the number that it answered to.
    Number,
    /// Nothing: the account's own program sees to it.
    Nothing,
}

/// Says how the programs of an account may use SMPP; an absent field has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmppSettings {
    /// How many binds it may have at once; the door's own limit when `None`.
    pub binds: Option<u32>,
    /// How many of its requests may be unanswered on one bind, and how many of ours; the door's own limit when `None`.
    pub window: Option<u32>,
    /// How many messages it may submit in a second over all binds; the door's own limit when `None`, and 0 for none.
    pub throughput_per_second: Option<u32>,
    /// What the numbers in `data_coding` mean.
    pub data_coding: DataCoding,
    /// Which parameters its receipts have beside those of the specification.
    pub receipt_parameters: ReceiptParameters,
    /// For how many seconds the same text from the same originator to the same number is refused as a duplicate; 0 for never.
    pub duplicates_within_s: u32,
}

impl Default for SmppSettings {
    fn default() -> Self {
        Self {
            binds: None,
            window: None,
            throughput_per_second: None,
            data_coding: DataCoding::Standard,
            receipt_parameters: ReceiptParameters::Standard,
            duplicates_within_s: 0,
        }
    }
}

/// Says what the numbers in `data_coding` mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataCoding {
    /// What the specification says: 1 is ASCII, 3 Latin-1, 4 octets.
    #[default]
    Standard,
    /// Four times the number of the alphabet, as one provider has it: 4 is Latin-1.
    Fourfold,
}

/// Says which parameters receipts have beside those of the specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptParameters {
    /// None.
    #[default]
    Standard,
    /// As one provider has it: 0x2000 the cost, 0x2001 a flag, 0x2002 the parts.
    Priced,
}

/// Says what the control copy of a campaign costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlCopies {
    /// Nothing: good where accounts are trusted, since a campaign to one contact then sends two messages for the price of one.
    #[default]
    Free,
    /// What a message to its number costs.
    Charged,
}

/// Says which originators an account may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Originators {
    /// Any that is valid.
    Any,
    /// These only, letter for letter.
    Only(Vec<String>),
}

impl Originators {
    /// Tells whether this originator is among them.
    pub fn allow(&self, originator: &Originator) -> bool {
        match self {
            Self::Any => true,
            Self::Only(list) => list.iter().any(|allowed| allowed == originator.as_str()),
        }
    }
}

/// Says what kind a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A public key, and a private key that signs requests.
    KeyPair,
    /// A login (SMPP's `system_id`) and a password.
    Password,
    /// A key sent with each request.
    ApiKey,
    /// A bearer token.
    Token,
    /// What callbacks are signed with: one for each account, named by the account's number.
    CallbackSecret,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::KeyPair,
        Self::Password,
        Self::ApiKey,
        Self::Token,
        Self::CallbackSecret,
    ];

    /// Returns the name under which the kind is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyPair => "key-pair",
            Self::Password => "password",
            Self::ApiKey => "api-key",
            Self::Token => "token",
            Self::CallbackSecret => "callback-secret",
        }
    }

    /// Reads a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The purpose for which a credential of this kind and name is sealed.
    pub(crate) fn purpose(self, name: &str) -> String {
        format!("credential/{}/{name}", self.name())
    }
}

impl Account {
    /// Lets a caller who has proved to be the account's do something: refuses a suspended account, and an address that it may not
    /// be used from.
    pub fn admits(&self, peer: Option<IpAddr>) -> Result<(), Refusal> {
        if self.suspended {
            Err(Refusal::AccountSuspended)
        } else if self.allows(peer) {
            Ok(())
        } else {
            Err(Refusal::AddressNotAllowed)
        }
    }

    /// Tells whether the account may be used from this address; when only some addresses may, one that is not known may not.
    pub fn allows(&self, peer: Option<IpAddr>) -> bool {
        let addresses = &self.settings.addresses;
        let holds = |peer| {
            let networks = addresses.iter().filter_map(|text| Network::parse(text));
            networks.into_iter().any(|network| network.contains(peer))
        };
        addresses.is_empty() || peer.is_some_and(holds)
    }

    pub(crate) fn read(stored: store::accounts::Account) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id: stored.id,
            name: stored.name,
            parent: stored.parent,
            currency: stored.currency,
            credit_limit_micros: stored.credit_limit_micros,
            suspended: stored.suspended,
            suspended_itself: stored.suspended,
            settings: serde_json::from_str(&stored.settings)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(addresses: &[&str], peer: Option<&str>) -> bool {
        let settings = AccountSettings {
            addresses: addresses.iter().map(|&text| text.to_owned()).collect(),
            ..AccountSettings::default()
        };
        let account = Account {
            id: AccountId(1),
            name: "shop".into(),
            parent: None,
            currency: Currency::UAH,
            credit_limit_micros: 0,
            suspended: false,
            suspended_itself: false,
            settings,
        };
        account.allows(peer.map(|text| text.parse().unwrap()))
    }

    #[test]
    fn without_a_list_an_account_may_be_used_from_anywhere() {
        assert!(allows(&[], Some("192.0.2.1")));
        assert!(allows(&[], None));
    }

    #[test]
    fn with_a_list_an_account_may_be_used_from_there_only() {
        let list = ["192.0.2.1", "nonsense", "2001:db8::/32"];
        for peer in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::7"] {
            assert!(allows(&list, Some(peer)), "{peer}");
        }
        assert!(!allows(&list, Some("192.0.2.2")));
        assert!(!allows(&list, None));
    }

    #[test]
    fn an_entry_that_cannot_be_read_allows_nothing() {
        assert!(!allows(&["nonsense"], Some("192.0.2.1")));
        assert!(!allows(&[""], Some("192.0.2.1")));
    }
}
