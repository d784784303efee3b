//! Promises about what is accepted once only.

use sms::{Msisdn, Reason};

use super::contacts::fill;
use super::expansions::to_list;
use super::world::{PLENTY, PRICE, World, account, all, at, sound};
use crate::submissions::{Acceptance, NewSubmission, Once};
use crate::{ConnectorId, MessageId, Store, SubmissionId};

/// Names something for ever.
const fn for_ever(key: u8) -> Once {
    Once {
        key: [key; 16],
        until: None,
    }
}

/// Names something until so many milliseconds after the promise began.
fn until(key: u8, millis: i64) -> Once {
    Once {
        until: Some(at(millis)),
        ..for_ever(key)
    }
}

/// A submission that is accepted once only.
fn named(world: &World<'_>, once: Once) -> NewSubmission {
    NewSubmission {
        once: Some(once),
        ..world.submission(1)
    }
}

/// A submission of messages each of which is accepted once only, where it has a key.
fn messages(world: &World<'_>, keys: &[Option<u8>]) -> NewSubmission {
    let mut new = world.submission(keys.len());
    for (message, key) in new.messages.iter_mut().zip(keys) {
        message.once = key.map(for_ever);
    }
    new
}

/// Tells what was accepted: the submission, its first message and the positions that were left out.
async fn accepted(store: &dyn Store, new: NewSubmission) -> (SubmissionId, MessageId, Vec<usize>) {
    match store.accept(new).await.unwrap() {
        Acceptance::Accepted {
            submission,
            first_message,
            repeated,
            ..
        } => (submission, first_message, repeated),
        other => panic!("not accepted: {other:?}"),
    }
}

async fn is_repeated(store: &dyn Store, new: NewSubmission, submission: SubmissionId) {
    let answer = store.accept(new).await.unwrap();
    assert_eq!(answer, Acceptance::Repeated { submission });
}

pub async fn what_is_accepted_once_is_not_written_again(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (first, ..) = accepted(store, named(&world, for_ever(1))).await;
    let before = world.book().await;
    // What it says besides makes no difference.
    let again = NewSubmission {
        text: "another text".into(),
        created_at: at(i64::from(u32::MAX)),
        ..named(&world, for_ever(1))
    };
    is_repeated(store, again, first).await;
    assert_eq!(world.book().await, before);
    assert_eq!(store.audit().await.unwrap().messages, 1);
    assert_eq!(store.waiting(world.connector, 9).await.unwrap(), [0, 1, 0]);
    let (other, next, _) = accepted(store, named(&world, for_ever(2))).await;
    assert_eq!(other.0, first.0 + 1, "no number is lost to what repeats");
    assert_eq!(world.messages(other).await[0].id, next);
    sound(store).await;
}

pub async fn a_campaign_is_accepted_once_like_any_submission(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let list = fill(store, world.account, 3).await;
    let new = NewSubmission {
        once: Some(for_ever(1)),
        ..to_list(&world, list, PRICE).await
    };
    let (first, ..) = accepted(store, new.clone()).await;
    is_repeated(store, new, first).await;
    let expansions = store.expansions(None, 9).await.unwrap();
    assert_eq!(expansions.len(), 1);
    assert_eq!(world.book().await.held, 3 * PRICE);
}

