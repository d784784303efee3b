//! Messages from handsets: whose they are, and how their account reads them.

use std::collections::HashMap;
use std::sync::Arc;

use sms::Timestamp;
use store::inbound::Received;
use store::{AccountId, InboundId};

use crate::directory::{Account, Directory};
use crate::{Error, Gateway};

impl Gateway {
    /// Reads messages that handsets sent to the account's numbers, by number: those after `after`, that came at `since` or later,
    /// sent to `to` when given, at most `limit`.
    ///
    /// A message is its account's for good: it stays when the number that it was sent to has become another account's.
    pub async fn received(
        &self,
        account: AccountId,
        after: Option<InboundId>,
        since: Timestamp,
        to: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Received>, Error> {
        let received = self
            .store()
            .received(account, after, since, to.map(plain), limit);
        Ok(received.await?)
    }
}

impl Directory {
    /// Finds the account that has a number.
    pub(crate) fn owner_of(&self, number: &str) -> Option<&Arc<Account>> {
        self.accounts.get(self.numbers.get(number)?)
    }
}

/// Lists which account has which number; of several that claim the same one the oldest.
pub(crate) fn numbers(accounts: &HashMap<AccountId, Arc<Account>>) -> HashMap<String, AccountId> {
    let mut numbers: HashMap<String, AccountId> = HashMap::new();
    let mut accounts: Vec<_> = accounts.values().collect();
    accounts.sort_unstable_by_key(|account| account.id);
    for account in accounts {
        for number in &account.settings.numbers {
            let owner = *numbers.entry(plain(number)).or_insert(account.id);
            if owner != account.id {
                let name = &account.name;
                tracing::warn!(
                    account = name,
                    number,
                    "another account has the number already"
                );
            }
        }
    }
    numbers
}

/// Writes a number as its digits alone; a name, or anything else that is no number, as it is.
pub(crate) fn plain(given: &str) -> String {
    let is_sign = |character| matches!(character, '+' | ' ' | '-' | '(' | ')');
    let digits: String = given
        .chars()
        .filter(|&character| !is_sign(character))
        .collect();
    if !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit()) {
        digits
    } else {
        given.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_plainly_and_names_stay() {
        for (given, written) in [
            ("+380 (50) 111-00-00", "380501110000"),
            ("1234", "1234"),
            ("Shop-24", "Shop-24"),
            ("+", "+"),
            ("", ""),
        ] {
            assert_eq!(plain(given), written);
        }
    }
}
