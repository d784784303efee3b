//! Who may bind, how often, from where and over what; and what bound programs are held to.

use std::time::Duration;

use gateway::AccountSettings;
use gateway::directory::SmppSettings;
use smpp::session::{CloseReason, Event};
use smpp::{Bind, BindMode, CommandStatus, Pdu, QuerySm};
use smpp_net::{Server, Settings};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::esme::{Esme, shop};
use crate::program::submit_sm;
use crate::world::{LONG, World};

pub(crate) const TRANSCEIVER: BindMode = BindMode::Transceiver;

pub(crate) async fn open(world: &World, settings: Settings) -> Server {
    let address: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    Server::start(address, world.gateway.clone(), settings)
        .await
        .unwrap()
}

pub(crate) async fn world() -> World {
    World::open().await.with_login().await
}

async fn set(world: &World, settings: &AccountSettings, suspended: bool) {
    let changed = world
        .gateway
        .change_account(world.account, settings, 0, suspended);
    changed.await.unwrap();
}

fn smpp(smpp: SmppSettings) -> AccountSettings {
    AccountSettings {
        smpp,
        ..AccountSettings::default()
    }
}

/// What a bind is refused with.
async fn refused(server: &Server, bind: &Bind<'_>) -> CommandStatus {
    let mut esme = Esme::connect(server, TRANSCEIVER, bind).await;
    esme.refused().await
}

/// Asks for a message that there is not, so often at once: a request that costs nothing.
pub(crate) async fn ask(esme: &mut Esme, times: usize) -> Vec<CommandStatus> {
    let query = Pdu::QuerySm(QuerySm {
        message_id: b"1",
        ..QuerySm::default()
    });
    esme.ask_all(&vec![query; times]).await
}

/// Does something again until it took no longer than this: by then a throughput lets more through.
async fn quickly<T>(longest: Duration, mut what: impl AsyncFnMut() -> T) -> T {
    let trying = async {
        loop {
            let began = tokio::time::Instant::now();
            let done = what().await;
            if began.elapsed() <= longest {
                return done;
            }
        }
    };
    tokio::time::timeout(LONG, trying).await.unwrap()
}

#[tokio::test]
async fn each_refusal_of_a_bind_has_its_own_status() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let wrong = Bind {
        password: b"wrong",
        ..shop()
    };
    let unknown = Bind {
        system_id: b"nobody",
        ..shop()
    };
    let no_text = Bind {
        system_id: b"sh\xFFp",
        ..shop()
    };
    for bind in [wrong, unknown, no_text] {
        assert_eq!(refused(&server, &bind).await, CommandStatus::RINVPASWD);
    }
    let elsewhere = AccountSettings {
        addresses: vec!["192.0.2.1".into()],
        ..AccountSettings::default()
    };
    set(&world, &elsewhere, false).await;
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RBINDFAIL);
    set(&world, &AccountSettings::default(), true).await;
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RBINDFAIL);
    // Who does not know the password is not told that the account is suspended.
    assert_eq!(refused(&server, &wrong).await, CommandStatus::RINVPASWD);
    let none = SmppSettings {
        binds: Some(0),
        ..SmppSettings::default()
    };
    set(&world, &smpp(none), false).await;
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RALYBND);
    server.stop().await;
}

#[tokio::test]
async fn who_guesses_too_often_is_refused_even_with_the_right_password() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let guess = async |number: u32| {
        let password = format!("wrong{number}");
        let bind = Bind {
            password: password.as_bytes(),
            ..shop()
        };
        refused(&server, &bind).await
    };
    let mut statuses = Vec::new();
    for number in 0..10 {
        statuses.push(guess(number).await);
    }
    assert_eq!(statuses, [CommandStatus::RINVPASWD; 10]);
    assert_eq!(guess(10).await, CommandStatus::RBINDFAIL);
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RBINDFAIL);
    server.stop().await;
}

