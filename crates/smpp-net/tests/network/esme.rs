//! A customer's program that is given things, in the test's hands: each PDU is answered only when the test says so.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use smpp::session::{CloseReason, Config, Event};
use smpp::{
    Bind, BindMode, CommandId, CommandStatus, DeliverSmResp, Header, Pdu, Receipt, Session, Tlvs,
};
use smpp_net::Server;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::LONG;

/// What a session is spoken over.
pub(crate) trait Line: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

pub(crate) struct Esme {
    line: Box<dyn Line>,
    session: Session,
    events: VecDeque<Event>,
}

/// What it was given, and by which number it is answered.
#[derive(Debug)]
pub(crate) struct Given {
    sequence_number: u32,
    pub(crate) esm_class: u8,
    pub(crate) data_coding: u8,
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) text: Vec<u8>,
    tlvs: Vec<u8>,
}

impl Given {
    pub(crate) fn receipt(&self) -> Receipt<'_> {
        Receipt::parse(&self.text, self.tlvs())
    }

    pub(crate) fn tlvs(&self) -> Tlvs<'_> {
        Tlvs::new(&self.tlvs)
    }
}

/// The bind of the account that a world has a login for.
pub(crate) fn shop() -> Bind<'static> {
    Bind {
        system_id: b"shop",
        password: b"secret",
        interface_version: 0x34,
        ..Bind::default()
    }
}

impl Esme {
    /// Connects and asks to bind.
    pub(crate) async fn connect(server: &Server, mode: BindMode, bind: &Bind<'_>) -> Self {
        let line = TcpStream::connect(server.address()).await.unwrap();
        Self::over(line, mode, bind).await
    }

    /// Asks to bind over a line that is there.
    pub(crate) async fn over(line: impl Line + 'static, mode: BindMode, bind: &Bind<'_>) -> Self {
        let config = Config {
            window: 1_000,
            peer_window: 10_000,
            ..Config::client()
        };
        let mut session = Session::client(config, 0);
        session.bind(0, mode, bind).unwrap();
        let mut esme = Self {
            line: Box::new(line),
            session,
            events: VecDeque::new(),
        };
        esme.flush().await;
        esme
    }

    /// Binds the world's account.
    pub(crate) async fn bound(server: &Server, mode: BindMode) -> Self {
        let mut esme = Self::connect(server, mode, &shop()).await;
        esme.is_bound().await;
        esme
    }

    pub(crate) async fn receiver(server: &Server) -> Self {
        Self::bound(server, BindMode::Receiver).await
    }

    pub(crate) async fn is_bound(&mut self) {
        let event = self.event().await;
        assert!(matches!(event, Event::Bound(_)), "{event:?}");
    }

    /// Waits until the door has closed the connection, and says why the session thinks that it is over.
    pub(crate) async fn closed(&mut self) -> CloseReason {
        loop {
            if let Event::Closed { reason, .. } = self.event().await {
                return reason;
            }
        }
    }

    /// Waits for the status with which a bind is refused.
    pub(crate) async fn refused(&mut self) -> CommandStatus {
        match self.closed().await {
            CloseReason::BindRefused(status) => status,
            other => panic!("the bind was not refused: {other:?}"),
        }
    }

    pub(crate) async fn event(&mut self) -> Event {
        let event = tokio::time::timeout(LONG, self.next()).await;
        event.expect("an event in time")
    }

    /// Waits for what comes next; may be dropped meanwhile.
    async fn next(&mut self) -> Event {
        loop {
            while let Some(event) = self.session.poll_event() {
                self.events.push_back(event);
            }
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let mut octets = [0; 4_096];
            match self.line.read(&mut octets).await {
                Ok(0) | Err(_) => self.session.handle_disconnect(),
                Ok(length) => {
                    self.session.handle_bytes(0, &octets[..length]);
                    self.flush().await;
                }
            }
        }
    }

