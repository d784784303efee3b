//! What customers' programs are given, and what waits for them.

use smpp::{BindMode, CommandStatus};
use smpp_net::Settings;

use crate::esme::Esme;
use crate::place::Place;
use crate::program::submit_sm;

#[tokio::test]
async fn case_35_what_waits_for_a_customer_is_counted_with_its_age() {
    let place = Place::open(Settings::default()).await;
    let began = place.world.gateway.now();
    place.owe(3).await;
    let gateway = &place.world.gateway;
    let count = gateway.notice_count(place.world.account).await.unwrap();
    let oldest = count.oldest_at.unwrap();
    assert!(began <= oldest && oldest <= gateway.now());
    let mut receiver = Esme::receiver(&place.server).await;
    for _ in 0..3 {
        receiver.take().await;
    }
    place.until_waiting(0).await;
    let count = gateway.notice_count(place.world.account).await.unwrap();
    assert_eq!(count.oldest_at, None);
    drop(receiver);
    place.close().await;
}

#[tokio::test]
async fn case_36_what_was_refused_has_no_receipt() {
    let place = Place::open(Settings::default()).await;
    let mut program = Esme::bound(&place.server, BindMode::Transceiver).await;
    let nobody = submit_sm("nobody", b"hello").into();
    let empty = submit_sm("380501231000", b"").into();
    for status in program.ask_all(&[nobody, empty]).await {
        assert!(!status.is_ok());
    }
    assert_eq!(place.waiting().await, 0);
    // What is accepted behind it has the first receipt that there is.
    let id = program
        .submit(&submit_sm("380501231010", b"hello").into())
        .await;
    assert_eq!(program.take().await.receipt().message_id, id);
    place.until_waiting(0).await;
    assert!(program.is_given_nothing(200).await);
    drop(program);
    place.close().await;
}

#[tokio::test]
async fn case_43_receipts_for_a_customer_who_is_away_wait_in_the_store() {
    let place = Place::open(Settings {
        window: 10,
        ..Settings::default()
    })
    .await;
    let mut owed = place.owe(60).await;
    let mut receiver = Esme::receiver(&place.server).await;
    // No more than a window of them leaves the store, however many wait.
    let mut given = vec![];
    for _ in 0..10 {
        given.push(receiver.given().await);
    }
    assert!(receiver.is_given_nothing(200).await);
    assert_eq!(place.waiting().await, 60);
    for it in &given {
        receiver.answer(it, CommandStatus::ROK).await;
    }
    let mut sources: Vec<_> = given.into_iter().map(|it| it.source).collect();
    for _ in 0..50 {
        sources.push(receiver.take().await.source);
    }
    sources.sort_unstable();
    owed.sort_unstable();
    assert_eq!(sources, owed);
    place.until_waiting(0).await;
    drop(receiver);
    place.close().await;
}