#[tokio::test]
async fn a_refused_program_has_one_attempt_and_a_second_to_leave() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let began = tokio::time::Instant::now();
    let wrong = Bind {
        password: b"wrong",
        ..shop()
    };
    let mut line = TcpStream::connect(server.address()).await.unwrap();
    let mut octets = bytes::BytesMut::new();
    for (number, bind) in [(1, wrong), (2, shop())] {
        let pdu = Pdu::Bind(TRANSCEIVER, bind);
        pdu.encode(CommandStatus::ROK, number, &mut octets).unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut line, &octets.split())
            .await
            .unwrap();
        let mut answer = [0; 16];
        line.read_exact(&mut answer).await.unwrap();
        let status = [CommandStatus::RINVPASWD, CommandStatus::RBINDFAIL][number as usize - 1];
        assert_eq!(answer[8..12], status.0.to_be_bytes());
    }
    let mut rest = Vec::new();
    line.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty() && began.elapsed().as_millis() >= 1_000);
    server.stop().await;
}

#[tokio::test]
async fn an_account_has_as_many_binds_as_it_may_and_not_one_more() {
    let world = world().await;
    let server = open(
        &world,
        Settings {
            binds: 3,
            ..Settings::default()
        },
    )
    .await;
    let modes = [
        BindMode::Transmitter,
        BindMode::Receiver,
        BindMode::Transceiver,
    ];
    let mut bound = Vec::new();
    for mode in modes {
        bound.push(Esme::bound(&server, mode).await);
    }
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RALYBND);
    bound.pop().unwrap().unbind().await;
    bound.push(Esme::bound(&server, TRANSCEIVER).await);
    // A number of its own goes before the door's.
    let four = SmppSettings {
        binds: Some(4),
        ..SmppSettings::default()
    };
    set(&world, &smpp(four), false).await;
    bound.push(Esme::bound(&server, TRANSCEIVER).await);
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RALYBND);
    drop(bound);
    server.stop().await;
}

#[tokio::test]
async fn a_bind_that_is_gone_without_a_word_is_found_out_when_its_place_is_needed() {
    let world = world().await;
    let settings = Settings {
        binds: 1,
        // It would be long before it is asked by itself.
        enquire_link_ms: 3_600_000,
        enquire_link_response_ms: 100,
        ..Settings::default()
    };
    let server = open(&world, settings).await;
    // Nobody reads its connection any more, as if its machine were off.
    let gone = Esme::bound(&server, TRANSCEIVER).await;
    assert_eq!(refused(&server, &shop()).await, CommandStatus::RALYBND);
    let let_in = async {
        loop {
            let mut again = Esme::connect(&server, TRANSCEIVER, &shop()).await;
            match again.event().await {
                Event::Bound(_) => return,
                Event::Closed { .. } => tokio::time::sleep(Duration::from_millis(20)).await,
                other => panic!("an answer to the bind was expected: {other:?}"),
            }
        }
    };
    // Long before it would have been asked by itself.
    tokio::time::timeout(LONG, let_in).await.unwrap();
    drop(gone);
    server.stop().await;
}

#[tokio::test]
async fn modes_may_do_what_the_specification_says() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let mut receiver = Esme::receiver(&server).await;
    let submit: Pdu<'_> = submit_sm("380501230000", b"hello").into();
    let refused = receiver.ask_all_the_same(submit).await;
    assert_eq!(refused, CommandStatus::RINVBNDSTS);
    for mode in [BindMode::Transmitter, BindMode::Transceiver] {
        let mut sender = Esme::bound(&server, mode).await;
        assert_eq!(ask(&mut sender, 1).await, [CommandStatus::RINVMSGID]);
        sender.unbind().await;
    }
    receiver.unbind().await;
    server.stop().await;
}

