//! Requests, their answers, and windows in both directions.

use std::collections::BTreeSet;

use bytes::BytesMut;
use proptest::prelude::*;
use smpp::session::{Config, Event, SendError};
use smpp::{
    Address, BindMode, CommandId, CommandStatus, DataSm, DeliverSmResp, Header, Outbind, Pdu,
    QuerySm, QuerySmResp, SubmitSm, SubmitSmResp,
};

use crate::world::{
    accept, answer, bound, deliver_sm, events, exchange, pair, request, sent, submit_sm,
};

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

/// The bounds of a session that is never asked for a sign of life.
fn changed(window: usize, response_ms: u64) -> Config {
    Config {
        window,
        response_ms,
        enquire_link_ms: None,
        ..Config::client()
    }
}

#[test]
fn a_window_and_its_wait_change_while_the_session_goes_on() {
    let (mut client, _server) = bound();
    for token in 0..3 {
        client.submit(0, token, &submit_sm()).unwrap();
    }
    client.adjust(changed(2, 5_000));
    assert_eq!(client.free_window(), 0);
    assert_eq!(
        client.submit(0, 3, &submit_sm()),
        Err(SendError::WindowFull)
    );
    client.adjust(changed(4, 5_000));
    client.submit(0, 3, &submit_sm()).unwrap();
    client.handle_timeout(5_000);
    assert_eq!(
        events(&mut client),
        [Event::TimedOut { token: 3 }],
        "those before keep their deadline"
    );
    client.handle_timeout(30_000);
    assert_eq!(
        events(&mut client).len(),
        3,
        "and nobody was asked for life"
    );
}

/// What may happen to a session with submits on their way.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Submit,
    /// One of the submits that the peer has not answered is, whichever.
    Answer(usize),
    Wait(u64),
    Window(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => Just(Happening::Submit),
        3 => (0..64_usize).prop_map(Happening::Answer),
        1 => (0..20_000_u64).prop_map(Happening::Wait),
        1 => (1..9_usize).prop_map(Happening::Window),
    ]
}

proptest! {
    #[test]
    fn case_19_whatever_the_order_of_answers_and_timeouts_the_window_holds_and_each_token_comes_back_once(
        happenings in proptest::collection::vec(happening(), 1..200),
    ) {
        let (mut client, mut server) = bound();
        let (mut window, mut now_ms, mut token) = (10, 0, 0);
        let (mut unanswered, mut waiting) = (vec![], BTreeSet::new());
        for happening in happenings {
            match happening {
                Happening::Submit => {
                    let free = client.free_window();
                    let sent = client.submit(now_ms, token, &submit_sm());
                    prop_assert_eq!(sent.is_ok(), free > 0);
                    if sent.is_ok() {
                        prop_assert!(client.outstanding() <= window);
                        waiting.insert(token);
                        token += 1;
                    }
                }
                Happening::Answer(which) if !unanswered.is_empty() => {
                    let number = unanswered.remove(which % unanswered.len());
                    let response = Pdu::SubmitSmResp(SubmitSmResp::default());
                    server.respond(number, CommandStatus::ROK, &response).unwrap();
                }
                Happening::Answer(_) => {}
                Happening::Wait(ms) => now_ms += ms,
                Happening::Window(wanted) => {
                    window = wanted;
                    client.adjust(changed(window, 30_000));
                }
            }
            client.handle_timeout(now_ms);
            exchange(now_ms, &mut client, &mut server);
            for event in events(&mut server) {
                if let Event::Request(request) = event {
                    unanswered.push(request.sequence_number());
                }
            }
            for event in events(&mut client) {
                match event {
                    Event::Answered(answer) => prop_assert!(waiting.remove(&answer.token)),
                    Event::TimedOut { token } => prop_assert!(waiting.remove(&token)),
                    Event::AnsweredLate(answer) => prop_assert!(!waiting.contains(&answer.token)),
                    _ => {}
                }
            }
            prop_assert_eq!(client.outstanding(), waiting.len());
        }
        client.handle_timeout(now_ms + 30_000);
        prop_assert_eq!(client.outstanding(), 0);
    }
}
