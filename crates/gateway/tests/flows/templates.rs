//! Message templates: kept, changed and forgotten by their account.

use gateway::{TemplateId, TemplateText};
use sms::Refusal;

use crate::world::{World, account, refusal};

fn template(name: &str, text: &str) -> TemplateText {
    TemplateText {
        name: name.into(),
        text: text.into(),
        ..TemplateText::default()
    }
}

#[tokio::test]
async fn a_template_is_kept_until_it_is_forgotten() {
    let world = World::new().await;
    let (gateway, owner) = (&world.gateway, world.account);
    let hello = template("hello", "Hello, %1%");
    let id = gateway.add_template(owner, hello.clone()).await.unwrap();
    assert_eq!(gateway.template(owner, id).await.unwrap().text, hello);
    let bye = template("bye", "Bye");
    let changed = gateway.change_template(owner, id, bye.clone()).await;
    changed.unwrap();
    let listed = gateway.templates(owner, None, u32::MAX).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id, &listed[0].text), (id, &bye));
    gateway.remove_template(owner, id).await.unwrap();
    let gone = gateway.template(owner, id).await;
    assert_eq!(refusal(gone), Refusal::UnknownTemplate);
}

#[tokio::test]
async fn a_template_has_a_name_and_a_text_of_some_length() {
    let world = World::new().await;
    let long = "x".repeat(4_097);
    for (unfit, expected) in [
        (template("", "text"), Refusal::InvalidName),
        (template("  ", "text"), Refusal::InvalidName),
        (template("name", ""), Refusal::EmptyText),
        (
            template("name", &long),
            Refusal::FieldTooLong { limit: 4_096 },
        ),
        (
            template(&long, "text"),
            Refusal::FieldTooLong { limit: 4_096 },
        ),
    ] {
        let added = world.gateway.add_template(world.account, unfit).await;
        assert_eq!(refusal(added), expected);
    }
}

#[tokio::test]
async fn another_accounts_template_is_as_unknown_as_none() {
    let world = World::new().await;
    let gateway = &world.gateway;
    let stranger = account(gateway, "stranger", 0).await;
    let hello = template("hello", "Hello");
    let theirs = gateway.add_template(world.account, hello.clone()).await;
    for id in [theirs.unwrap(), TemplateId(77)] {
        let refusals = [
            refusal(gateway.template(stranger, id).await),
            refusal(gateway.change_template(stranger, id, hello.clone()).await),
            refusal(gateway.remove_template(stranger, id).await),
        ];
        assert_eq!(refusals, [const { Refusal::UnknownTemplate }; 3]);
    }
    assert!(
        gateway
            .templates(stranger, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}
