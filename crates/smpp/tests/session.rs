//! Two sides of a session talk to each other, or to octets written by hand, in simulated time.

use bytes::{Bytes, BytesMut};
use smpp::session::{Answer, CloseReason, Config, Event, Request, SendError};
use smpp::{
    Address, Bind, BindMode, CommandId, CommandStatus, DataSm, DeliverSm, DeliverSmResp,
    FrameError, Header, Limits, Outbind, Pdu, QuerySm, QuerySmResp, Session, SubmitSm,
    SubmitSmResp, frame,
};

const BIND: Bind<'static> = Bind {
    system_id: b"shop",
    password: b"secret-of-13-",
    system_type: b"",
    interface_version: 0x34,
    addr_ton: 0,
    addr_npi: 0,
    address_range: b"",
};

fn submit_sm() -> SubmitSm<'static> {
    SubmitSm {
        source: Address::alphanumeric(b"Shop"),
        destination: Address::international(b"380501234567"),
        short_message: b"hello",
        ..SubmitSm::default()
    }
}

fn deliver_sm() -> DeliverSm<'static> {
    DeliverSm {
        short_message: b"id:1 stat:DELIVRD",
        ..DeliverSm::default()
    }
}

/// Carries octets both ways until neither side has any more to say.
fn exchange(now_ms: u64, one: &mut Session, other: &mut Session) {
    loop {
        let (sent, returned) = (one.poll_transmit(), other.poll_transmit());
        if sent.is_none() && returned.is_none() {
            return;
        }
        other.handle_bytes(now_ms, &sent.unwrap_or_default());
        one.handle_bytes(now_ms, &returned.unwrap_or_default());
    }
}

fn events(session: &mut Session) -> Vec<Event> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

fn pair(client: Config, server: Config, mode: BindMode) -> (Session, Session) {
    let (mut client, mut server) = (Session::client(client, 0), Session::server(server, 0));
    client.bind(0, mode, &BIND).unwrap();
    exchange(0, &mut client, &mut server);
    assert!(matches!(events(&mut server)[..], [Event::BindRequest(_)]));
    server.accept_bind(0, b"centre").unwrap();
    exchange(0, &mut client, &mut server);
    assert!(matches!(events(&mut client)[..], [Event::Bound(_)]));
    (client, server)
}

fn bound() -> (Session, Session) {
    pair(Config::client(), Config::server(), BindMode::Transceiver)
}

fn request(event: Option<Event>) -> Request {
    match event {
        Some(Event::Request(request)) => request,
        other => panic!("a request was expected, not {other:?}"),
    }
}

fn answer(event: Option<Event>) -> Answer {
    match event {
        Some(Event::Answered(answer) | Event::AnsweredLate(answer)) => answer,
        other => panic!("an answer was expected, not {other:?}"),
    }
}

