//! The customers' SMPP door: a customer's program binds with a login of its account, submits, and is given receipts and messages
//! from handsets.
//!
//! A request is answered when what it asks for is durable; many may be on their way at once, up to the window. What there is to
//! give to an account's programs goes to whichever of its binds can receive and has room, and stays stored until one has
//! answered that it has it.
//!
//! One task for each connection, one for each account that receives: a customer who is slow, silent or hostile has them to itself.
//! What is shared is in [`door`].

mod binds;
mod change;
mod customer;
mod door;
mod message;
mod multi;
mod notices;
mod receivers;
mod requests;
mod signing_in;
mod status;
mod strangers;
mod throughput;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gateway::Gateway;
use gateway::registry::Registry;
use smpp::Session;
use smpp::session::Config;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

pub use crate::tls::Certificate;

use crate::clock::Clock;
use crate::driver::drive;
use crate::pdu_log::{DOOR_LOG, PduLogs};
use customer::Customer;
use door::Door;
use receivers::Receivers;
use strangers::{Full, Visitor};

/// How long the door stays shut when the system has no room for a connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Sets the bounds of the door.
#[derive(Clone, Debug)]
pub struct Settings {
    /// By which name the gateway answers a bind.
    pub system_id: String,
    /// How many connections there may be; one more takes the room of one that has not asked to bind, and is closed at once when
    /// there is none.
    pub connections: usize,
    /// How many connections of one address may be not bound yet; one more is closed at once. Of IPv6 a /64 is one address.
    pub unbound_connections_per_address: usize,
    /// How many binds an account may have, unless it has a number of its own; one more is refused.
    pub binds: usize,
    /// How many requests of one bind may be unanswered, and how many of ours to it, unless its account has a number of its own;
    /// one more of its requests is answered `ESME_RTHROTTLED`. At most 1,000.
    pub window: usize,
    /// How many messages an account may submit in a second over all binds, unless it has a number of its own; one more is answered
    /// `ESME_RTHROTTLED`. 0 is no limit.
    pub throughput_per_second: u32,
    /// How long a connection may take to bind, and for the handshake of TLS before.
    pub bind_timeout_ms: u64,
    /// How long a customer may take to answer a request; then it is made again.
    pub response_ms: u64,
    /// How long a silent customer is left alone before it is asked whether it is alive.
    pub enquire_link_ms: u64,
    /// How long a customer may take to answer that.
    pub enquire_link_response_ms: u64,
    /// How long a transmitter may do nothing but answer that. Who is bound to receive may wait for ever.
    pub inactivity_ms: u64,
    /// Where the PDUs of all connections together are logged; nowhere by default.
    pub pdu_logs: PduLogs,
    /// How many KiB of that log are kept; 0 for none. Texts and passwords are masked.
    pub pdu_log_kib: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            system_id: "heliogram".into(),
            connections: 1_000,
            unbound_connections_per_address: 250,
            binds: 50,
            window: 100,
            throughput_per_second: 0,
            bind_timeout_ms: 5_000,
            response_ms: 30_000,
            enquire_link_ms: 30_000,
            enquire_link_response_ms: 10_000,
            inactivity_ms: 300_000,
            pdu_logs: PduLogs::default(),
            pdu_log_kib: 0,
        }
    }
}

/// Says where the door listens; both ways lead to the same.
#[derive(Clone, Debug, Default)]
pub struct Listen {
    /// Where SMPP is spoken as it is.
    pub plain: Option<SocketAddr>,
    /// Where it is spoken inside TLS from the first octet, and with which certificate.
    pub tls: Option<(SocketAddr, Certificate)>,
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self {
            plain: Some(address),
            tls: None,
        }
    }
}

/// Is an open door.
pub struct Server {
    plain: Option<SocketAddr>,
    tls: Option<SocketAddr>,
    tasks: Registry,
}

