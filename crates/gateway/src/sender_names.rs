//! Sender names: originators that are registered for a country, who decides on them, and what a submission needs of that.

use std::collections::{BTreeSet, HashMap, HashSet};

use sms::{Country, Originator, OriginatorKind, Refusal, SenderStatus};
use store::sender_names::{NewSenderName, Registered, SenderName};
use store::{AccountId, SenderId};

use crate::pricing::{Approvals, Common, Registrations};
use crate::{Error, Gateway};

/// How many different originators one submission may have where they need approval: each is looked up.
const MOST_ORIGINATORS: usize = 100;

/// Says in which countries an originator needs approval, and who gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderRules {
    /// Messages to these countries wait until their originator is approved there.
    pub approval_required: Vec<Country>,
    /// Whether every name is approved as it is registered; else the operator of the gateway decides on each.
    pub approve_at_once: bool,
}

impl SenderRules {
    /// Returns the status with which a name is registered.
    fn first_status(&self) -> SenderStatus {
        if self.approve_at_once {
            SenderStatus::Approved
        } else {
            SenderStatus::Pending
        }
    }
}

/// How many characters a name may have.
const NAME_CHARACTERS: usize = 11;

/// How many digits a number may have as a name.
const NAME_DIGITS: usize = 14;

impl Gateway {
    /// Registers an originator for a country, given as ISO 3166 alpha-2 in any case; answers its number and status.
    pub async fn register_sender(
        &self,
        account: AccountId,
        name: &str,
        country: &str,
        description: &str,
    ) -> Result<(SenderId, SenderStatus), Error> {
        self.check_length(description)?;
        let name = check_name(name)?;
        let country = Country::parse(&country.trim().to_ascii_uppercase())
            .map_err(|_| Refusal::UnknownCountry)?;
        let status = self.sender_rules().first_status();
        let new = NewSenderName {
            account,
            name: name.as_str().to_owned(),
            country,
            status,
            description: description.to_owned(),
        };
        match self.store().register_sender(new, self.now()).await? {
            Registered::Added(id) => Ok((id, status)),
            Registered::Already(_) => Err(Refusal::AlreadyThere.into()),
        }
    }

    /// Looks at a registered name.
    pub async fn sender(&self, account: AccountId, sender: SenderId) -> Result<SenderName, Error> {
        let found = self.store().sender(account, sender).await?;
        Ok(found.ok_or(Refusal::UnknownSenderName)?)
    }

    /// Looks at a name by its letters, for a country or for the first one that it was registered for.
    pub async fn sender_named(
        &self,
        account: AccountId,
        name: &str,
        country: Option<&str>,
    ) -> Result<SenderName, Error> {
        let named = self.senders_named(account, name).await?;
        let fits = |sender: &SenderName| {
            country.is_none_or(|country| country.trim().eq_ignore_ascii_case(sender.country.code()))
        };
        Ok(named
            .into_iter()
            .find(fits)
            .ok_or(Refusal::UnknownSenderName)?)
    }

    /// Looks at a name by its letters, in each country that it was registered for, by number; refused when there is none.
    pub async fn senders_named(
        &self,
        account: AccountId,
        name: &str,
    ) -> Result<Vec<SenderName>, Error> {
        let named = self.store().senders_named(account, name.trim()).await?;
        if named.is_empty() {
            return Err(Refusal::UnknownSenderName.into());
        }
        Ok(named)
    }

    /// Reads a page of the registered names by number: those after `after`; of one account only when it is given. An empty page
    /// is the end.
    pub async fn senders(
        &self,
        account: Option<AccountId>,
        after: Option<SenderId>,
        limit: u32,
    ) -> Result<Vec<SenderName>, Error> {
        let after = after.unwrap_or(SenderId(0));
        Ok(self.store().senders(account, after, limit).await?)
    }

