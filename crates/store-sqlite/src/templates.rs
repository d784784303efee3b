//! Message templates.

use async_trait::async_trait;
use rusqlite::{Connection, Params, Row};
use store::templates::{MessageTemplate, TemplateText, Templates};
use store::{AccountId, Error, TemplateId};

use crate::{SqliteStore, failed};

#[async_trait]
impl Templates for SqliteStore {
    async fn add_template(
        &self,
        account: AccountId,
        template: TemplateText,
    ) -> Result<TemplateId, Error> {
        self.writer
            .write(move |writing| {
                writing
                    .prepare_cached(
                        "INSERT INTO message_template (account_id, name, text, originator, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )
                    .and_then(|mut insert| {
                        let TemplateText { name, text, originator, kind } = &template;
                        insert.insert((account.0, name, text, originator, kind))
                    })
                    .map(TemplateId)
                    .map_err(failed("cannot write a template"))
            })
            .await
    }

    async fn change_template(
        &self,
        account: AccountId,
        id: TemplateId,
        template: TemplateText,
    ) -> Result<bool, Error> {
        self.writer
            .write(move |writing| {
                let TemplateText {
                    name,
                    text,
                    originator,
                    kind,
                } = &template;
                touch(
                    writing,
                    "UPDATE message_template SET name = ?3, text = ?4, originator = ?5, kind = ?6 \
                     WHERE id = ?1 AND account_id = ?2",
                    (id.0, account.0, name, text, originator, kind),
                )
            })
            .await
    }

    async fn remove_template(&self, account: AccountId, id: TemplateId) -> Result<bool, Error> {
        self.writer
            .write(move |writing| {
                touch(
                    writing,
                    "DELETE FROM message_template WHERE id = ?1 AND account_id = ?2",
                    (id.0, account.0),
                )
            })
            .await
    }

    async fn template(
        &self,
        account: AccountId,
        id: TemplateId,
    ) -> Result<Option<MessageTemplate>, Error> {
        self.readers
            .read(move |connection| {
                let such = "id = ?1 AND account_id = ?2";
                Ok(select(connection, such, (id.0, account.0))?.pop())
            })
            .await
    }

    async fn templates(
        &self,
        account: AccountId,
        after: Option<TemplateId>,
        limit: u32,
    ) -> Result<Vec<MessageTemplate>, Error> {
        let after = after.map_or(0, |after| after.0);
        self.readers
            .read(move |connection| {
                let such = "account_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
                select(connection, such, (account.0, after, limit))
            })
            .await
    }
}

fn select(
    connection: &Connection,
    such: &str,
    parameters: impl Params,
) -> Result<Vec<MessageTemplate>, Error> {
    connection
        .prepare_cached(&format!(
            "SELECT id, name, text, originator, kind FROM message_template WHERE {such}"
        ))
        .and_then(|mut select| select.query_map(parameters, template)?.collect())
        .map_err(failed("cannot read templates"))
}

fn template(row: &Row<'_>) -> rusqlite::Result<MessageTemplate> {
    Ok(MessageTemplate {
        id: TemplateId(row.get(0)?),
        text: TemplateText {
            name: row.get(1)?,
            text: row.get(2)?,
            originator: row.get(3)?,
            kind: row.get(4)?,
        },
    })
}

/// Writes to one template; tells whether it was there.
fn touch(connection: &Connection, sql: &str, parameters: impl Params) -> Result<bool, Error> {
    connection
        .prepare_cached(sql)
        .and_then(|mut write| write.execute(parameters))
        .map(|rows| rows > 0)
        .map_err(failed("cannot write a template"))
}
