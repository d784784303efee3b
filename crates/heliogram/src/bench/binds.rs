//! Many programs that bind and submit at a steady pace, with receipts; and the same beside one that never reads.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use gateway::directory::{AccountSettings, CredentialKind, SmppSettings};
use sms::Currency;
use tokio::task::JoinSet;

use super::Bench;
use super::esme::{Esme, Plan};
use super::figures::{Figures, latency_ms};
use super::stage::{PASSWORD, Stage, now};

/// How many accounts share the binds.
const ACCOUNTS: u32 = 20;

/// What the one that never reads submits in a second.
const NEVER_READ_PER_SECOND: u32 = 500;

/// Time for all to have bound before the first submit is due.
const BIND: Duration = Duration::from_secs(2);

/// Takes every figure once: first without, then beside a program that never reads.
pub(super) async fn measure(options: &Bench) -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    let alone = run(options, false).await?;
    let beside = run(options, true).await?;
    let messages = f64::from(options.binds * options.per_second * options.seconds);
    figures.take("submit_sm_resp: p50 ms", alone.latency_ms(500), 1);
    figures.take("submit_sm_resp: p99 ms", alone.latency_ms(990), 1);
    figures.take("submit_sm_resp: p99.9 ms", alone.latency_ms(999), 1);
    figures.take(
        "beside one that never reads: p99 ms",
        beside.latency_ms(990),
        1,
    );
    let ratio = beside.latency_ms(990) / alone.latency_ms(990);
    figures.take("p99 with it / without it", ratio, 2);
    figures.take("CPU µs a message", alone.cpu_micros / messages, 1);
    figures.take("peak MiB", alone.peak_mib, 0);
    figures.take("receipts lost", alone.lost + beside.lost, 0);
    figures.take("receipts doubled", alone.doubled + beside.doubled, 0);
    Ok(figures)
}

/// What one run found.
struct Found {
    /// Of all answers, sorted.
    latencies: Vec<Duration>,
    lost: f64,
    doubled: f64,
    cpu_micros: f64,
    peak_mib: f64,
}

impl Found {
    fn latency_ms(&self, permille: usize) -> f64 {
        latency_ms(&self.latencies, permille)
    }
}

async fn run(options: &Bench, beside: bool) -> anyhow::Result<Found> {
    let stage = Stage::set(options, "clean-now").await?;
    let mut logins = Vec::new();
    for account in 0..=ACCOUNTS {
        logins.push(add_account(&stage, account, options.binds).await?);
    }
    // The gateway notices within a moment; whoever binds before that would be a stranger.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begin = now();
    let start = begin + BIND + Duration::from_millis(20) * options.binds;
    let messages = options.per_second * options.seconds;
    let reported = Arc::default();
    let mut programs = JoinSet::new();
    for bind in 0..options.binds {
        let plan = Plan {
            address: stage.smpp,
            system_id: logins[(bind % ACCOUNTS) as usize].clone(),
            first_phone: bind * messages % 900_000,
            per_second: options.per_second,
            messages,
            reported: Arc::clone(&reported),
            to_report: options.binds * messages,
        };
        let esme = Esme::bind(plan, begin).await?;
        programs.spawn(async move { esme.run(start).await });
    }
    ensure!(now() < start, "the programs did not bind in time");
    let _deaf = if beside {
        let plan = Plan {
            address: stage.smpp,
            system_id: logins[ACCOUNTS as usize].clone(),
            first_phone: 0,
            per_second: NEVER_READ_PER_SECOND,
            messages: NEVER_READ_PER_SECOND * options.seconds,
            reported: Arc::default(),
            to_report: 0,
        };
        let mut deaf = JoinSet::new();
        let esme = Esme::bind(plan, begin).await?;
        deaf.spawn(async move { esme.never_read(start).await });
        Some(deaf)
    } else {
        None
    };
    let mut latencies = Vec::new();
    // A receipt comes to any bind of its account.
    let mut receipts: HashMap<_, u32> = HashMap::new();
    while let Some(seen) = programs.join_next().await {
        let seen = seen.context("a program stopped")??;
        latencies.extend(seen.latencies);
        for (id, times) in seen.receipts {
            *receipts.entry(id).or_default() += times;
        }
    }
    let all = options.binds * messages;
    let count = |such: fn(&u32) -> bool| receipts.values().copied().filter(such).count();
    let told = u32::try_from(count(|times| *times > 0))?;
    let doubled = u32::try_from(count(|times| *times > 1))?;
    latencies.sort_unstable();
    let used = stage.strike().await?;
    Ok(Found {
        latencies,
        lost: f64::from(all.saturating_sub(told)),
        doubled: f64::from(doubled),
        cpu_micros: used.usage.cpu_micros(),
        peak_mib: used.usage.peak_mib(),
    })
}

/// Makes an account with money and a login; gives the login.
async fn add_account(stage: &Stage, number: u32, binds: u32) -> anyhow::Result<String> {
    let name = format!("bench{number}");
    let settings = AccountSettings {
        smpp: SmppSettings {
            binds: Some(binds),
            ..SmppSettings::default()
        },
        ..AccountSettings::default()
    };
    let account = stage
        .view
        .add_account(&name, Currency::UAH, &settings)
        .await?;
    stage
        .view
        .put_credential(account, CredentialKind::Password, &name, PASSWORD)
        .await?;
    stage
        .view
        .top_up(account, 1_000_000_000_000_000, "bench")
        .await?;
    Ok(name)
}
