//! `heliogram simulator`: the simulated operator alone, for gateways in other processes, ours or another's.

use anyhow::Context;
use simulator::{Counters, Recording, Simulator};

use crate::cli;
use crate::config::LogFormat;
use crate::lifetime::Ending;
use crate::{logs, output};

/// Runs until SIGTERM, SIGINT, SIGHUP or SIGQUIT; says its address on the first line of standard output, and at the end what
/// happened.
pub(crate) async fn run(options: cli::Simulator) -> anyhow::Result<()> {
    logs::start("warn", LogFormat::Text)?;
    let mut ending = Ending::catch()?;
    let config = simulator::Config {
        listen: options.listen,
        scenario: options.scenario.scenario,
        steps: options.scenario.steps,
        journal: options.journal,
        recording: if options.counts {
            Recording::Counts
        } else {
            Recording::Full
        },
        ..simulator::Config::default()
    };
    let listen = config.listen;
    let simulator = Simulator::start(config)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    let told = output::line(simulator.address());
    if told.is_ok() {
        ending.asked().await;
    }
    let counters = simulator.inbox().counters();
    simulator.stop().await;
    told?;
    output::text(table(&counters))
}

/// What happened, a line for each count.
fn table(counters: &Counters) -> String {
    let Counters {
        links,
        links_broken,
        binds_refused,
        submitted_segments,
        accepted_segments,
        repeated_segments,
        messages,
        duplicates,
        refused,
        throttled,
        unanswered,
        odd_answers,
        receipts_sent,
        receipts_resent,
        receipts_answered,
        receipts_deferred,
        receipts_refused,
        receipts_pending,
        notices_sent,
        sayings_answered,
        queries,
        cancelled,
    } = *counters;
    let rows = [
        ("links opened", links),
        ("  broken by the scenario", links_broken),
        ("  binds refused", binds_refused),
        ("submits", submitted_segments),
        ("  taken", accepted_segments),
        ("  refused", refused),
        ("    of these throttled", throttled),
        ("  never answered", unanswered),
        ("  answered oddly", odd_answers),
        ("  that came again", repeated_segments),
        ("texts on phones", messages),
        ("  the same text again", duplicates),
        ("  called back", cancelled),
        ("receipts sent", receipts_sent),
        ("  sent again", receipts_resent),
        ("  taken", receipts_answered),
        ("  refused for the moment", receipts_deferred),
        ("  refused for good", receipts_refused),
        ("  still owed", receipts_pending),
        ("notices on the way, and of nobody's messages", notices_sent),
        ("parts of messages from phones taken", sayings_answered),
        ("questions for messages", queries),
    ];
    let width = rows.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
    let lines = rows
        .iter()
        .map(|(what, count)| format!("{what:width$}  {count:>10}\n"));
    lines.collect()
}
