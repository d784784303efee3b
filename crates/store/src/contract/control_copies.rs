//! Promises about control copies, which go beside a submission.

use sms::Msisdn;

use super::world::{HOUR, PLENTY, PRICE, World, accept, answer, at, claim, sound};
use crate::campaigns::{Cancellation, Deletion, Halt};
use crate::queue::Rest;
use crate::submissions::{Acceptance, NewMessage, Parts};
use crate::{Store, SubmissionId};

/// Where copies go.
const CONTROL: &str = "380500000001";

/// A control copy at a price.
fn copy(world: &World<'_>, price_micros: i64) -> NewMessage {
    let mut copy = world.submission(1).messages.remove(0);
    copy.recipient = Some(Msisdn::parse(CONTROL).unwrap());
    copy.price_micros = price_micros;
    copy
}

pub async fn a_control_copy_costs_nothing_and_is_not_counted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(3);
    new.control = Some(copy(&world, 0));
    new.source = Some("shop".into());
    let id = accept(store, new).await;
    let found = store.submission(world.account, id).await.unwrap().unwrap();
    assert_eq!((found.tally.total(), found.price_micros), (3, 3 * PRICE));
    assert_eq!(world.messages(id).await.len(), 3);
    let listed = store.submissions(world.account, None, 9).await.unwrap();
    assert_eq!(listed.len(), 1);
    let hidden = store
        .submission(world.account, SubmissionId(id.0 + 1))
        .await;
    assert!(hidden.unwrap().is_none());

    let claimed = claim(store, world.connector, 9, at(1)).await.messages;
    let copies: Vec<_> = claimed
        .iter()
        .filter(|message| message.recipient.as_str() == CONTROL)
        .collect();
    assert_eq!((claimed.len(), copies.len()), (4, 1));
    assert_eq!((&*copies[0].originator, &*copies[0].text), ("Info", "text"));
    let taken = |message| answer(world.connector, message, &[(0, "")], Rest::Nothing, at(2));
    let answers = claimed.iter().map(|message| taken(message.id)).collect();
    store.record_answers(answers).await.unwrap();
    assert_eq!(world.book().await.charged, 3 * PRICE);
    sound(store).await;
}

pub async fn a_control_copy_goes_with_the_first_part(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(4);
    new.parts = Some(Parts {
        size: 2,
        interval_ms: HOUR,
    });
    new.start_at = Some(at(HOUR));
    new.control = Some(copy(&world, 0));
    accept(store, new).await;
    for (now, due) in [(HOUR, 3), (2 * HOUR, 2)] {
        assert_eq!(store.release_due(at(now), 9).await.unwrap(), due);
    }
}

pub async fn a_control_copy_shares_the_fate_of_its_submission(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for end in [Some(Halt::Spam), None] {
        let mut new = world.submission(2);
        new.control = Some(copy(&world, 0));
        let id = accept(store, new).await;
        store.halt(id, Halt::Paused, at(1)).await.unwrap();
        assert_eq!(world.claim(9).await, []);
        let left = match end {
            Some(halt) => store.halt(id, halt, at(2)).await.map(|_| 0),
            None => store.resume(id, at(2)).await.map(|_| 3),
        };
        assert_eq!(world.claim(9).await.len(), left.unwrap());
        let copy = SubmissionId(id.0 + 1);
        assert!(!store.halt(copy, Halt::Spam, at(3)).await.unwrap());
    }
    sound(store).await;
}

pub async fn a_control_copy_that_has_a_price_is_charged_for_itself(store: &dyn Store) {
    let world = World::new(store, 3 * PRICE).await;
    let with_copy = |messages| {
        let mut new = world.submission(messages);
        new.control = Some(copy(&world, PRICE));
        new
    };
    let refused = store.accept(with_copy(3)).await.unwrap();
    assert!(matches!(refused, Acceptance::Insufficient { .. }));
    let accepted = store.accept(with_copy(2)).await.unwrap();
    let Acceptance::Accepted {
        submission,
        price_micros,
        ..
    } = accepted
    else {
        panic!("the balance covers it: {accepted:?}");
    };
    assert_eq!(price_micros, 3 * PRICE);
    let found = store.submission(world.account, submission).await.unwrap();
    assert_eq!(found.unwrap().price_micros, 2 * PRICE);
    assert_eq!(world.book().await.held, 3 * PRICE);
    store
        .cancel(world.account, submission, at(1))
        .await
        .unwrap();
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}

pub async fn a_submission_has_started_when_its_control_copy_has(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.control = Some(copy(&world, 0));
    // What the copy shows somebody is seen before the first part leaves.
    new.messages[0].state = sms::MessageState::Held;
    new.messages[0].reason = sms::Reason::Paused;
    let id = accept(store, new).await;
    assert_eq!(world.claim(9).await.len(), 1);
    let cancelled = store.cancel(world.account, id, at(1)).await.unwrap();
    assert_eq!(cancelled, Cancellation::Started);
    sound(store).await;
}

pub async fn a_control_copy_that_waits_ends_with_its_deleted_submission(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.control = Some(copy(&world, PRICE));
    let id = accept(store, new).await;
    let first = claim(store, world.connector, 1, at(1))
        .await
        .messages
        .remove(0);
    let taken = answer(world.connector, first.id, &[(0, "1")], Rest::Nothing, at(2));
    store.record_answers(vec![taken]).await.unwrap();
    let deleted = store.delete(world.account, id, at(3)).await.unwrap();
    assert_eq!(deleted, Deletion::Deleted);
    assert_eq!(world.claim(9).await, []);
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}
