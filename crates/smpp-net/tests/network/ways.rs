//! Links of several modes, addresses that stand in for each other, and settings that change under way.

use std::collections::HashMap;
use std::net::SocketAddr;

use gateway::connector::{Condition, Failure};
use gateway::directory::{ConnectorSettings, ConnectorSpec, StatusMeaning};
use simulator::{Config, Credentials, Scenario, Simulator, StatusFault};
use smpp::session::Request;
use smpp::{BindMode, CommandStatus, Header, Pdu, SubmitSmResp};
use sms::Reason;

use crate::smsc::{Hesitant, Smsc, octets};
use crate::world::{Tapped, World, network, settings, until};

/// An address at which nobody listens.
fn nobody() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

fn states(condition: &Condition) -> Vec<(&str, &str)> {
    condition
        .links
        .iter()
        .map(|link| (link.mode.as_str(), link.state.as_str()))
        .collect()
}

#[tokio::test]
async fn links_of_each_mode_live_beside_each_other() {
    let smsc = Smsc::start(|_| vec![]).await;
    let tapped = Tapped::up(&ConnectorSettings {
        links: 1,
        transmitters: 2,
        receivers: 1,
        window: 5,
        ..settings(smsc.address)
    })
    .await;
    until(|| smsc.binds.lock().unwrap().len() == 4).await;
    let mut binds: HashMap<_, u32> = HashMap::new();
    for mode in smsc.binds.lock().unwrap().iter() {
        *binds.entry(*mode).or_default() += 1;
    }
    let expected = [
        (BindMode::Transceiver, 1),
        (BindMode::Transmitter, 2),
        (BindMode::Receiver, 1),
    ];
    assert_eq!(binds, HashMap::from(expected));
    until(|| {
        let condition = tapped.connector.condition();
        let bound = condition.links.iter().filter(|link| link.state == "bound");
        bound.count() == 4
    })
    .await;
    let condition = tapped.connector.condition();
    assert_eq!(
        states(&condition),
        [
            ("transceiver", "bound"),
            ("transmitter", "bound"),
            ("transmitter", "bound"),
            ("receiver", "bound")
        ]
    );
    assert_eq!(condition.links[3].address, smsc.address.to_string());
    assert_eq!(tapped.connector.capacity(), 15);
    tapped.stop().await;
}

#[tokio::test]
async fn further_transmitters_and_receivers_carry_messages_and_receipts() {
    let simulator = network(Scenario::default()).await;
    let world = World::sending(&ConnectorSettings {
        links: 0,
        transmitters: 2,
        receivers: 1,
        ..settings(simulator.address())
    })
    .await;
    world.hears_of_both_ends().await;
    world.stop().await;
}

#[tokio::test]
async fn another_address_stands_in_for_one_that_cannot_be_reached_or_refuses_binds() {
    let refusing = network(Scenario {
        refuse_binds: true,
        ..Scenario::default()
    })
    .await;
    let simulator = network(Scenario::default()).await;
    let (first, last) = (nobody(), simulator.address().to_string());
    let mut tapped = Tapped::up(&ConnectorSettings {
        failover_addresses: vec![refusing.address().to_string(), last.clone()],
        // Nobody waits between two addresses.
        reconnect_ms: 60_000,
        reconnect_max_ms: 60_000,
        ..settings(first)
    })
    .await;
    tapped.send("380501230000", "hello");
    assert_eq!(tapped.answer().await.failure, None);
    let link = tapped.connector.condition().links.remove(0);
    assert_eq!((link.address, &*link.state), (last, "bound"));
    assert!(link.last_setback.is_some());
    tapped.stop().await;
}

#[tokio::test]
async fn the_first_address_is_tried_first_again_after_a_session_that_was_of_use() {
    let standing_in = network(Scenario::default()).await;
    let first = nobody();
    let mut tapped = Tapped::up(&ConnectorSettings {
        failover_addresses: vec![standing_in.address().to_string()],
        ..settings(first)
    })
    .await;
    tapped.send("380501230000", "hello");
    assert_eq!(tapped.answer().await.failure, None);
    let simulator = Simulator::start(Config {
        listen: first,
        ..Config::default()
    })
    .await
    .unwrap();
    standing_in.reset_links();
    until(|| simulator.inbox().counters().links >= 1).await;
    tapped.is(true).await;
    assert_eq!(
        tapped.connector.condition().links[0].address,
        first.to_string()
    );
    tapped.stop().await;
    simulator.stop().await;
}

#[tokio::test]
async fn a_refused_login_is_not_tried_at_the_other_addresses() {
    let refusing = Simulator::start(Config {
        credentials: Some(Credentials {
            system_id: "shop".into(),
            password: "another".into(),
        }),
        ..Config::default()
    })
    .await
    .unwrap();
    let other = network(Scenario::default()).await;
    let tapped = Tapped::start(
        &ConnectorSettings {
            failover_addresses: vec![other.address().to_string()],
            ..settings(refusing.address())
        },
        10,
    )
    .await;
    let told = || tapped.connector.condition().links.remove(0).last_setback;
    until(|| told().is_some()).await;
    assert!(told().unwrap().contains("ESME_RINVPASWD"), "{:?}", told());
    assert!(!tapped.connector.is_up());
    assert_eq!(other.inbox().counters().links, 0);
    tapped.stop().await;
}

