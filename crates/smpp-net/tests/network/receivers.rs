//! Receipts and messages from handsets come to customers' programs: to any receiver, in order, until they are answered.

use std::collections::HashSet;

use gateway::AccountSettings;
use gateway::directory::{CredentialKind, SmppSettings};
use smpp::{BindMode, CommandStatus, Pdu};
use smpp_net::Settings;
use tokio::net::{TcpSocket, TcpStream};

use crate::esme::{Esme, shop};
use crate::place::{Place, door};
use crate::program::submit_sm;

/// A door that waits so long for an answer.
fn patient_for(response_ms: u64) -> Settings {
    Settings {
        response_ms,
        ..Settings::default()
    }
}

/// Takes so many things, and says whom they are about.
async fn take(esme: &mut Esme, number: usize) -> Vec<String> {
    let mut sources = Vec::new();
    for _ in 0..number {
        sources.push(esme.take().await.source);
    }
    sources
}

#[tokio::test]
async fn receipts_go_to_every_receiver_but_not_to_transmitters() {
    let place = Place::open(Settings::default()).await;
    let mut transmitter = Esme::bound(&place.server, BindMode::Transmitter).await;
    let mut one = Esme::receiver(&place.server).await;
    let mut other = Esme::bound(&place.server, BindMode::Transceiver).await;
    place.owe(10).await;
    // None is answered before all are given, so both have their half.
    let (mut of_one, mut of_other) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        of_one.push(one.given().await);
        of_other.push(other.given().await);
    }
    for (one_given, other_given) in of_one.iter().zip(&of_other) {
        one.answer(one_given, CommandStatus::ROK).await;
        other.answer(other_given, CommandStatus::ROK).await;
    }
    let both = of_one.iter().chain(&of_other);
    let sources: HashSet<_> = both.map(|given| given.source.clone()).collect();
    assert_eq!(sources.len(), 10);
    place.until_waiting(0).await;
    assert!(transmitter.is_given_nothing(0).await);
    drop((transmitter, one, other));
    place.close().await;
}

#[tokio::test]
async fn what_comes_while_nobody_is_bound_is_stored_and_given_in_its_order() {
    let place = Place::open(Settings::default()).await;
    let transmitter = Esme::bound(&place.server, BindMode::Transmitter).await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.extend(place.owe(1).await);
    }
    drop(transmitter);
    let mut receiver = Esme::receiver(&place.server).await;
    assert_eq!(take(&mut receiver, 3).await, numbers);
    place.until_waiting(0).await;
    // What was taken is never given again, whoever asks.
    receiver.unbind().await;
    let mut again = Esme::receiver(&place.server).await;
    let next = place.owe(1).await;
    assert_eq!(take(&mut again, 1).await, next);
    drop(again);
    place.close().await;
}

#[tokio::test]
async fn what_a_lost_session_did_not_answer_is_given_to_another() {
    let place = Place::open(Settings::default()).await;
    place.owe(4).await;
    let mut lost = Esme::receiver(&place.server).await;
    let taken = lost.take().await.source;
    let mut unanswered = HashSet::new();
    for _ in 0..3 {
        unanswered.insert(lost.given().await.source);
    }
    place.until_waiting(3).await;
    let mut other = Esme::receiver(&place.server).await;
    drop(lost);
    let again: HashSet<_> = take(&mut other, 3).await.into_iter().collect();
    assert_eq!(again, unanswered);
    assert!(!again.contains(&taken));
    place.until_waiting(0).await;
    drop(other);
    place.close().await;
}

#[tokio::test]
async fn no_more_is_unanswered_than_the_window_and_a_changed_one_counts_at_once() {
    let place = Place::open(Settings::default()).await;
    let window = |window| SmppSettings {
        window: Some(window),
        ..SmppSettings::default()
    };
    place.set(window(2)).await;
    place.owe(9).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let first = receiver.given().await;
    receiver.given().await;
    assert!(receiver.is_given_nothing(300).await);
    receiver.answer(&first, CommandStatus::ROK).await;
    receiver.given().await;
    assert!(receiver.is_given_nothing(300).await);
    place.set(window(4)).await;
    let last = receiver.given().await;
    receiver.given().await;
    assert!(receiver.is_given_nothing(300).await);
    place.set(window(1)).await;
    // A bind that asks nothing follows within a second.
    assert!(receiver.is_given_nothing(1_500).await);
    receiver.answer(&last, CommandStatus::ROK).await;
    assert!(receiver.is_given_nothing(300).await);
    drop(receiver);
    place.close().await;
}

#[tokio::test]
async fn a_receipt_that_is_not_answered_comes_again_until_it_is() {
    let place = Place::open(patient_for(300)).await;
    let numbers = place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    for _ in 0..2 {
        assert_eq!(receiver.given().await.source, numbers[0]);
    }
    assert_eq!(take(&mut receiver, 1).await, numbers);
    place.until_waiting(0).await;
    drop(receiver);
    place.close().await;
}

#[tokio::test]
async fn an_answer_that_comes_late_is_an_answer() {
    let place = Place::open(patient_for(300)).await;
    place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let first = receiver.given().await;
    // It is given again only after the first had timed out.
    receiver.given().await;
    receiver.answer(&first, CommandStatus::ROK).await;
    place.until_waiting(0).await;
    drop(receiver);
    place.close().await;
}

