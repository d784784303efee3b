//! Promises about notices: what programs that bind are owed is written with what it tells of, and stays until it has been given.

use sms::{MessageState, Outcome, Reason};

use super::world::{HOUR, MINUTE, PLENTY, Sent, World, accept, account, at, claim, long};
use crate::inbound::NewInbound;
use crate::notices::{Event, Notice, NoticeCount, Tells};
use crate::queue::Rest;
use crate::submissions::NewSubmission;
use crate::{AccountId, MessageId, NoticeId, Store};

const ENDS: Tells = Tells::DELIVERED.with(Tells::NOT_DELIVERED);
const ALL: Tells = ENDS.with(Tells::UNDER_WAY);

/// A submission of one message of which this is told.
fn telling(world: &World<'_>, tells: Tells) -> NewSubmission {
    NewSubmission {
        tells,
        ..world.submission(1)
    }
}

/// Writes a notice: of a message that was no number from the beginning.
async fn owe(world: &World<'_>, account: AccountId) -> MessageId {
    let mut new = telling(world, ENDS);
    new.account = account;
    let message = &mut new.messages[0];
    (message.recipient, message.given) = (None, Some("nobody".into()));
    (message.state, message.reason) = (MessageState::InvalidNumber, Reason::NotANumber);
    (message.segments, message.price_micros, message.connector) = (0, 0, None);
    let id = accept(world.store, new).await;
    let messages = world.store.messages(account, id, None, None, 1);
    messages.await.unwrap()[0].id
}

/// Leases one message of so many segments of which this is told.
async fn leased<'a>(world: &'a World<'a>, tells: Tells, segments: u16) -> Sent<'a> {
    let submission = accept(world.store, long(telling(world, tells), segments)).await;
    let message = world.claim(u32::from(segments)).await[0];
    Sent {
        world,
        submission,
        message,
    }
}

/// Sends one message of one segment, which the upstream takes under this id.
async fn taken<'a>(world: &'a World<'a>, tells: Tells, id: &str) -> Sent<'a> {
    let sent = leased(world, tells, 1).await;
    sent.answer(&[(0, id)], Rest::Nothing, at(10)).await;
    sent
}

async fn owed(store: &dyn Store, account: AccountId) -> Vec<Notice> {
    store.notices(account, None, 1000).await.unwrap()
}

fn ids(notices: &[Notice]) -> Vec<NoticeId> {
    notices.iter().map(|notice| notice.id).collect()
}

/// What is told of a message: whether it is under way only, and in which state it is now.
type Told = (MessageId, bool, MessageState);

async fn told(world: &World<'_>) -> Vec<Told> {
    let told = |notice: Notice| match notice.event {
        Event::UnderWay(sent) => (sent.message.id, true, sent.message.state),
        Event::Ended(sent) => (sent.message.id, false, sent.message.state),
        Event::Received(received) => panic!("{received:?} is not of a message of the account's"),
    };
    let notices = owed(world.store, world.account).await;
    notices.into_iter().map(told).collect()
}

const ABSENT: Outcome = Outcome::Undelivered(Reason::AbsentSubscriber);

pub async fn a_notice_of_an_end_has_all_that_is_known_of_the_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = accept(store, world.submission(3)).await;
    world.claim(3).await;
    let mut new = telling(&world, ENDS);
    new.reference = Some("mine".into());
    new.messages.push(new.messages[0].clone());
    let submission = accept(store, new).await;
    let messages = world.claim(2).await;
    let second = Sent {
        world: &world,
        submission,
        message: messages[1],
    };
    second.answer(&[(0, "2")], Rest::Nothing, at(10)).await;
    assert!(told(&world).await.is_empty(), "it is under way, untold");

    second.receipt("2", Outcome::Delivered, at(20)).await;
    let notices = owed(store, world.account).await;
    let [notice] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert_eq!(notice.at, at(20));
    let Event::Ended(sent) = &notice.event else {
        panic!("{notice:?}")
    };
    assert_ne!(sent.submission, other);
    assert_eq!(sent.submission, submission);
    assert_eq!(sent.message.id, messages[1]);
    assert_eq!(sent.first_message, messages[0]);
    assert_eq!(sent.message.state, MessageState::Delivered);
    assert_eq!(sent.message.done_at, Some(at(20)));
    assert_eq!(sent.text, "text");
    assert_eq!(sent.originator, "Info");
    assert_eq!(sent.reference.as_deref(), Some("mine"));

    second.receipt("2", Outcome::Delivered, at(30)).await;
    let again = owed(store, world.account).await.len();
    assert_eq!(again, 1, "a receipt that comes twice is no news");
}

