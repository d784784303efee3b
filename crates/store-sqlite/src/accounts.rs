//! Accounts and credentials.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension};
use sms::Timestamp;
use store::accounts::{Accounts, Credential, NewAccount};
use store::{AccountId, Error};

use crate::configuration::revise;
use crate::{SqliteStore, failed};

#[async_trait]
impl Accounts for SqliteStore {
    async fn add_account(&self, account: NewAccount, at: Timestamp) -> Result<AccountId, Error> {
        self.writer
            .write(move |writing| {
                let id = add(writing, &account, at)?;
                revise(writing)?;
                Ok(id)
            })
            .await
    }

    async fn add_account_with_login(
        &self,
        account: NewAccount,
        kind: &str,
        secret: Vec<u8>,
        at: Timestamp,
    ) -> Result<AccountId, Error> {
        let kind = kind.to_owned();
        self.writer
            .write(move |writing| {
                let id = add(writing, &account, at)?;
                let login = Credential {
                    account: id,
                    kind,
                    name: account.name,
                    secret,
                };
                put_credential(writing, &login)?;
                revise(writing)?;
                Ok(id)
            })
            .await
    }

    async fn rename_account(
        &self,
        account: AccountId,
        kind: &str,
        name: &str,
        secret: Option<Vec<u8>>,
    ) -> Result<(), Error> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.writer
            .write(move |writing| {
                let kept = rename(writing, account, &kind, &name)?;
                if let Some(secret) = secret.or(kept) {
                    let credential = Credential {
                        account,
                        kind,
                        name,
                        secret,
                    };
                    put_credential(writing, &credential)?;
                }
                revise(writing)
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
            .write(move |writing| {
                let changed = writing
                    .execute(
                        "UPDATE account SET settings = ?2, credit_limit = ?3, suspended = ?4 WHERE id = ?1",
                        (account.0, &settings, credit_limit_micros, suspended),
                    )
                    .map_err(failed("cannot change the account"))?;
                if changed == 0 {
                    return Err(Error::conflict(format!("there is no account {account}")));
                }
                revise(writing)
            })
            .await
    }

    async fn put_credential(&self, credential: Credential) -> Result<(), Error> {
        self.writer
            .write(move |writing| {
                put_credential(writing, &credential)?;
                revise(writing)
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
            .write(move |writing| {
                let removed = writing
                    .execute(
                        "DELETE FROM credential WHERE account_id = ?1 AND kind = ?2 AND name = ?3",
                        (account.0, &kind, &name),
                    )
                    .map_err(failed("cannot remove the credential"))?;
                revise(writing)?;
                Ok(removed > 0)
            })
            .await
    }
}

/// Writes an account and its empty book.
fn add(connection: &Connection, account: &NewAccount, at: Timestamp) -> Result<AccountId, Error> {
    if let Some(parent) = account.parent
        && named(connection, parent)?.is_none()
    {
        return Err(Error::conflict(format!("there is no account {parent}")));
    }
    check_name(connection, None, &account.name)?;
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
    Ok(AccountId(id))
}

/// Gives an account a name, and takes away the credential of that kind that has its old one; answers the secret of that.
fn rename(
    connection: &Connection,
    account: AccountId,
    kind: &str,
    name: &str,
) -> Result<Option<Vec<u8>>, Error> {
    let old = named(connection, account)?
        .ok_or_else(|| Error::conflict(format!("there is no account {account}")))?;
    check_name(connection, Some(account), name)?;
    connection
        .execute(
            "UPDATE account SET name = ?2 WHERE id = ?1",
            (account.0, name),
        )
        .map_err(failed("cannot rename the account"))?;
    connection
        .query_row(
            "DELETE FROM credential WHERE account_id = ?1 AND kind = ?2 AND name = ?3 RETURNING secret",
            (account.0, kind, &old),
            |row| row.get(0),
        )
        .optional()
        .map_err(failed("cannot remove the credential"))
}

fn named(connection: &Connection, account: AccountId) -> Result<Option<String>, Error> {
    connection
        .query_row(
            "SELECT name FROM account WHERE id = ?1",
            [account.0],
            |row| row.get(0),
        )
        .optional()
        .map_err(failed("cannot look for the account"))
}

/// Conflict when another account than this one has the name.
fn check_name(
    connection: &Connection,
    account: Option<AccountId>,
    name: &str,
) -> Result<(), Error> {
    let owner: Option<i64> = connection
        .query_row("SELECT id FROM account WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
        .map_err(failed("cannot look for the account"))?;
    match owner {
        Some(owner) if account != Some(AccountId(owner)) => Err(Error::conflict(format!(
            "there is an account named {name} already"
        ))),
        Some(_) | None => Ok(()),
    }
}

fn put_credential(connection: &Connection, credential: &Credential) -> Result<(), Error> {
    let Credential {
        account,
        kind,
        name,
        secret,
    } = credential;
    let owner: Option<i64> = connection
        .query_row(
            "SELECT account_id FROM credential WHERE kind = ?1 AND name = ?2",
            (kind, name),
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
            (kind, name, account.0, secret),
        )
        .map(|_| ())
        .map_err(failed("cannot write the credential"))
}
