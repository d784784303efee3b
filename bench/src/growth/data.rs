//! Data directories that are made before they are measured: filled with messages, or with accounts; and lent to runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use rusqlite::Connection;
use sms::{Currency, Timestamp};
use store::accounts::{Credential, NewAccount};
use store::{Accounts, Configuration, Ledger};
use store_sqlite::SqliteStore;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::prefill::{multiply, schema};
use crate::contender::heliogram::{Found, Heliogram, token};
use crate::contender::{Contender, Ground, Running};
use crate::load::http::{Plan as Load, drive};
use crate::load::now;
use crate::smsc::Smsc;
use crate::{Options, output};

/// The store's file in a gateway's data directory.
const FILE: &str = "heliogram.sqlite";

/// How long a message may take to its receipt.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many times as many messages as a run sends must be stored for the run to count as none.
const TIMES: u32 = 20;

/// More than any run spends.
const MONEY_MICROS: i64 = 1_000_000_000_000_000;

/// A data directory with so many finished messages, or some more.
#[derive(Debug)]
pub(super) struct Stored {
    directory: PathBuf,
    pub(super) messages: u32,
}

/// A data directory for one run.
#[derive(Debug)]
pub(super) struct Lent {
    data: PathBuf,
    messages: u64,
    /// Holds the copy, where it is one.
    copy: Option<TempDir>,
}

impl Lent {
    /// What a gateway is told of it.
    pub(super) fn found(&self) -> Found {
        Found {
            data: self.data.clone(),
            messages: self.messages,
            // A copy is gone by then.
            is_audited_later: self.copy.is_none(),
        }
    }
}

impl Stored {
    /// Lends the data to a run that sends so many: a copy where the run would change what is measured, else the data themselves.
    pub(super) async fn lend(&self, options: &Options, sent: u32) -> anyhow::Result<Lent> {
        let (data, holder) = if self.messages / TIMES < sent {
            let (data, holder) = copied(&self.directory, options).await?;
            (data, Some(holder))
        } else {
            (self.directory.clone(), None)
        };
        Ok(Lent {
            messages: messages_in(&data)?,
            data,
            copy: holder,
        })
    }

    /// Lets the gateway itself check the books, after all runs.
    pub(super) async fn audit(&self, options: &Options) -> anyhow::Result<()> {
        let begun = now();
        let output = Command::new(&options.gateway)
            .args(["ledger", "audit", "--data"])
            .arg(&self.directory)
            .output()
            .await?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "the books do not balance: {said}");
        output::note(format_args!("{} ({:.1?})", said.trim(), begun.elapsed()));
        Ok(())
    }

    /// Removes the data.
    pub(super) fn remove(self) -> anyhow::Result<()> {
        std::fs::remove_dir_all(&self.directory)
            .with_context(|| format!("cannot remove {}", self.directory.display()))
    }
}

