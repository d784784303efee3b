//! Virtual phones and networks behind a real SMPP server: what dev mode, the demo, tests and
//! benchmarks send to.
//!
//! A [`Simulator`] listens on a TCP port, lets ESMEs bind, takes their messages, shows them in an
//! [`Inbox`] as the phones would, and sends receipts, and what phones say. The last digits of a recipient
//! ([`phones::MAGIC`]) and a [`Scenario`] make it misbehave.
//!
//! ```
//! use simulator::{Config, Scenario, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let scenario = Scenario { receipt_loss: 0.01, ..Scenario::default() };
//! let simulator = Simulator::start(Config { scenario, ..Config::default() }).await?;
//! println!("bind to {}", simulator.address());
//! assert!(simulator.inbox().messages(Some("380501234567")).is_empty());
//! simulator.stop().await;
//! # Ok(())
//! # }
//! ```

mod chance;
mod clock;
mod config;
mod fate;
mod ids;
mod inbox;
mod journal;
mod link;
mod outcome;
pub mod phones;
mod reassembly;
mod receipts;
mod saying;
mod scenario;
pub mod script;
mod server;
mod submission;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::{Config, Credentials, Observer, Recording};
pub use ids::IdForm;
pub use inbox::{Counters, Inbox, Received};
pub use scenario::{
    Answers, Between, Ending, ErrorForm, Late, OddAnswer, Oddity, PartFate, PartFault, Queries,
    ReceiptForm, Scenario, StatusFault, Sweep, Tear, Torn, Wording,
};
pub use script::{Script, Step};

use clock::Clock;
use server::Shared;
use world::World;

/// An SMSC that runs; dropping it ends its links without waiting for them.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Simulator {
    /// Reads the journal, if there is one, and begins to listen.
    ///
    /// Must be called within a tokio runtime. Fails when the address cannot be listened on, or
    /// the journal cannot be read or rewritten or is a file of something else.
    pub async fn start(config: Config) -> io::Result<Self> {
        let clock = Clock::start();
        let has_steps = !config.steps.is_empty();
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let world = World::open(config, clock.now_ms())?;
        let simulator = Self {
            shared: Arc::new(Shared::new(world, clock)),
            address,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        simulator.tasks.spawn(server::accept(
            listener,
            Arc::clone(&simulator.shared),
            simulator.tasks.clone(),
            simulator.stop.clone(),
        ));
        if has_steps {
            let (shared, stop) = (Arc::clone(&simulator.shared), simulator.stop.clone());
            simulator.tasks.spawn(server::direct(shared, stop));
        }
        Ok(simulator)
    }

    /// Tells where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives a way to look at what the phones received.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(Arc::clone(&self.shared))
    }

    /// Tells how the network behaves now.
    pub fn scenario(&self) -> Scenario {
        self.shared.world().config.scenario.clone()
    }

    /// Changes how the network behaves from now on; receipts that are owed stay as they are.
    pub fn set_scenario(&self, scenario: Scenario) {
        self.shared.world().set_scenario(scenario);
    }

    /// Resets every link that is open, as a crash of the peer would.
    pub fn reset_links(&self) {
        self.shared.world().reset_links();
    }

    /// Ends every link, waits until they are gone, and closes the journal.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        if let Err(error) = self.shared.world().close() {
            tracing::error!(%error, "the last receipts taken are not in the journal");
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
