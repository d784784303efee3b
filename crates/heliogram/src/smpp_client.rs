//! `heliogram smpp`: a small client for people, who try a gateway or an operator's SMSC.

mod asking;
mod link;
mod listening;
mod sending;
mod text;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::config::LogFormat;
use crate::logs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bind, and print receipts and messages as they come, until Ctrl-C.
    Bind {
        /// How to bind.
        #[arg(long, value_enum, default_value_t = Mode::Transceiver)]
        mode: Mode,
        #[command(flatten)]
        to: To,
    },
    /// Submit a text, once or many times, and wait for the receipts; exit with 1 when one is refused or a receipt does not come.
    Send(Send),
    /// Ask for the state of a message.
    Query {
        /// The id that its submit was answered with.
        id: String,
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        to: To,
    },
    /// Call a message back that has not left.
    Cancel {
        /// The id that its submit was answered with.
        id: String,
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        to: To,
    },
    /// Give a message that has not left another text.
    Replace {
        /// The id that its submit was answered with.
        id: String,
        /// The new text.
        #[arg(long)]
        text: String,
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        to: To,
    },
}

/// Says where to bind, and as whom.
#[derive(Debug, Args)]
pub(crate) struct To {
    /// HOST:PORT of the SMSC.
    #[arg(long = "to", default_value = "127.0.0.1:2775")]
    address: String,
    /// The login.
    #[arg(long, default_value = "dev")]
    system_id: String,
    /// The password; - reads a line from standard input.
    #[arg(long, default_value = "dev")]
    password: String,
    /// The system type, if the SMSC wants one.
    #[arg(long, default_value = "")]
    system_type: String,
    /// Use TLS.
    #[arg(long)]
    tls: bool,
    /// The name that the certificate must have, when it is not the host.
    #[arg(long, requires = "tls")]
    tls_server_name: Option<String>,
    /// A PEM file of authorities to trust instead of the public ones.
    #[arg(long, requires = "tls")]
    tls_authorities: Option<PathBuf>,
    /// How long to wait for the answer to anything.
    #[arg(long, default_value = "30s", value_parser = length)]
    patience: Duration,
    /// Print every PDU: its names and its octets, the password masked.
    #[arg(long)]
    pdus: bool,
}

/// Says whose message is meant, where the SMSC wants to know.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// The originator with which it was submitted.
    #[arg(long, default_value = "")]
    from: String,
    /// The recipient; for cancel only.
    #[arg(long, default_value = "")]
    recipient: String,
}

#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The originator; without one the SMSC chooses.
    #[arg(long, default_value = "")]
    from: String,
    /// The number it goes to.
    #[arg(long)]
    recipient: String,
    /// The text; - reads it from standard input.
    #[arg(long)]
    text: String,
    /// How many times.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// How many of them to begin each second; 0 for as many as the window lets through.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100_000))]
    rate: u32,
    /// How many submits may wait for their answers.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    window: u32,
    /// How a text longer than one segment goes.
    #[arg(long, value_enum, default_value_t = Long::Udh)]
    long: Long,
    /// Show it at once on the phone, and do not keep it there.
    #[arg(long)]
    flash: bool,
    /// Which receipts to ask for.
    #[arg(long, value_enum, default_value_t = Receipt::Final)]
    receipt: Receipt,
    /// How long to wait for the receipts after the last answer; 0 does not wait.
    #[arg(long, default_value = "30s", value_parser = length)]
    wait: Duration,
    #[command(flatten)]
    to: To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// To submit only.
    Transmitter,
    /// To be given receipts and messages only.
    Receiver,
    /// Both.
    Transceiver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Long {
    /// In parts, numbered by a header with an 8-bit reference.
    Udh,
    /// In parts, numbered by a header with a 16-bit reference.
    Udh16,
    /// In parts, numbered by parameters (`sar_…`).
    Sar,
    /// In one piece, as `message_payload`.
    Payload,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Receipt {
    /// None.
    None,
    /// One at the end, whatever it is.
    Final,
    /// One only when it does not arrive.
    Failure,
    /// Notices on the way, and one at the end.
    Intermediate,
}

/// Carries a command out; the exit code is 1 when the other side did not do what was asked for.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    logs::start("warn", LogFormat::Text)?;
    match command {
        Command::Bind { mode, to } => listening::run(mode, &to).await,
        Command::Send(send) => sending::run(&send).await,
        Command::Query { id, whose, to } => asking::query(&id, &whose, &to).await,
        Command::Cancel { id, whose, to } => asking::cancel(&id, &whose, &to).await,
        Command::Replace {
            id,
            text,
            whose,
            to,
        } => asking::replace(&id, &text, &whose, &to).await,
    }
}

/// Reads a length of time: a number and its unit, or 0.
fn length(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let read = UNITS.iter().find_map(|(unit, ms)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*ms)
    });
    // Nobody waits longer than a day, and no clock overflows.
    let read = read.filter(|ms| *ms <= 86_400_000);
    read.map(Duration::from_millis)
        .ok_or_else(|| "write a length of time such as 500ms, 30s or 5m, a day at most".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_a_unit() {
        assert_eq!(length("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(length("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(length("0"), Ok(Duration::ZERO));
        for wrong in ["30", "s", "-1s", "25h", "99999999999999999999s", ""] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