pub async fn each_end_is_noticed_to_whom_wants_to_know_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut expected = Vec::new();
    for (number, (tells, delivered, failed)) in [
        (Tells::default(), false, false),
        (Tells::CALLBACK, false, false),
        (Tells::UNDER_WAY, false, false),
        (Tells::DELIVERED, true, false),
        (Tells::NOT_DELIVERED, false, true),
        (ENDS, true, true),
    ]
    .into_iter()
    .enumerate()
    {
        let (well, ill) = (format!("w{number}"), format!("i{number}"));
        let to_phone = taken(&world, tells, &well).await;
        let to_none = taken(&world, tells, &ill).await;
        let refused = leased(&world, tells, 1).await;
        let under_way: Vec<_> = ids(&owed(store, world.account).await);
        to_phone.receipt(&well, Outcome::Delivered, at(20)).await;
        to_none.receipt(&ill, ABSENT, at(20)).await;
        let reason = Rest::Refused(Reason::UpstreamRefused);
        refused.answer(&[], reason, at(20)).await;
        if delivered {
            expected.push((to_phone.message, false, MessageState::Delivered));
        }
        if failed {
            expected.push((to_none.message, false, MessageState::Undelivered));
            expected.push((refused.message, false, MessageState::Rejected));
        }
        if tells == Tells::UNDER_WAY {
            assert_eq!(under_way.len(), 2, "of each that was taken");
            store.notices_given(world.account, under_way).await.unwrap();
        }
    }
    assert_eq!(told(&world).await, expected);
}

pub async fn whatever_ends_a_message_is_noticed(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let only_failures = || telling(&world, Tells::NOT_DELIVERED);
    let invalid = owe(&world, world.account).await;
    let whole = accept(store, only_failures()).await;
    let whole_message = world.messages(whole).await[0].id;
    store.cancel(world.account, whole, at(10)).await.unwrap();
    let single = accept(store, only_failures()).await;
    let single = world.messages(single).await[0].id;
    let cancelled = store.cancel_message(world.account, single, at(20));
    cancelled.await.unwrap();
    let mut late = only_failures();
    late.expires_at = at(30);
    let late = accept(store, late).await;
    let late = world.messages(late).await[0].id;
    store.sweep(at(40), HOUR, 100).await.unwrap();
    let silent = taken(&world, Tells::NOT_DELIVERED, "1").await;
    store.sweep(at(60 * HOUR), HOUR, 100).await.unwrap();
    assert_eq!(
        told(&world).await,
        [
            (invalid, false, MessageState::InvalidNumber),
            (whole_message, false, MessageState::Cancelled),
            (single, false, MessageState::Cancelled),
            (late, false, MessageState::Expired),
            (silent.message, false, MessageState::Expired),
        ]
    );
}

pub async fn a_message_is_under_way_once_all_of_it_is_taken(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = leased(&world, ALL, 2).await;
    let later = Rest::Retry {
        reason: Reason::NetworkError,
        due_at: at(10),
        attempt_used: true,
    };
    sent.answer(&[(0, "1")], later, at(10)).await;
    assert!(told(&world).await.is_empty(), "half of it is not all");
    assert_eq!(world.claim_at(2, at(20)).await, [sent.message]);
    sent.answer(&[(1, "2")], Rest::Nothing, at(20)).await;
    let under_way = (sent.message, true, MessageState::Submitted);
    assert_eq!(told(&world).await, [under_way]);

    // What is said again, and what does not know, is no news.
    sent.answer(&[(1, "2")], Rest::Late, at(25)).await;
    sent.receipt("1", Outcome::Unknown, at(25)).await;
    assert_eq!(told(&world).await, [under_way]);

    sent.receipt("1", Outcome::Delivered, at(30)).await;
    sent.receipt("2", Outcome::Delivered, at(30)).await;
    let delivered = MessageState::Delivered;
    assert_eq!(
        told(&world).await,
        [
            (sent.message, true, delivered),
            (sent.message, false, delivered)
        ],
        "in the order in which it happened, as it is now"
    );
}

pub async fn an_end_that_came_before_the_answer_is_noticed_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = leased(&world, ALL, 1).await;
    sent.receipt("1", Outcome::Delivered, at(5)).await;
    assert!(told(&world).await.is_empty(), "it meets nothing yet");
    sent.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    sent.answer(&[(0, "1")], Rest::Nothing, at(11)).await;
    let delivered = (sent.message, false, MessageState::Delivered);
    assert_eq!(told(&world).await, [delivered]);
}

pub async fn a_corrected_end_is_noticed_again(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (tells, notices) in [
        (Tells::UNDER_WAY, 1),
        (Tells::DELIVERED, 1),
        (Tells::NOT_DELIVERED, 2),
        (ENDS, 2),
    ] {
        let id = format!("{}", tells.as_u8());
        let sent = taken(&world, tells, &id).await;
        sent.receipt(&id, ABSENT, at(20)).await;
        sent.receipt(&id, Outcome::Delivered, at(30)).await;
        let all = owed(store, world.account).await;
        assert_eq!(all.len(), notices, "{tells:?}");
        store.notices_given(world.account, ids(&all)).await.unwrap();
    }
}

