//! Single messages that have not left: cancelled, and given another text.

use gateway::{MessageId, Replace, SubmissionId, Tells};
use sms::{Currency, Form, Lane, MessageState, Money, Reason, Refusal};

use crate::world::{BALANCE, HOUR, PRICE, START, World, account, refusal};

/// A world whose only way is down, so that messages wait.
async fn waiting() -> World {
    let world = World::new().await;
    world.way().await.set_up(false);
    world
}

async fn first(world: &World, submission: SubmissionId) -> MessageId {
    world.messages(submission).await[0].id
}

fn by(world: &World, message: MessageId, text: &str) -> Replace {
    Replace {
        account: world.account,
        message,
        text: text.into(),
        form: Form::default(),
        start_at: None,
        lifetime_ms: None,
        notices: Tells::default(),
    }
}

#[tokio::test]
async fn a_cancelled_message_never_leaves_and_its_price_is_back() {
    let world = waiting().await;
    let cancelled = world.send("one").await;
    let stays = world.send("two").await;
    world.money(2, 0).await;
    let message = first(&world, cancelled).await;
    for _ in 0..2 {
        let done = world.gateway.cancel_message(world.account, message);
        done.await.unwrap();
    }
    let reason = Reason::CancelledByAccount;
    let state = world.state(cancelled).await;
    assert_eq!(state, (MessageState::Cancelled, reason));
    world.money(1, 0).await;

    let way = world.way().await;
    way.set_up(true);
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.message, first(&world, stays).await);
    way.accept(&attempt);
    let submitted = MessageState::Submitted;
    world.becomes(stays, submitted, Reason::None).await;
    assert_eq!(way.in_hand(), 0, "nothing else has come");
    world.money(0, 1).await;
}

