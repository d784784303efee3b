//! `heliogram ledger audit`: do the books balance?

use std::process::ExitCode;

use gateway::Gateway;

use crate::cli::At;
use crate::data::DataDirectory;
use crate::output;

/// Audits the data and says what was found; the exit code is 1 when anything is wrong.
pub(crate) async fn run(at: &At) -> anyhow::Result<ExitCode> {
    let (directory, setup) = at.place()?;
    let data = DataDirectory::existing(&directory)?;
    let gateway = data.gateway(setup).await?;
    Ok(if report(&gateway).await? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints the outcome of an audit; tells whether the books balance.
pub(crate) async fn report(gateway: &Gateway) -> anyhow::Result<bool> {
    let audit = gateway.audit().await?;
    let tally = gateway.tally().await?;
    output::line(format_args!(
        "audited {} accounts, {} ledger entries, {} messages, {} of them under way",
        audit.accounts,
        audit.entries,
        audit.messages,
        tally.under_way()
    ))?;
    for violation in &audit.violations {
        let account = violation
            .account
            .map(|id| format!(" account {id}"))
            .unwrap_or_default();
        let message = violation
            .message
            .map(|id| format!(" message {id}"))
            .unwrap_or_default();
        output::line(format_args!(
            "VIOLATION: {}:{account}{message}: {}",
            violation.rule, violation.detail
        ))?;
    }
    if audit.violations.is_empty() {
        output::line("the books balance")?;
    }
    Ok(audit.violations.is_empty())
}
