//! `bench smsc`: the operator in a process of its own, which is asked line by line what has come.

mod handle;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use clap::Args;
use serde::{Deserialize, Serialize};
use simulator::{Counters, Observer, Recording, Script, Simulator};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::latency::{Latencies, Quantiles};
use crate::output;
use crate::stamp::{Kind, Stamp, epoch_micros};

pub(crate) use handle::Smsc;

/// How the operator is started.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// How the network behaves: a built-in scenario of the simulator, a case, or a JSON object of faults.
    #[arg(long, default_value = "{}")]
    scenario: Script,
    /// How many receipts may be unanswered on one link.
    #[arg(long, default_value_t = 1_000)]
    receipt_window: usize,
}

/// What is asked, a word on a line of standard input each; the answer is a line of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// What has come so far: [`Counts`].
    Counts,
    /// How long stamped texts took to come, a [`Quantiles`] for each [`Kind`]; counting begins anew.
    Latencies,
}

impl Question {
    const fn word(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Latencies => "latencies",
        }
    }
}

/// What has come to the operator, and what it has told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Links that were opened.
    pub(crate) links: u64,
    /// Segments that were submitted and taken.
    pub(crate) segments: u64,
    /// Whole texts, those that came again among them.
    pub(crate) messages: u64,
    /// Texts that had come before.
    pub(crate) duplicates: u64,
    /// Receipts that were sent, again or not.
    pub(crate) receipts_sent: u64,
    /// Receipts that the gateway has taken.
    pub(crate) receipts_answered: u64,
}

impl Counts {
    /// Counts the whole texts, each once.
    pub(crate) const fn distinct(&self) -> u64 {
        self.messages.saturating_sub(self.duplicates)
    }
}

impl From<Counters> for Counts {
    fn from(counters: Counters) -> Self {
        Self {
            links: counters.links,
            segments: counters.accepted_segments,
            messages: counters.messages,
            duplicates: counters.duplicates,
            receipts_sent: counters.receipts_sent,
            receipts_answered: counters.receipts_answered,
        }
    }
}

/// The latencies from request to wire, by the texts' kind.
type Seen = Mutex<[Latencies; Kind::ALL.len()]>;

/// Runs until standard input ends; says its address on the first line of standard output.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let seen: Arc<Seen> = Arc::default();
    let config = simulator::Config {
        scenario: options.scenario.scenario,
        steps: options.scenario.steps,
        recording: Recording::Counts,
        receipt_window: options.receipt_window,
        observer: Some(observer(Arc::clone(&seen))),
        ..simulator::Config::default()
    };
    let simulator = Simulator::start(config).await.context("cannot listen")?;
    output::line(simulator.address())?;
    let mut questions = BufReader::new(tokio::io::stdin()).lines();
    while let Some(question) = questions.next_line().await? {
        let answer = if question == Question::Counts.word() {
            serde_json::to_string(&Counts::from(simulator.inbox().counters()))?
        } else if question == Question::Latencies.word() {
            serde_json::to_string(&quantiles(&seen))?
        } else {
            anyhow::bail!("{question:?} is no question");
        };
        output::line(answer)?;
    }
    simulator.stop().await;
    Ok(())
}

/// Notes how old the stamp of each text is that comes.
fn observer(seen: Arc<Seen>) -> Observer {
    Observer::new(move |text| {
        if let Some(stamp) = Stamp::read(text) {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen[stamp.kind.place()].take_micros(epoch_micros().saturating_sub(stamp.micros));
        }
    })
}

fn quantiles(seen: &Seen) -> Vec<Quantiles> {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *seen)
        .iter()
        .map(Latencies::quantiles)
        .collect()
}
