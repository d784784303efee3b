//! Promises about long messages: their segments are taken and reported one by one, in any order.

use sms::{MessageState, Outcome, Reason};

use super::world::{HOUR, PLENTY, PRICE, World, at, sound};
use crate::Store;
use crate::queue::Rest;

const ABSENT: Outcome = Outcome::Undelivered(Reason::AbsentSubscriber);
const DELIVERED: (MessageState, Reason) = (MessageState::Delivered, Reason::None);

/// Every order of three segments.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

pub async fn segments_taken_late_and_in_time_make_a_submitted_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let unknown = Rest::Unknown {
        reason: Reason::SessionLost,
        resend_at: None,
    };
    sent.answer(&[(0, "1")], unknown, at(10)).await;
    sent.answer(&[(1, "2")], Rest::Nothing, at(11)).await;
    assert_eq!(sent.state().await.0, MessageState::Submitted);
    assert_eq!(world.book().await.charged, 2 * PRICE);
    sound(store).await;
}

pub async fn a_receipt_keeps_a_message_queued_again_from_leaving_twice(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let resend = Rest::Unknown {
        reason: Reason::SessionLost,
        resend_at: Some(at(10)),
    };
    sent.answer(&[], resend, at(10)).await;
    sent.answer(&[(0, "1")], Rest::Late, at(11)).await;
    sent.receipt("1", Outcome::Delivered, at(12)).await;
    assert_eq!(
        sent.state().await.0,
        MessageState::Queued,
        "the other segment may not have left"
    );
    sent.answer(&[(1, "2")], Rest::Late, at(13)).await;
    assert_eq!(store.waiting(world.connector, 10).await.unwrap(), [0; 3]);
    sent.receipt("2", Outcome::Delivered, at(14)).await;
    assert_eq!(sent.state().await, DELIVERED);
    assert_eq!(world.book().await.charged, 2 * PRICE);
    sound(store).await;
}

pub async fn a_message_is_delivered_when_all_its_segments_are(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(3).await;
    sent.answer(&[(0, "a"), (1, "b"), (2, "c")], Rest::Nothing, at(10))
        .await;
    for (id, now) in [("b", 20), ("a", 30)] {
        sent.receipt(id, Outcome::Delivered, at(now)).await;
        assert_eq!(sent.state().await.0, MessageState::Submitted);
    }
    sent.receipt("c", Outcome::Delivered, at(40)).await;
    assert_eq!(sent.state().await, DELIVERED);
    assert_eq!(sent.now().await.done_at, Some(at(40)));
}

pub async fn the_end_of_a_long_message_does_not_depend_on_the_order_of_its_receipts(
    store: &dyn Store,
) {
    let world = World::new(store, PLENTY).await;
    let rejected = Outcome::Rejected(Reason::Spam);
    let mut run = 0;
    for outcomes in [
        [Outcome::Delivered, Outcome::Delivered, ABSENT],
        [Outcome::Delivered, ABSENT, Outcome::Expired],
        [Outcome::Delivered, Outcome::Expired, Outcome::Expired],
        [ABSENT, Outcome::Expired, rejected],
        [ABSENT, ABSENT, Outcome::Deleted],
    ] {
        let mut ends = Vec::new();
        for order in ORDERS {
            // The answer comes first, between two receipts, or last.
            for answered_before in 0..=3 {
                run += 1;
                let ids = [0, 1, 2].map(|segment| format!("{run}-{segment}"));
                let sent = world.leased(3).await;
                let accepted = [(0, &*ids[0]), (1, &*ids[1]), (2, &*ids[2])];
                for (step, &segment) in order.iter().enumerate() {
                    if step == answered_before {
                        sent.answer(&accepted, Rest::Nothing, at(10)).await;
                    }
                    sent.receipt(&ids[segment], outcomes[segment], at(10)).await;
                }
                if answered_before == 3 {
                    sent.answer(&accepted, Rest::Nothing, at(10)).await;
                }
                ends.push((sent.state().await, order, answered_before));
            }
        }
        for end in &ends {
            assert_eq!(end.0, ends[0].0, "{outcomes:?}: {end:?} and {:?}", ends[0]);
            assert!(end.0.0.is_final(), "{outcomes:?}: {end:?}");
        }
    }
    sound(store).await;
}

pub async fn a_late_delivery_of_the_missing_segment_completes_the_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    sent.answer(&[(0, "a"), (1, "b")], Rest::Nothing, at(10))
        .await;
    sent.receipt("a", Outcome::Delivered, at(20)).await;
    sent.receipt("b", ABSENT, at(30)).await;
    let partly = (MessageState::Undelivered, Reason::PartlyDelivered);
    assert_eq!(sent.state().await, partly);
    sent.receipt("b", Outcome::Delivered, at(HOUR)).await;
    assert_eq!(sent.state().await, DELIVERED);
    sound(store).await;
}

pub async fn a_receipt_for_an_ended_message_moves_no_money(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(2).await;
    let refused = Rest::Refused(Reason::UpstreamRefused);
    sent.answer(&[(0, "a")], refused, at(10)).await;
    let book = world.book().await;
    sent.receipt("a", Outcome::Delivered, at(20)).await;
    let ended = (MessageState::Undelivered, Reason::PartlySubmitted);
    assert_eq!(sent.state().await, ended);
    assert_eq!(world.book().await, book);
    sound(store).await;
}
