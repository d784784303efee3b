//! Promises about accounts and their credentials.

use sms::{Book, Currency};

use super::world::{account, at};
use crate::accounts::{Credential, NewAccount};
use crate::{AccountId, Store};

fn credential(account: AccountId, name: &str, secret: &[u8]) -> Credential {
    Credential {
        account,
        kind: "token".into(),
        name: name.into(),
        secret: secret.to_vec(),
    }
}

pub async fn a_new_account_has_an_empty_book_and_its_settings(store: &dyn Store) {
    let new = NewAccount {
        name: "shop".into(),
        parent: None,
        currency: Currency::EUR,
        settings: r#"{"tariff":"x"}"#.into(),
    };
    let id = store.add_account(new, at(5)).await.unwrap();
    assert_eq!(store.book(id).await.unwrap(), Some(Book::default()));
    let accounts = store.directory().await.unwrap().accounts;
    let [stored] = &accounts[..] else {
        panic!("{accounts:?}")
    };
    assert_eq!((stored.id, stored.name.as_str()), (id, "shop"));
    assert_eq!(stored.currency, Currency::EUR);
    assert_eq!(stored.settings, r#"{"tariff":"x"}"#);
    assert_eq!((stored.credit_limit_micros, stored.suspended), (0, false));
    assert_eq!(stored.created_at, at(5));
}

pub async fn an_account_name_is_taken_once(store: &dyn Store) {
    account(store, "shop", 0).await;
    let again = NewAccount {
        name: "shop".into(),
        parent: None,
        currency: Currency::UAH,
        settings: "{}".into(),
    };
    let revision = store.revision().await.unwrap();
    let refused = store.add_account(again, at(1)).await.unwrap_err();
    assert!(refused.is_conflict(), "{refused:?}");
    assert_eq!(store.directory().await.unwrap().accounts.len(), 1);
    assert_eq!(store.revision().await.unwrap(), revision);
}

pub async fn an_account_can_be_changed(store: &dyn Store) {
    let id = account(store, "shop", 0).await;
    store
        .change_account(id, "{\"a\":1}".into(), 500, true)
        .await
        .unwrap();
    let changed = store.directory().await.unwrap().accounts.remove(0);
    assert_eq!(changed.settings, "{\"a\":1}");
    assert_eq!(
        (changed.credit_limit_micros, changed.suspended),
        (500, true)
    );
}

pub async fn an_account_that_is_not_there_cannot_be_changed(store: &dyn Store) {
    let nobody = AccountId(77);
    let changed = store.change_account(nobody, "{}".into(), 0, false).await;
    assert!(changed.unwrap_err().is_conflict());
    let paid = store.top_up(nobody, 1, "", at(0)).await;
    assert!(paid.unwrap_err().is_conflict());
    let given = store.put_credential(credential(nobody, "k", b"s")).await;
    assert!(given.unwrap_err().is_conflict());
    assert_eq!(store.book(nobody).await.unwrap(), None);
}

pub async fn a_credential_is_replaced_by_its_owner_only(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    for secret in [b"old", b"new"] {
        let given = store.put_credential(credential(owner, "k", secret)).await;
        given.unwrap();
    }
    let stolen = store.put_credential(credential(other, "k", b"mine")).await;
    assert!(stolen.unwrap_err().is_conflict());
    let credentials = store.directory().await.unwrap().credentials;
    assert_eq!(credentials.len(), 1);
    assert_eq!(credentials[0].account, owner);
    assert_eq!(credentials[0].kind, "token");
    assert_eq!(credentials[0].secret, b"new");
}

pub async fn a_credential_is_removed_by_its_owner_only(store: &dyn Store) {
    let (owner, other) = (account(store, "a", 0).await, account(store, "b", 0).await);
    let given = store.put_credential(credential(owner, "k", b"s")).await;
    given.unwrap();
    assert!(!store.remove_credential(other, "token", "k").await.unwrap());
    assert!(!store.remove_credential(owner, "login", "k").await.unwrap());
    assert!(store.remove_credential(owner, "token", "k").await.unwrap());
    assert!(!store.remove_credential(owner, "token", "k").await.unwrap());
    assert!(store.directory().await.unwrap().credentials.is_empty());
}
