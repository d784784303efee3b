//! Promises about accepting submissions and looking at them.

use sms::{Book, Lane, MessageState, Reason};

use super::world::{PLENTY, PRICE, World, accept, account, all, at, long, scheduled, sound};
use crate::submissions::{Acceptance, NewMessage};
use crate::{AccountId, MessageId, Store, SubmissionId};

pub async fn an_accepted_submission_is_there_with_its_messages_and_its_hold(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = long(world.submission(3), 2);
    new.messages[1].given = Some("+380 67".into());
    new.messages[2].variables = Some("Ann;7".into());
    new.source = Some("crm".into());
    let id = accept(store, new).await;

    let found = store.submission(world.account, id).await.unwrap().unwrap();
    assert_eq!((found.id, found.account), (id, world.account));
    assert_eq!(
        (found.originator.as_str(), found.text.as_str()),
        ("Info", "text")
    );
    assert_eq!(found.price_micros, 6 * PRICE);
    assert_eq!(
        (found.created_at, found.start_at, found.test),
        (at(0), None, false)
    );
    assert_eq!(found.tally.count(MessageState::Queued), 3);
    assert_eq!(found.tally.total(), 3);

    let messages = world.messages(id).await;
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0].recipient, "380670000000");
    assert_eq!(messages[0].given, None);
    assert_eq!(messages[1].given.as_deref(), Some("+380 67"));
    assert_eq!(messages[2].variables.as_deref(), Some("Ann;7"));
    for message in &messages {
        assert_eq!(
            (message.state, message.reason),
            (MessageState::Queued, Reason::None)
        );
        assert_eq!((message.segments, message.price_micros), (2, 2 * PRICE));
        assert_eq!((message.submitted_at, message.done_at), (None, None));
        assert_eq!(message.changed_at, at(0));
    }
    let held = Book {
        available: PLENTY - 6 * PRICE,
        held: 6 * PRICE,
        charged: 0,
    };
    assert_eq!(world.book().await, held);
    let waiting = store.waiting(world.connector, 10).await.unwrap();
    assert_eq!(waiting, [0, 3, 0]);
    sound(store).await;
}

pub async fn the_balance_must_cover_the_price_to_the_last_unit(store: &dyn Store) {
    let connector = World::new(store, 0).await.connector;
    for (name, balance, accepted) in [
        ("exact", PRICE, true),
        ("one more", PRICE + 1, true),
        ("one less", PRICE - 1, false),
        ("nothing", 0, false),
    ] {
        let payer = account(store, name, balance).await;
        let new = super::world::submission(payer, connector, 1);
        let answer = store.accept(new).await.unwrap();
        match answer {
            Acceptance::Accepted { .. } => assert!(accepted, "{name}"),
            Acceptance::NobodyLeft => panic!("the stop list is empty"),
            Acceptance::Repeated { .. } => panic!("nothing is accepted once only"),
            Acceptance::Insufficient { available_micros } => {
                assert!(!accepted, "{name}");
                assert_eq!(available_micros, balance);
            }
        }
    }
    sound(store).await;
}

pub async fn a_credit_limit_counts_as_money(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let limit = async |micros| {
        let changed = store.change_account(world.account, "{}".into(), micros, false);
        changed.await.unwrap();
    };
    limit(PRICE - 1).await;
    let refused = store.accept(world.submission(1)).await.unwrap();
    assert_eq!(
        refused,
        Acceptance::Insufficient {
            available_micros: PRICE - 1
        }
    );
    limit(PRICE).await;
    world.accept(1).await;
    assert_eq!(
        world.book().await,
        Book {
            available: -PRICE,
            held: PRICE,
            charged: 0
        }
    );
    let refused = store.accept(world.submission(1)).await.unwrap();
    assert_eq!(
        refused,
        Acceptance::Insufficient {
            available_micros: 0
        }
    );
}

pub async fn the_largest_credit_limit_is_no_limit(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let changed = store.change_account(world.account, "{}".into(), i64::MAX, false);
    changed.await.unwrap();
    world.accept(1).await;
    sound(store).await;
}

pub async fn an_insufficient_balance_writes_nothing(store: &dyn Store) {
    let world = World::new(store, 3 * PRICE - 1).await;
    let before = world.book().await;
    let refused = store.accept(world.submission(3)).await.unwrap();
    assert!(matches!(refused, Acceptance::Insufficient { .. }));
    assert_eq!(world.book().await, before);
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    let audit = store.audit().await.unwrap();
    assert_eq!(audit.messages, 0);
    // The numbers of what was refused are not lost either.
    assert_eq!(world.accept(2).await, SubmissionId(1));
}

pub async fn a_submission_that_cannot_be_written_whole_leaves_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let before = world.book().await;
    let mut broken = world.submission(3);
    broken.messages[2].connector = None;
    store.accept(broken).await.unwrap_err();
    assert_eq!(world.book().await, before);
    assert_eq!(store.audit().await.unwrap().messages, 0);
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    let nobody = super::world::submission(AccountId(99), world.connector, 1);
    store.accept(nobody).await.unwrap_err();
    assert_eq!(store.audit().await.unwrap().messages, 0);
    sound(store).await;
}

pub async fn a_price_beyond_all_money_is_refused_not_wrapped(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(2);
    for message in &mut new.messages {
        message.price_micros = i64::MAX;
    }
    store.accept(new).await.unwrap_err();
    sound(store).await;
}