pub async fn nothing_is_noticed_of_copies_and_tests(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = telling(&world, ALL);
    new.control = Some(world.submission(1).messages.remove(0));
    accept(store, new).await;
    let claimed = claim(store, world.connector, 9, at(10)).await.messages;
    assert_eq!(claimed.len(), 2);
    for message in &claimed {
        let refused = Rest::Refused(Reason::UpstreamRefused);
        let answer = super::world::answer(world.connector, message.id, &[], refused, at(20));
        store.record_answers(vec![answer]).await.unwrap();
    }
    assert_eq!(told(&world).await.len(), 1, "the copy is nobody's");
    let mut tried = telling(&world, ALL);
    tried.test = true;
    tried.messages[0].connector = None;
    (tried.messages[0].state, tried.messages[0].reason) =
        (MessageState::InvalidNumber, Reason::NotANumber);
    accept(store, tried).await;
    assert_eq!(told(&world).await.len(), 1, "what is tried out never ends");
}

pub async fn notices_are_read_in_pages_until_they_have_been_given(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    for account in [
        world.account,
        other,
        world.account,
        world.account,
        world.account,
    ] {
        owe(&world, account).await;
    }
    let all = ids(&owed(store, world.account).await);
    assert_eq!(all.len(), 4);
    assert!(all.is_sorted());
    let page = async |after, limit| {
        let page = store.notices(world.account, after, limit).await;
        ids(&page.unwrap())
    };
    assert_eq!(page(None, 3).await, all[..3]);
    assert_eq!(page(Some(all[2]), 3).await, all[3..]);
    assert_eq!(page(Some(all[3]), 3).await, []);
    assert_eq!(page(None, 0).await, []);
    // Whoever read them may have ended before they were given.
    assert_eq!(page(None, 9).await, all);

    let given = vec![all[0], all[2]];
    store
        .notices_given(world.account, given.clone())
        .await
        .unwrap();
    store.notices_given(world.account, given).await.unwrap();
    store.notices_given(world.account, vec![]).await.unwrap();
    assert_eq!(page(None, 9).await, [all[1], all[3]]);
    assert_eq!(owed(store, other).await.len(), 1, "another's stay");
    owe(&world, world.account).await;
    let last = *page(None, 9).await.last().unwrap();
    assert!(last > all[3], "a number is never used again");
}

pub async fn notices_are_counted_with_the_age_of_the_oldest(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let count = async |account| store.notice_count(account).await.unwrap();
    assert_eq!(count(world.account).await, NoticeCount::default());
    let sent = taken(&world, ENDS, "1").await;
    sent.receipt("1", Outcome::Delivered, at(20)).await;
    let sent = taken(&world, ENDS, "2").await;
    sent.receipt("2", Outcome::Delivered, at(30)).await;
    let expected = |waiting, oldest| NoticeCount {
        waiting,
        oldest_at: Some(at(oldest)),
    };
    assert_eq!(count(world.account).await, expected(2, 20));
    let first = owed(store, world.account).await[0].id;
    store
        .notices_given(world.account, vec![first])
        .await
        .unwrap();
    assert_eq!(count(world.account).await, expected(1, 30));
    let other = account(store, "other", PLENTY).await;
    assert_eq!(count(other).await, NoticeCount::default());
}

pub async fn notices_of_long_ago_are_forgotten_step_by_step(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for _ in 0..4 {
        owe(&world, world.account).await;
    }
    let sent = taken(&world, ENDS, "1").await;
    sent.receipt("1", Outcome::Delivered, at(20)).await;
    // The others are of the moment 0.
    assert_eq!(store.forget_notices(at(0), 100).await.unwrap(), 0);
    assert_eq!(store.forget_notices(at(1), 3).await.unwrap(), 3);
    assert_eq!(store.forget_notices(at(1), 3).await.unwrap(), 1);
    assert_eq!(store.forget_notices(at(1), 3).await.unwrap(), 0);
    let told: Vec<_> = told(&world).await.iter().map(|told| told.0).collect();
    assert_eq!(told, [sent.message]);
}

pub async fn a_message_from_a_handset_is_noticed_where_that_is_wanted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let inbound = |text: &str, notifies| NewInbound {
        account: Some(world.account),
        connector: world.connector,
        from: "380670000001".into(),
        to: "380500000000".into(),
        text: text.into(),
        at: at(MINUTE),
        tells: false,
        notifies,
        wish: None,
        parts: Vec::new(),
    };
    let nobodys = NewInbound {
        account: None,
        ..inbound("nobody's", true)
    };
    let all = vec![inbound("yes", true), inbound("no", false), nobodys];
    store.receive(all).await.unwrap();
    let notices = owed(store, world.account).await;
    let [notice] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert_eq!(notice.at, at(MINUTE));
    let Event::Received(received) = &notice.event else {
        panic!("{notice:?}")
    };
    assert_eq!(received.text, "yes");
    assert_eq!(received.from, "380670000001");
}
