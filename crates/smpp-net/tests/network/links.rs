//! Links come up, go down, come back, and end in order.

use gateway::connector::Failure;
use gateway::directory::{BindMode, ConnectorSettings, Tls};
use simulator::{Config, Credentials, Scenario, Simulator};
use sms::{MessageState, Reason};

use crate::proxy::{Proxy, breaking, certificate};
use crate::world::{Tapped, World, network, settings, until};

#[tokio::test]
async fn without_a_link_attempts_come_back_at_once() {
    // Nobody listens on a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut tapped = Tapped::start(&settings(address), 10).await;
    assert!(!tapped.connector.is_up());
    tapped.send("380501230000", "hello");
    let failure = tapped.answer().await.failure;
    assert!(matches!(
        failure,
        Some(Failure::Retry {
            reason: Reason::LinkDown,
            attempt_used: false,
            ..
        })
    ));
    let network = Simulator::start(Config {
        listen: address,
        ..Config::default()
    })
    .await
    .unwrap();
    tapped.is(true).await;
    tapped.stop().await;
    network.stop().await;
}

#[tokio::test]
async fn a_link_that_was_reset_is_up_again() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    for round in 1..=3 {
        until(|| simulator.inbox().counters().links >= round).await;
        tapped.is(true).await;
        tapped.send("380501230000", "hello");
        assert_eq!(tapped.answer().await.failure, None);
        simulator.reset_links();
        tapped.is(false).await;
    }
    tapped.stop().await;
}

#[tokio::test]
async fn a_refused_login_is_not_tried_again_soon() {
    let simulator = Simulator::start(Config {
        credentials: Some(Credentials {
            system_id: "shop".into(),
            password: "another".into(),
        }),
        ..Config::default()
    })
    .await
    .unwrap();
    let tapped = Tapped::start(&settings(simulator.address()), 10).await;
    until(|| simulator.inbox().counters().links >= 1).await;
    // Ten times the wait after a lost connection.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(simulator.inbox().counters().links, 1);
    assert!(!tapped.connector.is_up());
    tapped.stop().await;
}

#[tokio::test]
async fn a_dead_line_is_noticed_and_replaced() {
    let simulator = network(Scenario::default()).await;
    let proxy = Proxy::start(simulator.address(), None).await;
    let mut tapped = Tapped::up(&settings(proxy.address)).await;
    proxy.freeze(true);
    // Patience is short only as long as the line is dead: one that is slow is not to be taken for it.
    tapped.adjust(|settings| {
        settings.enquire_link_ms = 100;
        settings.response_timeout_ms = 200;
    });
    tapped.send("380501230000", "hello");
    let failure = tapped.answer().await.failure;
    assert!(matches!(failure, Some(Failure::Unknown(_))), "{failure:?}");
    tapped.is(false).await;
    tapped.adjust(|_| {});
    proxy.freeze(false);
    tapped.is(true).await;
    tapped.send("380501230000", "again");
    assert_eq!(tapped.answer().await.failure, None);
    tapped.stop().await;
}

#[tokio::test]
async fn wherever_the_line_breaks_nothing_is_lost_and_each_attempt_is_answered_once() {
    // What comes back for a bind, two submits and two receipts is a little over four hundred octets.
    for octets in (0..480).step_by(17) {
        let simulator = network(Scenario::default()).await;
        let (address, _tasks) = breaking(simulator.address(), octets).await;
        let world = World::sending(&settings(address)).await;
        world.hears_of_both_ends().await;
        world.stop().await;
    }
}

#[tokio::test]
async fn receipts_come_over_the_receiver_of_a_pair() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&ConnectorSettings {
        bind: BindMode::TransmitterReceiver,
        links: 2,
        ..settings(simulator.address())
    })
    .await;
    world.hears_of_both_ends().await;
    world.stop().await;
    assert_eq!(simulator.inbox().counters().links, 4);
    simulator.stop().await;
}

#[tokio::test]
async fn receipts_may_come_over_another_link_than_the_submit() {
    let simulator = network(Scenario {
        receipts_on_other_bind: true,
        ..Scenario::default()
    })
    .await;
    let world = World::sending(&ConnectorSettings {
        links: 3,
        ..settings(simulator.address())
    })
    .await;
    let numbers: Vec<_> = (0..30).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let submission = world.submit("hello", &numbers).await;
    let expected = vec![MessageState::Delivered; numbers.len()];
    world.reaches(submission, &expected).await;
    world.stop().await;
}

#[tokio::test]
async fn an_operator_may_want_tls() {
    let simulator = network(Scenario::default()).await;
    let (acceptor, authorities) = certificate();
    let proxy = Proxy::start(simulator.address(), Some(acceptor)).await;
    let secured = ConnectorSettings {
        tls: Some(Tls {
            server_name: Some("localhost".into()),
            authorities_file: Some(authorities.path().to_str().unwrap().to_owned()),
        }),
        ..settings(proxy.address)
    };
    let world = World::sending(&secured).await;
    let submission = world.submit("hello", &["380501230000"]).await;
    world.reaches(submission, &[MessageState::Delivered]).await;
    world.stop().await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_accepted() {
    let simulator = network(Scenario::default()).await;
    let (acceptor, _) = certificate();
    let (_, authorities) = certificate();
    let proxy = Proxy::start(simulator.address(), Some(acceptor)).await;
    let tapped = Tapped::start(
        &ConnectorSettings {
            tls: Some(Tls {
                server_name: Some("localhost".into()),
                authorities_file: Some(authorities.path().to_str().unwrap().to_owned()),
            }),
            ..settings(proxy.address)
        },
        10,
    )
    .await;
    until(|| simulator.inbox().counters().links >= 3).await;
    assert!(!tapped.connector.is_up());
    tapped.stop().await;
}

#[tokio::test]
async fn a_stop_waits_for_answers_and_unbinds() {
    let simulator = network(Scenario {
        response_delay_ms: simulator::Between { min: 300, max: 300 },
        receipt_loss: 1.0,
        ..Scenario::default()
    })
    .await;
    let mut tapped = Tapped::up(&settings(simulator.address())).await;
    tapped.send("380501230000", "hello");
    tapped.connector.stop().await;
    assert_eq!(tapped.answer().await.failure, None);
    assert!(!tapped.connector.is_up());
    tapped.send("380501230000", "too late");
    assert!(matches!(
        tapped.answer().await.failure,
        Some(Failure::Retry { .. })
    ));
    tapped.stop().await;
}

#[tokio::test]
async fn segments_keep_to_the_throughput_over_all_links() {
    let simulator = network(Scenario::default()).await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        links: 2,
        window: 100,
        throughput_per_second: 40,
        ..settings(simulator.address())
    })
    .await;
    let began = tokio::time::Instant::now();
    let numbers: Vec<_> = (0..30).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, &"long ".repeat(40));
    for _ in 0..30 {
        assert_eq!(tapped.answer().await.failure, None);
    }
    // Sixty segments at forty a second: the last twenty leave in the second second.
    assert!(began.elapsed().as_millis() >= 1_300);
    tapped.stop().await;
}
