//! The customers' SMPP door: a customer's program binds with a login of its account and submits.
//!
//! A submit is answered when it is durable, with the number of its submission as `message_id`; many may be on their way at
//! once, up to the window. A text is sent as it stands: percent signs are no placeholders here. A long text may come in parts
//! (joined by a UDH or by `sar_*` parameters), which are answered together, or in `message_payload`.
//!
//! Not here yet, and answered with a status that says so:
//!
//! | what | answer |
//! | --- | --- |
//! | user data headers that do more than join the parts of a text | `ESME_RSUBMITFAIL` |
//! | parts of a text | `ESME_RSUBMITFAIL` |
//! | binary data and alphabets other than GSM 03.38 (0), ASCII (1), Latin-1 (3) and UCS-2 (8) | `ESME_RSUBMITFAIL` |
//! | `submit_multi`, `data_sm` | `ESME_RINVCMDID` |
//! | `cancel_sm`, `replace_sm` | `ESME_RCANCELFAIL`, `ESME_RREPLACEFAIL` |
//!
//! Receipts and messages from handsets do not come to customers yet: `registered_delivery` is taken and has no effect,
//! `query_sm` tells the state meanwhile.

mod change;
mod customer;
mod message;
mod multi;
mod requests;
mod status;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gateway::Gateway;
use gateway::registry::Registry;
use smpp::Session;
use smpp::session::Config;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::driver::drive;
use customer::Customer;

/// How long the door stays shut when the system has no room for a connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Sets the bounds of the door.
#[derive(Clone, Debug)]
pub struct Settings {
    /// By which name the gateway answers a bind.
    pub system_id: String,
    /// How many connections there may be; one more is closed at once.
    pub connections: usize,
    /// How many submits of one connection may be unanswered; one more is answered `ESME_RTHROTTLED`.
    pub window: usize,
    /// How long a connection may take to bind.
    pub bind_timeout_ms: u64,
    /// How long a silent customer is left alone before it is asked whether it is alive.
    pub enquire_link_ms: u64,
    /// How long a customer may do nothing but answer that.
    pub inactivity_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            system_id: "heliogram".into(),
            connections: 1_000,
            window: 100,
            bind_timeout_ms: 5_000,
            enquire_link_ms: 30_000,
            inactivity_ms: 300_000,
        }
    }
}

/// Is an open door.
pub struct Server {
    address: SocketAddr,
    tasks: Registry,
}

impl Server {
    /// Opens the door; fails when the address cannot be listened on.
    pub async fn start(
        address: SocketAddr,
        gateway: Gateway,
        settings: Settings,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let mut tasks = Registry::default();
        tasks.spawn("SMPP door", |stop| {
            accept(listener, gateway, Arc::new(settings), stop)
        });
        Ok(Self { address, tasks })
    }

    /// Tells where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nobody in any more, answers what was submitted, unbinds, and returns when all connections are closed.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }
}

async fn accept(
    listener: TcpListener,
    gateway: Gateway,
    settings: Arc<Settings>,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) if connections.len() < settings.connections => {
                    let gateway = gateway.clone();
                    connections.spawn(serve(stream, peer, gateway, Arc::clone(&settings), stop.clone()));
                }
                Ok((_, peer)) => {
                    tracing::warn!(%peer, limit = settings.connections, "too many SMPP connections");
                }
                Err(error) => {
                    tracing::error!(%error, "cannot accept an SMPP connection");
                    sleep(ACCEPT_AGAIN).await;
                }
            },
            Some(ended) = connections.join_next() => log(ended),
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        log(ended);
    }
}

fn log(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "an SMPP connection did not end in order");
    }
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    gateway: Gateway,
    settings: Arc<Settings>,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "the connection is gone already");
        return;
    }
    let clock = Clock::start();
    let config = Config {
        peer_window: settings.window,
        session_init_ms: settings.bind_timeout_ms,
        enquire_link_ms: Some(settings.enquire_link_ms),
        inactivity_ms: Some(settings.inactivity_ms),
        ..Config::server()
    };
    let mut session = Session::server(config, clock.now_ms());
    let mut customer = Customer::new(gateway, &settings, peer, stop);
    drive(stream, &mut session, &mut customer, clock, None).await;
    customer.finish().await;
}
