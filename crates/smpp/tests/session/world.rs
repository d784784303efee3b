//! Two sides of a session, and what the tests ask of them.

use bytes::{Bytes, BytesMut};
use smpp::session::{Answer, CloseReason, Config, Event, Request};
use smpp::{
    Address, Bind, BindMode, CommandId, CommandStatus, DeliverSm, Pdu, Session, SubmitSm,
    SubmitSmResp, frame,
};

pub(crate) const BIND: Bind<'static> = Bind {
    system_id: b"shop",
    password: b"secret-of-13-",
    system_type: b"",
    interface_version: 0x34,
    addr_ton: 0,
    addr_npi: 0,
    address_range: b"",
};

pub(crate) fn submit_sm() -> SubmitSm<'static> {
    SubmitSm {
        source: Address::alphanumeric(b"Shop"),
        destination: Address::international(b"380501234567"),
        short_message: b"hello",
        ..SubmitSm::default()
    }
}

pub(crate) fn deliver_sm() -> DeliverSm<'static> {
    DeliverSm {
        short_message: b"id:1 stat:DELIVRD",
        ..DeliverSm::default()
    }
}

/// Carries octets both ways until neither side has any more to say.
pub(crate) fn exchange(now_ms: u64, one: &mut Session, other: &mut Session) {
    loop {
        let (sent, returned) = (one.poll_transmit(), other.poll_transmit());
        if sent.is_none() && returned.is_none() {
            return;
        }
        other.handle_bytes(now_ms, &sent.unwrap_or_default());
        one.handle_bytes(now_ms, &returned.unwrap_or_default());
    }
}

pub(crate) fn events(session: &mut Session) -> Vec<Event> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

pub(crate) fn pair(client: Config, server: Config, mode: BindMode) -> (Session, Session) {
    let (mut client, mut server) = (Session::client(client, 0), Session::server(server, 0));
    client.bind(0, mode, &BIND).unwrap();
    exchange(0, &mut client, &mut server);
    assert!(matches!(events(&mut server)[..], [Event::BindRequest(_)]));
    server.accept_bind(0, b"centre").unwrap();
    exchange(0, &mut client, &mut server);
    assert!(matches!(events(&mut client)[..], [Event::Bound(_)]));
    (client, server)
}

pub(crate) fn bound() -> (Session, Session) {
    pair(Config::client(), Config::server(), BindMode::Transceiver)
}

pub(crate) fn request(event: Option<Event>) -> Request {
    match event {
        Some(Event::Request(request)) => request,
        other => panic!("a request was expected, not {other:?}"),
    }
}

pub(crate) fn answer(event: Option<Event>) -> Answer {
    match event {
        Some(Event::Answered(answer) | Event::AnsweredLate(answer)) => answer,
        other => panic!("an answer was expected, not {other:?}"),
    }
}

pub(crate) fn closed(session: &mut Session) -> (CloseReason, Vec<u64>) {
    let events = events(session);
    match &events[..] {
        [
            ..,
            Event::Closed {
                reason,
                outstanding,
            },
        ] => (*reason, outstanding.clone()),
        _ => panic!("no end in {events:?}"),
    }
}

/// Everything that a session wants to send, as command, status and number.
pub(crate) fn sent(session: &mut Session) -> Vec<(CommandId, CommandStatus, u32)> {
    let mut stream = BytesMut::from(&session.poll_transmit().unwrap_or_default()[..]);
    std::iter::from_fn(|| frame(&mut stream, 65_536).unwrap())
        .map(|(header, _)| {
            (
                header.command_id,
                header.command_status,
                header.sequence_number,
            )
        })
        .collect()
}

pub(crate) fn octets(pdu: &Pdu<'_>, status: CommandStatus, sequence_number: u32) -> Bytes {
    let mut out = BytesMut::new();
    pdu.encode(status, sequence_number, &mut out).unwrap();
    out.freeze()
}

pub(crate) fn accept(server: &mut Session, message_id: &[u8]) {
    let request = request(server.poll_event());
    let response = SubmitSmResp {
        message_id,
        ..SubmitSmResp::default()
    };
    server
        .respond(
            request.sequence_number(),
            CommandStatus::ROK,
            &response.into(),
        )
        .unwrap();
}