fn closed(session: &mut Session) -> (CloseReason, Vec<u64>) {
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
fn sent(session: &mut Session) -> Vec<(CommandId, CommandStatus, u32)> {
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

fn octets(pdu: &Pdu<'_>, status: CommandStatus, sequence_number: u32) -> Bytes {
    let mut out = BytesMut::new();
    pdu.encode(status, sequence_number, &mut out).unwrap();
    out.freeze()
}

fn accept(server: &mut Session, message_id: &[u8]) {
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

#[test]
fn a_bind_tells_each_side_about_the_other() {
    let mut client = Session::client(Config::client(), 0);
    let mut server = Session::server(Config::server(), 0);
    client.bind(0, BindMode::Receiver, &BIND).unwrap();
    exchange(0, &mut client, &mut server);
    let Some(Event::BindRequest(asked)) = server.poll_event() else {
        panic!("no bind")
    };
    assert_eq!((asked.mode, asked.bind()), (BindMode::Receiver, BIND));
    server.accept_bind(0, b"centre").unwrap();
    exchange(0, &mut client, &mut server);
    let Some(Event::Bound(bound)) = client.poll_event() else {
        panic!("not bound")
    };
    assert_eq!(bound.mode, BindMode::Receiver);
    assert_eq!(
        (&bound.system_id[..], bound.interface_version),
        (&b"centre"[..], Some(0x34))
    );
    assert_eq!(
        (client.bound(), server.bound()),
        (Some(bound.mode), Some(bound.mode))
    );
}

#[test]
fn no_password_appears_in_debug_output() {
    let mut server = Session::server(Config::server(), 0);
    server.handle_bytes(
        0,
        &octets(
            &Pdu::Bind(BindMode::Transmitter, BIND),
            CommandStatus::ROK,
            1,
        ),
    );
    let event = server.poll_event().unwrap();
    let outbind = Outbind {
        system_id: b"",
        password: b"secret-of-13-",
    };
    for shown in [
        format!("{event:?}"),
        format!("{BIND:?}"),
        format!("{outbind:?}"),
    ] {
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn a_refused_bind_closes_the_esme_and_leaves_the_smsc_open_for_another() {
    let mut client = Session::client(Config::client(), 0);
    let mut server = Session::server(Config::server(), 0);
    client.bind(0, BindMode::Transceiver, &BIND).unwrap();
    exchange(0, &mut client, &mut server);
    server.refuse_bind(CommandStatus::RINVPASWD).unwrap();
    exchange(0, &mut client, &mut server);
    let reason = CloseReason::BindRefused(CommandStatus::RINVPASWD);
    assert_eq!(closed(&mut client), (reason, vec![]));
    assert!(!server.is_closed());
}

#[test]
fn a_generic_nack_without_a_number_refuses_a_bind_and_nothing_else() {
    let nack = octets(&Pdu::GenericNack, CommandStatus::RINVCMDID, 0);
    let mut client = Session::client(Config::client(), 0);
    client.bind(0, BindMode::Transceiver, &BIND).unwrap();
    client.handle_bytes(0, &nack);
    let reason = CloseReason::BindRefused(CommandStatus::RINVCMDID);
    assert_eq!(closed(&mut client), (reason, vec![]));

    let (mut client, _) = bound();
    client.submit(0, 1, &submit_sm()).unwrap();
    client.handle_bytes(0, &nack);
    assert!(matches!(events(&mut client)[..], [Event::Unmatched(_)]));
    assert_eq!(client.outstanding(), 1);
}

#[test]
fn a_submit_comes_back_with_its_token_and_the_message_id() {
    let (mut client, mut server) = bound();
    client.submit(0, 77, &submit_sm()).unwrap();
    exchange(0, &mut client, &mut server);
    let asked = request(server.poll_event());
    assert_eq!(asked.pdu(), Pdu::SubmitSm(submit_sm()));
    assert_eq!(server.unanswered(), 1);
    let response = SubmitSmResp {
        message_id: b"4f",
        ..SubmitSmResp::default()
    };
    server
        .respond(
            asked.sequence_number(),
            CommandStatus::ROK,
            &response.into(),
        )
        .unwrap();
    assert_eq!(server.unanswered(), 0);
    exchange(0, &mut client, &mut server);
    let answered = answer(client.poll_event());
    assert_eq!(
        (answered.token, answered.status()),
        (77, CommandStatus::ROK)
    );
    assert_eq!(answered.message_id(), b"4f");
    assert_eq!(client.outstanding(), 0);
}

#[test]
fn an_error_may_come_without_a_body_and_a_good_answer_too() {
    let (mut client, mut server) = bound();
    client.submit(0, 1, &submit_sm()).unwrap();
    client.submit(0, 2, &submit_sm()).unwrap();
    exchange(0, &mut client, &mut server);
    for status in [CommandStatus::RTHROTTLED, CommandStatus::ROK] {
        let asked = request(server.poll_event());
        server.refuse(asked.header(), status).unwrap();
    }
    exchange(0, &mut client, &mut server);
    let (first, second) = (answer(client.poll_event()), answer(client.poll_event()));
    assert_eq!(
        (first.token, first.status()),
        (1, CommandStatus::RTHROTTLED)
    );
    assert_eq!((second.token, second.message_id()), (2, &b""[..]));
}

#[test]
fn both_directions_work_at_once_with_their_own_windows() {
    let window_of_one = Config {
        window: 1,
        ..Config::client()
    };
    let (mut client, mut server) = pair(
        window_of_one,
        Config {
            window: 2,
            ..Config::server()
        },
        BindMode::Transceiver,
    );
    client.submit(0, 1, &submit_sm()).unwrap();
    assert_eq!(
        client.submit(0, 2, &submit_sm()),
        Err(SendError::WindowFull)
    );
    server.deliver(0, 10, &deliver_sm()).unwrap();
    server.deliver(0, 11, &deliver_sm()).unwrap();
    assert_eq!(
        server.deliver(0, 12, &deliver_sm()),
        Err(SendError::WindowFull)
    );
    assert_eq!((client.free_window(), server.free_window()), (0, 0));
    exchange(0, &mut client, &mut server);
    for _ in 0..2 {
        let sequence_number = request(client.poll_event()).sequence_number();
        let response = Pdu::from(DeliverSmResp::default());
        client
            .respond(sequence_number, CommandStatus::ROK, &response)
            .unwrap();
    }
    accept(&mut server, b"1");
    exchange(0, &mut client, &mut server);
    assert_eq!(answer(client.poll_event()).token, 1);
    assert_eq!(answer(server.poll_event()).token, 10);
    assert_eq!(answer(server.poll_event()).token, 11);
    client.submit(0, 2, &submit_sm()).unwrap();
}

#[test]
fn a_peer_that_overruns_its_window_is_throttled_and_not_queued() {
    let client = Config {
        window: 3,
        ..Config::client()
    };
    let server = Config {
        peer_window: 2,
        ..Config::server()
    };
    let (mut client, mut server) = pair(client, server, BindMode::Transmitter);
    for token in 0..3 {
        client.submit(0, token, &submit_sm()).unwrap();
    }
    exchange(0, &mut client, &mut server);
    let refused = answer(client.poll_event());
    assert_eq!(
        (refused.token, refused.status()),
        (2, CommandStatus::RTHROTTLED)
    );
    assert_eq!(events(&mut server).len(), 2);
}

#[test]
fn each_mode_opens_its_own_directions() {
    let (mut client, mut server) = pair(Config::client(), Config::server(), BindMode::Transmitter);
    assert_eq!(
        server.deliver(0, 1, &deliver_sm()),
        Err(SendError::NotAllowed)
    );
    assert_eq!(
        client.deliver(0, 1, &deliver_sm()),
        Err(SendError::NotAllowed)
    );
    let (mut client, mut server) = {
        client.close();
        server.close();
        pair(Config::client(), Config::server(), BindMode::Receiver)
    };
    assert_eq!(
        client.submit(0, 1, &submit_sm()),
        Err(SendError::NotAllowed)
    );
    let uninvited = octets(&submit_sm().into(), CommandStatus::ROK, 9);
    server.handle_bytes(0, &uninvited);
    let expected = (CommandId::SUBMIT_SM_RESP, CommandStatus::RINVBNDSTS, 9);
    assert_eq!(sent(&mut server), [expected]);
}

#[test]
fn what_may_not_be_sent_yet_is_answered_and_the_session_goes_on() {
    let mut server = Session::server(Config::server(), 0);
    assert_eq!(
        server.submit(0, 1, &submit_sm()),
        Err(SendError::NotAllowed)
    );
    server.handle_bytes(0, &octets(&submit_sm().into(), CommandStatus::ROK, 5));
    server.handle_bytes(0, &octets(&Pdu::EnquireLink, CommandStatus::ROK, 6));
    server.handle_bytes(
        0,
        &octets(&Pdu::Bind(BindMode::Receiver, BIND), CommandStatus::ROK, 7),
    );
    server.handle_bytes(
        0,
        &octets(&Pdu::Bind(BindMode::Receiver, BIND), CommandStatus::ROK, 8),
    );
    let expected = [
        (CommandId::SUBMIT_SM_RESP, CommandStatus::RINVBNDSTS, 5),
        (CommandId::ENQUIRE_LINK_RESP, CommandStatus::ROK, 6),
        (CommandId::BIND_RECEIVER_RESP, CommandStatus::RALYBND, 8),
    ];
    assert_eq!(sent(&mut server), expected);
    assert!(matches!(events(&mut server)[..], [Event::BindRequest(_)]));
}

#[test]
fn a_pdu_that_cannot_be_read_is_answered_and_the_next_one_is_read() {
    let (_, mut server) = bound();
    server.handle_bytes(0, b"\0\0\0\x12\0\0\0\x04\0\0\0\0\0\0\0\x05ab");
    server.handle_bytes(0, b"\0\0\0\x10\0\x01\x02\x03\0\0\0\0\0\0\0\x06");
    server.handle_bytes(0, &octets(&submit_sm().into(), CommandStatus::ROK, 7));
    let expected = [
        (CommandId::SUBMIT_SM_RESP, CommandStatus::RINVMSGLEN, 5),
        (CommandId::GENERIC_NACK, CommandStatus::RINVCMDID, 6),
    ];
    assert_eq!(sent(&mut server), expected);
    assert_eq!(request(server.poll_event()).sequence_number(), 7);
}

#[test]
fn the_configured_limits_are_answered_by_field() {
    let server = Config {
        limits: Limits::SPECIFICATION,
        ..Config::server()
    };
    let mut server = Session::server(server, 0);
    server.handle_bytes(
        0,
        &octets(&Pdu::Bind(BindMode::Receiver, BIND), CommandStatus::ROK, 1),
    );
    let expected = (CommandId::BIND_RECEIVER_RESP, CommandStatus::RINVPASWD, 1);
    assert_eq!(sent(&mut server), [expected]);
}

#[test]
fn a_stream_out_of_step_closes_the_session_and_reports_what_was_in_flight() {
    let (mut client, _) = bound();
    client.submit(0, 1, &submit_sm()).unwrap();
    sent(&mut client);
    client.handle_bytes(0, b"\0\0\0\x03");
    let nack = (CommandId::GENERIC_NACK, CommandStatus::RINVCMDLEN, 0);
    assert_eq!(sent(&mut client), [nack]);
    let reason = CloseReason::OutOfStep(FrameError::TooShort { length: 3 });
    assert_eq!(closed(&mut client), (reason, vec![1]));

    let mut server = Session::server(Config::server(), 0);
    server.handle_bytes(0, b"GET / HTTP/1.1\r\n");
    assert_eq!(
        server.poll_transmit(),
        None,
        "a web browser is told nothing"
    );
    let reason = CloseReason::OutOfStep(FrameError::NotSmpp { protocol: "HTTP" });
    assert_eq!(closed(&mut server), (reason, vec![]));
}

#[test]
fn a_late_answer_still_finds_its_token_once() {
    let (mut client, mut server) = bound();
    client.submit(1_000, 5, &submit_sm()).unwrap();
    exchange(1_000, &mut client, &mut server);
    client.handle_timeout(30_999);
    assert_eq!(events(&mut client), []);
    client.handle_timeout(31_000);
    assert_eq!(events(&mut client), [Event::TimedOut { token: 5 }]);
    assert_eq!(client.outstanding(), 0, "the window is free again");
    accept(&mut server, b"late");
    let response = server.poll_transmit().unwrap();
    client.handle_bytes(32_000, &response);
    let Some(Event::AnsweredLate(late)) = client.poll_event() else {
        panic!("not late")
    };
    assert_eq!((late.token, late.message_id()), (5, &b"late"[..]));
    client.handle_bytes(32_000, &response);
    assert!(matches!(events(&mut client)[..], [Event::Unmatched(_)]));
    client.close();
    assert_eq!(
        closed(&mut client),
        (CloseReason::Closed, vec![]),
        "5 was reported before"
    );
}

#[test]
fn every_token_in_flight_is_reported_once_when_the_connection_is_lost() {
    let (mut client, _) = bound();
    for token in [9, 8, 7] {
        client.submit(0, token, &submit_sm()).unwrap();
    }
    client.handle_disconnect();
    client.handle_disconnect();
    client.close();
    let end = Event::Closed {
        reason: CloseReason::ConnectionLost,
        outstanding: vec![9, 8, 7],
    };
    assert_eq!(events(&mut client), [end]);
    assert_eq!(client.poll_timeout(), None);
    assert_eq!(
        client.submit(0, 1, &submit_sm()),
        Err(SendError::NotAllowed)
    );
    client.handle_bytes(0, &octets(&Pdu::EnquireLink, CommandStatus::ROK, 1));
    client.handle_timeout(u64::MAX);
    assert_eq!(events(&mut client), []);
}

#[test]
fn a_stranger_that_does_not_bind_is_dropped_in_time() {
    let mut server = Session::server(Config::server(), 100);
    assert_eq!(server.poll_timeout(), Some(5_100));
    server.handle_timeout(5_099);
    assert!(!server.is_closed());
    server.handle_timeout(5_100);
    assert_eq!(closed(&mut server).0, CloseReason::SessionInitTimeout);
}

#[test]
fn a_silent_peer_is_asked_once_and_then_given_up() {
    let (mut client, _) = bound();
    assert_eq!(client.poll_timeout(), Some(30_000));
    client.handle_timeout(30_000);
    assert_eq!(
        sent(&mut client),
        [(CommandId::ENQUIRE_LINK, CommandStatus::ROK, 2)]
    );
    assert_eq!(client.poll_timeout(), Some(40_000));
    client.handle_timeout(39_999);
    assert!(!client.is_closed());
    client.handle_timeout(40_000);
    assert_eq!(closed(&mut client).0, CloseReason::LinkDead);
}

#[test]
fn any_pdu_of_the_peer_is_a_sign_of_life() {
    let (mut client, mut server) = bound();
    client.handle_timeout(30_000);
    server.deliver(30_000, 1, &deliver_sm()).unwrap();
    let delivered = server.poll_transmit().unwrap();
    client.handle_bytes(39_000, &delivered);
    assert_eq!(client.poll_timeout(), Some(69_000));
    client.handle_timeout(40_000);
    assert!(!client.is_closed());
    exchange(40_000, &mut client, &mut server);
    assert!(
        matches!(events(&mut client)[..], [Event::Request(_)]),
        "its answer is no event"
    );
}

#[test]
fn a_session_that_only_answers_enquiries_becomes_inactive() {
    let server = Config {
        inactivity_ms: Some(60_000),
        ..Config::server()
    };
    let client = Config {
        enquire_link_ms: None,
        ..Config::client()
    };
    let (mut client, mut server) = pair(client, server, BindMode::Receiver);
    server.handle_timeout(30_000);
    exchange(30_000, &mut client, &mut server);
    assert_eq!(server.poll_timeout(), Some(60_000));
    server.handle_timeout(60_000);
    exchange(60_000, &mut client, &mut server);
    assert_eq!(closed(&mut server).0, CloseReason::Inactive);
    assert_eq!(closed(&mut client).0, CloseReason::UnboundByPeer);
}

#[test]
fn unbinding_lets_the_answers_come_first() {
    let (mut client, mut server) = bound();
    client.submit(0, 1, &submit_sm()).unwrap();
    client.unbind(0).unwrap();
    assert_eq!(
        client.submit(0, 2, &submit_sm()),
        Err(SendError::NotAllowed)
    );
    exchange(0, &mut client, &mut server);
    assert!(!client.is_closed() && !server.is_closed());
    accept(&mut server, b"1");
    exchange(0, &mut client, &mut server);
    let ends = events(&mut client);
    assert!(
        matches!(&ends[..], [Event::Answered(_), Event::Closed { outstanding, .. }]
        if outstanding.is_empty())
    );
    let ends = events(&mut server);
    assert!(matches!(
        ends[..],
        [
            Event::Unbound,
            Event::Closed {
                reason: CloseReason::UnboundByPeer,
                ..
            }
        ]
    ));
}

#[test]
fn unbinding_does_not_wait_for_ever() {
    let (mut client, mut server) = bound();
    client.submit(0, 1, &submit_sm()).unwrap();
    client.unbind(10).unwrap();
    let request = client.poll_transmit().unwrap();
    server.handle_bytes(10, &request);
    assert_eq!(server.poll_timeout(), Some(30_010));
    server.handle_timeout(30_010);
    assert_eq!(closed(&mut server).0, CloseReason::UnboundByPeer);
    client.handle_timeout(30_010);
    assert_eq!(
        closed(&mut client),
        (CloseReason::UnbindTimeout, vec![]),
        "1 timed out before"
    );
}

#[test]
fn other_requests_bring_their_whole_answer() {
    let (mut client, mut server) = bound();
    let query = QuerySm {
        message_id: b"4f",
        source: Address::default(),
    };
    client.request(0, 3, &query.into()).unwrap();
    exchange(0, &mut client, &mut server);
    let sequence_number = request(server.poll_event()).sequence_number();
    let response = QuerySmResp {
        message_id: b"4f",
        message_state: 2,
        ..QuerySmResp::default()
    };
    server
        .respond(sequence_number, CommandStatus::ROK, &response.into())
        .unwrap();
    exchange(0, &mut client, &mut server);
    assert_eq!(
        answer(client.poll_event()).pdu(),
        Some(Pdu::QuerySmResp(response))
    );
    let data = Pdu::from(DataSm::default());
    assert_eq!(
        server.request(0, 1, &data),
        Ok(()),
        "data_sm goes both ways"
    );
    let wrong = [Pdu::EnquireLinkResp, Pdu::from(Outbind::default())];
    for pdu in wrong {
        assert_eq!(client.request(0, 1, &pdu), Err(SendError::WrongDirection));
    }
    assert_eq!(
        client.respond(1, CommandStatus::ROK, &data),
        Err(SendError::WrongDirection)
    );
}

#[test]
fn an_outbind_is_told_before_the_bind_and_ignored_after_it() {
    let outbind = Pdu::from(Outbind {
        system_id: b"centre",
        password: b"p",
    });
    let outbind = octets(&outbind, CommandStatus::ROK, 1);
    let mut client = Session::client(Config::client(), 0);
    client.handle_bytes(0, &outbind);
    assert!(matches!(
        request(client.poll_event()).pdu(),
        Pdu::Outbind(_)
    ));
    let (mut client, _) = bound();
    client.handle_bytes(0, &outbind);
    assert_eq!((client.poll_event(), client.poll_transmit()), (None, None));
}

#[test]
fn numbers_start_again_at_one() {
    let client = Config {
        first_sequence_number: 0x7FFF_FFFE,
        ..Config::client()
    };
    let (mut client, _) = pair(client, Config::server(), BindMode::Transceiver);
    for token in 0..3 {
        client.submit(0, token, &submit_sm()).unwrap();
    }
    let numbers: Vec<_> = sent(&mut client).iter().map(|pdu| pdu.2).collect();
    assert_eq!(numbers, [0x7FFF_FFFF, 1, 2]);
}

#[test]
fn a_pdu_that_cannot_be_written_takes_no_place_in_the_window() {
    let (mut client, _) = bound();
    let broken = SubmitSm {
        service_type: b"a\0b",
        ..submit_sm()
    };
    assert!(matches!(
        client.submit(0, 1, &broken),
        Err(SendError::Encode(_))
    ));
    let long = [b'x'; 256];
    let broken = SubmitSm {
        short_message: &long,
        ..submit_sm()
    };
    assert!(matches!(
        client.submit(0, 1, &broken),
        Err(SendError::Encode(_))
    ));
    assert_eq!((client.outstanding(), client.poll_transmit()), (0, None));
}

#[test]
fn requests_and_answers_may_share_one_write_and_be_cut_anywhere() {
    let (mut client, mut server) = bound();
    for token in 0..5 {
        client.submit(0, token, &submit_sm()).unwrap();
    }
    let written = client.poll_transmit().unwrap();
    for octet in written.chunks(1) {
        server.handle_bytes(0, octet);
    }
    for _ in 0..5 {
        accept(&mut server, b"id");
    }
    let header = Header {
        command_id: CommandId::SUBMIT_SM_RESP,
        command_status: CommandStatus::ROK,
        sequence_number: 999,
    };
    let mut stream = BytesMut::from(&server.poll_transmit().unwrap()[..]);
    header.encode(&mut stream);
    let (first, second) = stream.split_at(21);
    client.handle_bytes(0, first);
    client.handle_bytes(0, second);
    let events = events(&mut client);
    assert!(matches!(events.last(), Some(Event::Unmatched(found)) if *found == header));
    let tokens: Vec<_> = events[..5]
        .iter()
        .map(|event| answer(Some(event.clone())).token)
        .collect();
    assert_eq!(tokens, [0, 1, 2, 3, 4]);
}
