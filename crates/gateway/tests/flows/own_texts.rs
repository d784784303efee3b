//! Texts and originators that single recipients have of their own, quotes message by message, and parts.

use gateway::connector::Attempt;
use gateway::directory::{AccountSettings, Originators};
use gateway::{QuotedMessage, SenderRules, SubmissionParts, Submit, To};
use sms::{Alphabet, Country, Form, MessageState, Reason, Refusal, SenderStatus};

use crate::world::{HOUR, PRICE, World, eventually, refusal};

fn with_text(number: &str, text: &str) -> To {
    To {
        text: Some(text.into()),
        ..To::number(number)
    }
}

fn from(number: &str, originator: &str) -> To {
    To {
        originator: Some(originator.into()),
        ..To::number(number)
    }
}

/// A request to these recipients.
fn to<const N: usize>(world: &World, recipients: [To; N]) -> Submit {
    let mut submit = world.request(&[]);
    submit.recipients = recipients.into();
    submit
}

/// What the handsets get, in the order of the messages.
fn texts(attempts: &[Attempt]) -> Vec<String> {
    let octets = |attempt: &Attempt| {
        let segments = attempt.segments.iter();
        let octets = segments.flat_map(|(_, segment)| segment.octets.clone());
        octets.collect::<Vec<_>>()
    };
    attempts
        .iter()
        .map(|attempt| String::from_utf8(octets(attempt)).unwrap())
        .collect()
}

#[tokio::test]
async fn each_recipient_gets_its_own_text_at_its_own_price() {
    let world = World::new().await;
    let mut submit = to(
        &world,
        [
            with_text("380670000001", "Your code is 1, 100% %1%"),
            To {
                variables: Some("Ann".into()),
                ..To::number("380670000002")
            },
            with_text("380670000003", &"x".repeat(161)),
            To {
                variables: Some("of no use".into()),
                ..with_text("380670000004", "%1%")
            },
        ],
    );
    submit.terms.text = "Hi %1%".into();
    let quote = world.gateway.quote(submit.clone()).await.unwrap();
    assert_eq!((quote.messages(), quote.segments()), (4, 5));
    let accepted = world.gateway.submit(submit).await.unwrap();
    assert_eq!((accepted.segments, accepted.price), (5, quote.total()));
    let attempts = world.way().await.take(4).await;
    assert_eq!(attempts[2].segments.len(), 2);
    let texts = texts(&attempts);
    assert_eq!(texts[..2], ["Your code is 1, 100% %1%", "Hi Ann"]);
    assert_eq!(texts[3], "%1%");
    let messages = world.messages(accepted.submission).await;
    assert_eq!(
        messages[0].text.as_deref(),
        Some("Your code is 1, 100% %1%")
    );
    assert_eq!(messages[1].text, None);
    assert_eq!(messages[2].segments, 2);
    world.money(5, 0).await;
}

#[tokio::test]
async fn the_common_text_may_be_empty_when_nobody_gets_it() {
    let world = World::new().await;
    let mut submit = to(
        &world,
        [with_text("380670000001", "a"), with_text("nobody", "b")],
    );
    submit.terms.text = String::new();
    world.gateway.submit(submit.clone()).await.unwrap();
    submit.recipients.push(To::number("380670000003"));
    assert_eq!(world.refusal(submit.clone()).await, Refusal::EmptyText);
    submit.recipients.clear();
    assert_eq!(world.refusal(submit).await, Refusal::EmptyText);
}

#[tokio::test]
async fn a_text_of_ones_own_that_does_not_fit_ends_that_message_only() {
    let world = World::new().await;
    let long = "x".repeat(153 * 10 + 1);
    let unfit = [
        with_text("380670000001", &long),
        with_text("380670000002", ""),
    ];
    assert_eq!(
        world.refusal(to(&world, unfit.clone())).await,
        Refusal::TextTooLong {
            segments: 11,
            limit: 10
        }
    );
    let mut submit = to(&world, unfit);
    submit.recipients.push(with_text("380670000003", "fits"));
    let accepted = world.gateway.submit(submit.clone()).await.unwrap();
    let messages = world.messages(accepted.submission).await;
    let states: Vec<_> = messages.iter().map(|m| (m.state, m.reason)).collect();
    let expected = [
        (MessageState::Failed, Reason::TextTooLong),
        (MessageState::Failed, Reason::EmptyText),
        (MessageState::Queued, Reason::None),
    ];
    assert_eq!(states, expected);
    world.money(1, 0).await;
    // What is no hex is a mistake in the request, not in one of its texts.
    submit.terms.form.alphabet = Alphabet::Binary;
    submit.terms.text = "00ff".into();
    assert_eq!(world.refusal(submit).await, Refusal::InvalidBinary);
}

