//! Exchange rates, tariffs, connectors and routes, and the revision of all that is configured.

use async_trait::async_trait;
use rusqlite::Error::FromSqlConversionFailure;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use sms::{Currency, Timestamp};
use store::accounts::{Account, Credential};
use store::configuration::{
    Condition, Configuration, Connector, Directory, Operator, Rate, Route, Tariff,
};
use store::{AccountId, ConnectorId, Error};

use crate::{SqliteStore, failed};

#[async_trait]
impl Configuration for SqliteStore {
    async fn revision(&self) -> Result<i64, Error> {
        self.readers.read(revision).await
    }

    async fn directory(&self) -> Result<Directory, Error> {
        self.readers
            .view(|view| {
                Ok(Directory {
                    revision: revision(view)?,
                    accounts: all(
                        view,
                        "SELECT id, name, currency, credit_limit, suspended, settings, created_at, parent_id FROM account ORDER BY id",
                        account,
                    )?,
                    credentials: all(
                        view,
                        "SELECT account_id, kind, name, secret FROM credential",
                        credential,
                    )?,
                    rates: all(
                        view,
                        "SELECT currency, base, worth FROM rate ORDER BY currency",
                        |row| {
                            Ok(Rate {
                                currency: currency(row, 0)?,
                                base: currency(row, 1)?,
                                worth_micros: row.get(2)?,
                            })
                        },
                    )?,
                    tariffs: all(view, "SELECT name, settings FROM tariff ORDER BY name", |row| {
                        Ok(Tariff { name: row.get(0)?, settings: row.get(1)? })
                    })?,
                    connectors: all(
                        view,
                        "SELECT id, name, settings, secret FROM connector ORDER BY id",
                        |row| {
                            Ok(Connector {
                                id: ConnectorId(row.get(0)?),
                                name: row.get(1)?,
                                settings: row.get(2)?,
                                secret: row.get(3)?,
                            })
                        },
                    )?,
                    routes: routes(view)?,
                    operators: all(
                        view,
                        "SELECT name, settings FROM operator ORDER BY name",
                        |row| Ok(Operator { name: row.get(0)?, settings: row.get(1)? }),
                    )?,
                })
            })
            .await
    }

    async fn put_rate(&self, rate: Rate) -> Result<(), Error> {
        self.writer
            .write(move |writing| {
                writing
                    .execute(
                        "INSERT OR REPLACE INTO rate (currency, base, worth) VALUES (?1, ?2, ?3)",
                        (rate.currency.code(), rate.base.code(), rate.worth_micros),
                    )
                    .map_err(failed("cannot write the rate"))?;
                revise(writing)
            })
            .await
    }

    async fn remove_rate(&self, currency: Currency) -> Result<bool, Error> {
        self.remove("DELETE FROM rate WHERE currency = ?1", currency.code())
            .await
    }

    async fn put_tariff(&self, tariff: Tariff) -> Result<(), Error> {
        self.writer
            .write(move |writing| {
                writing
                    .execute(
                        "INSERT OR REPLACE INTO tariff (name, settings) VALUES (?1, ?2)",
                        (&tariff.name, &tariff.settings),
                    )
                    .map_err(failed("cannot write the tariff"))?;
                revise(writing)
            })
            .await
    }

    async fn remove_tariff(&self, name: &str) -> Result<bool, Error> {
        self.remove("DELETE FROM tariff WHERE name = ?1", name)
            .await
    }

    async fn put_connector(
        &self,
        name: &str,
        settings: &str,
        secret: &[u8],
    ) -> Result<ConnectorId, Error> {
        let (name, settings, secret) = (name.to_owned(), settings.to_owned(), secret.to_owned());
        self.writer
            .write(move |writing| {
                let id = writing
                    .query_row(
                        "INSERT INTO connector (name, settings, secret) VALUES (?1, ?2, ?3) \
                         ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, secret = excluded.secret \
                         RETURNING id",
                        (&name, &settings, &secret),
                        |row| row.get(0).map(ConnectorId),
                    )
                    .map_err(failed("cannot write the connector"))?;
                revise(writing)?;
                Ok(id)
            })
            .await
    }

