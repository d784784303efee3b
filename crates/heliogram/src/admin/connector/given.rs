//! What a connector can be told, by `heliogram connector set` and `change`.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use gateway::directory::{BindMode, ConnectorSettings, DoubtPolicy, StatusMeaning, Tls};

/// The settings beside address and login; what is not given stays as it is.
#[derive(Debug, Args)]
pub(super) struct Given {
    /// The system type, if the operator wants one.
    #[arg(long)]
    system_type: Option<String>,
    /// How to bind; a new connector has transceivers.
    #[arg(long, value_enum)]
    bind: Option<Bind>,
    /// How many links of that mode; 0 when there are further ones that submit; a new connector has 1.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=64))]
    links: Option<u32>,
    /// Another HOST:PORT of the operator, tried when the one before cannot be reached; may be given several times.
    #[arg(long)]
    failover_address: Vec<String>,
    /// How many further links only submit.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=64))]
    transmitters: Option<u32>,
    /// How many further links only take receipts and messages from handsets.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=64))]
    receivers: Option<u32>,
    /// How many submits may wait for their response on one link; also the most that a crash can send twice; a new connector has 10.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    window: Option<u32>,
    /// How many segments may leave in a second; 0 for no limit, as a new connector has it.
    #[arg(long)]
    throughput: Option<u32>,
    /// How long an idle link waits before it asks whether the other side is alive; a new connector has 30000.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    enquire_link_ms: Option<u32>,
    /// How long a submit waits for its response before its outcome is unknown; a new connector has 30000.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    response_timeout_ms: Option<u32>,
    /// Use TLS.
    #[arg(long)]
    tls: bool,
    /// The name the operator's certificate must have, when it is not the host.
    #[arg(long)]
    tls_server_name: Option<String>,
    /// A PEM file of authorities to trust instead of the public ones.
    #[arg(long)]
    tls_authorities: Option<PathBuf>,
    /// What becomes of messages that may have left without an answer; a new connector sends them again.
    #[arg(long, value_enum)]
    in_doubt: Option<InDoubt>,
    /// How often one message is sent again when the operator does not answer, 3 times by a new connector; lost links are forgiven 20
    /// times more.
    #[arg(long)]
    max_resends: Option<u32>,
    /// Tell the operator until when a message is worth delivering.
    #[arg(long)]
    send_validity: bool,
    /// Ask for the state of what was taken and not reported after so long, in milliseconds; 0 for never, as a new connector has it.
    #[arg(long)]
    query_after_ms: Option<u32>,
    /// How long it may be down, or put off most of what it is given, before messages go another way, where their route has one; a
    /// new connector has 10000.
    #[arg(long)]
    away_after_ms: Option<u32>,
    /// How long it must have been well before messages take it again; a new connector has 30000.
    #[arg(long)]
    back_after_ms: Option<u32>,
    /// What the operator means by a status of its own: `1026=retry`, `0x402=refused` or `1027=throttled`; may be given several times.
    #[arg(long, value_parser = status, value_name = "STATUS=MEANING")]
    status: Vec<(u32, StatusMeaning)>,
    /// How many KiB of PDUs of each link are kept to look at, texts and passwords masked; 0 for none, as a new connector has it.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=1_048_576))]
    pdu_log_kib: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Bind {
    /// One link for both directions.
    Transceiver,
    /// One link to submit, one for receipts.
    TransmitterReceiver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InDoubt {
    /// Send again: at least once.
    Resend,
    /// Wait for a receipt: at most once.
    Hold,
}

impl Given {
    /// Lays what is given over settings; fails on what makes no sense together.
    pub(super) fn over(self, before: ConnectorSettings) -> anyhow::Result<ConnectorSettings> {
        let settings = ConnectorSettings {
            system_type: self.system_type.unwrap_or(before.system_type),
            bind: match self.bind {
                None => before.bind,
                Some(Bind::Transceiver) => BindMode::Transceiver,
                Some(Bind::TransmitterReceiver) => BindMode::TransmitterReceiver,
            },
            links: self.links.unwrap_or(before.links),
            window: self.window.unwrap_or(before.window),
            throughput_per_second: self.throughput.unwrap_or(before.throughput_per_second),
            enquire_link_ms: self.enquire_link_ms.unwrap_or(before.enquire_link_ms),
            response_timeout_ms: self
                .response_timeout_ms
                .unwrap_or(before.response_timeout_ms),
            tls: tls(
                self.tls,
                self.tls_server_name,
                self.tls_authorities.as_deref(),
                before.tls,
            )?,
            in_doubt: in_doubt(self.in_doubt, self.max_resends, before.in_doubt)?,
            send_validity: self.send_validity || before.send_validity,
            failover_addresses: if self.failover_address.is_empty() {
                before.failover_addresses
            } else {
                self.failover_address
            },
            transmitters: self.transmitters.unwrap_or(before.transmitters),
            receivers: self.receivers.unwrap_or(before.receivers),
            query_after_ms: self.query_after_ms.unwrap_or(before.query_after_ms),
            away_after_ms: self.away_after_ms.unwrap_or(before.away_after_ms),
            back_after_ms: self.back_after_ms.unwrap_or(before.back_after_ms),
            statuses: if self.status.is_empty() {
                before.statuses
            } else {
                self.status.into_iter().collect()
            },
            pdu_log_kib: self.pdu_log_kib.unwrap_or(before.pdu_log_kib),
            address: before.address,
            system_id: before.system_id,
            reconnect_ms: before.reconnect_ms,
            reconnect_max_ms: before.reconnect_max_ms,
        };
        for address in std::iter::once(&settings.address).chain(&settings.failover_addresses) {
            ensure!(
                address.rsplit_once(':').is_some_and(|(host, port)| {
                    !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
                }),
                "{address:?} is not HOST:PORT"
            );
        }
        Ok(settings)
    }
}

fn tls(
    on: bool,
    server_name: Option<String>,
    authorities_file: Option<&Path>,
    before: Option<Tls>,
) -> anyhow::Result<Option<Tls>> {
    let is_told = server_name.is_some() || authorities_file.is_some();
    ensure!(
        on || before.is_some() || !is_told,
        "--tls-server-name and --tls-authorities are for a connector with --tls"
    );
    if !on && before.is_none() {
        return Ok(None);
    }
    let before = before.unwrap_or_default();
    let authorities_file = authorities_file.map(authorities).transpose()?;
    Ok(Some(Tls {
        server_name: server_name.or(before.server_name),
        authorities_file: authorities_file.or(before.authorities_file),
    }))
}

fn in_doubt(
    given: Option<InDoubt>,
    most: Option<u32>,
    before: DoubtPolicy,
) -> anyhow::Result<DoubtPolicy> {
    let is_held = match given {
        None => before == DoubtPolicy::Hold,
        Some(given) => given == InDoubt::Hold,
    };
    if is_held {
        ensure!(
            most.is_none(),
            "--max-resends is for a connector that sends again what is in doubt: --in-doubt resend"
        );
        return Ok(DoubtPolicy::Hold);
    }
    Ok(match (most, before) {
        (Some(max_resends), _) => DoubtPolicy::Resend { max_resends },
        (None, DoubtPolicy::Resend { .. }) => before,
        (None, DoubtPolicy::Hold) => DoubtPolicy::default(),
    })
}

/// Reads what an operator means by a status.
fn status(text: &str) -> Result<(u32, StatusMeaning), String> {
    let wrong = || format!("{text:?} is not such as 1026=retry, 0x402=refused or 1027=throttled");
    let (number, meaning) = text.split_once('=').ok_or_else(wrong)?;
    let number = match number.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let meaning = match meaning {
        "retry" => StatusMeaning::Retry,
        "refused" => StatusMeaning::Refused,
        "throttled" => StatusMeaning::Throttled,
        _ => return Err(wrong()),
    };
    Ok((number.map_err(|_| wrong())?, meaning))
}

/// Looks whether a file holds certificates, now that somebody is there to be told; gives its path from the root, since the gateway
/// may run in another directory.
fn authorities(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read --tls-authorities {}", file.display()))?;
    anyhow::ensure!(
        text.contains("-----BEGIN CERTIFICATE-----"),
        "{} holds no certificate in PEM",
        file.display()
    );
    let absolute = std::path::absolute(file)?;
    let path = absolute.to_str().context("the path is not text")?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;

    #[test]
    fn what_is_not_given_stays_and_what_does_not_fit_is_told() {
        let given = |arguments: &[&str]| {
            let command = Given::augment_args(clap::Command::new("given").no_binary_name(true));
            let matches = command.try_get_matches_from(arguments).unwrap();
            Given::from_arg_matches(&matches).unwrap()
        };
        let new = || ConnectorSettings::to("smsc.example:2775", "login");
        assert_eq!(given(&[]).over(new()).unwrap(), new());
        let all = [
            "--system-type=a --bind=transmitter-receiver --links=2 --transmitters=3 --receivers=4",
            "--failover-address=b:1 --window=5 --throughput=6 --enquire-link-ms=7",
            "--response-timeout-ms=8 --tls --tls-server-name=c --max-resends=9 --send-validity",
            "--query-after-ms=10 --away-after-ms=11 --back-after-ms=12 --status=1026=retry",
            "--pdu-log-kib=13",
        ]
        .join(" ");
        let all: Vec<_> = all.split(' ').collect();
        let set = given(&all).over(new()).unwrap();
        assert_eq!(given(&[]).over(set.clone()).unwrap(), set);
        let changed = given(&["--window=20", "--tls-server-name=d"]);
        let mut expected = set.clone();
        expected.window = 20;
        expected.tls.as_mut().unwrap().server_name = Some("d".to_owned());
        assert_eq!(changed.over(set.clone()).unwrap(), expected);
        let held = given(&["--in-doubt=hold"]).over(set).unwrap();
        assert_eq!(held.in_doubt, DoubtPolicy::Hold);
        for (wrong, settings) in [
            ("--max-resends=1", held),
            ("--tls-server-name=c", new()),
            ("--failover-address=smsc.example", new()),
        ] {
            assert!(given(&[wrong]).over(settings).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_status_is_a_number_of_either_base_with_its_meaning() {
        assert_eq!(status("1026=retry"), Ok((1026, StatusMeaning::Retry)));
        assert_eq!(status("0x402=refused"), Ok((1026, StatusMeaning::Refused)));
        for wrong in ["1026", "x=retry", "1026=maybe", "=", "0x=retry", "-1=retry"] {
            assert!(status(wrong).is_err(), "{wrong}");
        }
    }
}
