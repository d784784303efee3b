//! Several loads at once: status polling beside sending, and everything together.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use crate::Options;
use crate::contender::heliogram::Heliogram;
use crate::load::http::{Plan as Load, drive};
use crate::load::requests::atompark::{Group, Polling, Single};
use crate::load::{Pace, Seen};
use crate::report::Run;
use crate::stage::{self, Plan, Stage};

use super::smpp::{Bound, OTP_EACH, Programs};

/// How many programs ask for states, and how often all of them together.
const POLLING: u32 = 8;
const POLLS_PER_SECOND: f64 = 1_000.0;

/// How long to wait before looking again whether there is something to ask for.
const MOMENT: Duration = Duration::from_millis(1);

/// Single sends, while programs ask for the state of what was sent.
pub(super) async fn polling(options: &Options) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let plan = Plan::of("polling", &options.data);
    let count = options.count(150_000);
    let run = stage::run(&gateway, &plan, async |stage| {
        let singles = Rc::new(Single::default());
        let sending = Load::closed(stage.gateway.http(), Rc::clone(&singles) as _, count, 56);
        let (mut seen, polled) = beside_polling(stage, &singles, drive(&sending)).await?;
        tell(&mut seen, "state", &polled);
        Ok(seen)
    });
    Ok(vec![run.await?])
}

/// Single sends, groups, programs that bind, and programs that ask for states, all at once.
pub(super) async fn mixed(options: &Options) -> anyhow::Result<Vec<Run>> {
    let gateway = Heliogram::new(&options.gateway);
    let plan = Plan::of("mixed", &options.data);
    let (singles, recipients, submits) = (
        options.count(80_000),
        options.count(200_000),
        options.count(160_000),
    );
    let run = stage::run(&gateway, &plan, async |stage| {
        let http = stage.gateway.http();
        let single = Rc::new(Single::default());
        let (groups, group_count) = Group::requests(recipients);
        let programs = Programs {
            otp_each: Some(OTP_EACH),
            ..Programs::closed(4, submits)
        };
        let bound = Bound::bind(stage, programs).await?;
        stage.begin().await?;
        let sending = async {
            let one = Load::closed(http, Rc::clone(&single) as _, singles, 32);
            let many = Load::closed(http, groups, group_count, 2);
            tokio::try_join!(drive(&one), drive(&many), bound.run())
        };
        let (loads, polled) = beside_polling(stage, &single, sending).await?;
        let (mut all, many, bound) = loads;
        for (of, seen) in [
            ("group answer", &many),
            ("submit_sm_resp", &bound),
            ("state", &polled),
        ] {
            tell(&mut all, of, seen);
            all.accepted += seen.accepted;
            all.took = all.took.max(seen.took);
        }
        all.figures.extend(bound.figures);
        Ok(all)
    });
    Ok(vec![run.await?])
}

/// Lets programs ask for states until a load is over; gives what both saw.
async fn beside_polling<T>(
    stage: &Stage,
    singles: &Single,
    load: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(T, Seen)> {
    let over = Rc::new(Cell::new(false));
    let polling = Load {
        pace: Pace::Open {
            per_second: POLLS_PER_SECOND,
        },
        stop: Rc::clone(&over),
        ..Load::closed(
            stage.gateway.http(),
            Rc::new(Polling {
                ids: Rc::clone(&singles.ids),
            }),
            u32::MAX,
            POLLING,
        )
    };
    let asking = async {
        // There is nothing to ask for before the first is accepted.
        while singles.ids.borrow().is_empty() && !over.get() {
            tokio::time::sleep(MOMENT).await;
        }
        drive(&polling).await
    };
    let loading = async {
        let seen = load.await;
        over.set(true);
        seen
    };
    tokio::try_join!(loading, asking)
}

/// Takes what another load saw into the figures of the first.
fn tell(all: &mut Seen, of: &str, seen: &Seen) {
    all.figures.take_latencies(of, seen.latencies.quantiles());
}
