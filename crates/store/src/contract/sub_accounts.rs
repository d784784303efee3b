//! Promises about accounts under accounts, and about accounts that are made or renamed together with their logins.

use sms::{Book, Currency};

use super::world::{PLENTY, World, accept, account, at, sound, submission};
use crate::accounts::{Account, Credential, NewAccount};
use crate::{AccountId, Store};

const KIND: &str = "login";

fn new(name: &str, parent: Option<AccountId>) -> NewAccount {
    NewAccount {
        name: name.into(),
        parent,
        currency: Currency::UAH,
        settings: "{}".into(),
    }
}

fn login(account: AccountId, name: &str, secret: &[u8]) -> Credential {
    Credential {
        account,
        kind: KIND.into(),
        name: name.into(),
        secret: secret.to_vec(),
    }
}

async fn accounts(store: &dyn Store) -> Vec<Account> {
    store.directory().await.unwrap().accounts
}

/// The logins there are: whose, their names and their secrets, by name.
async fn logins(store: &dyn Store) -> Vec<(AccountId, String, Vec<u8>)> {
    let credentials = store.directory().await.unwrap().credentials;
    let mut logins: Vec<_> = credentials
        .into_iter()
        .map(|credential| {
            assert_eq!(credential.kind, KIND);
            (credential.account, credential.name, credential.secret)
        })
        .collect();
    logins.sort_by(|one, other| one.1.cmp(&other.1));
    logins
}

pub async fn an_account_knows_whose_it_is(store: &dyn Store) {
    let parent = account(store, "parent", 0).await;
    let child = new("child", Some(parent));
    let child = store.add_account(child, at(1)).await.unwrap();
    let parents: Vec<_> = accounts(store)
        .await
        .iter()
        .map(|account| (account.id, account.parent))
        .collect();
    assert_eq!(parents, [(parent, None), (child, Some(parent))]);
    assert_eq!(store.book(child).await.unwrap(), Some(Book::default()));
    assert!(child > parent, "what is above has a lower number");
}

pub async fn an_account_under_nobody_is_not_made(store: &dyn Store) {
    let orphan = new("orphan", Some(AccountId(77)));
    let refused = store.add_account(orphan, at(1)).await.unwrap_err();
    assert!(refused.is_conflict(), "{refused:?}");
    assert_eq!(accounts(store).await.len(), 0);
}

pub async fn an_account_is_made_with_its_login_or_not_at_all(store: &dyn Store) {
    let made = store.add_account_with_login(new("shop", None), KIND, b"hash".into(), at(1));
    let id = made.await.unwrap();
    assert_eq!(store.book(id).await.unwrap(), Some(Book::default()));
    let theirs = (id, "shop".to_owned(), b"hash".to_vec());
    assert_eq!(logins(store).await, [theirs]);
    // The login of an account with another name, and the name of an account without a login.
    store.put_credential(login(id, "taken", b"")).await.unwrap();
    account(store, "plain", 0).await;
    let revision = store.revision().await.unwrap();
    for name in ["taken", "plain", "shop"] {
        let made = store.add_account_with_login(new(name, None), KIND, b"x".into(), at(2));
        assert!(made.await.unwrap_err().is_conflict(), "{name}");
    }
    let names: Vec<_> = accounts(store)
        .await
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(names, ["shop", "plain"]);
    assert_eq!(logins(store).await.len(), 2);
    assert_eq!(store.revision().await.unwrap(), revision);
}

pub async fn an_account_is_renamed_with_its_login(store: &dyn Store) {
    let made = store.add_account_with_login(new("old", None), KIND, b"hash".into(), at(1));
    let id = made.await.unwrap();
    let revision = store.revision().await.unwrap();
    let renamed = store.rename_account(id, KIND, "new", Some(b"other".into()));
    renamed.await.unwrap();
    assert_eq!(accounts(store).await[0].name, "new");
    let renamed = (id, "new".to_owned(), b"other".to_vec());
    assert_eq!(logins(store).await, [renamed]);
    assert!(store.revision().await.unwrap() > revision);
    // To the name that it has: only the secret changes.
    let same = store.rename_account(id, KIND, "new", Some(b"third".into()));
    same.await.unwrap();
    assert_eq!(logins(store).await[0].2, b"third");
    // The old name is free.
    account(store, "old", 0).await;
}

pub async fn a_renamed_login_keeps_its_secret_unless_it_gets_another(store: &dyn Store) {
    let made = store.add_account_with_login(new("old", None), KIND, b"hash".into(), at(1));
    let id = made.await.unwrap();
    store.rename_account(id, KIND, "new", None).await.unwrap();
    let kept = (id, "new".to_owned(), b"hash".to_vec());
    assert_eq!(logins(store).await, std::slice::from_ref(&kept));
    let same = store.rename_account(id, KIND, "new", None);
    same.await.unwrap();
    assert_eq!(logins(store).await, [kept]);
    // Who has no login gets none by that.
    store.remove_credential(id, KIND, "new").await.unwrap();
    store.rename_account(id, KIND, "last", None).await.unwrap();
    assert_eq!(accounts(store).await[0].name, "last");
    assert_eq!(logins(store).await, []);
}

pub async fn an_account_is_not_renamed_to_what_another_has(store: &dyn Store) {
    let made = store.add_account_with_login(new("shop", None), KIND, b"hash".into(), at(1));
    let id = made.await.unwrap();
    let other = account(store, "plain", 0).await;
    store
        .put_credential(login(other, "taken", b""))
        .await
        .unwrap();
    for name in ["plain", "taken"] {
        for secret in [Some(b"x".into()), None] {
            let renamed = store.rename_account(id, KIND, name, secret).await;
            assert!(renamed.unwrap_err().is_conflict(), "{name}");
        }
    }
    let nobody = store.rename_account(AccountId(77), KIND, "free", None);
    assert!(nobody.await.unwrap_err().is_conflict());
    assert_eq!(accounts(store).await[0].name, "shop");
    assert_eq!(
        logins(store).await[0],
        (id, "shop".to_owned(), b"hash".to_vec())
    );
}

pub async fn messages_of_accounts_under_a_suspended_one_wait(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let below = async |name, parent| {
        let id = store
            .add_account(new(name, Some(parent)), at(0))
            .await
            .unwrap();
        store.top_up(id, PLENTY, "", at(0)).await.unwrap();
        accept(store, submission(id, world.connector, 1)).await;
        id
    };
    let child = below("child", world.account).await;
    below("grandchild", child).await;
    let suspend = async |suspended| {
        let changed = store.change_account(world.account, "{}".into(), 0, suspended);
        changed.await.unwrap();
    };
    suspend(true).await;
    assert_eq!(world.claim(9).await, []);
    suspend(false).await;
    assert_eq!(world.claim(9).await.len(), 2);
    sound(store).await;
}
