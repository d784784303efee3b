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
use super::figures::Figures;
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
    figures.take("submit_sm_resp: p50 ms", alone.latency(50.0), 1);
    figures.take("submit_sm_resp: p99 ms", alone.latency(99.0), 1);
    figures.take("submit_sm_resp: p99.9 ms", alone.latency(99.9), 1);
    figures.take(
        "beside one that never reads: p99 ms",
        beside.latency(99.0),
        1,
    );
    let ratio = beside.latency(99.0) / alone.latency(99.0);
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
    fn latency(&self, percent: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list of answers"
        )]
        let place = (last as f64 * percent / 100.0) as usize;
        let found = self.latencies.get(place);
        found.map_or(0.0, Duration::as_secs_f64) * 1e3
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
    let mut found = Found {
        latencies: Vec::new(),
        lost: 0.0,
        doubled: 0.0,
        cpu_micros: 0.0,
        peak_mib: 0.0,
    };
    // A receipt comes to any bind of its account.
    let mut receipts: HashMap<_, u32> = HashMap::new();
    while let Some(seen) = programs.join_next().await {
        let seen = seen.context("a program stopped")??;
        found.latencies.extend(seen.latencies);
        for (id, times) in seen.receipts {
            *receipts.entry(id).or_default() += times;
        }
    }
    let all = options.binds * messages;
    let count = |such: fn(&u32) -> bool| receipts.values().copied().filter(such).count();
    let told = u32::try_from(count(|times| *times > 0))?;
    found.lost = f64::from(all.saturating_sub(told));
    found.doubled = f64::from(u32::try_from(count(|times| *times > 1))?);
    found.latencies.sort_unstable();
    let used = stage.strike().await?;
    found.cpu_micros = (used.usage.user + used.usage.system).as_secs_f64() * 1e6;
    #[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 KiB")]
    let peak = used.usage.peak_memory_kib as f64 / 1024.0;
    found.peak_mib = peak;
    Ok(found)
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