    async fn remove_connector(&self, name: &str) -> Result<bool, Error> {
        let name = name.to_owned();
        self.writer
            .write(move |writing| remove_connector(writing, &name))
            .await
    }

    async fn put_route(&self, route: Route) -> Result<(), Error> {
        self.writer
            .write(move |writing| {
                put_route(writing, &route)?;
                revise(writing)
            })
            .await
    }

    async fn remove_route(&self, name: &str) -> Result<bool, Error> {
        let name = name.to_owned();
        self.writer
            .write(move |writing| {
                writing
                    .execute("DELETE FROM route_connector WHERE route_name = ?1", [&name])
                    .map_err(failed("cannot remove the route's ways"))?;
                let removed = writing
                    .execute("DELETE FROM route WHERE name = ?1", [&name])
                    .map_err(failed("cannot remove the route"))?;
                revise(writing)?;
                Ok(removed > 0)
            })
            .await
    }

    async fn put_operator(&self, operator: Operator) -> Result<(), Error> {
        self.writer
            .write(move |writing| {
                writing
                    .execute(
                        "INSERT OR REPLACE INTO operator (name, settings) VALUES (?1, ?2)",
                        (&operator.name, &operator.settings),
                    )
                    .map_err(failed("cannot write the operator"))?;
                revise(writing)
            })
            .await
    }

    async fn remove_operator(&self, name: &str) -> Result<bool, Error> {
        self.remove("DELETE FROM operator WHERE name = ?1", name)
            .await
    }

    async fn put_condition(&self, condition: Condition) -> Result<(), Error> {
        self.writer
            .write_knowing(move |writing| {
                writing
                    .prepare_cached(
                        "INSERT OR REPLACE INTO connector_condition (connector_id, condition, at) \
                         SELECT id, ?2, ?3 FROM connector WHERE id = ?1",
                    )
                    .and_then(|mut insert| {
                        let at = condition.at.as_millis();
                        insert.execute((condition.connector.0, &condition.condition, at))
                    })
                    .map(|_| ())
                    .map_err(failed("cannot note how a connector is"))
            })
            .await
    }

    async fn conditions(&self) -> Result<Vec<Condition>, Error> {
        self.readers
            .view(|view| {
                all(
                    view,
                    "SELECT connector_id, condition, at FROM connector_condition ORDER BY connector_id",
                    |row| {
                        Ok(Condition {
                            connector: ConnectorId(row.get(0)?),
                            condition: row.get(1)?,
                            at: Timestamp::from_millis(row.get(2)?),
                        })
                    },
                )
            })
            .await
    }
}

fn routes(view: &Connection) -> Result<Vec<Route>, Error> {
    let mut routes = all(
        view,
        "SELECT name, settings FROM route ORDER BY name",
        |row| {
            Ok(Route {
                name: row.get(0)?,
                connectors: Vec::new(),
                settings: row.get(1)?,
            })
        },
    )?;
    let ways = all(
        view,
        "SELECT route_name, connector_id FROM route_connector",
        |row| Ok((row.get::<_, String>(0)?, ConnectorId(row.get(1)?))),
    )?;
    for (name, connector) in ways {
        if let Ok(place) = routes.binary_search_by(|route| route.name.cmp(&name)) {
            routes[place].connectors.push(connector);
        }
    }
    Ok(routes)
}

fn put_route(connection: &Connection, route: &Route) -> Result<(), Error> {
    connection
        .execute(
            "DELETE FROM route_connector WHERE route_name = ?1",
            [&route.name],
        )
        .and_then(|_| {
            connection.execute(
                "INSERT OR REPLACE INTO route (name, settings) VALUES (?1, ?2)",
                (&route.name, &route.settings),
            )
        })
        .map_err(failed("cannot write the route"))?;
    for connector in &route.connectors {
        connection
            .execute(
                "INSERT INTO route_connector (route_name, connector_id) VALUES (?1, ?2)",
                (&route.name, connector.0),
            )
            .map_err(failed("cannot write a way of the route"))?;
    }
    Ok(())
}

