//! Heliogram itself, as a black box: set up by its own commands and configuration file.

mod log;
mod place;
mod serving;

use std::path::{Path, PathBuf};

use anyhow::Context;
use async_trait::async_trait;

use super::{Contender, Ground, Running};
use place::Place;
use serving::Serving;

/// The keys of the first account, which sends over HTTP.
pub(crate) const PUBLIC_KEY: &str = "bench-public";
pub(crate) const PRIVATE_KEY: &str = "bench-private";

/// The same account's credentials where there are no key pairs.
pub(crate) const LOGIN: &str = "bench0";
pub(crate) const PASSWORD: &str = "bench-pw";
pub(crate) const TOKEN: &str = "bench-token";

/// The token of an account by its place.
pub(crate) fn token(account: u32) -> String {
    match account {
        0 => TOKEN.to_owned(),
        account => format!("{TOKEN}-{account}"),
    }
}

/// The prices of a segment, in hryvnias: for numbers that begin so, and for all others.
pub(crate) const CHEAP_PREFIX: &str = "38063";
pub(crate) const CHEAP_PRICE: &str = "0.11";
pub(crate) const PRICE: &str = "0.13";

/// More than any run spends.
const MONEY: &str = "1000000000";

/// A build of Heliogram.
#[derive(Clone, Debug)]
pub(crate) struct Heliogram {
    /// Its program.
    pub(crate) program: PathBuf,
    /// What its configuration file has besides.
    pub(crate) sections: String,
    /// Data that it is started on instead of fresh ones.
    pub(crate) found: Option<Found>,
    /// How many connectors share the links to the operator.
    pub(crate) connectors: u32,
}

/// Data of a gateway that have been made before.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Where they are.
    pub(crate) data: PathBuf,
    /// How many messages are in them, all of which have ended.
    pub(crate) messages: u64,
    /// Whether whoever made them audits them after all runs: with ten million messages that takes a minute.
    pub(crate) is_audited_later: bool,
}

impl Heliogram {
    /// A build as it is without further settings.
    pub(crate) fn new(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            sections: String::new(),
            found: None,
            connectors: 1,
        }
    }
}

#[async_trait(?Send)]
impl Contender for Heliogram {
    fn name(&self) -> String {
        "heliogram".to_owned()
    }

    fn version(&self) -> anyhow::Result<String> {
        let output = std::process::Command::new(&self.program)
            .arg("--version")
            .output()?;
        let said = String::from_utf8(output.stdout)?;
        Ok(said.trim().trim_start_matches("heliogram ").to_owned())
    }

    /// Data that is there already, in `data` of the ground's directory, keeps its accounts and is only told where the operator is.
    async fn start(&self, ground: &Ground) -> anyhow::Result<Box<dyn Running>> {
        let place = Place {
            program: self.program.clone(),
            data: ground.directory.join("data"),
            directory: ground.directory.clone(),
            accounts: ground.accounts,
            messages: self.found.as_ref().map_or(0, |found| found.messages),
            is_audited_later: self
                .found
                .as_ref()
                .is_some_and(|found| found.is_audited_later),
        };
        if let Some(found) = &self.found
            && !place.data.exists()
        {
            std::os::unix::fs::symlink(&found.data, &place.data)
                .with_context(|| format!("cannot lend {}", found.data.display()))?;
        }
        if !place.data.exists() {
            place.furnish(ground).await?;
        }
        place.connect(ground, self.connectors).await?;
        Ok(Box::new(Serving::start(place, &self.sections).await?))
    }
}