#[tokio::test]
async fn what_a_program_cannot_take_now_it_is_given_later() {
    for status in [
        CommandStatus::RX_T_APPN,
        CommandStatus::RMSGQFUL,
        CommandStatus::RTHROTTLED,
        CommandStatus::RSYSERR,
    ] {
        let place = Place::open(Settings::default()).await;
        let numbers = place.owe(1).await;
        let mut receiver = Esme::receiver(&place.server).await;
        let given = receiver.given().await;
        let began = tokio::time::Instant::now();
        receiver.answer(&given, status).await;
        assert_eq!(take(&mut receiver, 1).await, numbers);
        assert!(began.elapsed().as_millis() >= 900, "{status}");
        place.until_waiting(0).await;
        drop(receiver);
        place.close().await;
    }
}

#[tokio::test]
async fn what_a_program_refuses_for_good_does_not_keep_the_rest_waiting() {
    let place = Place::open(Settings::default()).await;
    let numbers = place.owe(3).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let mut refusals = 0;
    let mut taken = Vec::new();
    while refusals < 3 {
        let given = receiver.given().await;
        if given.source == numbers[0] {
            refusals += 1;
            receiver.answer(&given, CommandStatus::RX_P_APPN).await;
        } else {
            receiver.answer(&given, CommandStatus::ROK).await;
            taken.push(given.source);
        }
    }
    assert_eq!(taken, numbers[1..]);
    place.until_waiting(0).await;
    drop(receiver);
    place.close().await;
}

#[tokio::test]
async fn a_program_that_never_answers_does_not_keep_the_others_of_its_account_waiting() {
    // Longer than the lively one is ever slow to answer: it is given nothing twice.
    let place = Place::open(patient_for(3_000)).await;
    let mut silent = Esme::receiver(&place.server).await;
    let mut lively = Esme::receiver(&place.server).await;
    let numbers: HashSet<_> = place.owe(40).await.into_iter().collect();
    let taken = take(&mut lively, 40).await;
    assert_eq!(taken.into_iter().collect::<HashSet<_>>(), numbers);
    place.until_waiting(0).await;
    silent.given().await;
    drop((silent, lively));
    place.close().await;
}

#[tokio::test]
async fn a_program_that_never_reads_is_put_out_and_others_get_its_receipts() {
    let place = Place::open(Settings {
        enquire_link_ms: 300,
        // Who is slow to answer is not deaf.
        enquire_link_response_ms: 3_000,
        ..Settings::default()
    })
    .await;
    // A small buffer, so that the door's octets stay with the door.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1_024).unwrap();
    let line: TcpStream = socket.connect(place.server.address()).await.unwrap();
    let mut deaf = Esme::over(line, BindMode::Receiver, &shop()).await;
    deaf.is_bound().await;
    let numbers: HashSet<_> = place.owe(100).await.into_iter().collect();
    let mut lively = Esme::receiver(&place.server).await;
    let mut taken = HashSet::new();
    while taken.len() < numbers.len() {
        taken.insert(lively.take().await.source);
    }
    assert_eq!(taken, numbers);
    place.until_waiting(0).await;
    drop(deaf);
    drop(lively);
    place.close().await;
}

#[tokio::test]
async fn what_is_not_answered_when_the_door_closes_is_given_by_the_next() {
    let place = Place::open(Settings::default()).await;
    let numbers = place.owe(2).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let first = receiver.given().await;
    receiver.given().await;
    let Place {
        simulator,
        world,
        server,
    } = place;
    // An answer that comes while the door closes counts.
    let answered = async {
        receiver.answer(&first, CommandStatus::ROK).await;
        receiver.closed().await;
    };
    tokio::join!(server.stop(), answered);
    let count = world.gateway.notice_count(world.account).await.unwrap();
    assert_eq!(count.waiting, 1);
    let server = door(&world, Settings::default()).await;
    let mut again = Esme::receiver(&server).await;
    assert_eq!(again.take().await.source, numbers[1]);
    let place = Place {
        simulator,
        world,
        server,
    };
    place.until_waiting(0).await;
    drop((receiver, again));
    place.close().await;
}

#[tokio::test]
async fn accounts_are_given_their_own_and_do_not_wait_for_each_other() {
    let place = Place::open(Settings::default()).await;
    let gateway = &place.world.gateway;
    let other = gateway
        .add_account("other", sms::Currency::UAH, &AccountSettings::default())
        .await
        .unwrap();
    gateway.top_up(other, 1_000_000_000, "test").await.unwrap();
    let kind = CredentialKind::Password;
    gateway
        .put_credential(other, kind, "other", "secret")
        .await
        .unwrap();
    let bind = smpp::Bind {
        system_id: b"other",
        ..shop()
    };
    // One account's only program never answers; its window is full for good.
    let mut stuck = Esme::receiver(&place.server).await;
    place.owe(120).await;
    stuck.given().await;
    let mut lively = Esme::connect(&place.server, BindMode::Transceiver, &bind).await;
    lively.is_bound().await;
    for number in 0..20 {
        let to = format!("38050124{number:02}00");
        let submit: Pdu<'_> = submit_sm(&to, b"hello").into();
        let id = lively.submit(&submit).await;
        let given = lively.take().await;
        assert_eq!((given.receipt().message_id, &given.source), (&id[..], &to));
    }
    drop((stuck, lively));
    place.close().await;
}
