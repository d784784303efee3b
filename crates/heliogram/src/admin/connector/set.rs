//! `heliogram connector set` and `change`.

use anyhow::Context;
use clap::Args;
use gateway::directory::ConnectorSettings;

use super::super::credential::{SMPP_PASSWORD, SMPP_SYSTEM_ID};
use super::super::{changed, open, open_or_make, secret, written};
use super::given::Given;
use crate::cli::At;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Its name.
    #[arg(value_parser = written::name)]
    name: String,
    /// HOST:PORT of the operator's SMSC.
    #[arg(long)]
    address: String,
    /// The login at the operator.
    #[arg(long)]
    system_id: String,
    /// The password; - reads a line from standard input.
    #[arg(long)]
    password: String,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line of its own"
)]
pub(crate) struct Change {
    /// The connector.
    name: String,
    /// HOST:PORT of the operator's SMSC.
    #[arg(long)]
    address: Option<String>,
    /// The login at the operator.
    #[arg(long)]
    system_id: Option<String>,
    /// The password; - reads a line from standard input.
    #[arg(long)]
    password: Option<String>,
    #[command(flatten)]
    given: Given,
    /// Have no further addresses any more.
    #[arg(long, conflicts_with = "failover_address")]
    no_failover_address: bool,
    /// Use no TLS any more.
    #[arg(long, conflicts_with_all = ["tls", "tls_server_name", "tls_authorities"])]
    no_tls: bool,
    /// Do not tell the operator any more until when a message is worth delivering.
    #[arg(long, conflicts_with = "send_validity")]
    no_send_validity: bool,
    /// Take every status for what the specification says.
    #[arg(long, conflicts_with = "status")]
    no_status: bool,
    #[command(flatten)]
    at: At,
}

/// Sets a connector.
pub(super) async fn set(set: Set) -> anyhow::Result<()> {
    let settings = ConnectorSettings::to(set.address, set.system_id);
    let settings = set.given.over(settings)?;
    let password = secret(&set.password)?;
    note_what_exceeds_smpp(&settings, &password);
    open_or_make(&set.at)
        .await?
        .put_connector(&set.name, &settings, &password)
        .await?;
    tell(&set.name, &settings)
}

/// Changes of a connector what is named.
pub(super) async fn change(change: Change) -> anyhow::Result<()> {
    let gateway = open(&change.at).await?;
    let mut specs = gateway.connectors().into_iter();
    let spec = specs
        .find(|spec| spec.name == change.name)
        .with_context(|| {
            let name = &change.name;
            format!("there is no connector {name} (heliogram connector list shows them)")
        })?;
    let mut settings = spec.settings;
    if let Some(address) = change.address {
        settings.address = address;
    }
    if let Some(system_id) = change.system_id {
        settings.system_id = system_id;
    }
    if change.no_failover_address {
        settings.failover_addresses.clear();
    }
    if change.no_tls {
        settings.tls = None;
    }
    if change.no_send_validity {
        settings.send_validity = false;
    }
    if change.no_status {
        settings.statuses.clear();
    }
    let settings = change.given.over(settings)?;
    let password = match &change.password {
        Some(given) => secret(given)?,
        None => spec.password.reveal().to_owned(),
    };
    note_what_exceeds_smpp(&settings, &password);
    gateway
        .put_connector(&change.name, &settings, &password)
        .await?;
    tell(&change.name, &settings)
}

fn tell(name: &str, settings: &ConnectorSettings) -> anyhow::Result<()> {
    changed(format_args!(
        "connector {name} binds to {} as {}, {} × {}",
        settings.address, settings.system_id, settings.links, settings.window
    ))
}

/// Tells of values longer than SMPP 3.4 has room for [smpp34 §4.1.1]. They are sent as they are: some operators want them so.
fn note_what_exceeds_smpp(settings: &ConnectorSettings, password: &str) {
    for (what, value, most) in [
        ("system_id", settings.system_id.as_str(), SMPP_SYSTEM_ID),
        ("password", password, SMPP_PASSWORD),
        ("system_type", settings.system_type.as_str(), 12),
    ] {
        if value.len() > most {
            output::note(format_args!(
                "note: SMPP 3.4 has room for {most} octets of {what}, this one has {}; not every operator takes it",
                value.len()
            ));
        }
    }
}
