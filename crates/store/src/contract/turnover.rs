//! Promises about turnover: what an account spent and was given in some time.

use sms::Timestamp;

use super::world::{HOUR, LIFETIME, PLENTY, PRICE, World, accept, account, answer, at, long};
use crate::Store;
use crate::ledger::Turnover;
use crate::queue::Rest;

fn nothing_before(until: Timestamp) -> (Timestamp, Timestamp) {
    (at(i64::MIN / 2), until)
}

pub async fn turnover_counts_what_an_upstream_took(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    // Of five messages of two segments one is refused, one waits.
    let mut new = long(world.submission(5), 2);
    (new.created_at, new.expires_at) = (at(HOUR), at(HOUR + LIFETIME));
    accept(store, new).await;
    let claimed = world.claim_at(8, at(HOUR)).await;
    let (refused, taken) = claimed.split_last().unwrap();
    let taken = taken.iter().map(|id| {
        answer(
            world.connector,
            *id,
            &[(0, "1"), (1, "2")],
            Rest::Nothing,
            at(2 * HOUR),
        )
    });
    let spam = Rest::Refused(sms::Reason::Spam);
    let refused = answer(world.connector, *refused, &[], spam, at(2 * HOUR));
    store
        .record_answers(taken.chain([refused]).collect())
        .await
        .unwrap();

    let of = async |from, until| store.turnover(world.account, from, until).await.unwrap();
    let spent = Turnover {
        messages: 3,
        segments: 6,
        charged_micros: 6 * PRICE,
        brought_micros: 0,
    };
    // When they were accepted counts, not when they were taken; the end is not in it.
    assert_eq!(of(at(HOUR), at(HOUR + 1)).await, spent);
    assert_eq!(of(at(HOUR + 1), at(9 * HOUR)).await, Turnover::default());
    assert_eq!(of(at(1), at(HOUR)).await, Turnover::default());
}

pub async fn turnover_counts_what_came_and_went_by_people(store: &dyn Store) {
    let world = World::new(store, 0).await;
    let other = account(store, "other", PLENTY).await;
    store
        .top_up(world.account, 1_000, "", at(HOUR))
        .await
        .unwrap();
    store
        .top_up(world.account, -100, "", at(HOUR))
        .await
        .unwrap();
    store
        .transfer(other, world.account, PRICE, "", at(HOUR))
        .await
        .unwrap();
    store
        .transfer(world.account, other, 300, "", at(2 * HOUR))
        .await
        .unwrap();
    // A hold is nothing that came or went.
    world.accept(1).await;
    let of = async |(from, until)| {
        let turnover = store.turnover(world.account, from, until).await.unwrap();
        assert_eq!((turnover.messages, turnover.charged_micros), (0, 0));
        turnover.brought_micros
    };
    assert_eq!(of(nothing_before(at(HOUR))).await, 0);
    assert_eq!(of(nothing_before(at(HOUR + 1))).await, 900 + PRICE);
    assert_eq!(of((at(HOUR + 1), at(9 * HOUR))).await, -300);
}

pub async fn turnover_of_nobody_is_nothing(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    world.accept(1).await;
    let nobody = crate::AccountId(77);
    let turnover = store.turnover(nobody, at(0), at(HOUR)).await.unwrap();
    assert_eq!(turnover, Turnover::default());
}