#[tokio::test]
async fn the_texts_of_one_request_are_bounded_together() {
    let world = World::new().await;
    let limit = 16 * 1024 * 1024;
    let half = "x".repeat(limit / 2);
    let mut submit = to(
        &world,
        [
            with_text("380670000001", &half),
            with_text("380670000002", &half),
        ],
    );
    let too_long = |refusal| matches!(refusal, Refusal::TextTooLong { .. });
    assert!(too_long(world.refusal(submit.clone()).await));
    submit.recipients.push(with_text("380670000003", "x"));
    let limit = u32::try_from(limit).unwrap();
    let refused = world.refusal(submit.clone()).await;
    assert_eq!(refused, Refusal::FieldTooLong { limit });
    assert_eq!(refusal(world.gateway.quote_each(submit).await), refused);
}

#[tokio::test]
async fn a_repeated_recipient_is_left_out_only_when_its_text_is_the_same() {
    let world = World::new().await;
    let number = "380670000001";
    let mut submit = to(
        &world,
        [
            with_text(number, "a"),
            with_text(number, "b"),
            To::number(number),
            with_text(number, "a"),
            To::number(number),
        ],
    );
    submit.drop_repeats = true;
    let accepted = world.gateway.submit(submit).await.unwrap();
    assert_eq!((accepted.left_out, accepted.repeated), (vec![3, 4], vec![]));
    world.money(3, 0).await;
}

#[tokio::test]
async fn a_message_is_from_its_own_originator() {
    let world = World::new().await;
    let submit = to(
        &world,
        [
            from("380670000001", " Shop "),
            To::number("380670000002"),
            from("380670000003", "Info"),
        ],
    );
    let accepted = world.gateway.submit(submit).await.unwrap();
    let attempts = world.way().await.take(3).await;
    let from: Vec<_> = attempts.iter().map(|a| &*a.originator).collect();
    assert_eq!(from, ["Shop", "Info", "Info"]);
    let messages = world.messages(accepted.submission).await;
    let own: Vec<_> = messages.iter().map(|m| m.originator.as_deref()).collect();
    assert_eq!(
        own,
        [Some("Shop"), None, None],
        "one like the others' is none"
    );
}

#[tokio::test]
async fn an_originator_of_ones_own_follows_the_rules_of_all() {
    let world = World::new().await;
    let settings = AccountSettings {
        originators: Originators::Only(vec!["Info".into(), "Shop".into(), "Bank".into()]),
        ..AccountSettings::default()
    };
    let changed = world
        .gateway
        .change_account(world.account, &settings, 0, false);
    changed.await.unwrap();
    for (originator, expected) in [
        ("Other", Refusal::OriginatorNotAllowed),
        ("Far too long a name", Refusal::InvalidOriginator),
        (" ", Refusal::EmptyOriginator),
    ] {
        let submit = to(
            &world,
            [
                from("380670000001", "Shop"),
                from("380670000002", originator),
            ],
        );
        assert_eq!(world.refusal(submit).await, expected, "{originator}");
    }
    let mut submit = to(
        &world,
        [from("380670000001", "Shop"), from("380670000002", "Other")],
    );
    submit.terms.alternative = Some("Bank".into());
    world.gateway.submit(submit).await.unwrap();
    let attempts = world.way().await.take(2).await;
    let from: Vec<_> = attempts.iter().map(|a| &*a.originator).collect();
    assert_eq!(from, ["Shop", "Bank"]);
}

#[tokio::test]
async fn each_originator_waits_for_its_own_approval() {
    let world = World::ruled(SenderRules {
        approval_required: vec![Country::parse("UA").unwrap()],
        approve_at_once: false,
    })
    .await;
    let (known, _) = world
        .gateway
        .register_sender(world.account, "Info", "UA", "")
        .await
        .unwrap();
    let decide = async |sender, status| {
        let decided = world.gateway.decide_sender(sender, status, "").await;
        decided.unwrap();
    };
    decide(known, SenderStatus::Approved).await;
    let submit = to(
        &world,
        [To::number("380670000001"), from("380670000002", "Shop")],
    );
    let accepted = world.gateway.submit(submit.clone()).await.unwrap();
    let way = world.way().await;
    assert_eq!(&*way.take(1).await[0].originator, "Info");
    let waits = async || {
        let messages = world.messages(accepted.submission).await;
        (messages[1].state, messages[1].reason)
    };
    assert_eq!(waits().await, (MessageState::Held, Reason::Moderation));
    // Using it has put it before the operator of the gateway.
    let named = world
        .gateway
        .sender_named(world.account, "Shop", Some("UA"))
        .await
        .unwrap();
    decide(named.id, SenderStatus::Approved).await;
    assert_eq!(&*way.take(1).await[0].originator, "Shop");

    decide(named.id, SenderStatus::Denied).await;
    let accepted = world.gateway.submit(submit).await.unwrap();
    eventually("the denied one has ended", async || {
        let messages = world.messages(accepted.submission).await;
        messages[1].reason == Reason::OriginatorNotApproved
    })
    .await;
}

