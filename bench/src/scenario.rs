//! What is measured: each scenario is a load on a stage.

mod smpp;

use clap::ValueEnum;

use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::Pace;
use crate::load::http::{Plan as Requests, drive};
use crate::report::Run;
use crate::stage::{self, Plan};
use crate::stamp::Kind;
use smpp::Programs;

/// How many connections send single messages at the same time.
const CONNECTIONS: u32 = 64;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// One `sendSMS` with checksum for each message, over 64 connections.
    Single,
    /// One program that binds over SMPP, submits with a window of 100, and takes its receipts.
    #[value(name = "smpp-1")]
    Smpp1,
    /// Four of them, of one account.
    #[value(name = "smpp-4")]
    Smpp4,
    /// Fifty of them, of ten accounts.
    #[value(name = "smpp-50")]
    Smpp50,
}

impl Scenario {
    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    /// Its name as it is given on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Measures it once.
    pub(crate) async fn measure(self, options: &Options) -> anyhow::Result<Vec<Run>> {
        match self {
            Self::Single => single(options).await,
            Self::Smpp1 => smpp(options, "smpp-1", 1, 1).await,
            Self::Smpp4 => smpp(options, "smpp-4", 4, 1).await,
            Self::Smpp50 => smpp(options, "smpp-50", 50, 10).await,
        }
    }
}

async fn single(options: &Options) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let plan = Plan::of("single", &options.data);
    let count = options.count(200_000);
    let run = stage::run(&gateway, &plan, async |stage| {
        drive(&Requests {
            address: stage.gateway.http(),
            requests: stage.gateway.single(),
            count,
            connections: CONNECTIONS,
            pace: Pace::Closed,
            kind: Kind::Ordinary,
        })
        .await
    });
    Ok(vec![run.await?])
}

async fn smpp(
    options: &Options,
    name: &str,
    binds: u32,
    accounts: u32,
) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let plan = Plan {
        accounts,
        ..Plan::of(name, &options.data)
    };
    let programs = Programs::closed(binds, options.count(400_000));
    let run = stage::run(&gateway, &plan, async |stage| {
        smpp::submit(stage, programs).await
    });
    Ok(vec![run.await?])
}
