//! A customer's program: binds to each gateway that is started, submits as much as its window lets it, and takes receipts.
//!
//! A receiver takes none from a gateway that is about to be killed: what it was given there has to be given again.

use std::cell::RefCell;
use std::net::SocketAddr;

use smpp::session::{Answer, CloseReason, Config, Event, Request};
use smpp::{
    Address, Bind, BindMode, CommandStatus, DeliverSmResp, Pdu, QuerySm, Receipt, ReceiptState,
    Session, SubmitSm,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::book::{Book, text};
use super::{Door, LOGIN, PASSWORD};
use crate::kill::phone;
use crate::world::LONG;

/// Submits of one bind that may wait for their answers.
const WINDOW: usize = 20;

/// Binds to every gateway, one after the other, until there will be no further one.
///
/// One that is gone is not bound to again: its port may be another's by then.
pub(super) async fn run(mode: BindMode, book: &RefCell<Book>, mut doors: watch::Receiver<Door>) {
    while doors.changed().await.is_ok() {
        let Door { address, stays } = *doors.borrow_and_update();
        if let Some(link) = Link::bound(address, mode).await {
            link.work(mode, stays, book).await;
        }
    }
}

/// Asks for the state of messages, each of which must be known as delivered.
pub(super) async fn find_delivered(address: SocketAddr, ids: &[String]) {
    let link = Link::bound(address, BindMode::Transmitter).await;
    let mut link = link.expect("the gateway runs");
    let mut left = (0..).zip(ids);
    for _ in ids {
        for (token, id) in left.by_ref().take(link.session.free_window()) {
            let query = QuerySm {
                message_id: id.as_bytes(),
                ..QuerySm::default()
            };
            link.session.request(0, token, &query.into()).unwrap();
        }
        let event = timeout(LONG, link.event()).await;
        let Ok(Event::Answered(answer)) = event else {
            panic!("the answer to a query_sm was expected: {event:?}");
        };
        let Some(Pdu::QuerySmResp(found)) = answer.pdu() else {
            panic!("an accepted message is not known: {answer:?}");
        };
        let id = &ids[usize::try_from(answer.token).unwrap()];
        assert_eq!(answer.status(), CommandStatus::ROK, "message {id}");
        let state = ReceiptState::from_message_state(found.message_state);
        assert_eq!(state, Some(ReceiptState::Delivered), "message {id}");
    }
}

struct Link {
    stream: TcpStream,
    session: Session,
}

impl Link {
    /// Binds; `None` when the gateway is killed meanwhile.
    async fn bound(address: SocketAddr, mode: BindMode) -> Option<Self> {
        let config = Config {
            window: WINDOW,
            ..Config::client()
        };
        let mut link = Self {
            stream: TcpStream::connect(address).await.ok()?,
            session: Session::client(config, 0),
        };
        let bind = Bind {
            system_id: LOGIN.as_bytes(),
            password: PASSWORD.as_bytes(),
            interface_version: 0x34,
            ..Bind::default()
        };
        link.session.bind(0, mode, &bind).unwrap();
        match link.event().await {
            Event::Bound(_) => Some(link),
            Event::Closed {
                reason: CloseReason::ConnectionLost,
                ..
            } => None,
            other => panic!("the answer to a bind was expected: {other:?}"),
        }
    }

    /// Submits and takes receipts until the gateway is gone.
    async fn work(mut self, mode: BindMode, stays: bool, book: &RefCell<Book>) {
        let receiver = mode == BindMode::Receiver;
        loop {
            while !receiver
                && self.session.free_window() > 0
                && let Some(number) = book.borrow_mut().submit()
            {
                self.submit(number);
            }
            match self.event().await {
                Event::Answered(answer) => {
                    book.borrow_mut().answer(answer.token, accepted(&answer));
                }
                Event::Request(_) if receiver && !stays => book.borrow_mut().leave(),
                Event::Request(request) => {
                    let (id, to) = reported(&request);
                    book.borrow_mut().report(id, to);
                    let taken = DeliverSmResp::default().into();
                    let number = request.sequence_number();
                    let answered = self.session.respond(number, CommandStatus::ROK, &taken);
                    answered.unwrap();
                }
                Event::Closed { outstanding, .. } => {
                    for number in outstanding {
                        book.borrow_mut().cut_off(number);
                    }
                    return;
                }
                Event::Unbound => {}
                other => panic!("nobody asked for this: {other:?}"),
            }
        }
    }

    fn submit(&mut self, number: u64) {
        let phone = phone(number);
        let text = text(&phone);
        let submit = SubmitSm {
            source: Address::alphanumeric(b"Shop"),
            destination: Address::international(phone.as_bytes()),
            registered_delivery: 1,
            data_coding: 1,
            short_message: text.as_bytes(),
            ..SubmitSm::default()
        };
        self.session.submit(0, number, &submit).unwrap();
    }

    /// Waits for the next thing to happen. The clock of the session stands still: the programs have all patience.
    async fn event(&mut self) -> Event {
        loop {
            if let Some(octets) = self.session.poll_transmit()
                && self.stream.write_all(&octets).await.is_err()
            {
                self.session.handle_disconnect();
            }
            if let Some(event) = self.session.poll_event() {
                return event;
            }
            let mut octets = [0; 4_096];
            match self.stream.read(&mut octets).await {
                Ok(0) | Err(_) => self.session.handle_disconnect(),
                Ok(length) => self.session.handle_bytes(0, &octets[..length]),
            }
        }
    }
}

/// Reads the id of a message that was submitted: none is refused.
fn accepted(answer: &Answer) -> String {
    assert_eq!(answer.status(), CommandStatus::ROK, "{answer:?}");
    written(answer.message_id())
}

/// Reads whose receipt this is, and of which phone it tells.
fn reported(request: &Request) -> (String, String) {
    let Pdu::DeliverSm(deliver) = request.pdu() else {
        panic!("a receipt was expected: {request:?}");
    };
    let receipt = Receipt::read(&deliver);
    assert_eq!(receipt.state, ReceiptState::Delivered, "{request:?}");
    (written(receipt.message_id), written(deliver.source.address))
}

fn written(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}