#[tokio::test]
async fn what_has_left_or_is_anothers_is_not_changed() {
    let world = World::new().await;
    let way = world.way().await;
    let id = world.send("hello").await;
    let attempt = way.take(1).await.remove(0);
    let other = account(&world.gateway, "other", BALANCE).await;
    let none = MessageId(attempt.message.0 + 1_000);
    let message = attempt.message;
    for (account, message, expected) in [
        (world.account, message, Refusal::SubmissionStarted),
        (world.account, none, Refusal::UnknownMessage),
        (other, message, Refusal::UnknownMessage),
    ] {
        let cancelled = world.gateway.cancel_message(account, message).await;
        assert_eq!(refusal(cancelled), expected);
        let replace = Replace {
            account,
            ..by(&world, message, "new")
        };
        let replaced = world.gateway.replace_message(replace).await;
        assert_eq!(refusal(replaced), expected);
    }
    way.accept(&attempt);
    let submitted = MessageState::Submitted;
    world.becomes(id, submitted, Reason::None).await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn messages_to_a_number_are_cancelled_whatever_door_they_came_in_by() {
    let world = waiting().await;
    let mut ended = Vec::new();
    for lane in Lane::ALL {
        let mut submit = world.request(&["380670000001", "380670000002"]);
        submit.lane = lane;
        ended.push(world.gateway.submit(submit).await.unwrap().submission);
    }
    let mut later = world.request(&["380670000001"]);
    later.terms.start_at = Some(START.plus_millis(HOUR));
    ended.push(world.gateway.submit(later).await.unwrap().submission);
    let mut from = world.request(&["380670000001"]);
    from.terms.originator = "Other".into();
    let from = world.gateway.submit(from).await.unwrap().submission;
    world.money(8, 0).await;

    let cancel = async |originator: &str, number: &str| {
        let all = world
            .gateway
            .cancel_messages_to(world.account, originator, number);
        all.await
    };
    assert_eq!(cancel("Info", "+380 67 000-00-01").await.unwrap(), 4);
    assert_eq!(cancel("Info", "380670000001").await.unwrap(), 0);
    world.money(4, 0).await;
    for id in ended {
        let state = world.state(id).await.0;
        assert_eq!(state, MessageState::Cancelled);
    }
    assert_eq!(world.state(from).await.0, MessageState::Queued);
    let refused = cancel("Info", "nobody").await;
    assert_eq!(refusal(refused), Refusal::InvalidNumber);
    let refused = cancel("", "380670000001").await;
    assert_eq!(refusal(refused), Refusal::InvalidOriginator);
}

#[tokio::test]
async fn a_replaced_message_leaves_with_its_new_text_at_the_price_of_that() {
    let world = waiting().await;
    let id = world.send("hello").await;
    let message = first(&world, id).await;
    let long = "a".repeat(161);
    let replaced = world.gateway.replace_message(by(&world, message, &long));
    replaced.await.unwrap();
    world.money(2, 0).await;
    // Percent signs are percent signs.
    let replaced = world
        .gateway
        .replace_message(by(&world, message, "%1% of all"));
    replaced.await.unwrap();
    world.money(1, 0).await;
    let found = world
        .gateway
        .messages_by_id(world.account, vec![message])
        .await;
    assert_eq!(found.unwrap()[0].text, "%1% of all");

    let way = world.way().await;
    way.set_up(true);
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.message, message);
    assert_eq!(attempt.segments[0].1.octets, b"%1% of all");
    way.accept(&attempt);
    let submitted = MessageState::Submitted;
    world.becomes(id, submitted, Reason::None).await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn a_replacement_is_refused_like_a_submission_of_its_text() {
    let world = waiting().await;
    let id = world.send("hello").await;
    let message = first(&world, id).await;
    let refused = async |text: &str, form: Form| {
        let replace = Replace {
            form,
            ..by(&world, message, text)
        };
        refusal(world.gateway.replace_message(replace).await)
    };
    let as_text = Form::default();
    assert_eq!(refused("", as_text).await, Refusal::EmptyText);
    let limit = 10;
    let too_long = |segments| Refusal::TextTooLong { segments, limit };
    let eleven = "a".repeat(153 * 10 + 1);
    assert_eq!(refused(&eleven, as_text).await, too_long(11));
    let endless = "a".repeat(1_000_000);
    assert_eq!(refused(&endless, as_text).await, too_long(u16::MAX));
    let binary = Form {
        alphabet: sms::Alphabet::Binary,
        ..as_text
    };
    assert_eq!(refused("no hex", binary).await, Refusal::InvalidBinary);
    world.money(1, 0).await;
    let now = world.messages(id).await.remove(0);
    assert_eq!(now.text, None);
}

#[tokio::test]
async fn a_replacement_must_be_paid() {
    let world = waiting().await;
    let poor = account(&world.gateway, "poor", 2 * PRICE).await;
    let mut submit = world.request(&["380670000001"]);
    submit.account = poor;
    let accepted = world.gateway.submit(submit).await.unwrap();
    let messages = world
        .gateway
        .messages(poor, accepted.submission, None, None, 1);
    let message = messages.await.unwrap()[0].id;
    let replace = |text: String| Replace {
        account: poor,
        ..by(&world, message, &text)
    };
    let dear = world.gateway.replace_message(replace("a".repeat(307)));
    let money = |segments| Money::new(segments * PRICE, Currency::UAH);
    let expected = Refusal::InsufficientFunds {
        needed: money(2),
        available: money(1),
    };
    assert_eq!(refusal(dear.await), expected);
    let enough = world.gateway.replace_message(replace("a".repeat(161)));
    enough.await.unwrap();
    let balance = world.gateway.balance(poor).await.unwrap();
    assert_eq!((balance.available, balance.held), (money(0), money(2)));
    let audit = world.gateway.audit().await.unwrap();
    assert_eq!(audit.violations, []);
}

#[tokio::test]
async fn only_a_message_that_is_alone_is_replaced() {
    let world = waiting().await;
    let submit = world.request(&["380670000001", "380670000002"]);
    let id = world.gateway.submit(submit).await.unwrap().submission;
    let message = first(&world, id).await;
    let replaced = world.gateway.replace_message(by(&world, message, "new"));
    assert_eq!(refusal(replaced.await), Refusal::SubmissionStarted);
    let cancelled = world.gateway.cancel_message(world.account, message);
    cancelled.await.unwrap();
    world.money(1, 0).await;
}

#[tokio::test]
async fn a_replacement_may_put_a_message_off_and_bring_it_forward() {
    let world = World::new().await;
    let way = world.way().await;
    way.set_up(false);
    let id = world.send("hello").await;
    let message = first(&world, id).await;
    let starting = |hours: i64| Replace {
        start_at: Some(START.plus_millis(hours * HOUR)),
        ..by(&world, message, "later")
    };
    world.gateway.replace_message(starting(3)).await.unwrap();
    let scheduled = (MessageState::Held, Reason::Scheduled);
    assert_eq!(world.state(id).await, scheduled);
    way.set_up(true);
    assert_eq!(way.in_hand(), 0);

    world.gateway.replace_message(starting(-1)).await.unwrap();
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.segments[0].1.octets, b"later");
    way.accept(&attempt);
    let submitted = MessageState::Submitted;
    world.becomes(id, submitted, Reason::None).await;
    world.money(0, 1).await;
}

#[tokio::test]
async fn a_replacement_may_say_how_long_a_message_may_leave() {
    // In hours: start and lifetime as accepted, start and lifetime as replaced; when it starts and when it is over.
    for (accepted, replaced, (starts, over)) in [
        ((None, 2), (None, None), (0, 2)),
        ((None, 2), (None, Some(5)), (0, 5)),
        ((None, 2), (None, Some(1_000)), (0, 24)),
        ((Some(3), 2), (None, None), (3, 5)),
        ((Some(3), 2), (None, Some(1)), (3, 4)),
        ((Some(3), 2), (Some(6), None), (6, 8)),
        ((Some(3), 2), (Some(6), Some(1)), (6, 7)),
        ((Some(3), 2), (Some(0), None), (0, 2)),
    ] {
        let world = waiting().await;
        let after = |hours: i64| START.plus_millis(hours * HOUR);
        let mut submit = world.request(&["380670000001"]);
        submit.terms.start_at = accepted.0.map(after);
        submit.terms.lifetime_ms = Some(accepted.1 * HOUR);
        let id = world.gateway.submit(submit).await.unwrap().submission;
        let message = first(&world, id).await;
        let replace = Replace {
            start_at: replaced.0.map(after),
            lifetime_ms: replaced.1.map(|hours: i64| hours * HOUR),
            ..by(&world, message, "new")
        };
        world.gateway.replace_message(replace).await.unwrap();
        world.clock.advance_ms(starts * HOUR);
        let way = world.way().await;
        way.set_up(true);
        let attempt = way.take(1).await.remove(0);
        assert_eq!(attempt.expires_at, after(over), "{accepted:?} {replaced:?}");
    }
}
