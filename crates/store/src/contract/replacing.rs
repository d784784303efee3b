//! Promises about a waiting message that gets another text: what leaves, what it costs, and what is told of it.

use sms::{Alphabet, Form, MessageState, Reason};

use super::waiting::{each_wait, only};
use super::world::{
    HOUR, LIFETIME, PLENTY, PRICE, World, accept, account, at, claim, long, sound, submission,
};
use crate::notices::Tells;
use crate::queue::Rest;
use crate::submissions::Message;
use crate::waiting::{Change, Replacement};
use crate::{MessageId, Store, SubmissionId};

/// A text of so many segments, at their price.
pub(super) fn by(text: &str, segments: u16) -> Replacement {
    Replacement {
        text: text.into(),
        segments,
        price_micros: PRICE * i64::from(segments),
        start_at: None,
        expires_at: None,
        tells: Tells::default(),
    }
}

pub(super) async fn replace(
    world: &World<'_>,
    message: MessageId,
    by: Replacement,
    millis: i64,
) -> Change {
    let form = Form::default();
    let replaced = world
        .store
        .replace_message(world.account, message, form, by, at(millis));
    replaced.await.unwrap()
}

pub(super) async fn now(world: &World<'_>, submission: SubmissionId) -> Message {
    world.messages(submission).await.remove(0)
}

pub async fn a_replaced_message_leaves_with_its_new_text_at_its_new_price(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(1);
    new.messages[0].variables = Some("1;2".into());
    let id = accept(store, new).await;
    let message = only(&world, id).await;
    let ucs2 = Form {
        alphabet: Alphabet::Ucs2,
        ..Form::default()
    };
    for (text, segments, now_at) in [("longer", 3, 10), ("%1%", 2, 20), ("%1%", 2, 30)] {
        let replacement = by(text, segments);
        let replaced = store.replace_message(world.account, message, ucs2, replacement, at(now_at));
        assert_eq!(replaced.await.unwrap(), Change::Done);
        let now = now(&world, id).await;
        assert_eq!((now.id, now.text.as_deref()), (message, Some(text)));
        assert_eq!(now.segments, segments);
        assert_eq!(now.price_micros, PRICE * i64::from(segments));
        assert_eq!(
            (now.state, now.reason),
            (MessageState::Queued, Reason::None)
        );
        let book = world.book().await;
        assert_eq!(book.held, PRICE * i64::from(segments));
        assert_eq!(book.available, PLENTY - book.held);
        sound(store).await;
    }
    let price = store.submission(world.account, id).await.unwrap();
    assert_eq!(price.unwrap().price_micros, 2 * PRICE);

    let claimed = claim(store, world.connector, 9, at(40)).await.messages;
    let [leaving] = claimed.as_slice() else {
        panic!("{claimed:?}")
    };
    assert_eq!((&*leaving.text, leaving.segments), ("%1%", 2));
    assert_eq!((leaving.form, &leaving.variables), (ucs2, &None));
    let sent = super::world::Sent {
        world: &world,
        submission: id,
        message,
    };
    let all = [(0, "1"), (1, "2")];
    sent.answer(&all, Rest::Nothing, at(50)).await;
    let book = world.book().await;
    assert_eq!((book.held, book.charged), (0, 2 * PRICE));
    sound(store).await;
}

pub async fn a_replaced_message_that_is_cancelled_gives_its_new_price_back(store: &dyn Store) {
    let world = World::new(store, 5 * PRICE).await;
    for segments in [1, 4, 2] {
        let id = accept(store, long(world.submission(1), 2)).await;
        let message = only(&world, id).await;
        let replaced = replace(&world, message, by("new", segments), 10).await;
        assert_eq!(replaced, Change::Done);
        sound(store).await;
        let cancelled = store.cancel_message(world.account, message, at(20));
        assert_eq!(cancelled.await.unwrap(), Change::Done);
        let book = world.book().await;
        assert_eq!((book.available, book.held), (5 * PRICE, 0));
        sound(store).await;
    }
}