    /// Changes what the account says of a name.
    pub async fn describe_sender(
        &self,
        account: AccountId,
        sender: SenderId,
        description: &str,
    ) -> Result<(), Error> {
        self.check_length(description)?;
        let store = self.store();
        let described = store.describe_sender(account, sender, description).await?;
        known(described)
    }

    /// Removes a name; tells whether it is gone: it stays while messages wait for the decision on it.
    pub async fn remove_sender(&self, account: AccountId, sender: SenderId) -> Result<bool, Error> {
        match self.store().remove_sender(account, sender).await {
            Err(error) if error.is_conflict() => Ok(false),
            removed => known(removed?).map(|()| true),
        }
    }

    /// Returns the countries in which originators need approval.
    pub fn approval_required(&self) -> &[Country] {
        &self.sender_rules().approval_required
    }

    /// Decides on a name, for the operator of the gateway. Messages that wait for it follow within a second, also when another
    /// process decided.
    pub async fn decide_sender(
        &self,
        sender: SenderId,
        status: SenderStatus,
        note: &str,
    ) -> Result<(), Error> {
        self.check_length(note)?;
        known(self.store().decide_sender(sender, status, note).await?)
    }

    /// Looks up where the originators of a submission are approved, if that matters anywhere.
    pub(crate) async fn look_up_approvals(
        &self,
        account: AccountId,
        common: &mut Common,
    ) -> Result<(), Error> {
        let required = self.sender_rules().approval_required.clone();
        if required.is_empty() {
            return Ok(());
        }
        let originators: HashSet<Originator> = common
            .own_originators
            .values()
            .copied()
            .chain([common.originator])
            .collect();
        if originators.len() > MOST_ORIGINATORS {
            return Err(Refusal::OriginatorNotAllowed.into());
        }
        let mut own = HashMap::with_capacity(originators.len());
        for originator in originators {
            let registrations = self.approvals_of(account, originator.as_str()).await?;
            own.insert(originator, registrations);
        }
        let alternative = match &common.alternative {
            Some(alternative) => self.approvals_of(account, alternative.as_str()).await?,
            None => Vec::new(),
        };
        common.approvals = Approvals {
            required,
            own,
            alternative,
        };
        Ok(())
    }

    async fn approvals_of(&self, account: AccountId, name: &str) -> Result<Registrations, Error> {
        let named = self.store().senders_named(account, name).await?;
        Ok(named
            .into_iter()
            .map(|sender| (sender.country, sender.id, sender.status))
            .collect())
    }

    /// Registers originators in countries where they would have to be; tells whether there were any. The approvals must be looked
    /// up again then.
    pub(crate) async fn register_missing(
        &self,
        account: AccountId,
        missing: BTreeSet<(Originator, Country)>,
    ) -> Result<bool, Error> {
        let any = !missing.is_empty();
        let status = self.sender_rules().first_status();
        for (originator, country) in missing {
            let originator = originator.as_str();
            let name = NewSenderName {
                account,
                name: originator.to_owned(),
                country,
                status,
                description: String::new(),
            };
            self.store().register_sender(name, self.now()).await?;
            tracing::info!(
                %account, originator, country = country.code(), status = status.name(),
                "an originator was used where it needs an approval: it has been registered"
            );
        }
        Ok(any)
    }
}

fn known(known: bool) -> Result<(), Error> {
    if known {
        Ok(())
    } else {
        Err(Refusal::UnknownSenderName.into())
    }
}

/// Reads a name that networks carry and that is not longer than providers register.
fn check_name(name: &str) -> Result<Originator, Refusal> {
    let name = Originator::parse(name.trim()).map_err(|_| Refusal::InvalidName)?;
    let characters = name.as_str().chars().count();
    let longest = match name.kind() {
        OriginatorKind::Alphanumeric => NAME_CHARACTERS,
        OriginatorKind::Numeric => NAME_DIGITS,
    };
    if characters > longest {
        Err(Refusal::InvalidName)
    } else {
        Ok(name)
    }
}
