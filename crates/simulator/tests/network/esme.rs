//! A small ESME of its own on the codec alone: it can be as impolite as a test needs.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use simulator::{Config, Scenario, Simulator};
use smpp::{
    Address, Bind, BindMode, CommandId, CommandStatus, DeliverSmResp, Header, Pdu, Receipt,
    ReceiptState, SubmitSm,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than any answer takes; only a failing test waits that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// One bound (or refused) link to a simulator.
pub(crate) struct Esme {
    stream: TcpStream,
    inbound: BytesMut,
    sequence: u32,
}

/// What an ESME hears, as far as the tests care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A response with its id.
    Answer {
        to: CommandId,
        sequence: u32,
        status: CommandStatus,
        message_id: String,
    },
    /// A message from a phone: its addresses, its coding, and its text with its header.
    Saying {
        sequence: u32,
        from: String,
        to: String,
        data_coding: u8,
        octets: Vec<u8>,
    },
    /// A receipt.
    Receipt {
        sequence: u32,
        esm_class: u8,
        handset: String,
        message_id: String,
        state: ReceiptState,
    },
    /// The link is over.
    Closed,
}

impl Heard {
    /// Takes the id of a receipt.
    pub(crate) fn receipted(&self) -> &str {
        match self {
            Self::Receipt { message_id, .. } => message_id,
            other => panic!("not a receipt: {other:?}"),
        }
    }

    /// Takes the state of a receipt.
    pub(crate) fn state(&self) -> ReceiptState {
        match self {
            Self::Receipt { state, .. } => *state,
            other => panic!("not a receipt: {other:?}"),
        }
    }
}

impl Esme {
    /// Binds as `shop`, which must succeed.
    pub(crate) async fn bind(address: SocketAddr, mode: BindMode) -> Self {
        let (esme, status) = Self::try_bind(address, mode, b"shop", b"secret").await;
        assert_eq!(status, CommandStatus::ROK);
        esme
    }

    /// Binds, or is refused with a status.
    pub(crate) async fn try_bind(
        address: SocketAddr,
        mode: BindMode,
        system_id: &[u8],
        password: &[u8],
    ) -> (Self, CommandStatus) {
        let mut esme = Self::connect(address).await;
        let bind = Bind {
            system_id,
            password,
            interface_version: 0x34,
            ..Bind::default()
        };
        esme.send(&Pdu::Bind(mode, bind)).await;
        match esme.next().await {
            Heard::Answer { status, .. } => (esme, status),
            other => panic!("not an answer to the bind: {other:?}"),
        }
    }

