//! Promises about submissions that are cancelled, deleted, paused, or taken for spam.

use sms::{CampaignState, MessageState, Reason};

use super::expansions::{campaign, go, stand, tally};
use super::world::{
    HOUR, LIFETIME, PLENTY, PRICE, World, accept, account, answer, at, claim, scheduled, sound,
};
use crate::campaigns::{Cancellation, Deletion, Halt, Stepped};
use crate::queue::Rest;
use crate::{Store, SubmissionId};

async fn cancel(world: &World<'_>, id: SubmissionId) -> Cancellation {
    let cancelled = world.store.cancel(world.account, id, at(1));
    cancelled.await.unwrap()
}

async fn delete(world: &World<'_>, id: SubmissionId) -> Deletion {
    let deleted = world.store.delete(world.account, id, at(1));
    deleted.await.unwrap()
}

/// Lets everything follow that has yet to.
async fn follow(store: &dyn Store) {
    while store.follow_halts(at(2), 100).await.unwrap() > 0 {}
}

/// Asserts that all so many messages of the submission are, and are seen, there.
async fn all_are(
    world: &World<'_>,
    id: SubmissionId,
    messages: usize,
    place: (MessageState, Reason),
) {
    let there = world.messages(id).await;
    let places = there.iter().map(|message| (message.state, message.reason));
    assert!(places.eq(std::iter::repeat_n(place, messages)), "{there:?}");
    assert_eq!(tally(world, id).await.count(place.0), messages as u64);
}

const CANCELLED: (MessageState, Reason) = (MessageState::Cancelled, Reason::CancelledByAccount);
const PAUSED: (MessageState, Reason) = (MessageState::Held, Reason::Paused);
const QUEUED: (MessageState, Reason) = (MessageState::Queued, Reason::None);

pub async fn a_cancelled_submission_is_released_and_leaves_nothing_to_claim(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let queued = world.accept(3).await;
    let held = accept(store, scheduled(world.submission(2), at(HOUR))).await;
    for (id, messages) in [(queued, 3), (held, 2)] {
        assert_eq!(cancel(&world, id).await, Cancellation::Cancelled);
        all_are(&world, id, messages, CANCELLED).await;
        assert_eq!(
            cancel(&world, id).await,
            Cancellation::Started,
            "it has ended"
        );
    }
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 0);
    assert_eq!(world.claim_at(9, at(HOUR)).await, []);
    assert_eq!(store.waiting(world.connector, 9).await.unwrap(), [0; 3]);
    assert_eq!(world.book().await.available, PLENTY);
    sound(store).await;
}

pub async fn a_large_cancelled_submission_ends_by_and_by(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(5_000).await;
    assert_eq!(cancel(&world, id).await, Cancellation::Cancelled);
    assert_eq!(
        tally(&world, id).await.count(MessageState::Cancelled),
        5_000
    );
    loop {
        let claimed = claim(store, world.connector, 100, at(1)).await;
        assert_eq!(claimed.messages.len(), 0);
        let followed = store.follow_halts(at(2), 500).await.unwrap();
        assert!(followed <= 500, "{followed}");
        if followed == 0 {
            break;
        }
    }
    all_are(&world, id, 5_000, CANCELLED).await;
    assert_eq!(world.book().await.held, 0);
    assert_eq!(store.waiting(world.connector, 9).await.unwrap(), [0; 3]);
    sound(store).await;
}

pub async fn a_submission_that_has_begun_to_leave_cannot_be_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(3).await;
    let leased = world.claim(1).await[0];
    assert_eq!(cancel(&world, id).await, Cancellation::Started);
    let taken = answer(world.connector, leased, &[(0, "1")], Rest::Nothing, at(1));
    store.record_answers(vec![taken]).await.unwrap();
    assert_eq!(cancel(&world, id).await, Cancellation::Started);
    assert_eq!(world.claim(9).await.len(), 2);
    sound(store).await;
}

pub async fn a_submission_that_may_have_left_in_part_cannot_be_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let stays = async |id| assert_eq!(cancel(&world, id).await, Cancellation::Started);
    let later = Rest::Retry {
        reason: Reason::Throttled,
        due_at: at(1),
        attempt_used: true,
    };
    let partly = world.leased(2).await;
    partly.answer(&[(0, "1")], later, at(1)).await;
    stays(partly.submission).await;
    delete(&world, partly.submission).await;

    let doubted = world.leased(1).await;
    let lost = Rest::Unknown {
        reason: Reason::SessionLost,
        resend_at: Some(at(1)),
    };
    doubted.answer(&[], lost, at(1)).await;
    assert_eq!(world.claim(9).await, [doubted.message]);
    doubted.answer(&[], later, at(1)).await;
    let id = doubted.submission;
    stays(id).await;
    // A pause hides nothing of it.
    store.halt(id, Halt::Paused, at(1)).await.unwrap();
    stays(id).await;
    store.resume(id, at(1)).await.unwrap();
    stays(id).await;
    delete(&world, id).await;

    let refused_for_a_while = world.leased(1).await;
    refused_for_a_while.answer(&[], later, at(1)).await;
    let cancelled = cancel(&world, refused_for_a_while.submission).await;
    assert_eq!(cancelled, Cancellation::Cancelled);
    sound(store).await;
}

