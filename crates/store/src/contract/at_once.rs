//! Promises about leases that begin with the acceptance: what there is room for need not wait in the queue.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use sms::{MessageState, Reason};

use super::world::{PLENTY, PRICE, World, accept, answer, at, claim, long, sound};
use crate::queue::{ClaimedMessage, DoubtPolicy, Rest};
use crate::submissions::{Acceptance, AtOnce, NewSubmission};
use crate::{ConnectorId, MessageId, Store};

/// What has been handed over.
type Handed = Arc<Mutex<Vec<ClaimedMessage>>>;

/// Accepts with room for so many segments; answers what was handed over, too.
async fn accept_at_once(
    world: &World<'_>,
    new: NewSubmission,
    connector: ConnectorId,
    segments: u32,
) -> (Acceptance, Vec<ClaimedMessage>) {
    let handed = Handed::default();
    let taken = Arc::clone(&handed);
    let at_once = AtOnce {
        connector,
        segments,
        hand_over: Box::new(move |messages| taken.lock().unwrap().extend(messages)),
    };
    let answer = world.store.accept_at_once(new, Some(at_once)).await;
    let handed = std::mem::take(&mut *handed.lock().unwrap());
    (answer.unwrap(), handed)
}

fn ids(messages: &[ClaimedMessage]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

pub async fn what_is_leased_at_once_is_what_a_claim_would_have_given(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = long(world.submission(2), 2);
    new.messages[1].variables = Some("Ann".into());
    new.messages[1].originator = Some("Ours".into());
    let (_, at_once) = accept_at_once(&world, new.clone(), world.connector, 4).await;
    accept(store, new).await;
    let mut claimed = claim(store, world.connector, 10, at(0)).await.messages;
    assert_eq!((at_once.len(), claimed.len()), (2, 2));
    for (leased, claimed) in at_once.iter().zip(&mut claimed) {
        claimed.id = leased.id;
        assert_eq!(format!("{leased:?}"), format!("{claimed:?}"));
    }
}

pub async fn what_is_leased_at_once_waits_in_no_queue_and_is_answered_like_any_other(
    store: &dyn Store,
) {
    let world = World::new(store, PLENTY).await;
    let (accepted, leased) = accept_at_once(&world, world.submission(3), world.connector, 3).await;
    let Acceptance::Accepted { first_message, .. } = accepted else {
        panic!("there is money")
    };
    let numbers = [0, 1, 2].map(|index| MessageId(first_message.0 + index));
    assert_eq!(ids(&leased), numbers);
    assert_eq!(world.claim(10).await, []);
    for message in numbers {
        let taken = [(0, "id")];
        let answer = answer(world.connector, message, &taken, Rest::Nothing, at(1));
        store.record_answers(vec![answer]).await.unwrap();
    }
    let book = world.book().await;
    assert_eq!((book.held, book.charged), (0, 3 * PRICE));
    sound(store).await;
}

pub async fn what_has_no_room_goes_into_the_queue_and_all_that_comes_after_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(4);
    new.messages[2].segments = 2;
    let (_, leased) = accept_at_once(&world, new, world.connector, 3).await;
    assert_eq!(
        leased.len(),
        2,
        "the third needs two, the fourth comes after it"
    );
    assert_eq!(world.claim(10).await.len(), 2);
}

pub async fn a_message_of_another_connector_is_not_leased_at_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = store.put_connector("other", "{}", b"").await.unwrap();
    let (_, leased) = accept_at_once(&world, world.submission(1), other, 9).await;
    assert_eq!(ids(&leased), []);
    assert_eq!(world.claim(10).await.len(), 1);
}

pub async fn what_must_not_leave_now_is_not_leased_at_once(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut test = world.submission(1);
    test.test = true;
    let mut scheduled = world.submission(1);
    scheduled.start_at = Some(at(9));
    let mut over = world.submission(1);
    over.expires_at = over.created_at;
    let mut held = world.submission(1);
    held.messages[0].state = MessageState::Held;
    held.messages[0].reason = Reason::Moderation;
    for new in [test, scheduled, over, held] {
        let (answer, leased) = accept_at_once(&world, new, world.connector, 9).await;
        assert!(matches!(answer, Acceptance::Accepted { .. }), "{answer:?}");
        assert_eq!(ids(&leased), []);
    }
    assert_eq!(world.claim(10).await, []);
}

pub async fn nobody_hands_over_what_is_refused_or_on_the_stop_list(store: &dyn Store) {
    let world = World::new(store, 2 * PRICE).await;
    let (answer, leased) = accept_at_once(&world, world.submission(3), world.connector, 9).await;
    assert!(matches!(answer, Acceptance::Insufficient { .. }));
    assert_eq!(ids(&leased), []);
    let new = world.submission(2);
    let stopped = new.messages[0].recipient.unwrap();
    let added = store.stop(world.account, stopped, None, "", at(0)).await;
    added.unwrap();
    let (_, leased) = accept_at_once(&world, new, world.connector, 9).await;
    assert_eq!(leased.len(), 1, "the other one leaves");
    assert_ne!(leased[0].recipient, stopped);
}

pub async fn what_a_suspended_account_sends_waits_in_the_queue(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let suspend = async |suspended| {
        let changed = store.change_account(world.account, "{}".into(), 0, suspended);
        changed.await.unwrap();
    };
    suspend(true).await;
    let (_, leased) = accept_at_once(&world, world.submission(1), world.connector, 9).await;
    assert_eq!(ids(&leased), []);
    assert_eq!(world.claim(10).await, [], "it may not send");
    suspend(false).await;
    assert_eq!(world.claim(10).await.len(), 1);
}

pub async fn what_was_leased_at_once_and_never_answered_is_in_doubt_after_a_restart(
    store: &dyn Store,
) {
    let world = World::new(store, PLENTY).await;
    let (_, leased) = accept_at_once(&world, world.submission(2), world.connector, 2).await;
    assert_eq!(leased.len(), 2);
    let policy = DoubtPolicy::Resend { max_resends: 1 };
    let recovered = store.recover(world.connector, policy, at(1)).await.unwrap();
    assert_eq!((recovered.resent, recovered.held), (2, 0));
    assert_eq!(world.claim(10).await, ids(&leased));
}

pub async fn it_is_handed_over_although_nobody_waits_for_the_answer(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (told, handed) = std::sync::mpsc::channel();
    let at_once = AtOnce {
        connector: world.connector,
        segments: 1,
        hand_over: Box::new(move |messages| told.send(messages.len()).unwrap()),
    };
    let mut acceptance = store.accept_at_once(world.submission(1), Some(at_once));
    poll_fn(|context| {
        assert!(
            acceptance.as_mut().poll(context).is_pending(),
            "too fast to be left alone"
        );
        Poll::Ready(())
    })
    .await;
    drop(acceptance);
    // Once a later call is answered, the earlier one has been.
    world.accept(1).await;
    assert_eq!(handed.recv().unwrap(), 1);
}
