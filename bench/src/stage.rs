//! One run: an operator, a gateway on fresh data and the load, and what the gateway used for it.

mod plan;
mod progress;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tempfile::TempDir;

pub(crate) use plan::{Plan, Until};
use progress::Progress;

use crate::contender::{Contender, Ground, Running};
use crate::load::{Seen, now};
use crate::measure::{Syncs, Usage, octets_of};
use crate::output;
use crate::report::Run;
use crate::report::figures::Figures;
use crate::smsc::{Counts, Smsc};
use crate::stamp::Kind;

/// How long nothing at all may happen while there is something to do.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often the operator is asked what has come.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is left to do when the last receipt is answered is done by then, and counts.
const AFTERWARDS: Duration = Duration::from_millis(300);

/// The processes of a run.
pub(crate) struct Stage {
    pub(crate) smsc: Smsc,
    pub(crate) gateway: Box<dyn Running>,
    /// When what counts began.
    begun: Cell<Instant>,
    /// When all that was waited for had come; what is left to do comes after it.
    over: Cell<Option<Instant>>,
    counting: RefCell<Option<Counting>>,
    directory: TempDir,
}

/// What was used before, and a count of syncs that goes on.
struct Counting {
    since: Instant,
    used_before: Used,
    syncs: Syncs,
}

/// What each side has used.
struct Used {
    gateway: Usage,
    operator: Usage,
    load: Usage,
}

/// When things were done.
#[derive(Clone, Copy, Debug)]
struct Times {
    submitted: Instant,
    /// `None` where no receipt came.
    reported: Option<Instant>,
}

/// Runs a load through a gateway until the receipt of each message that it accepted is recorded, and tells everything.
pub(crate) async fn run(
    contender: &dyn Contender,
    plan: &Plan,
    load: impl AsyncFnOnce(&Stage) -> anyhow::Result<Seen>,
) -> anyhow::Result<Run> {
    let stage = Stage::set(contender, plan).await?;
    stage.begin().await?;
    let accepted = Cell::new(None);
    let loading = async {
        let seen = load(&stage).await?;
        accepted.set(Some(seen.accepted));
        Ok(seen)
    };
    let (seen, times) = match plan.until {
        Until::Reported | Until::Submitted => {
            let watching = stage.watch(&accepted, plan.until);
            let (seen, times) = tokio::try_join!(loading, watching)?;
            stage.over.set(Some(now()));
            tokio::time::sleep(AFTERWARDS).await;
            (seen, Some(times))
        }
        Until::Accepted => (loading.await?, None),
    };
    let mut figures = stage.figures(&seen, times).await?;
    figures.extend(stage.end(seen.accepted).await?);
    stage.strike(plan, contender, seen.accepted, figures).await
}