pub async fn of_many_at_once_exactly_one_is_accepted(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let requests = (0..64).map(|index| {
        let new = if index % 2 == 0 {
            named(&world, for_ever(1))
        } else {
            messages(&world, &[Some(2)])
        };
        store.accept(new)
    });
    let mut accepted = Vec::new();
    let mut repeated = Vec::new();
    for answer in all(requests).await {
        match answer.unwrap() {
            Acceptance::Accepted { submission, .. } => accepted.push(submission),
            Acceptance::Repeated { submission } => repeated.push(submission),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((accepted.len(), repeated.len()), (2, 62));
    assert!(repeated.iter().all(|id| accepted.contains(id)));
    assert_eq!(world.book().await.held, 2 * PRICE);
    sound(store).await;
}

pub async fn that_it_repeats_is_said_before_all_else(store: &dyn Store) {
    let world = World::new(store, PRICE).await;
    let (first, ..) = accepted(store, named(&world, for_ever(1))).await;
    is_repeated(store, named(&world, for_ever(1)), first).await;
    let number = Msisdn::parse("380670000000").unwrap();
    let stopped = store.stop(world.account, number, None, "", at(0)).await;
    stopped.unwrap();
    is_repeated(store, named(&world, for_ever(1)), first).await;
    let mut elsewhere = named(&world, for_ever(1));
    elsewhere.messages[0].connector = Some(ConnectorId(99));
    is_repeated(store, elsewhere, first).await;
}

pub async fn what_is_named_for_a_while_is_accepted_again_after_it(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let sent = |millis: i64| NewSubmission {
        created_at: at(millis),
        ..named(&world, until(1, millis + 100))
    };
    let (first, ..) = accepted(store, sent(0)).await;
    is_repeated(store, sent(99), first).await;
    let (second, ..) = accepted(store, sent(100)).await;
    is_repeated(store, sent(199), second).await;
    accepted(store, sent(200)).await;
    // Also when it is named for ever from now on.
    let (last, ..) = accepted(
        store,
        NewSubmission {
            created_at: at(300),
            ..named(&world, for_ever(1))
        },
    )
    .await;
    is_repeated(store, sent(i64::from(u32::MAX)), last).await;
}

pub async fn a_message_that_repeats_another_is_left_out(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let (first, ..) = accepted(store, messages(&world, &[Some(1), Some(2)])).await;
    let new = messages(&world, &[Some(3), Some(2), None, Some(1), Some(4)]);
    let answer = store.accept(new.clone()).await.unwrap();
    let Acceptance::Accepted {
        submission,
        price_micros,
        segments,
        first_message,
        repeated,
    } = answer
    else {
        panic!("{answer:?}")
    };
    assert_eq!(repeated, [1, 3]);
    assert_eq!((segments, price_micros), (3, 3 * PRICE));
    let written = world.messages(submission).await;
    let numbers = written.iter().map(|message| message.id.0);
    assert!(numbers.eq(first_message.0..first_message.0 + 3));
    let recipients = written.iter().map(|message| message.recipient.as_str());
    assert!(
        recipients.eq([0, 2, 4].map(|index| new.messages[index]
            .recipient
            .as_ref()
            .unwrap()
            .as_str()))
    );
    // One that names nothing is new each time.
    let (_, _, repeated) = accepted(store, new).await;
    assert_eq!(repeated, [0, 1, 3, 4]);
    is_repeated(store, messages(&world, &[Some(2), Some(4)]), first).await;
    sound(store).await;
}

pub async fn of_messages_that_repeat_each_other_the_first_is_written(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let new = messages(&world, &[Some(1), Some(2), Some(1), Some(1)]);
    let (id, _, repeated) = accepted(store, new).await;
    assert_eq!(repeated, [2, 3]);
    let written = world.messages(id).await;
    let recipients: Vec<_> = written.iter().map(|m| m.recipient.as_str()).collect();
    assert_eq!(recipients, ["380670000000", "380670000001"]);
    is_repeated(store, messages(&world, &[Some(2), Some(2), Some(1)]), id).await;
    sound(store).await;
}

pub async fn what_can_never_leave_is_not_taken_for_a_repetition(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let stopped = Msisdn::parse("380670000001").unwrap();
    let id = store.stop(world.account, stopped, None, "", at(0)).await;
    let crate::stop_list::Stopped::Added(stop) = id.unwrap() else {
        panic!("the list was empty")
    };
    // The second number is on the stop list, the third is no number.
    let new = || {
        let mut new = messages(&world, &[Some(1), Some(2), Some(3)]);
        let invalid = &mut new.messages[2];
        invalid.recipient = None;
        invalid.given = Some("nobody".into());
        (invalid.segments, invalid.price_micros, invalid.connector) = (0, 0, None);
        (invalid.state, invalid.reason) = (sms::MessageState::InvalidNumber, Reason::NotANumber);
        new
    };
    let (first, _, repeated) = accepted(store, new()).await;
    assert_eq!((world.messages(first).await.len(), repeated), (3, vec![]));
    // Sent again as it is, the whole repeats: what the stop list keeps back could not leave then, and cannot now.
    is_repeated(store, new(), first).await;
    // Nor is the invalid one a reason to write it.
    store.remove_stop(world.account, stop).await.unwrap();
    let (second, _, repeated) = accepted(store, new()).await;
    assert_eq!(repeated, [0], "the others have used nothing up");
    let states = world.messages(second).await;
    let states: Vec<_> = states.iter().map(|message| message.reason).collect();
    assert_eq!(states, [Reason::None, Reason::NotANumber]);
    is_repeated(store, new(), first).await;
    sound(store).await;
}

pub async fn what_is_refused_uses_nothing_up(store: &dyn Store) {
    let world = World::new(store, PRICE - 1).await;
    let new = || NewSubmission {
        once: Some(for_ever(1)),
        ..messages(&world, &[Some(2)])
    };
    let poor = store.accept(new()).await.unwrap();
    assert!(matches!(poor, Acceptance::Insufficient { .. }), "{poor:?}");
    let topped_up = store.top_up(world.account, 1, "", at(0)).await;
    topped_up.unwrap();
    let mut elsewhere = new();
    elsewhere.messages[0].connector = Some(ConnectorId(99));
    assert!(store.accept(elsewhere).await.unwrap_err().is_conflict());
    // This one fails when its keys could have been written.
    let mut broken = new();
    broken.messages[0].connector = None;
    store.accept(broken).await.unwrap_err();
    accepted(store, new()).await;
    sound(store).await;
}

pub async fn a_test_tells_what_repeats_and_uses_nothing_up(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let new = |test| NewSubmission {
        once: Some(for_ever(1)),
        test,
        ..messages(&world, &[Some(2)])
    };
    accepted(store, new(true)).await;
    accepted(store, new(true)).await;
    let (real, ..) = accepted(store, new(false)).await;
    is_repeated(store, new(true), real).await;
    sound(store).await;
}

pub async fn what_one_account_names_is_nothing_to_another(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    accepted(store, named(&world, for_ever(1))).await;
    let theirs = NewSubmission {
        account: other,
        ..named(&world, for_ever(1))
    };
    accepted(store, theirs).await;
}

pub async fn what_may_be_accepted_again_is_forgotten_step_by_step(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for key in 0..5 {
        accepted(store, named(&world, until(key, i64::from(key)))).await;
    }
    let (first, ..) = accepted(store, named(&world, for_ever(9))).await;
    let forget = async |now, limit| store.forget_once(at(now), limit).await.unwrap();
    // What is over already when it is accepted is over.
    assert_eq!(forget(-1, 9).await, 0);
    assert_eq!((forget(3, 3).await, forget(3, 3).await), (3, 1));
    assert_eq!((forget(3, 3).await, forget(9, 3).await), (0, 1));
    assert_eq!(forget(i64::from(u32::MAX), 9).await, 0);
    is_repeated(store, named(&world, for_ever(9)), first).await;
}