impl Server {
    /// Opens the door, at an address alone without TLS; fails when an address cannot be listened on.
    pub async fn start(
        listen: impl Into<Listen>,
        gateway: Gateway,
        settings: Settings,
    ) -> io::Result<Self> {
        let Listen { plain, tls } = listen.into();
        let listeners = (
            bound(plain.map(|address| (address, None))).await?,
            bound(tls.map(|(address, certificate)| (address, Some(certificate)))).await?,
        );
        let (receivers, announced) = Receivers::new();
        let receivers = Arc::new(receivers);
        let door = Arc::new(Door::new(gateway.clone(), settings, Arc::clone(&receivers)));
        let mut tasks = Registry::default();
        // Stopped last: what the last customers answer on their way out is taken note of.
        tasks.spawn("SMPP receivers", |stop| {
            receivers::run(gateway, receivers, announced, stop)
        });
        let mut open = |name, listener: Option<Listener>| {
            let listener = listener?;
            let address = listener.address;
            let door = Arc::clone(&door);
            tasks.spawn(name, |stop| accept(listener, door, stop));
            Some(address)
        };
        Ok(Self {
            plain: open("SMPP door", listeners.0),
            tls: open("SMPP door with TLS", listeners.1),
            tasks,
        })
    }

    /// Tells where it listens without TLS, or with it if that is the only way; `0.0.0.0:0` when it listens nowhere.
    pub fn address(&self) -> SocketAddr {
        let address = self.plain.or(self.tls);
        address.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)))
    }

    /// Tells where it listens with TLS.
    pub const fn tls_address(&self) -> Option<SocketAddr> {
        self.tls
    }

    /// Lets nobody in any more, answers what was submitted, waits for a moment for what was given to be answered, unbinds, and
    /// returns when all connections are closed. What is not answered stays stored.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }
}

struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    certificate: Option<Certificate>,
}

async fn bound(listen: Option<(SocketAddr, Option<Certificate>)>) -> io::Result<Option<Listener>> {
    let Some((address, certificate)) = listen else {
        return Ok(None);
    };
    let socket = TcpListener::bind(address).await?;
    let address = socket.local_addr()?;
    Ok(Some(Listener {
        socket,
        address,
        certificate,
    }))
}

async fn accept(listener: Listener, door: Arc<Door>, stop: CancellationToken) {
    let Listener {
        socket,
        certificate,
        ..
    } = listener;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    let door = Arc::clone(&door);
                    let limit = door.settings.unbound_connections_per_address;
                    let visitor = match door.strangers.enter(peer.ip(), limit, &stop) {
                        Ok(visitor) => visitor,
                        Err(Full::Door) => {
                            tracing::warn!(%peer, limit = door.settings.connections, "too many SMPP connections");
                            continue;
                        }
                        Err(Full::Address) => {
                            tracing::warn!(%peer, limit, "too many SMPP connections of one address that are not bound");
                            continue;
                        }
                    };
                    connections.spawn(greet(stream, certificate.clone(), peer, visitor, door));
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
    drop(socket);
    while let Some(ended) = connections.join_next().await {
        log(ended);
    }
}

fn log(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "an SMPP connection did not end in order");
    }
}

async fn greet(
    stream: TcpStream,
    certificate: Option<Certificate>,
    peer: SocketAddr,
    visitor: Visitor,
    door: Arc<Door>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "the connection is gone already");
        return;
    }
    let Some(certificate) = certificate else {
        return serve(stream, peer, visitor, door).await;
    };
    let patience = Duration::from_millis(door.settings.bind_timeout_ms);
    let handshake = timeout(patience, certificate.accept(stream));
    let leave = visitor.leave();
    let shaken = tokio::select! {
        shaken = handshake => shaken,
        () = leave.cancelled() => return,
    };
    match shaken {
        Ok(Ok(stream)) => serve(stream, peer, visitor, door).await,
        Ok(Err(error)) => tracing::info!(%peer, %error, "a customer does not agree on TLS"),
        Err(_) => tracing::info!(%peer, "a customer takes too long to agree on TLS"),
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send,
    peer: SocketAddr,
    visitor: Visitor,
    door: Arc<Door>,
) {
    let clock = Clock::start();
    let settings = &door.settings;
    let config = Config {
        window: settings.window,
        peer_window: settings.window,
        session_init_ms: settings.bind_timeout_ms,
        response_ms: settings.response_ms,
        enquire_link_ms: Some(settings.enquire_link_ms),
        enquire_link_response_ms: settings.enquire_link_response_ms,
        inactivity_ms: Some(settings.inactivity_ms),
        ..Config::server()
    };
    let mut session = Session::server(config, clock.now_ms());
    let log = settings.pdu_logs.log(DOOR_LOG, settings.pdu_log_kib);
    let tap = log.map(|log| log.tap(peer.to_string()));
    let mut customer = Customer::new(door, peer, visitor);
    drive(stream, &mut session, &mut customer, clock, tap).await;
    customer.finish().await;
}