impl Stage {
    /// Starts the processes; returns when the gateway's doors are open and its links are there.
    pub(crate) async fn set(contender: &dyn Contender, plan: &Plan) -> anyhow::Result<Self> {
        let data = std::path::absolute(&plan.data)?;
        let made = std::fs::create_dir_all(&data)
            .and_then(|()| tempfile::Builder::new().prefix("run-").tempdir_in(&data));
        let directory =
            made.with_context(|| format!("cannot make a directory in {}", data.display()))?;
        let smsc = Smsc::start(&plan.operator).await?;
        let ground = Ground {
            directory: directory.path().to_owned(),
            smsc: smsc.address(),
            links: plan.links,
            window: plan.window,
            accounts: plan.accounts,
            binds: plan.binds,
        };
        let gateway = contender.start(&ground).await?;
        let stage = Self {
            smsc,
            gateway,
            begun: Cell::new(now()),
            over: Cell::default(),
            counting: RefCell::default(),
            directory,
        };
        let start = now();
        while stage.smsc.counts().await?.links < u64::from(plan.links) {
            ensure!(
                start.elapsed() < PATIENCE,
                "the gateway does not bind to the operator"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(stage)
    }

    /// Lets everything count from now on; a load that prepares something calls it again after that.
    pub(crate) async fn begin(&self) -> anyhow::Result<()> {
        let processes = self.gateway.processes();
        let syncs = Syncs::count(&processes).await;
        let counting = Counting {
            since: now(),
            used_before: self.used()?,
            syncs,
        };
        self.begun.set(counting.since);
        self.counting.replace(Some(counting));
        Ok(())
    }

    /// Tells how many messages went how far, and how long they took.
    async fn figures(&self, seen: &Seen, times: Option<Times>) -> anyhow::Result<Figures> {
        let mut figures = Figures::default();
        let start = self.begun.get();
        figures.take_count("messages", seen.accepted);
        figures.take("accepted/s", rate(seen.accepted, seen.took), 0);
        if let Some(times) = times {
            let submitted = times.submitted - start;
            figures.take("submitted/s", rate(seen.accepted, submitted), 0);
            if let Some(reported) = times.reported {
                figures.take("receipts/s", rate(seen.accepted, reported - start), 0);
            }
        }
        figures.take_latencies("answer", seen.latencies.quantiles());
        for (kind, told) in Kind::ALL.into_iter().zip(self.smsc.latencies().await?) {
            figures.take_latencies(kind.to_the_wire(), told);
        }
        figures.extend(seen.figures.clone());
        Ok(figures)
    }

    /// Tells what the gateway has used since everything counts, and lets nothing count any more: a load that does something
    /// besides calls it before that. Nothing is told twice.
    pub(crate) async fn end(&self, messages: u64) -> anyhow::Result<Figures> {
        let mut figures = Figures::default();
        let Some(counting) = self.counting.take() else {
            return Ok(figures);
        };
        let (used, before) = (self.used()?, counting.used_before);
        // Nothing was to be done in what was waited afterwards: it would make a rate look less.
        let time = self.over.get().unwrap_or_else(now) - counting.since;
        take_usage(&mut figures, &used.gateway.since(&before.gateway), messages);
        // They share the processors with the gateway: whoever compares wants to know how much they took.
        for (name, used, before) in [
            (
                "beside it, CPU µs a message: operator",
                used.operator,
                before.operator,
            ),
            ("beside it, CPU µs a message: load", used.load, before.load),
        ] {
            figures.take(name, used.since(&before).cpu_micros(messages), 1);
        }
        match counting.syncs.end().await {
            Some(syncs) => figures.take("syncs/s", rate(syncs, time), 1),
            None => output::note("syncs are not measured: perf is not there, or may not count"),
        }
        Ok(figures)
    }

    fn used(&self) -> anyhow::Result<Used> {
        Ok(Used {
            gateway: Usage::of(&self.gateway.processes())?,
            operator: Usage::of(&[self.smsc.id()?])?,
            load: Usage::of(&[std::process::id()])?,
        })
    }

    /// Waits until as many receipts are recorded as messages were accepted, once that is known.
    async fn watch(&self, accepted: &Cell<Option<u64>>, until: Until) -> anyhow::Result<Times> {
        let mut before = Progress::default();
        let mut times = Times {
            submitted: now(),
            reported: None,
        };
        let mut moved = now();
        loop {
            let progress = self.progress().await?;
            let looked = now();
            if progress.submitted() > before.submitted() {
                times.submitted = looked;
            }
            if progress.reported() > before.reported() {
                times.reported = Some(looked);
            }
            let expected = accepted.get();
            if expected.is_some_and(|expected| progress.has_come(until, expected)) {
                return Ok(times);
            }
            if progress != before || expected.is_none() {
                moved = looked;
            }
            ensure!(
                moved.elapsed() < PATIENCE,
                "of {expected:?} messages, {progress:?} and nothing more"
            );
            before = progress;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn progress(&self) -> anyhow::Result<Progress> {
        Ok(Progress {
            counts: self.smsc.counts().await?,
            seen: self.gateway.receipts_seen(),
        })
    }

    /// Ends the processes and has the gateway checked; then everything is told.
    async fn strike(
        mut self,
        plan: &Plan,
        contender: &dyn Contender,
        accepted: u64,
        mut figures: Figures,
    ) -> anyhow::Result<Run> {
        let running = octets_of(self.gateway.data())?;
        self.gateway.stop().await?;
        let stopped = octets_of(self.gateway.data())?;
        let counts = self.smsc.counts().await?;
        self.smsc.end().await?;
        let each = |octets: u64| count(octets) / count(accepted.max(1));
        figures.take("disk a message, running: B", each(running), 0);
        figures.take("disk a message, stopped: B", each(stopped), 0);
        let under_way = match plan.until {
            Until::Reported | Until::Submitted => {
                take_losses(&mut figures, &counts, accepted);
                0
            }
            Until::Accepted => accepted,
        };
        // What others had accepted has left long since: they were few.
        let messages = if plan.others {
            counts.distinct()
        } else {
            accepted
        };
        self.gateway.check(messages, under_way).await?;
        let run = Run {
            scenario: plan.scenario.clone(),
            at: plan.at,
            contender: contender.name(),
            version: contender.version()?,
            durability: self.gateway.durability(),
            figures,
        };
        self.directory
            .close()
            .context("the run's directory stays")?;
        Ok(run)
    }
}

fn take_usage(figures: &mut Figures, used: &Usage, messages: u64) {
    let each = |time: Duration| time.as_secs_f64() * 1e6 / count(messages.max(1));
    figures.take("CPU µs a message", used.cpu_micros(messages), 1);
    figures.take("CPU µs a message: user", each(used.user), 1);
    figures.take("CPU µs a message: system", each(used.system), 1);
    for (thread, time) in &used.threads {
        if !time.is_zero() {
            figures.take(format!("CPU µs a message: {thread}"), each(*time), 1);
        }
    }
    figures.take("peak memory MiB", count(used.peak_kib) / 1024.0, 1);
    let octets = |octets: u64| count(octets) / count(messages.max(1));
    figures.take(
        "written to files and sockets a message: B",
        octets(used.written),
        0,
    );
    figures.take(
        "written to disk a message: B",
        octets(used.written_to_disk),
        0,
    );
}

fn rate(messages: u64, time: Duration) -> f64 {
    count(messages) / time.as_secs_f64()
}

fn take_losses(figures: &mut Figures, counts: &Counts, accepted: u64) {
    figures.take_count("lost", accepted.saturating_sub(counts.distinct()));
    figures.take_count("duplicates", counts.duplicates);
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}
