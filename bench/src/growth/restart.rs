//! How long it takes until a gateway answers and sends again: after a stop in order, and after it was killed with messages in flight.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use super::data::Stored;
use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::contender::{Contender, Ground, Running};
use crate::load::http::{Plan as Load, drive};
use crate::load::now;
use crate::load::requests::atompark::Group;
use crate::report::Run;
use crate::report::figures::Figures;
use crate::smsc::{Counts, Smsc};

/// How many messages are on their way when the gateway is killed: so many are accepted, and it is killed when a quarter has left.
const ACCEPTED: u32 = 100_000;

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// After so long with nothing nothing comes any more: what is in doubt is sent again after five seconds.
const QUIET: Duration = Duration::from_secs(8);

/// How often the operator is asked: as close as the figures are.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Measures both once.
pub(super) async fn measure(options: &Options, stored: &Stored) -> anyhow::Result<Vec<Run>> {
    let messages = options.count(ACCEPTED);
    let lent = stored.lend(options, messages).await?;
    let gateway = Heliogram {
        found: Some(lent.found()),
        ..Heliogram::new(&options.gateway)
    };
    let house = House::new(options).await?;
    let mut running = gateway.start(&house.ground).await?;
    let run = |scenario: &str, figures, running: &dyn Running| {
        anyhow::Ok(Run {
            scenario: scenario.to_owned(),
            at: Some(f64::from(stored.messages)),
            contender: gateway.name(),
            version: gateway.version()?,
            durability: running.durability(),
            figures,
        })
    };

    running.stop().await?;
    let (mut running, figures) = house.start(&gateway).await?;
    let stopped = run("restart: stopped", figures, &*running)?;

    house.kill_in_flight(running.as_mut(), messages).await?;
    drop(running);
    let at_the_kill = house.smsc.counts().await?;
    let (mut running, mut figures) = house.start(&gateway).await?;
    let begun = now();
    // Each start was given a message, too.
    let expected = u64::from(messages) + 2;
    let (settled, at) = house.settled(expected).await?;
    figures.take(
        "until all is sent and reported: s",
        (at - begun).as_secs_f64(),
        1,
    );
    figures.take_count(
        "left when it was killed",
        u64::from(messages) - at_the_kill.distinct().min(messages.into()),
    );
    figures.take_count("lost", expected.saturating_sub(settled.distinct()));
    figures.take_count("duplicates", settled.duplicates);
    let killed = run("restart: killed", figures, &*running)?;
    running.stop().await?;
    running.check(expected, 0).await?;
    house.smsc.end().await?;
    Ok(vec![stopped, killed])
}

/// The operator, and where the gateway runs.
struct House {
    smsc: Smsc,
    ground: Ground,
    _directory: TempDir,
}

impl House {
    async fn new(options: &Options) -> anyhow::Result<Self> {
        let data = std::path::absolute(&options.data)?;
        let directory = tempfile::Builder::new().prefix("run-").tempdir_in(data)?;
        let smsc = Smsc::start("{}").await?;
        let ground = Ground {
            directory: directory.path().to_owned(),
            smsc: smsc.address(),
            links: 1,
            window: 1_000,
            accounts: 1,
            binds: 100,
        };
        Ok(Self {
            smsc,
            ground,
            _directory: directory,
        })
    }

    /// Starts the gateway and gives it a message; tells when it answered and when the first left, that one or one that waited.
    async fn start(&self, gateway: &Heliogram) -> anyhow::Result<(Box<dyn Running>, Figures)> {
        let before = self.smsc.counts().await?;
        let running = gateway.start(&self.ground).await?;
        let took = running.started_in().context("its start has no time")?;
        let opened = now();
        drive(&Load::closed(running.http(), running.single(), 1, 1)).await?;
        let answered = took + opened.elapsed();
        self.until(|counts| counts.segments > before.segments)
            .await?;
        let submitted = took + opened.elapsed();
        let mut figures = Figures::default();
        let mut take = |name, time: Duration| figures.take(name, time.as_secs_f64() * 1e3, 0);
        take("until its doors are open: ms", took);
        take("until HTTP answers: ms", answered);
        take("until a link submits: ms", submitted);
        Ok((running, figures))
    }

    /// Kills the gateway with messages waiting, on the wire, and reported.
    async fn kill_in_flight(&self, running: &mut dyn Running, messages: u32) -> anyhow::Result<()> {
        let (groups, count) = Group::requests(messages);
        let seen = drive(&Load::closed(running.http(), groups, count, 4)).await?;
        ensure!(
            seen.accepted == u64::from(messages),
            "not all were accepted"
        );
        let quarter = u64::from(messages / 4);
        self.until(|counts| counts.segments >= quarter).await?;
        for process in running.processes() {
            let killed = Command::new("kill")
                .args(["-9", &process.to_string()])
                .status();
            ensure!(killed.await?.success(), "cannot kill process {process}");
        }
        Ok(())
    }

    /// Waits until everything that came is reported and nothing comes any more; tells since when. While some have not come at all,
    /// it waits far longer: what a slow machine has not sent yet is not lost.
    async fn settled(&self, expected: u64) -> anyhow::Result<(Counts, Instant)> {
        let mut before = self.smsc.counts().await?;
        let mut quiet_since = now();
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let counts = self.smsc.counts().await?;
            if counts != before {
                quiet_since = now();
            }
            let quiet = quiet_since.elapsed();
            let all_came = counts.distinct() >= expected;
            let enough = if all_came { QUIET } else { PATIENCE };
            if quiet > enough && counts.receipts_answered >= counts.segments {
                return Ok((counts, quiet_since));
            }
            ensure!(quiet < PATIENCE + QUIET, "{counts:?} and nothing more");
            before = counts;
        }
    }

    async fn until(&self, reached: impl Fn(&Counts) -> bool) -> anyhow::Result<()> {
        let begun = now();
        loop {
            let counts = self.smsc.counts().await?;
            if reached(&counts) {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "{counts:?} and nothing more");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