pub async fn a_submission_with_nothing_to_leave_cannot_be_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut test = scheduled(world.submission(2), at(HOUR));
    test.test = true;
    for message in &mut test.messages {
        message.reason = Reason::TestMode;
    }
    let test = accept(store, test).await;
    assert_eq!(cancel(&world, test).await, Cancellation::Started);
    assert!(!store.halt(test, Halt::Paused, at(1)).await.unwrap());
    let expired = world.accept(1).await;
    store.sweep(at(LIFETIME), HOUR, 9).await.unwrap();
    assert_eq!(cancel(&world, expired).await, Cancellation::Started);
    assert!(!store.halt(expired, Halt::Spam, at(1)).await.unwrap());
    sound(store).await;
}

pub async fn a_campaign_cancelled_while_it_expands_releases_the_rest(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 6).await;
    go(&world, id, 2, PRICE).await;
    let begun = stand(store, id).await.unwrap();
    let step = super::expansions::next_step(&world, &begun, 2, PRICE).await;
    assert_eq!(cancel(&world, id).await, Cancellation::Cancelled);
    assert_eq!(store.expand(step).await.unwrap(), Stepped::Outdated);
    assert!(stand(store, id).await.is_none());
    let tally = tally(&world, id).await;
    assert_eq!(tally.count(MessageState::Cancelled), 6);
    assert_eq!(CampaignState::of(&tally), CampaignState::Cancelled);
    assert_eq!(world.book().await.available, PLENTY);
    sound(store).await;
}

pub async fn another_accounts_submission_cannot_be_cancelled_or_deleted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", 0).await;
    let id = world.accept(1).await;
    for unknown in [id, SubmissionId(404)] {
        let cancelled = store.cancel(other, unknown, at(1)).await.unwrap();
        assert_eq!(cancelled, Cancellation::Unknown);
        let deleted = store.delete(other, unknown, at(1)).await.unwrap();
        assert_eq!(deleted, Deletion::Unknown);
    }
    all_are(&world, id, 1, QUEUED).await;
}

