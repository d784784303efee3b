//! Receipts and messages from handsets come to customers' programs: to any receiver, in order, until they are answered.

use std::collections::HashSet;

use gateway::directory::{ReceiptParameters, SmppSettings};
use gateway::{AccountSettings, Submit, Tells, Terms, To};
use simulator::{Scenario, Simulator};
use smpp::{BindMode, CommandStatus, Pdu, ReceiptState, SubmitSm, Tag, Tlv};
use smpp_net::{Server, Settings};
use sms::Lane;
use tokio::net::{TcpSocket, TcpStream};

use crate::esme::{Esme, shop};
use crate::program::submit_sm;
use crate::world::{LONG, World, network, settings};

/// A door that loses patience soon.
fn impatient() -> Settings {
    Settings {
        response_ms: 300,
        ..Settings::default()
    }
}

struct Place {
    simulator: Simulator,
    world: World,
    server: Server,
}

impl Place {
    async fn open(settings_of_door: Settings) -> Self {
        let simulator = network(Scenario::default()).await;
        let world = World::sending(&settings(simulator.address()))
            .await
            .with_login()
            .await;
        let server = door(&world, settings_of_door).await;
        Self {
            simulator,
            world,
            server,
        }
    }

    /// Changes how the account's programs may use SMPP; the number 7700 is its own.
    async fn set(&self, smpp: SmppSettings) {
        let settings = AccountSettings {
            numbers: vec!["7700".into()],
            smpp,
            ..AccountSettings::default()
        };
        let world = &self.world;
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, false);
        changed.await.unwrap();
    }

    /// Submits to so many numbers, and waits until their receipts wait in the store.
    async fn owe(&self, numbers: usize) -> Vec<String> {
        let waiting = self.waiting().await;
        let numbers: Vec<_> = (0..numbers)
            .map(|index| format!("3805012{index:05}", index = index * 10))
            .collect();
        self.submit(&numbers).await;
        self.until_waiting(waiting + numbers.len() as u64).await;
        numbers
    }

    async fn submit(&self, numbers: &[String]) {
        let submit = Submit {
            account: self.world.account,
            terms: Terms {
                originator: "Shop".into(),
                text: "hello".into(),
                notices: Tells::DELIVERED.with(Tells::NOT_DELIVERED),
                ..Terms::default()
            },
            recipients: numbers.iter().map(To::number).collect(),
            lane: Lane::Transactional,
            drop_repeats: false,
        };
        self.world.gateway.submit(submit).await.unwrap();
    }

    async fn waiting(&self) -> u64 {
        let count = self.world.gateway.notice_count(self.world.account).await;
        count.unwrap().waiting
    }

    async fn until_waiting(&self, number: u64) {
        let reached = async {
            while self.waiting().await != number {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(LONG, reached).await.is_err() {
            panic!("{number} notices should wait, not {}", self.waiting().await);
        }
    }

    async fn close(self) {
        self.server.stop().await;
        self.world.stop().await;
        self.simulator.stop().await;
    }
}

async fn door(world: &World, settings: Settings) -> Server {
    let address = "127.0.0.1:0".parse().unwrap();
    Server::start(address, world.gateway.clone(), settings)
        .await
        .unwrap()
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
async fn a_receipt_names_the_message_as_the_submit_was_answered() {
    let place = Place::open(Settings::default()).await;
    let mut program = Esme::bound(&place.server, BindMode::Transceiver).await;
    let id = program
        .submit(&submit_sm("380501230000", b"hello, you").into())
        .await;
    let given = program.take().await;
    assert_eq!(given.esm_class, 0x04);
    assert_eq!(
        (&*given.source, &*given.destination),
        ("380501230000", "Shop")
    );
    let receipt = given.receipt();
    assert_eq!(receipt.message_id, id);
    assert_eq!(receipt.state, ReceiptState::Delivered);
    assert_eq!(receipt.text, b"hello, you");
    let named = given.tlvs().get(Tag::RECEIPTED_MESSAGE_ID).unwrap();
    assert_eq!(named.as_c_octets(), id);
    place.until_waiting(0).await;
    place.close().await;
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
    place.close().await;
}

#[tokio::test]
async fn a_receipt_that_is_not_answered_comes_again_until_it_is() {
    let place = Place::open(impatient()).await;
    let numbers = place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    for _ in 0..2 {
        assert_eq!(receiver.given().await.source, numbers[0]);
    }
    assert_eq!(take(&mut receiver, 1).await, numbers);
    place.until_waiting(0).await;
    place.close().await;
}

#[tokio::test]
async fn an_answer_that_comes_late_is_an_answer() {
    let place = Place::open(impatient()).await;
    place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let first = receiver.given().await;
    // It is given again only after the first had timed out.
    receiver.given().await;
    receiver.answer(&first, CommandStatus::ROK).await;
    place.until_waiting(0).await;
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
    place.close().await;
}

#[tokio::test]
async fn a_program_that_never_answers_does_not_keep_the_others_of_its_account_waiting() {
    let place = Place::open(impatient()).await;
    let mut silent = Esme::receiver(&place.server).await;
    let mut lively = Esme::receiver(&place.server).await;
    let numbers: HashSet<_> = place.owe(40).await.into_iter().collect();
    let taken = take(&mut lively, 40).await;
    assert_eq!(taken.into_iter().collect::<HashSet<_>>(), numbers);
    place.until_waiting(0).await;
    silent.given().await;
    place.close().await;
}

#[tokio::test]
async fn a_program_that_never_reads_is_put_out_and_others_get_its_receipts() {
    let place = Place::open(Settings {
        enquire_link_ms: 300,
        enquire_link_response_ms: 300,
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
    place.close().await;
}

#[tokio::test]
async fn an_intermediate_notice_comes_before_the_receipt_and_is_answered_first() {
    let place = Place::open(Settings::default()).await;
    let mut program = Esme::bound(&place.server, BindMode::Transceiver).await;
    let submit = SubmitSm {
        registered_delivery: 0x11,
        ..submit_sm("380501230000", b"hello")
    };
    let id = program.submit(&submit.into()).await;
    let way = program.given().await;
    assert_eq!(way.esm_class, 0x20);
    assert_eq!(way.receipt().state, ReceiptState::Enroute);
    assert_eq!(way.receipt().message_id, id);
    place.until_waiting(2).await;
    assert!(program.is_given_nothing(200).await);
    program.answer(&way, CommandStatus::ROK).await;
    let end = program.take().await;
    assert_eq!(end.esm_class, 0x04);
    assert_eq!(end.receipt().state, ReceiptState::Delivered);
    place.until_waiting(0).await;
    place.close().await;
}

#[tokio::test]
async fn what_a_handset_says_is_given_like_a_receipt() {
    let place = Place::open(Settings::default()).await;
    place.set(SmppSettings::default()).await;
    // A message that came through proves that the link to the operator is bound.
    place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    receiver.take().await;
    let inbox = place.simulator.inbox();
    for (text, data_coding) in [("Yes, @ $5", 0), ("Так, дякую", 8)] {
        inbox.say("380501230000", "7700", text).unwrap();
        let given = receiver.take().await;
        assert_eq!((given.esm_class, given.data_coding), (0, data_coding));
        assert_eq!(
            (&*given.source, &*given.destination),
            ("380501230000", "7700")
        );
        let read = match data_coding {
            0 => sms::text::decode_gsm7(&given.text),
            _ => sms::text::decode_ucs2(&given.text),
        };
        assert_eq!(read, text);
    }
    let long = "Довгий текст. ".repeat(30);
    inbox.say("380501230000", "7700", &long).unwrap();
    let given = receiver.take().await;
    assert_eq!(sms::text::decode_ucs2(&given.text), long);
    assert!(given.tlvs().get(Tag::MESSAGE_PAYLOAD).is_some());
    place.until_waiting(0).await;
    place.close().await;
}

#[tokio::test]
async fn sms_centers_parameters_come_to_accounts_that_want_them() {
    let place = Place::open(Settings::default()).await;
    place
        .set(SmppSettings {
            receipt_parameters: ReceiptParameters::SmsCenter,
            ..SmppSettings::default()
        })
        .await;
    place.owe(1).await;
    let mut receiver = Esme::receiver(&place.server).await;
    let given = receiver.take().await;
    let value = |tag| given.tlvs().get(Tag(tag)).map(|Tlv { value, .. }| value);
    assert_eq!(value(0x2000), Some(&b"0.1000\0"[..]));
    assert_eq!(value(0x2001), Some(&[0, 0][..]));
    assert_eq!(value(0x2002), Some(&[0, 1][..]));
    assert_eq!(value(0x2003), None);
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
    let kind = gateway::directory::CredentialKind::Password;
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
    place.close().await;
}
