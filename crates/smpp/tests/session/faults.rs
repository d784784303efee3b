//! What is broken, late or silent: answered, counted and survived where that is possible.

use smpp::session::{CloseReason, Config, Event, SendError};
use smpp::{BindMode, CommandId, CommandStatus, FrameError, Limits, Pdu, Session};

use crate::world::{
    BIND, accept, bound, closed, deliver_sm, events, exchange, octets, pair, request, sent,
    submit_sm,
};

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