#[tokio::test]
async fn window_and_throughput_change_while_the_link_stays() {
    let operator = Hesitant::start().await;
    let mut tapped = Tapped::up(&ConnectorSettings {
        window: 2,
        ..settings(operator.smsc.address)
    })
    .await;
    assert_eq!(tapped.connector.capacity(), 2);
    tapped.adjust(|settings| settings.window = 8);
    assert_eq!(tapped.connector.capacity(), 8);
    let numbers: Vec<_> = (0..8).map(|n| format!("3805012401{n:02}")).collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    tapped.send_all(&numbers, "hello");
    // None is answered before all are there.
    until(|| operator.unanswered() == 8).await;
    operator.answers();
    for _ in 0..8 {
        assert_eq!(tapped.answer().await.failure, None);
    }
    tapped.adjust(|settings| settings.throughput_per_second = 5);
    assert_eq!(tapped.connector.capacity(), 2);
    let began = tokio::time::Instant::now();
    tapped.send_all(&numbers, "hello");
    let mut answered = 0;
    while answered < 8 {
        until(|| operator.unanswered() > 0).await;
        answered += operator.unanswered();
        operator.answers();
    }
    for _ in 0..8 {
        assert_eq!(tapped.answer().await.failure, None);
    }
    assert!(began.elapsed().as_millis() >= 1_000);
    // Another number of links is more than the present ones can take on.
    let mut moved: ConnectorSpec = tapped.spec.clone();
    moved.settings.links = 2;
    assert!(!tapped.connector.adjust(&moved));
    assert_eq!(operator.smsc.binds.lock().unwrap().len(), 1);
    tapped.stop().await;
}

#[tokio::test]
async fn a_status_means_what_the_settings_say_that_this_operator_means() {
    for (meaning, expected) in [
        (StatusMeaning::Refused, Reason::UpstreamRefused),
        (StatusMeaning::Retry, Reason::Retrying),
        (StatusMeaning::Throttled, Reason::Throttled),
    ] {
        let code = 0x0402;
        let simulator = network(Scenario {
            status: Some(StatusFault { code, share: 1.0 }),
            ..Scenario::default()
        })
        .await;
        let mut tapped = Tapped::up(&ConnectorSettings {
            statuses: [(code, meaning)].into(),
            ..settings(simulator.address())
        })
        .await;
        tapped.send("380501230000", "hello");
        let Some(
            Failure::Refused(reason) | Failure::Unknown(reason) | Failure::Retry { reason, .. },
        ) = tapped.answer().await.failure
        else {
            panic!("it was taken");
        };
        assert_eq!(reason, expected, "{meaning:?}");
        tapped.stop().await;
    }
}

#[tokio::test]
async fn case_29_a_nack_of_nothing_changes_nothing() {
    let smsc = Smsc::start(|request: &Request| {
        let Pdu::SubmitSm(_) = request.pdu() else {
            return vec![];
        };
        let response = Pdu::SubmitSmResp(SubmitSmResp {
            message_id: b"77",
            ..SubmitSmResp::default()
        });
        let nack = octets(&Pdu::GenericNack, CommandStatus::RINVCMDID, 0);
        let taken = octets(&response, CommandStatus::ROK, request.sequence_number());
        [nack, taken].concat()
    })
    .await;
    let mut tapped = Tapped::up(&settings(smsc.address)).await;
    for _ in 0..3 {
        tapped.send("380501230000", "hello");
        assert_eq!(tapped.answer().await.failure, None);
    }
    assert_eq!(smsc.binds.lock().unwrap().len(), 1);
    tapped.stop().await;
}

#[tokio::test]
async fn case_41_each_segment_has_a_number_of_its_own_also_after_an_error() {
    let numbers = std::sync::Arc::<std::sync::Mutex<Vec<u32>>>::default();
    let noted = std::sync::Arc::clone(&numbers);
    let smsc = Smsc::start(move |request: &Request| {
        let header: &Header = request.header();
        let Pdu::SubmitSm(_) = request.pdu() else {
            return vec![];
        };
        let mut numbers = noted.lock().unwrap();
        numbers.push(header.sequence_number);
        let status = if numbers.len() == 1 {
            CommandStatus::RINVDSTADR
        } else {
            CommandStatus::ROK
        };
        let response = Pdu::SubmitSmResp(SubmitSmResp::default());
        octets(&response, status, header.sequence_number)
    })
    .await;
    let mut tapped = Tapped::up(&settings(smsc.address)).await;
    for text in ["hello".to_owned(), "long ".repeat(150)] {
        tapped.send("380501230000", &text);
        tapped.answer().await;
    }
    let mut numbers = numbers.lock().unwrap().clone();
    assert_eq!(numbers.len(), 6);
    assert!(numbers.is_sorted());
    numbers.dedup();
    assert_eq!(numbers.len(), 6);
    tapped.stop().await;
}
