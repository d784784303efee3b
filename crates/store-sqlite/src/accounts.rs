//! Accounts and credentials.

use async_trait::async_trait;
use rusqlite::OptionalExtension;
use sms::Timestamp;
use store::accounts::{Accounts, Credential, NewAccount};
use store::{AccountId, Error};

use crate::configuration::revise;
use crate::{SqliteStore, failed};

#[async_trait]
impl Accounts for SqliteStore {
    async fn add_account(&self, account: NewAccount, at: Timestamp) -> Result<AccountId, Error> {
        self.writer
            .write(move |connection| {
                let exists = connection
                    .prepare_cached("SELECT 1 FROM account WHERE name = ?1")
                    .and_then(|mut select| select.exists([&account.name]))
                    .map_err(failed("cannot look for the account"))?;
                if exists {
                    let name = account.name;
                    return Err(Error::conflict(format!("there is an account named {name} already")));
                }
                connection
                    .execute(
                        "INSERT INTO account (name, currency, settings, created_at, parent_id) VALUES (?1, ?2, ?3, ?4, ?5)",
                        (
                            &account.name,
                            account.currency.code(),
                            &account.settings,
                            at.as_millis(),
                            account.parent.map(|parent| parent.0),
                        ),
                    )
                    .map_err(failed("cannot add the account"))?;
                let id = connection.last_insert_rowid();
                connection
                    .execute("INSERT INTO book (account_id) VALUES (?1)", [id])
                    .map_err(failed("cannot open the account's book"))?;
                revise(connection)?;
                Ok(AccountId(id))
            })
            .await
    }

    async fn change_account(
        &self,
        account: AccountId,
        settings: String,
        credit_limit_micros: i64,
        suspended: bool,
    ) -> Result<(), Error> {
        self.writer
            .write(move |connection| {
                let changed = connection
                    .execute(
                        "UPDATE account SET settings = ?2, credit_limit = ?3, suspended = ?4 WHERE id = ?1",
                        (account.0, &settings, credit_limit_micros, suspended),
                    )
                    .map_err(failed("cannot change the account"))?;
                if changed == 0 {
                    return Err(Error::conflict(format!("there is no account {account}")));
                }
                revise(connection)
            })
            .await
    }

    async fn put_credential(&self, credential: Credential) -> Result<(), Error> {
        self.writer
            .write(move |connection| {
                let Credential { account, kind, name, secret } = credential;
                let owner: Option<i64> = connection
                    .query_row(
                        "SELECT account_id FROM credential WHERE kind = ?1 AND name = ?2",
                        (&kind, &name),
                        |row| row.get(0),
                    )
                    .optional()
                    .map_err(failed("cannot look for the credential"))?;
                if owner.is_some_and(|owner| owner != account.0) {
                    return Err(Error::conflict(format!("another account has this {kind}")));
                }
                connection
                    .execute(
                        "INSERT OR REPLACE INTO credential (kind, name, account_id, secret) VALUES (?1, ?2, ?3, ?4)",
                        (&kind, &name, account.0, &secret),
                    )
                    .map_err(failed("cannot write the credential"))?;
                revise(connection)
            })
            .await
    }

    async fn remove_credential(
        &self,
        account: AccountId,
        kind: &str,
        name: &str,
    ) -> Result<bool, Error> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.writer
            .write(move |connection| {
                let removed = connection
                    .execute(
                        "DELETE FROM credential WHERE account_id = ?1 AND kind = ?2 AND name = ?3",
                        (account.0, &kind, &name),
                    )
                    .map_err(failed("cannot remove the credential"))?;
                revise(connection)?;
                Ok(removed > 0)
            })
            .await
    }
}
