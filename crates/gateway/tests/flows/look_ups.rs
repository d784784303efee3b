//! Messages looked up by number, by phone, by the account's own id and by time, with the text that the handset got.

use gateway::{AccountId, History, MessageId, Sent, SubmissionId, To};
use sms::{Form, Msisdn, Refusal, Transliteration};

use crate::world::{HOUR, START, World, account, refusal};

const NUMBER: &str = "380670000001";

async fn by_id(world: &World, messages: Vec<MessageId>) -> Vec<Sent> {
    let found = world.gateway.messages_by_id(world.account, messages).await;
    found.unwrap()
}

fn history(limit: u32) -> History {
    History {
        from: START,
        until: START.plus_millis(HOUR),
        recipients: Vec::new(),
        before: None,
        limit,
    }
}

#[tokio::test]
async fn a_message_looked_up_has_the_text_of_its_handset() {
    let world = World::new().await;
    let mut submit = world.request(&[]);
    submit.terms.text = "Привет, %1%! 50%".into();
    submit.terms.form = Form {
        transliteration: Some(Transliteration::Sound),
        ..Form::default()
    };
    submit.terms.alternative = Some("Other".into());
    submit.terms.reference = Some("mine".into());
    submit.recipients = vec![
        To {
            variables: Some("Аня".into()),
            originator: Some("Shop".into()),
            ..To::number(NUMBER)
        },
        To {
            text: Some("Код %1%".into()),
            ..To::number("380670000002")
        },
        // Far too long once filled in: it is shown as it was given.
        To {
            variables: Some("x".repeat(5_000)),
            ..To::number("380670000003")
        },
        To::number("nobody"),
    ];
    let accepted = world.gateway.submit(submit).await.unwrap();
    let messages = (0..4).map(|position| accepted.message(position).unwrap());
    let found = by_id(&world, messages.rev().collect()).await;
    let texts: Vec<_> = found.iter().map(|sent| sent.text.as_str()).collect();
    let privet = "Privet, %1%! 50%";
    assert_eq!(texts, [privet, privet, "Kod %1%", "Privet, Anya! 50%"]);
    let sent = &found[3];
    assert_eq!(sent.originator, "Shop");
    assert_eq!(sent.message.variables.as_deref(), Some("Аня"));
    assert_eq!(
        (sent.submission, sent.created_at),
        (accepted.submission, START)
    );
    assert_eq!(sent.reference.as_deref(), Some("mine"));
    assert_eq!(found[2].originator, "Info");
    // It is the one that left.
    let attempts = world.way().await.take(2).await;
    assert_eq!(attempts[0].segments[0].1.octets, b"Privet, Anya! 50%");
}

#[tokio::test]
async fn another_accounts_messages_are_unknown_by_any_look_up() {
    let world = World::new().await;
    let other = account(&world.gateway, "other", 0).await;
    let mut submit = world.request(&[NUMBER]);
    submit.terms.reference = Some("mine".into());
    let accepted = world.gateway.submit(submit).await.unwrap();
    let (id, message) = (accepted.submission, accepted.first_message);
    let number = Msisdn::parse(NUMBER).unwrap();
    let look = async |account: AccountId| {
        let gateway = &world.gateway;
        let by_id = gateway.messages_by_id(account, vec![message]).await;
        let to = gateway.messages_to(account, id, vec![number]).await;
        let history = gateway.history(account, history(9)).await;
        let found = [by_id.unwrap(), to.unwrap(), history.unwrap()].map(|found| found.len());
        let by_reference = gateway.submission_by_reference(account, "mine").await;
        (found, by_reference.unwrap())
    };
    assert_eq!(look(world.account).await, ([1; 3], Some(id)));
    assert_eq!(look(other).await, ([0; 3], None));
    let nobody = AccountId(99);
    let unknown = world.gateway.messages_by_id(nobody, vec![message]).await;
    assert_eq!(refusal(unknown), Refusal::UnknownCredential);
    let never = world
        .gateway
        .messages_to(world.account, SubmissionId(404), vec![number])
        .await;
    assert_eq!(never.unwrap().len(), 0);
}

#[tokio::test]
async fn a_look_up_of_too_many_is_refused_or_cut() {
    let world = World::new().await;
    let message = MessageId(1);
    let many = world
        .gateway
        .messages_by_id(world.account, vec![message; 51])
        .await;
    let expected = Refusal::TooManyRecipients { limit: 50 };
    assert_eq!(refusal(many), expected);
    let number = Msisdn::parse(NUMBER).unwrap();
    let many = world
        .gateway
        .messages_to(world.account, SubmissionId(1), vec![number; 51])
        .await;
    assert_eq!(refusal(many), expected);
    for _ in 0..2 {
        let submit = world.request(&[NUMBER; 40]);
        world.gateway.submit(submit).await.unwrap();
    }
    let page = world.gateway.history(world.account, history(99)).await;
    assert_eq!(page.unwrap().len(), 50);
}

#[tokio::test]
async fn a_history_has_the_latest_first() {
    let world = World::new().await;
    for text in ["one", "two", "three"] {
        world.send(text).await;
        world.clock.advance_ms(1);
    }
    let read = async |asked| world.gateway.history(world.account, asked).await.unwrap();
    let first = read(history(2)).await;
    let texts: Vec<_> = first.iter().map(|sent| sent.text.as_str()).collect();
    assert_eq!(texts, ["three", "two"]);
    let rest = read(History {
        before: Some(first[1].message.id),
        ..history(2)
    })
    .await;
    assert_eq!((rest.len(), rest[0].text.as_str()), (1, "one"));
    let earlier = read(History {
        until: START.plus_millis(1),
        ..history(9)
    })
    .await;
    assert_eq!((earlier.len(), earlier[0].text.as_str()), (1, "one"));
}