/// Finds data with so many messages from an earlier time, or makes them.
pub(super) async fn filled(options: &Options, messages: u32) -> anyhow::Result<Stored> {
    let made = Made::with_one_message(options).await?;
    let name = format!("stored-{messages}-{}", schema(&made.data().join(FILE))?);
    let directory = std::path::absolute(&options.data)?.join(name);
    if directory.exists() {
        // Runs that were lent the data themselves left their messages in them.
        if messages_in(&directory)? < u64::from(messages) / 4 * 5 {
            return Ok(Stored {
                directory,
                messages,
            });
        }
        std::fs::remove_dir_all(&directory)?;
    }
    output::note(format_args!("fills a database with {messages} messages"));
    let begun = now();
    multiply(&made.data().join(FILE), &made.before(), messages - 1)?;
    std::fs::rename(made.data(), &directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    output::note(format_args!("filled in {:.1?}", begun.elapsed()));
    Ok(Stored {
        directory,
        messages,
    })
}

/// Makes data with so many accounts, which have a token each.
pub(super) async fn with_accounts(options: &Options, accounts: u32) -> anyhow::Result<Lent> {
    let made = Made::new(options)?;
    made.run(async |_, _| Ok(())).await?;
    add_accounts(&made.data().join(FILE), accounts).await?;
    Ok(Lent {
        data: made.data(),
        messages: 0,
        copy: Some(made.directory),
    })
}

/// Data that are being made, by the gateway itself.
struct Made {
    directory: TempDir,
    gateway: Heliogram,
}

impl Made {
    fn new(options: &Options) -> anyhow::Result<Self> {
        let data = std::path::absolute(&options.data)?;
        std::fs::create_dir_all(&data)?;
        let directory = tempfile::Builder::new().prefix("made-").tempdir_in(data)?;
        let gateway = Heliogram::new(&options.gateway);
        Ok(Self { directory, gateway })
    }

    /// Makes data with one message, and keeps the file as it was before.
    async fn with_one_message(options: &Options) -> anyhow::Result<Self> {
        let made = Self::new(options)?;
        made.run(async |_, _| Ok(())).await?;
        std::fs::copy(made.data().join(FILE), made.before())?;
        made.run(async |gateway, smsc| {
            drive(&Load::closed(gateway.http(), gateway.single(), 1, 1)).await?;
            let begun = now();
            while smsc.counts().await?.receipts_answered == 0 {
                ensure!(begun.elapsed() < PATIENCE, "the message does not end");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        })
        .await?;
        Ok(made)
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn before(&self) -> PathBuf {
        self.directory.path().join("before.sqlite")
    }

    /// Lets a gateway run on the data while something is done.
    async fn run(
        &self,
        work: impl AsyncFnOnce(&dyn Running, &Smsc) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let smsc = Smsc::start("{}").await?;
        let ground = Ground {
            directory: self.directory.path().to_owned(),
            smsc: smsc.address(),
            links: 1,
            window: 1_000,
            accounts: 1,
            binds: 100,
        };
        let mut gateway = self.gateway.start(&ground).await?;
        work(&*gateway, &smsc).await?;
        gateway.stop().await?;
        smsc.end().await
    }
}

/// Copies a data directory, as files are copied: no gateway runs on it.
async fn copied(data: &Path, options: &Options) -> anyhow::Result<(PathBuf, TempDir)> {
    let to = std::path::absolute(&options.data)?;
    let holder = tempfile::Builder::new().prefix("lent-").tempdir_in(to)?;
    let copy = holder.path().join("data");
    let copying = Command::new("cp").arg("-r").arg(data).arg(&copy).status();
    ensure!(copying.await?.success(), "cannot copy {}", data.display());
    // What is still to be written would be written during the run.
    ensure!(
        Command::new("sync").status().await?.success(),
        "cannot sync"
    );
    Ok((copy, holder))
}

fn messages_in(data: &Path) -> anyhow::Result<u64> {
    let connection = Connection::open(data.join(FILE))?;
    let count = "SELECT count(*) FROM message";
    let messages: i64 = connection.query_row(count, [], |row| row.get(0))?;
    Ok(messages.unsigned_abs())
}

/// Adds accounts that are like the first, each with money and a token, until there are so many.
async fn add_accounts(file: &Path, accounts: u32) -> anyhow::Result<()> {
    let store = std::sync::Arc::new(SqliteStore::open(file, store_sqlite::Options::default())?);
    let directory = store.directory().await?;
    let first = directory.accounts.first().context("there is no account")?;
    let at = first.created_at;
    let mut adding = JoinSet::new();
    for place in 1..accounts {
        let (store, settings) = (std::sync::Arc::clone(&store), first.settings.clone());
        adding.spawn(async move { add_account(&store, place, settings, at).await });
        if adding.len() >= 256 {
            adding.join_next().await.context("nothing was added")???;
        }
    }
    while let Some(added) = adding.join_next().await {
        added??;
    }
    Ok(())
}

async fn add_account(
    store: &SqliteStore,
    place: u32,
    settings: String,
    at: Timestamp,
) -> anyhow::Result<()> {
    let account = NewAccount {
        name: format!("bench{place}"),
        parent: None,
        currency: Currency::UAH,
        settings,
    };
    let account = store.add_account(account, at).await?;
    let credential = Credential {
        account,
        kind: "token".to_owned(),
        name: gateway::secrets::token_name(&token(place)),
        secret: Vec::new(),
    };
    store.put_credential(credential).await?;
    store.top_up(account, MONEY_MICROS, "bench", at).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use gateway::directory::CredentialKind;

    use super::*;
    use crate::instructions::world::World;

    #[test]
    fn accounts_are_added_with_money_and_a_token_each_until_there_are_so_many() {
        let world = World::new().unwrap();
        let world = world.reopened_after(|file| {
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            runtime.block_on(add_accounts(file, 5))
        });
        let world = world.unwrap();
        let accounts = world.gateway.accounts();
        assert_eq!(accounts.len(), 5);
        for place in 1..5 {
            let known = world.gateway.bearer(CredentialKind::Token, &token(place));
            let book = world.run(world.gateway.book(known.unwrap().id)).unwrap();
            assert_eq!(book.unwrap().available, MONEY_MICROS);
        }
    }
}