    /// Connects and says nothing yet.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            inbound: BytesMut::new(),
            sequence: 0,
        }
    }

    /// Sends a request and tells its sequence number.
    pub(crate) async fn send(&mut self, pdu: &Pdu<'_>) -> u32 {
        self.sequence += 1;
        let mut out = BytesMut::new();
        pdu.encode(CommandStatus::ROK, self.sequence, &mut out)
            .unwrap();
        self.send_octets(&out).await;
        self.sequence
    }

    /// Sends octets as they are.
    pub(crate) async fn send_octets(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    /// Submits a short text and wants a receipt.
    pub(crate) async fn submit(&mut self, to: &str, text: &str) -> u32 {
        self.send(&Pdu::SubmitSm(submit(to, text.as_bytes()))).await
    }

    /// Submits and gives the id; anything but an acceptance fails the test.
    pub(crate) async fn accepted(&mut self, to: &str, text: &str) -> String {
        let sent = self.submit(to, text).await;
        match self.next().await {
            Heard::Answer {
                sequence,
                status: CommandStatus::ROK,
                message_id,
                ..
            } if sequence == sent => message_id,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// Submits and gives the status.
    pub(crate) async fn submitted(&mut self, to: &str, text: &str) -> CommandStatus {
        self.submit(to, text).await;
        match self.next().await {
            Heard::Answer { status, .. } => status,
            other => panic!("not an answer: {other:?}"),
        }
    }

    /// Hears a receipt and takes it.
    pub(crate) async fn receipt(&mut self) -> Heard {
        self.receipt_answered(CommandStatus::ROK).await
    }

    /// Hears a receipt and answers it with a status.
    pub(crate) async fn receipt_answered(&mut self, status: CommandStatus) -> Heard {
        let heard = self.next().await;
        let Heard::Receipt { sequence, .. } = heard else {
            panic!("not a receipt: {heard:?}");
        };
        self.answer_receipt(sequence, status).await;
        heard
    }

    /// Answers a `deliver_sm`.
    pub(crate) async fn answer_receipt(&mut self, sequence: u32, status: CommandStatus) {
        let mut out = BytesMut::new();
        DeliverSmResp::default()
            .encode(status, sequence, &mut out)
            .unwrap();
        self.send_octets(&out).await;
    }

    /// Asks for a sign of life, and must get it before anything else: what was asked for before
    /// was not answered.
    pub(crate) async fn hears_nothing_but_life(&mut self) {
        let sent = self.send(&Pdu::EnquireLink).await;
        let heard = self.next().await;
        let expected = Heard::Answer {
            to: CommandId::ENQUIRE_LINK,
            sequence: sent,
            status: CommandStatus::ROK,
            message_id: String::new(),
        };
        assert_eq!(heard, expected);
    }

    /// Hears the next PDU.
    pub(crate) async fn next(&mut self) -> Heard {
        tokio::time::timeout(PATIENCE, self.hear())
            .await
            .expect("nothing was heard in time")
    }

    /// Hears the next PDU as it is; the link must not end before.
    pub(crate) async fn pdu(&mut self) -> (Header, Bytes) {
        tokio::time::timeout(PATIENCE, self.whole())
            .await
            .expect("nothing was heard in time")
            .expect("the link is over")
    }

    /// Hears to the end of the stream; gives what was no whole PDU, or what was not listened to.
    pub(crate) async fn rest(&mut self) -> Bytes {
        let reading =
            async { while let Ok(1..) = self.stream.read_buf(&mut self.inbound).await {} };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("the stream ends in time");
        self.inbound.split().freeze()
    }

    /// Asks to be bound as `shop`, and does not wait for the answer.
    pub(crate) async fn ask_to_bind(&mut self, mode: BindMode) {
        let bind = Bind {
            system_id: b"shop",
            ..Bind::default()
        };
        self.send(&Pdu::Bind(mode, bind)).await;
    }

    async fn hear(&mut self) -> Heard {
        match self.whole().await {
            Some((header, body)) => understand(header, &body),
            None => Heard::Closed,
        }
    }

    /// Reads a whole PDU; `None` at the end of the link.
    async fn whole(&mut self) -> Option<(Header, Bytes)> {
        loop {
            if let Some(pdu) = smpp::frame(&mut self.inbound, 1 << 16).unwrap() {
                return Some(pdu);
            }
            match self.stream.read_buf(&mut self.inbound).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

fn understand(header: Header, body: &Bytes) -> Heard {
    match Pdu::decode(&header, body).unwrap() {
        Pdu::DeliverSm(deliver) if !smpp::receipt::is_receipt(&deliver) => Heard::Saying {
            sequence: header.sequence_number,
            from: text(deliver.source.address),
            to: text(deliver.destination.address),
            data_coding: deliver.data_coding,
            octets: deliver.short_message.to_vec(),
        },
        Pdu::DeliverSm(deliver) => {
            let receipt = Receipt::read(&deliver);
            Heard::Receipt {
                sequence: header.sequence_number,
                esm_class: deliver.esm_class,
                handset: text(deliver.source.address),
                message_id: text(receipt.message_id),
                state: receipt.state,
            }
        }
        pdu => Heard::Answer {
            to: CommandId(header.command_id.0 & 0x7FFF_FFFF),
            sequence: header.sequence_number,
            status: header.command_status,
            message_id: text(pdu.response_message_id()),
        },
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

/// A `submit_sm` in the GSM alphabet that wants a receipt.
pub(crate) fn submit<'a>(to: &'a str, text: &'a [u8]) -> SubmitSm<'a> {
    SubmitSm {
        source: Address::alphanumeric(b"SHOP"),
        destination: Address::international(to.as_bytes()),
        registered_delivery: 1,
        short_message: text,
        ..SubmitSm::default()
    }
}

/// Starts a simulator in a scenario, and binds to it.
pub(crate) async fn bound(scenario: Scenario) -> (Simulator, Esme) {
    let simulator = simulator(scenario).await;
    let esme = Esme::bind(simulator.address(), BindMode::Transceiver).await;
    (simulator, esme)
}

/// Starts a simulator in a scenario.
pub(crate) async fn simulator(scenario: Scenario) -> Simulator {
    start(Config {
        scenario,
        ..Config::default()
    })
    .await
}

/// Starts a simulator.
pub(crate) async fn start(config: Config) -> Simulator {
    Simulator::start(config).await.unwrap()
}