#[tokio::test]
async fn originators_that_need_approval_are_not_looked_up_without_end() {
    let too_many = Refusal::TooManyRecipients { limit: 50 };
    let ukraine = vec![Country::parse("UA").unwrap()];
    for (approval_required, expected) in [
        (ukraine, Refusal::OriginatorNotAllowed),
        (vec![], too_many.clone()),
    ] {
        let world = World::ruled(SenderRules {
            approval_required,
            approve_at_once: false,
        })
        .await;
        let mut submit = world.request(&[]);
        // With that of the terms one more.
        let names = (0..99).map(|index| format!("Name {index}"));
        submit.recipients = names.map(|name| from("380670000001", &name)).collect();
        assert_eq!(world.refusal(submit.clone()).await, too_many);
        submit.recipients.push(from("380670000001", "Shop"));
        assert_eq!(world.refusal(submit).await, expected);
    }
}

#[tokio::test]
async fn a_quote_tells_of_each_message_what_it_would_cost() {
    let world = World::new().await;
    let stopped = "380670000005";
    let stop = world.gateway.stop(world.account, stopped, "").await;
    stop.unwrap();
    let mut submit = to(
        &world,
        [
            To::number("+380 67 000 00 01"),
            To::number("380670000001"),
            To::number("nobody"),
            with_text("380670000002", &"x".repeat(161)),
            To::number("12025550123"),
            To::number(stopped),
        ],
    );
    submit.drop_repeats = true;
    let quote = world.gateway.quote(submit.clone()).await.unwrap();
    let each = world.gateway.quote_each(submit).await.unwrap();
    let told: Vec<_> = each
        .iter()
        .map(|quoted| {
            let QuotedMessage {
                position,
                number,
                segments,
                price,
                ended,
            } = quoted;
            let reason = ended.map(|(_, reason)| reason);
            (
                *position,
                number.as_str(),
                *segments,
                price.micros(),
                reason,
            )
        })
        .collect();
    let expected = [
        (0, "380670000001", 1, PRICE, None),
        (2, "nobody", 0, 0, Some(Reason::NotANumber)),
        (3, "380670000002", 2, 2 * PRICE, None),
        (4, "12025550123", 0, 0, Some(Reason::NoPrice)),
        (5, stopped, 0, 0, Some(Reason::OptedOut)),
    ];
    assert_eq!(told, expected);
    assert_eq!(quote.total().micros(), 3 * PRICE);
    world.money(0, 0).await;
}

#[tokio::test]
async fn parts_go_one_after_another_also_without_a_schedule() {
    let world = World::new().await;
    let numbers = ["380670000001", "380670000002", "380670000003"];
    let mut submit = world.request(&numbers);
    submit.terms.parts = Some(SubmissionParts {
        size: 2,
        interval_ms: HOUR,
    });
    let accepted = world.gateway.submit(submit.clone()).await.unwrap();
    let way = world.way().await;
    assert_eq!(way.take(2).await.len(), 2);
    let last = world.messages(accepted.submission).await.remove(2);
    assert_eq!(
        (last.state, last.reason),
        (MessageState::Held, Reason::Scheduled)
    );
    world.clock.advance_ms(HOUR);
    assert_eq!(way.take(1).await[0].recipient.as_str(), numbers[2]);
    for (size, interval_ms) in [(1, i64::MAX), (2, 366 * 24 * HOUR + 1), (2, -1)] {
        submit.terms.parts = Some(SubmissionParts { size, interval_ms });
        assert_eq!(world.refusal(submit.clone()).await, Refusal::InvalidTime);
    }
    // Parts of nothing are none, and one part starts with the submission.
    for (size, interval_ms) in [(0, HOUR), (3, i64::MAX)] {
        submit.terms.parts = Some(SubmissionParts { size, interval_ms });
        world.gateway.submit(submit.clone()).await.unwrap();
        assert_eq!(way.take(3).await.len(), 3);
    }
}

#[tokio::test]
async fn a_form_is_that_of_the_submission() {
    let world = World::new().await;
    let form = Form {
        alphabet: Alphabet::Ucs2,
        flash: true,
        ..Form::default()
    };
    let mut submit = to(&world, [with_text("380670000001", &"x".repeat(71))]);
    submit.terms.form = form;
    submit.terms.reference = Some("mine".into());
    let accepted = world.gateway.submit(submit).await.unwrap();
    assert_eq!(accepted.segments, 2);
    let id = accepted.submission;
    let found = world.gateway.submission(world.account, id).await.unwrap();
    assert_eq!(
        (found.form, found.reference.as_deref()),
        (form, Some("mine"))
    );
    let attempt = world.way().await.take(1).await.remove(0);
    assert_eq!(attempt.segments[0].1.encoding, sms::Encoding::Ucs2);
    assert!(attempt.segments[0].1.flash);
}
