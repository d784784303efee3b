//! Promises about message templates.

use super::world::account;
use crate::templates::{MessageTemplate, TemplateText};
use crate::{AccountId, Store, TemplateId};

fn text(name: &str) -> TemplateText {
    TemplateText {
        name: name.into(),
        text: format!("{name}, %1%"),
        originator: "Shop".into(),
        kind: "sms".into(),
    }
}

pub async fn a_template_is_kept_as_it_was_written_and_changed(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let id = store.add_template(owner, text("hello")).await.unwrap();
    let read = store.template(owner, id).await.unwrap();
    let kept = |name| MessageTemplate {
        id,
        text: text(name),
    };
    assert_eq!(read, Some(kept("hello")));
    assert!(store.change_template(owner, id, text("bye")).await.unwrap());
    let read = store.template(owner, id).await.unwrap();
    assert_eq!(read, Some(kept("bye")));
    assert!(store.remove_template(owner, id).await.unwrap());
    assert!(!store.remove_template(owner, id).await.unwrap());
    assert_eq!(store.template(owner, id).await.unwrap(), None);
    // Its number is not used again.
    assert!(store.add_template(owner, text("next")).await.unwrap() > id);
}

pub async fn a_template_needs_its_account(store: &dyn Store) {
    let added = store.add_template(AccountId(77), text("hello")).await;
    assert!(added.unwrap_err().is_conflict());
}

pub async fn templates_are_read_in_pages(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let other = account(store, "b", 0).await;
    let mut added = Vec::new();
    for name in ["one", "two", "three"] {
        added.push(store.add_template(owner, text(name)).await.unwrap());
        store.add_template(other, text(name)).await.unwrap();
    }
    let page = async |after, limit| {
        let page = store.templates(owner, after, limit).await.unwrap();
        let ids: Vec<TemplateId> = page.into_iter().map(|template| template.id).collect();
        ids
    };
    assert_eq!(page(None, 2).await, added[..2]);
    assert_eq!(page(Some(added[1]), 2).await, added[2..]);
    assert_eq!(page(Some(added[2]), 2).await, []);
}

pub async fn another_accounts_template_is_as_unknown_as_none(store: &dyn Store) {
    let owner = account(store, "a", 0).await;
    let other = account(store, "b", 0).await;
    let id = store.add_template(owner, text("hello")).await.unwrap();
    assert_eq!(store.template(other, id).await.unwrap(), None);
    assert!(!store.change_template(other, id, text("bye")).await.unwrap());
    assert!(!store.remove_template(other, id).await.unwrap());
    assert!(store.templates(other, None, 9).await.unwrap().is_empty());
    let kept = store.template(owner, id).await.unwrap().unwrap();
    assert_eq!(kept.text, text("hello"));
}
