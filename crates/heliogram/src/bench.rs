//! `heliogram bench`: the whole way of a message measured on real SQLite and real SMPP over loopback.
//!
//! The gateway runs in a process of its own, and so does the simulated operator; this process makes the load. What counts is the
//! gateway's processor time for each message: unlike rates, it hardly depends on what else the machine is doing.

mod audience;
mod binds;
mod campaign;
mod codec;
mod doors;
mod esme;
mod figures;
mod links;
mod load;
mod process;
mod report;
mod stage;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::output;

use report::Report;
use stage::Stage;

#[derive(Clone, Debug, Args)]
pub(crate) struct Bench {
    /// What to measure.
    #[arg(value_enum, default_value_t = Work::All)]
    work: Work,
    /// Messages sent one by one.
    #[arg(long, default_value_t = 100_000)]
    singles: u32,
    /// Recipients of group sends in all.
    #[arg(long, default_value_t = 300_000)]
    recipients: u32,
    /// Recipients of one group send.
    #[arg(long, default_value_t = 1_000)]
    group: u32,
    /// Messages that wait while the operator is away.
    #[arg(long, default_value_t = 1_000_000)]
    queued: u32,
    /// Contacts of the list that a campaign goes to.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    contacts: u32,
    /// Connections that send at the same time.
    #[arg(long, default_value_t = 64)]
    connections: u32,
    /// Submits that may be on the wire at once.
    #[arg(long, default_value_t = 1_000)]
    window: u32,
    /// Submits of 10,000 rows at ATL's door, one after another.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    submits: u32,
    /// Requests of 1,000 numbers at SMS Center's door, one after another.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    thousands: u32,
    /// Requests of 100 numbers at SMS Club's door, 200 of them in a second.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    hundreds: u32,
    /// Programs that bind over SMPP.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=900))]
    binds: u32,
    /// What each of them submits in a second.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    per_second: u32,
    /// For how long.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// How often each measurement is taken.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Where the data of the runs goes; a temporary directory when absent.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print all figures at the end as one line of JSON, for programs.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Work {
    /// One request for each message.
    Single,
    /// One request for many messages.
    Group,
    /// Memory with many messages waiting.
    Queued,
    /// A campaign to a large contact list: adding contacts, searching, pricing, sending, statistics.
    Campaign,
    /// Large requests at the doors of the other providers, as each of them has them.
    Doors,
    /// Programs that bind over SMPP and submit at a steady pace, with receipts; and the same beside one that never reads.
    Binds,
    /// Throughput with 1, 2 and 4 links to the operator.
    Links,
    /// What reading and writing PDUs takes.
    Codec,
    /// All of them.
    All,
}

/// Measures and prints the tables.
pub(crate) async fn run(options: Bench) -> anyhow::Result<()> {
    let wanted = |work| options.work == work || options.work == Work::All;
    let mut reports = Vec::new();
    for run in 1..=options.runs.max(1) {
        if wanted(Work::Single) {
            output::note(format_args!("run {run}: {} single sends", options.singles));
            let stage = Stage::set(&options, "clean-now").await?;
            let load = load::singles(&stage, &options).await;
            reports.push(finish("single send", stage, load, options.singles).await?);
        }
        if wanted(Work::Group) {
            output::note(format_args!(
                "run {run}: {} recipients of group sends",
                options.recipients
            ));
            let stage = Stage::set(&options, "clean-now").await?;
            let load = load::groups(&stage, &options, options.recipients).await;
            reports.push(finish("group recipient", stage, load, options.recipients).await?);
        }
    }
    if wanted(Work::Queued) {
        output::note(format_args!(
            "{} messages waiting for an operator that is away",
            options.queued
        ));
        let stage = Stage::set(&options, "outage").await?;
        let load = load::groups(&stage, &options, options.queued).await?;
        let used = stage.strike().await?;
        reports.push(Report::queued(load, options.queued, used));
    }
    let mut campaigns = Vec::new();
    if wanted(Work::Campaign) {
        for run in 1..=options.runs.max(1) {
            output::note(format_args!(
                "run {run}: a campaign to {} contacts",
                options.contacts
            ));
            campaigns.push(campaign::measure(&options).await?);
        }
    }
    let mut doors = Vec::new();
    if wanted(Work::Doors) {
        for run in 1..=options.runs.max(1) {
            output::note(format_args!("run {run}: large requests at each door"));
            doors.push(doors::measure(&options).await?);
        }
    }
    let (mut binds, mut links, mut codec) = (Vec::new(), Vec::new(), Vec::new());
    for run in 1..=options.runs.max(1) {
        if wanted(Work::Binds) {
            output::note(format_args!(
                "run {run}: {} programs that bind",
                options.binds
            ));
            binds.push(binds::measure(&options).await?);
        }
        if wanted(Work::Links) {
            output::note(format_args!("run {run}: 1, 2 and 4 links"));
            links.push(links::measure(&options).await?);
        }
        if wanted(Work::Codec) {
            codec.push(codec::measure()?);
        }
    }
    report::print(&reports)?;
    figures::print(
        &format!("campaign to {} contacts", options.contacts),
        &campaigns,
    )?;
    figures::print("doors", &doors)?;
    let title = format!(
        "{} binds, {} messages/s each",
        options.binds, options.per_second
    );
    figures::print(&title, &binds)?;
    figures::print("links", &links)?;
    figures::print("codec", &codec)?;
    if options.json {
        let mut all = report::json(&reports);
        all.insert("doors".into(), figures::json(&doors));
        all.insert("binds".into(), figures::json(&binds));
        all.insert("links".into(), figures::json(&links));
        all.insert("codec".into(), figures::json(&codec));
        all.insert("campaign".into(), figures::json(&campaigns));
        output::line(Value::Object(all))?;
    }
    Ok(())
}

async fn finish(
    work: &'static str,
    stage: Stage,
    load: anyhow::Result<load::Load>,
    messages: u32,
) -> anyhow::Result<Report> {
    let load = load?;
    let times = stage.watch(load.start, u64::from(messages)).await?;
    let used = stage.strike().await?;
    Ok(Report::sent(work, load, messages, times, used))
}
