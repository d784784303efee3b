//! Binding and unbinding, and what each state lets through.

use smpp::session::{CloseReason, Config, Event, SendError};
use smpp::{BindMode, CommandId, CommandStatus, Outbind, Pdu, Session};

use crate::world::{
    BIND, accept, bound, closed, deliver_sm, events, exchange, octets, pair, request, sent,
    submit_sm,
};

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
