//! A customer's program, in the test's hands.

use std::collections::VecDeque;

use smpp::session::{Answer, CloseReason, Config, Event};
use smpp::{Address, Bind, BindMode, Pdu, Session, SubmitSm};
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
    pub(crate) async fn connect(server: &Server, password: &str) -> Self {
        let config = Config {
            window: 1_000,
            ..Config::client()
        };
        let mut session = Session::client(config, 0);
        let bind = Bind {
            system_id: b"shop",
            password: password.as_bytes(),
            interface_version: 0x34,
            ..Bind::default()
        };
        session.bind(0, BindMode::Transceiver, &bind).unwrap();
        Self {
            stream: TcpStream::connect(server.address()).await.unwrap(),
            session,
            events: VecDeque::new(),
        }
    }

    pub(crate) async fn bound(server: &Server) -> Self {
        let mut program = Self::connect(server, "secret").await;
        assert!(
            matches!(program.event().await, Event::Bound(bound) if bound.system_id == "heliogram")
        );
        program
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
        match self.event().await {
            Event::Answered(answer) => answer,
            other => panic!("an answer was expected: {other:?}"),
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
    let address = "127.0.0.1:0".parse().unwrap();
    Server::start(address, world.gateway.clone(), Settings::default())
        .await
        .unwrap()
}
