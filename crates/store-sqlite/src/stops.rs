//! Asking an account's stop list about one number after another, within the caller's transaction.

use rusqlite::Connection;
use store::{AccountId, Error};

use crate::failed;

/// An account's stop list; most accounts have none, and then no number is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Stops {
    account: AccountId,
    any: bool,
}

impl Stops {
    /// Looks whether the account has any entries.
    pub(crate) fn of(connection: &Connection, account: AccountId) -> Result<Self, Error> {
        let any = connection
            .prepare_cached("SELECT 1 FROM stop WHERE account_id = ?1 LIMIT 1")
            .and_then(|mut select| select.exists([account.0]))
            .map_err(failed("cannot look for a stop list"))?;
        Ok(Self { account, any })
    }

    /// Tells whether the number, as normalised digits, is on the list.
    pub(crate) fn has(&self, connection: &Connection, number: &str) -> Result<bool, Error> {
        if !self.any {
            return Ok(false);
        }
        connection
            .prepare_cached("SELECT 1 FROM stop WHERE account_id = ?1 AND number = ?2")
            .and_then(|mut select| select.exists((self.account.0, number)))
            .map_err(failed("cannot look into the stop list"))
    }
}