    /// Sends requests at once, and waits for the status of each.
    pub(crate) async fn ask_all(&mut self, pdus: &[Pdu<'_>]) -> Vec<CommandStatus> {
        for pdu in pdus {
            self.session.request(0, 0, pdu).unwrap();
        }
        self.flush().await;
        let mut statuses = Vec::new();
        let mut others = VecDeque::new();
        while statuses.len() < pdus.len() {
            match self.event().await {
                Event::Answered(answer) => statuses.push(answer.status()),
                other => others.push_back(other),
            }
        }
        self.events.append(&mut others);
        statuses
    }

    /// Sends a request that its session would not let out, and waits for the status.
    pub(crate) async fn ask_all_the_same(&mut self, pdu: Pdu<'_>) -> CommandStatus {
        let mut octets = BytesMut::new();
        pdu.encode(CommandStatus::ROK, 4_711, &mut octets).unwrap();
        self.line.write_all(&octets).await.unwrap();
        match self.event().await {
            Event::Unmatched(header) if header.sequence_number == 4_711 => header.command_status,
            other => panic!("a status was expected: {other:?}"),
        }
    }

    pub(crate) async fn ask(&mut self, pdu: Pdu<'_>) -> CommandStatus {
        self.ask_all(&[pdu]).await[0]
    }

    /// Submits and waits for the message's id.
    pub(crate) async fn submit(&mut self, pdu: &Pdu<'_>) -> Vec<u8> {
        self.session.request(0, 0, pdu).unwrap();
        self.flush().await;
        match self.event().await {
            Event::Answered(answer) if answer.status().is_ok() => answer.message_id().to_vec(),
            other => panic!("an id was expected: {other:?}"),
        }
    }

    /// Waits for the next thing that it is given.
    pub(crate) async fn given(&mut self) -> Given {
        let given = tokio::time::timeout(LONG, self.next_given()).await;
        given.expect("something is given in time")
    }

    /// Tells whether nothing is given for a while. Waiting is all that can be done here: nothing tells that nothing comes.
    pub(crate) async fn is_given_nothing(&mut self, while_ms: u64) -> bool {
        let patience = Duration::from_millis(while_ms);
        tokio::time::timeout(patience, self.next_given())
            .await
            .is_err()
    }

    async fn next_given(&mut self) -> Given {
        let event = self.next().await;
        let Event::Request(request) = &event else {
            panic!("something given was expected: {event:?}");
        };
        let Pdu::DeliverSm(deliver) = request.pdu() else {
            panic!("a deliver_sm was expected: {event:?}");
        };
        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
        Given {
            sequence_number: request.sequence_number(),
            esm_class: deliver.esm_class,
            data_coding: deliver.data_coding,
            source: text(deliver.source.address),
            destination: text(deliver.destination.address),
            text: deliver.text().to_vec(),
            tlvs: deliver.tlvs.octets().to_vec(),
        }
    }

    /// Answers what it was given.
    pub(crate) async fn answer(&mut self, given: &Given, status: CommandStatus) {
        let number = given.sequence_number;
        if status.is_ok() {
            let taken = Pdu::DeliverSmResp(DeliverSmResp::default());
            self.session.respond(number, status, &taken).unwrap();
        } else {
            let request = Header {
                command_id: CommandId::DELIVER_SM,
                command_status: CommandStatus::ROK,
                sequence_number: number,
            };
            self.session.refuse(&request, status).unwrap();
        }
        self.flush().await;
    }

    /// Takes the next thing that it is given.
    pub(crate) async fn take(&mut self) -> Given {
        let given = self.given().await;
        self.answer(&given, CommandStatus::ROK).await;
        given
    }

    pub(crate) async fn unbind(mut self) {
        self.session.unbind(0).unwrap();
        self.flush().await;
        assert_eq!(self.closed().await, CloseReason::Unbound);
    }

    async fn flush(&mut self) {
        if let Some(octets) = self.session.poll_transmit() {
            // A line that is gone is noticed in reading.
            let _ = self.line.write_all(&octets).await;
        }
    }
}
