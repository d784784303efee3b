//! Promises about counting the messages of large submissions.

use sms::{MessageState, Outcome, Reason, Tally};

use super::expansions::tally;
use super::world::{HOUR, LIFETIME, PLENTY, World, accept, answer, at, receipt, sound};
use crate::Store;
use crate::queue::{DoubtPolicy, Rest};

/// More messages than a store may count one by one each time somebody asks.
const MANY: usize = 1_200;

pub async fn the_tally_of_a_large_submission_equals_a_recount(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(MANY);
    for message in new.messages.iter_mut().skip(1_100) {
        message.state = MessageState::Held;
        message.reason = Reason::Scheduled;
    }
    new.start_at = Some(at(0));
    let id = accept(store, new).await;
    let recounted = async |after: &str| {
        let mut recount = Tally::new();
        for message in world.messages(id).await {
            if message.submitted_at.is_some() {
                recount.add_taken(message.state, message.reason, 1);
            } else {
                recount.add(message.state, message.reason, 1);
            }
        }
        assert_eq!(tally(&world, id).await, recount, "after {after}");
        sound(store).await;
    };
    recounted("acceptance").await;
    store.release_due(at(1), 50).await.unwrap();
    recounted("release").await;
    let claimed = world.claim_at(600, at(1)).await;
    let reason = Reason::UpstreamRefused;
    let rest = |index: usize| match index % 6 {
        0..3 => (true, Rest::Nothing),
        3 => (false, Rest::Refused(reason)),
        4 => (
            false,
            Rest::Unknown {
                reason: Reason::SessionLost,
                resend_at: None,
            },
        ),
        _ => (
            false,
            Rest::Retry {
                reason: Reason::Throttled,
                due_at: at(2),
                attempt_used: true,
            },
        ),
    };
    // The last hundred stay on lease.
    let mut ids = Vec::new();
    for (index, &message) in claimed.iter().enumerate().take(500) {
        let (taken, rest) = rest(index);
        let upstream = format!("{index}");
        let accepted: Vec<_> = taken
            .then_some((0, upstream.as_str()))
            .into_iter()
            .collect();
        let answer = answer(world.connector, message, &accepted, rest, at(2));
        store.record_answers(vec![answer]).await.unwrap();
        if taken {
            ids.push(upstream);
        }
    }
    recounted("answers").await;
    for (index, id) in ids.iter().enumerate().take(120) {
        let outcome = match index % 3 {
            0 => Outcome::Delivered,
            1 => Outcome::Undelivered(Reason::AbsentSubscriber),
            _ => Outcome::Rejected(reason),
        };
        let receipt = receipt(world.connector, &[id], Some(outcome), at(3));
        world.receipts(vec![receipt]).await;
    }
    recounted("receipts").await;
    let policy = DoubtPolicy::Resend { max_resends: 1 };
    let recovered = store.recover(world.connector, policy, at(4)).await.unwrap();
    assert_eq!(recovered.resent, 100);
    recounted("recovery").await;
    store.sweep(at(LIFETIME), HOUR, 300).await.unwrap();
    recounted("one sweep").await;
    for _ in 0..20 {
        store.sweep(at(LIFETIME + HOUR), HOUR, 300).await.unwrap();
    }
    recounted("sweeps").await;
    assert!(tally(&world, id).await.is_final());
}
