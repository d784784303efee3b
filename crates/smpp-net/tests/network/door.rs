//! Customers bind, submit, ask and leave.

use gateway::{AccountSettings, MessageId, Submit, Terms, To};
use simulator::Scenario;
use smpp::session::{CloseReason, Event};
use smpp::{Address, CommandStatus, Pdu, QuerySm, QuerySmResp, TlvBuffer};
use smpp_net::{Server, Settings};
use sms::{Currency, Lane};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::program::{Program, open, submit_sm};
use crate::world::{LONG, World, network, settings};

#[tokio::test]
async fn a_customers_text_reaches_its_phone_and_its_state_can_be_asked_for() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let text = b"100 % of %1%";
    let answer = program.ask(&submit_sm("380501230000", text).into()).await;
    assert_eq!(answer.status(), CommandStatus::ROK);
    let id = answer.message_id().to_vec();
    let received = simulator.inbox().wait(Some("380501230000"), LONG).await;
    assert_eq!(received[0].text.as_bytes(), text);
    let query = Pdu::QuerySm(QuerySm {
        message_id: &id,
        ..QuerySm::default()
    });
    loop {
        let answer = program.ask(&query).await;
        let Some(Pdu::QuerySmResp(QuerySmResp {
            message_id,
            message_state,
            final_date,
            ..
        })) = answer.pdu()
        else {
            panic!("{answer:?}");
        };
        assert_eq!(message_id, id);
        if message_state == 2 {
            assert_eq!(final_date.len(), 16);
            break;
        }
        assert_eq!(message_state, 1);
    }
    program.session.unbind(0).unwrap();
    assert_eq!(program.closed().await, CloseReason::Unbound);
    server.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn a_submit_is_named_by_its_message_as_through_every_other_door() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    // Numbers of submissions and of messages are no longer the same.
    let submission = world
        .submit("hello", &["380501230001", "380501230002"])
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let answer = program
        .ask(&submit_sm("380501230000", b"hello").into())
        .await;
    let id: i64 = std::str::from_utf8(answer.message_id())
        .unwrap()
        .parse()
        .unwrap();
    let asked = vec![MessageId(id)];
    let found = world.gateway.messages_by_id(world.account, asked).await;
    assert_eq!(found.unwrap()[0].message.recipient, "380501230000");
    // What came in by another door can be asked for, too.
    let sent = world
        .gateway
        .messages(world.account, submission, None, None, 2)
        .await
        .unwrap();
    for message in sent {
        let id = message.id.0.to_string();
        let query = Pdu::QuerySm(QuerySm {
            message_id: id.as_bytes(),
            ..QuerySm::default()
        });
        let answer = program.ask(&query).await;
        assert_eq!(answer.status(), CommandStatus::ROK, "{id}");
    }
    drop(program);
    server.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn another_accounts_message_is_as_unknown_as_one_that_never_was() {
    let world = World::open().await.with_login().await;
    let gateway = &world.gateway;
    let another = gateway
        .add_account("another", Currency::UAH, &AccountSettings::default())
        .await
        .unwrap();
    gateway.top_up(another, 1_000_000, "test").await.unwrap();
    let submit = Submit {
        account: another,
        terms: Terms {
            originator: "Shop".into(),
            text: "hello".into(),
            test: true,
            ..Terms::default()
        },
        recipients: vec![To::number("380501230000")],
        lane: Lane::Transactional,
        drop_repeats: false,
    };
    world.route(&settings("127.0.0.1:9".parse().unwrap())).await;
    let message = gateway.submit(submit).await.unwrap().first_message;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    for id in [message.0, message.0 + 1] {
        let id = id.to_string();
        let query = Pdu::QuerySm(QuerySm {
            message_id: id.as_bytes(),
            ..QuerySm::default()
        });
        assert_eq!(program.ask(&query).await.status(), CommandStatus::RINVMSGID);
    }
    drop(program);
    server.stop().await;
}