pub async fn a_deleted_submission_is_hidden_and_what_waits_is_cancelled(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(3).await;
    let leased = world.claim(1).await[0];
    assert_eq!(delete(&world, id).await, Deletion::Deleted);
    assert_eq!(delete(&world, id).await, Deletion::Already);
    assert_eq!(cancel(&world, id).await, Cancellation::Deleted);
    assert!(
        store
            .submissions(world.account, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .submission(world.account, id)
            .await
            .unwrap()
            .unwrap()
            .deleted
    );
    let found = store
        .submissions_by_id(world.account, vec![id])
        .await
        .unwrap();
    assert!(found[0].deleted);
    follow(store).await;

    // What is on its way ends as it will, and is charged.
    let taken = answer(world.connector, leased, &[(0, "1")], Rest::Nothing, at(2));
    store.record_answers(vec![taken]).await.unwrap();
    let tally = tally(&world, id).await;
    assert_eq!(tally.count(MessageState::Submitted), 1);
    assert_eq!(tally.count(MessageState::Cancelled), 2);
    assert_eq!(
        (world.book().await.charged, world.book().await.held),
        (PRICE, 0)
    );
    assert_eq!(world.claim(9).await, []);
    sound(store).await;
}

pub async fn a_message_given_back_after_its_submission_was_deleted_ends(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    delete(&world, sent.submission).await;
    follow(store).await;
    let retry = Rest::Retry {
        reason: Reason::Throttled,
        due_at: at(5),
        attempt_used: true,
    };
    sent.answer(&[], retry, at(3)).await;
    store.release_due(at(5), 9).await.unwrap();
    assert_eq!(world.claim_at(9, at(5)).await, []);
    assert_eq!(sent.state().await, CANCELLED);
    assert_eq!(world.book().await.held, 0);
    sound(store).await;
}

pub async fn a_finished_submission_can_be_deleted_and_keeps_its_end(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = world.leased(1).await;
    sent.answer(&[(0, "1")], Rest::Nothing, at(1)).await;
    assert_eq!(delete(&world, sent.submission).await, Deletion::Deleted);
    sent.receipt("1", sms::Outcome::Delivered, at(2)).await;
    assert_eq!(sent.state().await.0, MessageState::Delivered);
    assert_eq!(world.book().await.charged, PRICE);
    sound(store).await;
}

pub async fn a_paused_submission_lets_nothing_leave_and_goes_on_after(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(3).await;
    assert!(store.halt(id, Halt::Paused, at(1)).await.unwrap());
    assert_eq!(
        CampaignState::of(&tally(&world, id).await),
        CampaignState::Paused
    );
    follow(store).await;
    all_are(&world, id, 3, PAUSED).await;
    assert_eq!(world.claim(9).await, []);
    assert_eq!(world.book().await.held, 3 * PRICE);

    assert!(store.resume(id, at(2)).await.unwrap());
    assert!(!store.resume(id, at(2)).await.unwrap());
    follow(store).await;
    all_are(&world, id, 3, QUEUED).await;
    assert_eq!(world.claim(9).await.len(), 3);
    sound(store).await;
}

pub async fn a_pause_counts_before_its_messages_have_followed(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(5_000).await;
    store.halt(id, Halt::Paused, at(1)).await.unwrap();
    assert_eq!(tally(&world, id).await.held_by(Reason::Paused), 5_000);
    let claimed = claim(store, world.connector, 10, at(1)).await;
    assert!(claimed.messages.is_empty() && claimed.more);
    assert!(store.resume(id, at(1)).await.unwrap());
    assert_eq!(tally(&world, id).await.count(MessageState::Queued), 5_000);
    follow(store).await;
    all_are(&world, id, 5_000, QUEUED).await;
    assert_eq!(world.claim(9_000).await.len(), 5_000);
    sound(store).await;
}

pub async fn a_paused_schedule_goes_on_at_its_time(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let early = accept(store, scheduled(world.submission(1), at(HOUR))).await;
    let late = accept(store, scheduled(world.submission(1), at(HOUR))).await;
    for id in [early, late] {
        store.halt(id, Halt::Paused, at(1)).await.unwrap();
        all_are(&world, id, 1, PAUSED).await;
    }
    store.resume(early, at(2)).await.unwrap();
    all_are(&world, early, 1, (MessageState::Held, Reason::Scheduled)).await;
    assert_eq!(store.release_due(at(HOUR), 9).await.unwrap(), 1);
    store.resume(late, at(2 * HOUR)).await.unwrap();
    all_are(&world, late, 1, QUEUED).await;
    assert_eq!(world.claim_at(9, at(2 * HOUR)).await.len(), 2);
    sound(store).await;
}

pub async fn a_paused_campaign_goes_on_expanding(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (id, _) = campaign(&world, 4).await;
    go(&world, id, 2, PRICE).await;
    assert!(store.halt(id, Halt::Paused, at(1)).await.unwrap());
    assert_eq!(tally(&world, id).await.held_by(Reason::Paused), 4);
    assert_eq!(go(&world, id, 9, PRICE).await, Stepped::Written);
    all_are(&world, id, 4, PAUSED).await;
    assert_eq!(world.claim(9).await, []);
    store.resume(id, at(2)).await.unwrap();
    assert_eq!(world.claim(9).await.len(), 4);
    sound(store).await;
}

pub async fn what_is_taken_for_spam_fails_and_is_released(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (campaign, _) = campaign(&world, 4).await;
    go(&world, campaign, 2, PRICE).await;
    let paused = world.accept(3).await;
    store.halt(paused, Halt::Paused, at(1)).await.unwrap();
    for (id, messages) in [(campaign, 4), (paused, 3)] {
        assert!(store.halt(id, Halt::Spam, at(1)).await.unwrap());
        assert!(
            !store.halt(id, Halt::Paused, at(1)).await.unwrap(),
            "it is for good"
        );
        assert!(!store.resume(id, at(1)).await.unwrap());
        let tally = tally(&world, id).await;
        assert_eq!(tally.count(MessageState::Failed), messages);
        assert_eq!(CampaignState::of(&tally), CampaignState::Refused);
    }
    assert_eq!(world.claim(9).await, []);
    assert_eq!(world.book().await.available, PLENTY);
    sound(store).await;
}

pub async fn the_operator_cancels_what_waits_of_a_started_submission(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(3).await;
    let leased = world.claim(1).await[0];
    assert!(
        store
            .halt(id, Halt::CancelledByOperator, at(1))
            .await
            .unwrap()
    );
    follow(store).await;
    let taken = answer(world.connector, leased, &[(0, "1")], Rest::Nothing, at(2));
    store.record_answers(vec![taken]).await.unwrap();
    let ended = &world.messages(id).await[1];
    assert_eq!(
        (ended.state, ended.reason),
        (MessageState::Cancelled, Reason::CancelledByOperator)
    );
    let book = world.book().await;
    assert_eq!((book.charged, book.held), (PRICE, 0));
    sound(store).await;
}
