//! Where log lines go and which ones.

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Reads what to log: a level, or levels for parts of the program (`info,smpp_net=debug`).
///
/// Stricter than what the log itself would take: it makes a part of every misspelt level, and stays silent.
pub(crate) fn directives(text: &str) -> Result<String, String> {
    for directive in text.split(',') {
        let level = match directive.split_once('=') {
            Some((part, level)) if is_part(part) => level,
            Some((part, _)) => return Err(format!("{part:?} is not a part of the program")),
            None => directive,
        };
        let level = level.trim();
        if !LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level)) {
            let levels = LEVELS.join(", ");
            return Err(format!("{level:?} is not one of the levels {levels}"));
        }
    }
    Ok(text.to_owned())
}

fn is_part(text: &str) -> bool {
    let of_a_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let text = text.trim();
    !text.is_empty() && text.chars().all(of_a_path)
}

/// Starts logging to standard error; `RUST_LOG` goes before what is asked here.
pub(crate) fn start(directives: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.is_empty() => set,
        _ => directives.to_owned(),
    };
    let filter = EnvFilter::try_new(&filter)
        .with_context(|| format!("{filter:?} is not a log level, nor directives for several"))?;
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal() && !is_plain)
        .with_writer(stderr);
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_of_six_for_all_or_for_a_part() {
        for good in [
            "info",
            "OFF",
            "info,smpp_net=debug",
            "warn, gateway::tasks = trace",
        ] {
            assert!(directives(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "loud",
            "info,",
            "info,smpp_net=loud",
            "=debug",
            "a b=info",
        ] {
            assert!(directives(bad).is_err(), "{bad}");
        }
    }
}