#[tokio::test]
async fn many_submits_may_be_on_their_way_at_once() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&settings(simulator.address()))
        .await
        .with_login()
        .await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let window = Settings::default().window as u64;
    for token in 0..window {
        let to = format!("3805012401{token:02}");
        program
            .session
            .submit(0, token, &submit_sm(&to, b"hello"))
            .unwrap();
    }
    let mut ids = std::collections::HashSet::new();
    for _ in 0..window {
        let answer = program.answer().await;
        assert_eq!(answer.status(), CommandStatus::ROK);
        assert!(ids.insert(answer.message_id().to_vec()));
    }
    drop(program);
    server.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn whoever_cannot_sign_in_is_told_nothing_more_and_put_out() {
    let world = World::open().await.with_login().await;
    let server = open(&world).await;
    let refused = CloseReason::BindRefused(CommandStatus::RINVPASWD);
    let began = tokio::time::Instant::now();
    let mut program = Program::connect(&server, "wrong").await;
    assert_eq!(program.closed().await, refused);
    let mut rest = vec![];
    program.stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty() && began.elapsed().as_millis() >= 1_000);
    server.stop().await;
}

#[tokio::test]
async fn an_account_binds_from_its_own_addresses_only() {
    let world = World::open().await.with_login().await;
    let server = open(&world).await;
    let from = async |addresses: &[&str]| {
        let settings = gateway::AccountSettings {
            addresses: addresses.iter().map(|&text| text.to_owned()).collect(),
            ..gateway::AccountSettings::default()
        };
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, false);
        changed.await.unwrap();
    };
    from(&["192.0.2.1", "2001:db8::/32"]).await;
    let refused = CloseReason::BindRefused(CommandStatus::RBINDFAIL);
    let mut program = Program::connect(&server, "secret").await;
    assert_eq!(program.closed().await, refused);
    from(&["192.0.2.1", "127.0.0.0/8"]).await;
    Program::bound(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn whoever_does_not_bind_is_put_out() {
    let world = World::open().await;
    let settings = Settings {
        bind_timeout_ms: 100,
        connections: 1,
        ..Settings::default()
    };
    let address: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    let server = Server::start(address, world.gateway.clone(), settings)
        .await
        .unwrap();
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let mut second = TcpStream::connect(server.address()).await.unwrap();
    let mut octets = vec![];
    // The second is one too many and goes first.
    second.read_to_end(&mut octets).await.unwrap();
    silent.read_to_end(&mut octets).await.unwrap();
    assert!(octets.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn refusals_have_their_status() {
    let world = World::open().await.with_login().await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let plain = submit_sm("380501230000", b"hello");
    let mut nameless = plain;
    nameless.source = Address::alphanumeric(b"");
    let mut tlvs = TlvBuffer::new();
    tlvs.push(smpp::Tag::MESSAGE_PAYLOAD, &[b'a'; 2_000])
        .unwrap();
    let mut long = submit_sm("380501230000", b"");
    long.tlvs = tlvs.tlvs();
    for (pdu, status) in [
        // No route leads anywhere in this world.
        (plain.into(), CommandStatus::RINVDSTADR),
        (
            submit_sm("nobody", b"hello").into(),
            CommandStatus::RINVDSTADR,
        ),
        (
            submit_sm("380501230000", b"").into(),
            CommandStatus::RINVMSGLEN,
        ),
        (long.into(), CommandStatus::RINVMSGLEN),
        (nameless.into(), CommandStatus::RINVSRCADR),
    ] {
        let answer = program.ask(&pdu).await;
        assert_eq!(answer.status(), status, "{pdu:?}");
    }
    drop(program);
    server.stop().await;
}

#[tokio::test]
async fn a_closing_door_unbinds_its_customers() {
    let world = World::open().await.with_login().await;
    let server = open(&world).await;
    let mut program = Program::bound(&server).await;
    let (reason, ()) = tokio::join!(
        async {
            assert_eq!(program.event().await, Event::Unbound);
            program.closed().await
        },
        server.stop()
    );
    assert_eq!(reason, CloseReason::UnboundByPeer);
}
