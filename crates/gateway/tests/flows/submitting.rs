//! What is accepted, at what price, and what is refused.

use gateway::directory::{AccountSettings, Originators, RouteSettings};
use gateway::{AccountId, SubmissionId, To};
use sms::{MessageState, Money, Reason, Refusal};

use crate::world::{BALANCE, PRICE, World, account, refusal};

const NUMBER: &str = "380670000001";

fn personal(number: &str, variables: &str) -> To {
    To {
        variables: Some(variables.into()),
        ..To::number(number)
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_costs_nothing() {
    let world = World::new().await;
    let with = |change: &dyn Fn(&mut gateway::Submit)| {
        let mut submit = world.request(&[NUMBER]);
        change(&mut submit);
        submit
    };
    for (submit, expected) in [
        (
            with(&|submit| submit.account = AccountId(99)),
            Refusal::UnknownCredential,
        ),
        (
            with(&|submit| submit.terms.originator = "  ".into()),
            Refusal::EmptyOriginator,
        ),
        (
            with(&|submit| submit.terms.originator = "Far too long a name".into()),
            Refusal::InvalidOriginator,
        ),
        (
            with(&|submit| submit.terms.text = String::new()),
            Refusal::EmptyText,
        ),
        (
            with(&|submit| submit.terms.text = "a".repeat(153 * 10 + 1)),
            Refusal::TextTooLong {
                segments: 11,
                limit: 10,
            },
        ),
        (
            with(&|submit| submit.recipients.clear()),
            Refusal::NoValidRecipients,
        ),
        (world.request(&["abc", ""]), Refusal::NoValidRecipients),
        (
            world.request(&[NUMBER; 51]),
            Refusal::TooManyRecipients { limit: 50 },
        ),
        (world.request(&["12025550123"]), Refusal::NoPrice),
        (world.request(&["48501234567"]), Refusal::NoRoute),
    ] {
        assert_eq!(world.refusal(submit.clone()).await, expected);
        assert_eq!(
            refusal(world.gateway.quote(submit.clone()).await),
            expected,
            "the quote too"
        );
    }
    world.money(0, 0).await;
    let accepted = world
        .gateway
        .submit(world.request(&[NUMBER; 50]))
        .await
        .unwrap();
    assert_eq!(
        accepted.submission,
        SubmissionId(1),
        "nothing was written before"
    );
}

#[tokio::test]
async fn the_balance_must_cover_the_price() {
    let world = World::new().await;
    let poor = account(&world.gateway, "poor", 3 * PRICE - 1).await;
    let mut submit = world.request(&[NUMBER; 3]);
    submit.account = poor;
    let currency = sms::Currency::UAH;
    let expected = Refusal::InsufficientFunds {
        needed: Money::new(3 * PRICE, currency),
        available: Money::new(3 * PRICE - 1, currency),
    };
    assert_eq!(world.refusal(submit.clone()).await, expected);
    world.gateway.top_up(poor, 1, "one more").await.unwrap();
    world.gateway.submit(submit).await.unwrap();
    let balance = world.gateway.balance(poor).await.unwrap();
    assert_eq!(
        (balance.available.micros(), balance.held.micros()),
        (0, 3 * PRICE)
    );
}

#[tokio::test]
async fn a_suspended_account_may_not_send_and_may_again() {
    let world = World::new().await;
    let settings = AccountSettings::default();
    let suspend = async |suspended| {
        let changed = world
            .gateway
            .change_account(world.account, &settings, 0, suspended);
        changed.await.unwrap();
    };
    suspend(true).await;
    let refused = world.refusal(world.request(&[NUMBER])).await;
    assert_eq!(refused, Refusal::AccountSuspended);
    suspend(false).await;
    world.send("hello").await;
}

#[tokio::test]
async fn an_account_uses_only_its_own_originators() {
    let world = World::new().await;
    let settings = AccountSettings {
        originators: Originators::Only(vec!["Shop".into()]),
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    let mut submit = world.request(&[NUMBER]);
    assert_eq!(
        world.refusal(submit.clone()).await,
        Refusal::OriginatorNotAllowed
    );
    submit.terms.originator = " Shop ".into();
    let accepted = world.gateway.submit(submit).await.unwrap();
    let found = world
        .gateway
        .submission(world.account, accepted.submission)
        .await
        .unwrap();
    assert_eq!(found.originator, "Shop");
}

#[tokio::test]
async fn the_price_is_that_of_the_segments_that_leave() {
    let world = World::new().await;
    let way = world.way().await;
    for (text, segments) in [
        ("a".repeat(160), 1),
        ("a".repeat(161), 2),
        ("ж".repeat(70), 1),
        ("ж".repeat(71), 2),
        ("€".repeat(81), 2),
        ("🙂".repeat(67), 3),
        ("100% of 20%".to_owned(), 1),
    ] {
        let before = world
            .gateway
            .balance(world.account)
            .await
            .unwrap()
            .held
            .micros();
        let id = world.send(&text).await;
        let attempt = way.take(1).await.remove(0);
        assert_eq!(attempt.segments.len(), segments, "{text}");
        let message = world.messages(id).await.remove(0);
        assert_eq!(usize::from(message.segments), segments, "{text}");
        let price = i64::try_from(segments).unwrap() * PRICE;
        assert_eq!(message.price.micros(), price, "{text}");
        let held = world
            .gateway
            .balance(world.account)
            .await
            .unwrap()
            .held
            .micros();
        assert_eq!(held - before, price, "{text}");
        way.accept(&attempt);
        world
            .becomes(id, MessageState::Submitted, Reason::None)
            .await;
    }
}

#[tokio::test]
async fn variables_make_each_text_and_price_its_own() {
    let world = World::new().await;
    let way = world.way().await;
    let mut submit = world.request(&[]);
    submit.terms.text = "Hi %1%, 50% off".into();
    submit.recipients = vec![
        personal("380670000001", "Ann"),
        personal("380670000002", &"x".repeat(150)),
        personal("380670000003", "Оля"),
        To::number("380670000004"),
    ];
    let quote = world.gateway.quote(submit.clone()).await.unwrap();
    assert_eq!((quote.messages(), quote.segments()), (4, 5));
    let accepted = world.gateway.submit(submit).await.unwrap();
    assert_eq!(accepted.price, quote.total());
    let attempts = way.take(4).await;
    let text = |index: usize| {
        let octets = |segment: &(u16, sms::Segment)| segment.1.octets.clone();
        let segments = &attempts[index].segments;
        segments.iter().flat_map(octets).collect::<Vec<_>>()
    };
    assert_eq!(text(0), b"Hi Ann, 50% off");
    assert_eq!(attempts[1].segments.len(), 2);
    assert_eq!(attempts[2].segments[0].1.encoding, sms::Encoding::Ucs2);
    assert_eq!(
        text(3),
        b"Hi %1%, 50% off",
        "without variables it stands as it is"
    );
    world.money(5, 0).await;
}

#[tokio::test]
async fn numbers_that_are_none_are_kept_in_the_group_for_nothing() {
    let world = World::new().await;
    let numbers = ["abc", "+380 (67) 000-00-01", "12025550123", "48501234567"];
    let quote = world.gateway.quote(world.request(&numbers)).await.unwrap();
    assert_eq!((quote.messages(), quote.invalid()), (1, 1));
    let accepted = world.gateway.submit(world.request(&numbers)).await.unwrap();
    let messages = world.messages(accepted.submission).await;
    let states: Vec<_> = messages
        .iter()
        .map(|message| (message.state, message.reason))
        .collect();
    assert_eq!(
        states,
        [
            (MessageState::InvalidNumber, Reason::NotANumber),
            (MessageState::Queued, Reason::None),
            (MessageState::Failed, Reason::NoPrice),
            (MessageState::Failed, Reason::NoRoute),
        ]
    );
    assert_eq!(messages[0].recipient, "abc");
    assert_eq!(messages[1].recipient, NUMBER);
    assert_eq!(messages[1].given.as_deref(), Some(numbers[1]));
    world.money(1, 0).await;
}

#[tokio::test]
async fn a_number_given_again_is_dropped_only_when_asked() {
    let world = World::new().await;
    let mut submit = world.request(&[NUMBER, "+380670000001", "380670000002"]);
    assert_eq!(
        world
            .gateway
            .quote(submit.clone())
            .await
            .unwrap()
            .messages(),
        3
    );
    submit.drop_repeats = true;
    assert_eq!(
        world
            .gateway
            .quote(submit.clone())
            .await
            .unwrap()
            .messages(),
        2
    );
    submit.terms.text = "%1%".into();
    submit.recipients = ["a", "b", "a"].map(|value| personal(NUMBER, value)).into();
    assert_eq!(
        world
            .gateway
            .quote(submit.clone())
            .await
            .unwrap()
            .messages(),
        2,
        "other texts are sent"
    );
}

#[tokio::test]
async fn a_long_list_is_priced_like_a_short_one() {
    let world = World::new().await;
    let numbers: Vec<_> = (0..40)
        .map(|index| format!("{}", 380_670_000_000_u64 + index))
        .collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let accepted = world.gateway.submit(world.request(&numbers)).await.unwrap();
    assert_eq!(accepted.price.micros(), 40 * PRICE);
    let messages = world.messages(accepted.submission).await;
    let recipients: Vec<_> = messages
        .iter()
        .map(|message| message.recipient.as_str())
        .collect();
    assert_eq!(recipients, numbers, "in the order given");
}

#[tokio::test]
async fn a_test_is_priced_and_never_sent() {
    let world = World::new().await;
    let mut submit = world.request(&[NUMBER]);
    submit.terms.test = true;
    let accepted = world.gateway.submit(submit).await.unwrap();
    assert_eq!(accepted.price.micros(), PRICE);
    let found = world
        .gateway
        .submission(world.account, accepted.submission)
        .await
        .unwrap();
    assert!(found.test);
    // What comes after it is sent first.
    let real = world.send("real").await;
    let way = world.way().await;
    let attempts = way.take(1).await;
    assert_eq!(attempts[0].message, world.messages(real).await[0].id);
    let state = world.state(accepted.submission).await;
    assert_eq!(state, (MessageState::Held, Reason::TestMode));
    world.money(1, 0).await;
}

#[tokio::test]
async fn another_accounts_submission_is_unknown() {
    let world = World::new().await;
    let other = account(&world.gateway, "other", BALANCE).await;
    let id = world.send("secret").await;
    let found = world.gateway.submission(other, id).await;
    assert_eq!(refusal(found), Refusal::UnknownSubmission);
    assert!(
        world
            .gateway
            .messages(other, id, None, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let never = world
        .gateway
        .submission(world.account, SubmissionId(77))
        .await;
    assert_eq!(refusal(never), Refusal::UnknownSubmission);
}

#[tokio::test]
async fn the_first_route_that_fits_is_taken() {
    let world = World::new().await;
    crate::world::connector(&world.gateway, "bank", r#"{"address":"x","system_id":"y"}"#).await;
    let settings = RouteSettings {
        rank: -1,
        prefix: Some("38097".into()),
        ..RouteSettings::default()
    };
    world
        .gateway
        .put_route("kyivstar", "bank", &settings)
        .await
        .unwrap();
    let numbers = ["380970000001", NUMBER];
    world.gateway.submit(world.request(&numbers)).await.unwrap();
    let bank = world.loopback.way("bank").await.take(1).await;
    assert_eq!(bank[0].recipient.as_str(), numbers[0]);
    let way = world.way().await.take(1).await;
    assert_eq!(way[0].recipient.as_str(), NUMBER);
}