#[tokio::test]
async fn a_window_is_kept_and_a_changed_one_counts_at_once() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let mut esme = Esme::bound(&server, TRANSCEIVER).await;
    let throttled = |statuses: Vec<CommandStatus>| {
        let throttled = statuses
            .iter()
            .filter(|it| **it == CommandStatus::RTHROTTLED);
        throttled.count()
    };
    for window in [3, 5, 2] {
        let settings = SmppSettings {
            window: Some(window),
            ..SmppSettings::default()
        };
        set(&world, &smpp(settings), false).await;
        let window = window as usize;
        // The first request of a bind after the change is the first that it counts for.
        ask(&mut esme, 1).await;
        assert_eq!(throttled(ask(&mut esme, window - 1).await), 0);
        assert_eq!(throttled(ask(&mut esme, window).await), 0);
        assert_eq!(throttled(ask(&mut esme, window + 1).await), 1);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_throughput_counts_messages_over_all_binds_and_a_changed_one_counts_at_once() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let mut one = Esme::bound(&server, TRANSCEIVER).await;
    let mut other = Esme::bound(&server, BindMode::Transmitter).await;
    let throughput = async |per_second| {
        let settings = SmppSettings {
            throughput_per_second: Some(per_second),
            ..SmppSettings::default()
        };
        set(&world, &smpp(settings), false).await;
    };
    let submit: Pdu<'_> = submit_sm("380501230000", b"hello").into();
    // No route leads anywhere here: what is let through is refused for that.
    let (through, throttled) = (CommandStatus::RINVDSTADR, CommandStatus::RTHROTTLED);
    let over_both = quickly(Duration::from_millis(300), async || {
        // Another one, so that nothing is left of the try before.
        throughput(9).await;
        one.ask(submit).await;
        throughput(3).await;
        [
            one.ask(submit).await,
            other.ask(submit).await,
            one.ask(submit).await,
            other.ask(submit).await,
        ]
    });
    assert_eq!(over_both.await, [through, through, through, throttled]);
    // Questions are no messages.
    assert_eq!(ask(&mut one, 1).await, [CommandStatus::RINVMSGID]);
    let mut destinations = smpp::DestinationBuffer::new();
    for number in [b"380501230000", b"380501230001"] {
        let address = smpp::Address::international(number);
        destinations
            .push(smpp::Destination::Address(address))
            .unwrap();
    }
    let multi = Pdu::SubmitMulti(smpp::SubmitMulti {
        destinations: destinations.list(),
        ..smpp::SubmitMulti::default()
    });
    let [of_two, of_one] = quickly(Duration::from_millis(400), async || {
        throughput(9).await;
        one.ask(submit).await;
        throughput(2).await;
        [other.ask(multi).await, one.ask(submit).await]
    })
    .await;
    assert_ne!(of_two, throttled);
    assert_eq!(of_one, throttled);
    throughput(0).await;
    assert_eq!(one.ask_all(&[submit; 50]).await, [through; 50]);
    server.stop().await;
}

#[tokio::test]
async fn a_suspended_account_and_one_that_moved_away_are_unbound() {
    let world = world().await;
    let server = open(&world, Settings::default()).await;
    let elsewhere = AccountSettings {
        addresses: vec!["192.0.2.1".into()],
        ..AccountSettings::default()
    };
    for (settings, suspended) in [(AccountSettings::default(), true), (elsewhere, false)] {
        let mut esme = Esme::bound(&server, TRANSCEIVER).await;
        set(&world, &settings, suspended).await;
        assert_eq!(esme.event().await, Event::Unbound);
        assert_eq!(esme.closed().await, CloseReason::UnboundByPeer);
        set(&world, &AccountSettings::default(), false).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn both_sides_ask_whether_the_other_is_alive() {
    let world = world().await;
    let settings = Settings {
        enquire_link_ms: 100,
        // Long enough to tell the dead from the slow.
        enquire_link_response_ms: 3_000,
        inactivity_ms: 600,
        ..Settings::default()
    };
    let server = open(&world, settings).await;
    // One that answers lives on, until it has done nothing for too long; a receiver may wait for ever.
    let mut idle = Esme::bound(&server, BindMode::Transmitter).await;
    let mut patient = Esme::receiver(&server).await;
    let dead = Esme::receiver(&server).await;
    let began = tokio::time::Instant::now();
    let alive = async { assert!(patient.is_given_nothing(4_000).await) };
    let (reason, ()) = tokio::join!(idle.closed(), alive);
    assert_eq!(reason, CloseReason::UnboundByPeer);
    assert!(began.elapsed().as_millis() >= 600);
    let submit: Pdu<'_> = submit_sm("380501230000", b"hello").into();
    let refused = patient.ask_all_the_same(submit).await;
    assert_eq!(refused, CommandStatus::RINVBNDSTS);
    drop(dead);
    server.stop().await;
}
