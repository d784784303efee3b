//! A customer's program, in the test's hands.

use std::collections::VecDeque;

use smpp::session::{Answer, CloseReason, Config, Event};
use smpp::{Address, Bind, BindMode, CommandStatus, DeliverSmResp, Pdu, Session, SubmitSm};
use smpp_net::{Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{LONG, World};

/// A customer's program.
pub(crate) struct Program {
    pub(crate) stream: TcpStream,
    pub(crate) session: Session,
    events: VecDeque<Event>,
}

impl Program {
    /// Connects and asks to bind as a transceiver.
    pub(crate) async fn connect(server: &Server, password: &str) -> Self {
        Self::binding(server, BindMode::Transceiver, password, b"").await
    }

    /// Binds as a transceiver.
    pub(crate) async fn bound(server: &Server) -> Self {
        let program = Self::connect(server, "secret").await;
        program.accepted().await
    }

    /// Binds as a transmitter, which is given nothing.
    pub(crate) async fn transmitter(server: &Server) -> Self {
        let program = Self::binding(server, BindMode::Transmitter, "secret", b"").await;
        program.accepted().await
    }

    /// Binds as a transceiver of this type.
    pub(crate) async fn of_type(server: &Server, system_type: &[u8]) -> Self {
        let program = Self::binding(server, BindMode::Transceiver, "secret", system_type).await;
        program.accepted().await
    }

    async fn binding(server: &Server, mode: BindMode, password: &str, system_type: &[u8]) -> Self {
        let config = Config {
            window: 1_000,
            ..Config::client()
        };
        let mut session = Session::client(config, 0);
        let bind = Bind {
            system_id: b"shop",
            password: password.as_bytes(),
            system_type,
            interface_version: 0x34,
            ..Bind::default()
        };
        session.bind(0, mode, &bind).unwrap();
        Self {
            stream: TcpStream::connect(server.address()).await.unwrap(),
            session,
            events: VecDeque::new(),
        }
    }

    async fn accepted(mut self) -> Self {
        assert!(
            matches!(self.event().await, Event::Bound(bound) if bound.system_id == "heliogram")
        );
        self
    }

    pub(crate) async fn event(&mut self) -> Event {
        loop {
            if let Some(octets) = self.session.poll_transmit() {
                self.stream.write_all(&octets).await.unwrap();
            }
            while let Some(event) = self.session.poll_event() {
                self.events.push_back(event);
            }
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let mut octets = [0; 4_096];
            let read = tokio::time::timeout(LONG, self.stream.read(&mut octets)).await;
            match read.expect("an event in time") {
                Ok(0) | Err(_) => self.session.handle_disconnect(),
                Ok(length) => self.session.handle_bytes(0, &octets[..length]),
            }
        }
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        loop {
            match self.event().await {
                Event::Answered(answer) => return answer,
                // A receipt: it is taken, and not what was asked for.
                Event::Request(request) => {
                    let taken = DeliverSmResp::default().into();
                    let number = request.sequence_number();
                    self.session
                        .respond(number, CommandStatus::ROK, &taken)
                        .unwrap();
                }
                other => panic!("an answer was expected: {other:?}"),
            }
        }
    }

    pub(crate) async fn ask(&mut self, pdu: &Pdu<'_>) -> Answer {
        self.session.request(0, 0, pdu).unwrap();
        self.answer().await
    }

    pub(crate) async fn closed(&mut self) -> CloseReason {
        match self.event().await {
            Event::Closed { reason, .. } => reason,
            other => panic!("the end was expected: {other:?}"),
        }
    }
}

/// A text to a number.
pub(crate) fn submit_sm<'a>(to: &'a str, text: &'a [u8]) -> SubmitSm<'a> {
    SubmitSm {
        source: Address::alphanumeric(b"Shop"),
        destination: Address::international(to.as_bytes()),
        registered_delivery: 1,
        data_coding: 1,
        short_message: text,
        ..SubmitSm::default()
    }
}

/// Opens the door.
pub(crate) async fn open(world: &World) -> Server {
    let address: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    Server::start(address, world.gateway.clone(), Settings::default())
        .await
        .unwrap()
}
