//! Where log lines go and which ones.

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts logging to standard error; `RUST_LOG` goes before what is asked here.
pub(crate) fn start(directives: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.is_empty() => set,
        _ => directives.to_owned(),
    };
    let filter = EnvFilter::try_new(&filter)
        .with_context(|| format!("{filter:?} is not a log level, nor directives for several"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
