//! What the tests share: processes of the program, a hand-made HTTP client, and a customer who speaks the Atompark dialect.

mod customer;
mod dev;
mod http;
mod process;
mod serve;

use std::time::Duration;

use simulator::{Config, Scenario, Simulator};

pub(crate) use customer::{Customer, signed_form, sum};
pub(crate) use dev::Dev;
pub(crate) use http::{Answer, Connection};
pub(crate) use process::{Process, program, run};
pub(crate) use serve::Serve;

/// Longer than anything here takes: a test that waits for so long has failed.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// How often a thing is looked at that cannot tell when it has changed.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until there is something to see.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(LONG, looking)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come to be within {LONG:?}"))
}

/// Starts an operator within the test, so that it outlives every gateway.
pub(crate) async fn operator(scenario: Scenario) -> Simulator {
    let config = Config {
        scenario,
        inbox_limit: 1_000_000,
        ..Config::default()
    };
    Simulator::start(config).await.unwrap()
}
