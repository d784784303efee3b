//! What is measured: each scenario is a load on a stage.

mod audience;
mod binds;
mod campaign;
mod doors;
mod http;
mod pace;
pub(crate) mod smpp;
mod together;

use clap::ValueEnum;

use crate::Options;
use crate::report::Run;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Atompark's `sendSMS` with its checksum, a message a request, over 64 connections.
    Single,
    /// `single` with receipts two seconds after the answers, as operators send them: no message has both recorded in one transaction.
    /// Its receipts/s have the last two seconds in them.
    SingleLate,
    /// SMS Club's JSON, a message a request, over 64 connections.
    SingleClub,
    /// ATL's XML, 1,000 rows with a text each a request, over 4 connections.
    Bulk,
    /// Atompark's `sendsmsgroup`, 1,000 recipients a request, over 4 connections.
    Group,
    /// A campaign to a list of a million contacts: adding them, searching, pricing, sending, statistics.
    Campaign,
    /// One program that binds over SMPP, submits with a window of 100, and takes its receipts.
    #[value(name = "smpp-1")]
    Smpp1,
    /// Four of them, of one account.
    #[value(name = "smpp-4")]
    Smpp4,
    /// `smpp-4` with receipts two seconds after the answers.
    #[value(name = "smpp-4-late")]
    Smpp4Late,
    /// Fifty of them, of ten accounts.
    #[value(name = "smpp-50")]
    Smpp50,
    /// Single sends beside programs that ask 1,000 times a second for the state of what was sent.
    Polling,
    /// Single sends, groups, programs that bind and programs that ask, all at once.
    Mixed,
    /// Half of the greatest rate: single sends, then programs that bind, with one-time passwords among their messages.
    HalfLoad,
    /// Latency against load: single sends at 10 to 95 % of the greatest rate.
    LoadCurve,
    /// A million messages that wait while the operator is away.
    Queued,
    /// Two hundred programs of 20 accounts, 50 messages a second each; then beside one that never reads.
    Binds,
    /// Groups over 1, 2 and 4 links; to an operator who takes his time, too.
    Links,
    /// The largest requests at the doors of the other providers.
    Doors,
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
            Self::Single => http::single(options).await,
            Self::SingleLate => http::single_late(options).await,
            Self::SingleClub => http::single_club(options).await,
            Self::Bulk => http::bulk(options).await,
            Self::Group => http::group(options).await,
            Self::Campaign => campaign::measure(options).await,
            Self::Smpp1 => smpp::measure(options, "smpp-1", 1, 1).await,
            Self::Smpp4 => smpp::measure(options, "smpp-4", 4, 1).await,
            Self::Smpp4Late => smpp::measure_late(options, "smpp-4-late", 4).await,
            Self::Smpp50 => smpp::measure(options, "smpp-50", 50, 10).await,
            Self::Polling => together::polling(options).await,
            Self::Mixed => together::mixed(options).await,
            Self::HalfLoad => pace::half_load(options).await,
            Self::LoadCurve => pace::curve(options).await,
            Self::Queued => http::queued(options).await,
            Self::Binds => binds::measure(options).await,
            Self::Links => http::links(options).await,
            Self::Doors => doors::measure(options).await,
        }
    }
}