pub async fn the_balance_must_cover_what_a_replacement_costs_more(store: &dyn Store) {
    let world = World::new(store, 3 * PRICE).await;
    let id = world.accept(1).await;
    let message = only(&world, id).await;
    let insufficient = Change::Insufficient {
        available_micros: 2 * PRICE,
    };
    let dear = replace(&world, message, by("dear", 4), 10).await;
    assert_eq!(dear, insufficient);
    let unchanged = now(&world, id).await;
    assert_eq!((unchanged.text, unchanged.segments), (None, 1));
    assert_eq!(world.book().await.held, PRICE);
    // To the last unit; and what costs less needs nothing.
    let all = replace(&world, message, by("all", 3), 20).await;
    assert_eq!(all, Change::Done);
    assert_eq!(world.book().await.available, 0);
    let one_more = Replacement {
        price_micros: 3 * PRICE + 1,
        ..by("one more", 3)
    };
    let insufficient = Change::Insufficient {
        available_micros: 0,
    };
    assert_eq!(replace(&world, message, one_more, 30).await, insufficient);
    store.top_up(world.account, -9, "", at(30)).await.unwrap();
    let less = replace(&world, message, by("less", 2), 40).await;
    assert_eq!(less, Change::Done);
    assert_eq!(world.book().await.available, PRICE - 9);
    sound(store).await;
}

pub async fn a_price_that_makes_no_sense_is_refused(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(1).await;
    let message = only(&world, id).await;
    for price_micros in [-1, i64::MIN] {
        let replacement = Replacement {
            price_micros,
            ..by("new", 1)
        };
        let form = Form::default();
        let refused = store.replace_message(world.account, message, form, replacement, at(10));
        assert!(refused.await.is_err());
    }
    let replacement = Replacement {
        price_micros: i64::MAX,
        ..by("new", 1)
    };
    let dear = replace(&world, message, replacement, 10).await;
    assert!(matches!(dear, Change::Insufficient { .. }), "{dear:?}");
    assert_eq!(world.book().await.held, PRICE);
    sound(store).await;
}

pub async fn a_message_is_replaced_whatever_it_waits_for_and_waits_on(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    for (what, submission, message) in each_wait(&world).await {
        let before = now(&world, submission).await;
        let replaced = replace(&world, message, by("new", 2), 20).await;
        assert_eq!(replaced, Change::Done, "{what}");
        let after = now(&world, submission).await;
        assert_eq!((after.state, after.reason), (before.state, before.reason));
        assert_eq!(after.changed_at, before.changed_at, "{what}");
        sound(store).await;
    }
    let soon: Vec<_> = claim(store, world.connector, 99, at(20)).await.messages;
    assert_eq!(soon.len(), 2, "those whose turn it was");
    store.release_due(at(HOUR), 9).await.unwrap();
    let later = claim(store, world.connector, 99, at(HOUR)).await.messages;
    assert_eq!(later.len(), 2, "the one put off and the one scheduled");
    assert!(
        soon.iter()
            .chain(&later)
            .all(|message| &*message.text == "new")
    );
}

pub async fn what_has_left_or_may_have_is_not_replaced(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let leased = world.leased(1).await;
    let taken = world.leased(1).await;
    taken.answer(&[(0, "1")], Rest::Nothing, at(10)).await;
    let in_part = world.leased(2).await;
    let later = Rest::Retry {
        reason: Reason::NetworkError,
        due_at: at(HOUR),
        attempt_used: true,
    };
    in_part.answer(&[(0, "2")], later, at(10)).await;
    let sent_again = world.leased(1).await;
    let unknown = Rest::Unknown {
        reason: Reason::ResponseTimeout,
        resend_at: Some(at(10)),
    };
    sent_again.answer(&[], unknown, at(10)).await;
    let book = world.book().await;
    for sent in [&leased, &taken, &in_part, &sent_again] {
        let replaced = replace(&world, sent.message, by("new", 3), 20).await;
        assert_eq!(replaced, Change::TooLate);
        let now = sent.now().await;
        assert_eq!(now.text, None);
    }
    let cancelled = world.accept(1).await;
    let message = only(&world, cancelled).await;
    let done = store.cancel_message(world.account, message, at(20)).await;
    assert_eq!(done.unwrap(), Change::Done);
    let replaced = replace(&world, message, by("new", 3), 30).await;
    assert_eq!(replaced, Change::TooLate);
    assert_eq!(world.book().await, book);
    sound(store).await;
}