pub async fn concurrent_submissions_spend_the_balance_exactly(store: &dyn Store) {
    const MONEY_FOR: usize = 23;
    let world = World::new(store, PRICE * 23).await;
    let answers = all((0..64).map(|_| store.accept(world.submission(1)))).await;
    let mut ids = Vec::new();
    for answer in answers {
        match answer.unwrap() {
            Acceptance::Accepted { submission, .. } => ids.push(submission.0),
            Acceptance::Insufficient { available_micros } => assert_eq!(available_micros, 0),
            Acceptance::NobodyLeft => panic!("the stop list is empty"),
            Acceptance::Repeated { .. } => panic!("nothing is accepted once only"),
        }
    }
    ids.sort_unstable();
    assert_eq!(ids.len(), MONEY_FOR);
    assert!(ids.iter().copied().eq(1..=23), "{ids:?}");
    let spent = Book {
        available: 0,
        held: PRICE * 23,
        charged: 0,
    };
    assert_eq!(world.book().await, spent);
    sound(store).await;
}

pub async fn messages_are_numbered_without_a_gap_in_the_order_given(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let accepted = all((0..8).map(|_| world.accept(10))).await;
    let mut seen = Vec::new();
    for id in accepted {
        let messages = world.messages(id).await;
        for (message, index) in messages.iter().zip(0_u64..) {
            assert_eq!(
                message.id.0,
                messages[0].id.0 + i64::try_from(index).unwrap()
            );
            assert_eq!(message.recipient, format!("{}", 380_670_000_000 + index));
        }
        seen.extend(messages.iter().map(|message| message.id.0));
    }
    seen.sort_unstable();
    assert!(seen.iter().copied().eq(seen[0]..seen[0] + 80));
}

pub async fn messages_that_can_never_leave_are_kept_with_their_reason(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.messages.push(NewMessage {
        recipient: None,
        given: Some("not a number".into()),
        variables: None,
        text: None,
        originator: None,
        once: None,
        segments: 0,
        price_micros: 0,
        connector: None,
        state: MessageState::InvalidNumber,
        reason: Reason::NotANumber,
        alternative: false,
        awaits: None,
    });
    let id = accept(store, new).await;
    let ended = world.messages(id).await.remove(1);
    assert_eq!(ended.recipient, "not a number");
    assert_eq!(
        (ended.state, ended.reason),
        (MessageState::InvalidNumber, Reason::NotANumber)
    );
    assert_eq!(ended.done_at, Some(at(0)));
    assert_eq!(world.claim(10).await.len(), 1);
    sound(store).await;
}

pub async fn a_test_costs_nothing_and_never_leaves(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let mut new = scheduled(world.submission(2), at(10));
    new.test = true;
    for message in &mut new.messages {
        message.reason = Reason::TestMode;
    }
    let id = accept(store, new).await;
    assert_eq!(store.release_due(at(20), 10).await.unwrap(), 0);
    assert_eq!(world.claim(10).await, []);
    assert_eq!(world.book().await, Book::default());
    let found = store.submission(world.account, id).await.unwrap().unwrap();
    assert!(found.test);
    assert_eq!(found.price_micros, 2 * PRICE);
    assert_eq!(found.tally.held_by(Reason::TestMode), 2);
    sound(store).await;
}

pub async fn another_accounts_submission_is_unknown(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", 0).await;
    let id = world.accept(1).await;
    assert!(store.submission(other, id).await.unwrap().is_none());
    let messages = store.messages(other, id, None, None, 10).await.unwrap();
    assert!(messages.is_empty());
    let never = SubmissionId(404);
    assert!(
        store
            .submission(world.account, never)
            .await
            .unwrap()
            .is_none()
    );
}

pub async fn messages_are_read_in_pages(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(2).await;
    let id = world.accept(5).await;
    let whole: Vec<_> = world
        .messages(id)
        .await
        .iter()
        .map(|message| message.id)
        .collect();
    let mut paged: Vec<MessageId> = Vec::new();
    loop {
        let after = paged.last().copied();
        let page = store
            .messages(world.account, id, None, after, 2)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page.iter().map(|message| message.id));
    }
    assert_eq!(paged, whole);
    world.accept(2).await;
    assert_eq!(world.messages(id).await.len(), 5);
}

pub async fn only_messages_changed_since_are_listed_when_asked(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut expiring = world.submission(2);
    expiring.expires_at = at(100);
    let id = accept(store, expiring).await;
    let changed = async |since| {
        let changed = store.messages(world.account, id, Some(at(since)), None, 10);
        changed.await.unwrap().len()
    };
    assert_eq!((changed(-1).await, changed(0).await), (2, 0));
    store.sweep(at(100), 0, 10).await.unwrap();
    assert_eq!((changed(99).await, changed(100).await), (2, 0));
}

pub async fn each_lane_waits_for_itself(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (lane, messages) in [(Lane::Otp, 1), (Lane::Transactional, 2), (Lane::Bulk, 3)] {
        let mut new = world.submission(messages);
        new.lane = lane;
        accept(store, new).await;
    }
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [1, 2, 3]);
    assert_eq!(store.waiting(world.connector, 2).await.unwrap(), [1, 2, 2]);
}
