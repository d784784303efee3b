//! The running gateway: its doors and tasks, started in order and stopped in reverse.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use dialects::Dialects;
use gateway::connector::Connectors;
use gateway::registry::Registry;
use gateway::{Gateway, Running};
use smpp_net::server::{Listen, Server};
use tokio::net::{TcpListener, TcpSocket};

use crate::callback::HttpCaller;
use crate::config::Http;
use crate::http;

/// Holds what runs; dropping it without `stop` ends it as a crash would.
pub(crate) struct Program {
    http: SocketAddr,
    doors: Registry,
    smpp: Option<Server>,
    tasks: Running,
    /// Held as long as this process works on the data.
    _lock: File,
}

/// Says where the doors are, and what is spoken there.
pub(crate) struct Doors {
    pub(crate) dialects: Dialects,
    pub(crate) http: Http,
    /// Where SMPP is spoken with customers, and how.
    pub(crate) smpp: Option<(Listen, smpp_net::Settings)>,
    /// Routes besides the dialects'.
    pub(crate) extra: Router,
    /// Who tells accounts' programs.
    pub(crate) caller: HttpCaller,
}

/// How many connections may wait to be accepted: programs that open one for each request come in bursts.
const BACKLOG: u32 = 1_024;

impl Program {
    /// Starts the tasks, then opens the doors: whoever gets in finds everything running.
    pub(crate) async fn start(
        gateway: Gateway,
        lock: File,
        connectors: Arc<dyn Connectors>,
        mut settings: Doors,
    ) -> anyhow::Result<Self> {
        let address = settings.http.listen;
        let listener =
            listen(address).with_context(|| format!("cannot listen for HTTP on {address}"))?;
        let tasks =
            Running::start(gateway.clone(), connectors, Some(Arc::new(settings.caller))).await;
        let smpp = match settings.smpp {
            Some((listen, settings)) => {
                let addresses = [
                    listen.plain,
                    listen.tls.as_ref().map(|(address, _)| *address),
                ];
                let addresses: Vec<_> = addresses.into_iter().flatten().collect();
                let server = Server::start(listen, gateway.clone(), settings);
                let what = || format!("cannot listen for SMPP on {addresses:?}");
                Some(server.await.with_context(what)?)
            }
            None => None,
        };
        settings.http.listen = listener.local_addr()?;
        let http = settings.http.listen;
        let door = http::Door::new(gateway, settings.dialects, &settings.http, settings.extra);
        let answer = move |request, peer| door.clone().answer(request, peer);
        let mut doors = Registry::default();
        doors.spawn("http", |stop| {
            http::serve(listener, answer, settings.http, stop)
        });
        Ok(Self {
            http,
            doors,
            smpp,
            tasks,
            _lock: lock,
        })
    }

    /// The address of the HTTP door.
    pub(crate) fn http(&self) -> SocketAddr {
        self.http
    }

    /// The address of the customers' SMPP door, if there is one.
    pub(crate) fn smpp(&self) -> Option<SocketAddr> {
        self.smpp.as_ref().map(Server::address)
    }

    /// The address of that door inside TLS, if there is one.
    pub(crate) fn smpp_tls(&self) -> Option<SocketAddr> {
        self.smpp.as_ref().and_then(Server::tls_address)
    }

    /// Closes the doors when the requests inside are answered, then stops the tasks.
    pub(crate) async fn stop(self) {
        self.doors.stop().await;
        if let Some(smpp) = self.smpp {
            smpp.stop().await;
        }
        self.tasks.stop().await;
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A restart need not wait for the old connections' last packets.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