impl SqliteStore {
    async fn remove(&self, sql: &'static str, name: &str) -> Result<bool, Error> {
        let name = name.to_owned();
        self.writer
            .write(move |writing| {
                let removed = writing
                    .execute(sql, [&name])
                    .map_err(failed("cannot remove"))?;
                revise(writing)?;
                Ok(removed > 0)
            })
            .await
    }
}

fn remove_connector(connection: &Connection, name: &str) -> Result<bool, Error> {
    let id: Option<i64> = connection
        .query_row("SELECT id FROM connector WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
        .map_err(failed("cannot look for the connector"))?;
    let Some(id) = id else { return Ok(false) };
    let in_use = |what: &str, sql: &str| {
        let found = connection
            .prepare(sql)
            .and_then(|mut select| select.exists([id]))
            .map_err(failed("cannot look for users of the connector"))?;
        if found {
            Err(Error::conflict(format!("{what} {name}")))
        } else {
            Ok(())
        }
    };
    in_use(
        "a route leads to connector",
        "SELECT 1 FROM route_connector WHERE connector_id = ?1",
    )?;
    in_use(
        "messages are queued for connector",
        "SELECT 1 FROM queue WHERE connector_id = ?1",
    )?;
    in_use(
        "messages are on their way through connector",
        "SELECT 1 FROM lease WHERE connector_id = ?1",
    )?;
    in_use(
        "messages wait for their time or a retry on connector",
        "SELECT 1 FROM deferred d JOIN message m ON m.id = d.message_id WHERE m.connector_id = ?1",
    )?;
    in_use(
        "messages wait for a sender name to leave through connector",
        "SELECT 1 FROM awaits_sender a CROSS JOIN message m ON m.id = a.message_id WHERE m.connector_id = ?1",
    )?;
    // Paused (halt 1), or resumed and not all queued again.
    in_use(
        "paused messages will leave through connector",
        "SELECT 1 FROM submission s CROSS JOIN message m \
         ON m.id >= s.first_message_id AND m.id < s.first_message_id + s.message_count \
         WHERE (s.halt = 1 OR s.following <> 0) AND m.state = 1 AND m.connector_id = ?1",
    )?;
    // Their ids lead only through this connector to their messages.
    in_use(
        "receipts are awaited from connector",
        "SELECT 1 FROM upstream_segment u JOIN message m ON m.id = u.message_id \
         WHERE u.connector_id = ?1 AND m.state IN (3, 4)",
    )?;
    connection
        .execute("DELETE FROM connector WHERE id = ?1", [id])
        .map_err(failed("cannot remove the connector"))?;
    revise(connection)?;
    Ok(true)
}

/// Increases the revision, within the transaction of the change.
pub(crate) fn revise(connection: &Connection) -> Result<(), Error> {
    connection
        .execute("UPDATE revision SET number = number + 1", [])
        .map(|_| ())
        .map_err(failed("cannot increase the revision"))
}

fn revision(connection: &Connection) -> Result<i64, Error> {
    connection
        .prepare_cached("SELECT number FROM revision")
        .and_then(|mut select| select.query_row([], |row| row.get(0)))
        .map_err(failed("cannot read the revision"))
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Error> {
    connection
        .prepare_cached(sql)
        .and_then(|mut select| select.query_map([], read)?.collect())
        .map_err(failed("cannot read the configuration"))
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId(row.get(0)?),
        name: row.get(1)?,
        parent: row.get::<_, Option<i64>>(7)?.map(AccountId),
        currency: currency(row, 2)?,
        credit_limit_micros: row.get(3)?,
        suspended: row.get(4)?,
        settings: row.get(5)?,
        created_at: Timestamp::from_millis(row.get(6)?),
    })
}

fn currency(row: &Row<'_>, column: usize) -> rusqlite::Result<Currency> {
    Currency::parse(row.get_ref(column)?.as_str()?)
        .map_err(|error| FromSqlConversionFailure(column, Type::Text, error.into()))
}

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        account: AccountId(row.get(0)?),
        kind: row.get(1)?,
        name: row.get(2)?,
        secret: row.get(3)?,
    })
}
