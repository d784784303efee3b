//! `heliogram connector log`: what passed over a connector's links.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use clap::Args;
use smpp_net::pdu_log::{files, link_name};

use crate::cli::At;
use crate::{data, output};

/// More links than any connector has.
const LINKS: u32 = 1_024;

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// The connector.
    name: String,
    /// The number of one link, as heliogram connector show has it; all of them without.
    #[arg(long)]
    link: Option<u32>,
    #[command(flatten)]
    at: At,
}

/// Prints the log of one link after the other, each from its oldest PDU on.
pub(super) async fn run(log: &Log) -> anyhow::Result<()> {
    let (directory, _) = log.at.place()?;
    let directory = data::pdu_logs(&directory);
    let links = match log.link {
        Some(link) => link..=link,
        None => 0..=LINKS,
    };
    let mut found = false;
    for link in links {
        for file in files(&directory, &link_name(&log.name, link)) {
            if let Some(text) = read(&file)? {
                found = true;
                output::text(text)?;
            }
        }
    }
    if found {
        return Ok(());
    }
    let gateway = super::open(&log.at).await?;
    // What a connector that is removed has left can be read; but only one that is there can be told to begin.
    let mut specs = gateway.connectors().into_iter();
    anyhow::ensure!(
        specs.any(|spec| spec.name == log.name),
        "there is no connector {} (heliogram connector list shows them), nor a log of it",
        log.name
    );
    anyhow::bail!(
        "there is no log of {} in {}: heliogram connector change {} --pdu-log-kib 1024 begins one",
        link_or_all(log),
        directory.display(),
        log.name
    )
}

fn link_or_all(log: &Log) -> String {
    match log.link {
        Some(link) => format!("link {link} of connector {}", log.name),
        None => format!("connector {}", log.name),
    }
}

/// Reads a file; `None` when it is not there, as the newer half is not for a moment while it becomes the older one.
fn read(file: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}
