//! Asking an account's stop list, and its stops of single originators, about one number after another, within the caller's
//! transaction.

use rusqlite::Connection;
use store::{AccountId, Error};

use crate::{failed, originator_stops};

const HAS_ANY: &str = "SELECT EXISTS (SELECT 1 FROM stop WHERE account_id = ?1), \
     EXISTS (SELECT 1 FROM originator_stop WHERE account_id = ?1)";

const HAS: &str = "SELECT 1 FROM stop WHERE account_id = ?1 AND number = ?2";

/// An account's stop list; most accounts have none, and then no number is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Stops {
    account: AccountId,
    any: bool,
    any_of_originators: bool,
}

impl Stops {
    /// Looks whether the account has any entries.
    pub(crate) fn of(connection: &Connection, account: AccountId) -> Result<Self, Error> {
        connection
            .prepare_cached(HAS_ANY)
            .and_then(|mut select| {
                select.query_row([account.0], |row| {
                    Ok(Self {
                        account,
                        any: row.get(0)?,
                        any_of_originators: row.get(1)?,
                    })
                })
            })
            .map_err(failed("cannot look for a stop list"))
    }

    /// Tells whether nothing may be sent to the number, as normalised digits: it is on the list.
    pub(crate) fn has(&self, connection: &Connection, number: &str) -> Result<bool, Error> {
        if !self.any {
            return Ok(false);
        }
        connection
            .prepare_cached(HAS)
            .and_then(|mut select| select.exists((self.account.0, number)))
            .map_err(failed("cannot look into the stop list"))
    }

    /// Tells whether the number has stopped this originator.
    fn has_from(
        &self,
        connection: &Connection,
        number: &str,
        originator: &str,
    ) -> Result<bool, Error> {
        if !self.any_of_originators {
            return Ok(false);
        }
        originator_stops::has(connection, self.account, number, originator)
    }

    /// Tells whether a message from this originator must not leave to the number.
    pub(crate) fn forbid(
        &self,
        connection: &Connection,
        number: &str,
        originator: &str,
    ) -> Result<bool, Error> {
        Ok(self.has(connection, number)? || self.has_from(connection, number, originator)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::tests::plan;

    #[test]
    fn stops_are_found_by_key() {
        let steps = plan(HAS_ANY).join("; ");
        for key in [
            "SEARCH stop USING COVERING INDEX stop_account (account_id=?)",
            "SEARCH originator_stop USING PRIMARY KEY (account_id=?)",
        ] {
            assert!(steps.contains(key), "{steps}");
        }
        let key = "(account_id=? AND number=?)";
        let steps = plan(HAS);
        assert!(steps.len() == 1 && steps[0].ends_with(key), "{steps:?}");
    }
}