pub async fn a_message_whose_time_is_over_is_not_replaced(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let id = world.accept(1).await;
    let message = only(&world, id).await;
    let longer = Replacement {
        expires_at: Some(at(2 * LIFETIME)),
        ..by("new", 1)
    };
    // The sweep has yet to see it.
    let late = replace(&world, message, longer.clone(), LIFETIME).await;
    assert_eq!(late, Change::TooLate);
    let in_time = replace(&world, message, longer, LIFETIME - 1).await;
    assert_eq!(in_time, Change::Done);
    store.sweep(at(LIFETIME), HOUR, 9).await.unwrap();
    assert_eq!(world.claim_at(1, at(LIFETIME)).await, [message]);
}

pub async fn only_a_message_that_is_alone_is_replaced(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let of_two = world.accept(2).await;
    let mut copied = world.submission(1);
    copied.control = Some(world.submission(1).messages.remove(0));
    let copied = accept(store, copied).await;
    for id in [of_two, copied] {
        let message = only(&world, id).await;
        let replaced = replace(&world, message, by("new", 1), 10).await;
        assert_eq!(replaced, Change::TooLate);
    }
    let mut tried = world.submission(1);
    tried.test = true;
    (tried.messages[0].state, tried.messages[0].reason) = (MessageState::Held, Reason::TestMode);
    let tried = accept(store, tried).await;
    let tried = only(&world, tried).await;
    let replaced = replace(&world, tried, by("new", 3), 10).await;
    assert_eq!(replaced, Change::TooLate);
    sound(store).await;
}

pub async fn nobody_replaces_anothers_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let other = account(store, "other", PLENTY).await;
    let foreign = accept(store, submission(other, world.connector, 1)).await;
    let foreign = store.messages(other, foreign, None, None, 1).await.unwrap();
    let foreign = foreign[0].id;
    for message in [foreign, MessageId(foreign.0 + 1000)] {
        let replaced = replace(&world, message, by("new", 1), 10).await;
        assert_eq!(replaced, Change::Unknown);
    }
    let unchanged = store.messages_by_id(other, vec![foreign]).await.unwrap();
    assert_eq!(unchanged[0].text, "text");
}

pub async fn a_replacement_says_what_is_noticed_and_leaves_the_callback(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let ends = Tells::DELIVERED.with(Tells::NOT_DELIVERED);
    for (before, after, callbacks, notices) in [
        (Tells::CALLBACK, ends, 1, 1),
        (ends, Tells::default(), 0, 0),
        (Tells::CALLBACK.with(ends), Tells::DELIVERED, 1, 0),
        (Tells::default(), Tells::CALLBACK, 0, 0),
        (Tells::DELIVERED, Tells::NOT_DELIVERED, 0, 1),
    ] {
        let mut new = world.submission(1);
        new.tells = before;
        let id = accept(store, new).await;
        let message = only(&world, id).await;
        let replacement = Replacement {
            tells: after,
            ..by("new", 1)
        };
        assert_eq!(
            replace(&world, message, replacement, 10).await,
            Change::Done
        );
        let told = async || {
            let callbacks = store.callback_count(world.account).await.unwrap();
            let notices = store.notice_count(world.account).await.unwrap();
            (callbacks.waiting, notices.waiting)
        };
        let (called, noticed) = told().await;
        let cancelled = store.cancel_message(world.account, message, at(20));
        assert_eq!(cancelled.await.unwrap(), Change::Done);
        let expected = (called + callbacks, noticed + notices);
        assert_eq!(told().await, expected, "{before:?}, then {after:?}");
    }
}
